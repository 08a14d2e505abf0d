/** Numbers and texts of a binary structure at any place of a source, each bounded by its end. */
import { type ByteSource, readRange, viewRange } from "../bytes/byte-source.ts";
import { EvidenceError } from "../model/errors.ts";

const windowBytes = 65_536;

/** Reading beyond the end throws EvidenceError with the code given and `{ what }`, the part that was being read. */
export class ByteReader {
  readonly source: ByteSource;
  little: boolean;
  /** Word of ours for what is being read, for the finding. */
  what: string;
  readonly #code: string;
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;

  constructor(source: ByteSource, little: boolean, code: string, what: string) {
    this.source = source;
    this.little = little;
    this.what = what;
    this.#code = code;
  }

  get size(): number {
    return this.source.size;
  }

  fail(what = this.what): never {
    throw new EvidenceError(this.#code, { what });
  }

  /** Place of the byte in the window, which then holds `length` bytes from there. */
  #seek(at: number, length: number): number {
    const place = at - this.#start;
    if (place >= 0 && place + length <= this.#bytes.length) return place;
    if (!(at >= 0) || at + length > this.source.size) this.fail();
    this.#bytes = viewRange(this.source, at, Math.max(windowBytes, length));
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#start = at;
    return 0;
  }

  u8(at: number): number {
    const place = this.#seek(at, 1);
    return this.#view.getUint8(place);
  }

  u16(at: number): number {
    const place = this.#seek(at, 2);
    return this.#view.getUint16(place, this.little);
  }

  u32(at: number): number {
    const place = this.#seek(at, 4);
    return this.#view.getUint32(place, this.little);
  }

  i32(at: number): number {
    return this.u32(at) | 0;
  }

  /** Above 2^53 rounded. */
  u64(at: number): number {
    const place = this.#seek(at, 8);
    return Number(this.#view.getBigUint64(place, this.little));
  }

  /** Exactly `length` bytes, which the caller owns. */
  bytes(at: number, length: number): Uint8Array {
    if (!(at >= 0) || !(length >= 0) || at + length > this.source.size) this.fail();
    return readRange(this.source, at, length);
  }

  /** One character per byte. */
  latin1(at: number, length: number): string {
    return Buffer.from(this.bytes(at, length)).toString("latin1");
  }

  /** Up to a NUL, the end, or `limit` bytes; UTF-8. */
  text(at: number, limit = 4096): string {
    if (!(at >= 0) || at >= this.source.size) this.fail();
    const bytes = Buffer.from(readRange(this.source, at, limit));
    const end = bytes.indexOf(0);
    return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
  }

  /** UTF-16 little-endian up to a NUL unit, the end, or `limit` bytes. */
  wideText(at: number, limit = 8192): string {
    if (!(at >= 0) || at > this.source.size) this.fail();
    const bytes = Buffer.from(readRange(this.source, at, limit & ~1));
    const text = bytes.toString("utf16le", 0, bytes.length & ~1);
    const end = text.indexOf("\0");
    return (end < 0 ? text : text.slice(0, end)).toWellFormed();
  }
}
