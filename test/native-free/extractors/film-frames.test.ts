/** Pictures of films that keep each by itself become children. */
import { describe, expect, it } from "vitest";
import { mediaExtractor } from "../../../native-free/extractors/media/media-extractor.ts";
import { spread } from "../../../native-free/extractors/media/frame.ts";
import { decodeBitmap } from "../../../native-free/pictures/bitmap.ts";
import { aviFilm, motionJpegFormat, quickTimeFilm } from "../../fixtures/film-frames.ts";
import { bitmapOf } from "../../fixtures/page-picture.ts";
import { context, sourceOf } from "./gather.ts";

async function frames(film: Uint8Array): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const extraction of mediaExtractor.extract(sourceOf(film), context)) {
    if (extraction.what !== "child" || !("open" in extraction.child.content)) continue;
    const parts: Uint8Array[] = [];
    for await (const part of extraction.child.content.open()) parts.push(part);
    found.set(extraction.child.name.text, Buffer.concat(parts));
  }
  return found;
}

const jpegs = Array.from({ length: 20 }, (_, index) =>
  Buffer.from([0xff, 0xd8, ...Buffer.alloc(index + 1, index), 0xff, 0xd9]),
);
const taken = [1, 3, 6, 8, 11, 13, 16, 18];
const expected = new Map(taken.map((number) => [`key frame ${number}`, jpegs[number - 1] as Buffer]));

describe("pictures of films", () => {
  it("are the first and some evenly spaced ones", () => {
    expect(spread(0)).toEqual([]);
    expect(spread(3)).toEqual([0, 1, 2]);
    expect(spread(20).map((index) => index + 1)).toEqual(taken);
  });

  it("come out of Motion JPEG in AVI, also where the end is missing", async () => {
    const film = aviFilm(motionJpegFormat(), jpegs);
    expect(await frames(film)).toEqual(expected);
    const cut = await frames(film.subarray(0, film.length - 400));
    expect(cut.get("key frame 1")).toEqual(jpegs[0]);
    expect(cut.size).toBeGreaterThan(2);
  });

  it("come out of uncompressed AVI as bitmaps", async () => {
    const pixels = Uint8Array.from({ length: 16 * 8 }, (_, index) => index);
    const bitmap = bitmapOf({ width: 16, height: 8, pixels });
    const found = await frames(aviFilm(bitmap.subarray(14, 54), [bitmap.subarray(54)]));
    const decoded = decodeBitmap(found.get("key frame 1") as Buffer, 1000);
    expect(decoded.pixels.filter((_, index) => index % 3 === 0)).toEqual(pixels);
  });

  it("come out of QuickTime and MP4 in JPEG", async () => {
    expect(await frames(quickTimeFilm("jpeg", jpegs))).toEqual(expected);
    expect(await frames(quickTimeFilm("mp4v", jpegs, 0x6c))).toEqual(expected);
  });

  it("are not taken out of other codings", async () => {
    expect((await frames(quickTimeFilm("avc1", jpegs))).size).toBe(0);
    expect((await frames(quickTimeFilm("mp4v", jpegs, 0x20))).size).toBe(0);
    const other = motionJpegFormat();
    other.write("XVID", 16, "latin1");
    expect((await frames(aviFilm(other, jpegs))).size).toBe(0);
  });
});
