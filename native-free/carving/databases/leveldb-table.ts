/**
 * Table files of LevelDB (.ldb, .sst): the footer says where the index is, which says where every block is; each has a masked CRC-32C. The
 * format has no mark at its beginning: a table is found where its first key is one that browsers write. LevelDB, doc/table_format.md.
 * Not supported: tables with other first keys (IndexedDB), blocks packed with Zstandard whose index is, too.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { crc32c } from "../../kernels/crc32c.ts";
import type { Carved, Carver } from "../carver.ts";
import { textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { maskedCrc } from "./leveldb.ts";
import { unpackSnappy } from "./snappy.ts";
import { Varint } from "./sqlite-cells.ts";

const footerBytes = 48;
const magic = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb);
const trailerBytes = 5;
const limitBytes = 1 << 25;
const smallestTable = footerBytes + 40;
const snappyKind = 1;
const mostBlocks = 1 << 20;

const head = new FirstBytes(64);

/** Keys that browsers and programs built on them write, in their Local Storage and Session Storage. */
const firstKeys = ["META:", "METAACCESS:", "_http", "map-", "namespace-"];
/** Lengths of the entry before the key, and of what Snappy puts before the entry. */
const keyOffsets = [3, 4, 5, 6, 7, 8, 9];

/** LevelDB's numbers: seven bits a byte, lowest first. `length` is 0 where there is none. */
class LittleVarint extends Varint {
  override read(bytes: Uint8Array, at: number, to: number): boolean {
    let factor = 1;
    this.value = 0;
    for (let i = 0; i < 8 && at + i < to; i++, factor *= 128) {
      const byte = bytes[at + i]!;
      this.value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.length = i + 1;
        return true;
      }
    }
    return false;
  }
}

const varint = new LittleVarint();

interface Handle {
  readonly offset: number;
  readonly size: number;
  /** Behind the handle, in the bytes it was read from. */
  readonly end: number;
}

function handleAt(bytes: Uint8Array, at: number): Handle | null {
  if (!varint.read(bytes, at, bytes.length)) return null;
  const offset = varint.value;
  const middle = at + varint.length;
  if (!varint.read(bytes, middle, bytes.length)) return null;
  return { offset, size: varint.value, end: middle + varint.length };
}

/** The block of a handle with the byte of its kind; null where it is not there or its checksum is another. */
function blockOf(window: CarveWindow, at: number, { offset, size }: Handle): Uint8Array | null {
  const from = at + offset;
  if (size > limitBytes || !window.has(from, size + trailerBytes)) return null;
  const stated = window.u32(from + size + 1);
  const bytes = window.bytes(from, size + 1);
  return maskedCrc(crc32c(bytes)) === stated ? bytes : null;
}

/** Handles of the blocks that an index names; null where it is none. */
function handlesOf(index: Uint8Array): Handle[] | null {
  const kind = index.at(-1);
  const raw = index.subarray(0, -1);
  const plain = kind === snappyKind ? unpackSnappy(raw) : kind === 0 ? raw : null;
  if (plain === null || plain.length < 4) return null;
  const restarts = new DataView(plain.buffer, plain.byteOffset).getUint32(plain.length - 4, true);
  const to = plain.length - 4 - 4 * restarts;
  const handles: Handle[] = [];
  let at = 0;
  while (at < to && handles.length < mostBlocks) {
    let keyBytes = 0;
    let valueBytes = 0;
    for (let number = 0; number < 3; number++) {
      if (!varint.read(plain, at, to)) return null;
      at += varint.length;
      if (number === 1) keyBytes = varint.value;
      if (number === 2) valueBytes = varint.value;
    }
    const handle = handleAt(plain.subarray(0, at + keyBytes + valueBytes), at + keyBytes);
    if (handle === null || at + keyBytes + valueBytes > to) return null;
    handles.push(handle);
    at += keyBytes + valueBytes;
  }
  return handles;
}

/** Every block stands behind the one before it, from the first byte on, and its checksum is right; how far that holds. */
function blocksEnd(window: CarveWindow, at: number, handles: readonly Handle[]): { end: number; whole: boolean } {
  let end = 0;
  for (const handle of handles) {
    if (handle.offset !== end || blockOf(window, at, handle) === null) return { end, whole: false };
    end += handle.size + trailerBytes;
  }
  return { end, whole: end > 0 };
}

/** The table of the footer whose magic is at `magicAt`, if it begins at `at`. */
function tableOf(window: CarveWindow, at: number, magicAt: number): Carved | null {
  const end = magicAt + magic.length;
  const footer = window.bytes(end - footerBytes, footerBytes);
  const meta = handleAt(footer, 0);
  const index = meta === null ? null : handleAt(footer, meta.end);
  // The index is the last block.
  if (meta === null || index === null || end - footerBytes - trailerBytes - index.size - index.offset !== at)
    return null;
  const block = blockOf(window, at, index);
  const handles = block === null ? null : handlesOf(block);
  if (handles === null || blockOf(window, at, meta) === null) return null;
  const blocks = blocksEnd(window, at, handles);
  return carvedAs("leveldb", blocks.whole ? "complete" : "truncated", end - at);
}

/** Whether an entry without a shared prefix begins a block, plain or behind the first literal of Snappy, with such a key. */
function beginsWithKey(bytes: Uint8Array): boolean {
  for (const before of keyOffsets) {
    const text = Buffer.from(bytes.subarray(before, before + 12)).toString("latin1");
    if (!firstKeys.some((key) => text.startsWith(key))) continue;
    // Nothing shared, the length of the key, that of the value in one byte or two.
    if (bytes[before - 3] === 0 || (before > 3 && bytes[before - 4] === 0)) return true;
  }
  return false;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || !beginsWithKey(head.bytes)) return null;
  const to = Math.min(end, at + limitBytes);
  const window = new CarveWindow(source, end);
  for (let from = at + smallestTable - magic.length; from < to;) {
    const magicAt = window.find(magic, from, to);
    if (magicAt < 0) return null;
    const table = tableOf(window, at, magicAt);
    if (table !== null) return table;
    from = magicAt + magic.length;
  }
  return null;
}

export const leveldbTableCarver: Carver = {
  id: "leveldb",
  family: "carver",
  name: "LevelDB table",
  spec: "LevelDB, doc/table_format.md",
  level: "partial",
  kinds: [{ id: "leveldb", name: "LevelDB table", extension: "ldb" }],
  signatures: keyOffsets.flatMap((offset) => firstKeys.map((key) => textSignature(key, { offset }))),
  limitBytes,
  carve,
};
