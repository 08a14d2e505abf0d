/** Unpacks bzip2 (no specification; https://sourceware.org/bzip2) into memory of the caller. */
import { Buffer } from "node:buffer";
import Bunzip from "seek-bzip";

const streamHead = Buffer.from("BZh9", "latin1");
/** Where a block begins. */
const blockMagic = Buffer.from([0x31, 0x41, 0x59, 0x26, 0x53, 0x59]);

/** Takes bytes up to a limit; a stream that gives more ends in an exception: it could go on for hours. */
class Output {
  readonly target: Uint8Array;
  length = 0;

  constructor(target: Uint8Array) {
    this.target = target;
  }

  writeByte(byte: number): void {
    if (this.length >= this.target.length) throw new RangeError("longer than the room for it");
    this.target[this.length++] = byte;
  }
}

/** Zeros behind the end: a block that runs past it fails its checksum. It has no method to write: the library tells by that. */
class Input {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  readByte(): number {
    // The reader of bits looks one byte ahead at most; much further is a stream that does not end.
    if (this.#at > this.#bytes.length + 8) throw new RangeError("past the end");
    return this.#bytes[this.#at++] ?? 0;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    for (let index = 0; index < length; index++) target[offset + index] = this.readByte();
    return length;
  }

  seek(at: number): void {
    this.#at = at;
  }
}

/**
 * Unpacks a stream, or one block without what stands before and behind it in a file. Returns the number of bytes put into `into`;
 * -1 where the data are damaged, cut short, or have more bytes. Never throws.
 */
export function bunzip2Into(packed: Uint8Array, into: Uint8Array): number {
  const isBlock = Buffer.compare(packed.subarray(0, blockMagic.length), blockMagic) === 0;
  const output = new Output(into);
  try {
    if (isBlock) Bunzip.decodeBlock(new Input(Buffer.concat([streamHead, packed])), streamHead.length * 8, output);
    else Bunzip.decode(new Input(packed), output);
  } catch {
    // The library throws TypeErrors for damage; whatever it was, the data cannot be had.
    return -1;
  }
  return output.length;
}
