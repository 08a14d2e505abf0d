import { describe, expect, it } from "vitest";
import { decodeBitmap } from "../../../native-free/pictures/bitmap.ts";
import { bitmapOf } from "../../fixtures/page-picture.ts";

const grey = { width: 5, height: 3, pixels: Uint8Array.from({ length: 15 }, (_, at) => at * 10) };

/** A bitmap of one header and rows as given. */
function bitmap(bits: number, compression: number, size: [number, number], rest: number[], dataAt = 54): Buffer {
  const head = Buffer.alloc(54);
  head.write("BM", 0, "latin1");
  head.writeUInt32LE(dataAt, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(size[0], 18);
  head.writeInt32LE(size[1], 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  return Buffer.concat([head, Buffer.from(rest)]);
}

describe("Windows bitmaps", () => {
  it("are decoded row by row from below, 24 bits", () => {
    const { width, height, pixels } = decodeBitmap(bitmapOf(grey), 1000);
    expect([width, height]).toEqual([5, 3]);
    expect([...pixels]).toEqual([...grey.pixels].flatMap((value) => [value, value, value]));
  });

  it("are decoded with a palette, 1 and 4 bits, and from above", () => {
    const palette = [0, 0, 255, 0, 255, 0, 0, 0];
    const one = bitmap(1, 0, [3, -1], [...palette, 0b0100_0000, 0, 0, 0], 62);
    expect([...decodeBitmap(one, 1000).pixels]).toEqual([255, 0, 0, 0, 0, 255, 255, 0, 0]);
    const four = bitmap(4, 0, [2, 1], [...palette, 0x10, 0, 0, 0], 62);
    expect([...decodeBitmap(four, 1000).pixels]).toEqual([0, 0, 255, 255, 0, 0]);
  });

  it("are decoded with masks of 16 bits", () => {
    const masks = [0x00, 0xf8, 0, 0, 0xe0, 0x07, 0, 0, 0x1f, 0, 0, 0];
    const file = bitmap(16, 3, [2, 1], [...masks, 0x00, 0xf8, 0xe0, 0x07], 66);
    expect([...decodeBitmap(file, 1000).pixels]).toEqual([255, 0, 0, 0, 255, 0]);
  });

  it("are decoded with runs of 8 and 4 bits, jumps and single pixels", () => {
    const palette = Array.from({ length: 256 }, (_, index) => [index, 0, 0, 0]).flat();
    const blues = (file: Buffer) => [...decodeBitmap(file, 1000).pixels].filter((_, at) => at % 3 === 2);
    // Below: three of 7, then 9; above: one to the right, then 1 2 3, padded; the end.
    const eight = [3, 7, 1, 9, 0, 0, 0, 2, 1, 0, 0, 3, 1, 2, 3, 0, 0, 1, 4, 4];
    expect(blues(bitmap(8, 1, [4, 2], [...palette, ...eight], 54 + 1024))).toEqual([0, 1, 2, 3, 7, 7, 7, 9]);
    const four = [3, 0x12, 1, 0x50, 0, 0, 0, 4, 0x34, 0x56, 0, 1];
    expect(blues(bitmap(4, 2, [4, 2], [...palette.slice(0, 64), ...four], 54 + 64))).toEqual([3, 4, 5, 6, 1, 2, 1, 5]);
    expect(blues(bitmap(8, 1, [2, 1], [...palette, 0, 2], 54 + 1024))).toEqual([0, 0]);
  });

  it("are refused when damaged, too large or coded in another way", () => {
    expect(() => decodeBitmap(Buffer.from("BM"), 1000)).toThrow("picture/undecodable");
    expect(() => decodeBitmap(bitmapOf(grey), 3)).toThrow("picture/undecodable");
    expect(() => decodeBitmap(bitmap(8, 4, [2, 1], [0, 0, 0, 0]), 1000)).toThrow("picture/undecodable");
    expect(() => decodeBitmap(bitmapOf(grey).subarray(0, 56), 1000)).toThrow("picture/undecodable");
    const cut = decodeBitmap(bitmapOf(grey).subarray(0, 54 + 16), 1000);
    expect([...cut.pixels.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(cut.pixels[30]).toBe(100);
  });
});
