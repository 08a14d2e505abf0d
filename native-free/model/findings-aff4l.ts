/** Findings of logical AFF4 containers. */
import type { FindingKind } from "./findings.ts";

export const aff4LogicalFindings = {
  "aff4l/no-volume": {
    severity: "loss",
    text: "It is no AFF4 volume: it names no volume, or its members cannot be found.",
    advice: "Check that the right file was given, or look for another copy.",
  },
  "aff4l/directory-damaged": {
    severity: "anomaly",
    text: "The directory of the container is damaged or absent; {members} members were found by searching.",
    advice: "The container is truncated or damaged; compare with another copy.",
  },
  "aff4l/metadata-damaged": {
    severity: "loss",
    text: "The list of the entries is absent, incomplete or damaged ({problem}).",
    advice: "Contents can still be extracted with any ZIP tool; compare with another copy.",
  },
  "aff4l/content-missing": {
    severity: "loss",
    text: "The content is not in the container, or only a part of it.",
    advice: "The container is damaged; look for another copy.",
  },
  "aff4l/content-unsupported": {
    severity: "loss",
    text: "The content is kept in a way that is not read: an image stream, encryption or another compression.",
    advice: "Export it with the program that made the container.",
  },
  "aff4l/content-damaged": {
    severity: "loss",
    text: "The content cannot be unpacked.",
    advice: "The container is damaged; look for another copy.",
  },
} as const satisfies Record<string, FindingKind>;
