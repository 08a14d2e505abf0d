/**
 * KeePass databases. Version 4: hash of the header, then blocks with their lengths to the empty one, so that the end is known. Version 3: the
 * encrypted part says nothing of itself; it is taken as far as the sectors look like noise and is `truncated`. KeePass, "KDBX 4" and
 * "KDBX 3.1" notes. Not supported: KDB of KeePass 1.
 */
import { createHash } from "node:crypto";
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const fixedBytes = 12;
const endField = 0;
const lastField = 12;
const cipherField = 2;
const seedField = 4;
const mostHeaderBytes = 1 << 16;
const hashBytes = 32;
const blockHeadBytes = 36;
const mostBlockBytes = 1 << 28;
const limitBytes = 2 ** 32;
const sector = 512;
/** Different bytes in a sector of noise: 221 on average and hardly ever as few as this. */
const leastDifferent = 180;

const head = new FirstBytes(64);

/** Offset behind the header at `at`, -1 where its fields do not hold. */
function afterHeader(window: CarveWindow, at: number, wide: boolean): number {
  let place = at + fixedBytes;
  let seen = 0;
  while (place - at < mostHeaderBytes) {
    const id = window.u8(place);
    const length = wide ? window.u32(place + 1) : window.u16(place + 1);
    const from = place + (wide ? 5 : 3);
    if (id > lastField || length > mostHeaderBytes || !window.has(from, length)) return -1;
    if (id === cipherField && length !== 16) return -1;
    if (id === seedField && length !== 32) return -1;
    seen |= 1 << id;
    place = from + length;
    if (id === endField) return (seen & (1 << cipherField)) !== 0 && (seen & (1 << seedField)) !== 0 ? place : -1;
  }
  return -1;
}

function carveFourth(window: CarveWindow, at: number): Carved | null {
  const behind = afterHeader(window, at, true);
  if (behind < 0 || !window.has(behind, 2 * hashBytes)) return null;
  const stated = window.bytes(behind, hashBytes);
  const hash = createHash("sha256")
    .update(window.bytes(at, behind - at))
    .digest();
  if (!hash.equals(Buffer.from(stated.buffer))) return null;
  let place = behind + 2 * hashBytes;
  while (window.has(place, blockHeadBytes) && place - at < limitBytes) {
    const length = window.u32(place + hashBytes);
    if (length > mostBlockBytes || !window.has(place + blockHeadBytes, length)) break;
    place += blockHeadBytes + length;
    if (length === 0) return carvedAs("kdbx", "complete", place - at);
  }
  // The hash says that the header is whole; the first block must be there to be more than that.
  return place === behind + 2 * hashBytes ? null : carvedAs("kdbx", "truncated", place - at);
}

const seen = new Uint8Array(256);

function looksLikeNoise(window: CarveWindow, at: number): boolean {
  const bytes = window.view(at, sector);
  if (bytes.length < sector) return false;
  seen.fill(0);
  let different = 0;
  for (let i = 0; i < sector; i++) {
    different += 1 - seen[bytes[i]!]!;
    seen[bytes[i]!] = 1;
  }
  return different >= leastDifferent;
}

function carveThird(window: CarveWindow, at: number): Carved | null {
  const behind = afterHeader(window, at, false);
  if (behind < 0) return null;
  let place = behind;
  while (place - at < mostBlockBytes && looksLikeNoise(window, place)) place += sector;
  return place === behind ? null : carvedAs("kdbx", "truncated", place - at);
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const major = head.u16(10);
  if (major !== 3 && major !== 4) return null;
  const window = new CarveWindow(source, end);
  return major === 4 ? carveFourth(window, at) : carveThird(window, at);
}

export const keepassCarver: Carver = {
  id: "kdbx",
  family: "carver",
  name: "KeePass database",
  spec: "KeePass, KDBX 4 and KDBX 3.1",
  level: "partial",
  kinds: [{ id: "kdbx", name: "KeePass database", extension: "kdbx" }],
  signatures: [signature("03 d9 a2 9a 67 fb 4b b5")],
  limitBytes,
  carve,
};
