/** Findings of disk images that Apple's programs write: UDIF, sparse images, sparse bundles. */
import type { FindingKind } from "./findings.ts";

export const appleImageFindings = {
  "image/dmg-salvaged": {
    severity: "anomaly",
    text: "The trailer of the image is missing, cut off or leads nowhere; its block tables were searched for and used.",
    advice:
      "The file is truncated or damaged; without a trailer the medium ends where its tables do. Look for another copy.",
  },
  "image/dmg-trailer-place": {
    severity: "anomaly",
    text: "{bytes} bytes follow the trailer, which is the end of an image.",
    advice: "Something was appended: look at it. The image itself was read.",
  },
  "image/part-checksum": {
    severity: "anomaly",
    text: "The checksum of the part {part} is {computed}, the image says {stored}.",
    advice: "It was damaged or changed since it was made; compare with another copy.",
  },
  "image/blocks-overlap": {
    severity: "anomaly",
    text: "{blocks} blocks begin in a part of the medium that another one holds already; the other one was used there.",
    advice: "The tables are damaged or forged: at most one of the claims can be right.",
  },
  "image/blocks-missing": {
    severity: "loss",
    text: "{bytes} bytes of the medium are in no table of the image.",
    advice: "They read as zeros and are named as missing; look for another copy.",
  },
  "image/band-size": {
    severity: "anomaly",
    text: "{bands} files of bands hold more than the {bytes} bytes of a band; what is behind was left out.",
    advice: "Bands never grow beyond their size: look at what follows.",
  },
  "image/band-short": {
    severity: "note",
    text: "{bands} files of bands have fewer than the {bytes} bytes of a band; the rest of each reads as zeros.",
    advice: "Some programs cut zeros off; a band that was cut off later looks the same: compare with another copy.",
  },
  "image/band-foreign": {
    severity: "anomaly",
    text: "{bands} bands lie behind the end of the medium, or are no bands.",
    advice: "The medium was shrunk, or they were put there; look at them.",
  },
} as const satisfies Record<string, FindingKind>;
