/** Stretches of equal bits in bitmaps. */

/** Which bit of a byte comes first: the most or the least significant one. */
export type BitOrder = "most" | "least";

export function bitAt(bitmap: Uint8Array, index: number, order: BitOrder): boolean {
  const shift = order === "most" ? 7 - (index & 7) : index & 7;
  return ((bitmap[index >>> 3] ?? 0) & (1 << shift)) !== 0;
}

/** The first index from `from` on, and not behind `to`, whose bit is not that of `from`; `to` where there is none. */
export function endOfBitRun(bitmap: Uint8Array, from: number, to: number, order: BitOrder): number {
  const value = bitAt(bitmap, from, order);
  const whole = value ? 0xff : 0;
  let at = from + 1;
  while (at < to) {
    if ((at & 7) === 0 && at + 8 <= to && bitmap[at >>> 3] === whole) at += 8;
    else if (bitAt(bitmap, at, order) === value) at++;
    else break;
  }
  return at;
}
