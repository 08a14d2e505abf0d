/**
 * ssdeep (Kornblum: "Identifying almost identical files using context triggered piecewise hashing", 2006): `blocksize:signature:signature
 * of twice the block size`. All block sizes are followed at once, so that the bytes are read once.
 */
import { editDistance } from "./edit-distance.ts";

const rollingWindow = 7;
const signatureChars = 64;
const smallestBlock = 3;
/** Block sizes 3 × 2^0 … 3 × 2^30. */
const blockSizes = 31;
const hashPrime = 0x01000193;
const hashStart = 0x28021967;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Of the FNV-like hash of a piece only the lowest six bits are ever used, and they depend on nothing but themselves and the lowest six bits of
 * the byte: `steps[hash << 6 | byte]` is the next hash.
 */
const steps = new Uint8Array(64 * 64);
for (let hash = 0; hash < 64; hash++) {
  for (let byte = 0; byte < 64; byte++) steps[(hash << 6) | byte] = (Math.imul(hash, hashPrime) ^ byte) & 63;
}
const start = hashStart & 63;

const sizes = Uint32Array.from({ length: blockSizes }, (_, level) => smallestBlock * 2 ** level);

function isBoundary(rolling: number, level: number): boolean {
  const size = sizes[level] as number;
  return rolling % size === size - 1;
}

/** The signature at one block size. */
interface Level {
  signature: string;
  /** The character that would follow where the signature is full. */
  tail: string;
  /** The same cut to half its length. */
  halfSignature: string;
  halfTail: string;
}

export class SsdeepHasher {
  readonly #window = new Uint8Array(rollingWindow);
  readonly #levels: Level[] = [newLevel()];
  /** Hash of the present piece at each level, and of the present piece of the signature of half its length. */
  readonly #hashes = new Uint8Array(blockSizes).fill(start);
  readonly #halves = new Uint8Array(blockSizes).fill(start);
  #at = 0;
  #sum = 0;
  #weighted = 0;
  #shifted = 0;
  #length = 0;
  /** Levels below are too fine for what has been read. */
  #first = 0;

  add(bytes: Uint8Array): void {
    const window = this.#window;
    const hashes = this.#hashes;
    const halves = this.#halves;
    let [at, sum, weighted, shifted] = [this.#at, this.#sum, this.#weighted, this.#shifted];
    let [first, end] = [this.#first, this.#levels.length];
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] as number;
      weighted = (weighted - sum + rollingWindow * byte) | 0;
      sum = (sum + byte - (window[at] as number)) | 0;
      window[at] = byte;
      at = at === rollingWindow - 1 ? 0 : at + 1;
      shifted = (shifted << 5) ^ byte;
      const low = byte & 63;
      for (let level = first; level < end; level++) {
        hashes[level] = steps[((hashes[level] as number) << 6) | low] as number;
        halves[level] = steps[((halves[level] as number) << 6) | low] as number;
      }
      const rolling = (sum + weighted + shifted) >>> 0;
      // A boundary of a block size is one of every smaller block size too.
      const size = sizes[first] as number;
      if (rolling % size !== size - 1) continue;
      for (let level = first; level < this.#levels.length && isBoundary(rolling, level); level++) this.#boundary(level);
      first = this.#first;
      end = this.#levels.length;
    }
    this.#length += bytes.length;
    [this.#at, this.#sum, this.#weighted, this.#shifted] = [at, sum, weighted, shifted];
  }

  #boundary(level: number): void {
    const levels = this.#levels;
    const of = levels[level] as Level;
    if (of.signature === "" && level === levels.length - 1 && levels.length < blockSizes) {
      this.#hashes[levels.length] = this.#hashes[level] as number;
      this.#halves[levels.length] = this.#halves[level] as number;
      levels.push(newLevel());
    }
    const letter = this.#letter(this.#hashes, level);
    const halfLetter = this.#letter(this.#halves, level);
    of.tail = letter;
    of.halfTail = halfLetter;
    if (of.signature.length < signatureChars - 1) {
      of.signature += letter;
      of.tail = "";
      this.#hashes[level] = start;
      if (of.signature.length < signatureChars / 2) {
        of.halfSignature += halfLetter;
        this.#halves[level] = start;
        of.halfTail = "";
      }
      return;
    }
    this.#dropFirst();
  }

  #letter(hashes: Uint8Array, level: number): string {
    return alphabet[hashes[level] as number] as string;
  }

  /** The finest level is given up where the file is too long for it and the next one is long enough. */
  #dropFirst(): void {
    const next = this.#levels[this.#first + 1];
    const isTooFine = smallestBlock * 2 ** this.#first * signatureChars < this.#length;
    if (next && isTooFine && next.signature.length >= signatureChars / 2) this.#first += 1;
  }

  /** `3:…:…`; of no bytes `3::`. */
  finish(): string {
    const levels = this.#levels;
    let level = this.#first;
    while (smallestBlock * 2 ** level * signatureChars < this.#length && level < blockSizes - 1) level += 1;
    level = Math.min(level, levels.length - 1);
    while (level > this.#first && (levels[level] as Level).signature.length < signatureChars / 2) level -= 1;
    const rolling = (this.#sum + this.#weighted + this.#shifted) >>> 0;
    const of = levels[level] as Level;
    const first = of.signature + (rolling !== 0 ? this.#letter(this.#hashes, level) : of.tail);
    return `${smallestBlock * 2 ** level}:${first}:${this.#second(level, rolling)}`;
  }

  #second(level: number, rolling: number): string {
    const coarser = this.#levels[level + 1];
    if (coarser) {
      const last = rolling !== 0 ? this.#letter(this.#halves, level + 1) : coarser.halfTail;
      return coarser.halfSignature + last;
    }
    return rolling !== 0 ? this.#letter(this.#hashes, level) : "";
  }
}

function newLevel(): Level {
  return { signature: "", tail: "", halfSignature: "", halfTail: "" };
}

/** Likeness of two signatures, 0 to 100; null for malformed ones. */
export function ssdeepScore(one: string, other: string): number | null {
  const [a, b] = [parsed(one), parsed(other)];
  if (!a || !b) return null;
  const { block, first, second } = a;
  if (block === b.block) {
    if (first === b.first && first.length > rollingWindow) return 100;
    return Math.max(scoreOf(first, b.first, block), scoreOf(second, b.second, block * 2));
  }
  if (block === b.block * 2) return scoreOf(first, b.second, block);
  return block * 2 === b.block ? scoreOf(second, b.first, b.block) : 0;
}

function parsed(text: string): { block: number; first: string; second: string } | null {
  const match = /^(\d{1,12}):([A-Za-z0-9+/]{0,64}):([A-Za-z0-9+/]{0,64})$/.exec(text);
  if (!match) return null;
  return { block: Number(match[1]), first: shortened(match[2] as string), second: shortened(match[3] as string) };
}

/** More than three equal characters in a row say little. */
const shortened = (signature: string): string => signature.replaceAll(/(.)\1{3,}/g, "$1$1$1");

function scoreOf(a: string, b: string, block: number): number {
  if (!haveRunInCommon(a, b)) return 0;
  const distance = editDistance(a, b, { replaceCost: 2 });
  const scaled = Math.trunc((distance * signatureChars) / (a.length + b.length));
  const score = 100 - Math.trunc((100 * scaled) / signatureChars);
  // Small blocks in short files match by chance.
  if (block >= ((99 + rollingWindow) / rollingWindow) * smallestBlock) return score;
  return Math.min(score, Math.trunc(block / smallestBlock) * Math.min(a.length, b.length));
}

function haveRunInCommon(a: string, b: string): boolean {
  for (let at = 0; at + rollingWindow <= a.length; at++) if (b.includes(a.slice(at, at + rollingWindow))) return true;
  return false;
}
