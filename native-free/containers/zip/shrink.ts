/** Shrinking, ZIP method 1 (APPNOTE 6.3.10, 5.1): LZW of 9 to 13 bits with partial clearing. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { ByteFeed, endingOf, PIECE_BYTES, UnpackStop, type Unpacked } from "../../unpack/byte-feed.ts";
import { LowBits } from "./low-bits.ts";

const CONTROL = 256;
const FIRST_BITS = 9;
const MOST_BITS = 13;
const CODES = 1 << MOST_BITS;
const FREE = 0xffff;

/** Decodes up to the declared size: nothing in the data marks their end. */
export function unshrink(source: ByteSource, at: number, length: number, size: number): Unpacked {
  const feed = new ByteFeed(source, at, at + length);
  const table = new StringTable();
  return endingOf(feed, decode(new LowBits(feed), table, size), () => table.take());
}

function* decode(bits: LowBits, table: StringTable, size: number): Generator<Uint8Array> {
  let width = FIRST_BITS;
  for (let done = 0; done < size;) {
    const code = bits.bits(width);
    if (code === CONTROL) {
      const what = bits.bits(width);
      if (what === 1 && width < MOST_BITS) width += 1;
      else if (what === 2) table.clear();
      else throw new UnpackStop("control");
      continue;
    }
    done += table.put(code);
    if (table.isFull) yield table.take();
  }
  yield table.take();
}

class StringTable {
  readonly #parent = new Uint16Array(CODES).fill(FREE);
  readonly #value = new Uint8Array(CODES);
  readonly #string = new Uint8Array(CODES + 2);
  #output = new Uint8Array(PIECE_BYTES + CODES + 2);
  #fill = 0;
  #last = -1;
  #lastFirst = 0;
  #next = CONTROL;

  get isFull(): boolean {
    return this.#fill >= PIECE_BYTES;
  }

  take(): Uint8Array {
    const piece = this.#output.slice(0, this.#fill);
    this.#fill = 0;
    return piece;
  }

  /** Strings that no other goes on from make room. */
  clear(): void {
    const isParent = new Uint8Array(CODES);
    for (let code = CONTROL + 1; code < CODES; code++) {
      const parent = this.#parent[code]!;
      if (parent !== FREE && parent > CONTROL) isParent[parent] = 1;
    }
    for (let code = CONTROL + 1; code < CODES; code++) if (isParent[code] === 0) this.#parent[code] = FREE;
    this.#next = CONTROL;
  }

  /** Writes the string of a code and adds a new one; returns its length. */
  put(code: number): number {
    const string = this.#string;
    let at = string.length;
    for (let next = code; ;) {
      if (at === 0) throw new UnpackStop("code");
      if (next < CONTROL) {
        string[--at] = next;
        break;
      }
      // A code that is not there yet is the last string and its own first byte.
      const isKnown = this.#parent[next] !== FREE;
      if (!isKnown && this.#last < 0) throw new UnpackStop("code");
      string[--at] = isKnown ? this.#value[next]! : this.#lastFirst;
      next = isKnown ? this.#parent[next]! : this.#last;
    }
    const length = string.length - at;
    this.#output.set(string.subarray(at), this.#fill);
    this.#fill += length;
    this.#lastFirst = string[at]!;
    if (this.#last >= 0) this.#add(this.#last, this.#lastFirst);
    this.#last = code;
    return length;
  }

  #add(parent: number, value: number): void {
    do this.#next += 1;
    while (this.#next < CODES && this.#parent[this.#next] !== FREE);
    if (this.#next >= CODES) {
      this.#next = CODES - 1;
      return;
    }
    this.#parent[this.#next] = parent;
    this.#value[this.#next] = value;
  }
}
