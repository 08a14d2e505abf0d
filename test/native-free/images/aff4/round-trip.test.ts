/** What is written is read back, for every size at which something changes, and however often it was continued. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { openAff4 } from "../../../../native-free/images/aff4/open.ts";
import { aff4ResumePointOf, openAff4Start } from "../../../../native-free/images/aff4/resume.ts";
import { Aff4Writer } from "../../../../native-free/images/aff4/writer.ts";
import { Aff4ChunkEncoder } from "../../../../native-free/images/aff4/chunk-codec.ts";
import {
  AFF4_CHUNK as CHUNK,
  aff4Ending,
  aff4Image,
  aff4Options,
  asAff4Files,
  ByteStore,
  feedAff4,
} from "../../../fixtures/aff4-image.ts";
import { mixedMedium, noise, sha256Of } from "../../../fixtures/ewf-set.ts";

const digestOf = (bytes: Uint8Array, algorithm = "sha256"): string => createHash(algorithm).update(bytes).digest("hex");
const compressions = ["none", "deflate", "lz4"] as const;

describe("an AFF4 image", () => {
  const sectors = [0, 1, 63, 64, 65, 127, 128, 129, 191, 192, 193, 640, 1001];
  const sizes = [...sectors.map((count) => count * 512), 1, 511, CHUNK - 1, CHUNK + 1, 3 * CHUNK + 7, 6 * CHUNK];

  it.each(sizes)("of %i bytes comes back", (size) => {
    for (const compression of compressions) {
      const medium = mixedMedium(size);
      const image = openAff4(asAff4Files(aff4Image(medium, { compression, chunksInBevy: 3 })));
      expect(image.size).toBe(size);
      expect(sha256Of(image)).toBe(digestOf(medium));
      expect(image.findings).toEqual([]);
      expect(image.bytesPerSector).toBe(512);
      for (const algorithm of ["md5", "sha1", "sha256", "sha512"]) {
        expect(image.storedHashes[algorithm]).toBe(digestOf(medium, algorithm));
      }
    }
  });

  it("of noise, of zeros and of text comes back, each as small as it should be", () => {
    const size = 40 * CHUNK;
    const text = new Uint8Array(size).map((_, at) => 97 + ((at * 7 + (at >> 5)) % 23));
    for (const [medium, most] of [
      [noise(size), size + 7000],
      [new Uint8Array(size), 15_000],
      [text, size / 4],
    ] as const) {
      for (const compression of ["deflate", "lz4"] as const) {
        const bytes = aff4Image(medium, { compression });
        expect(bytes.length).toBeLessThan(most);
        expect(sha256Of(openAff4(asAff4Files(bytes)))).toBe(digestOf(medium));
      }
    }
  });

  it("reads the same at random as in order", () => {
    const medium = mixedMedium(20 * CHUNK + 300);
    const image = openAff4(asAff4Files(aff4Image(medium, { compression: "lz4", chunksInBevy: 4 })));
    const places = noise(400, 7);
    for (let turn = 0; turn < 100; turn++) {
      const [a, b, c, d] = places.subarray(4 * turn, 4 * turn + 4);
      const at = ((a! << 16) | (b! << 8) | c!) % (medium.length + 1000);
      const target = new Uint8Array(d! * 700).fill(0xee);
      const expected = medium.subarray(at, at + target.length);
      expect(image.readInto(target, at)).toBe(expected.length);
      expect(Buffer.compare(target.subarray(0, expected.length), expected)).toBe(0);
      expect(target.subarray(expected.length).every((byte) => byte === 0xee)).toBe(true);
    }
  });

  it("names unreadable ranges, and keeps hashes over zeros apart from those of the standard", () => {
    const medium = mixedMedium(200 * 512);
    medium.fill(0, 3 * 512, 5 * 512);
    medium.fill(0, 199 * 512);
    const badSectors = [
      { first: 3, count: 2 },
      { first: 199, count: 1 },
    ];
    const files = asAff4Files(aff4Image(medium, { badSectors }));
    const image = openAff4(files);
    expect(sha256Of(image)).toBe(digestOf(medium));
    expect(image.storedHashes["sha256"]).toBe(digestOf(medium));
    expect(image.findings.map(({ code, params }) => [code, params])).toEqual([["image/source-errors", { sectors: 3 }]]);
    expect([...image.runsIn(0, image.size)].map(({ start, length, kind }) => [start, length, kind])).toEqual([
      [0, 1536, "data"],
      [1536, 1024, "unreadable"],
      [2560, 199 * 512 - 2560, "data"],
      [199 * 512, 512, "unreadable"],
    ]);
    const standard = openAff4(files, { filling: "standard" });
    const filled = new Uint8Array(1024);
    standard.readInto(filled, 1536);
    const endless = "UNREADABLEDATA".repeat(1000);
    expect(Buffer.from(filled).toString("latin1")).toBe(endless.slice(1536, 2560));
    // The hash of the image over such text was never computed: the standard's place for it stays empty.
    expect(standard.storedHashes).toEqual({});
  });

  it("carries what is known of the medium, whatever characters it has", () => {
    const image = openAff4(asAff4Files(aff4Image(mixedMedium(4096 * 3), { bytesPerSector: 4096 })));
    const { metadata } = aff4Options(0);
    expect(image.bytesPerSector).toBe(4096);
    expect(image.metadata).toMatchObject({
      caseNumber: metadata.caseNumber,
      evidenceNumber: metadata.evidenceNumber,
      examiner: metadata.examiner,
      caseDescription: metadata.description,
      diskModel: metadata.model,
      diskSerial: metadata.serial,
      startTime: "2026-11-21T19:34:54.000Z",
      sectorCount: "3",
    });
  });

  it("of a stream whose size is known at the end only equals one whose size was known", () => {
    const medium = mixedMedium(7 * CHUNK + 1);
    const store = new ByteStore();
    const options = aff4Options(null, { chunksInBevy: 2 });
    const writer = new Aff4Writer(options, store);
    feedAff4(writer, medium, options);
    writer.finish(aff4Ending(medium));
    expect(Buffer.compare(store.bytes, aff4Image(medium, { chunksInBevy: 2 }))).toBe(0);
  });

  it.each(["none", "lz4", "deflate"] as const)(
    "gives each chunk its own BLAKE2b, zeros among others (%s)",
    (compression) => {
      const encoder = new Aff4ChunkEncoder(compression);
      const text = new Uint8Array(CHUNK).fill(65);
      const zeros = new Uint8Array(CHUNK);
      for (const raw of [text, zeros, noise(CHUNK), zeros, zeros.subarray(1), text.subarray(100), text]) {
        const padded = new Uint8Array(CHUNK);
        padded.set(raw);
        const { digests, digestFrom } = encoder.encode(raw);
        const digest = Buffer.from(digests).toString("hex", digestFrom, digestFrom + 64);
        expect(digest).toBe(digestOf(padded, "blake2b512"));
      }
    },
  );

  it("refuses wrong options and calls out of order", () => {
    const store = new ByteStore();
    const options = aff4Options(CHUNK + 1);
    expect(() => new Aff4Writer({ ...options, mapUrn: options.imageUrn }, store)).toThrow(RangeError);
    expect(() => new Aff4Writer({ ...options, streamUrn: "aff4://x> ." }, store)).toThrow(RangeError);
    expect(() => new Aff4Writer({ ...options, sizeBytes: -1 }, store)).toThrow(RangeError);
    expect(() => new Aff4Writer({ ...options, bytesPerSector: 0.5 }, store)).toThrow(RangeError);
    const writer = new Aff4Writer(options, store);
    const encoder = new Aff4ChunkEncoder("none");
    expect(() => writer.finish(aff4Ending(new Uint8Array(CHUNK + 1)))).toThrow("2 chunks");
    expect(() => encoder.encode(new Uint8Array(CHUNK + 1))).toThrow(RangeError);
    const chunk = encoder.encode(new Uint8Array(CHUNK));
    writer.addChunk(chunk);
    expect(writer.position).toBeNull();
    writer.addChunk(chunk);
    expect(() => writer.addChunk(chunk)).toThrow("all its chunks");
    expect(() => writer.finish({ ...aff4Ending(new Uint8Array(5)) })).toThrow("size");
    const outside = aff4Ending(new Uint8Array(CHUNK + 1), [{ first: 65, count: 1 }]);
    expect(() => writer.finish(outside)).toThrow(RangeError);
  });
});

describe("an AFF4 image that was cut off", () => {
  const medium = mixedMedium(11 * CHUNK + 100);
  const chunksInBevy = 3;
  for (const compression of compressions) {
    it(`anywhere continues to the same bytes (${compression})`, () => {
      const whole = aff4Image(medium, { compression, chunksInBevy });
      const options = aff4Options(medium.length, { compression, chunksInBevy });
      const seen = new Set<number>();
      const cuts = Array.from({ length: 60 }, (_, index) => Math.floor((whole.length * (index + 1)) / 60));
      for (const cut of cuts) {
        const left = whole.slice(0, cut);
        const point = aff4ResumePointOf(new MemorySource(left), Infinity, chunksInBevy);
        if (!point) {
          expect(cut).toBeLessThan(400);
          continue;
        }
        if (seen.has(point.at)) continue;
        seen.add(point.at);
        const start = openAff4Start(new MemorySource(left), point, chunksInBevy);
        const stands = Math.min(medium.length, point.chunks * CHUNK);
        const read = new Uint8Array(stands);
        expect(start.readInto(read, 0)).toBe(stands);
        expect(Buffer.compare(read, medium.subarray(0, stands))).toBe(0);
        const store = new ByteStore(left.subarray(0, point.at));
        const writer = new Aff4Writer({ ...options, resumeAt: structuredClone(point) }, store);
        expect(writer.position).toEqual(point);
        feedAff4(writer, medium, options);
        writer.finish(aff4Ending(medium));
        expect(Buffer.compare(store.bytes, whole)).toBe(0);
      }
      expect(seen.size).toBe(5);
    });
  }

  it("continues from the last bevy below a limit", () => {
    const source = new MemorySource(aff4Image(medium, { chunksInBevy }));
    const chunks = [0, 2, 3, 5, 8, 9, 11, 12, 99].map((most) => aff4ResumePointOf(source, most, chunksInBevy)?.chunks);
    expect(chunks).toEqual([0, 0, 3, 3, 6, 9, 9, 12, 12]);
  });

  it("does not believe a bevy whose bytes never reached the disk", () => {
    const whole = aff4Image(medium, { chunksInBevy, compression: "none" });
    const point = aff4ResumePointOf(new MemorySource(whole), 6, chunksInBevy)!;
    const left = whole.slice(0, point.at);
    const data = point.entries.at(-3)!;
    for (let at = data.headerAt + 5000; at < data.headerAt + 9000; at++) left[at]! ^= 0xff;
    expect(aff4ResumePointOf(new MemorySource(left), Infinity, chunksInBevy)?.chunks).toBe(3);
    const hashes = point.entries.at(-4)!;
    left[hashes.headerAt + 200]! ^= 1;
    expect(aff4ResumePointOf(new MemorySource(left), Infinity, chunksInBevy)?.chunks).toBe(0);
    left[40]! ^= 1;
    expect(aff4ResumePointOf(new MemorySource(left), Infinity, chunksInBevy)).toBeNull();
    expect(aff4ResumePointOf(new MemorySource(noise(5000)))).toBeNull();
  });

  it("inside an open bevy takes nothing in the medium for a part of the archive", () => {
    // The first chunk of the open bevy is itself the start of an AFF4 image.
    const inner = aff4Image(mixedMedium(5 * CHUNK), { chunksInBevy, compression: "none" });
    const outer = new Uint8Array(6 * CHUNK);
    outer.set(inner.subarray(0, outer.length));
    const options = aff4Options(outer.length, { chunksInBevy: 100, compression: "none" });
    const store = new ByteStore();
    const writer = new Aff4Writer(options, store);
    feedAff4(writer, outer, options, 5);
    expect(aff4ResumePointOf(new MemorySource(store.bytes), Infinity, 100)?.chunks).toBe(0);
    expect(() => openAff4(asAff4Files(store.bytes))).toThrow("aff4/no-image");
  });
});
