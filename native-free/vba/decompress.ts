/** The compression of Visual Basic projects (MS-OVBA 2.4.1): chunks of up to 4 096 bytes of literals and copies. */

const chunkBytes = 4096;

/** What can be decompressed from `at` on, at most `limit` bytes; null where no container starts there. */
export function decompressVba(bytes: Uint8Array, at: number, limit: number): Uint8Array | null {
  if (bytes[at] !== 1) return null;
  let output = new Uint8Array(Math.min(limit, Math.max(chunkBytes, 4 * (bytes.length - at))));
  let [size, place] = [0, at + 1];
  while (place + 2 <= bytes.length && size < limit) {
    const head = bytes[place]! | (bytes[place + 1]! << 8);
    if ((head & 0x7000) !== 0x3000) break;
    const end = Math.min(bytes.length, place + (head & 0xfff) + 3);
    if (size + chunkBytes > output.length) output = grown(output, size + chunkBytes);
    size =
      (head & 0x8000) === 0
        ? copyRaw(bytes, place + 2, output, size)
        : expandChunk(bytes, place + 2, end, output, size);
    place = (head & 0x8000) === 0 ? place + 2 + chunkBytes : end;
  }
  return output.subarray(0, Math.min(size, limit));
}

function grown(bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

function copyRaw(bytes: Uint8Array, at: number, output: Uint8Array, size: number): number {
  const raw = bytes.subarray(at, at + chunkBytes);
  output.set(raw, size);
  return size + raw.length;
}

/** Gives the new size of the output; a chunk never makes more than 4 096 bytes. */
function expandChunk(bytes: Uint8Array, at: number, end: number, output: Uint8Array, start: number): number {
  let [place, size] = [at, start];
  const most = start + chunkBytes;
  while (place < end && size < most) {
    const flags = bytes[place++]!;
    for (let bit = 0; bit < 8 && place < end && size < most; bit++) {
      if ((flags & (1 << bit)) === 0) {
        output[size++] = bytes[place++]!;
        continue;
      }
      if (place + 2 > end) return size;
      const token = bytes[place]! | (bytes[place + 1]! << 8);
      place += 2;
      const bits = Math.max(4, 32 - Math.clz32(Math.max(1, size - start - 1)));
      const from = size - ((token >>> (16 - bits)) + 1);
      if (from < start) return size;
      let length = (token & (0xffff >>> bits)) + 3;
      for (let source = from; length > 0 && size < most; length--) output[size++] = output[source++]!;
    }
  }
  return size;
}
