/** Run-length coding of Windows bitmaps, 8 and 4 bits a pixel (MS-WMF 3.1.6; Windows GDI, "Bitmap Compression"). */

/** One index a byte, rows as coded (the lowest first), pixels that no run reaches are 0. Ends with the data. */
export function unpackRuns(data: Uint8Array, width: number, height: number, bits: 4 | 8): Uint8Array {
  const out = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, 0];
  const put = (value: number): void => {
    if (x < width && y < height) out[y * width + x] = value;
    x += 1;
  };
  const half = (byte: number, index: number): number => (index % 2 === 0 ? byte >>> 4 : byte & 15);
  while (at + 2 <= data.length && y < height) {
    const [count, code] = [data[at] as number, data[at + 1] as number];
    at += 2;
    if (count > 0) {
      for (let index = 0; index < count; index++) put(bits === 8 ? code : half(code, index));
    } else if (code === 0) {
      [x, y] = [0, y + 1];
    } else if (code === 1) {
      break;
    } else if (code === 2) {
      x += data[at] ?? 0;
      y += data[at + 1] ?? 0;
      at += 2;
    } else {
      for (let index = 0; index < code; index++) {
        put(bits === 8 ? (data[at + index] ?? 0) : half(data[at + (index >>> 1)] ?? 0, index));
      }
      const bytes = bits === 8 ? code : (code + 1) >>> 1;
      at += bytes + (bytes & 1);
    }
  }
  return out;
}
