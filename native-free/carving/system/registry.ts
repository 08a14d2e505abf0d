/**
 * Windows registry: hive files (base block with its checksum, hive bins to the end) and runs of hive bins without a base block.
 * "Windows registry file format specification" (M. Suhanov). Not supported: transaction logs, the registry of Windows 9x.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes, wideText } from "../first-bytes.ts";

const baseBlockBytes = 4096;
const checkedBytes = 508;
const binsSizeAt = 40;
const fileNameAt = 48;
const fileNameUnits = 32;
const binHeaderBytes = 32;
const largestBin = 1 << 26;
const limitBytes = 2 ** 31;

const hiveHead = new FirstBytes(512);
const binHead = new FirstBytes(binHeaderBytes + 4);

/** XOR of the 127 words before it; 0 and -1 are written as 1 and -2. */
function baseChecksum(head: FirstBytes): number {
  let sum = 0;
  for (let at = 0; at < checkedBytes; at += 4) sum ^= head.u32(at);
  if (sum === 0) return 1;
  return sum === -1 ? 0xffff_fffe : sum >>> 0;
}

/** Length of a sound bin of which the cells fill all; 0 where there is none. `offset` from the first bin; -1 for any. */
function binLength(window: CarveWindow, at: number, offset: number): number {
  if (!window.has(at, binHeaderBytes) || !window.isText(at, "hbin")) return 0;
  const size = window.u32(at + 8);
  if (offset >= 0 && window.u32(at + 4) !== offset) return 0;
  if (size === 0 || size % baseBlockBytes !== 0 || size > largestBin || !window.has(at, size)) return 0;
  let cell = at + binHeaderBytes;
  while (cell < at + size) {
    const length = Math.abs(window.u32(cell) | 0);
    if (length < 8 || length % 8 !== 0) return 0;
    cell += length;
  }
  return cell === at + size ? size : 0;
}

/** Bytes of the bins that follow each other from `at` on; stops at `most` bytes. */
function walkBins(window: CarveWindow, at: number, offset: number, most: number): number {
  let length = 0;
  while (length < most) {
    const bin = binLength(window, at + length, offset + length);
    if (bin === 0 || length + bin > most) break;
    length += bin;
  }
  return length;
}

function carveHive(source: ByteSource, at: number, end: number): Carved | null {
  if (!hiveHead.read(source, at, end)) return null;
  const size = hiveHead.u32(binsSizeAt);
  if (hiveHead.u32(20) !== 1 || size === 0 || size % baseBlockBytes !== 0 || size > limitBytes) return null;
  if (baseChecksum(hiveHead) !== hiveHead.u32(checkedBytes)) return null;
  const title = wideText(hiveHead.bytes, fileNameAt, fileNameUnits);
  const window = new CarveWindow(source, end);
  const bins = walkBins(window, at + baseBlockBytes, 0, size);
  if (bins === 0) return null;
  return carvedAs("regf", bins === size ? "complete" : "truncated", baseBlockBytes + bins, title);
}

function carveBins(source: ByteSource, at: number, end: number): Carved | null {
  if (!binHead.read(source, at, end)) return null;
  const offset = binHead.u32(4);
  const size = binHead.u32(8);
  if (offset % baseBlockBytes !== 0 || size % baseBlockBytes !== 0 || size === 0 || size > largestBin) return null;
  const window = new CarveWindow(source, end);
  const length = walkBins(window, at, offset, limitBytes);
  return length === 0 ? null : carvedAs("registry-bins", "fragment", length);
}

const shared = {
  family: "carver",
  spec: "Windows registry file format (Suhanov)",
  level: "complete",
  limitBytes,
} as const;

export const registryCarver: Carver = {
  ...shared,
  id: "regf",
  name: "Windows registry hive",
  kinds: [{ id: "regf", name: "Windows registry hive", extension: "hve" }],
  signatures: [textSignature("regf")],
  carve: carveHive,
};

export const registryBinCarver: Carver = {
  ...shared,
  id: "registry-bins",
  name: "Windows registry bins",
  kinds: [{ id: "registry-bins", name: "Windows registry bins", extension: "hbin" }],
  signatures: [textSignature("hbin")],
  carve: carveBins,
};
