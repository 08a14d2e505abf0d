/**
 * Thumbnail caches of Windows Vista and later: entries of which each states its length, to where the header says that room is left.
 * libyal, "Windows Explorer thumbnail cache". Not supported: the checksums of entries (CRC-64), room behind the last entry.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const head = new FirstBytes(32);
const limitBytes = 2 ** 33;
const lastVersion = 0x30;
const vista = 0x14;
const eight = 0x1a;
/** Where the first entry may be: the header grew with Windows 8. */
const firstEntries = [24, 28, 32];
/** Where the header may keep the offset of the room that is left. */
const roomFields = [16, 20, 24];
const checksumBytes = 16;

/** Length of the entry at `at`; 0 where its parts do not fill it. */
function entryLength(window: CarveWindow, at: number, version: number): number {
  if (!window.has(at, 56) || !window.isText(at, "CMMM")) return 0;
  const length = window.u32(at + 4);
  // Vista keeps the suffix of the file here.
  const sizes = at + 16 + (version === vista ? 8 : 0);
  const headBytes = sizes - at + 12 + (version >= eight ? 8 : 0) + 4 + checksumBytes;
  const parts = window.u32(sizes) + window.u32(sizes + 4) + window.u32(sizes + 8);
  // An entry that was emptied keeps its room.
  return parts + headBytes <= length && window.u32(sizes) < 4096 && length <= 1 << 28 ? length : 0;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const version = head.u32(4);
  if (version < vista || version > lastVersion || head.u32(8) > 32) return null;
  const window = new CarveWindow(source, end);
  const first = firstEntries.find((offset) => entryLength(window, at + offset, version) > 0);
  if (first === undefined) return null;
  let place = at + first;
  let entries = 0;
  let cut = false;
  while (place - at < limitBytes) {
    const length = entryLength(window, place, version);
    if (length === 0) break;
    cut = !window.has(place, length);
    if (cut) break;
    entries++;
    place += length;
  }
  if (entries < 2) return null;
  const stated = roomFields.some((field) => field < first && head.u32(field) === place - at);
  return carvedAs("thumbcache", stated && !cut ? "complete" : "truncated", place - at);
}

export const thumbcacheCarver: Carver = {
  id: "thumbcache",
  family: "carver",
  name: "Windows thumbnail cache",
  spec: "libyal, Windows Explorer thumbnail cache",
  level: "partial",
  kinds: [{ id: "thumbcache", name: "Windows thumbnail cache", extension: "db" }],
  signatures: [signature("43 4d 4d 4d ?? 00 00 00")],
  limitBytes,
  carve,
};
