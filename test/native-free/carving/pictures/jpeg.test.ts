import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { jpegCarver } from "../../../../native-free/carving/pictures/jpeg.ts";
import {
  exifSegment,
  numbersFrom,
  writeJpeg,
  writeMultiPicture,
  xmpSegment,
} from "../../../fixtures/carving/jpeg-writer.ts";
import { box } from "../../../fixtures/carving/iso-picture-writer.ts";

const blockBytes = 512;
const large = { width: 640, height: 480 };

function carve(bytes: Uint8Array) {
  return jpegCarver.carve(new MemorySource(bytes), 0, bytes.length);
}
function join(bytes: Uint8Array, at = 0) {
  return jpegCarver.carveInPieces!(new MemorySource(bytes), at, bytes.length, blockBytes);
}
function noise(length: number, seed: number): Uint8Array {
  const next = numbersFrom(seed);
  return Uint8Array.from({ length }, () => next(256));
}
/** The file with `blocks` foreign blocks at a block boundary. */
function torn(file: Uint8Array, boundary: number, foreign: Uint8Array): Uint8Array {
  return Buffer.concat([file.subarray(0, boundary), foreign, file.subarray(boundary), noise(3000, 77)]);
}

describe("a scan with something else in it", () => {
  const file = writeJpeg(large);
  const foreign = {
    noise: noise(4096, 5),
    zeros: new Uint8Array(4096),
    "a picture": writeJpeg({ ...large, seed: 8 }).subarray(4096, 8192),
  };

  it.each(Object.entries(foreign))("is cut there: %s", (_, bytes) => {
    const found = carve(torn(file, 16 * blockBytes, bytes));
    expect(found).toMatchObject({ kind: "jpeg", verdict: "truncated" });
    expect(found!.length).toBeGreaterThan(12 * blockBytes);
  });

  it("is cut where blocks of its own are missing", () => {
    const found = carve(Buffer.concat([file.subarray(0, 8192), file.subarray(8704)]));
    expect(found?.verdict).toBe("truncated");
  });

  it.each([{ interval: 5 }, { interval: 5, seed: 4 }])(
    "is cut where a restart marker is not the next one (%o)",
    (options) => {
      const marked = Uint8Array.from(writeJpeg(options));
      const at = marked.findIndex((byte, i) => byte === 0xff && marked[i + 1] === 0xd3);
      marked[at + 1] = 0xd5;
      const found = carve(marked);
      expect(found?.verdict ?? "none").not.toBe("complete");
      expect(found?.length ?? 0).toBeLessThanOrEqual(at);
    },
  );

  it("is cut in a refinement of a progressive picture", () => {
    const progressive = Uint8Array.from(writeJpeg({ ...large, progressive: true }));
    const shorter = Buffer.concat([progressive.subarray(0, -40), progressive.subarray(-2)]);
    expect(carve(progressive)?.verdict).toBe("complete");
    expect(carve(shorter)?.verdict).toBe("truncated");
  });
});

describe("pictures that belong to a picture", () => {
  it("has its thumbnail inside", () => {
    const thumbnail = writeJpeg({ width: 32, height: 24, seed: 2 });
    const file = writeJpeg({ segments: [exifSegment(thumbnail)] });
    const at = Buffer.from(file).indexOf(thumbnail);
    expect(at).toBeGreaterThan(0);
    expect(carve(file)).toMatchObject({ verdict: "complete", length: file.length });
    expect(jpegCarver.carve(new MemorySource(file), at, file.length)).toMatchObject({ length: thumbnail.length });
  });

  it("tells other views from a gain map, and names what it took in", () => {
    const second = writeJpeg({ seed: 6, width: 64, height: 64 });
    for (const [type, kind] of [
      [0x020002, "mpo"],
      [0, "jpeg"],
    ] as const) {
      const file = writeMultiPicture(second, type);
      const found = carve(Buffer.concat([file, noise(600, 1)]));
      expect(found).toMatchObject({ kind, verdict: "complete", length: file.length });
      expect(found!.findings).toMatchObject([{ code: "carving/pictures-appended", params: { pictures: 1 } }]);
    }
  });

  it("leaves out what an index names and an editor dropped", () => {
    const second = writeJpeg({ seed: 6, width: 64, height: 64 });
    const file = writeMultiPicture(second, 0x020002);
    const first = file.subarray(0, file.length - second.length);
    expect(carve(Buffer.concat([first, noise(2000, 1)]))).toMatchObject({
      kind: "jpeg",
      verdict: "complete",
      length: first.length,
    });
  });

  it("takes the film of a motion photo in, only where it is said", () => {
    const film = Buffer.concat([
      box("ftyp", Buffer.from("mp42\0\0\0\0isom")),
      box("moov", box("mvhd", Buffer.alloc(100))),
      box("mdat", noise(900, 2)),
    ]);
    const said = writeJpeg({ segments: [xmpSegment('GCamera:MotionPhoto="1"')] });
    const found = carve(Buffer.concat([said, film, noise(500, 3)]));
    expect(found).toMatchObject({ verdict: "complete", length: said.length + film.length });
    expect(found!.findings).toMatchObject([
      { code: "carving/film-appended", offset: said.length, length: film.length },
    ]);
    const plain = writeJpeg();
    expect(carve(Buffer.concat([plain, film]))).toMatchObject({ length: plain.length, findings: [] });
  });

  it("walks arithmetic codes by their markers, and says so", () => {
    const file = Uint8Array.from(writeJpeg({ seed: 3 }));
    file[file.indexOf(0xc0, 70)] = 0xc9;
    const found = carve(Buffer.concat([file, noise(100, 3)]));
    expect(found).toMatchObject({ verdict: "complete", length: file.length });
    expect(found!.findings).toMatchObject([{ code: "carving/scan-not-decoded" }]);
  });
});

describe("a picture in two pieces", () => {
  const file = writeJpeg({ ...large, segments: [exifSegment(writeJpeg({ width: 32, height: 24, seed: 2 }))] });
  const progressive = writeJpeg({ ...large, progressive: true, seed: 11 });
  const another = writeJpeg({ width: 1600, height: 1200, seed: 12 });

  it.each([1, 3, 40, 100])("is put together over a gap of %i blocks of noise", (blocks) => {
    const boundary = 20 * blockBytes;
    const found = join(torn(file, boundary, noise(blocks * blockBytes, blocks)));
    expect(found).toMatchObject({
      verdict: "complete",
      length: file.length,
      pieces: [
        { start: 0, length: boundary },
        { start: boundary + blocks * blockBytes, length: file.length - boundary },
      ],
    });
  });

  it.each([
    ["another picture", another.subarray(8192, 8192 + 10 * blockBytes)],
    ["zeros", new Uint8Array(10 * blockBytes)],
    ["text", Buffer.alloc(10 * blockBytes, "The quick brown fox. ")],
  ])("is put together over %s", (_, foreign) => {
    const boundary = 24 * blockBytes;
    const bytes = torn(file, boundary, foreign);
    const found = join(bytes);
    expect(found?.pieces).toHaveLength(2);
    const joined = Buffer.concat(found!.pieces!.map(({ start, length }) => bytes.subarray(start, start + length)));
    expect(joined.equals(file)).toBe(true);
  });

  it("is put together where it is progressive", () => {
    const boundary = 2 * blockBytes;
    expect(progressive.length).toBeGreaterThan(4 * blockBytes);
    const found = join(torn(progressive, boundary, noise(6 * blockBytes, 4)));
    expect(found?.length).toBe(progressive.length);
    expect(found?.pieces?.[0]).toEqual({ start: 0, length: boundary });
  });

  it("is nothing where the rest is not there, and where it is whole", () => {
    expect(join(Buffer.concat([file.subarray(0, 20 * blockBytes), noise(60_000, 9)]))).toBeNull();
    expect(join(file)).toBeNull();
  });
});
