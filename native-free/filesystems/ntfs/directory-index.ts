/** Index $I30 of a directory: the names in it, and what is left of names behind the end of its nodes. */
import { Buffer } from "node:buffer";
import { readRange } from "../../bytes/byte-source.ts";
import type { EvidenceName } from "../../model/item.ts";
import { ExtentSource } from "../extent-source.ts";
import type { FileExtent } from "../file-system.ts";
import { valueBytes } from "./attributes.ts";
import type { NtfsFile } from "./file.ts";
import { applyFixups } from "./fixup.ts";
import * as layout from "./layouts.ts";
import { wideName } from "./reparse.ts";

const two32 = 2 ** 32;
const blocksPerWindow = 1 << 20;
const mostBlockBytes = 2 << 20;
/** High half of the first FILETIME behind the year 9999. */
const timeEnd = 0x24c8_5a5e;

const root = layout.indexRoot.cursor();
const block = layout.indexBlock.cursor();
const node = layout.indexNode.cursor();
const entry = layout.indexEntry.cursor();
const fileName = layout.fileName.cursor();
const fileTime = layout.fileTime.cursor();

/** Where the entries of a node are; offsets in `bytes`. */
export interface IndexNode {
  /** `root`, or the offset of the block in the stream of blocks. */
  readonly place: number | "root";
  readonly bytes: Uint8Array;
  /** Where the node begins in `bytes`. */
  readonly start: number;
  readonly entriesAt: number;
  /** End of the entries, and of the space for them. */
  readonly used: number;
  readonly end: number;
  readonly torn: boolean;
}

/** A name as a node keeps it; `reference` null where it was overwritten. */
export interface IndexedName {
  /** Of the $FILE_NAME in the node. */
  readonly at: number;
  readonly reference: { readonly number: number; readonly sequence: number } | null;
  readonly namespace: number;
}

/** The root, then the blocks in the order of their places. `extents` are those of the blocks, for deleted directories with their states. */
export function* nodesOf(file: NtfsFile, extents: readonly FileExtent[]): Generator<IndexNode> {
  const { records, source, geometry } = file.volume;
  const rootStream = file.stream(layout.type.indexRoot, layout.directoryIndex);
  let { indexBytes } = geometry;
  if (rootStream?.resident) {
    const bytes = valueBytes(records, rootStream.first);
    if (bytes.length >= layout.rootNodeAt + layout.indexNode.size) {
      const { blockBytes } = root.over(bytes);
      if (isBlockSize(blockBytes)) indexBytes = blockBytes;
      yield nodeIn(bytes, 0, layout.rootNodeAt, bytes.length, "root", false);
    }
  }
  const blocks = new ExtentSource(source, extents);
  const step = Math.max(1, Math.floor(blocksPerWindow / indexBytes)) * indexBytes;
  for (let from = firstStored(extents, 0); from + indexBytes <= blocks.size; from = firstStored(extents, from + step)) {
    from -= from % indexBytes;
    const window = readRange(blocks, from, step);
    for (let at = 0; at + indexBytes <= window.length; at += indexBytes) {
      if (block.over(window, at).signature !== layout.indexSignature) continue;
      const torn = applyFixups(window, at, indexBytes) !== "whole";
      yield nodeIn(window, at, at + layout.blockNodeAt, at + indexBytes, from + at, torn);
    }
  }
}

/** The first byte at `from` or behind it that has a place: holes may be of any size, and hold no blocks. */
function firstStored(extents: readonly FileExtent[], from: number): number {
  let at = 0;
  for (const { start, length } of extents) {
    at += length;
    if (start !== null && at > from) return Math.max(from, at - length);
  }
  return Number.POSITIVE_INFINITY;
}

/** Extents of the blocks of a directory. */
export function blockExtents(file: NtfsFile): FileExtent[] {
  const stream = file.stream(layout.type.indexAllocation, layout.directoryIndex);
  return stream === null || stream.resident ? [] : file.extents(stream);
}

const isBlockSize = (bytes: number): boolean =>
  bytes >= layout.strideBytes && bytes <= mostBlockBytes && Number.isInteger(Math.log2(bytes));

function nodeIn(
  bytes: Uint8Array,
  start: number,
  head: number,
  end: number,
  place: IndexNode["place"],
  torn: boolean,
): IndexNode {
  const { entriesAt, used } = node.over(bytes, head);
  const from = Math.min(end, head + entriesAt);
  const to = Math.min(end, head + used);
  // A damaged head: all of the node may hold entries.
  const sound = entriesAt >= layout.indexNode.size && to >= from && start <= from;
  return {
    place,
    bytes,
    start,
    entriesAt: sound ? from : head + layout.indexNode.size,
    used: sound ? to : end,
    end,
    torn,
  };
}

/** Entries of a node, in order; ends where the node is damaged. */
export function* namesIn({ bytes, entriesAt, used }: IndexNode): Generator<IndexedName> {
  for (let at = entriesAt; at + layout.indexEntry.size <= used;) {
    const { recordLow, recordHigh, sequence, length, keyLength, flags } = entry.over(bytes, at);
    if ((flags & layout.indexEntryFlag.last) !== 0 || length < layout.indexEntry.size || at + length > used) return;
    const key = at + layout.indexEntry.size;
    if (keyLength >= layout.fileName.size && key + keyLength <= used) {
      const { nameLength, namespace } = fileName.over(bytes, key);
      if (layout.fileName.size + 2 * nameLength <= keyLength) {
        yield { at: key, reference: { number: recordHigh * two32 + recordLow, sequence }, namespace };
      }
    }
    at += length;
  }
}

/** The same for loops over very many: only what the entries lead to. */
export function eachReference(
  { bytes, entriesAt, used }: IndexNode,
  visit: (number: number, sequence: number) => void,
): void {
  for (let at = entriesAt; at + layout.indexEntry.size <= used;) {
    const { recordLow, recordHigh, sequence, length, keyLength, flags } = entry.over(bytes, at);
    if ((flags & layout.indexEntryFlag.last) !== 0 || length < layout.indexEntry.size || at + length > used) return;
    if (keyLength >= layout.fileName.size) visit(recordHigh * two32 + recordLow, sequence);
    at += length;
  }
}

/** Names of files in directory `number` from `from` to the end of a node, wherever they begin. */
export function* remainsIn(found: IndexNode, number: number, from: number): Generator<IndexedName> {
  const { bytes, end } = found;
  const head = layout.indexEntry.size;
  for (let at = from + ((8 - (from % 8)) % 8); at + layout.fileName.size < end;) {
    const length = remainsLength(bytes, at, end, number);
    if (length === 0) {
      at += 8;
      continue;
    }
    yield {
      at,
      reference: at - head >= from ? referenceAt(bytes, at - head, length) : null,
      namespace: fileName.namespace,
    };
    at += length + ((8 - (length % 8)) % 8);
  }
}

/** Bytes of the $FILE_NAME at `at`; 0 where none is that could be of the directory. */
function remainsLength(bytes: Uint8Array, at: number, end: number, directory: number): number {
  const { parentLow, parentHigh, nameLength, namespace } = fileName.over(bytes, at);
  if (parentHigh * two32 + parentLow !== directory || nameLength === 0 || namespace > layout.nameSpace.both) return 0;
  const length = layout.fileName.size + 2 * nameLength;
  if (at + length > end) return 0;
  for (let i = 0; i < layout.timeKinds.length; i++) {
    const { high } = fileTime.over(bytes, at + layout.nameTimesAt + i * layout.timeBytes);
    if (high === 0 || high >= timeEnd) return 0;
  }
  return length;
}

function referenceAt(bytes: Uint8Array, at: number, keyBytes: number): IndexedName["reference"] {
  const { recordLow, recordHigh, sequence, keyLength, length } = entry.over(bytes, at);
  if (keyLength !== keyBytes || length < keyLength + layout.indexEntry.size) return null;
  return { number: recordHigh * two32 + recordLow, sequence };
}

/** Text of the name at `at` of a node. */
export function indexedText(bytes: Uint8Array, at: number): EvidenceName {
  const { nameLength } = fileName.over(bytes, at);
  const from = at + layout.fileName.size;
  return wideName(Buffer.from(bytes.subarray(from, from + 2 * nameLength)));
}
