/** The medium of an AFF4 image as a ByteSource. */
import type { ByteSource, Run } from "../../bytes/byte-source.ts";
import type { Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { DiskImage } from "../image-format.ts";
import type { Aff4Stream } from "./stream.ts";

export interface Aff4Content {
  /** Of the Image; that of the stream where no Image is described. */
  readonly urn: string;
  readonly medium: ByteSource;
  /** The stream of data in which every byte of the medium has its own offset; null where a map moves them. */
  readonly identity: ByteSource | null;
  readonly streams: readonly Aff4Stream[];
  readonly bytesPerSector: number;
  readonly storedHashes: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
  /** Findings that reading adds to. */
  readonly later: readonly Finding[];
  /** Compares what the description vouches for with what is there. */
  check(): readonly Finding[];
}

export class Aff4Image implements DiskImage {
  readonly format = "aff4";
  readonly size: number;
  readonly bytesPerSector: number;
  readonly urn: string;
  /** Hashes of what `readInto` gives, as the description names them. */
  readonly storedHashes: Readonly<Record<string, string>>;
  /** What the description says of the image, its case and its times, by names of the AFF4 vocabulary: text of the evidence. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Streams of chunks, for checking them one by one. */
  readonly streams: readonly Aff4Stream[];
  readonly facts: readonly Fact[];
  readonly #content: Aff4Content;
  #checked: readonly Finding[] = [];

  constructor(content: Aff4Content) {
    this.#content = content;
    this.size = content.medium.size;
    this.bytesPerSector = content.bytesPerSector;
    this.urn = content.urn;
    this.storedHashes = content.storedHashes;
    this.metadata = content.metadata;
    this.streams = content.streams;
    this.facts = content.facts;
  }

  get findings(): readonly Finding[] {
    const bad = this.streams.flatMap((stream) =>
      stream.bad.stretches.map(({ first, count, volume, problem }) => {
        const params = { chunk: first, segment: volume, problem, chunks: count };
        const offset = first * stream.chunkBytes;
        const length = Math.min(count * stream.chunkBytes, stream.size - offset);
        return finding("image/bad-chunk", params, stream === this.#content.identity ? { offset, length } : null);
      }),
    );
    return [...this.#content.findings, ...this.#content.later, ...this.#checked, ...bad];
  }

  /** Compares the lists of block hashes, the map and the one hash over both with what the description says (section 6.2). */
  check(): void {
    this.#checked = this.#content.check();
  }

  readInto(target: Uint8Array, at: number): number {
    return this.#content.medium.readInto(target, at);
  }

  /**
   * Streams that are in none of the volumes are `missing`, UnreadableData and chunks that reading has found bad `unreadable`,
   * UnknownData `unknown`, what is zero by the map `sparse`.
   */
  runsIn(at: number, length: number): Iterable<Run> {
    return this.#content.medium.runsIn(at, length);
  }
}
