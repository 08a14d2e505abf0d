/**
 * Apple Data Compression: literals and matches without entropy coding. A control byte of 1LLLLLLL precedes L + 1 literals; 01LLLLLL
 * with two bytes of distance is a match of L + 4 bytes; 00LLLLDD with one more byte of distance one of L + 3. Distances are
 * stored less one.
 */

/** Fills `target`; returns whether the stream holds just that. */
export function adcInto(packed: Uint8Array, target: Uint8Array): boolean {
  let at = 0;
  let from = 0;
  while (from < packed.length && at < target.length) {
    const control = packed[from++]!;
    if (control >= 0x80) {
      const length = (control & 0x7f) + 1;
      if (from + length > packed.length || at + length > target.length) return false;
      target.set(packed.subarray(from, from + length), at);
      from += length;
      at += length;
      continue;
    }
    const long = control >= 0x40;
    const length = long ? (control & 0x3f) + 4 : ((control >> 2) & 0x0f) + 3;
    if (from + (long ? 2 : 1) > packed.length) return false;
    const high = long ? packed[from++]! : control & 3;
    const distance = ((high << 8) | packed[from++]!) + 1;
    if (distance > at || at + length > target.length) return false;
    for (const end = at + length; at < end; at++) target[at] = target[at - distance]!;
  }
  return at === target.length;
}
