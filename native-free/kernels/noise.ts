/**
 * Whether deflate is worth a try. A chunk is left as it is only where both of its gains are out of reach by 1 % of the
 * size: the Huffman code (bytes as frequent as in noise) and matches (hardly any four bytes come twice).
 */

/** As many bytes as a sample has; chunks below twice that are always tried. */
const SAMPLE_BYTES = 4096;
const STRIPES = 16;
const STRIPE_BYTES = SAMPLE_BYTES / STRIPES;
/**
 * Of the sum of the squares of how often each byte value comes. 4096 bytes of noise have 69,632 and hardly ever 71,500.
 * This is a collision entropy of 7.89 bits a byte, without what the sample's size adds; Shannon's is never lower, so that a
 * Huffman code gains at most 1.3 % where bytes are at the limit, and half of that where none stands out.
 */
const MOST_COLLISIONS = 74_600;
/** What most data are shows in a quarter of the sample, of which noise has 5,120 and never as many as this. */
const FIRST_STRIPES = 4;
const CLEARLY_MORE = 8000;
const TABLE_BITS = 12;

const counts = new Uint32Array(256);
const seen = new Int32Array(1 << TABLE_BITS);

/** Adds some of the 16 stripes of 256 bytes from all over the chunk to the counts. */
function collisions(raw: Uint8Array, from: number, to: number): number {
  const step = Math.floor(raw.length / STRIPES);
  for (let stripe = from; stripe < to; stripe++) {
    const start = stripe * step;
    for (let at = start; at < start + STRIPE_BYTES; at++) counts[raw[at]!]!++;
  }
  let sum = 0;
  for (let value = 0; value < 256; value++) sum += counts[value]! * counts[value]!;
  return sum;
}

/**
 * True where deflate would gain less than 1 %. One place in sixteen is looked at, chosen by its content so that both ends of
 * a match are chosen alike; one match for eight KiB is allowed, as all those together gain less than 1 %.
 */
export function looksIncompressible(raw: Uint8Array): boolean {
  if (raw.length < 2 * SAMPLE_BYTES) return false;
  counts.fill(0);
  if (collisions(raw, 0, FIRST_STRIPES) > CLEARLY_MORE) return false;
  if (collisions(raw, FIRST_STRIPES, STRIPES) > MOST_COLLISIONS) return false;
  seen.fill(0);
  const allowed = raw.length >>> 13;
  const last = raw.length - 19;
  let matches = 0;
  for (let step = 0; step < last; step += 16) {
    for (let at = step; at < step + 16; at++) {
      if ((raw[at]! & 15) !== 0) continue;
      const word = raw[at]! | (raw[at + 1]! << 8) | (raw[at + 2]! << 16) | (raw[at + 3]! << 24);
      const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - TABLE_BITS);
      if (seen[slot] === word) matches++;
      seen[slot] = word;
    }
    if (matches > allowed) return false;
  }
  return true;
}
