/**
 * Matroska and WebM: the EBML header, then a segment whose elements are walked to its end; where its size is unknown, as in a recording
 * that was streamed, to the last element that can be one. Checksums of elements are checked where the writer left them.
 * Spec: RFC 8794 (EBML), RFC 9559 (Matroska). Clusters are stepped over by their lengths.
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const ids = {
  header: 0x1a45_dfa3,
  docType: 0x4282,
  segment: 0x1853_8067,
  info: 0x1549_a966,
  tracks: 0x1654_ae6b,
  cluster: 0x1f43_b675,
  seekHead: 0x114d_9b74,
  cues: 0x1c53_bb6b,
  chapters: 0x1043_a770,
  tags: 0x1254_c367,
  attachments: 0x1941_a469,
  void: 0xec,
  crc: 0xbf,
  trackEntry: 0xae,
} as const satisfies Record<string, number>;
const outerIds = new Set<number>([
  ids.info,
  ids.tracks,
  ids.cluster,
  ids.seekHead,
  ids.cues,
  ids.chapters,
  ids.tags,
  ids.attachments,
  ids.void,
  ids.crc,
]);
/** Inside of a cluster: timestamp, silent tracks, position, size before, simple block, group, encrypted block, void, CRC. */
const clusterIds = new Set<number>([0xe7, 0x5854, 0xa7, 0xab, 0xa3, 0xa0, 0xaf, 0xec, 0xbf]);
/** Elements up to this size are read whole for their checksum. */
const checkedBytes = 1 << 24;
const elementLimit = 10_000_000;

/** One element at a time. */
class Element {
  id = 0;
  bodyAt = 0;
  /** Exclusive; -1 where the size is unknown. */
  end = 0;

  /** Reads the element at `at` (RFC 8794 sections 4 and 5); false where there can be none. */
  read(window: CarveWindow, at: number): boolean {
    const first = window.u8(at);
    const idBytes = Math.clz32(first) - 23;
    if (first < 0x10 || !window.has(at, idBytes + 1)) return false;
    this.id = 0;
    for (let i = 0; i < idBytes; i++) this.id = this.id * 256 + window.u8(at + i);
    const lead = window.u8(at + idBytes);
    const sizeBytes = Math.clz32(lead) - 23;
    if (lead === 0) return false;
    let size = lead & (0xff >> sizeBytes);
    let isUnknown = size === 0xff >> sizeBytes;
    for (let i = 1; i < sizeBytes; i++) {
      const byte = window.u8(at + idBytes + i);
      isUnknown &&= byte === 0xff;
      size = size * 256 + byte;
    }
    this.bodyAt = at + idBytes + sizeBytes;
    this.end = isUnknown ? -1 : this.bodyAt + size;
    return Number.isSafeInteger(this.end);
  }
}

/** Whether the elements of a stretch fill it, and a checksum at its head is right; counts those of one id. */
function elementsFill(
  window: CarveWindow,
  from: number,
  to: number,
  wanted: number,
): { isSound: boolean; count: number } {
  const element = new Element();
  let [at, count] = [from, 0];
  while (at < to) {
    if (!element.read(window, at) || element.end < 0 || element.end > to) return { isSound: false, count };
    if (element.id === ids.crc && at === from && !isChecked(window, element, to)) return { isSound: false, count };
    if (element.id === wanted) count++;
    at = element.end;
  }
  return { isSound: at === to && to <= window.end, count };
}

/** CRC-32 of everything in the parent behind the element itself, little-endian (RFC 8794 section 11.3.1). */
function isChecked(window: CarveWindow, element: Element, to: number): boolean {
  if (element.end - element.bodyAt !== 4) return false;
  if (to - element.end > checkedBytes || to > window.end) return true;
  const expected = window.u32(element.bodyAt);
  return crc32(window.bytes(element.end, to - element.end)) === expected;
}

/** `webm` or `matroska` from the EBML header at `at`; null where its elements do not fill it or it names something else. */
function docType(window: CarveWindow, from: number, to: number): string | null {
  const element = new Element();
  let kind: string | null = null;
  for (let at = from; at < to; at = element.end) {
    if (!element.read(window, at) || element.end < 0 || element.end > to) return null;
    if (element.id !== ids.docType) continue;
    if (window.isText(element.bodyAt, "webm")) kind = "webm";
    else if (window.isText(element.bodyAt, "matroska")) kind = "matroska";
  }
  return kind;
}

interface Segment {
  hasInfo: boolean;
  hasTracks: boolean;
  /** Behind the last whole element. */
  end: number;
  /** The last element was not cut, nor damaged. */
  isWhole: boolean;
}

/** A cluster without a size ends where something follows that is no part of it. */
function clusterEnd(window: CarveWindow, from: number, element: Element): number {
  let at = from;
  while (window.has(at, 2) && element.read(window, at) && clusterIds.has(element.id)) {
    if (element.end < 0 || element.end > window.end) break;
    at = element.end;
  }
  return at;
}

/** Looks into an element as far as is cheap: that it is what its id says. */
function isSoundElement(window: CarveWindow, id: number, from: number, to: number, segment: Segment): boolean {
  if (id === ids.cluster) {
    const first = new Element();
    return first.read(window, from) && clusterIds.has(first.id) && first.end <= to;
  }
  if (id === ids.void || id === ids.crc || to > window.end) return true;
  const { isSound, count } = elementsFill(window, from, to, ids.trackEntry);
  if (!isSound) return false;
  if (id === ids.info) segment.hasInfo = true;
  if (id === ids.tracks) segment.hasTracks = count > 0;
  return true;
}

/** Elements of the segment up to `to`, the end of the segment or of what there is. */
function walkSegment(window: CarveWindow, from: number, to: number): Segment {
  const segment: Segment = { hasInfo: false, hasTracks: false, end: from, isWhole: false };
  const element = new Element();
  for (let i = 0; i < elementLimit && segment.end < to; i++) {
    if (!element.read(window, segment.end) || !outerIds.has(element.id)) return { ...segment, isWhole: false };
    const { id, bodyAt, end } = element;
    if (end < 0 && id !== ids.cluster) return segment;
    if (!isSoundElement(window, id, bodyAt, end < 0 ? window.end : end, segment)) return segment;
    if (end > window.end) return { ...segment, end: window.end };
    segment.end = end < 0 ? clusterEnd(window, bodyAt, element) : end;
  }
  segment.isWhole = segment.end === to;
  return segment;
}

/** The segment behind the header, and the space that a writer may have left between them; null where none begins. */
function segmentAt(window: CarveWindow, at: number): Element | null {
  let from = at;
  for (let i = 0; i < 16; i++) {
    const element = new Element();
    if (!element.read(window, from)) return null;
    if (element.id === ids.segment) return element;
    if (element.id !== ids.void || element.end < 0) return null;
    from = element.end;
  }
  return null;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (peek(source, at, end)[4] === 0) return null;
  const window = new CarveWindow(source, end);
  const header = new Element();
  if (!header.read(window, at) || header.id !== ids.header || header.end < 0 || header.end - at > 4096) return null;
  const kind = docType(window, header.bodyAt, header.end);
  const found = kind === null ? null : segmentAt(window, header.end);
  if (kind === null || found === null) return null;
  const isOpen = found.end < 0;
  const segment = walkSegment(window, found.bodyAt, isOpen ? window.end : found.end);
  if (!segment.hasInfo || !segment.hasTracks) return null;
  // A stream that names no end ends where its elements do.
  const isWhole = isOpen ? segment.end < window.end || segment.isWhole : segment.isWhole;
  return carvedAs(kind, isWhole ? "complete" : "truncated", segment.end - at);
}

export const matroskaCarver: Carver = {
  id: "matroska",
  family: "carver",
  name: "Matroska and WebM",
  spec: "RFC 8794; RFC 9559",
  level: "complete",
  kinds: [
    { id: "matroska", name: "Matroska film or sound", extension: "mkv" },
    { id: "webm", name: "WebM film or sound", extension: "webm" },
  ],
  signatures: [signature("1a 45 df a3")],
  limitBytes: 2 ** 42,
  carve,
};
