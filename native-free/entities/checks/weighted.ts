/** Sums of ASCII digits times weights: what most national check digits are made of. */

/** Sum of digit × weight, as many as there are weights, from `from` on. */
export function weighted(bytes: Uint8Array, from: number, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (bytes[from + i]! - 0x30) * weights[i]!;
  return sum;
}

/** The number that ASCII digits spell; at most 15 of them. */
export function numberOf(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let place = from; place < to; place++) value = value * 10 + bytes[place]! - 0x30;
  return value;
}
