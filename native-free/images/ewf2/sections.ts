/**
 * The sections of one segment: descriptors stand behind their data and lead back, so the chain is followed from the end of the
 * file; where it is cut, descriptors are searched for. libyal, "EWF2", sections "The sections", "Section descriptor".
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { mixedGuidText } from "../../bytes/guid.ts";
import { adler32 } from "../../kernels/adler32.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import { ENCRYPTED, fileHeader, HASHED, sectionDescriptor, sectionTypes } from "./layouts.ts";

export interface Ewf2Section {
  /** A word of `sectionTypes`; `type-N` where the number N is not known. */
  readonly type: string;
  /** Of the descriptor, in the segment. */
  readonly at: number;
  /** The data are `start` to `at`. */
  readonly start: number;
  /** Hexadecimal; null where the data are not hashed. */
  readonly md5: string | null;
  readonly isEncrypted: boolean;
}

export interface Ewf2Segment {
  readonly number: number;
  readonly file: ImageSegment;
  readonly compression: number;
  /** In order of their places. */
  readonly sections: readonly Ewf2Section[];
  readonly findings: readonly Finding[];
}

const DESCRIPTOR = sectionDescriptor.size;
const ALIGNMENT = 16;
const CHECKSUM = 4;
const WINDOW_BYTES = 1 << 20;
/** Above what a file of many terabytes has: a table and its sectors for each 30 MB. */
const MAX_SECTIONS = 2_000_000;

interface Descriptor extends Ewf2Section {
  readonly previous: number;
}

const cursor = sectionDescriptor.cursor();
const scratch = new Uint8Array(DESCRIPTOR);

/** The descriptor at a place; null where none stands, or its checksum fails. */
function descriptorAt(source: ByteSource, at: number): Descriptor | null {
  if (at < fileHeader.size || at + DESCRIPTOR > source.size) return null;
  source.readInto(scratch, at);
  cursor.over(scratch);
  const { descriptorSize, dataSize, previous, type, flags } = cursor;
  if (descriptorSize !== DESCRIPTOR || adler32(scratch, 0, DESCRIPTOR - CHECKSUM) !== cursor.checksum) return null;
  if (dataSize > at - fileHeader.size || previous >= at) return null;
  return {
    type: sectionTypes[type] ?? `type-${type}`,
    at,
    start: at - dataSize,
    md5: (flags & HASHED) !== 0 ? Buffer.from(cursor.md5).toString("hex") : null,
    isEncrypted: (flags & ENCRYPTED) !== 0,
    previous,
  };
}

/** Whether bytes end with a descriptor, as every finished segment does. */
export function endsWithDescriptor(bytes: Uint8Array): boolean {
  const at = bytes.length - DESCRIPTOR;
  if (at < 0) return false;
  cursor.over(bytes, at);
  const isOne = cursor.descriptorSize === DESCRIPTOR && sectionTypes[cursor.type] !== undefined;
  return isOne && adler32(bytes, at, bytes.length - CHECKSUM) === cursor.checksum;
}

/** The last descriptor that ends at or before `end`. Sections are aligned, and so are these. */
function descriptorBefore(source: ByteSource, end: number): Descriptor | null {
  const window = Buffer.alloc(WINDOW_BYTES + DESCRIPTOR);
  for (let top = end; top > fileHeader.size; top -= WINDOW_BYTES) {
    const base = Math.max(0, top - WINDOW_BYTES - DESCRIPTOR);
    const filled = window.subarray(0, source.readInto(window.subarray(0, top - base), base));
    const last = base + filled.length - DESCRIPTOR;
    for (let at = last - (last % ALIGNMENT); at >= Math.max(base, fileHeader.size); at -= ALIGNMENT) {
      const inWindow = at - base;
      if (filled.readUInt32LE(inWindow + 24) !== DESCRIPTOR) continue;
      const found = descriptorAt(source, at);
      if (found) return found;
    }
  }
  return null;
}

/**
 * Where the chain goes from a section: both the offset of the descriptor before and the length of the data lead there, except
 * that an acquisition that was aborted and restarted leaves data that no descriptor counts.
 */
function before(source: ByteSource, number: number, found: Descriptor): { next: Descriptor | null; finding?: Finding } {
  const byLength = found.start - DESCRIPTOR;
  const next = descriptorAt(source, found.previous);
  if (found.previous === byLength) return { next };
  const other = descriptorAt(source, byLength);
  if (next && other) throw new EvidenceError("image/two-images", { segment: number });
  const disagrees = finding("image/section-size", { segment: number, at: found.at });
  return next || other ? { next: next ?? other, finding: disagrees } : { next: null };
}

/** Throws EvidenceError `image/two-images` where offset and length of a section both lead on, to different places. */
export function scanEwf2Segment(file: ImageSegment, number: number, compression: number): Ewf2Segment {
  const { source } = file;
  const sections: Ewf2Section[] = [];
  const findings: Finding[] = [];
  const searched = (from: number, problem: string): Descriptor | null => {
    findings.push(finding("image/chain-cut", { segment: number, at: from, problem }));
    return descriptorBefore(source, from);
  };
  let found = descriptorAt(source, source.size - DESCRIPTOR) ?? searched(source.size, "truncated");
  while (found && sections.length < MAX_SECTIONS) {
    sections.push(found);
    // The first section begins behind the file header and leads nowhere.
    if (found.start === fileHeader.size && found.previous === 0) break;
    const step = before(source, number, found);
    if (step.finding) findings.push(step.finding);
    found = step.next ?? searched(Math.max(fileHeader.size, found.start), "checksum");
  }
  return { number, file, compression, sections: sections.reverse(), findings };
}

/** The data of a section up to a limit, in a fresh array. */
export function dataOf({ file }: Ewf2Segment, { start, at }: Ewf2Section, limit: number): Uint8Array {
  return readRange(file.source, start, Math.min(limit, at - start));
}

/** Whether the data of a section have the MD5 that its descriptor gives; true where it gives none. Reads all of them. */
export function sectionHolds({ file }: Ewf2Segment, { start, at, md5 }: Ewf2Section): boolean {
  if (md5 === null) return true;
  const hash = createHash("md5");
  for (let from = start; from < at; from += WINDOW_BYTES) {
    hash.update(readRange(file.source, from, Math.min(WINDOW_BYTES, at - from)));
  }
  return hash.digest("hex") === md5;
}

export interface Ewf2Header {
  readonly number: number;
  readonly compression: number;
  readonly guid: string;
  readonly version: string;
}

/** The header of a file that begins with a signature; null where it does not. */
export function ewf2HeaderOf(head: Uint8Array, signature: Uint8Array): Ewf2Header | null {
  if (head.length < fileHeader.size || !signature.every((byte, index) => head[index] === byte)) return null;
  const { segmentNumber, compression, guid, major, minor } = fileHeader.cursor().over(head);
  if (segmentNumber === 0 || major !== 2) return null;
  return { number: segmentNumber, compression, guid: mixedGuidText(guid), version: `${major}.${minor}` };
}
