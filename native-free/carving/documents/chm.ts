/**
 * Compiled HTML help, version 3 (ITSF; unofficial specification by P. Wise and J. Lahm, "Microsoft's HTML Help (.chm) format"): both headers, the length in
 * the first section, every chunk of the directory with its mark, entries inside the content, and the control data of the compressed section
 * where the directory says they stand.
 *
 * Contents have no checksum and are not decoded. Not supported: files without a compressed section.
 */
import { wide } from "../../bytes/field-types.ts";
import { bytes, struct, u32 } from "../../bytes/struct.ts";
import { complete, firstBytes, truncated, typedKind } from "../archives/verdict.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";

const header = struct("carve.chm.header", 96, {
  signature: [0, u32],
  version: [4, u32, "3"],
  headerBytes: [8, u32, "96"],
  unknown: [12, u32],
  stamp: [16, u32],
  language: [20, u32],
  classIds: [24, bytes(32)],
  lengthAt: [56, wide, "place of the section with the length"],
  lengthBytes: [64, wide],
  directoryAt: [72, wide],
  directoryBytes: [80, wide],
  contentAt: [88, wide],
});
const lengthSection = { mark: 0x1fe, bytes: 24, length: 8 } as const;
const directory = struct("carve.chm.directory", 84, {
  signature: [0, u32],
  version: [4, u32],
  headerBytes: [8, u32],
  unknown: [12, u32],
  chunkBytes: [16, u32],
  density: [20, u32],
  depth: [24, u32],
  root: [28, u32],
  firstListing: [32, u32],
  lastListing: [36, u32],
  unknown2: [40, u32],
  chunks: [44, u32],
  language: [48, u32],
  classId: [52, bytes(16)],
  rest: [68, bytes(16)],
});
/** Of a chunk with entries: mark, free bytes at its end, chunk before and behind. */
const listing = { bytes: 20, free: 4 } as const;
const controlName = "::DataSpace/Storage/MSCompressed/ControlData";
const controlMark = "LZXC";
const mostChunkBytes = 1 << 16;
const mostChunks = 1 << 20;

export const chmCarver: Carver = {
  id: "chm",
  family: "carver",
  name: "Compiled HTML help",
  spec: "ITSF version 3, unofficial specification",
  level: "partial",
  kinds: [typedKind("chm")],
  signatures: [signature("49 54 53 46 03 00 00 00 60 00 00 00")],
  limitBytes: 2 ** 32,
  carve(source, at, end) {
    if (firstBytes(source, at, end, 64) === null) return null;
    const window = new CarveWindow(source, end);
    const { lengthAt, directoryAt, directoryBytes, contentAt } = header.offsets;
    const sectionAt = at + window.u64(at + lengthAt);
    if (!window.has(at, header.size) || !window.has(sectionAt, lengthSection.bytes)) return null;
    if (window.u32(sectionAt) !== lengthSection.mark) return null;
    const length = window.u64(sectionAt + lengthSection.length);
    const content = window.u64(at + contentAt);
    const found = readDirectory(window, at + window.u64(at + directoryAt), window.u64(at + directoryBytes));
    if (found === null || content > length || found.entries === 0) return null;
    const isInside = found.highest <= length - content && window.has(at, length);
    const isControl = found.control !== null && window.isText(at + content + found.control + 4, controlMark);
    if (isInside && isControl) return complete("chm", length);
    return truncated("chm", Math.min(found.end, window.end) - at);
  },
};

interface Found {
  readonly end: number;
  readonly entries: number;
  /** End of the entry that lies highest in the section that is not compressed. */
  readonly highest: number;
  /** Place of the control data in it. */
  readonly control: number | null;
}

function readDirectory(window: CarveWindow, at: number, length: number): Found | null {
  if (!window.has(at, directory.size) || !window.isText(at, "ITSP")) return null;
  const chunkBytes = window.u32(at + directory.offsets.chunkBytes);
  const chunks = window.u32(at + directory.offsets.chunks);
  const headerBytes = window.u32(at + directory.offsets.headerBytes);
  if (chunkBytes < 64 || chunkBytes > mostChunkBytes || chunks === 0 || chunks > mostChunks) return null;
  if (headerBytes + chunks * chunkBytes !== length || !window.has(at, length)) return null;
  let entries = 0;
  let highest = 0;
  let control: number | null = null;
  for (let i = 0; i < chunks; i++) {
    const chunkAt = at + headerBytes + i * chunkBytes;
    if (window.isText(chunkAt, "PMGI")) continue;
    if (!window.isText(chunkAt, "PMGL")) return null;
    for (const entry of listed(window, chunkAt, chunkBytes)) {
      entries++;
      if (entry.section !== 0) continue;
      highest = Math.max(highest, entry.at + entry.length);
      if (entry.isControl) control = entry.at;
    }
  }
  return { end: at + length, entries, highest, control };
}

interface Entry {
  readonly section: number;
  readonly at: number;
  readonly length: number;
  readonly isControl: boolean;
}

function* listed(window: CarveWindow, at: number, chunkBytes: number): Iterable<Entry> {
  const end = at + chunkBytes - window.u32(at + listing.free);
  for (let next = at + listing.bytes; next < end;) {
    const name = readNumber(window, next);
    const section = readNumber(window, name.end + name.value);
    const place = readNumber(window, section.end);
    const length = readNumber(window, place.end);
    if (length.end > end) return;
    const isControl = name.value === controlName.length && window.isText(name.end, controlName);
    yield { section: section.value, at: place.value, length: length.value, isControl };
    next = length.end;
  }
}

/** Seven bits a byte, the highest first. */
function readNumber(window: CarveWindow, at: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 7; i++) {
    const byte = window.u8(at + i);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return { value, end: at + 7 };
}
