import { describe, expect, it } from "vitest";
import { decodeBitmap } from "../../../native-free/pictures/bitmap.ts";
import { largestOf } from "../../../native-free/pictures/icon.ts";
import { bitmapOf, pngOf } from "../../fixtures/page-picture.ts";

function iconOf(...pictures: readonly { side: number; bits: number; data: Uint8Array }[]): Buffer {
  const head = Buffer.alloc(6 + pictures.length * 16);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  for (const [index, { side, bits, data }] of pictures.entries()) {
    const entry = head.subarray(6 + index * 16);
    entry[0] = side;
    entry[1] = side;
    entry.writeUInt16LE(bits, 6);
    entry.writeUInt32LE(data.length, 8);
    entry.writeUInt32LE(at, 12);
    at += data.length;
  }
  return Buffer.concat([head, ...pictures.map(({ data }) => data)]);
}

const grey = { width: 8, height: 8, pixels: Uint8Array.from({ length: 64 }, (_, at) => at * 3) };

/** As it lies in an icon: without the header of a file, with twice the height, and with a mask. */
function inIcon(): Buffer {
  const bitmap = Buffer.concat([bitmapOf(grey).subarray(14), Buffer.alloc(32)]);
  bitmap.writeInt32LE(16, 8);
  return bitmap;
}

describe("icons", () => {
  it("give the largest picture, and of equal ones that of more colours", () => {
    const png = pngOf(grey);
    const other = pngOf({ ...grey, pixels: new Uint8Array(64) });
    const large = { side: 0, bits: 32, data: png };
    expect(largestOf(iconOf({ side: 8, bits: 32, data: other }, large))).toEqual({ type: "png", bytes: png });
    expect(largestOf(iconOf({ side: 0, bits: 8, data: other }, large)).bytes).toEqual(png);
  });

  it("give bitmaps as files of their own", () => {
    const { type, bytes } = largestOf(iconOf({ side: 8, bits: 24, data: inIcon() }));
    expect(type).toBe("bmp");
    const { width, height, pixels } = decodeBitmap(bytes, 1000);
    expect([width, height]).toEqual([8, 8]);
    expect(pixels.filter((_, at) => at % 3 === 0)).toEqual(grey.pixels);
  });

  it("are refused where no picture lies in them", () => {
    const cut = iconOf({ side: 8, bits: 24, data: inIcon() }).subarray(0, 30);
    for (const bytes of [new Uint8Array(0), Buffer.from([0, 0, 1, 0, 9, 0]), cut]) {
      expect(() => largestOf(bytes)).toThrow("picture/undecodable");
    }
  });
});
