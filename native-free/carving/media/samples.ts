/**
 * Whether bytes can be the samples of a recording. Nothing in plain samples says where they end or that they are any: but sound changes
 * slowly, so that a sample is like the one before it, and noise, text and code are not.
 */
import type { CarveWindow } from "../carve-window.ts";

export interface SampleFormat {
  readonly coding: "linear" | "float" | "a-law" | "u-law";
  /** Bytes of a sample of one channel. */
  readonly bytes: number;
  readonly channels: number;
  readonly isBigEndian: boolean;
  /** Samples of one byte count from 128 in WAVE, from 0 in AIFF. */
  readonly isSigned: boolean;
}

const blockBytes = 4096;
const blocksLooked = 24;
/** Bytes of sound without which the start of a file is not believed: a quarter of a second or less. */
export const leastSound = 1 << 14;
/** Of noise it is 0 within 0.1; of speech and music 0.3 to 1. What lies between is not counted. */
const leastLikeness = 0.3;
const mostOfNoise = 0.12;

/** ITU-T G.711, table 2a: linear value of a code. */
const uLaw = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const value = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return bits & 0x80 ? -value : value;
});
const aLaw = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const value = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return bits & 0x80 ? value : -value;
});

/** The two upper bytes of a sample, or what stands for them; NaN where a float is none of a recording. */
function sampleAt(view: DataView, at: number, format: SampleFormat): number {
  if (format.coding === "u-law") return uLaw[view.getUint8(at)]!;
  if (format.coding === "a-law") return aLaw[view.getUint8(at)]!;
  if (format.coding === "float") {
    const value =
      format.bytes === 8 ? view.getFloat64(at, !format.isBigEndian) : view.getFloat32(at, !format.isBigEndian);
    return Math.abs(value) < 16 ? value : Number.NaN;
  }
  if (format.bytes === 1) return format.isSigned ? view.getInt8(at) : view.getUint8(at);
  return view.getInt16(format.isBigEndian ? at : at + format.bytes - 2, !format.isBigEndian);
}

type Likeness = "sound" | "silence" | "noise" | "unclear";

/** What up to 4 KiB from `at` on are; `at` is the first byte of a sample of the first channel. */
function likenessAt(window: CarveWindow, at: number, to: number, format: SampleFormat): Likeness {
  const bytes = window.view(at, Math.min(blockBytes, to - at));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const step = format.bytes * format.channels;
  const count = Math.floor(bytes.length / step);
  let [sum, squares, products, last, first] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const value = sampleAt(view, i * step, format);
    if (i === 0) first = value;
    else products += value * last;
    sum += value;
    squares += value * value;
    last = value;
  }
  if (Number.isNaN(sum)) return "noise";
  const mean = sum / count;
  const spread = squares - sum * mean;
  if (count < 16 || spread <= 1e-9 * count) return "silence";
  // The sum of (x − mean)(y − mean), where x leaves out the last and y the first sample.
  const together = products - mean * (sum - last) - mean * (sum - first) + (count - 1) * mean * mean;
  const likeness = together / spread;
  return likeness >= leastLikeness ? "sound" : likeness < mostOfNoise ? "noise" : "unclear";
}

/** Whether most of what is not silent between two places is sound, and some of it is. Looks at 24 places. */
export function isSound(window: CarveWindow, from: number, to: number, format: SampleFormat): boolean {
  const step = format.bytes * format.channels;
  const stride = Math.max(blockBytes, Math.floor((to - from) / blocksLooked));
  let [sound, noise] = [0, 0];
  for (let at = from; at < to; at += Math.max(step, stride - (stride % step))) {
    const likeness = likenessAt(window, at, to, format);
    if (likeness === "sound") sound++;
    if (likeness === "noise") noise++;
  }
  return sound > 0 && sound >= noise;
}

/** Where samples of a stretch without a known end stop being sound: behind the last block of 4 KiB that is. */
export function soundEnd(window: CarveWindow, from: number, format: SampleFormat): number {
  const step = format.bytes * format.channels;
  const block = Math.max(step, blockBytes - (blockBytes % step));
  let to = from;
  for (let at = from, quiet = 0; window.has(at, step) && quiet < 64; at += block) {
    const likeness = likenessAt(window, at, Math.min(at + block, window.end), format);
    if (likeness === "noise") break;
    if (likeness === "silence") quiet++;
    else {
      quiet = 0;
      to = Math.min(at + block, window.end);
    }
  }
  return to;
}
