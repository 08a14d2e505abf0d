/**
 * Logical evidence files of EnCase: L01 (EnCase 5 to 7) and Lx01 (EnCase 7 and later). Read: the tree of files with times,
 * hashes, permissions, sources, short names and extended attributes; contents, also repeated and sparse ones. Not read: encrypted
 * sets; original extents, the sections ltypes and map, and the tables beside the tree of Lx01, of which nothing is published.
 */
import { Buffer } from "node:buffer";
import { readHead } from "../../bytes/byte-source.ts";
import { LOGICAL_SIGNATURE } from "../ewf/layouts.ts";
import { ewfMemberOf } from "../ewf/membership.ts";
import { ewfSegmentNames } from "../ewf/segment-name.ts";
import { fileHeader, LOGICAL_SIGNATURE as LOGICAL_SIGNATURE_2 } from "../ewf2/layouts.ts";
import { ewf2HeaderOf } from "../ewf2/sections.ts";
import { ewf2SegmentNames } from "../ewf2/segment-name.ts";
import type { LogicalFormat } from "../logical-image.ts";
import { openL01, openLx01 } from "./open.ts";

export const l01Format: LogicalFormat = {
  registration: {
    id: "l01",
    family: "image",
    name: "EnCase logical evidence file (L01)",
    spec: "libyal, Expert Witness Compression Format (EWF), Ltree section",
    level: "partial",
  },
  detect({ head }) {
    return Buffer.compare(head.subarray(0, LOGICAL_SIGNATURE.length), LOGICAL_SIGNATURE) === 0 ? "certain" : "no";
  },
  segmentsOf: ewfSegmentNames,
  memberOf: (segment) => ewfMemberOf(segment, LOGICAL_SIGNATURE),
  open: openL01,
};

export const lx01Format: LogicalFormat = {
  registration: {
    id: "lx01",
    family: "image",
    name: "EnCase logical evidence file, version 2 (Lx01)",
    spec: "libyal, Expert Witness Compression Format 2 (EWF2), Single files data",
    level: "partial",
  },
  detect: ({ head }) => (ewf2HeaderOf(head, LOGICAL_SIGNATURE_2) ? "certain" : "no"),
  segmentsOf: (name, names) => ewf2SegmentNames(name, names, "L"),
  memberOf({ source }) {
    const header = ewf2HeaderOf(readHead(source, fileHeader.size), LOGICAL_SIGNATURE_2);
    return header && { set: header.guid, number: header.number };
  },
  open: openLx01,
};
