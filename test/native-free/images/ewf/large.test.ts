/** Sets past 2 GiB, by a sink that keeps each distinct chunk once: offsets around 2^31 bytes, in one segment and over two. */
import { describe, expect, it } from "vitest";
import { MemorySource, type ByteSource, type Run } from "../../../../native-free/bytes/byte-source.ts";
import { EwfChunkEncoder } from "../../../../native-free/images/ewf/chunk-codec.ts";
import { openEwf } from "../../../../native-free/images/ewf/open.ts";
import { ewfSegmentName } from "../../../../native-free/images/ewf/segment-name.ts";
import { EwfWriter, type EwfSink } from "../../../../native-free/images/ewf/writer.ts";
import { keptChunk, noise, optionsFor } from "../../../fixtures/ewf-set.ts";

const chunkBytes = 32_768;
const chunks = 70_000;

/** Bytes in stretches; large ones are shared with whoever wrote them, small ones copied, since writers use them again. */
class Stretches implements ByteSource {
  readonly #at: number[] = [];
  readonly #bytes: Uint8Array[] = [];
  size = 0;

  add(bytes: Uint8Array): void {
    this.#at.push(this.size);
    this.#bytes.push(bytes.length > chunkBytes ? bytes : bytes.slice());
    this.size += bytes.length;
  }

  patch(at: number, bytes: Uint8Array): void {
    const index = this.#indexOf(at);
    this.#bytes[index]!.set(bytes, at - this.#at[index]!);
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0, index = this.#indexOf(at); done < count; index++) {
      const from = at + done - this.#at[index]!;
      const part = this.#bytes[index]!.subarray(from, from + count - done);
      target.set(part, done);
      done += part.length;
    }
    return count;
  }

  runsIn(at: number, length: number): Iterable<Run> {
    return new MemorySource(new Uint8Array(0)).runsIn(at, length);
  }

  /** Of the stretch that holds a byte. */
  #indexOf(at: number): number {
    let [low, high] = [0, this.#at.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#at[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

class StretchSink implements EwfSink {
  readonly segments: Stretches[] = [];

  beginSegment(): void {
    this.segments.push(new Stretches());
  }

  write(bytes: Uint8Array, from: number, length: number): void {
    this.segments.at(-1)!.add(length === bytes.length ? bytes : bytes.slice(from, from + length));
  }

  patch(at: number, bytes: Uint8Array): void {
    this.segments.at(-1)!.patch(at, bytes);
  }

  endSegment(): void {
    // Nothing is held back.
  }
}

const distinct = Array.from({ length: 101 }, (_, index) => {
  const raw = noise(chunkBytes);
  raw.fill(index, 0, 16);
  return { raw, stored: keptChunk(new EwfChunkEncoder(0, chunkBytes).encode(raw)) };
});

describe("an E01 set past 2 GiB", () => {
  // Segments of 2,000 MiB are usual; one of 3 GiB has groups that begin past 2^31.
  it.each([
    ["in two segments", 2000 * 1024 * 1024, 2],
    ["in one", 3 * 2 ** 30, 1],
  ])("%s gives every chunk back, also around 2^31", (_, segmentBytes, segments) => {
    const sink = new StretchSink();
    const writer = new EwfWriter({ ...optionsFor(chunks * chunkBytes), level: 0, segmentBytes }, sink);
    for (let chunk = 0; chunk < chunks; chunk++) writer.addChunk(distinct[chunk % distinct.length]!.stored);
    writer.finish({ md5: null, sha1: null, badSectors: [] });
    expect(sink.segments).toHaveLength(segments);
    const image = openEwf(
      sink.segments.map((source, index) => ({ name: `disk.${ewfSegmentName(index + 1)}`, source })),
    );
    expect([image.size, image.findings]).toEqual([chunks * chunkBytes, []]);
    const target = new Uint8Array(chunkBytes);
    const around = Math.floor(2 ** 31 / chunkBytes);
    for (const chunk of [0, 4095, 4096, around - 200, around - 1, around, around + 1, around + 200, chunks - 1]) {
      expect(image.readInto(target, chunk * chunkBytes)).toBe(chunkBytes);
      expect(Buffer.compare(target, distinct[chunk % distinct.length]!.raw), `chunk ${chunk}`).toBe(0);
    }
    expect(image.findings).toEqual([]);
  });
});
