/** CRC-32 of stretches of zeros without going through them: images declare terabytes of them empty. */

const polynomial = 0xedb88320;
/** x to the power of 2^i modulo the polynomial; the highest bit is the lowest power. */
const powers: number[] = [0x40000000];
while (powers.length < 64) powers.push(product(powers.at(-1)!, powers.at(-1)!));

/** Of two polynomials, modulo that of CRC-32. */
function product(a: number, b: number): number {
  let sum = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if (((a >>> bit) & 1) === 1) sum ^= shifted;
    shifted = (shifted & 1) === 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
  }
  return sum >>> 0;
}

/** The checksum of what `sum` is that of, with `count` bytes of zeros behind it. */
export function checksumWithZeros(sum: number, count: number): number {
  let state = ~sum >>> 0;
  // Each byte moves the state by 8 powers.
  for (let left = count, power = 3; left > 0; left = Math.floor(left / 2), power++) {
    if (left % 2 === 1) state = product(powers[power]!, state);
  }
  return ~state >>> 0;
}
