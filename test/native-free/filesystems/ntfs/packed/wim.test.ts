/** Chunks that wimlib packed: the resources of a WIM image are laid out as those of the Windows Overlay Filter. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../../native-free/bytes/byte-source.ts";
import { WofSource, type WofAlgorithm } from "../../../../../native-free/filesystems/ntfs/packed/index.ts";
import { noise } from "./encoders.ts";

const absent = Boolean(spawnSync("wimlib-imagex", ["--version"]).error);
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-wim-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PACKED = 4;

interface Resource {
  readonly stored: Uint8Array;
  readonly size: number;
  readonly packed: boolean;
  readonly sha1: string;
}

/** Those that the lookup table of a WIM image lists (header of the table at 0x30, entries of 50 bytes). */
function resourcesOf(wim: Buffer): Resource[] {
  const at = (from: number): { stored: Buffer; size: number; packed: boolean } => {
    const length = wim.readUIntLE(from, 6);
    const offset = Number(wim.readBigUInt64LE(from + 8));
    return {
      stored: wim.subarray(offset, offset + length),
      size: Number(wim.readBigUInt64LE(from + 16)),
      packed: (wim[from + 7]! & PACKED) !== 0,
    };
  };
  const table = at(0x30).stored;
  return Array.from({ length: table.length / 50 }, (_, index) => {
    const from = table.byteOffset - wim.byteOffset + index * 50;
    return { ...at(from), sha1: wim.toString("hex", from + 30, from + 50) };
  });
}

/** Calls all over, also at the very end, where translation stops. */
function calls(length: number): Uint8Array {
  const bytes = noise(length, 5);
  for (let at = 0; at < length; at += 7 + (at % 5)) bytes[at] = 0xe8;
  for (let at = 3; at < length; at += 64) bytes.fill(0, at, at + 2);
  for (let back = 6; back < 16; back += 3) bytes[length - back] = 0xe8;
  return bytes;
}

const text = "The quick brown fox jumps over the lazy dog, and the dog does not mind the fox at all. ";
const contents: Readonly<Record<string, Uint8Array>> = {
  text: Buffer.from(text.repeat(3000)),
  zeros: new Uint8Array(300_000),
  random: noise(90_001, 3),
  mixed: Buffer.concat([
    Buffer.from(text.repeat(99)),
    noise(40_000, 4),
    Buffer.from(text.repeat(2000)),
    new Uint8Array(70_000),
  ]),
  calls: Buffer.concat([
    calls(32_768),
    calls(32_768),
    calls(11),
    calls(4096),
    Buffer.from(text.repeat(200)),
    calls(20),
  ]),
  short: Buffer.from(text.repeat(3)),
  /** Code of a processor with calls. */
  program: readFileSync(process.execPath).subarray(40 << 20, 41 << 20),
  steps: Uint8Array.from({ length: 200_000 }, (_, index) => (index * index) >>> 7),
};

const kinds: readonly (readonly [name: string, WofAlgorithm, flags: readonly string[]])[] = [
  ["XPRESS in 4 KiB", 0, ["--compress=XPRESS", "--chunk-size=4096"]],
  ["LZX in 32 KiB", 1, ["--compress=LZX:20", "--chunk-size=32768"]],
  ["LZX in 32 KiB, packed hard", 1, ["--compress=LZX:100", "--chunk-size=32768"]],
  ["XPRESS in 8 KiB", 2, ["--compress=XPRESS:80", "--chunk-size=8192"]],
  ["XPRESS in 16 KiB", 3, ["--compress=XPRESS:20", "--chunk-size=16384"]],
];

describe.skipIf(absent)("chunks of wimlib (skipped where wimlib-imagex is absent)", () => {
  it.each(kinds)("%s", (name, algorithm, flags) => {
    const from = path.join(folder, "from");
    mkdirSync(from, { recursive: true });
    for (const [file, bytes] of Object.entries(contents)) writeFileSync(path.join(from, file), bytes);
    const image = path.join(folder, `${name.replaceAll(/\W/g, "")}.wim`);
    execFileSync("wimlib-imagex", ["capture", from, image, "--no-acls", "--threads=1", ...flags], { stdio: "pipe" });
    const packed = resourcesOf(readFileSync(image)).filter((resource) => resource.packed);
    for (const { stored, size, sha1 } of packed) {
      const source = new WofSource(new MemorySource(stored), size, algorithm);
      const got = readRange(source, 0, size);
      expect(createHash("sha1").update(got).digest("hex"), `${size} bytes`).toBe(sha1);
      const runs = Array.from(source.runsIn(0, size));
      expect(new Set(runs.map(({ kind }) => kind))).toEqual(new Set(["data"]));
      expect(runs.reduce((sum, { length }) => sum + length, 0)).toBe(size);
    }
    expect(packed.length).toBeGreaterThanOrEqual(6);
  });
});
