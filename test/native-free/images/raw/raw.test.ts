/** Raw images: names of parts, bytes across them, gaps, and the registry that tries raw last. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormatOf, imageFormats, probeOf } from "../../../../native-free/images/index.ts";
import { ewfFormat } from "../../../../native-free/images/ewf/format.ts";
import { rawFormat } from "../../../../native-free/images/raw/format.ts";
import { RawImage } from "../../../../native-free/images/raw/image.ts";
import { rawSegmentNames } from "../../../../native-free/images/raw/segment-names.ts";
import { sampleSets } from "../../../fixtures/images/raw.ts";
import { ewfSet, noise } from "../../../fixtures/ewf-set.ts";

const medium = noise(2500);
const part = (name: string, from: number, to: number) => ({
  name,
  source: new MemorySource(medium.subarray(from, to), name),
});
const parts = [part("d.001", 0, 1000), part("d.002", 1000, 2000), part("d.003", 2000, 2500)];

function readAll(image: RawImage): Uint8Array {
  const bytes = new Uint8Array(image.size);
  expect(image.readInto(bytes, 0)).toBe(image.size);
  return bytes;
}

const kinds = (image: RawImage) =>
  [...image.runsIn(0, image.size)].map(({ start, length, kind }) => [start, length, kind]);

describe("names of raw parts", () => {
  it("are found by number, in order", () => {
    const names = ["d.010", "d.002", "d.001", "e.001", "d.txt", "d.0003", "d.003", "d.1000"];
    expect(rawSegmentNames("d.001", names)).toEqual(["d.001", "d.002", "d.003", "d.010", "d.1000"]);
  });

  it.each(sampleSets)("of $name are all found", ({ files, first }) => {
    const names = files.map(({ name }) => name);
    expect(rawSegmentNames(first, names.toReversed())).toEqual(names);
  });

  it("are found by letters only where they begin at aa", () => {
    expect(rawSegmentNames("d.aa", ["d.ab", "d.aa", "d.dd", "d.ac"])).toEqual(["d.aa", "d.ab", "d.ac"]);
    expect(rawSegmentNames("d.dd", ["d.dd", "d.de", "d.img"])).toEqual(["d.dd"]);
    expect(rawSegmentNames("d.dd", ["d.aa", "d.ab", "d.dd"])).toEqual(["d.dd"]);
    expect(rawSegmentNames("disk", ["disk", "d.001"])).toEqual(["disk"]);
  });
});

describe("a raw image", () => {
  it("of one file is that file", () => {
    const image = rawFormat.open([part("d.dd", 0, 2500)]) as RawImage;
    expect(readAll(image)).toEqual(medium);
    expect([image.findings, kinds(image)]).toEqual([[], [[0, 2500, "data"]]]);
  });

  it("of parts is one medium, read across their edges and placed in the part", () => {
    const image = new RawImage(parts.toReversed());
    expect(readAll(image)).toEqual(medium);
    const across = new Uint8Array(1200);
    expect(image.readInto(across, 900)).toBe(1200);
    expect(across).toEqual(medium.subarray(900, 2100));
    expect(image.findings).toEqual([]);
    expect(
      [...image.runsIn(1500, 600)].map(({ start, length, place }) => [start, length, place.path, place.offset]),
    ).toEqual([
      [1500, 500, "d.002", 500],
      [2000, 100, "d.003", 0],
    ]);
    expect(image.readInto(across, 2500)).toBe(0);
  });

  it("without a part keeps the place of the others", () => {
    for (const [absent, start] of [
      [0, 0],
      [1, 1000],
    ] as const) {
      const image = new RawImage(parts.filter((_, index) => index !== absent));
      const expected = medium.slice().fill(0, start, start + 1000);
      // The size of a part is known from the others; with the last and one more only, from the larger.
      if (absent === 1) {
        expect(readAll(image)).toEqual(expected);
        expect(kinds(image)).toContainEqual([start, 1000, "missing"]);
      }
      expect(image.findings.map(({ code }) => code)).toEqual(["image/segment-missing"]);
    }
  });

  it("names a part of another size and a part given twice", () => {
    const short = new RawImage([part("d.001", 0, 1000), part("d.002", 1000, 1900), part("d.003", 2000, 2500)]);
    expect(short.findings.map(({ code, params }) => [code, params])).toEqual([
      ["image/raw-segment-size", { segment: 2, bytes: 900, expected: 1000 }],
    ]);
    expect(new RawImage([...parts, parts[1]!]).findings.map(({ code }) => code)).toEqual(["image/segment-twice"]);
    expect(() => new RawImage([])).toThrow(/not-recognised/);
    expect(() => new RawImage([parts[0]!, part("d.999999", 0, 1000)])).toThrow(/not-recognised/);
  });
});

const probe = (bytes: Uint8Array) => probeOf({ name: "d", source: new MemorySource(bytes) });

describe("the image registry", () => {
  it("has one id per format and tells E01 from raw", () => {
    expect(new Set(imageFormats.map(({ registration }) => registration.id)).size).toBe(imageFormats.length);
    const [segment] = ewfSet(medium.slice(0, 2048)).segments;
    expect(imageFormatOf(probe(segment!))).toBe(ewfFormat);
    expect(imageFormatOf(probe(segment!.subarray(0, 8)))).toBe(ewfFormat);
    expect(imageFormatOf(probe(medium.subarray(0, 2500)))).toBe(rawFormat);
    expect(imageFormatOf(probe(new Uint8Array(0)))).toBe(rawFormat);
    const image = ewfFormat.open([{ name: "d.E01", source: new MemorySource(segment!) }]);
    expect([image.format, image.size]).toEqual(["ewf", 2048]);
  });

  it("finds the segments of an E01 set and leaves what only looks like one", () => {
    const folder = ["d.E02", "d.e01", "D.E03", "d.txt", "d.EXE", "x.E01", "d.S01", "d.E01.txt"];
    expect(ewfFormat.segmentsOf("d.e01", folder)).toEqual(["d.e01", "d.E02", "D.E03"]);
    expect(ewfFormat.segmentsOf("d.dd", folder)).toEqual(["d.dd"]);
    const long = ["d.E98", "d.E99", "d.EAA", "d.EAB"];
    expect(ewfFormat.segmentsOf("d.E98", long)).toEqual(long);
  });
});
