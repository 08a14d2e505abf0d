/**
 * Expert Witness Compression Format, version 1: media as EnCase 1 to 7, FTK Imager, linen, SMART, libewf (EWF-X included) and
 * devices write them. Not read: sets encrypted by AccessData, which are named; logical evidence has a format of its own. The
 * categories srce and sub of headers, in which programs leave nothing but defaults for a medium, are not shown.
 */
import { Buffer } from "node:buffer";
import type { ImageFormat } from "../image-format.ts";
import { ENCRYPTED_SIGNATURE, LOGICAL_SIGNATURE, SEGMENT_SIGNATURE } from "./layouts.ts";
import { ewfMemberOf } from "./membership.ts";
import { openEwf } from "./open.ts";
import { endsSegment, segmentNumberOf } from "./sections.ts";
import { ewfSegmentNames } from "./segment-name.ts";

export const ewfFormat: ImageFormat = {
  registration: {
    id: "ewf",
    family: "image",
    name: "EnCase evidence file (E01, S01)",
    spec: "libyal, Expert Witness Compression Format (EWF)",
    level: "partial",
  },
  detect({ head, tail }) {
    const starts = (signature: Uint8Array): boolean =>
      Buffer.compare(head.subarray(0, signature.length), signature) === 0;
    // What cannot be opened as a medium is still of this format: opening it says what it is.
    if (starts(ENCRYPTED_SIGNATURE) || starts(LOGICAL_SIGNATURE)) return "certain";
    // A damaged header is no reason to take a segment for the bytes of a medium: its end tells as well.
    if (!starts(SEGMENT_SIGNATURE)) return endsSegment(tail) ? "possible" : "no";
    return segmentNumberOf(head) === null ? "possible" : "certain";
  },
  segmentsOf: ewfSegmentNames,
  memberOf: (segment) => ewfMemberOf(segment, SEGMENT_SIGNATURE),
  open: (segments) => openEwf(segments),
};
