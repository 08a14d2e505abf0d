/** Which of the files that begin in a source are given out, and with which bytes. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import type { Carver } from "../../../native-free/carving/carver.ts";
import { zipCarver } from "../../../native-free/carving/archives/zip/carver.ts";
import { jpegCarver } from "../../../native-free/carving/pictures/jpeg.ts";
import { CarveLedger } from "../../../native-free/scanning/carve-ledger.ts";
import { exifSegment, writeJpeg } from "../../fixtures/carving/jpeg-writer.ts";
import { lengthCarver, scanBytes } from "../../fixtures/scanned.ts";
import { zip } from "../../fixtures/zip-writer.ts";

const noise = Buffer.alloc(300, 0xf7);
const filesOf = (bytes: Uint8Array, carvers: readonly Carver[]): string[] =>
  scanBytes(bytes, { carvers }).files.map(
    ({ offset, carved }) => `${carved.kind} ${carved.verdict} @${offset}+${carved.length}`,
  );

/** `NAME` and a length. */
const box = (name: string, length: number, inside: Uint8Array = new Uint8Array(0)): Buffer => {
  const bytes = Buffer.alloc(length, 0x2e);
  bytes.write(name, "latin1");
  bytes[name.length] = length;
  bytes.set(inside, name.length + 1);
  return bytes;
};
const outer = lengthCarver("outer", "OUTER");
const inner = lengthCarver("inner", "INNER");

describe("a complete file", () => {
  it("owns what begins in it, by any carver", () => {
    const holder = box("OUTER", 100, Buffer.concat([box("INNER", 20), box("OUTER", 30)]));
    const bytes = Buffer.concat([noise, holder, box("INNER", 20)]);
    expect(filesOf(bytes, [outer, inner])).toEqual(["outer complete @300+100", "inner complete @400+20"]);
  });

  it("keeps its thumbnail to itself", () => {
    const thumbnail = writeJpeg({ width: 16, height: 16, seed: 2 });
    const picture = writeJpeg({ segments: [exifSegment(thumbnail)] });
    const bytes = Buffer.concat([noise, picture, noise, thumbnail]);
    expect(filesOf(bytes, [jpegCarver])).toEqual([
      `jpeg complete @300+${picture.length}`,
      `jpeg complete @${600 + picture.length}+${thumbnail.length}`,
    ]);
  });

  it("keeps its members to itself", () => {
    const picture = writeJpeg({ width: 16, height: 16 });
    const archive = zip([{ name: "a.jpg", data: picture, method: 0 }]);
    expect(filesOf(Buffer.concat([noise, archive, noise]), [jpegCarver, zipCarver])).toEqual([
      `zip complete @300+${archive.length}`,
    ]);
  });

  it("goes on over the pages", () => {
    const picture = writeJpeg({ width: 16, height: 16 });
    const archive = zip([
      { name: "a.bin", data: Buffer.alloc(1_500_000, 0x11), method: 0 },
      { name: "a.jpg", data: picture, method: 0 },
    ]);
    expect(filesOf(Buffer.concat([archive, noise]), [jpegCarver, zipCarver])).toEqual([
      `zip complete @0+${archive.length}`,
    ]);
  });
});

describe("a truncated file", () => {
  const cut = (length: number): Carver => ({
    ...lengthCarver("outer", "OUTER"),
    carve: () => ({ kind: "outer", verdict: "truncated", length, title: null, findings: [] }),
  });

  it("does not hide a complete one that begins in it", () => {
    const bytes = Buffer.concat([noise, box("OUTER", 100, box("INNER", 20))]);
    expect(filesOf(bytes, [cut(90), inner])).toEqual(["outer truncated @300+90", "inner complete @306+20"]);
  });

  it("keeps its own carver from finding it again behind its first byte", () => {
    const bytes = Buffer.concat([noise, box("OUTER", 100, box("OUTER", 20)), box("OUTER", 20)]);
    expect(filesOf(bytes, [cut(90)])).toEqual(["outer truncated @300+90", "outer truncated @400+90"]);
  });
});

describe("of two carvers at one place", () => {
  const says = (id: string, verdict: "complete" | "truncated" | "fragment", length: number): Carver => ({
    ...lengthCarver(id, "OUTER"),
    carve: () => ({ kind: id, verdict, length, title: null, findings: [] }),
  });
  const bytes = Buffer.concat([noise, box("OUTER", 50)]);

  it.each([
    ["the complete one", [says("a", "truncated", 50), says("b", "complete", 9)], "b complete @300+9"],
    ["the first complete one", [says("a", "complete", 9), says("b", "complete", 50)], "a complete @300+9"],
    ["what holds furthest", [says("a", "truncated", 9), says("b", "truncated", 50)], "b truncated @300+50"],
    ["a file rather than a part of one", [says("a", "fragment", 50), says("b", "truncated", 9)], "b truncated @300+9"],
  ])("counts %s", (_, carvers, expected) => {
    expect(filesOf(bytes, carvers)).toEqual([expected]);
  });

  it("one with two signatures there is asked once", () => {
    let asked = 0;
    const carver: Carver = {
      ...outer,
      signatures: [...outer.signatures, { bytes: [...Buffer.from("TER")], offset: 2 }],
      carve: () => {
        asked++;
        return null;
      },
    };
    expect(filesOf(bytes, [carver])).toEqual([]);
    expect(asked).toBe(1);
  });
});

describe("a file in pieces", () => {
  const pieces = [
    { start: 300, length: 10 },
    { start: 400, length: 30 },
  ];
  const carver = (fits: boolean): Carver => ({
    ...outer,
    carve: () => ({ kind: "outer", verdict: "truncated", length: 10, title: null, findings: [] }),
    carveInPieces: (_source, _at, _end, blockBytes) =>
      fits && blockBytes === 4096
        ? { kind: "outer", verdict: "complete", length: 40, pieces, title: null, findings: [] }
        : null,
  });
  const bytes = Buffer.concat([noise, box("OUTER", 100, box("INNER", 20)), Buffer.alloc(40, 0x41)]);

  it("is put together, and what lies in its gap is found", () => {
    const [file, ...others] = scanBytes(bytes, { carvers: [carver(true), inner] }).files;
    expect(file?.carved).toMatchObject({ verdict: "complete", length: 40, pieces });
    expect(file?.bytes.toString("latin1")).toBe(`${bytes.toString("latin1", 300, 310)}${"A".repeat(30)}`);
    expect(others).toEqual([]);
  });

  it("stays truncated where no pieces fit", () => {
    expect(filesOf(bytes, [carver(false)])).toEqual(["outer truncated @300+10"]);
  });
});

describe("the limits of a carver", () => {
  it("are kept, and so is the end of the source", () => {
    const ends: number[] = [];
    const carver: Carver = {
      ...outer,
      limitBytes: 60,
      carve: (_source, at, end) => {
        ends.push(end - at);
        return null;
      },
    };
    filesOf(Buffer.concat([noise, box("OUTER", 100), box("OUTER", 20)]), [carver]);
    expect(ends).toEqual([60, 20]);
  });

  it("a beginning in front of the source is none", () => {
    const found: number[] = [];
    const source = new MemorySource(box("OUTER", 50));
    const ledger = new CarveLedger([outer], source, 0, ({ offset }) => void found.push(offset));
    ledger.take([
      { carver: 0, at: -3 },
      { carver: 0, at: 0 },
    ]);
    expect(found).toEqual([0]);
  });
});
