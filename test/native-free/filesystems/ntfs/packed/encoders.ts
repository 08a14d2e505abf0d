/** Writers of LZNT1, XPRESS Huffman and LZX, from the same specifications as the readers; simple, and not to pack well. */
import { createCipheriv } from "node:crypto";
import { codeLengths } from "../../../../../native-free/kernels/huffman.ts";

/** Bytes that cannot be packed, the same each time. */
export function noise(length: number, seed: number): Uint8Array {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A literal byte, or a match. */
type Token = number | { readonly distance: number; readonly length: number };

/** The nearest match of at least three bytes at each place, not farther and not longer than allowed there. */
function tokensOf(
  raw: Uint8Array,
  limits: (at: number) => { readonly distance: number; readonly length: number },
): Token[] {
  const seen = new Map<number, number>();
  const tokens: Token[] = [];
  const keyAt = (at: number): number => (raw[at]! << 16) | (raw[at + 1]! << 8) | raw[at + 2]!;
  for (let at = 0; at < raw.length;) {
    const { distance, length } = limits(at);
    const before = at + 2 < raw.length ? seen.get(keyAt(at)) : undefined;
    let run = 0;
    if (before !== undefined && at - before <= distance)
      while (run < length && at + run < raw.length && raw[before + run] === raw[at + run]) run++;
    const taken = run >= 3 ? run : 1;
    tokens.push(run >= 3 ? { distance: at - before!, length: run } : raw[at]!);
    const end = at + taken;
    for (; at < end; at++) if (at + 2 < raw.length) seen.set(keyAt(at), at);
  }
  return tokens;
}

function lznt1Chunk(raw: Uint8Array): Uint8Array {
  const distanceBits = (at: number): number => Math.max(4, 32 - Math.clz32(at - 1));
  const tokens = tokensOf(raw, (at) => ({
    distance: at > 0 ? 2 ** distanceBits(at) : 0,
    length: at > 0 ? 2 ** (16 - distanceBits(at)) + 2 : 0,
  }));
  const out: number[] = [0, 0];
  let at = 0;
  for (let from = 0; from < tokens.length; from += 8) {
    const flagsAt = out.push(0) - 1;
    for (const [bit, token] of tokens.slice(from, from + 8).entries()) {
      if (typeof token === "number") {
        out.push(token);
        at++;
        continue;
      }
      out[flagsAt]! |= 1 << bit;
      const word = ((token.distance - 1) << (16 - distanceBits(at))) | (token.length - 3);
      out.push(word & 255, word >>> 8);
      at += token.length;
    }
  }
  const packed = out.length - 2 < raw.length;
  const body = packed ? out.slice(2) : Array.from(raw);
  const header = (packed ? 0xb000 : 0x3000) | (body.length - 1);
  return Uint8Array.from([header & 255, header >>> 8, ...body]);
}

export function packLznt1(raw: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < raw.length; at += 4096) chunks.push(lznt1Chunk(raw.subarray(at, at + 4096)));
  return Buffer.concat([...chunks, Buffer.alloc(2)]);
}

/** Canonical codes, first bit highest. */
function codesOf(lengths: Uint8Array): number[] {
  const codes = new Array<number>(lengths.length).fill(0);
  let code = 0;
  for (let length = 1; length <= 16; length++, code <<= 1)
    for (const [symbol, own] of lengths.entries()) if (own === length) codes[symbol] = code++;
  return codes;
}

/** Bits in 16-bit words, first bit highest. Whole bytes may come between them. */
class Words {
  readonly bytes: number[] = [];
  /** Where the words stand that are not full yet. */
  #places: number[] = [];
  #bits = 0;
  #count = 0;
  readonly #ahead: number;

  /** How many words are reserved ahead of what is written: XPRESS reads two before anything else. */
  constructor(ahead: number) {
    this.#ahead = ahead;
    this.#reserve();
  }

  #reserve(): void {
    while (this.#places.length < this.#ahead) {
      this.#places.push(this.bytes.length);
      this.bytes.push(0, 0);
    }
  }

  put(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      // Not before a bit needs it: what comes between words stands before the next one.
      if (this.#count === 16) this.#flush();
      this.#bits = (this.#bits << 1) | ((value >>> bit) & 1);
      this.#count++;
    }
  }

  #flush(): void {
    const at = this.#places.shift()!;
    this.bytes[at] = this.#bits & 255;
    this.bytes[at + 1] = (this.#bits >>> 8) & 255;
    this.#bits = this.#count = 0;
    this.#reserve();
  }

  /** Fills the word in use with zeros; one more word where none is in use. */
  pad(): void {
    if (this.#count === 16) this.#flush();
    this.put(0, 16 - this.#count);
    this.#flush();
  }

  /** The words that are full; only where none is reserved ahead. */
  bytesBefore(more: readonly number[]): void {
    const at = this.#places.pop()!;
    this.bytes.length = at;
    this.bytes.push(...more);
    this.#reserve();
  }

  end(): Uint8Array {
    this.put(0, 16 - this.#count);
    this.#flush();
    return Uint8Array.from(this.bytes);
  }
}

const log2 = (value: number): number => 31 - Math.clz32(value);

export function packXpress(raw: Uint8Array): Uint8Array {
  const tokens = tokensOf(raw, () => ({ distance: 65_535, length: 65_535 }));
  const symbolOf = (token: Token): number =>
    typeof token === "number" ? token : 256 + (log2(token.distance) << 4) + Math.min(15, token.length - 3);
  const counts = new Uint32Array(512);
  for (const token of tokens) counts[symbolOf(token)]!++;
  counts[256]!++;
  const lengths = codeLengths(counts, 512, 15);
  const codes = codesOf(lengths);
  const table = Uint8Array.from({ length: 256 }, (_, at) => lengths[2 * at]! | (lengths[2 * at + 1]! << 4));
  const words = new Words(2);
  for (const token of tokens) {
    const symbol = symbolOf(token);
    words.put(codes[symbol]!, lengths[symbol]!);
    if (typeof token === "number") continue;
    const rest = token.length - 3 - 15;
    if (rest >= 255) words.bytes.push(255, (rest + 15) & 255, (rest + 15) >>> 8);
    else if (rest >= 0) words.bytes.push(rest);
    words.put(token.distance & (2 ** log2(token.distance) - 1), log2(token.distance));
  }
  words.put(codes[256]!, lengths[256]!);
  return Buffer.concat([table, words.end()]);
}

export type LzxBlock = "verbatim" | "aligned" | "stored";

/** Blocks of the kinds in turn, each of `blockBytes` (the last one shorter); calls are translated as WIM wants it. */
export function packLzx(window: Uint8Array, kinds: readonly LzxBlock[], blockBytes: number): Uint8Array {
  const raw = translated(window);
  const words = new Words(1);
  const state: LzxState = { recent: [1, 1, 1], main: new Uint8Array(496), length: new Uint8Array(249) };
  for (let at = 0, index = 0; at < raw.length; at += blockBytes, index++) {
    const kind = kinds[index % kinds.length]!;
    const size = Math.min(blockBytes, raw.length - at);
    words.put(kind === "verbatim" ? 1 : kind === "aligned" ? 2 : 3, 3);
    if (size === 32_768) words.put(1, 1);
    else words.put(size, 17);
    if (kind === "stored") putStored(words, raw.subarray(at, at + size), state);
    else putBlock(words, raw, at, size, kind === "aligned", state);
  }
  return words.end();
}

interface LzxState {
  recent: number[];
  main: Uint8Array;
  length: Uint8Array;
}

function translated(window: Uint8Array): Uint8Array {
  const raw = Buffer.from(window);
  for (let at = 0; at < raw.length - 10; at++) {
    if (raw[at] !== 0xe8) continue;
    const relative = raw.readInt32LE(at + 1);
    if (relative >= -at && relative < 12_000_000)
      raw.writeInt32LE(relative < 12_000_000 - at ? relative + at : relative - 12_000_000, at + 1);
    at += 4;
  }
  return raw;
}

function putStored(words: Words, bytes: Uint8Array, state: LzxState): void {
  words.pad();
  const header = Buffer.alloc(12);
  for (const [index, distance] of state.recent.entries()) header.writeInt32LE(distance, index * 4);
  words.bytesBefore([...header, ...bytes, ...(bytes.length % 2 === 1 ? [0] : [])]);
}

interface Coded {
  readonly symbol: number;
  /** Of the length code; -1 for none. */
  readonly more: number;
  readonly extra: number;
  readonly extraBits: number;
}

const slotBits = (slot: number): number => (slot < 4 ? 0 : (slot >> 1) - 1);
const slotBase = (slot: number): number =>
  Array.from({ length: slot }, (_, index) => 2 ** slotBits(index)).reduce((sum, value) => sum + value, 0);
const bases = Array.from({ length: 30 }, (_, slot) => slotBase(slot));

function coded(token: Token, state: LzxState): Coded {
  if (typeof token === "number") return { symbol: token, more: -1, extra: 0, extraBits: 0 };
  const { recent } = state;
  let slot = recent.indexOf(token.distance);
  let extra = 0;
  if (slot >= 0) {
    recent[slot] = recent[0]!;
    recent[0] = token.distance;
  } else {
    slot = bases.findLastIndex((base) => base <= token.distance + 2);
    extra = token.distance + 2 - bases[slot]!;
    state.recent = [token.distance, recent[0]!, recent[1]!];
  }
  const header = Math.min(7, token.length - 2);
  return {
    symbol: 256 + slot * 8 + header,
    more: header === 7 ? token.length - 9 : -1,
    extra,
    extraBits: slotBits(slot),
  };
}

function putBlock(words: Words, raw: Uint8Array, from: number, size: number, aligned: boolean, state: LzxState): void {
  // Matches reach into earlier blocks and end in this one.
  const all = tokensOf(raw.subarray(0, from + size), (at) => ({
    distance: 32_765,
    length: at < from ? Math.min(257, from - at) : 257,
  }));
  let at = 0;
  const tokens = all.filter((token) => {
    const mine = at >= from;
    at += typeof token === "number" ? 1 : token.length;
    return mine;
  });
  const items = tokens.map((token) => coded(token, state));
  const lengthsOf = (size: number, limit: number, symbols: readonly number[]): Uint8Array => {
    const counts = new Uint32Array(size);
    for (const symbol of symbols) counts[symbol]!++;
    return symbols.length === 0 ? new Uint8Array(size) : codeLengths(counts, size, limit);
  };
  const low = aligned ? items.filter(({ extraBits }) => extraBits >= 3).map(({ extra }) => extra & 7) : [];
  const alignedLengths = lengthsOf(8, 7, low);
  const main = lengthsOf(
    496,
    15,
    items.map(({ symbol }) => symbol),
  );
  const length = lengthsOf(
    249,
    15,
    items.filter(({ more }) => more >= 0).map(({ more }) => more),
  );
  if (aligned) for (const each of alignedLengths) words.put(each, 3);
  putLengths(words, state.main.subarray(0, 256), main.subarray(0, 256));
  putLengths(words, state.main.subarray(256), main.subarray(256));
  putLengths(words, state.length, length);
  state.main = main;
  state.length = length;
  const [mainCodes, lengthCodes, alignedCodes] = [codesOf(main), codesOf(length), codesOf(alignedLengths)];
  for (const { symbol, more, extra, extraBits } of items) {
    words.put(mainCodes[symbol]!, main[symbol]!);
    if (more >= 0) words.put(lengthCodes[more]!, length[more]!);
    if (aligned && extraBits >= 3) {
      words.put(extra >>> 3, extraBits - 3);
      words.put(alignedCodes[extra & 7]!, alignedLengths[extra & 7]!);
    } else {
      words.put(extra, extraBits);
    }
  }
}

function putLengths(words: Words, before: Uint8Array, now: Uint8Array): void {
  const steps: (readonly [symbol: number, value: number, bits: number, then: number])[] = [];
  for (let at = 0; at < now.length;) {
    let run = 1;
    while (at + run < now.length && now[at + run] === now[at]) run++;
    const difference = (before[at]! + 17 - now[at]!) % 17;
    const alike = Math.min(run, 5);
    if (now[at] === 0 && run >= 20) steps.push([18, Math.min(run, 51) - 20, 5, -1]);
    else if (now[at] === 0 && run >= 4) steps.push([17, Math.min(run, 19) - 4, 4, -1]);
    else if (run >= 4) steps.push([19, alike - 4, 1, difference]);
    else steps.push([difference, 0, 0, -1]);
    at +=
      now[at] === 0 && run >= 20
        ? Math.min(run, 51)
        : now[at] === 0 && run >= 4
          ? Math.min(run, 19)
          : run >= 4
            ? alike
            : 1;
  }
  const counts = new Uint32Array(20);
  for (const [symbol, , , then] of steps) {
    counts[symbol]!++;
    if (then >= 0) counts[then]!++;
  }
  const lengths = codeLengths(counts, 20, 15);
  const codes = codesOf(lengths);
  for (const each of lengths) words.put(each, 4);
  for (const [symbol, value, bits, then] of steps) {
    words.put(codes[symbol]!, lengths[symbol]!);
    words.put(value, bits);
    if (then >= 0) words.put(codes[then]!, lengths[then]!);
  }
}

/** A stream `WofCompressedData`: the table of chunks, then the chunks, plain where packing does not make them smaller. */
export function packWof(raw: Uint8Array, chunkBytes: number, pack: (chunk: Uint8Array) => Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < raw.length; at += chunkBytes) {
    const chunk = raw.subarray(at, at + chunkBytes);
    const packed = pack(chunk);
    chunks.push(packed.length < chunk.length ? packed : chunk);
  }
  const table = Buffer.alloc(Math.max(0, chunks.length - 1) * 4);
  let end = 0;
  for (const [index, chunk] of chunks.slice(0, -1).entries()) table.writeUInt32LE((end += chunk.length), index * 4);
  return Buffer.concat([table, ...chunks]);
}
