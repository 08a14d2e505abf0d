/**
 * Writes one AFF4 volume: container.description, version.txt; bevies, each with its index and the BLAKE2b of its chunks; map,
 * target index, information.turtle. The stream holds the whole medium at its own offsets, zeros where it could not be read; the
 * map leads such ranges to aff4:UnreadableData instead. The order of chunks alone decides every byte, so that an image
 * continued at `resumeAt` equals one written in one go. Specification: AFF4 Standard 1.0a. No mapPath: points are in order.
 */
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { Zip64Writer, type ByteSink, type Zip64Entry } from "../../containers/zip64/writer.ts";
import { Sha512, type Sha512State } from "../../hash/sha512-state.ts";
import { copyBytes } from "../../bytes/copy-bytes.ts";
import type { EncodedChunk } from "../encoded-chunk.ts";
import { DIGEST_BYTES, type Aff4Compression } from "./chunk-codec.ts";
import { descriptionText, type Aff4Hashes } from "./description-text.ts";
import { CHUNK_BYTES, CHUNKS_IN_BEVY, indexEntry, mapEntry } from "./layouts.ts";
import {
  AFF4,
  bevyName,
  blockHashName,
  DESCRIPTION_MEMBER,
  memberFolder,
  TURTLE_MEMBER,
  VERSION_MEMBER,
  WRITTEN_BLOCK_HASH,
} from "./vocabulary.ts";

/** Chunks are handed on so many bytes at once, so that none needs a view of its own for its CRC-32. */
const STAGE_BYTES = 1 << 20;
const URN = /^aff4:\/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Text for people; "" where it is not known. */
export interface Aff4Metadata {
  readonly caseNumber: string;
  readonly evidenceNumber: string;
  readonly examiner: string;
  readonly description: string;
  readonly notes?: string;
  readonly model: string;
  readonly serial: string;
  /** What writes, with its version. */
  readonly software: string;
}

/** Between two bevies: all that a later writer needs to continue. Plain data, fit for messages between threads. */
export interface Aff4Position {
  /** Bytes of the file that stand. */
  readonly at: number;
  /** Chunks of the image that stand. */
  readonly chunks: number;
  readonly entries: readonly Zip64Entry[];
  /** Of the digests of those chunks, one behind the other. */
  readonly blockHashes: Sha512State;
}

export interface Aff4WriterOptions {
  /** Of the source; null for a stream whose size `finish` is told. */
  readonly sizeBytes: number | null;
  readonly bytesPerSector: number;
  readonly compression: Aff4Compression;
  /** "aff4://" and a UUID in lower case, four different ones. */
  readonly volumeUrn: string;
  readonly streamUrn: string;
  readonly mapUrn: string;
  readonly imageUrn: string;
  readonly acquired: Date;
  readonly metadata: Aff4Metadata;
  /** 2048 unless told. */
  readonly chunksInBevy?: number;
  /** Continues an image that was cut off there; the sink stands at `at`. */
  readonly resumeAt?: Aff4Position;
}

export interface Aff4Ending {
  /** Over the medium with what could not be read as zeros, lower-case hexadecimal. */
  readonly hashes: Aff4Hashes;
  /** In order, apart from each other. */
  readonly badSectors: readonly { readonly first: number; readonly count: number }[];
  /** In bytes; needed where the options have none, and must agree where they have one. */
  readonly size?: number;
}

const sha512 = (...parts: readonly Uint8Array[]): Buffer => hash("sha512", Buffer.concat(parts), "buffer");

/** Throws RangeError on options that the format does not take; Error on calls out of order. */
export class Aff4Writer {
  readonly chunkBytes = CHUNK_BYTES;
  readonly #options: Aff4WriterOptions;
  readonly #chunksInBevy: number;
  readonly #zip: Zip64Writer;
  readonly #folder: string;
  readonly #index: Uint8Array;
  readonly #digests: Uint8Array;
  readonly #entry = indexEntry.cursor();
  readonly #blockHashes: Sha512;
  readonly #stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
  #staged = 0;
  #chunks: number;
  /** Chunks and bytes in the open bevy. */
  #bevyChunks = 0;
  #bevyBytes = 0;
  #finished = false;

  constructor(options: Aff4WriterOptions, sink: ByteSink) {
    const { volumeUrn, streamUrn, mapUrn, imageUrn, sizeBytes, bytesPerSector, resumeAt, acquired } = options;
    const urns = [volumeUrn, streamUrn, mapUrn, imageUrn];
    if (urns.some((urn) => !URN.test(urn)) || new Set(urns).size < urns.length) {
      throw new RangeError("four different URNs of the form aff4:// and UUID are needed");
    }
    if (sizeBytes !== null && (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)) {
      throw new RangeError(`no size: ${sizeBytes}`);
    }
    if (!Number.isInteger(bytesPerSector) || bytesPerSector < 1)
      throw new RangeError(`sectors of ${bytesPerSector} bytes`);
    this.#options = options;
    this.#chunksInBevy = options.chunksInBevy ?? CHUNKS_IN_BEVY;
    this.#folder = memberFolder(streamUrn);
    this.#index = new Uint8Array(this.#chunksInBevy * indexEntry.size);
    this.#digests = new Uint8Array(this.#chunksInBevy * DIGEST_BYTES);
    this.#chunks = resumeAt?.chunks ?? 0;
    this.#blockHashes = new Sha512(resumeAt?.blockHashes);
    this.#zip = new Zip64Writer(sink, { dosTime: acquired, ...(resumeAt ? { resume: resumeAt } : {}) });
    if (!resumeAt) this.#begin();
  }

  /** Where a later writer could continue; null inside a bevy. */
  get position(): Aff4Position | null {
    if (this.#bevyChunks > 0) return null;
    const { at, entries } = this.#zip;
    return { at, chunks: this.#chunks, entries: [...entries], blockHashes: this.#blockHashes.state };
  }

  /** Chunks taken so far. */
  get chunks(): number {
    return this.#chunks;
  }

  /** The next chunk of the source, with its digest; it is borrowed until the call returns. */
  addChunk(chunk: EncodedChunk): void {
    const { sizeBytes } = this.#options;
    const full = sizeBytes !== null && this.#chunks >= Math.ceil(sizeBytes / CHUNK_BYTES);
    if (this.#finished || full) throw new Error("the image has all its chunks");
    if (this.#bevyChunks === 0) {
      if (this.#chunks % this.#chunksInBevy !== 0) throw new Error("the last bevy is closed: nothing can follow it");
      this.#zip.beginStored(`${this.#folder}/${this.#bevy}`);
    }
    const entry = this.#entry.over(this.#index, this.#bevyChunks * indexEntry.size);
    entry.offset = this.#bevyBytes;
    entry.length = chunk.length;
    copyBytes(chunk.digests, chunk.digestFrom, DIGEST_BYTES, this.#digests, this.#bevyChunks * DIGEST_BYTES);
    this.#append(chunk);
    this.#bevyBytes += chunk.length;
    this.#bevyChunks++;
    this.#chunks++;
    if (this.#bevyChunks === this.#chunksInBevy) this.#closeBevy();
  }

  #append({ bytes, from, length }: EncodedChunk): void {
    for (let done = 0; done < length;) {
      const count = Math.min(length - done, STAGE_BYTES - this.#staged);
      copyBytes(bytes, from + done, count, this.#stage, this.#staged);
      done += count;
      this.#staged += count;
      if (this.#staged === STAGE_BYTES) this.#handOn();
    }
  }

  #handOn(): void {
    if (this.#staged === 0) return;
    this.#zip.append(this.#stage.subarray(0, this.#staged));
    this.#staged = 0;
  }

  /** Ends the image; throws Error while chunks are missing, RangeError where bad sectors lie outside or out of order. */
  finish({ hashes, badSectors, size: told }: Aff4Ending): void {
    const size = this.#options.sizeBytes ?? told;
    if (size === undefined || (told !== undefined && told !== size))
      throw new Error("the size is not known or not one");
    const expected = Math.ceil(size / CHUNK_BYTES);
    if (this.#finished || this.#chunks !== expected) {
      throw new Error(`the image has ${expected} chunks, not ${this.#chunks}`);
    }
    this.#closeBevy();
    this.#finished = true;
    const { mapUrn, streamUrn, volumeUrn, bytesPerSector } = this.#options;
    const points = mapPoints(size, badSectors, bytesPerSector);
    const index = Buffer.from(`${streamUrn}\n${badSectors.length > 0 ? `${AFF4}UnreadableData\n` : ""}`);
    this.#zip.addStored(`${memberFolder(mapUrn)}/map`, points);
    this.#zip.addStored(`${memberFolder(mapUrn)}/idx`, index);
    const blockHashes = this.#blockHashes.digest();
    const [mapPoint, mapIndex] = [sha512(points), sha512(index)];
    const text = descriptionText({
      ...this.#options,
      chunksInBevy: this.#chunksInBevy,
      size,
      hashes,
      unreadableSectors: badSectors.reduce((sum, { count }) => sum + count, 0),
      blockHashes: Buffer.from(blockHashes).toString("hex"),
      mapPoint: mapPoint.toString("hex"),
      mapIndex: mapIndex.toString("hex"),
      map: sha512(points, index).toString("hex"),
      blockMap: sha512(blockHashes, mapPoint, mapIndex).toString("hex"),
    });
    this.#zip.addDeflated(TURTLE_MEMBER, Buffer.from(text));
    this.#zip.finish(Buffer.from(volumeUrn));
  }

  #begin(): void {
    const { volumeUrn, metadata } = this.#options;
    this.#zip.addStored(DESCRIPTION_MEMBER, Buffer.from(volumeUrn));
    const tool = metadata.software.replaceAll(/[^\x20-\x7e]/g, "?");
    this.#zip.addStored(VERSION_MEMBER, Buffer.from(`major=1\nminor=0\ntool=${tool}\n`));
  }

  /** Of the bevy that the next chunk belongs to, or the one that is open. */
  get #bevy(): string {
    return bevyName(Math.floor((this.#chunks - this.#bevyChunks) / this.#chunksInBevy));
  }

  #closeBevy(): void {
    if (this.#bevyChunks === 0) return;
    const [name, count] = [`${this.#folder}/${this.#bevy}`, this.#bevyChunks];
    this.#handOn();
    this.#zip.endStored();
    const digests = this.#digests.subarray(0, count * DIGEST_BYTES);
    this.#zip.addStored(`${name}.index`, this.#index.subarray(0, count * indexEntry.size));
    this.#zip.addStored(blockHashName(name, WRITTEN_BLOCK_HASH.ending), digests);
    this.#blockHashes.update(digests);
    this.#bevyChunks = 0;
    this.#bevyBytes = 0;
  }
}

/** Every stretch leads to the same offset of its target, as in the reference images. */
function mapPoints(size: number, bad: Aff4Ending["badSectors"], bytesPerSector: number): Uint8Array {
  const stretches: (readonly [from: number, to: number, target: number])[] = [];
  let at = 0;
  for (const { first, count } of bad) {
    const from = first * bytesPerSector;
    // The last sector of a file that is no whole number of them is cut.
    const to = Math.min((first + count) * bytesPerSector, size);
    if (from < at || to <= from) throw new RangeError(`bad sectors from ${first} lie outside or out of order`);
    if (from > at) stretches.push([at, from, 0]);
    stretches.push([from, to, 1]);
    at = to;
  }
  if (size > at) stretches.push([at, size, 0]);
  const points = new Uint8Array(stretches.length * mapEntry.size);
  const cursor = mapEntry.cursor();
  for (const [place, [from, to, target]] of stretches.entries()) {
    cursor.over(points, place * mapEntry.size);
    cursor.mappedOffset = from;
    cursor.length = to - from;
    cursor.targetOffset = from;
    cursor.target = target;
  }
  return points;
}
