/**
 * Expert Witness Compression Format, version 2, as EnCase 7 and later write it (Ex01). Read: media with zlib, bzip2 and pattern
 * fill, in any number of segments. Not read: encrypted sets, whose keys are not published; increment data and the tree of
 * EnCase's view in restart data, of which nothing is published either.
 */
import { readHead } from "../../bytes/byte-source.ts";
import type { ImageFormat } from "../image-format.ts";
import { fileHeader, LOGICAL_SIGNATURE, MEDIUM_SIGNATURE } from "./layouts.ts";
import { openEwf2 } from "./open.ts";
import { endsWithDescriptor, ewf2HeaderOf } from "./sections.ts";
import { ewf2SegmentNames } from "./segment-name.ts";

export const ewf2Format: ImageFormat = {
  registration: {
    id: "ex01",
    family: "image",
    name: "EnCase evidence file, version 2 (Ex01)",
    spec: "libyal, Expert Witness Compression Format 2 (EWF2)",
    level: "partial",
  },
  detect({ head, tail }) {
    // Logical evidence is of this format as well: opening it says what it is.
    const header = ewf2HeaderOf(head, MEDIUM_SIGNATURE) ?? ewf2HeaderOf(head, LOGICAL_SIGNATURE);
    if (header) return "certain";
    // A damaged header is no reason to take a segment for the bytes of a medium: its end tells as well.
    const isLikely = MEDIUM_SIGNATURE.every((byte, index) => head[index] === byte) || endsWithDescriptor(tail);
    return isLikely ? "possible" : "no";
  },
  segmentsOf: (name, names) => ewf2SegmentNames(name, names),
  memberOf({ source }) {
    const header = ewf2HeaderOf(readHead(source, fileHeader.size), MEDIUM_SIGNATURE);
    return header && { set: header.guid, number: header.number };
  },
  open: (segments) => openEwf2(segments),
};
