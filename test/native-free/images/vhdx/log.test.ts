/** The log of a VHDX: which sequence counts, what it changes, and what happens where there is none. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { DiskImage } from "../../../../native-free/images/index.ts";
import { vhdxFormat } from "../../../../native-free/images/vhdx/format.ts";
import { overlaid, ReplayedSource, type Change } from "../../../../native-free/images/vhdx/replayed-source.ts";
import { cpuMs } from "../../../fixtures/cpu-time.ts";
import { noise } from "../../../fixtures/ewf-set.ts";
import { bytesByKind, codesOf, mediumOf } from "../../../fixtures/images/opened-set.ts";
import {
  dynamicVhdx,
  guids,
  logEntry,
  logOf,
  MB,
  vhdx,
  type HeaderFields,
  type LogWrite,
} from "../../../fixtures/images/vhdx.ts";

const medium = noise(2 * MB, 3);
const good = dynamicVhdx(medium).subarray(2 * MB, 2 * MB + 4096);
const garbage = Buffer.alloc(4096, 0x77);
const right: LogWrite = { at: 2 * MB, data: good };
const wrong: LogWrite = { at: 2 * MB, data: garbage };

/** An image whose table is garbage, with a log. */
function withLog(entries: Parameters<typeof logOf>[0], fields: HeaderFields = {}): DiskImage {
  const bytes = dynamicVhdx(medium, { log: guids.log, logBytes: logOf(entries), ...fields });
  garbage.copy(bytes, 2 * MB);
  return vhdxFormat.open([{ name: "a.vhdx", source: new MemorySource(bytes, "a.vhdx") }]);
}

const isRight = (image: DiskImage): boolean => Buffer.compare(mediumOf(image), medium) === 0;
const problemOf = (image: DiskImage) =>
  image.findings.find(({ code }) => code === "image/vhdx-log-lost")?.params["problem"];

describe("the log of a VHDX", () => {
  it("is carried out, its entries in order", () => {
    const first = logEntry({ sequence: 1, tail: 0, writes: [wrong] });
    const second = logEntry({ sequence: 2, tail: 0, writes: [wrong, right] });
    const image = withLog([
      [0, first],
      [first.length, second],
    ]);
    expect(isRight(image)).toBe(true);
    expect(image.findings.map(({ code, params }) => [code, params])).toEqual([
      ["image/not-closed", {}],
      ["image/vhdx-log-replayed", { changes: 3 }],
    ]);
    expect(image.facts).toContainEqual({ name: "clean", value: "no" });
  });

  it("begins where its last entry says", () => {
    const first = logEntry({ sequence: 1, tail: 0, writes: [{ at: 3 * MB, data: garbage }] });
    const second = logEntry({ sequence: 2, tail: first.length, writes: [right] });
    expect(
      isRight(
        withLog([
          [0, first],
          [first.length, second],
        ]),
      ),
    ).toBe(true);
  });

  it("is the complete sequence with the greatest number", () => {
    const newest = logEntry({ sequence: 9_000_000_000, tail: 65_536, writes: [right] });
    const older = logEntry({ sequence: 8_000, tail: 0, writes: [wrong] });
    const broken = logEntry({ sequence: 9_000_000_005, tail: 131_072, writes: [wrong] });
    const others: [number, Buffer][] = [
      [0, older],
      [131_072 + 4096, broken],
    ];
    expect(isRight(withLog([...others, [65_536, newest]]))).toBe(true);
  });

  it("may have entries of many descriptors, and room behind their data", () => {
    const zeros = Array.from({ length: 300 }, (): LogWrite => ({ at: 2 * MB + 4096, zeros: 4096 }));
    const entry = logEntry({
      sequence: 1,
      tail: MB - 8192,
      writes: [...zeros, right, { at: 2 * MB, zeros: 0 }],
      padding: 5,
    });
    expect(isRight(withLog([[MB - 8192, entry]]))).toBe(true);
  });

  it("that says that the file was larger tells of what is lost", () => {
    const image = withLog([[0, logEntry({ sequence: 1, tail: 0, writes: [right], flushed: 64 * MB })]]);
    expect(codesOf(image)).toContain("image/truncated");
    expect(isRight(image)).toBe(true);
  });

  it("may lengthen the file", () => {
    const far = logEntry({ sequence: 1, tail: 0, writes: [right, { at: 9 * MB, data: garbage }] });
    const image = withLog([[0, far]]);
    image.check?.();
    expect(isRight(image)).toBe(true);
  });

  it("without a sequence that holds is told of, and the tables are read as they are", () => {
    const entry = logEntry({ sequence: 1, tail: 0, writes: [right] });
    const spoiled = (at: number) => {
      const copy = Buffer.from(entry);
      copy[at]! ^= 1;
      return copy;
    };
    // Signature, checksum, length, tail, number, count, identifier, descriptor, its number, data, its numbers.
    for (const at of [0, 5, 8, 9, 12, 16, 24, 40, 64, 70, 81, 90, 4096, 4100, 5000, 8190]) {
      const image = withLog([[0, spoiled(at)]]);
      expect([at, problemOf(image)]).toEqual([at, "no complete sequence"]);
      expect(codesOf(image)[0]).toBe("image/not-closed");
      expect(isRight(image)).toBe(false);
    }
    expect(problemOf(withLog([[0, logEntry({ sequence: 1, tail: 4096, writes: [right] })]]))).toBe(
      "no complete sequence",
    );
    expect(problemOf(withLog([]))).toBe("no complete sequence");
    expect(problemOf(withLog([[0, logEntry({ sequence: 1, tail: 0, writes: [right], guid: guids.disk })]]))).toBe(
      "no complete sequence",
    );
  });

  it("of another version, size or place is told of", () => {
    const entries: [number, Buffer][] = [[0, logEntry({ sequence: 1, tail: 0, writes: [right] })]];
    expect(problemOf(withLog(entries, { logVersion: 1 }))).toBe("version 1");
    expect(problemOf(withLog(entries, { logLength: 0 }))).toBe("size");
    expect(problemOf(withLog(entries, { logLength: 5000 }))).toBe("size");
    expect(problemOf(withLog(entries, { logOffset: 64 * MB }))).toBe("outside of the file");
  });

  it("that is empty is not looked at", () => {
    const image = vhdxFormat.open([
      { name: "a", source: new MemorySource(dynamicVhdx(medium, { logBytes: noise(MB, 8) })) },
    ]);
    expect([codesOf(image), isRight(image)]).toEqual([[], true]);
  });

  it("that is larger than any program makes it is told of", () => {
    const writes = Array.from({ length: 131_100 }, (): LogWrite => ({ at: 0, zeros: 4096 }));
    const log = Buffer.alloc(8 * MB);
    log.set(logEntry({ sequence: 1, tail: 0, writes, padding: 3 }));
    const fields = { size: MB, entries: [], log: guids.log, logOffset: 4 * MB, logLength: 8 * MB };
    const bytes = vhdx({ ...fields, blocks: new Map([[4, log]]) });
    const image = vhdxFormat.open([{ name: "a.vhdx", source: new MemorySource(bytes) }]);
    expect(problemOf(image)).toBe("too large");
  });

  it("of very many entries that begin nowhere is gone through once", () => {
    const entries = Array.from({ length: 256 }, (_, index): [number, Buffer] => [
      index * 4096,
      logEntry({ sequence: index + 1, tail: 4096 * ((index + 1) % 256), writes: [{ at: 0, zeros: 4096 }] }),
    ]);
    const began = cpuMs();
    expect(problemOf(withLog(entries.slice(0, 255)))).toBe("no complete sequence");
    expect(cpuMs() - began).toBeLessThan(1000);
  });
});

describe("changes laid over a file", () => {
  const length = 64;
  const change = fc
    .tuple(fc.nat(length - 1), fc.integer({ min: 1, max: 20 }), fc.option(fc.nat(length - 21)))
    .map(([start, size, from]): Change => ({ start, end: start + size, from }));

  it("read and are named as if they had been carried out", () => {
    const bytes = noise(length, 2).map((byte) => byte | 1);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.nat(80), fc.nat(80), (changes, at, count) => {
        const expected = new Uint8Array(Math.max(length, ...changes.map(({ end }) => end)));
        const kinds: string[] = Array.from(expected, (_, index) => (index < length ? "data" : "missing"));
        expected.set(bytes);
        for (const { start, end, from } of changes) {
          expected.set(from === null ? new Uint8Array(end - start) : bytes.subarray(from, from + end - start), start);
          kinds.fill(from === null ? "sparse" : "data", start, end);
        }
        const source = new ReplayedSource(new MemorySource(bytes, "f"), changes);
        expect(source.size).toBe(expected.length);
        const target = new Uint8Array(count).fill(0xa5);
        const got = source.readInto(target, at);
        expect([...target.subarray(0, got)]).toEqual([...expected.subarray(at, at + count)]);
        const named: string[] = [];
        for (const run of source.runsIn(at, count)) {
          expect(run.start).toBe(at + named.length);
          for (let index = 0; index < run.length; index++) named.push(run.kind);
          if (run.kind === "data") expect(bytes[run.place.offset]).toBe(expected[run.start]);
        }
        expect(named).toEqual(kinds.slice(at, at + count));
        const pieces = overlaid(changes);
        expect(pieces.every((piece, index) => index === 0 || pieces[index - 1]!.end <= piece.start)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

it("names what the log holds as bytes of the log", () => {
  const image = withLog([
    [
      0,
      logEntry({ sequence: 1, tail: 0, writes: [right, { at: 4 * MB, data: Buffer.from(medium.subarray(0, 4096)) }] }),
    ],
  ]);
  const runs = [...image.runsIn(0, 8192)].map(({ start, length, place }) => [start, length, place.offset]);
  expect(runs).toEqual([
    [0, 8, MB + 64 + 32 + 8],
    [8, 4084, MB + 8192 + 8],
    [4092, 4, MB + 64 + 32 + 4],
    [4096, 4096, 4 * MB + 4096],
  ]);
  expect(bytesByKind(image)).toEqual({ data: 2 * MB });
});
