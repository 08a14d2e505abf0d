/**
 * What follows a window of space that belongs to no file, and what stands in front of it: a file that begins in the window goes on there,
 * and what began before is not found again. Bounded, so that memory does not grow with the volume: files that go on further are truncated.
 */
import { readRange, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../native-free/filesystems/file-system.ts";
import { openRanges, type SpaceRange } from "../../../native-free/layers/derived.ts";
import { fileSystemOf } from "../../../native-free/layers/volume-tree.ts";
import type { ListedPlace } from "./listing.ts";
import type { Media } from "./media.ts";

/** Of a tail. */
const mostBytes = 1 << 30;
const mostRanges = 1 << 16;

interface VolumeSpace {
  /** Null where the volume is one stretch that nobody reads. */
  readonly free: { readonly starts: Float64Array; readonly lengths: Float64Array } | null;
  readonly blockBytes: number;
}

export class SpaceTails {
  readonly #media: Media;
  /** By medium and volume. */
  readonly #known = new Map<string, VolumeSpace>();
  readonly #isRaw: boolean;

  /** `isRaw`: the windows are those of media as they are, in which what file systems use is no different from what they do not. */
  constructor(media: Media, isRaw = false) {
    this.#media = media;
    this.#isRaw = isRaw;
  }

  /** Bytes of a cluster; 0 where nobody says. Throws EvidenceError. */
  blockBytes(medium: number, volume: string): number {
    return this.#spaceOf(medium, volume).blockBytes;
  }

  /** The ranges of a window and of what follows it; null where nothing does. Throws EvidenceError. */
  withTail({ medium, volume, ranges }: Extract<ListedPlace, { what: "space" }>): ByteSource | null {
    const last = ranges.at(-1);
    const tail = last ? this.after(medium, volume, last.start + last.length) : [];
    return tail.length === 0 ? null : openRanges(this.#media.volume(medium, volume).source, [...ranges, ...tail]);
  }

  /** At most `bytes` from in front of a window, an even number. Throws EvidenceError. */
  before({ medium, volume, ranges }: Extract<ListedPlace, { what: "space" }>, bytes: number): Uint8Array {
    const [first] = ranges;
    const front: SpaceRange[] = [];
    const { free } = this.#spaceOf(medium, volume);
    if (first && free === null)
      front.push({ start: Math.max(0, first.start - bytes), length: Math.min(bytes, first.start) });
    else if (first && free) {
      let room = bytes;
      for (let index = firstFrom(free.starts, first.start) - 1; index >= 0 && room > 0; index--) {
        const end = Math.min(first.start, free.starts[index]! + free.lengths[index]!);
        const length = Math.min(room, end - free.starts[index]!);
        front.unshift({ start: end - length, length });
        room -= length;
      }
    }
    const source = openRanges(
      this.#media.volume(medium, volume).source,
      front.filter(({ length }) => length > 0),
    );
    return readRange(source, source.size % 2, bytes);
  }

  /** Ranges of the volume behind `end`, ascending. Throws EvidenceError. */
  after(medium: number, volume: string, end: number): SpaceRange[] {
    const { free } = this.#spaceOf(medium, volume);
    const { size } = this.#media.volume(medium, volume).source;
    if (free === null) return end < size ? [{ start: end, length: Math.min(mostBytes, size - end) }] : [];
    const tail: SpaceRange[] = [];
    let room = mostBytes;
    // A window may end in the middle of a range.
    for (let index = Math.max(0, firstFrom(free.starts, end) - 1); index < free.starts.length; index++) {
      if (room <= 0 || tail.length === mostRanges) break;
      const start = Math.max(end, free.starts[index]!);
      const length = Math.min(room, free.starts[index]! + free.lengths[index]! - start);
      if (length <= 0) continue;
      tail.push({ start, length });
      room -= length;
    }
    return tail;
  }

  #spaceOf(medium: number, volume: string): VolumeSpace {
    const key = `${medium} ${volume}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const fileSystem = this.#isRaw ? null : fileSystemOf(this.#media.volume(medium, volume)).fileSystem;
    const made = { free: fileSystem && freeRanges(fileSystem), blockBytes: fileSystem?.blockBytes ?? 0 };
    this.#known.set(key, made);
    return made;
  }
}

function freeRanges(fileSystem: FileSystem): VolumeSpace["free"] {
  const starts: number[] = [];
  const lengths: number[] = [];
  for (const range of fileSystem.account()) {
    if (range.class !== "unallocated") continue;
    starts.push(range.start);
    lengths.push(range.length);
  }
  return { starts: Float64Array.from(starts), lengths: Float64Array.from(lengths) };
}

/** Index of the first range that begins at or behind `place`. */
function firstFrom(starts: Float64Array, place: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
