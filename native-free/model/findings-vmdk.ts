/** Findings of VMDK images; what other virtual disks have, too, is in `findings-virtual-disk.ts`. */
import type { FindingKind } from "./findings.ts";

export const vmdkFindings = {
  "image/vmdk-extent-missing": {
    severity: "loss",
    text: "Extent {extent} of the disk, {segment}, is not beside its descriptor.",
    advice: "Look for the file; its part of the medium reads as zeros and is named as missing.",
  },
  "image/vmdk-device-extent": {
    severity: "loss",
    text: "Extent {extent} of the disk is the device {segment} of the machine that it belonged to.",
    advice: "Its content is on that device, not in the image: look for the device or an image of it.",
  },
  "image/vmdk-extent-damaged": {
    severity: "loss",
    text: "Extent {extent} of the disk, {segment}, cannot be read ({problem}).",
    advice: "Its part of the medium is named as missing; compare with another copy of this file.",
  },
  "image/vmdk-extent-size": {
    severity: "anomaly",
    text: "Extent {extent} has {declared} sectors by the descriptor and {own} by its own file.",
    advice: "Every other extent keeps its place by the descriptor; of the last one the larger size was used.",
  },
  "image/vmdk-extent-renamed": {
    severity: "note",
    text: "The descriptor calls extent {extent} otherwise; {segment}, which has its number, was taken.",
    advice: "The files were renamed after the disk was last used; compare with their original names.",
  },
  "image/vmdk-no-descriptor": {
    severity: "anomaly",
    text: "No descriptor is there: {extents} extents were put in order by their names or headers.",
    advice:
      "Look for the descriptor (a small .vmdk file): only it says whether that is the whole disk, and on which parent it builds.",
  },
  "image/vmdk-line-ends": {
    severity: "loss",
    text: "The bytes of the header of {segment} that test for it were changed: the file was transferred as text.",
    advice: "Its bytes have been replaced or shifted all over; transfer the original again as binary.",
  },
  "image/vmdk-salvaged": {
    severity: "loss",
    text: "The stream {segment} has no directory of its own that holds; {grains} grains were found by walking through it.",
    advice: "The file is cut off or damaged: what lies behind the last grain is named as missing.",
  },
  "image/vmdk-parent-by-identifier": {
    severity: "note",
    text: "The parent is not there under its name; another file beside it has the identifier of the parent, and was used.",
    advice: "The parent was renamed; compare with its original name.",
  },
} as const satisfies Record<string, FindingKind>;
