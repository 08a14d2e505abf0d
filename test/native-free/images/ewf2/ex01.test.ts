/** Ex01 sets that a small writer made from the specification: read, contradicted, damaged. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { ewf2Format } from "../../../../native-free/images/ewf2/format.ts";
import type { Ewf2Image } from "../../../../native-free/images/ewf2/image.ts";
import { openEwf2 } from "../../../../native-free/images/ewf2/open.ts";
import { scanEwf2Segment } from "../../../../native-free/images/ewf2/sections.ts";
import { ewf2SegmentName, ewf2SegmentNumber } from "../../../../native-free/images/ewf2/segment-name.ts";
import { unpack } from "../../../../native-free/images/ewf2/unpack.ts";
import { imageFormatOf, probeOf } from "../../../../native-free/images/index.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { findings } from "../../../../native-free/model/findings.ts";
import { noise } from "../../../fixtures/ewf-set.ts";
import { summed, u32s } from "../../../fixtures/images/ewf.ts";
import {
  bareBlock,
  bzip2,
  ewf2Segments,
  hasBzip2,
  hashEndings,
  listData,
  named,
  objectData,
  patternPacker,
  sampleSets,
  types,
  variants,
  type Ewf2Options,
} from "../../../fixtures/images/ewf2.ts";

const CHUNK = 32_768;
const base = variants["zlib"]!;
const { medium } = base;
const many = variants["several tables and segments"]!;

function opened(segments: readonly Uint8Array[]): Ewf2Image {
  return openEwf2(named(segments).map(({ name, bytes }) => ({ name, source: new MemorySource(bytes, name) })));
}

const openWith = (changed: Partial<Ewf2Options> = {}): Ewf2Image => opened(ewf2Segments({ ...base, ...changed }));
const codesOf = (image: Ewf2Image): string[] => image.findings.map(({ code }) => code);

function contentOf(image: Ewf2Image): Uint8Array {
  const bytes = new Uint8Array(image.size);
  expect(image.readInto(bytes, 0)).toBe(image.size);
  return bytes;
}

/** Every byte named `data` must be that of the medium; returns how many are not named so. */
function lostOf(image: Ewf2Image, expected: Uint8Array = medium): number {
  const read = contentOf(image);
  let [lost, next] = [0, 0];
  for (const { start, length, kind } of image.runsIn(0, image.size)) {
    expect(start).toBe(next);
    next = start + length;
    if (kind !== "data" && kind !== "sparse") lost += length;
    else expect(Buffer.compare(read.subarray(start, next), expected.subarray(start, next))).toBe(0);
  }
  expect(next).toBe(image.size);
  return lost;
}

function codeThrownBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isEvidenceError(error)) return error.code;
    throw error;
  }
  return "nothing";
}

describe("every variant", () => {
  for (const { name, files, medium: expected } of sampleSets) {
    it(`is read without a complaint: ${name}`, () => {
      const image = opened(files.map(({ bytes }) => bytes));
      expect(Buffer.compare(contentOf(image), expected)).toBe(0);
      image.check();
      expect(codesOf(image)).toEqual([]);
      expect(image.storedHashes).toEqual({
        md5: createHash("md5").update(expected).digest("hex"),
        sha1: createHash("sha1").update(expected).digest("hex"),
      });
      const probe = probeOf({ name: files[0]!.name, source: new MemorySource(files[0]!.bytes) });
      expect(imageFormatOf(probe).registration.id).toBe("ex01");
      expect(ewf2Format.segmentsOf(files.at(-1)!.name, files.map((file) => file.name).toReversed())).toEqual(
        files.map((file) => file.name),
      );
    });
  }

  it("tells patterns of zeros apart from data", () => {
    const image = opened(ewf2Segments({ ...base, packer: patternPacker }));
    const sparse = [...image.runsIn(0, image.size)].filter(({ kind }) => kind === "sparse");
    expect(sparse.some(({ start, length }) => start <= 262_144 && start + length >= 327_680)).toBe(true);
    expect(sparse.every(({ start, length }) => medium.subarray(start, start + length).every((b) => b === 0))).toBe(
      true,
    );
  });
});

describe("bzip2", () => {
  it("is read as a whole and as a bare block, and damage is told", ({ skip }) => {
    if (!hasBzip2) skip("bzip2 is absent");
    const raw = medium.subarray(40_000, 40_000 + CHUNK);
    for (const packed of [bzip2(raw), bareBlock(raw)]) {
      const target = new Uint8Array(CHUNK + 1);
      expect(unpack(2, packed, target)).toBe(CHUNK);
      expect(Buffer.compare(target.subarray(0, CHUNK), raw)).toBe(0);
      expect(unpack(2, packed, new Uint8Array(CHUNK - 1))).toBe(-1);
      expect(unpack(2, packed.subarray(0, packed.length >> 1), target)).toBe(-1);
      const damaged = Buffer.from(packed);
      damaged[packed.length >> 1]! ^= 0xff;
      expect(unpack(2, damaged, target)).toBe(-1);
    }
  });

  it("of no known method is not unpacked", () => {
    expect(unpack(3, noise(100), new Uint8Array(200))).toBe(-1);
  });
});

describe("what the set says", () => {
  it("is shown as facts: device, case, hidden areas, blocker", () => {
    const image = openWith({ device: { hs: 1024, dc: 77, dt: "m", pid: 4711, ls: 3, rs: 9 } });
    expect(Object.fromEntries(image.facts.map(({ name, value }) => [name, value]))).toEqual({
      ...{ creator: "7.04", "creator-platform": "Windows 7", acquired: "2006-03-12T11:44:05Z" },
      ...{ "system-date": "2006-03-12T11:44:06Z", "case-number": "2026-0042", "evidence-number": "M01" },
      ...{ examiner: "Αθηνά", description: "Łódź", notes: "a\nb", model: "WD 10", serial: "S-1" },
      ...{ "media-kind": "memory, physical", "write-blocker": "Tableau", "error-granularity": 64 },
      ...{ "hpa-sectors": 1024, "dco-sectors": 77, process: "4711", compression: "zlib", version: "2.1" },
      ...{ features: "SMART or ATA logs in 3 sectors, PALM RAM of 9 sectors", "block-bytes": CHUNK },
      uuid: "21160b00-372c-4d42-5863-6e79848f9aa5",
    });
  });

  it("of sessions, memory, restarts and unknown sections is said", () => {
    const session = (start: number, flags: number): Buffer => Buffer.concat([u32s(start, 0, flags), Buffer.alloc(20)]);
    const restart = Buffer.from("\ufeff1\t1\np\td\tsr\tsp\n0\t0\n\t\t\t1216\n", "utf16le");
    const image = openWith({
      endings: [
        [types.sessions, listData([session(16, 0), session(400, 1)])],
        [types.memory, Buffer.concat([u32s(0, 0, 640, 0), u32s(1024, 0, 99, 0)])],
        [types.restart, restart],
        [types.increment, restart],
        [types.analytical, objectData(1, { tps: 4096 })],
        [types.final, Buffer.alloc(0)],
        [0x77, Buffer.alloc(16)],
        ...hashEndings(medium),
      ],
    });
    expect(codesOf(image).sort()).toEqual([
      ...["ewf/audio-tracks", "ewf/restarted", "ewf/section-unknown", "ewf/section-unknown"],
    ]);
    const values = image.facts.filter(({ name }) => name === "track" || name === "memory-extents");
    expect(values.map(({ value }) => value)).toEqual([
      ...["1: data from sector 16", "2: audio from sector 400"],
      ...["640 pages from page 0", "99 pages from page 1024"],
    ]);
    expect(lostOf(image)).toBe(0);
  });

  it("of bad sectors names them, whatever is stored for them", () => {
    const error = (first: number, count: number): Buffer => u32s(first, 0, count, 0);
    const image = openWith({
      endings: [[types.errors, listData([error(100, 5), error(3, 2), error(4, 6), error(897, 9)])]],
    });
    expect(image.sourceErrors).toEqual([
      { first: 3, count: 7 },
      { first: 100, count: 5 },
    ]);
    const bad = [...image.runsIn(2048, image.size)].filter(({ kind }) => kind === "unreadable");
    expect(bad.map(({ start, length }) => [start, length])).toEqual([
      [2048, 3072],
      [51_200, 2560],
    ]);
    expect(Buffer.compare(contentOf(image), medium)).toBe(0);
    expect(codesOf(image)).toEqual(["image/source-errors"]);
  });

  it("that contradicts itself is a finding", () => {
    const [first, second, third] = ewf2Segments(many);
    const [, other] = ewf2Segments({ ...many, device: { ts: 17 } });
    expect(codesOf(opened([first!, other!, third!]))).toContain("image/volumes-differ");
    expect(codesOf(openWith({ kase: { tb: 3 } }))).toEqual(["image/chunk-count"]);
    expect(codesOf(openWith({ endings: [...hashEndings(medium), ...hashEndings(noise(5))] }))).toEqual([
      ...["ewf/hashes-differ", "ewf/hashes-differ"],
    ]);
    expect(codesOf(opened([first!, second!, third!, second!]))).toEqual(["image/segment-twice"]);
    const wrong = openWith({ tables: { wrongMd5: true }, sectors: { hashed: true, wrongMd5: true } });
    wrong.check();
    expect(codesOf(wrong)).toEqual(["image/section-damaged", "image/section-damaged"]);
  });

  it("of the size may be lacking", () => {
    const image = openWith({ device: { ts: "" }, medium: medium.subarray(0, 4 * CHUNK), endings: [] });
    expect(codesOf(image)).toEqual(["ewf/size-unknown"]);
    expect(lostOf(image)).toBe(0);
  });

  it("may be that it is encrypted, logical, impossible or not there", () => {
    const encrypted = ewf2Segments({ ...base, tables: { encrypted: true } });
    expect(codeThrownBy(() => opened(encrypted))).toBe("image/encrypted");
    const keys = ewf2Segments({ ...base, endings: [[types.keys, Buffer.concat([u32s(32, 0, 2, 0), noise(16)])]] });
    expect(codeThrownBy(() => opened(keys))).toBe("image/encrypted");
    expect(codeThrownBy(() => opened(ewf2Segments({ ...base, signature: "LEF2" })))).toBe("image/logical-evidence");
    expect(codeThrownBy(() => openWith({ kase: { sb: 0 } }))).toBe("image/implausible");
    expect(codeThrownBy(() => openWith({ device: { ts: "9007199254740991" } }))).toBe("image/implausible");
    expect(codeThrownBy(() => opened([noise(4000)]))).toBe("image/not-recognised");
  });
});

describe("damage", () => {
  const sectionsOf = (bytes: Uint8Array) =>
    scanEwf2Segment({ name: "x", source: new MemorySource(bytes) }, 1, 1).sections;
  const flipped = (bytes: Uint8Array, ...places: readonly number[]): Buffer => {
    const copy = Buffer.from(bytes);
    for (const at of places) copy[at]! ^= 0x5a;
    return copy;
  };

  it("of a chunk costs that chunk", () => {
    const [bytes] = ewf2Segments(base) as [Buffer];
    const { start } = sectionsOf(bytes).find(({ type }) => type === "sectors")!;
    const image = opened([flipped(bytes, start + 100)]);
    expect(lostOf(image)).toBe(CHUNK);
    expect(codesOf(image)).toEqual(["image/bad-block"]);
  });

  it("of a descriptor is searched over, and nothing is lost", () => {
    const [bytes] = ewf2Segments({ ...base, chunksPerTable: 4 }) as [Buffer];
    for (const [index, { at, type }] of sectionsOf(bytes).entries()) {
      if (type === "table" || type === "device" || type === "case") continue;
      const image = opened([flipped(bytes, at + 5)]);
      expect([index, codesOf(image).includes("image/chain-cut"), lostOf(image)]).toEqual([index, true, 0]);
    }
  });

  it("of a table is named; its patterns are not believed", () => {
    const [bytes] = ewf2Segments({ ...base, packer: patternPacker }) as [Buffer];
    const { start } = sectionsOf(bytes).find(({ type }) => type === "table")!;
    // The third entry is a pattern.
    const image = opened([flipped(bytes, start + 32 + 2 * 16)]);
    expect(lostOf(image)).toBeGreaterThan(0);
    expect(codesOf(image)).toContain("image/table-unverified");
    const header = opened([flipped(bytes, start)]);
    expect(codesOf(header)).toContain("image/table-missing");
    expect(lostOf(header)).toBe(medium.length);
  });

  it("of missing segments leaves a gap where they belong", () => {
    const parts = ewf2Segments(many);
    const files = named(parts).map(({ name, bytes }) => ({ name, source: new MemorySource(bytes, name) }));
    const without = (index: number): Ewf2Image => openEwf2(files.filter((_, at) => at !== index));
    expect([0, 1, 2].map((index) => lostOf(without(index)))).toEqual([
      5 * CHUNK,
      5 * CHUNK,
      medium.length - 10 * CHUNK,
    ]);
    expect(codesOf(without(1))).toContain("image/segment-missing");
    expect(codesOf(without(2))).toContain("image/last-segment-missing");
    const renamed = files.map(({ source }, index) => ({ source, name: `x${9 - index}.bin` }));
    const whole = openEwf2(renamed);
    expect([lostOf(whole), codesOf(whole)]).toEqual([0, []]);
    expect(renamed.map((file) => ewf2Format.memberOf!(file)?.number)).toEqual([1, 2, 3]);
    const headless = files.map(({ name }, index) => ({
      name,
      source: new MemorySource(index === 1 ? flipped(parts[1]!, 3) : parts[index]!, name),
    }));
    expect([lostOf(openEwf2(headless)), codesOf(openEwf2(headless))]).toEqual([0, ["image/segment-header"]]);
  });

  it("of a set mixed with another leaves the others out", () => {
    const strange = ewf2Segments({ ...many, guid: noise(16) });
    const parts = ewf2Segments(many);
    const image = opened([parts[0]!, strange[1]!, parts[2]!]);
    expect(codesOf(image)).toEqual(expect.arrayContaining(["image/segment-foreign", "image/segment-missing"]));
    expect(lostOf(image)).toBe(5 * CHUNK);
  });

  it("of an aborted acquisition is named, and what tables name twice goes to the later", () => {
    const stray = openWith({ sectors: { stray: noise(4096) } });
    expect(codesOf(stray)).toEqual(["image/section-size"]);
    stray.check();
    expect(stray.findings.at(-1)).toMatchObject({ code: "image/unclaimed", params: { bytes: 4096 } });
    expect(lostOf(stray)).toBe(0);
    // Segment 2 begins where the table of segment 1 has not ended.
    const [, second, third] = ewf2Segments({ ...many, chunksPerTable: 100 });
    const [early] = ewf2Segments({ ...many, chunksPerTable: 100, chunksPerSegment: 7 });
    const image = opened([early!, second!, third!]);
    expect(image.findings).toMatchObject([{ code: "image/claimed-twice", params: { blocks: 2 } }]);
    expect(lostOf(image)).toBe(0);
  });

  it("by a chain that leads to two places is refused", () => {
    const [bytes] = ewf2Segments({ ...base, chunksPerTable: 4 }) as [Buffer];
    const sections = sectionsOf(bytes);
    const last = sections.at(-1)!.at;
    const forged = Buffer.from(bytes);
    forged.writeBigUInt64LE(BigInt(sections.at(-4)!.at), last + 8);
    summed(forged.subarray(last, last + 60)).copy(forged, last);
    expect(codeThrownBy(() => opened([forged]))).toBe("image/two-images");
  });

  it("by 200 mutations and by truncation never yields wrong bytes, nor anything thrown but EvidenceError", () => {
    const parts = ewf2Segments({ ...many, packer: patternPacker });
    let state = 7;
    const next = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    let read = 0;
    const examine = (segments: readonly Uint8Array[]): void => {
      const code = codeThrownBy(() => {
        const image = opened(segments);
        if (image.size === medium.length) lostOf(image);
        else image.readInto(new Uint8Array(Math.min(image.size, 1 << 20)), 0);
        image.check();
        for (const found of image.findings) expect(Object.hasOwn(findings, found.code)).toBe(true);
        read++;
      });
      expect(code === "nothing" || Object.hasOwn(findings, code)).toBe(true);
    };
    for (let round = 0; round < 200; round++) {
      const copies = parts.map((bytes) => Buffer.from(bytes));
      const copy = copies[next(copies.length)]!;
      const hot = sectionsOf(parts[0]!).map(({ at }) => at % copy.length);
      for (let count = next(5); count >= 0; count--) {
        const place = next(2) === 0 ? next(copy.length) : hot[next(hot.length)]! + next(64);
        if (next(2) === 0) copy[place % copy.length] = next(256);
        else copy.subarray(place, place + next(100)).fill(next(2) * 255);
      }
      examine(copies);
    }
    for (let kept = 0; kept < parts[1]!.length; kept += Math.ceil(parts[1]!.length / 40)) {
      examine([parts[0]!, parts[1]!.subarray(0, kept), parts[2]!]);
    }
    expect(read).toBeGreaterThan(150);
  });
});

describe("segment names", () => {
  it("run from Ex01 over ExAA to EzZZ, and back", () => {
    expect([1, 99, 100, 775, 776, 2127].map((number) => ewf2SegmentName(number))).toEqual([
      ...["Ex01", "Ex99", "ExAA", "ExZZ", "EyAA", "EzZZ"],
    ]);
    for (let number = 1; number <= 2127; number += 13) {
      expect(ewf2SegmentNumber(ewf2SegmentName(number, "L").toLowerCase(), "L")).toBe(number);
    }
    expect(["Ey01", "E01", "Ex00", "Lx01"].map((extension) => ewf2SegmentNumber(extension))).toEqual([
      ...[null, null, null, null],
    ]);
    expect(() => ewf2SegmentName(2128)).toThrow(RangeError);
  });
});
