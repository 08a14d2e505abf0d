/** What is written is read back, for every size at which something changes. */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { EwfChunkEncoder } from "../../../../native-free/images/ewf/chunk-codec.ts";
import { openEwf } from "../../../../native-free/images/ewf/open.ts";
import { resumePointOf } from "../../../../native-free/images/ewf/resume.ts";
import { scanSegment } from "../../../../native-free/images/ewf/sections.ts";
import { EwfWriter, smallestSegmentBytes } from "../../../../native-free/images/ewf/writer.ts";
import {
  asFiles,
  endingOf,
  ewfSet,
  feed,
  MemorySink,
  metadata,
  mixedMedium,
  noise,
  optionsFor,
  sha256Of,
  type SetOptions,
} from "../../../fixtures/ewf-set.ts";

const CHUNK = 32768;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("an E01 set", () => {
  const sizes = [0, 1, 63, 64, 65, 127, 128, 129, 640, 1001].map((sectors) => sectors * 512);

  it.each(sizes)("of %i bytes comes back", (size) => {
    for (const level of [0, 1, 9] as const) {
      const medium = mixedMedium(size);
      const image = openEwf(asFiles(ewfSet(medium, { level }).segments));
      expect(image.size).toBe(size);
      expect(sha256Of(image)).toBe(sha256(medium));
      expect(image.findings).toEqual([]);
      expect(image.storedHashes["md5"]).toBe(createHash("md5").update(medium).digest("hex"));
      expect(image.storedHashes["sha1"]).toBe(createHash("sha1").update(medium).digest("hex"));
    }
  });

  it("with sectors of 4096 bytes comes back", () => {
    const medium = mixedMedium(4096 * 65);
    const image = openEwf(asFiles(ewfSet(medium, { bytesPerSector: 4096 }).segments));
    expect([image.bytesPerSector, image.chunkBytes, image.chunkCount]).toEqual([4096, 64 * 4096, 2]);
    expect(sha256Of(image)).toBe(sha256(medium));
  });

  it.each([16_374, 16_375, 16_376])("of %i chunks comes back, with a second table where it must", (chunks) => {
    const sink = new MemorySink();
    const writer = new EwfWriter(optionsFor(chunks * CHUNK, { groupChunks: 16_375 }), sink);
    const encoder = new EwfChunkEncoder(1, CHUNK);
    const zero = new Uint8Array(CHUNK);
    for (let index = 0; index < chunks - 1; index++) writer.addChunk(encoder.encode(zero));
    writer.addChunk(encoder.encode(noise(CHUNK)));
    writer.finish({ md5: null, sha1: null, badSectors: [] });
    const image = openEwf(asFiles(sink.segments));
    expect(image.findings).toEqual([]);
    const tail = new Uint8Array(2 * CHUNK);
    expect(image.readInto(tail, (chunks - 2) * CHUNK)).toBe(2 * CHUNK);
    expect(Buffer.compare(tail.subarray(CHUNK), noise(CHUNK))).toBe(0);
    expect(tail.subarray(0, CHUNK).some((byte) => byte !== 0)).toBe(false);
    const tables = Buffer.from(sink.segments[0]!).toString("latin1").split("table2\0").length - 1;
    expect(tables).toBe(chunks > 16_375 ? 2 : 1);
  });

  it("keeps as many chunks in a group as asked, 4,096 as a rule", () => {
    const chunk = new EwfChunkEncoder(1, CHUNK).encode(new Uint8Array(CHUNK));
    const groups = (options: SetOptions) => {
      const sink = new MemorySink();
      const writer = new EwfWriter(optionsFor(4097 * CHUNK, options), sink);
      for (let index = 0; index < 4097; index++) writer.addChunk(chunk);
      writer.finish({ md5: null, sha1: null, badSectors: [] });
      expect(openEwf(asFiles(sink.segments))).toMatchObject({ size: 4097 * CHUNK, findings: [] });
      return scanSegment(asFiles(sink.segments)[0]!, 1).sections.filter(({ type }) => type === "table2").length;
    };
    expect([groups({}), groups({ groupChunks: 4097 }), groups({ groupChunks: 1000 })]).toEqual([2, 1, 5]);
  });

  it.each([0, 512, 5 * CHUNK, 30 * CHUNK + 512])(
    "of %i bytes is the same when its size is known at the end",
    (size) => {
      const medium = mixedMedium(size);
      for (const segmentBytes of [1 << 30, 160_000]) {
        const sink = new PatchingSink();
        const writer = new EwfWriter({ ...optionsFor(size, { segmentBytes, groupChunks: 7 }), sizeBytes: null }, sink);
        expect(writer.chunkCount).toBeNull();
        feed(writer, medium, 1);
        writer.finish({ ...endingOf(medium), sizeBytes: size });
        const known = ewfSet(medium, { segmentBytes, groupChunks: 7 });
        expect(sink.segments.map(sha256)).toEqual(known.segments.map(sha256));
        if (size > 10 * CHUNK && segmentBytes < 1 << 20) expect(sink.patched).toBe(2);
        const image = openEwf(asFiles(sink.segments));
        expect([image.size, image.findings]).toEqual([size, []]);
      }
    },
  );

  it("without a known size wants the size at the end, and a sink that patches ended segments", () => {
    const open = (sink: MemorySink) =>
      new EwfWriter({ ...optionsFor(0, { segmentBytes: 160_000 }), sizeBytes: null }, sink);
    const medium = noise(8 * CHUNK);
    const without = open(new MemorySink());
    feed(without, medium, 1);
    expect(() => without.finish(endingOf(medium))).toThrow(RangeError);
    for (const sizeBytes of [7 * CHUNK, 9 * CHUNK]) {
      expect(() => without.finish({ ...endingOf(medium), sizeBytes })).toThrow(/chunks, not 8/);
    }
    expect(() => without.finish({ ...endingOf(medium), sizeBytes: 8 * CHUNK })).toThrow(/size is not known/);
  });

  it("rolls over exactly where the next chunk no longer fits", () => {
    const medium = noise(4 * CHUNK);
    const whole = ewfSet(medium).segments[0]!.length;
    expect(ewfSet(medium, { segmentBytes: whole }).segments.map(({ length }) => length)).toEqual([whole]);
    const split = ewfSet(medium, { segmentBytes: whole - 1 }).segments;
    expect(split).toHaveLength(2);
    for (const { length } of split) expect(length).toBeLessThan(whole);
    const image = openEwf(asFiles(split));
    expect(sha256Of(image)).toBe(sha256(medium));
    expect(image.findings).toEqual([]);
  });

  it("of more than 99 segments comes back, in whatever order they are given", () => {
    const medium = noise(103 * CHUNK);
    const smallest = smallestSegmentBytes(optionsFor(0));
    const { segments } = ewfSet(medium, { segmentBytes: smallest });
    expect(segments).toHaveLength(103);
    for (const { length } of segments) expect(length).toBeLessThanOrEqual(smallest);
    const files = asFiles(segments);
    expect(files.map(({ name }) => name).slice(97, 101)).toEqual(["disk.E98", "disk.E99", "disk.EAA", "disk.EAB"]);
    const image = openEwf(files.toReversed());
    expect(sha256Of(image)).toBe(sha256(medium));
    expect(image.findings).toEqual([]);
    expect(() => ewfSet(medium, { segmentBytes: smallest - 1 })).toThrow(RangeError);
  });

  it("carries metadata, media facts and bad sectors", () => {
    const medium = mixedMedium(200 * 512);
    const bad = [
      { first: 3, count: 2 },
      { first: 199, count: 1 },
    ];
    const image = openEwf(asFiles(ewfSet(medium, { badSectors: bad, mediaType: 0, mediaFlags: 1 }).segments));
    expect(image.metadata).toMatchObject({ ...metadata, acquired: "2026-11-21T19:34:54Z" });
    expect(image.volume).toMatchObject({
      mediaType: 0,
      mediaFlags: 1,
      chunkCount: 4,
      sectorCount: 200,
      compressionLevel: 1,
    });
    expect(image.volume.guid).toBe("0102030405060708090a0b0c0d0e0f10");
    expect(image.sourceErrors).toEqual(bad);
    expect(image.findings.map(({ code, params }) => [code, params])).toEqual([["image/source-errors", { sectors: 3 }]]);
    const runs = [...image.runsIn(0, image.size)].map(({ start, length, kind }) => [start, length, kind]);
    expect(runs).toEqual([
      [0, 1536, "data"],
      [1536, 1024, "unreadable"],
      [2560, 199 * 512 - 2560, "data"],
      [199 * 512, 512, "unreadable"],
    ]);
  });

  it("names what the format has no room for", () => {
    const far = { first: 2 ** 32 - 1, count: 2 };
    const near = { first: 2 ** 32 - 1, count: 1 };
    expect(ewfSet(mixedMedium(512), { badSectors: [near, far] }).finished.unnamedBadSectors).toEqual([far]);
  });

  it("refuses sizes that are no whole sectors, chunks too many and chunks too few", () => {
    expect(() => new EwfWriter(optionsFor(513), new MemorySink())).toThrow(RangeError);
    expect(() => new EwfWriter(optionsFor(2 ** 32 * CHUNK), new MemorySink())).toThrow(RangeError);
    expect(() => new EwfWriter(optionsFor(512, { guid: new Uint8Array(15) }), new MemorySink())).toThrow(RangeError);
    const writer = new EwfWriter(optionsFor(512), new MemorySink());
    const nothing = { md5: null, sha1: null, badSectors: [] };
    expect(() => writer.finish(nothing)).toThrow(/1 chunks, not 0/);
    const chunk = new EwfChunkEncoder(1, CHUNK).encode(new Uint8Array(512));
    writer.addChunk(chunk);
    expect(() => writer.addChunk(chunk)).toThrow(/all its chunks/);
    writer.finish(nothing);
    expect(() => writer.finish(nothing)).toThrow();
  });

  it("continued after a cut at any place equals one written in one go", () => {
    const medium = mixedMedium(30 * CHUNK + 512);
    const options = optionsFor(medium.length, { segmentBytes: 160_000, groupChunks: 3 });
    const whole = new MemorySink();
    const writer = new EwfWriter(options, whole);
    feed(writer, medium, 1);
    writer.finish(endingOf(medium));
    expect(whole.segments.length).toBeGreaterThan(2);
    const total = whole.segments.reduce((sum, { length }) => sum + length, 0);
    const lengths = whole.segments.map(({ length }) => length);
    const edges = asFiles(whole.segments).flatMap((file, index) => {
      const before = lengths.slice(0, index).reduce((sum, length) => sum + length, 0);
      const places = scanSegment(file, index + 1).sections.flatMap(({ at, end }) => [at, at + 76, end - 1, end]);
      return places.map((at) => before + at);
    });
    const steps = Array.from({ length: Math.floor(total / 4999) }, (_, index) => index * 4999);
    const opened = scanSegment(asFiles(whole.segments)[0]!, 1).sections.find(({ type }) => type === "volume")!.end;
    for (const kept of [...edges, ...steps].filter((place) => place >= opened && place < total)) {
      const left = cutSet(whole.segments, kept);
      const point = resumePointOf(asFiles(left));
      expect(point).not.toBeNull();
      const sink = new MemorySink();
      sink.segments.push(...left.slice(0, point!.segment - 1));
      sink.reopen(left[point!.segment - 1]!.subarray(0, point!.at));
      const second = new EwfWriter({ ...options, resumeAt: point! }, sink);
      feed(second, medium, 1);
      second.finish(endingOf(medium));
      expect([kept, point, ...sink.segments.map(sha256)]).toEqual([kept, point, ...whole.segments.map(sha256)]);
    }
  });

  it("says where it stands between groups only, and a killed writer's chunks are named missing", () => {
    const medium = mixedMedium(8 * CHUNK);
    const sink = new MemorySink();
    const writer = new EwfWriter(optionsFor(medium.length), sink);
    expect(writer.position).toMatchObject({ segment: 1, chunks: 0 });
    feed(writer, medium, 1, 5);
    expect(writer.position).toBeNull();
    const image = openEwf(asFiles([sink.unfinished]));
    expect([...image.runsIn(0, image.size)].map(({ length, kind }) => [length, kind])).toEqual([
      [8 * CHUNK, "missing"],
    ]);
    expect(image.findings.map(({ code }) => code)).toContain("image/chain-cut");
    expect(resumePointOf(asFiles([sink.unfinished]))).toMatchObject({ segment: 1, chunks: 0 });
  });
});

/** Keeps every segment in memory, and lets ended ones be patched. */
class PatchingSink extends MemorySink {
  patched = 0;

  patchEnded(number: number, at: number, bytes: Uint8Array): void {
    this.segments[number - 1]!.set(bytes, at);
    this.patched += 1;
  }
}

function cutSet(segments: readonly Uint8Array[], kept: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  for (const segment of segments) {
    if (kept <= 0) break;
    left.push(segment.subarray(0, kept));
    kept -= segment.length;
  }
  return left;
}
