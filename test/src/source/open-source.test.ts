import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { AcquisitionSource, SourceErrors } from "../../../src/source/acquisition-source.ts";
import { openSource } from "../../../src/source/open-source.ts";
import { asFiles, ewfSet, mixedMedium } from "../../fixtures/ewf-set.ts";
import { markedBytes } from "../../fixtures/faulty-medium.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-source-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function pour(source: AcquisitionSource, chunk = 65_536, from = 0): Buffer {
  const parts: Buffer[] = [];
  for (let at = from; ; at += chunk) {
    const part = Buffer.alloc(chunk, 0xa5);
    const count = source.readInto(part, at);
    parts.push(part.subarray(0, count));
    if (count < chunk) return Buffer.concat(parts);
  }
}

const thrown = (code: string, exit: number) => expect.objectContaining({ code, exit }) as Error;

describe("an image as a source", () => {
  const medium = mixedMedium(1 << 20);
  const badSectors = [
    { first: 10, count: 2 },
    { first: 2000, count: 1 },
  ];

  function withZeros(ranges: readonly { first: number; count: number }[]): Buffer {
    const all = Buffer.from(medium);
    for (const { first, count } of ranges) all.fill(0, first * 512, (first + count) * 512);
    return all;
  }

  function ewfFiles(name: string, change: (segment: Uint8Array) => void = () => undefined): string[] {
    const { segments } = ewfSet(medium, { badSectors });
    segments.forEach(change);
    return asFiles(segments).map(({ name: file }, index) => write(`${name}-${file}`, segments[index]!));
  }

  it("gives the medium, its sector size and the sectors that were unreadable", () => {
    const source = openSource({ kind: "image", format: "ewf", files: ewfFiles("bad") });
    expect([source.size, source.sectorBytes]).toEqual([medium.length, 512]);
    // The image says that they are unreadable, whatever it holds there.
    expect(pour(source).equals(withZeros(badSectors))).toBe(true);
    expect(source.errors).toEqual({ badRanges: badSectors, unstable: [], retried: 0 });
    expect(source.notes.join("\n")).toContain("3 sectors could not be read from the medium");
    source.checkUnchanged();
    source.close();
  });

  it("goes on behind an interruption with the same list", () => {
    const files = ewfFiles("resumed");
    const first = openSource({ kind: "image", format: "ewf", files });
    first.readInto(Buffer.alloc(65_536), 0);
    const before = JSON.parse(JSON.stringify(first.errors)) as SourceErrors;
    first.close();
    const second = openSource({ kind: "image", format: "ewf", files }, { from: 5632, before });
    expect(pour(second, 65_536, 5632).equals(withZeros(badSectors).subarray(5632))).toBe(true);
    expect(second.errors.badRanges).toEqual(badSectors);
    second.close();
  });

  it("lists damaged chunks as bad, and says so", () => {
    const files = ewfFiles("damaged", (segment) => segment.fill(0, 60_000, 60_001).fill(0x55, 60_001, 60_040));
    const source = openSource({ kind: "image", format: "ewf", files });
    const all = pour(source);
    const damaged = source.errors.badRanges.filter(({ count }) => count === 64);
    expect(damaged).toHaveLength(1);
    expect(all.equals(withZeros([...badSectors, ...damaged]))).toBe(true);
    expect(source.notes.join("\n")).toMatch(/The data of chunk \d+ in segment 1 is damaged/);
    source.close();
  });

  it("lists a missing part of a raw set", () => {
    const parts = [0, 1, 2].map((index) => medium.subarray(index * 102_400, (index + 1) * 102_400));
    const files = [0, 2].map((index) => write(`disk.00${index + 1}`, parts[index]!));
    const source = openSource({ kind: "image", format: "raw", files });
    const all = pour(source);
    expect(source.errors.badRanges).toEqual([{ first: 200, count: 200 }]);
    expect(all.equals(Buffer.concat([parts[0]!, Buffer.alloc(102_400), parts[2]!]))).toBe(true);
    source.close();
  });

  it("is refused where it is none, absent, or changes while it is read", () => {
    const text = write("text.E01", Buffer.alloc(4096, "no image "));
    const refused = (format: string, path: string) => () => openSource({ kind: "image", format, files: [path] });
    expect(refused("ewf", text)).toThrow(thrown("source/no-image", 2));
    expect(refused("raw", join(folder, "absent.dd"))).toThrow(thrown("image/unreadable", 2));
    expect(refused("none", text)).toThrow("no image format none");
    const source = openSource({ kind: "image", format: "raw", files: [text] });
    truncateSync(text, 100);
    expect(() => source.readInto(Buffer.alloc(4096), 0)).toThrow(thrown("source/size-changed", 4));
    expect(() => source.checkUnchanged()).toThrow(thrown("source/size-changed", 4));
    source.close();
  });
});

describe("a stream as a source", () => {
  /** A pipe that a shell writes to; the reading end does not block where `flags` say so. */
  function pipeFrom(script: string, flags: number): number {
    const path = join(folder, `pipe-${flags}`);
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writing = openSync(path, constants.O_WRONLY);
    spawn("sh", ["-c", script], { stdio: ["ignore", writing, "ignore"] });
    closeSync(writing);
    if (flags === constants.O_NONBLOCK) return reading;
    const blocking = openSync(path, constants.O_RDONLY);
    closeSync(reading);
    return blocking;
  }

  it.each([
    ["that blocks", 0],
    ["that does not block", constants.O_NONBLOCK],
  ])("is read to its end through a descriptor %s, however slowly it comes", (_, flags) => {
    const file = write("stream.img", markedBytes(300_003, 512));
    const script = `head -c 1000 ${file}; sleep 0.1; tail -c +1001 ${file} | head -c 200000; sleep 0.1; tail -c +201001 ${file}`;
    const descriptor = pipeFrom(script, flags);
    const source = openSource({ kind: "stream", descriptor });
    expect([source.size, source.sectorBytes]).toEqual([null, 512]);
    expect(pour(source).equals(markedBytes(300_003, 512))).toBe(true);
    expect(source.readInto(Buffer.alloc(512), 300_003)).toBe(0);
    expect(() => source.readInto(Buffer.alloc(512), 0)).toThrow(RangeError);
    source.checkUnchanged();
    source.close();
    closeSync(descriptor);
  });

  it("that breaks or should go on in the middle is an error", () => {
    const directory = openSync(folder, constants.O_RDONLY);
    const source = openSource({ kind: "stream", descriptor: directory });
    expect(() => source.readInto(Buffer.alloc(512), 0)).toThrow(thrown("source/stream-broke", 4));
    closeSync(directory);
    const resumed = () => openSource({ kind: "stream", descriptor: 0 }, { from: 512 });
    expect(resumed).toThrow(thrown("source/stream-resume", 2));
  });
});
