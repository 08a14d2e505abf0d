/**
 * The sections of one segment: the chain is followed while it holds, and where it is cut, descriptors are searched for.
 * Specification: libyal, "Expert Witness Compression Format (EWF)", sections "Section descriptor" and "Corruption scenarios".
 */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { LOGICAL_SIGNATURE, sectionDescriptor, SEGMENT_SIGNATURE, segmentHeader } from "./layouts.ts";

export interface EwfSection {
  readonly type: string;
  /** Of the descriptor, in the segment. */
  readonly at: number;
  /** Where the section ends: its payload is `at + 76` to here. */
  readonly end: number;
}

/** Type of what stands for a stretch in which the chain is broken. */
export const CUT = "";

export interface EwfSegment {
  readonly number: number;
  readonly file: ImageSegment;
  readonly sections: readonly EwfSection[];
  readonly findings: readonly Finding[];
}

const DESCRIPTOR = sectionDescriptor.size;
const CHECKSUM = 4;
const WINDOW_BYTES = 1 << 20;
/** A file of millions of descriptors is no image; libewf's sets have three per 511 MiB. */
const MAX_SECTIONS = 100_000;

const mediumTypes = ["volume", "disk", "data", "sectors", "table", "table2", "error2", "session", "digest", "hash"];
/** Of EWF-X, and of logical evidence. */
const knownTypes = [...mediumTypes, "xheader", "xhash", "ltypes", "ltree", "map"];
const closingTypes = new Set(["next", "done"]);
/** The type field of each, NULs included: what a search looks for. */
const patterns = ["header", "header2", ...knownTypes, "incomplete", ...closingTypes].map((type) =>
  Buffer.concat([Buffer.from(type, "latin1")], 16),
);

interface Descriptor {
  readonly type: string;
  readonly next: number;
  readonly length: number;
}

const cursor = sectionDescriptor.cursor();
const scratch = new Uint8Array(DESCRIPTOR);

/** The descriptor at a place; null where none stands, or its checksum fails. */
function descriptorAt(source: ByteSource, at: number): Descriptor | null {
  if (at < segmentHeader.size || at + DESCRIPTOR > source.size) return null;
  source.readInto(scratch, at);
  cursor.over(scratch);
  if (adler32(scratch, 0, DESCRIPTOR - CHECKSUM) !== cursor.checksum) return null;
  if (!/^[a-z0-9]+$/.test(cursor.type)) return null;
  try {
    return { type: cursor.type, next: cursor.next, length: cursor.length };
  } catch (error) {
    // Past 2^53: no offset of this file.
    if (error instanceof EvidenceError) return null;
    throw error;
  }
}

/** The next descriptor from `from` on whose offset and length agree with where it stands: no copy inside evidence does. */
function findDescriptor(source: ByteSource, from: number): number | null {
  const window = Buffer.alloc(Math.min(WINDOW_BYTES, Math.max(0, source.size - from)));
  for (let base = from; base + DESCRIPTOR <= source.size; base += WINDOW_BYTES - 16) {
    const filled = window.subarray(0, source.readInto(window, base));
    for (const at of hitsIn(filled)) {
      const found = descriptorAt(source, base + at);
      if (!found) continue;
      const closes = closingTypes.has(found.type) && found.next === base + at;
      if (closes || (found.length >= DESCRIPTOR && found.next === base + at + found.length)) return base + at;
    }
    if (filled.length < WINDOW_BYTES) break;
  }
  return null;
}

function hitsIn(window: Buffer): number[] {
  const hits: number[] = [];
  for (const pattern of patterns) {
    for (let at = window.indexOf(pattern); at !== -1; at = window.indexOf(pattern, at + 1)) hits.push(at);
  }
  return hits.sort((a, b) => a - b);
}

type Step = { readonly to: number; readonly finding?: Finding } | { readonly cut: string };

/** Where the chain goes from a section that is not the last. */
function stepFrom(file: ByteSource, number: number, at: number, found: Descriptor): Step {
  const { next, length } = found;
  const byLength = at + length;
  const leads = (to: number): boolean => to > at && descriptorAt(file, to) !== null;
  if (next <= at || length === 0 || next === byLength) {
    if (next <= at) return { cut: "unfinished" };
    // Past the end: what a truncated file leaves.
    return next > file.size ? { cut: "truncated" } : { to: next };
  }
  if (leads(next) && leads(byLength)) throw new EvidenceError("image/two-images", { segment: number });
  if (!leads(next) && !leads(byLength)) return { cut: "size" };
  return { to: leads(next) ? next : byLength, finding: finding("image/section-size", { segment: number, at }) };
}

/** Throws EvidenceError `image/two-images` where offset and length of a section both lead on, to different places. */
export function scanSegment(file: ImageSegment, number: number): EwfSegment {
  const { source } = file;
  const sections: EwfSection[] = [];
  const findings: Finding[] = [];
  let at: number | null = segmentHeader.size;
  const resume = (from: number, problem: string): number | null => {
    findings.push(finding("image/chain-cut", { segment: number, at: from, problem }));
    const to = findDescriptor(source, from + 1);
    sections.push({ type: CUT, at: from, end: to ?? source.size });
    return to;
  };
  while (at !== null && sections.length < MAX_SECTIONS) {
    const found = descriptorAt(source, at);
    if (!found) {
      at = resume(at, at + DESCRIPTOR > source.size ? "truncated" : "checksum");
      continue;
    }
    if (closingTypes.has(found.type) || (found.type === "incomplete" && found.next <= at)) {
      sections.push({ type: found.type, at, end: at + DESCRIPTOR });
      break;
    }
    const step = stepFrom(source, number, at, found);
    if ("cut" in step) {
      // Of a section that runs past the end, what is there may still be of use; chunks of one without length are not.
      if (step.cut === "truncated") sections.push({ type: found.type, at, end: source.size });
      at = resume(at, step.cut);
      continue;
    }
    if (step.finding) findings.push(step.finding);
    sections.push({ type: found.type, at, end: step.to });
    at = step.to;
  }
  return { number, file, sections, findings };
}

/** Bytes of a section behind its descriptor, up to a limit, in a fresh array. */
export function payloadOf(segment: EwfSegment, section: EwfSection, limit: number): Uint8Array {
  const at = section.at + DESCRIPTOR;
  return readRange(segment.file.source, at, Math.min(limit, Math.max(0, section.end - at)));
}

/** Whether bytes end with the descriptor that closes a segment. */
export function endsSegment(bytes: Uint8Array): boolean {
  const at = bytes.length - DESCRIPTOR;
  if (at < 0) return false;
  cursor.over(bytes, at);
  return closingTypes.has(cursor.type) && adler32(bytes, at, bytes.length - CHECKSUM) === cursor.checksum;
}

/** The sections at the start of a file as far as their chain holds, `most` of them. */
export function firstSections(source: ByteSource, most: number): EwfSection[] {
  const sections: EwfSection[] = [];
  for (let at: number = segmentHeader.size; sections.length < most;) {
    const found = descriptorAt(source, at);
    if (!found || found.next <= at) break;
    sections.push({ type: found.type, at, end: Math.min(found.next, source.size) });
    at = found.next;
  }
  return sections;
}

/** The number in the segment header, of a medium or of logical evidence; null where the file does not begin with one. */
export function segmentNumberOf(head: Uint8Array): number | null {
  if (head.length < segmentHeader.size) return null;
  const header = segmentHeader.cursor().over(head);
  const starts = (signature: Uint8Array): boolean => Buffer.compare(header.signature, signature) === 0;
  const valid = (starts(SEGMENT_SIGNATURE) || starts(LOGICAL_SIGNATURE)) && header.startOfFields === 1;
  return valid && header.segmentNumber > 0 ? header.segmentNumber : null;
}
