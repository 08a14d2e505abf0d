/** Damaged and incomplete images: what is lost is named, what is named `data` is right, and nothing hangs or throws but EvidenceError. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { readZipDirectory } from "../../../../native-free/containers/zip64/read.ts";
import { openAff4 } from "../../../../native-free/images/aff4/open.ts";
import { aff4ResumePointOf } from "../../../../native-free/images/aff4/resume.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { findings } from "../../../../native-free/model/findings.ts";
import { AFF4_CHUNK as CHUNK, aff4Image, asAff4Files } from "../../../fixtures/aff4-image.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";

const medium = mixedMedium(7 * CHUNK + 512);
const whole = aff4Image(medium, { chunksInBevy: 3, compression: "lz4", badSectors: [{ first: 1, count: 1 }] });

interface Outcome {
  readonly codes: readonly string[];
  /** Null where nothing could be had. */
  readonly lost: number | null;
}

/** Opens, reads everything, names everything; a byte named `data` must be the medium's where its hash says so. */
function outcome(bytes: Uint8Array): Outcome {
  try {
    const image = openAff4(asAff4Files(bytes));
    if (image.size > 4 * medium.length) return { codes: image.findings.map(({ code }) => code), lost: null };
    const read = new Uint8Array(image.size);
    expect(image.readInto(read, 0)).toBe(image.size);
    let [next, lost] = [0, 0];
    for (const { start, length, kind } of image.runsIn(0, image.size)) {
      expect(start).toBe(next);
      expect(length).toBeGreaterThan(0);
      next = start + length;
      if (kind !== "data") lost += length;
      else if (next <= medium.length && start !== 512) {
        expect(Buffer.compare(read.subarray(start, next), medium.subarray(start, next)), `${start}+${length}`).toBe(0);
      }
    }
    expect(next).toBe(image.size);
    for (const { code } of image.findings) expect(Object.hasOwn(findings, code)).toBe(true);
    return { codes: image.findings.map(({ code }) => code), lost };
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    expect(Object.hasOwn(findings, error.code)).toBe(true);
    return { codes: [error.code], lost: null };
  }
}

function members(bytes: Uint8Array) {
  const { members: found } = readZipDirectory(new MemorySource(bytes))!;
  return (ending: string) => {
    const member = found.find(({ name }) => name.endsWith(ending))!;
    const dataAt = member.headerAt + 30 + Buffer.byteLength(member.name) + 20;
    return { ...member, dataAt, end: dataAt + member.compressedSize };
  };
}

const at = members(whole);

function changed(from: number, to: number, value = 0x5a): Uint8Array {
  const copy = whole.slice();
  for (let place = from; place < to; place++) copy[place]! ^= value;
  return copy;
}

describe("a damaged AFF4 image", () => {
  it("cut off anywhere ends in findings or an EvidenceError", () => {
    const ends = new Set<string>();
    for (let length = 0; length < whole.length; length += length < 3000 || length > whole.length - 4000 ? 61 : 1499) {
      const { codes } = outcome(whole.slice(0, length));
      // The comment of the archive is the only thing whose end may be missing unnoticed.
      if (length < whole.length - 45) expect(codes.filter((code) => code !== "image/source-errors")).not.toEqual([]);
      for (const code of codes) ends.add(code);
    }
    expect([...ends].sort()).toEqual([
      "aff4/directory-lost",
      "aff4/metadata-lost",
      "aff4/no-image",
      "image/not-recognised",
      "image/source-errors",
    ]);
  });

  it("with three hundred different changes ends in findings or an EvidenceError", () => {
    const random = noise(1800, 3);
    for (let turn = 0; turn < 300; turn++) {
      const [a, b, c, d, e, f] = random.subarray(6 * turn, 6 * turn + 6);
      const copy = whole.slice();
      // Two thirds hit the directory and the small members, where the structure is.
      const place = ((a! << 16) | (b! << 8) | c!) % (turn % 3 === 0 ? whole.length : 6000);
      const start = turn % 3 === 0 ? place : whole.length - 1 - place;
      const length = 1 + (d! % 8);
      if (turn % 2 === 0) copy.fill(e!, start, start + length);
      else copy[start]! ^= 1 << (f! & 7);
      outcome(copy);
    }
  });

  it("names a changed chunk as unreadable", () => {
    const { dataAt } = at("/00000001");
    const image = openAff4(asAff4Files(changed(dataAt + 50, dataAt + 51)));
    const read = new Uint8Array(image.size);
    image.readInto(read, 0);
    expect(read.subarray(3 * CHUNK, 4 * CHUNK).some((byte) => byte !== 0)).toBe(false);
    const bad = image.findings.filter(({ code }) => code === "image/bad-chunk");
    expect(bad).toMatchObject([{ offset: 3 * CHUNK, length: CHUNK, params: { chunk: 3, segment: 1, chunks: 1 } }]);
    const kinds = [...image.runsIn(3 * CHUNK, CHUNK)].map(({ kind, length }) => [kind, length]);
    expect(kinds).toEqual([["unreadable", CHUNK]]);
    expect(image.streams[0]!.checkChunk(3)).not.toBeNull();
    expect(image.streams[0]!.checkChunk(4)).toBeNull();
    const place = image.streams[0]!.placeOf(3)!;
    expect([place.offset, place.volume]).toEqual([dataAt, 1]);
  });

  it("names a damaged index and damaged hashes", () => {
    const index = at("/00000001.index");
    const hashes = at("/00000001.blockHash.blake2b");
    expect(outcome(changed(index.dataAt + 4, index.dataAt + 8)).codes).toContain("aff4/member-damaged");
    expect(outcome(changed(hashes.dataAt, hashes.end))).toMatchObject({ lost: 512 });
    expect(outcome(changed(hashes.dataAt, hashes.end)).codes).toContain("aff4/member-damaged");
  });

  it("without a bevy names its chunks as missing", () => {
    const { headerAt } = at("/00000001");
    const result = outcome(changed(headerAt, headerAt + 4));
    expect(result.codes).toContain("aff4/bevies-missing");
    expect(result.lost).toBe(3 * CHUNK + 512);
  });

  it("without its description is read from the data", () => {
    const turtle = at("information.turtle");
    expect(outcome(changed(turtle.headerAt, turtle.headerAt + 4)).codes).toEqual(
      ["aff4/metadata-lost"].concat("image/source-errors"),
    );
    const cut = outcome(whole.slice(0, at("/map").headerAt));
    expect(cut.codes).toEqual(["aff4/directory-lost", "aff4/metadata-lost"]);
    expect(cut.lost).toBe(0);
  });

  it("without its map shows the data in the order in which they are stored", () => {
    const map = at("/map");
    expect(outcome(changed(map.headerAt, map.headerAt + 4)).codes).toContain("aff4/map-missing");
  });

  it("with a damaged directory says so", () => {
    const directoryAt = readZipDirectory(new MemorySource(whole))!.at;
    const record = Buffer.from(whole).indexOf("PK\u0001\u0002", directoryAt + 4, "latin1");
    expect(outcome(changed(record, record + 2))).toEqual({
      codes: ["aff4/directory-damaged", "image/source-errors"],
      lost: 512,
    });
  });

  it("with a map that lies about targets and places says so", () => {
    const map = at("/map");
    const edit = (place: number, value: number): Uint8Array => {
      const copy = whole.slice();
      new DataView(copy.buffer).setUint32(map.dataAt + place, value, true);
      return copy;
    };
    for (const code of ["aff4/map-damaged", "aff4/map-hash", "aff4/member-damaged"]) {
      expect(outcome(edit(24, 7)).codes).toContain(code);
    }
    expect(outcome(edit(12, 5)).codes).toContain("aff4/map-damaged");
    expect(outcome(edit(8, 5000)).codes).toContain("aff4/map-overlap");
  });

  it("with foreign files beside it leaves them out", () => {
    const other = aff4Image(mixedMedium(600), {
      volumeUrn: "aff4://51111111-1111-4111-8111-111111111111",
      streamUrn: "aff4://61111111-1111-4111-8111-111111111111",
      mapUrn: "aff4://71111111-1111-4111-8111-111111111111",
      imageUrn: "aff4://81111111-1111-4111-8111-111111111111",
    });
    const image = openAff4(asAff4Files(whole, other, noise(900)));
    expect(image.size).toBe(medium.length);
    const codes = image.findings.map(({ code, params }) => [code, params]);
    expect(codes).toContainEqual(["aff4/volume-foreign", { files: 2 }]);
    expect(codes).toContainEqual(["aff4/several-images", { images: 2 }]);
  });

  it("never gives a place to continue that is not whole", () => {
    for (let length = 100; length < whole.length; length += 1499) {
      const point = aff4ResumePointOf(new MemorySource(whole.slice(0, length)), Infinity, 3);
      if (point) expect(point.at).toBeLessThanOrEqual(length);
    }
  });
});
