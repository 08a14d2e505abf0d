/** Finite state entropy of LZFSE: how frequencies are packed, the tables that are made from them, and the stream of bits. */

/** A kind of symbol: how many there are, states of its table, and the number that a symbol stands for with its extra bits. */
interface Code {
  /** Of its first frequency in a header. */
  readonly first: number;
  readonly symbols: number;
  readonly states: number;
  readonly extra: Uint8Array;
  readonly base: Uint32Array;
}

function code(first: number, states: number, extra: readonly number[]): Code {
  const base = new Uint32Array(extra.length);
  for (let i = 1; i < extra.length; i++) base[i] = base[i - 1]! + 2 ** extra[i - 1]!;
  return { first, symbols: extra.length, states, extra: Uint8Array.from(extra), base };
}

const none = (count: number) => new Array<number>(count).fill(0);

/** Of L, M, D and literals. */
export const tables = [
  code(0, 64, [...none(16), 2, 3, 5, 8]),
  code(20, 64, [...none(16), 3, 5, 8, 11]),
  code(
    40,
    256,
    Array.from({ length: 64 }, (_, symbol) => symbol >> 2),
  ),
  code(104, 1024, none(256)),
] as const;

export const frequencyCount = 360;

/** Of a header with tables as they are. */
export function frequenciesOf(raw: Uint8Array): Uint16Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Uint16Array.from({ length: frequencyCount }, (_, i) => view.getUint16(i * 2, true));
}

/** Bits of a packed frequency and its value, by its five lowest bits; what has 8 or 14 bits holds the value in the rest. */
const frequencyBits = Uint8Array.from({ length: 32 }, (_, low) => {
  if ((low & 1) === 0) return 2;
  if ((low & 3) === 1) return 3;
  if ((low & 7) === 3) return 5;
  return (low & 15) === 7 ? 8 : 14;
});

function frequencyValue(bits: number): number {
  if ((bits & 3) === 0) return 0;
  if ((bits & 3) === 2) return 1;
  if ((bits & 3) === 1) return (bits & 4) === 0 ? 2 : 3;
  if ((bits & 7) === 3) return 4 + ((bits >> 3) & 3);
  return (bits & 15) === 7 ? 8 + ((bits >> 4) & 15) : 24 + ((bits >> 4) & 0x3ff);
}

/** Of a header with packed tables; null where they do not fill it. */
export function frequencies(packed: Uint8Array): Uint16Array | null {
  const found = new Uint16Array(frequencyCount);
  let held = 0;
  let heldBits = 0;
  let at = 0;
  for (let i = 0; i < frequencyCount; i++) {
    while (heldBits <= 16 && at < packed.length) {
      held |= packed[at++]! << heldBits;
      heldBits += 8;
    }
    const width = frequencyBits[held & 31]!;
    if (width > heldBits) return null;
    found[i] = frequencyValue(held);
    held >>>= width;
    heldBits -= width;
  }
  return heldBits < 8 && at === packed.length ? found : null;
}

/** By state: its symbol, and that the next state is `delta` plus a number of `bits` bits. */
export interface DecodeTable {
  readonly symbol: Uint8Array;
  readonly bits: Uint8Array;
  readonly delta: Int16Array;
}

/** Null where the frequencies do not add up to the states of the table; empty where there are none at all. */
export function decodeTable(counts: Uint16Array, states: number): DecodeTable | null {
  let sum = 0;
  for (const count of counts) sum += count;
  if (sum !== states && sum !== 0) return null;
  const symbol = new Uint8Array(sum);
  const bits = new Uint8Array(sum);
  const delta = new Int16Array(sum);
  let at = 0;
  for (let s = 0; s < counts.length; s++) {
    const count = counts[s]!;
    if (count === 0) continue;
    const width = Math.clz32(count) - Math.clz32(states);
    const wide = ((2 * states) >> width) - count;
    for (let i = 0; i < count; i++, at++) {
      symbol[at] = s;
      bits[at] = i < wide ? width : width - 1;
      delta[at] = i < wide ? ((count + i) << width) - states : (i - wide) << (width - 1);
    }
  }
  return { symbol, bits, delta };
}

/** Bits of a payload, taken from its end to its begin. */
export class Bits {
  /** Whether the bits that the last byte lacks are zero, as they must be. */
  readonly sound: boolean;
  overrun = false;
  readonly #bytes: Uint8Array;
  /** Bits that are left. */
  #left: number;

  /** `spare` is minus the number of bits that the last byte lacks. */
  constructor(bytes: Uint8Array, spare: number) {
    this.#bytes = bytes;
    this.#left = bytes.length * 8 + spare;
    const last = bytes.at(-1) ?? 0;
    this.sound = spare <= 0 && spare >= -7 && last >> (8 + spare) === 0 && this.#left >= 0;
  }

  /** The next `count` ≤ 16 bits as a number. */
  take(count: number): number {
    const left = (this.#left -= count);
    if (left < 0) {
      this.overrun = true;
      return 0;
    }
    const at = left >> 3;
    const bytes = this.#bytes;
    const window = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    return (window >>> (left & 7)) & ((1 << count) - 1);
  }
}
