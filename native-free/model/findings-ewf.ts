/** Findings that only EnCase evidence files have, of both versions and the logical ones. */
import type { FindingKind } from "./findings.ts";

export const ewfFindings = {
  "ewf/headers-differ": {
    severity: "anomaly",
    text: "The sections with the metadata differ in {field}; the first was used.",
    advice: "Acquisition programs write the same into all of them. Ask who handled the image.",
  },
  "ewf/hashes-differ": {
    severity: "anomaly",
    text: "The set stores more than one {algorithm} of its medium, and they differ; the last of an ordinary section was used.",
    advice: "Compute it again: an interrupted acquisition leaves that, and so does a change by hand.",
  },
  "ewf/checksum-absent": {
    severity: "note",
    text: "Section {section} in segment {segment} has no checksum.",
    advice: "Some devices leave it out; what it says was compared with the other sections.",
  },
  "ewf/incomplete": {
    severity: "anomaly",
    text: "Segment {segment} says that the acquisition was not completed.",
    advice: "Ask for the record of the acquisition; what has no chunk is named as missing.",
  },
  "ewf/audio-tracks": {
    severity: "note",
    text: "{tracks} tracks of the disc are audio; the programs that write this format keep zeros in their place.",
    advice: "If sound matters, acquire the disc with a program that reads audio tracks.",
  },
  "ewf/section-unknown": {
    severity: "note",
    text: "The set has sections ({section}) of which nothing is published; they were not read.",
    advice: "Open it in EnCase as well if something seems to be lacking.",
  },
  "ewf/restarted": {
    severity: "note",
    text: "The acquisition was interrupted and restarted.",
    advice: "Ask for the record of the acquisition.",
  },
  "ewf/size-unknown": {
    severity: "anomaly",
    text: "The description of the medium gives no size; that of the chunks that are there was used.",
    advice: "The acquisition was not finished: the end of the medium may be lacking.",
  },
} as const satisfies Record<string, FindingKind>;
