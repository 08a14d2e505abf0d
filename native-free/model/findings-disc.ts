/** Findings of images of optical discs: ISO, CUE sheets, Nero. */
import type { FindingKind } from "./findings.ts";

export const discFindings = {
  "image/disc-mode": {
    severity: "anomaly",
    text: "The sectors of track {track} are of mode {mode}, which is not what the image says; the sectors were believed.",
    advice: "Nothing is lost; the description was changed, or belongs to another image.",
  },
  "image/disc-sync": {
    severity: "anomaly",
    text: "{sectors} sectors of track {track} do not begin as sectors of that kind do.",
    advice: "They were not read properly, or were changed; what they hold was kept as it is.",
  },
  "image/disc-sum": {
    severity: "anomaly",
    text: "The error detection code of {sectors} sectors of track {track} is not that of their content.",
    advice: "They were read with errors or changed afterwards; what they hold was kept as it is.",
  },
  "image/disc-address": {
    severity: "anomaly",
    text: "{sectors} sectors of track {track} state another address than the one where they lie.",
    advice: "Sectors were left out, put in or taken from another disc; compare with the disc.",
  },
  "image/disc-form2": {
    severity: "note",
    text: "{sectors} sectors of track {track} are of form 2 and hold 2324 bytes, of which the medium shows 2048.",
    advice: "Sound or video; the track as it is stored holds all of it.",
  },
  "image/disc-short": {
    severity: "loss",
    text: "The image has {bytes} bytes, its volume descriptor says {expected}.",
    advice:
      "It is cut off: files that reach beyond its end are incomplete. Look for another copy, or read the disc again.",
  },
  "image/disc-file-missing": {
    severity: "loss",
    text: "A file of the image that holds track {track} is not beside it.",
    advice: "Look for the file; what it holds and where the tracks behind it lie is not known.",
  },
  "image/disc-file-renamed": {
    severity: "anomaly",
    text: "The file of track {track} has another name than the image says; the only one that fits was used.",
    advice: "Files were renamed; check that they belong together.",
  },
  "image/disc-track": {
    severity: "anomaly",
    text: "What the image says of track {track} cannot be ({problem}).",
    advice: "The description is damaged or was changed; compare with another copy.",
  },
} as const satisfies Record<string, FindingKind>;
