/** Findings that the images of virtual machines and discs share (`native-free/images`); what only one format has is in its own part. */
import type { FindingKind } from "./findings.ts";

export const virtualDiskFindings = {
  "image/bad-block": {
    severity: "loss",
    text: "{bytes} bytes of the medium are stored in {segment} in a form that cannot be unpacked ({problem}).",
    advice: "They read as zeros and are named as unreadable; compare with another copy.",
  },
  "image/truncated": {
    severity: "loss",
    text: "The file {segment} has {bytes} bytes, the image needs {expected}.",
    advice: "What lies behind its end is named as missing; look for another copy.",
  },
  "image/structure-damaged": {
    severity: "anomaly",
    text: "The structure {structure} does not hold ({problem}).",
    advice: "What it says was not used where something else says it, too; compare with another copy.",
  },
  "image/structure-replaced": {
    severity: "anomaly",
    text: "The structure {structure} is damaged; its copy is intact and was used.",
    advice: "Nothing is lost; compare with another copy of the image.",
  },
  "image/structures-differ": {
    severity: "anomaly",
    text: "{structure} is there twice, both intact, and they differ in {field}; the first was used.",
    advice: "Programs keep them equal. Ask who handled the image.",
  },
  "image/outside-file": {
    severity: "loss",
    text: "{blocks} blocks of the medium are said to lie outside of the file.",
    advice: "They are named as missing; the file is cut off or its table is damaged.",
  },
  "image/claimed-twice": {
    severity: "anomaly",
    text: "{blocks} blocks of the medium lie at places of the file that something else claims, too.",
    advice: "The table is damaged or forged: at most one of the claims can be right.",
  },
  "image/unclaimed": {
    severity: "anomaly",
    text: "{bytes} bytes of the file {segment} from byte {at} hold data that belongs to no place of the medium.",
    advice: "Remains of deleted blocks, of a lost table, or hidden data: look at them.",
  },
  "image/parent-missing": {
    severity: "loss",
    text: "It holds only what changed since a parent image, which is not beside it.",
    advice: "Put the parent (named by `vestige info`) into the same folder; until then its part is named as missing.",
  },
  "image/parent-mismatch": {
    severity: "anomaly",
    text: "The parent image beside it is not in the state that it was made from ({field}).",
    advice: "What is taken from the parent may mix two states; look for the right parent.",
  },
  "image/parent-shorter": {
    severity: "note",
    text: "The parent image is {bytes} bytes shorter than this one; what lies behind its end reads as zeros.",
    advice: "Usual where a disk was enlarged. Else the parent is cut off or another one: check it.",
  },
  "image/parent-cycle": {
    severity: "loss",
    text: "The image is its own parent, directly or through others, or its chain of parents is too long.",
    advice: "The names were changed or forged; restore the original names.",
  },
  "image/not-closed": {
    severity: "note",
    text: "The image was not closed properly by the program that used it.",
    advice: "The last changes may be incomplete; ask in what state the machine was seized.",
  },
  "image/unsupported": {
    severity: "loss",
    text: "The image uses {feature}, which is not read.",
    advice: "Convert it with the program that made it, keep both, and register the result.",
  },
} as const satisfies Record<string, FindingKind>;
