/** Seeded damage: the same seed gives the same bytes on every machine. */

/** Numbers from 0 to 2^32 − 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return (value ^ (value >>> 14)) >>> 0;
  };
}

type Damage = (bytes: Uint8Array, random: () => number) => Uint8Array;

const interesting = [0, 1, 0x7f, 0x80, 0xff, 0xfe];

const damages: readonly Damage[] = [
  function flipBits(bytes, random) {
    const out = bytes.slice();
    for (let count = 1 + (random() % 16); count > 0; count--) out[random() % out.length]! ^= 1 << (random() % 8);
    return out;
  },
  // Four bytes that may be a length: zero, one, all ones, a little more than there is.
  function editLength(bytes, random) {
    const out = bytes.slice();
    const at = random() % Math.max(1, out.length - 4);
    const value = [0, 1, 0xffffffff, 0x7fffffff, bytes.length + 1, bytes.length - 1][random() % 6]!;
    const view = new DataView(out.buffer, out.byteOffset);
    if (at + 4 <= out.length) view.setUint32(at, value >>> 0, random() % 2 === 0);
    return out;
  },
  function swapBlocks(bytes, random) {
    const out = bytes.slice();
    const length = 1 + (random() % Math.max(1, Math.min(512, out.length >> 2)));
    const [from, to] = [random() % (out.length - length + 1), random() % (out.length - length + 1)];
    const kept = out.slice(from, from + length);
    out.copyWithin(from, to, to + length);
    out.set(kept, to);
    return out;
  },
  function cut(bytes, random) {
    return bytes.slice(0, random() % (bytes.length + 1));
  },
  function removeBlock(bytes, random) {
    const at = random() % bytes.length;
    const length = 1 + (random() % Math.min(64, bytes.length));
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
  },
  function repeatBlock(bytes, random) {
    const at = random() % bytes.length;
    const length = 1 + (random() % Math.min(256, bytes.length));
    return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
  },
  function overwrite(bytes, random) {
    const out = bytes.slice();
    const at = random() % out.length;
    out.fill(interesting[random() % interesting.length]!, at, Math.min(out.length, at + 1 + (random() % 32)));
    return out;
  },
];

/** A damaged copy; one to three kinds of damage. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  let out = bytes;
  for (let turns = 1 + (random() % 3); turns > 0 && out.length > 4; turns--)
    out = damages[random() % damages.length]!(out, random);
  return out;
}
