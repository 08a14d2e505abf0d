/** Findings of the pass over pictures and scanned pages. */
import type { FindingKind } from "./findings.ts";

export const pictureFindings = {
  "picture/undecodable": {
    severity: "anomaly",
    text: "The picture cannot be decoded ({problem}): there is no thumbnail, no hash, and its text is not recognised.",
    advice: "What its format says of itself is indexed; look at the file with another program.",
  },
  "picture/partly-decoded": {
    severity: "anomaly",
    text: "Only a part of the picture can be decoded.",
    advice: "Thumbnail, hash and recognised text are those of the part that is there.",
  },
  "picture/too-large": {
    severity: "anomaly",
    text: "The picture is larger than the {limit} pixels that are decoded; it was not looked at.",
    advice: "Raise pictures.pixels in the profile and process again.",
  },
  "picture/not-reread": {
    severity: "anomaly",
    text: "Its bytes could not be read a second time for the pass over pictures ({reason}).",
    advice: "The source may have changed or gone since; text in the picture is not searchable.",
  },
  "picture/gave-up": {
    severity: "anomaly",
    text: "The pass over pictures gave it up ({reason}).",
    advice: "Run with more time or memory for workers; text in the picture may not be searchable.",
  },
  "ocr/page-failed": {
    severity: "anomaly",
    text: "Text of {pages} pages could not be recognised, the first is page {page} ({problem}).",
    advice: "Look at these pages by eye.",
  },
  "ocr/low-confidence": {
    severity: "note",
    text: "{pages} pages were recognised with a confidence below {limit} of 100.",
    advice: "Words may be missing or wrong: look at the pages by eye.",
  },
  "ocr/page-limit": {
    severity: "anomaly",
    text: "Only the first {limit} pages were recognised.",
    advice: "Raise ocr.pages in the profile and process again.",
  },
} as const satisfies Record<string, FindingKind>;
