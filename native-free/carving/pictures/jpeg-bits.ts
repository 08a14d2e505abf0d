/**
 * Entropy-coded data of a JPEG picture as bits: the zeros behind 0xff taken out, up to the next marker. Spec: ITU-T T.81 section B.1.1.5
 * and F.1.2.3.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";

const chunkBytes = 1 << 15;
/** One MCU is ten blocks of 64 codes of 31 bits at most; what lies behind it must be readable without a check. */
export const unitBytes = 2560;

export class JpegBits {
  /** Stuffing removed, filled up with zeros behind the last byte. */
  readonly view: DataView;
  /** The next bit, from the begin of `view`. */
  bit = 0;
  /** Bits that there are. */
  limit = 0;
  /** Where the next unit might not be there as a whole: ask for more. Above `limit` once the last byte is there. */
  low = 0;
  /** Bytes of the source that were taken in so far, of all fillings. */
  taken = 0;
  readonly #raw = new Uint8Array(chunkBytes);
  readonly #clean = new Uint8Array(chunkBytes + unitBytes);
  readonly #rawView: DataView;
  #source: ByteSource;
  #end = 0;
  #from = 0;
  /** Of the first byte behind those in `view`. */
  #next = 0;
  #stuffed = 0;
  #last = false;

  constructor(source: ByteSource) {
    this.#source = source;
    this.view = new DataView(this.#clean.buffer);
    this.#rawView = new DataView(this.#raw.buffer);
  }

  /** Goes to a byte of a source and a bit of it; nothing at `end` or behind it is read. */
  begin(source: ByteSource, at: number, bit: number, end: number): void {
    this.#source = source;
    this.#end = end;
    this.#fill(at, bit);
  }

  /** Takes in more. Only between two units. */
  refill(): void {
    this.#fill(this.place(this.bit), this.bit & 7);
  }

  /** Byte of the source in which the bit lies. */
  place(bit: number): number {
    const clean = bit >>> 3;
    let behind = 0;
    for (let i = Math.min(clean, this.limit >>> 3); i < this.limit >>> 3; i++) if (this.#clean[i] === 0xff) behind++;
    return this.#from + clean + this.#stuffed - behind;
  }

  /** Where the marker stands that ends the data, or the end of the source; only once all that is before it was used. */
  get stop(): number {
    return this.#next;
  }

  /** Whole bytes that are left in front of the marker; -1 where more bits were used than there are. */
  get left(): number {
    return this.bit > this.limit ? -1 : (this.limit - this.bit) >>> 3;
  }

  #fill(at: number, bit: number): void {
    const raw = this.#raw;
    const clean = this.#clean;
    const count = this.#source.readInto(raw.subarray(0, Math.max(0, Math.min(chunkBytes, this.#end - at))), at);
    const whole = at + count >= this.#end;
    let from = 0;
    let to = 0;
    this.#last = whole;
    while (from < count) {
      // Four at once, as long as none of them is 0xff.
      while (from + 4 <= count) {
        const word = this.#rawView.getUint32(from, true);
        if ((((word & 0x7f7f7f7f) + 0x01010101) & word & 0x80808080) !== 0) break;
        this.view.setUint32(to, word, true);
        from += 4;
        to += 4;
      }
      if (from >= count) break;
      const byte = raw[from] as number;
      clean[to] = byte;
      if (byte === 0xff) {
        // The byte behind decides; it may come with the next filling.
        if (from + 1 >= count || raw[from + 1] !== 0) {
          this.#last = whole || from + 1 < count;
          break;
        }
        from++;
      }
      from++;
      to++;
    }
    clean.fill(0, to, to + unitBytes);
    this.#from = at;
    this.#next = at + from;
    this.#stuffed = from - to;
    this.taken += from;
    this.bit = bit;
    this.limit = to * 8;
    this.low = this.#last ? Number.MAX_SAFE_INTEGER : this.limit - unitBytes * 8;
  }
}
