/** Findings of ext2, ext3 and ext4 (`native-free/filesystems/ext`). */
import type { FindingKind } from "./findings.ts";

export const extFindings = {
  "ext/unknown-features": {
    severity: "loss",
    text: "The file system uses features that are not read ({features}).",
    advice: "It was read as if they changed nothing; compare with a system that knows them.",
  },
  "ext/journal-applied": {
    severity: "note",
    text: "{blocks} blocks were committed to the journal and not yet written to their places; they were read from the journal.",
    advice: "This is what a system would show that mounts it. The medium itself holds the older state.",
  },
  "ext/journal-damaged": {
    severity: "loss",
    text: "The journal cannot be used ({problem}).",
    advice: "Changes that it may hold were not applied, and older states of records could not be found in it.",
  },
  "ext/journal-elsewhere": {
    severity: "note",
    text: "The journal is on another device (identifier {uuid}).",
    advice: "Acquire that device, too: the last changes and older states of records are there.",
  },
  "ext/fast-commits": {
    severity: "loss",
    text: "The last changes are {commits} fast commits of the journal to {inodes} inodes and {names} names, which were not applied.",
    advice: "The names and sizes of these files are older than what a system would show: mount a copy to compare.",
  },
  "ext/checksum-wrong": {
    severity: "anomaly",
    text: "{count} checksums of {structure} are wrong, the first in {first}.",
    advice: "Damage, or a change by a program that does not know checksums.",
  },
  "ext/inode-checksum": {
    severity: "anomaly",
    text: "The checksum of its inode is wrong.",
    advice: "Damage, or a change by a program that does not know checksums: judge its times and sizes with care.",
  },
  "ext/descriptors-replaced": {
    severity: "anomaly",
    text: "{groups} group descriptors are damaged, the first of group {first}; copies were used.",
    advice: "Nothing is lost. Ask what happened to the medium.",
  },
  "ext/descriptors-lost": {
    severity: "loss",
    text: "{groups} group descriptors are damaged or missing, the first of group {first}, and have no intact copy.",
    advice: "The inodes of these groups could not be found; their content is searched as unallocated space.",
  },
  "ext/bitmap-differs": {
    severity: "anomaly",
    text: "{blocks} blocks that belong to something are marked as free.",
    advice: "Usual after an unclean end; else the file system was changed by an odd program.",
  },
  "ext/inode-bitmap-differs": {
    severity: "anomaly",
    text: "{inodes} inodes that are in use are marked as free.",
    advice: "They are listed as in use; usual after an unclean end.",
  },
  "ext/free-inodes": {
    severity: "note",
    text: "The file system counts {stated} free inodes; {found} are free.",
    advice: "Usual after an unclean end; else the file system was changed by an odd program.",
  },
  "ext/bad-blocks": {
    severity: "note",
    text: "{blocks} blocks are marked as bad.",
    advice: "Marking good blocks as bad hides data: their bytes are searched.",
  },
  "ext/no-inode": {
    severity: "loss",
    text: "It names inode {inode}, which is not in use or not there.",
    advice: "Only the name is left.",
  },
  "ext/name-without-inode": {
    severity: "note",
    text: "The directory still has its name; the number of its inode was taken out when it was deleted.",
    advice: "Only the name is left. Its content may be among the files without a name or in unallocated space.",
  },
  "ext/type-differs": {
    severity: "anomaly",
    text: "The directory gives it another type than its inode.",
    advice: "It was read as the inode says; damaged or forged.",
  },
  "ext/parent-differs": {
    severity: "anomaly",
    text: "The directory names inode {inode} as its parent, and is in another one.",
    advice: "It was moved by an odd program, damaged or forged.",
  },
  "ext/map-damaged": {
    severity: "loss",
    text: "What says where its content lies does not hold ({problem}).",
    advice: "What could not be found is named as missing.",
  },
  "ext/encrypted": {
    severity: "note",
    text: "It is encrypted (fscrypt): {what}.",
    advice: "Names and contents are shown as they are stored; the key is kept outside of the file system.",
  },
  "ext/from-journal": {
    severity: "note",
    text: "Its record was found in the journal (transaction {sequence}).",
    advice: "It is an older state: what the file held then. The extents say what is still there.",
  },
  "ext/unused-in-use": {
    severity: "anomaly",
    text: "{inodes} inodes are in use that the group descriptors say were never used, the first {first}.",
    advice: "Systems that trust the descriptors do not see them: possibly hidden. They are listed.",
  },
  "ext/orphans": {
    severity: "note",
    text: "{inodes} inodes were still to be cleared away: unlinked while open, or being cut.",
    advice: "Usual after an unclean end. The unlinked ones hold content that no name leads to.",
  },
  "ext/deleted-open": {
    severity: "note",
    text: "Its last name was removed while it was open.",
    advice: "Its content is still allocated; the next mount would free it.",
  },
} as const satisfies Record<string, FindingKind>;
