/**
 * Whether deflate is worth a try. A chunk is left as it is only where both of its gains are out of reach by 1 % of the
 * size: the Huffman code (bytes as frequent as in noise) and matches (hardly any four bytes come twice).
 */

const SAMPLE_BYTES = 4096;
const SAMPLE_STRIPE = 256;
/** Bits per byte of the sample. Of 4096 bytes of noise it shows 7.955: what is left out is at most 0.7 % of the size. */
const NOISE_BITS = 7.9;
/** One place in sixteen is looked at, chosen by its content so that both ends of a match are chosen alike. */
const PLACE_MASK = 0xf000_0000 | 0;
const TABLE_BITS = 12;
const MATCHES_ALLOWED_PER_KIB = 1 / 8;

const counts = new Uint32Array(256);
const seen = new Int32Array(1 << TABLE_BITS);

/** Order-0 entropy of up to 4 KiB in stripes from all over the chunk, in bits per byte. */
function sampledBits(raw: Uint8Array): number {
  counts.fill(0);
  const stripes = SAMPLE_BYTES / SAMPLE_STRIPE;
  const step = Math.floor(raw.length / stripes);
  for (let start = 0; start + SAMPLE_STRIPE <= raw.length; start += step) {
    for (let at = start; at < start + SAMPLE_STRIPE; at++) counts[raw[at]!]!++;
  }
  let [total, sum] = [0, 0];
  for (let value = 0; value < 256; value++) {
    const count = counts[value]!;
    if (count > 0) sum += count * Math.log2(count);
    total += count;
  }
  return Math.log2(total) - sum / total;
}

/** Chunks below twice the sample are always tried. */
export function looksIncompressible(raw: Uint8Array): boolean {
  if (raw.length < 2 * SAMPLE_BYTES || sampledBits(raw) < NOISE_BITS) return false;
  seen.fill(0);
  const allowed = (raw.length / 1024) * MATCHES_ALLOWED_PER_KIB;
  let matches = 0;
  let word = 0;
  for (let at = 0; at < raw.length; at++) {
    word = (word << 8) | raw[at]!;
    const mixed = Math.imul(word, 0x9e37_79b1);
    if ((mixed & PLACE_MASK) !== 0) continue;
    const slot = (mixed >>> (28 - TABLE_BITS)) & ((1 << TABLE_BITS) - 1);
    if (seen[slot] === word && ++matches > allowed) return false;
    seen[slot] = word;
  }
  return true;
}
