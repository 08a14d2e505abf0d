/**
 * What may be a volume of VeraCrypt, TrueCrypt or plain dm-crypt: these have no header that anything could tell from noise. So all
 * that can be said is that it begins with noise, and that every sector looked at is noise or was never written. Wiped media look
 * the same. Sectors of a compressed file pass one by one; all together they do not.
 */
import { factsOf } from "../../model/facts.ts";
import { sized, type Look, type Recogniser } from "./look.ts";

const samples = 128;
const sampleBytes = 4096;
/** Less tells too little: the smallest volumes of these programs have 19 KiB. */
const leastBytes = 16_384;
/** Chi-square of 256 values: 255 in the mean, deviation 22.6 for noise of any length. */
const lowest = 120;
const highest = 390;
const sectorBytes = 512;

export const recogniseNoise: Recogniser = (_, look) => {
  const { size } = look;
  if (size === null || size < leastBytes || size % sectorBytes !== 0) return null;
  const counted = countNoise(look, size);
  if (counted === null) return null;
  const chi = chiSquare(counted.values, counted.noise * sectorBytes);
  if (chi < lowest || chi > highest) return null;
  const share = Math.round((100 * counted.noise) / counted.sectors);
  const facts = factsOf({
    encryption: "no header that could be told from noise",
    hint: `${share} % of ${counted.sectors} sectors looked at are noise, the rest empty`,
  });
  return sized("possibly VeraCrypt, TrueCrypt or plain dm-crypt", null, 0, () => facts);
};

interface Counted {
  readonly sectors: number;
  readonly noise: number;
  readonly values: Float64Array;
}

/** Samples from begin to end, all of a small volume; null where the first sector is no noise or any is neither that nor empty. */
function countNoise(look: Look, size: number): Counted | null {
  const values = new Float64Array(256);
  const count = Math.min(samples, Math.ceil(size / sampleBytes));
  const last = size - sampleBytes;
  let noise = 0;
  for (let index = 0; index < count; index++) {
    const at = Math.floor((last * index) / (count - 1) / sectorBytes) * sectorBytes;
    const bytes = look.at(at, sampleBytes);
    if (!bytes) return null;
    for (let from = 0; from < sampleBytes; from += sectorBytes) {
      const sector = bytes.subarray(from, from + sectorBytes);
      const own = new Float64Array(256);
      for (const byte of sector) own[byte]! += 1;
      if (own[0] === sectorBytes && (index > 0 || from > 0)) continue;
      if (!isNoise(own)) return null;
      noise += 1;
      for (let value = 0; value < 256; value++) values[value]! += own[value]!;
    }
  }
  return { sectors: count * (sampleBytes / sectorBytes), noise, values };
}

function isNoise(values: Float64Array): boolean {
  const chi = chiSquare(values, sectorBytes);
  return chi >= lowest && chi <= highest;
}

function chiSquare(values: Float64Array, total: number): number {
  const expected = total / 256;
  return values.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
