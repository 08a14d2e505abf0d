/**
 * Records of the recycle bin ($I files): size, time of deletion and path of what was deleted. libyal, "Windows Recycler file formats".
 * Version 1 (Vista to 8) is 544 bytes with zeros behind the path, and is believed only for paths that end in a name with a suffix;
 * version 2 (10 and later) states how long the path is. Only paths with a drive letter: the record has no mark of its own.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes, wideText } from "../first-bytes.ts";

const head = new FirstBytes(40);
const oldBytes = 544;
const oldPathAt = 24;
const newPathAt = 28;
const longestPath = 32_767;
/** FILETIME of 2000 and of 2110, in units of 2^32 · 100 ns. */
const earliest = 0x01bf_0000;
const latest = 0x02a0_0000;
const largestFile = 2 ** 20;

const isPath = (text: string | null): text is string =>
  text !== null && /^[A-Za-z]:\\[^\p{Cc}\p{Cs}<>:"/|?*]+$/u.test(text);

function carveOld(window: CarveWindow, at: number): Carved | null {
  const bytes = window.view(at, oldBytes);
  if (bytes.length < oldBytes) return null;
  const path = wideText(bytes, oldPathAt, 260);
  if (!isPath(path) || !/\.[A-Za-z0-9]{1,5}$/.test(path)) return null;
  for (let i = oldPathAt + 2 * path.length; i < oldBytes; i++) if (bytes[i] !== 0) return null;
  return carvedAs("recycle-i", "complete", oldBytes, path);
}

function carveNew(window: CarveWindow, at: number): Carved | null {
  const units = window.u32(at + oldPathAt);
  if (units < 4 || units > longestPath || !window.has(at + newPathAt, units * 2)) return null;
  const path = wideText(window.view(at + newPathAt, units * 2), 0, units);
  if (!isPath(path) || path.length !== units - 1) return null;
  return carvedAs("recycle-i", "complete", newPathAt + units * 2, path);
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const version = head.u32(0);
  if ((version !== 1 && version !== 2) || head.u32(4) !== 0 || head.u32(12) > largestFile) return null;
  const time = head.u32(20);
  if (time < earliest || time > latest) return null;
  const window = new CarveWindow(source, end);
  return version === 1 ? carveOld(window, at) : carveNew(window, at);
}

export const recycleBinCarver: Carver = {
  id: "recycle-i",
  family: "carver",
  name: "Recycle bin record",
  spec: "libyal, Windows Recycler file formats",
  level: "partial",
  kinds: [{ id: "recycle-i", name: "Recycle bin record", extension: "i" }],
  signatures: [signature("3a 00 5c 00", oldPathAt + 2), signature("3a 00 5c 00", newPathAt + 2)],
  limitBytes: 1 << 17,
  carve,
};
