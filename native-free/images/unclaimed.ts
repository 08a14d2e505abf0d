/** Space of a file that nothing claims: where it holds more than zeros it is told of. */
import { Buffer } from "node:buffer";
import { finding, type Finding } from "../model/findings.ts";
import type { ImageSegment } from "./image-format.ts";

const BLOCK = 4096;
const WINDOW = 64 << 10;
const zeros = new Uint8Array(WINDOW);
/** Further stretches are told of in one finding. */
const MOST_STRETCHES = 64;

export class UnclaimedSpace {
  readonly #segment: ImageSegment;
  readonly #window = new Uint8Array(WINDOW);
  readonly #stretches: { at: number; bytes: number; end: number }[] = [];

  constructor(segment: ImageSegment) {
    this.#segment = segment;
  }

  /** Looks at the bytes from `start` to before `end` of the file; stretches come in ascending order. */
  add(start: number, end: number): void {
    const { source } = this.#segment;
    const last = Math.min(end, source.size);
    for (let at = start; at < last; at += WINDOW) {
      const length = Math.min(WINDOW, last - at);
      const window = this.#window.subarray(0, length);
      source.readInto(window, at);
      if (Buffer.compare(window, zeros.subarray(0, length)) === 0) continue;
      for (let from = 0; from < length; from += BLOCK) {
        const to = Math.min(length, from + BLOCK);
        if (Buffer.compare(window.subarray(from, to), zeros.subarray(0, to - from)) !== 0)
          this.#note(at + from, at + to);
      }
    }
  }

  #note(start: number, end: number): void {
    const last = this.#stretches.at(-1);
    if (last && (last.end === start || this.#stretches.length >= MOST_STRETCHES)) {
      last.bytes += end - start;
      last.end = end;
    } else {
      this.#stretches.push({ at: start, bytes: end - start, end });
    }
  }

  /** `image/unclaimed` for each stretch. */
  findings(): Finding[] {
    const segment = this.#segment.name;
    return this.#stretches.map(({ at, bytes }) => finding("image/unclaimed", { bytes, segment, at }));
  }
}
