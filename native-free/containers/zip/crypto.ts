/**
 * Encrypted entries of ZIP as plain sources: the traditional cipher (APPNOTE 6.3.10, 6.1) and AES of WinZip, versions AE-1 and AE-2
 * (winzip.com, "AES Encryption Information"). Not supported: strong encryption of PKWARE (APPNOTE 7).
 */
import { Buffer } from "node:buffer";
import { createCipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { type ByteSource, readRange, type Run } from "../../bytes/byte-source.ts";
import { PIECE_BYTES } from "../../unpack/byte-feed.ts";

/** A range of a source behind a cipher. What lies beneath is traced by its first byte. */
abstract class Decrypted implements ByteSource {
  readonly size: number;
  protected readonly source: ByteSource;
  protected readonly at: number;

  constructor(source: ByteSource, at: number, size: number) {
    this.source = source;
    this.at = at;
    this.size = Math.max(0, Math.min(size, source.size - at));
  }

  abstract readInto(target: Uint8Array, at: number): number;

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    for (const run of this.source.runsIn(this.at + at, count)) {
      yield { ...run, start: run.start - this.at, place: { ...run.place, exact: false } };
    }
  }
}

const AES_BLOCK_BYTES = 16;
const AUTHENTICATION_BYTES = 10;
const VERIFIER_BYTES = 2;
const ITERATIONS = 1000;

/** Counter mode whose counter of 128 bits starts at 1, the least significant byte first. */
class AesSource extends Decrypted {
  readonly #key: Uint8Array;

  constructor(source: ByteSource, at: number, size: number, key: Uint8Array) {
    super(source, at, size);
    this.#key = key;
  }

  override readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    this.source.readInto(target.subarray(0, count), this.at + at);
    const first = Math.floor(at / AES_BLOCK_BYTES);
    const blocks = Math.ceil((at + count) / AES_BLOCK_BYTES) - first;
    const counters = Buffer.alloc(Math.max(0, blocks) * AES_BLOCK_BYTES);
    for (let index = 0; index < blocks; index++) {
      const value = first + index + 1;
      counters.writeUInt32LE(value % 2 ** 32, index * AES_BLOCK_BYTES);
      counters.writeUInt32LE(Math.floor(value / 2 ** 32), index * AES_BLOCK_BYTES + 4);
    }
    const cipher = createCipheriv(`aes-${this.#key.length * 8}-ecb`, this.#key, null).setAutoPadding(false);
    const stream = cipher.update(counters);
    const skip = at - first * AES_BLOCK_BYTES;
    for (let index = 0; index < count; index++) target[index] = target[index]! ^ stream[skip + index]!;
    return count;
  }
}

export interface AesOpened {
  readonly plain: ByteSource;
  /** Whether the authentication code fits the ciphertext. */
  readonly isAuthentic: boolean;
}

/** Null where the password's verifier does not fit; one of 65,536 wrong ones fits. `strength` 1 to 3. */
export function openAes(
  source: ByteSource,
  at: number,
  packedSize: number,
  strength: number,
  password: string,
): AesOpened | null {
  const keyBytes = 8 + strength * 8;
  const saltBytes = keyBytes / 2;
  const size = packedSize - saltBytes - VERIFIER_BYTES - AUTHENTICATION_BYTES;
  if (size < 0) return null;
  const head = readRange(source, at, saltBytes + VERIFIER_BYTES);
  if (head.length < saltBytes + VERIFIER_BYTES) return null;
  const keys = pbkdf2Sync(password, head.subarray(0, saltBytes), ITERATIONS, 2 * keyBytes + VERIFIER_BYTES, "sha1");
  if (!keys.subarray(2 * keyBytes).equals(head.subarray(saltBytes))) return null;
  const dataAt = at + saltBytes + VERIFIER_BYTES;
  const isAuthentic = authenticates(source, dataAt, size, keys.subarray(keyBytes, 2 * keyBytes));
  return { plain: new AesSource(source, dataAt, size, keys.subarray(0, keyBytes)), isAuthentic };
}

function authenticates(source: ByteSource, at: number, size: number, key: Uint8Array): boolean {
  const hmac = createHmac("sha1", key);
  for (let done = 0; done < size; done += PIECE_BYTES) {
    hmac.update(readRange(source, at + done, Math.min(PIECE_BYTES, size - done)));
  }
  const stored = readRange(source, at + size, AUTHENTICATION_BYTES);
  return (
    stored.length === AUTHENTICATION_BYTES && timingSafeEqual(hmac.digest().subarray(0, AUTHENTICATION_BYTES), stored)
  );
}

const crcTable = new Int32Array(256);
for (let index = 0; index < 256; index++) {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) === 1 ? 0xedb88320 : 0);
  crcTable[index] = value;
}

const HEADER_BYTES = 12;
/** Blocks whose plain bytes are kept: decoders look back a little. */
const KEPT_BLOCKS = 4;

/** Three keys that every plain byte changes. */
class Keys {
  #key0 = 0x12345678;
  #key1 = 0x23456789;
  #key2 = 0x34567890;

  get state(): readonly [number, number, number] {
    return [this.#key0, this.#key1, this.#key2];
  }

  set state(state: readonly [number, number, number]) {
    [this.#key0, this.#key1, this.#key2] = state;
  }

  update(byte: number): void {
    this.#key0 = crcTable[(this.#key0 ^ byte) & 0xff]! ^ (this.#key0 >>> 8);
    this.#key1 = (Math.imul((this.#key1 + (this.#key0 & 0xff)) | 0, 134775813) + 1) | 0;
    this.#key2 = crcTable[(this.#key2 ^ (this.#key1 >>> 24)) & 0xff]! ^ (this.#key2 >>> 8);
  }

  decrypt(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      const key = (this.#key2 | 2) & 0xffff;
      const byte = bytes[at]! ^ ((Math.imul(key, key ^ 1) >>> 8) & 0xff);
      bytes[at] = byte;
      this.update(byte);
    }
  }
}

/** A stream cipher: blocks are decrypted in order, the keys before each are kept so that any can be read again. */
class TraditionalSource extends Decrypted {
  readonly #states: (readonly [number, number, number])[];
  readonly #plain = new Map<number, Uint8Array>();
  readonly #keys = new Keys();

  constructor(source: ByteSource, at: number, size: number, state: readonly [number, number, number]) {
    super(source, at, size);
    this.#states = [state];
  }

  override readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0; done < count;) {
      const index = Math.floor((at + done) / PIECE_BYTES);
      const inside = at + done - index * PIECE_BYTES;
      const piece = this.#block(index).subarray(inside, inside + count - done);
      target.set(piece, done);
      done += piece.length;
    }
    return count;
  }

  #block(index: number): Uint8Array {
    const kept = this.#plain.get(index);
    if (kept) return kept;
    while (this.#states.length <= index) this.#decrypt(this.#states.length - 1);
    const bytes = this.#decrypt(index);
    if (this.#plain.size >= KEPT_BLOCKS) this.#plain.delete(this.#plain.keys().next().value!);
    this.#plain.set(index, bytes);
    return bytes;
  }

  #decrypt(index: number): Uint8Array {
    const start = index * PIECE_BYTES;
    const bytes = readRange(this.source, this.at + start, Math.min(PIECE_BYTES, this.size - start));
    this.#keys.state = this.#states[index]!;
    this.#keys.decrypt(bytes);
    if (this.#states.length === index + 1) this.#states.push(this.#keys.state);
    return bytes;
  }
}

/** Null where the last byte of the header is not `check`; one of 256 wrong passwords fits. */
export function openTraditional(
  source: ByteSource,
  at: number,
  packedSize: number,
  check: number,
  password: string,
): ByteSource | null {
  const header = readRange(source, at, HEADER_BYTES);
  if (header.length < HEADER_BYTES || packedSize < HEADER_BYTES) return null;
  const keys = new Keys();
  for (const byte of Buffer.from(password, "utf8")) keys.update(byte);
  keys.decrypt(header);
  if (header[HEADER_BYTES - 1] !== check) return null;
  return new TraditionalSource(source, at + HEADER_BYTES, packedSize - HEADER_BYTES, keys.state);
}
