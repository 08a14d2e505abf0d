/** Findings of UDF (`native-free/filesystems/udf`). */
import type { FindingKind } from "./findings.ts";

export const udfFindings = {
  "udf/recognition-damaged": {
    severity: "anomaly",
    text: "The sequence that tells what is on the volume is damaged or missing ({problem}); the volume was opened by its anchors.",
    advice: "Systems may refuse the medium. Ask what happened to it.",
  },
  "udf/anchors-missing": {
    severity: "anomaly",
    text: "No anchor leads to the descriptors of the volume; they were found by a search.",
    advice: "The medium is damaged, cut off or was not closed.",
  },
  "udf/partition-missing": {
    severity: "loss",
    text: "The logical volume refers to partition {number}, which no descriptor describes.",
    advice: "What lies in it could not be read by name; it is searched for entries.",
  },
  "udf/partition-unknown": {
    severity: "loss",
    text: "Partition map {index} is of a kind that UDF does not have ({kind}).",
    advice: "What refers to it is named as missing.",
  },
  "udf/virtual-table-missing": {
    severity: "loss",
    text: "The disc needs a virtual allocation table and none was found.",
    advice: "It was not closed or the image is cut off; its files were searched for and are listed as orphans.",
  },
  "udf/earlier-states": {
    severity: "note",
    text: "The disc holds {count} earlier states of its directories.",
    advice: "What they show and the last one does not is listed as deleted.",
  },
  "udf/earlier-sessions": {
    severity: "note",
    text: "The disc holds earlier sessions; the last one, whose partition begins at block {block}, was read.",
    advice: "Entries of the others that are reached no more are listed as orphans.",
  },
  "udf/root-missing": {
    severity: "loss",
    text: "The root directory cannot be read ({problem}).",
    advice: "What was found by a search for entries is listed as orphans.",
  },
  "udf/no-entry": {
    severity: "loss",
    text: "Where the file should be described there is no file entry (block {block}).",
    advice: "Only the name is left; the content may be in unallocated space.",
  },
  "udf/kind-mismatch": {
    severity: "anomaly",
    text: "The directory calls it a {named}, its entry a {recorded}.",
    advice: "It is shown as what its entry says.",
  },
  "udf/entry-reused": {
    severity: "note",
    text: "The entry of the deleted file describes another file now.",
    advice: "Only the name is left of it.",
  },
  "udf/earlier-version": {
    severity: "note",
    text: "It comes from an earlier state that the disc keeps, described at block {block}.",
    advice: "Compare it with what is there now, if there is anything.",
  },
  "udf/link-count": {
    severity: "anomaly",
    text: "Its entry counts {stated} names, {found} lead to it.",
    advice: "A name was lost, or removed by an odd program.",
  },
  "udf/counts-differ": {
    severity: "note",
    text: "The volume counts {stated} {what}, {found} were found.",
    advice: "Usual with some writers; else entries were lost, hidden or removed.",
  },
  "udf/free-in-use": {
    severity: "anomaly",
    text: "{blocks} blocks that are marked as free belong to allocated entries.",
    advice: "The next write could have overwritten them; the bitmap is damaged or was not updated.",
  },
  "udf/attributes-damaged": {
    severity: "anomaly",
    text: "Its extended attributes do not hold ({problem}).",
    advice: "What could be read of them is shown.",
  },
} as const satisfies Record<string, FindingKind>;
