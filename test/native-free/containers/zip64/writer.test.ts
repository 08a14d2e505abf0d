import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  localHeaderBytes,
  Zip64Writer,
  type ByteSink,
  type Zip64Entry,
} from "../../../../native-free/containers/zip64/writer.ts";

const dosTime = new Date("2026-03-04T05:06:08Z");

class MemorySink implements ByteSink {
  bytes: Buffer = Buffer.alloc(1 << 16);
  length = 0;

  write(bytes: Uint8Array): void {
    while (this.length + bytes.length > this.bytes.length) {
      this.bytes = Buffer.concat([this.bytes, Buffer.alloc(this.bytes.length)]);
    }
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  patch(at: number, bytes: Uint8Array): void {
    if (at + bytes.length > this.length) throw new RangeError("a patch beyond the end");
    this.bytes.set(bytes, at);
  }

  get archive(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

function withArchive<T>(archive: Uint8Array, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "vestige-zip64-"));
  try {
    const path = join(folder, "archive.zip");
    writeFileSync(path, archive);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface PythonMember {
  name: string;
  size: number;
  packed: number;
  crc: number;
  at: number;
  date: number[];
  sha: string;
}

function python(path: string): { members: PythonMember[]; comment: string; bad: string | null } {
  const program = `
import json, sys, zipfile, hashlib
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps({"bad": z.testzip(), "comment": z.comment.decode(), "members": [
  {"name": i.filename, "size": i.file_size, "packed": i.compress_size, "crc": i.CRC, "at": i.header_offset,
   "date": list(i.date_time), "sha": hashlib.sha256(z.read(i)).hexdigest()[:8]} for i in z.infolist()]}))`;
  return JSON.parse(execFileSync("python3", ["-c", program, path], { encoding: "utf8", maxBuffer: 1 << 28 }));
}

function hasProgram(name: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function fill(zip: Zip64Writer): void {
  zip.addStored("plain.txt", Buffer.from("stored"));
  zip.addDeflated("ordner/größe – 日本.txt", Buffer.alloc(100_000, "abc"));
  zip.addDeflated("random", Buffer.from([1, 2, 3]));
  zip.addStored("empty folder/", new Uint8Array(0));
  zip.beginStored("streamed.bin");
  for (let part = 0; part < 10; part++) zip.append(Buffer.alloc(7000, part));
  zip.endStored();
}

describe("Zip64Writer", () => {
  it("writes what unzip tests without a word of complaint", ({ skip }) => {
    skip(!hasProgram("unzip"), "needs unzip");
    const sink = new MemorySink();
    const zip = new Zip64Writer(sink, { dosTime });
    fill(zip);
    zip.finish(Buffer.from("aff4://volume"));
    withArchive(sink.archive, (path) => {
      expect(execFileSync("unzip", ["-tq", path], { encoding: "utf8" })).toContain("No errors detected");
      expect(execFileSync("unzip", ["-l", path], { encoding: "utf8" })).toContain("2026-03-04 05:06");
    });
  });

  it("writes what Python's zipfile reads: names, sizes, times, offsets, comment", ({ skip }) => {
    skip(!hasProgram("python3"), "needs python3");
    const sink = new MemorySink();
    const zip = new Zip64Writer(sink, { dosTime });
    fill(zip);
    zip.finish(Buffer.from("aff4://volume"));
    const seen = withArchive(sink.archive, python);
    expect(seen.bad).toBeNull();
    expect(seen.comment).toBe("aff4://volume");
    expect(seen.members.map((member) => member.name)).toEqual(zip.entries.map((entry) => entry.name));
    expect(seen.members.map(({ size, packed, crc, at }) => ({ size, packed, crc, at }))).toEqual(
      zip.entries.map((entry) => ({
        size: entry.size,
        packed: entry.compressedSize,
        crc: entry.crc32,
        at: entry.headerAt,
      })),
    );
    expect(seen.members[0].date).toEqual([2026, 3, 4, 5, 6, 8]);
    expect(zip.entries.map((entry) => entry.method)).toEqual([0, 8, 0, 0, 0]);
    expect(zip.entries[4].size).toBe(70_000);
  });

  it("gives the same bytes for the same calls, and for members cut off and added again", () => {
    const whole = new MemorySink();
    const zip = new Zip64Writer(whole, { dosTime });
    fill(zip);
    zip.finish(new Uint8Array(0));

    const resumed = new MemorySink();
    const first = new Zip64Writer(resumed, { dosTime });
    first.addStored("plain.txt", Buffer.from("stored"));
    first.addDeflated("ordner/größe – 日本.txt", Buffer.alloc(100_000, "abc"));
    const kept = { at: first.at, entries: [...first.entries] };
    first.beginStored("random");
    first.append(Buffer.from([1]));
    resumed.length = kept.at;
    const second = new Zip64Writer(resumed, { dosTime, resume: kept });
    second.addDeflated("random", Buffer.from([1, 2, 3]));
    second.addStored("empty folder/", new Uint8Array(0));
    second.addStored("streamed.bin", Buffer.concat([...Array(10).keys()].map((part) => Buffer.alloc(7000, part))));
    second.finish(new Uint8Array(0));
    expect(resumed.archive.equals(whole.archive)).toBe(true);
  });

  it("says where a member ends", () => {
    const zip = new Zip64Writer(new MemorySink(), { dosTime });
    const a = zip.addStored("ä/b", Buffer.from("four"));
    expect(a.headerAt + localHeaderBytes(a.name) + a.compressedSize).toBe(zip.at);
  });

  it("counts 70,000 members", ({ skip }) => {
    skip(!hasProgram("python3"), "needs python3");
    const sink = new MemorySink();
    const zip = new Zip64Writer(sink, { dosTime });
    const content = Buffer.from("x");
    for (let index = 0; index < 70_000; index++) zip.addStored(`f/${index}`, content);
    zip.finish(new Uint8Array(0));
    const program = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(len(z.infolist()), z.read('f/69999'))";
    const said = withArchive(sink.archive, (path) =>
      execFileSync("python3", ["-c", program, path], { encoding: "utf8" }),
    );
    expect(said.trim()).toBe("70000 b'x'");
  });

  it("writes offsets and sizes beyond 4 GiB", () => {
    const tail: Uint8Array[] = [];
    const patches: { at: number; bytes: Uint8Array }[] = [];
    let counted = 0;
    const sink: ByteSink = {
      write(bytes) {
        counted += bytes.length;
        if (bytes.length < 1 << 20) tail.push(Uint8Array.from(bytes));
      },
      patch: (at, bytes) => patches.push({ at, bytes: Uint8Array.from(bytes) }),
    };
    const before: Zip64Entry = {
      name: "before",
      method: 0,
      crc32: 0,
      compressedSize: 2 ** 33,
      size: 2 ** 33,
      headerAt: 0,
    };
    const zip = new Zip64Writer(sink, { dosTime, resume: { at: 2 ** 33 + 100, entries: [before] } });
    const block = Buffer.alloc(1 << 20);
    zip.beginStored("big");
    for (let at = 0; at < 64; at++) zip.append(block);
    const big = zip.endStored();
    const last = zip.addStored("last", Buffer.from("z"));
    zip.finish(new Uint8Array(0));
    expect(zip.at).toBe(counted + 2 ** 33 + 100);
    expect(patches.map((patch) => patch.at)).toEqual([2 ** 33 + 100]);
    expect(Buffer.from(patches[0].bytes).readBigUInt64LE(30 + 3 + 4)).toBe(BigInt(64 << 20));
    expect(last.headerAt).toBe(2 ** 33 + 100 + localHeaderBytes("big") + big.size);
    const directory = Buffer.from(tail.at(-2) ?? []);
    expect(directory.readBigUInt64LE(46 + 6 + 4)).toBe(2n ** 33n);
    const lastRecord = directory.subarray(directory.length - (46 + 4 + 28));
    expect(lastRecord.readBigUInt64LE(46 + 4 + 20)).toBe(BigInt(last.headerAt));
    const end = Buffer.from(tail.at(-1) ?? []);
    expect(end.readBigUInt64LE(48)).toBe(BigInt(zip.at - end.length - directory.length));
  });

  it("refuses what no archive can hold", () => {
    const zip = new Zip64Writer(new MemorySink(), { dosTime });
    expect(() => zip.addStored("", new Uint8Array(0))).toThrow(RangeError);
    expect(() => zip.addStored("\ud800", new Uint8Array(0))).toThrow(RangeError);
    expect(() => zip.addStored("x".repeat(65_536), new Uint8Array(0))).toThrow(RangeError);
    expect(() => zip.append(new Uint8Array(1))).toThrow(RangeError);
    zip.beginStored("a");
    expect(() => zip.addStored("b", new Uint8Array(0))).toThrow(RangeError);
    zip.endStored();
    expect(() => zip.finish(new Uint8Array(65_536))).toThrow(RangeError);
    zip.finish(new Uint8Array(0));
    expect(() => zip.addStored("b", new Uint8Array(0))).toThrow(RangeError);
  });
});
