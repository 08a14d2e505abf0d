/**
 * LZFSE (Apple, reference implementation and its documentation): LZ77 whose literals and (L, M, D) triplets are coded by finite
 * state entropy, in blocks `bvx2` and `bvx1`; beside them blocks `bvxn` (LZVN) and `bvx-` (stored), and `bvx$` at the end.
 */
import { u32, u16, bytes, struct } from "../../bytes/struct.ts";
import {
  Bits,
  decodeTable,
  frequencies,
  frequencyCount,
  frequenciesOf,
  tables,
  type DecodeTable,
} from "./lzfse-entropy.ts";
import { lzvnInto } from "./lzvn.ts";

const magicOf = (text: string) => new DataView(Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer).getUint32(0, true);
const endMagic = magicOf("bvx$");
const storedMagic = magicOf("bvx-");
const lzvnMagic = magicOf("bvxn");
const plainTablesMagic = magicOf("bvx1");
const packedTablesMagic = magicOf("bvx2");

const storedHeader = struct("lzfse.stored", 8, { magic: [0, u32], rawBytes: [4, u32] });
const lzvnHeader = struct("lzfse.lzvn", 12, { magic: [0, u32], rawBytes: [4, u32], payloadBytes: [8, u32] });
/** Padded to 772 bytes; the frequencies are of L, M, D and literals. */
const plainHeader = struct("lzfse.plainTables", 772, {
  magic: [0, u32],
  rawBytes: [4, u32],
  payloadBytes: [8, u32],
  literals: [12, u32],
  matches: [16, u32],
  literalPayload: [20, u32],
  matchPayload: [24, u32],
  literalBits: [28, u32, "two's complement"],
  literalState0: [32, u16],
  literalState1: [34, u16],
  literalState2: [36, u16],
  literalState3: [38, u16],
  matchBits: [40, u32, "two's complement"],
  lState: [44, u16],
  mState: [46, u16],
  dState: [48, u16],
  frequencies: [50, bytes(2 * frequencyCount)],
});
/** Three packed 64-bit fields, as halves; packed frequencies follow. */
const packedHeader = struct("lzfse.packedTables", 32, {
  magic: [0, u32],
  rawBytes: [4, u32],
  low0: [8, u32],
  high0: [12, u32],
  low1: [16, u32],
  high1: [20, u32],
  headerBytes: [24, u32],
  states: [28, u32],
});

/** Literals of a block: the encoder never makes more. */
const mostLiterals = 40_000;
const mostMatches = 10_000;

interface BlockHeader {
  readonly headerBytes: number;
  readonly rawBytes: number;
  readonly literals: number;
  readonly matches: number;
  readonly literalPayload: number;
  readonly matchPayload: number;
  /** Bits that the last byte of a payload lacks, as a number from -7 to 0. */
  readonly literalBits: number;
  readonly matchBits: number;
  readonly literalStates: readonly number[];
  readonly states: readonly [l: number, m: number, d: number];
  readonly frequencies: Uint16Array;
}

/** Fills `target`; returns whether the stream holds just that, intact as far as the format can tell. */
export function lzfseInto(packed: Uint8Array, target: Uint8Array): boolean {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  let from = 0;
  let at = 0;
  for (;;) {
    if (from + 4 > packed.length) return false;
    const magic = view.getUint32(from, true);
    if (magic === endMagic) return at === target.length;
    const step = magic === storedMagic ? stored : magic === lzvnMagic ? lzvn : entropyCoded;
    const done = step(packed, from, target, at);
    if (!done) return false;
    [from, at] = done;
  }
}

type Step = (
  packed: Uint8Array,
  from: number,
  target: Uint8Array,
  at: number,
) => readonly [from: number, at: number] | null;

const stored: Step = (packed, from, target, at) => {
  if (from + storedHeader.size > packed.length) return null;
  const { rawBytes } = storedHeader.cursor().over(packed, from);
  const start = from + storedHeader.size;
  if (start + rawBytes > packed.length || at + rawBytes > target.length) return null;
  target.set(packed.subarray(start, start + rawBytes), at);
  return [start + rawBytes, at + rawBytes];
};

const lzvn: Step = (packed, from, target, at) => {
  if (from + lzvnHeader.size > packed.length) return null;
  const { rawBytes, payloadBytes } = lzvnHeader.cursor().over(packed, from);
  const start = from + lzvnHeader.size;
  const end = start + payloadBytes;
  if (end > packed.length || at + rawBytes > target.length) return null;
  const room = target.subarray(0, at + rawBytes);
  return lzvnInto(packed.subarray(start, end), room, at) === room.length ? [end, room.length] : null;
};

const entropyCoded: Step = (packed, from, target, at) => {
  const head = headerAt(packed, from);
  if (!head || head.literals > mostLiterals || head.matches > mostMatches || head.literals % 4 !== 0) return null;
  const start = from + head.headerBytes;
  const middle = start + head.literalPayload;
  const end = middle + head.matchPayload;
  if (end > packed.length || at + head.rawBytes > target.length) return null;
  const [l, m, d, literal] = tables.map(({ first, symbols, states }) =>
    decodeTable(head.frequencies.subarray(first, first + symbols), states),
  );
  if (!l || !m || !d || !literal) return null;
  const literals = literalsOf(head, new Bits(packed.subarray(start, middle), head.literalBits), literal);
  if (!literals) return null;
  const bits = new Bits(packed.subarray(middle, end), head.matchBits);
  const room = target.subarray(0, at + head.rawBytes);
  return matchesInto({ head, bits, l, m, d, literals }, room, at) ? [end, room.length] : null;
};

function literalsOf(head: BlockHeader, bits: Bits, table: DecodeTable): Uint8Array | null {
  const literals = new Uint8Array(head.literals);
  if (literals.length === 0) return literals;
  const states = Uint16Array.from(head.literalStates);
  if (states.some((state) => state >= table.symbol.length) || !bits.sound) return null;
  for (let i = 0; i < literals.length; i++) {
    // Four streams take turns.
    const state = states[i & 3]!;
    literals[i] = table.symbol[state]!;
    states[i & 3] = table.delta[state]! + bits.take(table.bits[state]!);
  }
  return bits.overrun ? null : literals;
}

interface Triplets {
  readonly head: BlockHeader;
  readonly bits: Bits;
  readonly l: DecodeTable;
  readonly m: DecodeTable;
  readonly d: DecodeTable;
  readonly literals: Uint8Array;
}

/** Fills `target` from `start` to its end. */
function matchesInto({ head, bits, l, m, d, literals }: Triplets, target: Uint8Array, start: number): boolean {
  if (head.matches === 0) return target.length === start;
  let [lState, mState, dState] = head.states;
  if (lState >= l.symbol.length || mState >= m.symbol.length || dState >= d.symbol.length || !bits.sound) return false;
  let at = start;
  let literal = 0;
  let distance = 0;
  const [lCode, mCode, dCode] = tables;
  for (let i = 0; i < head.matches; i++) {
    const lSymbol = l.symbol[lState]!;
    lState = l.delta[lState]! + bits.take(l.bits[lState]!);
    const run = lCode.base[lSymbol]! + bits.take(lCode.extra[lSymbol]!);
    const mSymbol = m.symbol[mState]!;
    mState = m.delta[mState]! + bits.take(m.bits[mState]!);
    const match = mCode.base[mSymbol]! + bits.take(mCode.extra[mSymbol]!);
    const dSymbol = d.symbol[dState]!;
    dState = d.delta[dState]! + bits.take(d.bits[dState]!);
    // 0 stands for the distance before.
    distance = dCode.base[dSymbol]! + bits.take(dCode.extra[dSymbol]!) || distance;
    if (bits.overrun || literal + run > literals.length || at + run + match > target.length) return false;
    for (const end = literal + run; literal < end;) target[at++] = literals[literal++]!;
    if (match > 0 && (distance === 0 || distance > at)) return false;
    for (const end = at + match; at < end; at++) target[at] = target[at - distance]!;
  }
  return at === target.length;
}

function headerAt(packed: Uint8Array, from: number): BlockHeader | null {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const magic = view.getUint32(from, true);
  if (magic === plainTablesMagic) return plainHeaderAt(packed, from);
  return magic === packedTablesMagic ? packedHeaderAt(packed, from) : null;
}

function plainHeaderAt(packed: Uint8Array, from: number): BlockHeader | null {
  if (from + plainHeader.size > packed.length) return null;
  const head = plainHeader.cursor().over(packed, from);
  const { literalState0, literalState1, literalState2, literalState3 } = head;
  return {
    headerBytes: plainHeader.size,
    rawBytes: head.rawBytes,
    literals: head.literals,
    matches: head.matches,
    literalPayload: head.literalPayload,
    matchPayload: head.matchPayload,
    literalBits: head.literalBits | 0,
    matchBits: head.matchBits | 0,
    literalStates: [literalState0, literalState1, literalState2, literalState3],
    states: [head.lState, head.mState, head.dState],
    frequencies: frequenciesOf(head.frequencies),
  };
}

function packedHeaderAt(packed: Uint8Array, from: number): BlockHeader | null {
  if (from + packedHeader.size > packed.length) return null;
  const { rawBytes, low0, high0, low1, high1, headerBytes, states } = packedHeader.cursor().over(packed, from);
  if (headerBytes < packedHeader.size || from + headerBytes > packed.length) return null;
  const read = frequencies(packed.subarray(from + packedHeader.size, from + headerBytes));
  if (!read) return null;
  return {
    headerBytes,
    rawBytes,
    literals: low0 & 0xfffff,
    literalPayload: (low0 >>> 20) | ((high0 & 0xff) << 12),
    matches: (high0 >>> 8) & 0xfffff,
    literalBits: ((high0 >>> 28) & 7) - 7,
    literalStates: [low1 & 0x3ff, (low1 >>> 10) & 0x3ff, (low1 >>> 20) & 0x3ff, (low1 >>> 30) | ((high1 & 0xff) << 2)],
    matchPayload: (high1 >>> 8) & 0xfffff,
    matchBits: ((high1 >>> 28) & 7) - 7,
    states: [states & 0x3ff, (states >>> 10) & 0x3ff, (states >>> 20) & 0x3ff],
    frequencies: read,
  };
}
