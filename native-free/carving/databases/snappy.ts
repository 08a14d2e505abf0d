/** Snappy blocks without frames. Snappy, format_description.txt. */

const largestBlock = 1 << 26;

/** Copies what stands `distance` back; false where that is before the beginning. */
function copyBack(target: Uint8Array, at: number, distance: number, length: number): boolean {
  if (distance === 0 || distance > at || at + length > target.length) return false;
  for (let i = 0; i < length; i++) target[at + i] = target[at + i - distance]!;
  return true;
}

/** A little-endian number of `bytes` bytes. */
function numberAt(packed: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (packed[at + i] ?? 0);
  return value;
}

/** The plain bytes; null where the block does not hold. */
export function unpackSnappy(packed: Uint8Array): Uint8Array | null {
  let from = 0;
  let size = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = packed[from++];
    if (byte === undefined || factor > 2 ** 28) return null;
    size += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  // No block of 64 bytes of plain text takes less than three of packed ones.
  if (size > largestBlock || size > packed.length * 32) return null;
  const plain = new Uint8Array(size);
  let at = 0;
  while (from < packed.length) {
    const tag = packed[from++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >>> 2;
      const more = Math.max(0, short - 59);
      const length = 1 + (more === 0 ? short : numberAt(packed, from, more));
      from += more;
      if (from + length > packed.length || at + length > size) return null;
      plain.set(packed.subarray(from, from + length), at);
      from += length;
      at += length;
      continue;
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const bytes = kind === 3 ? 4 : kind;
    const distance = numberAt(packed, from, bytes) + (kind === 1 ? (tag >>> 5) * 256 : 0);
    from += bytes;
    if (!copyBack(plain, at, distance, length)) return null;
    at += length;
  }
  return at === size ? plain : null;
}
