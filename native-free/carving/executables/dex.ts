/** Dalvik executables: length, Adler-32 and SHA-1 of the header. Android Open Source Project, "Dalvik executable format". */
import { createHash } from "node:crypto";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const headerBytes = 0x70;
const hashedFrom = 32;
const hashAt = 12;
const littleEndianTag = 0x1234_5678;
const limitBytes = 1 << 28;
const step = 1 << 16;

const head = new FirstBytes(headerBytes);

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || head.u8(7) !== 0) return null;
  const length = head.u32(32);
  if (head.u32(36) !== headerBytes || head.u32(40) !== littleEndianTag || length < headerBytes || length > limitBytes)
    return null;
  const mapAt = head.u32(52);
  if (mapAt < headerBytes || mapAt + 4 > length || mapAt % 4 !== 0) return null;
  const window = new CarveWindow(source, end);
  if (!window.has(at, length)) {
    // Without its end the hash cannot be asked: the identifiers of strings begin right behind the header and rise.
    const strings = head.u32(56);
    const sound = strings > 1 && head.u32(60) === headerBytes && risesFrom(window, at + headerBytes, strings, length);
    return sound ? carvedAs("dex", "truncated", end - at) : null;
  }
  const hash = createHash("sha1");
  for (let from = hashedFrom; from < length; from += step)
    hash.update(window.view(at + from, Math.min(step, length - from)));
  const agrees = hash.digest().equals(Buffer.from(head.bytes.subarray(hashAt, hashedFrom)));
  if (agrees) return carvedAs("dex", "complete", length);
  return mapHolds(window, at, mapAt, length) ? carvedAs("dex", "truncated", length) : null;
}

function risesFrom(window: CarveWindow, at: number, count: number, length: number): boolean {
  let last = 0;
  let seen = 0;
  for (let i = 0; i < Math.min(count, 1024) && window.has(at + 4 * i, 4); i++, seen++) {
    const offset = window.u32(at + 4 * i);
    if (offset <= last || offset >= length) return false;
    last = offset;
  }
  return seen > 1;
}

/** The list of parts: known types, rising offsets. */
function mapHolds(window: CarveWindow, at: number, mapAt: number, length: number): boolean {
  const count = window.u32(at + mapAt);
  if (count < 2 || count > 32 || mapAt + 4 + 12 * count > length) return false;
  let last = -1;
  for (let i = 0; i < count; i++) {
    const offset = window.u32(at + mapAt + 4 + 12 * i + 8);
    if (offset <= last || offset >= length) return false;
    last = offset;
  }
  return true;
}

export const dexCarver: Carver = {
  id: "dex",
  family: "carver",
  name: "Dalvik executable",
  spec: "AOSP, Dalvik executable format",
  level: "complete",
  kinds: [{ id: "dex", name: "Dalvik executable", extension: "dex" }],
  signatures: [signature("64 65 78 0a 30 33"), signature("64 65 78 0a 30 34")],
  limitBytes,
  carve,
};
