/**
 * A stream of XPRESS Huffman blocks, each with a code of its own for 64 KiB, [MS-XCA] 2.2.4: for those who do not know how long the
 * packed bytes are, since it says how many it used.
 */
import { copyMatch, PrefixCode } from "../../filesystems/ntfs/packed/prefix-code.ts";

const blockBytes = 65_536;
const tableBytes = 256;
const symbols = 512;
const firstMatch = 256;
const leastMatch = 3;
const longMatch = 15;

const code = new PrefixCode(symbols, 11);
const lengths = new Uint8Array(symbols);

/** Where the decoder is in the packed bytes; `held` has the next 16 bits at the top and `spare` further ones below. */
class PackedBits {
  readonly bytes: Uint8Array;
  at = 0;
  held = 0;
  spare = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** False where the code of the next block is not there or none. */
  begin(): boolean {
    if (this.at + tableBytes + 4 > this.bytes.length) return false;
    for (let i = 0; i < tableBytes; i++) {
      lengths[2 * i] = this.bytes[this.at + i]! & 15;
      lengths[2 * i + 1] = this.bytes[this.at + i]! >>> 4;
    }
    this.at += tableBytes;
    this.held = (this.word() << 16) | this.word();
    this.spare = 16;
    return code.build(lengths);
  }

  word(): number {
    const value = (this.bytes[this.at] ?? 0) | ((this.bytes[this.at + 1] ?? 0) << 8);
    this.at += 2;
    return value;
  }

  drop(count: number): void {
    this.held <<= count;
    this.spare -= count;
    if (this.spare >= 0) return;
    this.held |= this.word() << -this.spare;
    this.spare += 16;
  }
}

/** Length of a match of at least 18 bytes; 0 where the bytes that say so are none. */
function longLength(bits: PackedBits): number {
  const added = bits.bytes[bits.at++] ?? 0;
  if (added < 255) return longMatch + leastMatch + added;
  const whole = bits.word();
  if (whole !== 0) return whole < longMatch ? 0 : whole + leastMatch;
  return bits.word() + bits.word() * 65_536 + leastMatch;
}

/** Fills `target` from `at` to `end` or a little further, and says where it is; -1 where the packed bytes do not hold. */
function unpackBlock(bits: PackedBits, target: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const entry = code.look(bits.held >>> 16);
    if (entry === 0 || bits.at > bits.bytes.length + 4) return -1;
    bits.drop(entry & 31);
    const symbol = entry >>> 5;
    if (symbol < firstMatch) {
      target[at++] = symbol;
      continue;
    }
    let length = (symbol & longMatch) + leastMatch;
    if (length === longMatch + leastMatch) length = longLength(bits);
    const offsetBits = (symbol - firstMatch) >>> 4;
    const distance = (1 << offsetBits) + (offsetBits === 0 ? 0 : bits.held >>> (32 - offsetBits));
    bits.drop(offsetBits);
    // A match may go on behind the block, which the next one then begins later.
    const most = Math.min(length, target.length - at);
    if (length === 0 || !copyMatch(target, at, distance, most, target.length)) return -1;
    at += most;
  }
  return at;
}

interface Unpacked {
  readonly bytes: Uint8Array;
  /** Packed bytes that they took. */
  readonly used: number;
  /** Whether the mark of the end stands behind them. */
  readonly marked: boolean;
}

/** The first `size` bytes; null where the stream does not hold. */
export function unpackStream(packed: Uint8Array, size: number): Unpacked | null {
  const bits = new PackedBits(packed);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    if (!bits.begin()) return null;
    at = unpackBlock(bits, bytes, at, Math.min(at + blockBytes, size));
    if (at < 0) return null;
  }
  // A match of three bytes from one back, which stands behind the last byte.
  const entry = code.look(bits.held >>> 16);
  const isMark = entry >>> 5 === firstMatch && entry !== 0;
  if (isMark) bits.drop(entry & 31);
  const marked = isMark && bits.at <= packed.length;
  return { bytes, used: Math.min(bits.at, packed.length), marked };
}
