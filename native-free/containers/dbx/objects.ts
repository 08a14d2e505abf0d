/** Objects of a DBX file: the tree, indexed infos, chains of message segments, and segments that nothing leads to. */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import {
  deletedBodyLength,
  info,
  infoLimit,
  lostBytes,
  segment,
  segmentBytes,
  textBytes,
  treeEntry,
  treeNode,
} from "./layouts.ts";

/** Entries of one node, and nodes of one tree. */
const nodeLimit = 1 << 20;

/** Values of a tree in its order; nodes that are damaged or were met before are left out and counted by `onBad`. */
export function* treeValues(source: ByteSource, root: number, onBad: () => void): Generator<number> {
  const seen = new Set<number>();
  const waiting: { readonly value: number | null; readonly node: number }[] = [{ value: null, node: root }];
  for (let next = waiting.pop(); next && seen.size < nodeLimit; next = waiting.pop()) {
    if (next.value !== null) yield next.value;
    if (next.node === 0) continue;
    const head = readRange(source, next.node, treeNode.size);
    if (seen.has(next.node) || head.length < treeNode.size) {
      onBad();
      continue;
    }
    seen.add(next.node);
    const { marker, child, count } = treeNode.cursor().over(head);
    if (marker !== next.node) {
      onBad();
      continue;
    }
    const body = readRange(source, next.node + treeNode.size, count * treeEntry.size);
    const cursor = treeEntry.cursor();
    // In order: what is below the node first, then each value with what is below it.
    for (let at = body.length - (body.length % treeEntry.size) - treeEntry.size; at >= 0; at -= treeEntry.size) {
      const entry = cursor.over(body, at);
      waiting.push({ value: entry.value, node: entry.child });
    }
    if (child !== 0) waiting.push({ value: null, node: child });
  }
}

/** Values of an indexed info by index: numbers stored in the entry, or bytes up to the next value. */
export interface IndexedInfo {
  readonly at: number;
  number(index: number): number | null;
  text(index: number): string | null;
  fileTime(index: number): bigint;
  /** Indexes that hold bytes, with them. */
  readonly entries: ReadonlyMap<number, Uint8Array>;
}

/** Null where none stands at the place. */
export function readInfo(source: ByteSource, at: number): IndexedInfo | null {
  const head = readRange(source, at, info.size);
  if (head.length < info.size) return null;
  const { marker, length, count } = info.cursor().over(head);
  if (marker !== at || length > infoLimit) return null;
  const body = readRange(source, at + info.size, length);
  if (body.length < count * 4) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const direct = new Map<number, number>();
  const places: { index: number; at: number }[] = [];
  for (let entry = 0; entry < count; entry++) {
    const word = view.getUint32(entry * 4, true);
    const index = word & 0x7f;
    if ((word & 0x80) !== 0) direct.set(index, word >>> 8);
    else places.push({ index, at: count * 4 + (word >>> 8) });
  }
  const ends = places.map((place) => place.at).sort((a, b) => a - b);
  const entries = new Map<number, Uint8Array>();
  for (const place of places) {
    const end = ends.find((other) => other > place.at) ?? body.length;
    if (place.at < body.length) entries.set(place.index, body.subarray(place.at, Math.min(end, body.length)));
  }
  return infoOf(at, direct, entries);
}

function infoOf(
  at: number,
  direct: ReadonlyMap<number, number>,
  entries: ReadonlyMap<number, Uint8Array>,
): IndexedInfo {
  const viewOf = (index: number, size: number): DataView | null => {
    const bytes = entries.get(index);
    return bytes && bytes.length >= size ? new DataView(bytes.buffer, bytes.byteOffset, bytes.length) : null;
  };
  return {
    at,
    entries,
    number: (index) => direct.get(index) ?? viewOf(index, 4)?.getUint32(0, true) ?? null,
    fileTime: (index) => viewOf(index, 8)?.getBigUint64(0, true) ?? 0n,
    text(index) {
      const bytes = entries.get(index);
      if (!bytes) return null;
      const end = bytes.indexOf(0);
      const text = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("latin1");
      return text.trim() === "" ? null : text;
    },
  };
}

export interface Segment {
  /** Of its text in the file. */
  readonly at: number;
  readonly length: number;
}

/** The chain that begins at `first`. `isBroken`: a segment is damaged, missing or was met before. */
export function readChain(
  source: ByteSource,
  first: number,
): { segments: Segment[]; starts: number[]; isBroken: boolean } {
  const segments: Segment[] = [];
  const starts: number[] = [];
  const seen = new Set<number>();
  const cursor = segment.cursor();
  for (let at = first; at !== 0;) {
    const head = readRange(source, at, segment.size);
    if (seen.has(at) || head.length < segment.size) return { segments, starts, isBroken: true };
    const { marker, textLength, next } = cursor.over(head);
    if (marker !== at || textLength > textBytes) return { segments, starts, isBroken: true };
    seen.add(at);
    starts.push(at);
    segments.push({
      at: at + segment.size,
      length: Math.min(textLength, Math.max(0, source.size - at - segment.size)),
    });
    at = next;
  }
  return { segments, starts, isBroken: false };
}

/** A message that no index names: its pieces in order, and how many bytes are lost before each. */
export interface LostMessage {
  readonly first: number;
  readonly pieces: readonly (Segment & { readonly lost: number })[];
}

interface Loose {
  readonly next: number;
  readonly length: number;
  readonly lost: number;
}

const windowBytes = 1 << 20;
const looseLimit = 1 << 20;

/** Segments that no message of the index uses, deleted or not, put together as their pointers still say. */
export function lostMessages(source: ByteSource, from: number, used: ReadonlySet<number>): LostMessage[] {
  const loose = looseSegments(source, from, used);
  const pointedTo = new Set<number>();
  for (const { next } of loose.values()) if (loose.has(next)) pointedTo.add(next);
  const messages: LostMessage[] = [];
  const taken = new Set<number>();
  const follow = (first: number): void => {
    const pieces: (Segment & { lost: number })[] = [];
    for (let at = first, piece = loose.get(at); piece && !taken.has(at); at = piece.next, piece = loose.get(at)) {
      taken.add(at);
      pieces.push({ at: at + segment.size + piece.lost, length: piece.length - piece.lost, lost: piece.lost });
    }
    if (pieces.length > 0) messages.push({ first, pieces });
  };
  for (const at of loose.keys()) if (!pointedTo.has(at)) follow(at);
  // What is left are circles.
  for (const at of loose.keys()) if (!taken.has(at)) follow(at);
  return messages;
}

function looseSegments(source: ByteSource, from: number, used: ReadonlySet<number>): Map<number, Loose> {
  const loose = new Map<number, Loose>();
  const start = from - (from % 4);
  for (let base = start; base < source.size && loose.size < looseLimit; base += windowBytes) {
    const bytes = readRange(source, base, windowBytes + segmentBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + segment.size <= bytes.length && at < windowBytes; at += 4) {
      if (view.getUint32(at, true) !== base + at || used.has(base + at)) continue;
      const found = looseAt(view, at);
      if (found) loose.set(base + at, found);
    }
  }
  return loose;
}

function looseAt(view: DataView, at: number): Loose | null {
  const bodyLength = view.getUint32(at + 4, true);
  const textLength = view.getUint32(at + 8, true);
  const next = view.getUint32(at + 12, true);
  const there = Math.min(textBytes, view.byteLength - at - segment.size);
  if (bodyLength === textBytes && textLength > 0 && textLength <= textBytes) {
    return { next, length: Math.min(textLength, there), lost: 0 };
  }
  if (bodyLength !== deletedBodyLength || textLength !== segmentBytes || there <= lostBytes) return null;
  return { next, length: there, lost: lostBytes };
}
