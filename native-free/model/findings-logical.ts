/** Findings of logical evidence: containers of single files. */
import type { FindingKind } from "./findings.ts";

export const logicalFindings = {
  "logical/hash-differs": {
    severity: "anomaly",
    text: "The content does not have the {algorithm} that the container states for it.",
    advice: "The container was changed after it was made, or is damaged; compare with another copy.",
  },
  "logical/no-tree": {
    severity: "loss",
    text: "The list of the files is not in the segments that are there.",
    advice: "It is kept in the last segment of a set: look for that one.",
  },
  "logical/tree-damaged": {
    severity: "loss",
    text: "The list of the files is damaged or incomplete ({problem}).",
    advice: "Files behind the damage are not listed; compare with another copy.",
  },
  "logical/entry-damaged": {
    severity: "anomaly",
    text: "What the list says of the file cannot be ({field}).",
    advice: "That value was left out; compare with another copy.",
  },
  "logical/size-differs": {
    severity: "anomaly",
    text: "The file is said to have {size} bytes, and {stored} are stored.",
    advice: "What is not stored is named as missing; compare with another copy.",
  },
} as const satisfies Record<string, FindingKind>;
