/** Findings of NTFS (`native-free/filesystems/ntfs`). */
import type { FindingKind } from "./findings.ts";

export const ntfsFindings = {
  "ntfs/table-rebuilt": {
    severity: "loss",
    text: "The record of the master file table and its copy are damaged; the table was put together from {records} records found on the volume.",
    advice: "Records of an earlier file system may be among them; files whose records are overwritten are missing.",
  },
  "ntfs/records-damaged": {
    severity: "loss",
    text: "{records} records of the master file table are neither file records nor empty.",
    advice:
      "The files that they described have no name any more; their content may be among the clusters in use by no file.",
  },
  "ntfs/record-torn": {
    severity: "anomaly",
    text: "Its file record was not written to its end: a sector does not carry the number of the write.",
    advice: "It was read all the same; what it says may mix two states.",
  },
  "ntfs/record-damaged": {
    severity: "loss",
    text: "The chain of attributes in its file record is broken.",
    advice: "What could be read of it is shown; names, streams or content may be missing.",
  },
  "ntfs/continuation-missing": {
    severity: "loss",
    text: "Its attribute list is damaged or names {records} records that do not continue it.",
    advice: "Names, streams or parts of the content may be missing; look among the orphans.",
  },
  "ntfs/run-list-damaged": {
    severity: "loss",
    text: "What says where its content lies is damaged ({problem}).",
    advice: "What could be placed was read; the rest is named as missing.",
  },
  "ntfs/content-elsewhere": {
    severity: "loss",
    text: "Its content is not on the volume: a filter of the system keeps it elsewhere ({filter}).",
    advice: "Look for it where the filter keeps it: in a cloud, an archive, an image or the chunk store of the volume.",
  },
  "ntfs/parent-cycle": {
    severity: "anomaly",
    text: "The directory lies in itself: the names of its parents lead back to it.",
    advice: "It was damaged or made so; it is shown as an orphan with all that it holds.",
  },
  "ntfs/times-before-name": {
    severity: "note",
    text: "It was created before its name was: the time of the file can be set by programs, that of the name by the system alone.",
    advice: "Usual for files that were copied or unpacked with their times; else the time may have been forged.",
  },
  "ntfs/times-set": {
    severity: "note",
    text: "It was created before its name was, at a full second to the last digit: a program has set the time.",
    advice: "Usual for files that were unpacked from archives; else the time may have been forged.",
  },
  "ntfs/clusters-ownerless": {
    severity: "anomaly",
    text: "{clusters} clusters are marked as in use and belong to no file, the first is {first}.",
    advice: "What is left of files whose record is lost, or a place to hide: they are searched.",
  },
  "ntfs/clusters-not-marked": {
    severity: "anomaly",
    text: "{clusters} clusters of allocated files are marked as free, the first is {first}.",
    advice: "Usual after an unclean end; the system may overwrite them when the volume is used.",
  },
  "ntfs/index-without-record": {
    severity: "anomaly",
    text: "Directories list {names} names whose records do not have them, the first leads to record {first}.",
    advice: "Usual after an unclean end; else a record was changed behind the back of the system.",
  },
  "ntfs/record-without-index": {
    severity: "anomaly",
    text: "{records} records in use name a directory whose index does not list them, the first is record {first}.",
    advice: "Systems do not show these files: damage, or hidden on purpose. They are listed here.",
  },
  "ntfs/shadow-copies": {
    severity: "note",
    text: "The volume holds {count} shadow copies; they are not read as volumes of their own.",
    advice: "They hold earlier states of its files: read them with a program that knows them (libvshadow, Windows).",
  },
  "ntfs/bad-clusters": {
    severity: "note",
    text: "{clusters} clusters are marked as bad.",
    advice: "Marking good clusters as bad hides data: their bytes are searched.",
  },
} as const satisfies Record<string, FindingKind>;
