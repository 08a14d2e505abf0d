/** Findings of QCOW images (`native-free/images/qcow`). */
import type { FindingKind } from "./findings.ts";

export const qcowFindings = {
  "image/qcow-corrupt": {
    severity: "anomaly",
    text: "The program that used the image marked it as corrupt.",
    advice: "Any of its structures may be wrong; compare with another copy.",
  },
  "image/qcow-data-file-missing": {
    severity: "loss",
    text: "The content lies in another file (named by `vestige info`), which is not beside it.",
    advice: "Put that file into the same folder; until then the content is named as missing.",
  },
  "image/qcow-entries": {
    severity: "anomaly",
    text: "{entries} entries of its tables say what no program writes ({problem}).",
    advice: "Where an entry leads nowhere its part of the medium is named as unreadable; compare with another copy.",
  },
  "image/qcow-refcounts": {
    severity: "anomaly",
    text: "{clusters} clusters are used more or less often than is counted, {leaked} are counted and not used.",
    advice: "Usual after a crash; the content is not affected. Clusters that are not used may hold older data.",
  },
  "image/qcow-copied": {
    severity: "anomaly",
    text: "{entries} entries of its tables are wrong about whether a snapshot shares their cluster.",
    advice: "The content is not affected; the image was damaged, or changed by something else than its program.",
  },
  "image/qcow-not-checked": {
    severity: "note",
    text: "Its tables are too large to compare all that refers to its clusters (more than {entries} entries).",
    advice: "Check it with the program that made it (`qemu-img check`).",
  },
} as const satisfies Record<string, FindingKind>;
