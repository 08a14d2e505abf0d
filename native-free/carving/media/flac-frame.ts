/**
 * Frames of FLAC: their headers, and their lengths, which nothing says: every subframe is walked bit by bit, without decoding a sample.
 * Spec: RFC 9639 sections 9.1 to 9.3.
 */

/** CRC-8 with the polynomial 07 (section 9.1.8) and CRC-16 with 8005 (section 9.3), both beginning at 0. */
const crc8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80 ? (value << 1) ^ 0x07 : value << 1;
  return value;
});
const crc16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 8;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000 ? (value << 1) ^ 0x8005 : value << 1;
  return value;
});

/** What a frame takes from the description of the stream where it does not say it itself. */
export interface StreamFacts {
  readonly bitsPerSample: number;
  readonly channels: number;
}

/** Longest header: fixed part, number of seven bytes, block size, sampling rate, CRC. */
const longestHeader = 16;
const bitsOfCode = [0, 8, 12, 0, 16, 20, 24, 32];

/** Walks the frames of a buffer that holds all of a frame, and four bytes behind it that may be anything. */
export class FlacFrame {
  /** Samples per channel; number of the frame, or of its first sample where `isVariable`. */
  blockSize = 0;
  number = 0;
  isVariable = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #bit = 0;
  #lastBit = 0;
  #side = -1;
  #channels = 0;
  #bits = 0;

  over(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes of the frame at `at` with its checksum, not behind `to`; 0 where there is none, or one that is cut or damaged. */
  lengthAt(at: number, to: number, facts: StreamFacts): number {
    const body = this.#header(at, to, facts);
    if (body === 0) return 0;
    this.#bit = body * 8;
    this.#lastBit = (Math.min(to, this.#bytes.length - 8) - 2) * 8;
    for (let channel = 0; channel < this.#channels; channel++) {
      if (!this.#subframe(this.#bits + (channel === this.#side ? 1 : 0))) return 0;
    }
    const end = ((this.#bit + 7) >> 3) + 2;
    if (end > to || this.#bit > this.#lastBit) return 0;
    let crc = 0;
    for (let i = at; i < end; i++) crc = ((crc << 8) & 0xffff) ^ crc16[(crc >> 8) ^ this.#bytes[i]!]!;
    return crc === 0 ? end - at : 0;
  }

  /** Reads the header at `at` (section 9.1); where the subframes begin, or 0. */
  #header(at: number, to: number, facts: StreamFacts): number {
    const bytes = this.#bytes;
    if (at + longestHeader > this.#bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xfe) !== 0xf8) return 0;
    const sizeCode = bytes[at + 2]! >> 4;
    const rateCode = bytes[at + 2]! & 15;
    const channelCode = bytes[at + 3]! >> 4;
    const bitsCode = (bytes[at + 3]! >> 1) & 7;
    if (sizeCode === 0 || rateCode === 15 || channelCode > 10 || bitsCode === 3 || (bytes[at + 3]! & 1) !== 0) return 0;
    let place = this.#codedNumber(at + 4);
    if (place === 0) return 0;
    if (sizeCode === 6) this.blockSize = bytes[place++]! + 1;
    else if (sizeCode === 7) this.blockSize = this.#view.getUint16((place += 2) - 2) + 1;
    else this.blockSize = sizeCode === 1 ? 192 : sizeCode < 6 ? 144 << sizeCode : 1 << sizeCode;
    place += rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0;
    let crc = 0;
    for (let i = at; i <= place; i++) crc = crc8[crc ^ bytes[i]!]!;
    if (crc !== 0 || place + 1 > to) return 0;
    this.isVariable = (bytes[at + 1]! & 1) !== 0;
    this.#channels = channelCode < 8 ? channelCode + 1 : 2;
    this.#side = channelCode === 9 ? 0 : channelCode >= 8 ? 1 : -1;
    this.#bits = bitsCode === 0 ? facts.bitsPerSample : bitsOfCode[bitsCode]!;
    return this.#channels === facts.channels && this.#bits === facts.bitsPerSample ? place + 1 : 0;
  }

  /** A number coded like UTF-8, up to seven bytes (section 9.1.5); the place behind it, or 0. */
  #codedNumber(at: number): number {
    const first = this.#bytes[at]!;
    const ones = Math.clz32(~(first << 24));
    if (ones === 1 || ones === 8) return 0;
    this.number = ones === 0 ? first : first & (0x7f >> ones);
    for (let i = 1; i < ones; i++) {
      const byte = this.#bytes[at + i]!;
      if ((byte & 0xc0) !== 0x80) return 0;
      this.number = this.number * 64 + (byte & 0x3f);
    }
    return at + Math.max(1, ones);
  }

  /** Up to 25 bits. */
  #read(count: number): number {
    const word = this.#view.getUint32(this.#bit >> 3) << (this.#bit & 7);
    this.#bit += count;
    return word >>> (32 - count);
  }

  /** Section 9.2: type, wasted bits, and the body of its type. */
  #subframe(bitsOfFrame: number): boolean {
    if (this.#bit > this.#lastBit) return false;
    const head = this.#read(8);
    if (head & 0x80) return false;
    const type = head >> 1;
    let bits = bitsOfFrame;
    if (head & 1) {
      bits--;
      while (this.#bit < this.#lastBit && this.#read(1) === 0) bits--;
    }
    if (bits < 1) return false;
    if (type < 2) {
      this.#bit += type === 0 ? bits : bits * this.blockSize;
      return this.#bit <= this.#lastBit;
    }
    const order = type >= 32 ? type - 31 : type >= 8 && type <= 12 ? type - 8 : -1;
    if (order < 0 || order > this.blockSize) return false;
    this.#bit += order * bits;
    if (this.#bit > this.#lastBit) return false;
    if (type >= 32) {
      const precision = this.#read(4) + 1;
      if (precision === 16) return false;
      this.#bit += 5 + precision * order;
    }
    return this.#bit <= this.#lastBit && this.#residual(order);
  }

  /** Section 9.2.7: partitions of Rice codes, or of plain numbers behind an escape. */
  #residual(order: number): boolean {
    const method = this.#read(2);
    if (method > 1) return false;
    const partitions = 1 << this.#read(4);
    const samples = this.blockSize / partitions;
    if (!Number.isInteger(samples) || samples < order) return false;
    const escape = method === 0 ? 15 : 31;
    for (let i = 0; i < partitions; i++) {
      const parameter = this.#read(method === 0 ? 4 : 5);
      const count = samples - (i === 0 ? order : 0);
      if (parameter === escape) {
        const bits = this.#read(5);
        this.#bit += bits * count;
      } else {
        this.#skipRice(count, parameter);
      }
      if (this.#bit > this.#lastBit) return false;
    }
    return true;
  }

  /** Steps over `count` codes: zeros, a one, `parameter` bits each. Stops behind the last bit. */
  #skipRice(count: number, parameter: number): void {
    const view = this.#view;
    const last = this.#lastBit;
    let bit = this.#bit;
    for (let i = 0; i < count && bit <= last;) {
      const zeros = Math.clz32(view.getUint32(bit >> 3) << (bit & 7));
      if (zeros < 25) {
        bit += zeros + 1 + parameter;
        i++;
      } else {
        bit += 25;
      }
    }
    this.#bit = bit;
  }
}
