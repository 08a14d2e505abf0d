/** Damaged, cut and incomplete sets: what is lost is named, what is left is right, and nothing is thrown or hangs. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { adler32 } from "../../../../native-free/kernels/adler32.ts";
import type { EwfImage } from "../../../../native-free/images/ewf/image.ts";
import { sectionDescriptor } from "../../../../native-free/images/ewf/layouts.ts";
import { openEwf } from "../../../../native-free/images/ewf/open.ts";
import { scanSegment } from "../../../../native-free/images/ewf/sections.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { findings } from "../../../../native-free/model/findings.ts";
import { asFiles, ewfSet, mixedMedium, noise } from "../../../fixtures/ewf-set.ts";

const CHUNK = 32768;
const medium = mixedMedium(12 * CHUNK + 512);
const whole = ewfSet(medium).segments[0]!;
const split = ewfSet(medium, { segmentBytes: 70_000 }).segments;

interface Section {
  readonly type: string;
  readonly at: number;
  readonly end: number;
}

function sectionsOf(bytes: Uint8Array, number = 1): readonly Section[] {
  return scanSegment({ name: "x", source: new MemorySource(bytes) }, number).sections;
}

function sectionIn(bytes: Uint8Array, type: string, nth = 0): Section {
  return sectionsOf(bytes).filter((section) => section.type === type)[nth]!;
}

/** A copy with bytes turned over. */
function flipped(bytes: Uint8Array, ...places: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  for (const at of places) copy[at]! ^= 0x5a;
  return copy;
}

/** A copy whose descriptor at a place leads elsewhere, its checksum made right. */
function redirected(bytes: Uint8Array, at: number, next: number, length: number): Uint8Array {
  const copy = bytes.slice();
  const cursor = sectionDescriptor.cursor().over(copy, at);
  cursor.next = next;
  cursor.length = length;
  cursor.checksum = adler32(copy, at, at + 72);
  return copy;
}

const codesOf = (image: EwfImage): string[] => [...new Set(image.findings.map(({ code }) => code))].sort();

/** Every byte named `data` must be that of the medium; returns what is not `data`, and all codes. */
function examine(image: EwfImage, expected: Uint8Array = medium): { lost: number; codes: string[] } {
  const read = new Uint8Array(image.size);
  expect(image.readInto(read, 0)).toBe(image.size);
  let [lost, next] = [0, 0];
  for (const { start, length, kind } of image.runsIn(0, image.size)) {
    expect(start).toBe(next);
    expect(length).toBeGreaterThan(0);
    next = start + length;
    if (kind !== "data") {
      lost += length;
      continue;
    }
    const same = Buffer.compare(read.subarray(start, next), expected.subarray(start, next)) === 0;
    expect(same, `bytes ${start} to ${next} are said to be data and are wrong`).toBe(true);
  }
  expect(next).toBe(image.size);
  for (const { code } of image.findings) expect(Object.hasOwn(findings, code)).toBe(true);
  return { lost, codes: codesOf(image) };
}

const open = (...segments: readonly Uint8Array[]): EwfImage => openEwf(asFiles(segments));

function codeThrownBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return isEvidenceError(error) ? error.code : String(error);
  }
  return "nothing";
}

describe("a damaged chunk", () => {
  it("costs that chunk and is named with its place", () => {
    const clean = open(whole);
    const { offset, length, segment } = clean.placeOf(1)!;
    const image = open(flipped(whole, offset + (length >> 1)));
    expect(image.checkChunk(0)).toBeNull();
    expect(image.checkChunk(1)).toBe(clean.placeOf(1)!.compressed ? "zlib" : "checksum");
    const { lost, codes } = examine(image);
    expect([lost, codes]).toEqual([CHUNK, ["image/bad-chunk"]]);
    const [bad] = image.findings;
    expect(bad).toMatchObject({ offset: CHUNK, length: CHUNK, params: { chunk: 1, segment, chunks: 1 } });
  });

  it("of a row is one finding, in whatever order they are read", () => {
    const places = [2, 5, 3, 4].map((chunk) => open(whole).placeOf(chunk)!.offset + 20);
    const image = open(flipped(whole, ...places));
    for (const chunk of [5, 2, 4, 3, 2]) expect(image.checkChunk(chunk)).not.toBeNull();
    const { lost } = examine(image);
    expect(lost).toBe(4 * CHUNK);
    expect(image.findings.reduce((sum, { params }) => sum + Number(params["chunks"]), 0)).toBe(4);
  });

  it("reads on past the cache, backwards and across", () => {
    const image = open(whole);
    const piece = new Uint8Array(1000);
    for (let at = medium.length - 500; at > 0; at -= 9973) {
      const count = image.readInto(piece, at);
      expect(count).toBe(Math.min(1000, medium.length - at));
      expect(Buffer.compare(piece.subarray(0, count), medium.subarray(at, at + count))).toBe(0);
    }
    expect(image.readInto(piece, medium.length)).toBe(0);
    expect(() => image.checkChunk(13)).toThrow(RangeError);
  });
});

describe("a damaged table", () => {
  const table = sectionIn(whole, "table");
  const copy = sectionIn(whole, "table2");

  it("is replaced by its copy", () => {
    expect(examine(open(flipped(whole, table.at + 76 + 30)))).toEqual({ lost: 0, codes: ["image/table-replaced"] });
    expect(examine(open(flipped(whole, table.at + 76)))).toEqual({ lost: 0, codes: ["image/table-replaced"] });
  });

  it("is used where only its copy is damaged", () => {
    expect(examine(open(flipped(whole, copy.at + 76 + 30)))).toEqual({ lost: 0, codes: ["image/table-copy-damaged"] });
  });

  it("is used with care where its copy is damaged as well", () => {
    const { lost, codes } = examine(open(flipped(whole, table.at + 76 + 24, copy.at + 76 + 28)));
    expect(codes).toContain("image/table-unverified");
    expect(lost).toBeLessThanOrEqual(2 * CHUNK);
    const headers = examine(open(flipped(whole, table.at + 76, copy.at + 76)));
    expect(headers).toEqual({ lost: 0, codes: ["image/table-unverified"] });
  });

  it("and its copy that are both sound and differ are an anomaly", () => {
    const changed = whole.slice();
    const [start, end] = [copy.at + 76 + 24, copy.end - 4];
    changed[start]! ^= 1;
    new DataView(changed.buffer).setUint32(end, adler32(changed, start, end), true);
    expect(examine(open(changed))).toEqual({ lost: 0, codes: ["image/tables-differ"] });
  });

  it("whose descriptors are both gone: the chunks are found one behind the other", () => {
    const { lost, codes } = examine(open(flipped(whole, table.at + 1, copy.at + 1)));
    expect(lost).toBe(0);
    expect(codes).toEqual(["image/chain-cut", "image/chunks-walked", "image/table-missing"]);
  });

  it("that is cut off with the end of its chunks: those before the cut are found", () => {
    const sectors = sectionIn(whole, "sectors");
    const cut = sectors.at + 76 + Math.floor((table.at - sectors.at) / 2);
    const image = open(whole.slice(0, cut));
    const { lost, codes } = examine(image);
    expect(lost).toBeLessThan(medium.length);
    expect(lost).toBeGreaterThan(0);
    expect(codes).toEqual(expect.arrayContaining(["image/chunks-walked", "image/chunks-missing"]));
    const found = (medium.length - lost) / CHUNK;
    expect(image.placeOf(found - 1)!.offset).toBeLessThan(cut);
    expect(image.placeOf(found)).toBeNull();
  });

  it("and a chunk that is damaged as well: those before it are found, those behind it are not guessed", () => {
    const [, second] = [open(whole).placeOf(0)!, open(whole).placeOf(1)!];
    const { lost } = examine(open(flipped(whole, table.at + 1, copy.at + 1, second.offset + 9)));
    expect(medium.length - lost).toBe(CHUNK);
  });

  it("that overflowed 31 bits, as EnCase 6.7.1 wrote it, goes on uncompressed", () => {
    const tail = noise(2 * CHUNK, 3);
    const bytes = ewfSet(tail, { level: 0 }).segments[0]!.slice();
    const { at } = sectionIn(bytes, "table");
    const view = new DataView(bytes.buffer);
    for (const section of [at, sectionIn(bytes, "table2").at]) {
      // The base moves down by 2 GiB − 100, so that the second entry passes 2^31 where the first does not.
      const start = section + 76;
      view.setUint32(start + 24, 0x7fff_ff00, true);
      view.setUint32(start + 28, 0x7fff_ff00 + CHUNK + 4, true);
      view.setUint32(start + 32, adler32(bytes, start + 24, start + 32), true);
    }
    const image = open(bytes);
    expect(image.placeOf(0)).toMatchObject({ compressed: false });
    expect(image.placeOf(1)!.offset - image.placeOf(0)!.offset).toBe(CHUNK + 4);
    expect(image.placeOf(1)).toMatchObject({ compressed: false });
  });
});

describe("a broken chain", () => {
  it.each(["header2", "header", "volume", "sectors", "table", "table2", "data", "digest", "hash", "done"])(
    "at %s loses no chunk",
    (type) => {
      const section = sectionIn(whole, type);
      const { lost, codes } = examine(open(flipped(whole, section.at + 20)));
      expect(lost).toBe(0);
      expect(codes).toContain("image/chain-cut");
    },
  );

  it("whose offset and length lead to two places is refused as two images", () => {
    const section = sectionIn(whole, "header");
    const forged = redirected(whole, section.at, sectionIn(whole, "sectors").at, section.end - section.at);
    expect(codeThrownBy(() => open(forged))).toBe("image/two-images");
  });

  it("of which only offset or length leads on is followed", () => {
    const section = sectionIn(whole, "header");
    for (const forged of [
      redirected(whole, section.at, section.end, section.end - section.at + 9),
      redirected(whole, section.at, section.end + 9, section.end - section.at),
    ]) {
      expect(examine(open(forged))).toEqual({ lost: 0, codes: ["image/section-size"] });
    }
  });

  it("that leads back or nowhere ends, and the rest is found", () => {
    const { at } = sectionIn(whole, "table");
    for (const next of [13, at, 2 ** 52]) {
      const { lost, codes } = examine(open(redirected(whole, at, next, 5)));
      expect([lost, codes.includes("image/chain-cut")]).toEqual([0, true]);
    }
  });

  it("is not led astray by an image inside the evidence", () => {
    const inner = ewfSet(noise(CHUNK, 9)).segments[0]!;
    const outer = new Uint8Array(4 * CHUNK);
    outer.set(inner, 1000);
    const bytes = ewfSet(outer, { level: 0 }).segments[0]!;
    const { lost } = examine(open(flipped(bytes, sectionIn(bytes, "sectors").at + 1)), outer);
    expect(lost).toBe(0);
  });
});

describe("small sections", () => {
  it("that fail their checksum are not used, and are named", () => {
    const bytes = ewfSet(medium, { badSectors: [{ first: 1, count: 1 }] }).segments[0]!;
    for (const type of ["hash", "digest", "error2"]) {
      const image = open(flipped(bytes, sectionIn(bytes, type).at + 76 + 2));
      expect(image.findings.find(({ code }) => code === "image/section-damaged")?.params).toMatchObject({
        section: type,
      });
    }
    const withoutBoth = open(flipped(bytes, sectionIn(bytes, "hash").at + 78, sectionIn(bytes, "digest").at + 78));
    expect(withoutBoth.storedHashes).toEqual({});
    const header2 = [0, 1].map((nth) => sectionIn(bytes, "header2", nth).at + 90);
    expect(open(flipped(bytes, ...header2)).metadata?.caseNumber).toBe("2026-0042");
    expect(open(flipped(bytes, ...header2, sectionIn(bytes, "header").at + 90)).metadata).toBeNull();
  });

  it("of the medium have a copy", () => {
    const { lost, codes } = examine(open(flipped(whole, sectionIn(whole, "volume").at + 76 + 4)));
    expect([lost, codes]).toEqual([0, ["image/section-damaged", "image/volume-replaced"]]);
  });

  it("of the medium that say the impossible are refused", () => {
    const places = [sectionIn(whole, "volume"), sectionIn(whole, "data")].map(({ at }) => at + 76);
    const zero = whole.slice();
    for (const at of places) zero.fill(0, at + 8, at + 16);
    expect(codeThrownBy(() => open(zero))).toBe("image/implausible");
    const huge = whole.slice();
    for (const at of places) huge.fill(0xff, at + 16, at + 24);
    expect(codeThrownBy(() => open(huge))).toBe("image/no-volume");
  });
});

describe("segments", () => {
  it("that are missing leave a gap of the right length, wherever they are", () => {
    expect(split.length).toBeGreaterThan(2);
    for (let absent = 0; absent < split.length; absent++) {
      const files = asFiles(split).filter((_, index) => index !== absent);
      const { lost, codes } = examine(openEwf(files));
      const last = absent === split.length - 1;
      expect(codes).toContain(last ? "image/last-segment-missing" : "image/segment-missing");
      expect(lost).toBeGreaterThan(0);
      expect(lost).toBeLessThan(medium.length);
    }
  });

  it("between two missing ones have no certain place", () => {
    const tiny = ewfSet(noise(12 * CHUNK), { segmentBytes: 60_000 }).segments;
    const files = asFiles(tiny).filter((_, index) => index !== 2 && index !== 5);
    const image = openEwf(files);
    expect(codesOf(image)).toContain("image/position-unknown");
    const kinds = [...image.runsIn(0, image.size)].map(({ kind }) => kind);
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual(["data", "unknown", "data"]);
    examine(image, noise(12 * CHUNK));
  });

  it("of another set, given twice, or no segments at all are named", () => {
    const other = ewfSet(noise(5 * CHUNK), { segmentBytes: 70_000, guid: new Uint8Array(16) }).segments;
    expect(codesOf(open(split[0]!, other[1]!, ...split.slice(2)))).toContain("image/volumes-differ");
    expect(codesOf(openEwf([...asFiles(split), asFiles(split)[0]!]))).toEqual(["image/segment-twice"]);
    const stranger = { name: "readme.txt", source: new MemorySource(noise(500)) };
    expect(codesOf(openEwf([...asFiles(split), stranger]))).toEqual(["image/segment-foreign"]);
    expect(codeThrownBy(() => openEwf([stranger]))).toBe("image/not-recognised");
    expect(codeThrownBy(() => openEwf([]))).toBe("image/not-recognised");
  });

  it("with a damaged header are placed by name", () => {
    const damaged = split.map((bytes, index) => (index === 1 ? flipped(bytes, 2, 9) : bytes));
    expect(examine(open(...damaged))).toEqual({ lost: 0, codes: ["image/segment-header"] });
  });

  it("with another number in the header are placed by name while most names are right, else by the header", () => {
    const renumbered = split.map((bytes, index) => {
      const copy = bytes.slice();
      if (index === 1) copy[9] = 77;
      return copy;
    });
    expect(examine(open(...renumbered))).toEqual({ lost: 0, codes: ["image/segment-header"] });
    const renamed = asFiles(split).map((file, index) => ({ ...file, name: `copy.E${40 - index}` }));
    expect(examine(openEwf(renamed))).toEqual({ lost: 0, codes: [] });
  });

  it("of logical or encrypted evidence say what they are", () => {
    const logical = whole.slice();
    logical[0] = 0x4c;
    expect(codeThrownBy(() => open(logical))).toBe("image/logical-evidence");
    const encrypted = Buffer.concat([Buffer.from("ADCRYPT\0"), Buffer.alloc(600)]);
    expect(codeThrownBy(() => open(encrypted))).toBe("image/encrypted");
  });
});

describe("any damage", () => {
  it("by truncation at and around every section edge costs only what is behind it", () => {
    for (const [index, segment] of split.entries()) {
      for (const { at } of sectionsOf(segment, index + 1)) {
        for (const kept of [at - 1, at, at + 1, at + 76, at + 77]) {
          const cut = split.map((bytes, place) => (place === index ? bytes.subarray(0, kept) : bytes));
          const code = codeThrownBy(() => examine(open(...cut)));
          expect([code, index, kept]).toEqual(["nothing", index, kept]);
        }
      }
    }
    expect(codeThrownBy(() => open(whole.subarray(0, sectionIn(whole, "volume").at)))).toBe("image/no-volume");
  });

  it("by 200 mutations never yields wrong bytes as data, nor anything thrown but EvidenceError", () => {
    let state = 20_261_121;
    const next = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const hot = sectionsOf(whole).flatMap(({ at }) => [at, at + 76]);
    let read = 0;
    for (let round = 0; round < 200; round++) {
      const copy = whole.slice();
      for (let count = next(6); count >= 0; count--) {
        const place = next(3) === 0 ? next(copy.length) : hot[next(hot.length)]! + next(76);
        const kind = next(3);
        if (kind === 0) copy[place % copy.length] = next(256);
        else if (kind === 1) copy.fill(next(2) * 255, place, place + next(200));
        else copy.copyWithin(place, next(copy.length), next(copy.length));
      }
      const image = tryOpen(copy);
      if (!image) continue;
      // A mutation may change what the medium is said to be without any checksum noticing; then bytes cannot be compared.
      if (image.size !== medium.length) image.readInto(new Uint8Array(Math.min(image.size, 1 << 22)), 0);
      else examine(image);
      read++;
    }
    expect(read).toBeGreaterThan(100);
  });
});

function tryOpen(bytes: Uint8Array): EwfImage | null {
  try {
    return open(bytes);
  } catch (error) {
    if (isEvidenceError(error) && Object.hasOwn(findings, error.code)) return null;
    throw error;
  }
}
