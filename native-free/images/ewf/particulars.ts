/** What the small sections of a set say beside the medium's size: metadata, hashes, sessions and bad sectors. */
import { Buffer } from "node:buffer";
import { finding, type Finding } from "../../model/findings.ts";
import { adler32 } from "../../kernels/adler32.ts";
import {
  decodeHeaderText,
  elementsOf,
  parseExtendedHeader,
  parseHeaderText,
  type EwfStoredMetadata,
} from "./header-text.ts";
import { digestData, errorEntry, errorHeader, hashData, sessionEntry, sessionHeader } from "./layouts.ts";
import type { SectorRange } from "./payloads.ts";
import { payloadOf, type EwfSegment } from "./sections.ts";
import { joinedSectors } from "../sector-ranges.ts";

const CHECKSUM = 4;
const MAX_HEADER_BYTES = 4 << 20;
/** Far above any list that a program writes: 8 million ranges. */
const MAX_ERRORS_BYTES = 64 << 20;

/** Payloads of sections of a type, in the order of the set. */
function* payloadsOf(segments: readonly EwfSegment[], type: string, limit: number): Iterable<[EwfSegment, Uint8Array]> {
  for (const segment of segments) {
    for (const section of segment.sections)
      if (section.type === type) yield [segment, payloadOf(segment, section, limit)];
  }
}

export function damaged(segment: EwfSegment, section: string): Finding {
  return finding("image/section-damaged", { segment: segment.number, section });
}

/** The last four bytes of a structure are the Adler-32 of those before. */
export function holds(payload: Uint8Array, size: number): boolean {
  if (payload.length < size) return false;
  const sum = new DataView(payload.buffer, payload.byteOffset + size - CHECKSUM, CHECKSUM).getUint32(0, true);
  return adler32(payload, 0, size - CHECKSUM) === sum;
}

/** Texts that stand in several sections in the same form; dates and programs do not. */
const comparable = ["caseNumber", "evidenceNumber", "description", "examiner", "notes"] as const;
const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/**
 * From header2, header and xheader, in this order: the first that can be read, what it lacks from the others. Null where there
 * is none. Texts that two of them give differently are a finding; beyond ASCII `header` may lack the characters.
 */
export function readMetadata(segments: readonly EwfSegment[], findings: Finding[]): EwfStoredMetadata | null {
  const found: EwfStoredMetadata[] = [];
  for (const type of ["header2", "header", "xheader"]) {
    for (const [segment, payload] of payloadsOf(segments, type, MAX_HEADER_BYTES)) {
      const text = decodeHeaderText(payload);
      const metadata = text === null ? null : type === "xheader" ? parseExtendedHeader(text) : parseHeaderText(text);
      if (metadata) found.push(metadata);
      else findings.push(damaged(segment, type));
    }
  }
  const [first, ...others] = found;
  if (!first) return null;
  const merged: Record<keyof EwfStoredMetadata, string> = { ...first };
  for (const other of others) {
    for (const key of Object.keys(merged) as (keyof EwfStoredMetadata)[]) merged[key] ||= other[key];
  }
  for (const field of comparable) {
    const texts = new Set(found.map((each) => each[field]).filter((text) => text !== "" && isAscii(text)));
    if (texts.size > 1) findings.push(finding("ewf/headers-differ", { field }));
  }
  return merged;
}

const isSet = (digest: Uint8Array): boolean => digest.some((byte) => byte !== 0);

/** Lower-case hexadecimal by algorithm, in the order in which the sections stand. */
type Named = readonly [algorithm: string, hash: string];

const sectionHashes: Readonly<Record<string, (payload: Uint8Array) => readonly Named[] | null>> = {
  digest(payload) {
    if (!holds(payload, digestData.size)) return null;
    const { md5, sha1 } = digestData.cursor().over(payload);
    return [...named("md5", md5), ...named("sha1", sha1)];
  },
  hash(payload) {
    return holds(payload, hashData.size) ? named("md5", hashData.cursor().over(payload).md5) : null;
  },
  xhash(payload) {
    const text = decodeHeaderText(payload);
    if (text === null || !text.includes("<xhash>")) return null;
    return [...elementsOf(text)].flatMap(([name, value]): Named[] => {
      const algorithm = name.toLowerCase().replace("-", "");
      return hashDigits[algorithm] === value.length && /^[0-9a-f]+$/i.test(value)
        ? [[algorithm, value.toLowerCase()]]
        : [];
    });
  },
};
const hashDigits: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64 };
const MAX_XHASH_BYTES = 1 << 20;

function named(algorithm: string, digest: Uint8Array): Named[] {
  return isSet(digest) ? [[algorithm, Buffer.from(digest).toString("hex")]] : [];
}

/**
 * Hashes of the medium by algorithm. Where sections say different things that is a finding, and the later of the more reliable
 * kind counts: EnCase leaves those of an interrupted try.
 */
export function readHashes(segments: readonly EwfSegment[], findings: Finding[]): Record<string, string> {
  const hashes: Record<string, string> = {};
  const differ = new Set<string>();
  for (const [type, read] of Object.entries(sectionHashes)) {
    for (const [segment, payload] of payloadsOf(segments, type, MAX_XHASH_BYTES)) {
      const found = read(payload);
      if (!found) findings.push(damaged(segment, type));
      for (const [algorithm, hash] of found ?? []) {
        if (hashes[algorithm] !== undefined && hashes[algorithm] !== hash) differ.add(algorithm);
        if (type !== "xhash" || hashes[algorithm] === undefined) hashes[algorithm] = hash;
      }
    }
  }
  for (const algorithm of differ) findings.push(finding("ewf/hashes-differ", { algorithm }));
  return hashes;
}

/** A track of an optical disc, or a session. */
export interface EwfSession {
  readonly audio: boolean;
  /** Sector. EnCase gives 16 for the first of a CD. */
  readonly start: number;
}

const AUDIO = 1;
/** Far above what a disc can hold. */
const MAX_SESSIONS_BYTES = 1 << 20;

/** The sessions of an optical disc in order; none for other media. */
export function readSessions(segments: readonly EwfSegment[], findings: Finding[]): EwfSession[] {
  const sessions: EwfSession[] = [];
  for (const [segment, payload] of payloadsOf(segments, "session", MAX_SESSIONS_BYTES)) {
    const count = holds(payload, sessionHeader.size) ? sessionHeader.cursor().over(payload).entryCount : 0;
    const entries = payload.subarray(sessionHeader.size);
    if (count === 0 || !holds(entries, count * sessionEntry.size + CHECKSUM)) {
      findings.push(damaged(segment, "session"));
      continue;
    }
    const entry = sessionEntry.cursor();
    for (let index = 0; index < count; index++) {
      const { flags, start } = entry.over(entries, index * sessionEntry.size);
      sessions.push({ audio: (flags & AUDIO) !== 0, start });
    }
  }
  return sessions;
}

/** Sectors that the acquisition could not read: sorted, merged, clipped to the medium. */
export function readErrors(segments: readonly EwfSegment[], sectorCount: number, findings: Finding[]): SectorRange[] {
  const ranges: SectorRange[] = [];
  for (const [segment, payload] of payloadsOf(segments, "error2", MAX_ERRORS_BYTES)) {
    const found = errorsIn(payload, sectorCount);
    if (found) ranges.push(...found);
    else findings.push(damaged(segment, "error2"));
  }
  return joinedSectors(ranges);
}

function errorsIn(payload: Uint8Array, sectorCount: number): SectorRange[] | null {
  if (!holds(payload, errorHeader.size)) return null;
  const { entryCount } = errorHeader.cursor().over(payload);
  const end = errorHeader.size + entryCount * errorEntry.size;
  if (!holds(payload.subarray(errorHeader.size), end + CHECKSUM - errorHeader.size)) return null;
  const ranges: SectorRange[] = [];
  const entry = errorEntry.cursor();
  for (let at = errorHeader.size; at < end; at += errorEntry.size) {
    const { first, count } = entry.over(payload, at);
    const clipped = Math.min(count, sectorCount - first);
    if (clipped > 0) ranges.push({ first, count: clipped });
  }
  return ranges;
}
