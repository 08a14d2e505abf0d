/**
 * Which places of a file the structures of an image claim: what two of them claim, and what none claims although it is not empty.
 */
import { finding, type Finding } from "../model/findings.ts";
import type { ImageSegment } from "./image-format.ts";
import { UnclaimedSpace } from "./unclaimed.ts";

/** Says that `length` bytes at `start` of the file belong to something. */
export type Claim = (start: number, length: number) => void;

/** Kept at once; more are joined where they touch, and where that does not help the file is gone through part by part. */
const mostClaims = 1 << 18;

/**
 * Findings `image/claimed-twice` and `image/unclaimed` of the first `fileBytes` bytes. `collect` names every claim and is called
 * once for each part of a file that has very many of them. Claims behind the end are clipped.
 */
export function checkClaims(file: ImageSegment, fileBytes: number, collect: (claim: Claim) => void): Finding[] {
  const unclaimed = new UnclaimedSpace(file);
  let twice = 0;
  for (let from = 0; from < fileBytes;) {
    const part = new ClaimedPart(from, fileBytes, mostClaims);
    collect((start, length) => part.add(start, length));
    twice += part.finish((start, end) => unclaimed.add(start, end));
    from = part.end;
  }
  const found = unclaimed.findings();
  return twice === 0 ? found : [finding("image/claimed-twice", { blocks: twice }), ...found];
}

/** The claims within `[from, end)` of a file; `end` moves down when there are more than `most` stretches. */
export class ClaimedPart {
  readonly from: number;
  end: number;
  readonly #most: number;
  #starts = new Float64Array(1024);
  #ends = new Float64Array(1024);
  #count = 0;
  #twice = 0;

  constructor(from: number, end: number, most: number) {
    this.from = from;
    this.end = end;
    this.#most = most;
  }

  add(start: number, length: number): void {
    const first = Math.max(this.from, start);
    const last = Math.min(this.end, start + length);
    if (!(first < last)) return;
    if (this.#count === this.#starts.length) this.#makeRoom();
    if (first >= this.end) return;
    this.#starts[this.#count] = first;
    this.#ends[this.#count++] = Math.min(last, this.end);
  }

  /** Names the gaps in order; returns how many claims begin inside of another. */
  finish(gap: (start: number, end: number) => void): number {
    this.#join();
    let at = this.from;
    for (let i = 0; i < this.#count; i++) {
      if (this.#starts[i]! > at) gap(at, this.#starts[i]!);
      at = this.#ends[i]!;
    }
    if (at < this.end) gap(at, this.end);
    return this.#twice;
  }

  #makeRoom(): void {
    if (this.#starts.length >= this.#most) {
      this.#join();
      if (this.#count <= this.#most / 2) return;
      this.#count >>>= 1;
      this.end = this.#starts[this.#count]!;
      return;
    }
    const [starts, ends] = [this.#starts, this.#ends];
    this.#starts = new Float64Array(starts.length * 2);
    this.#ends = new Float64Array(ends.length * 2);
    this.#starts.set(starts);
    this.#ends.set(ends);
  }

  /** Sorts, and makes one of those that touch. */
  #join(): void {
    const [starts, ends] = [this.#starts.slice(0, this.#count), this.#ends.slice(0, this.#count)];
    const order = new Uint32Array(this.#count).map((_, index) => index);
    order.sort((a, b) => starts[a]! - starts[b]!);
    let count = 0;
    for (const index of order) {
      const [start, end] = [starts[index]!, ends[index]!];
      const before = count === 0 ? -1 : this.#ends[count - 1]!;
      if (start < before) this.#twice++;
      if (start <= before) {
        this.#ends[count - 1] = Math.max(before, end);
      } else {
        this.#starts[count] = start;
        this.#ends[count++] = end;
      }
    }
    this.#count = count;
  }
}
