/**
 * The characters of an identifier without the separators that people write into it, in a buffer that is used again and
 * again.
 */
import type { TextView } from "./entity.ts";
import { alphanumeric, classAt, classes, foreign, lower } from "./text-view.ts";

/** Bits of the separators that one may stand between two characters. */
export const spaces = 1;
export const hyphens = 2;
export const dots = 4;
export const slashes = 8;

const separatorBits = new Uint8Array(256);
separatorBits[0x20] = spaces;
separatorBits[0x2d] = hyphens;
separatorBits[0x2e] = dots;
separatorBits[0x2f] = slashes;

/** Made once per recogniser, at module scope; holds one identifier at a time. */
export class Compact {
  /** Letters are capital. Only the first `length` bytes count. */
  readonly bytes: Uint8Array;
  length = 0;
  /** Where in the text each of them stands. */
  readonly places: Int32Array;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.places = new Int32Array(capacity);
  }

  /**
   * Takes characters of the classes `mask` (of text-view.ts) from `at` on, with at most one separator of `separators`
   * between two, until something else comes or the buffer is full. Returns how many.
   */
  gather(text: TextView, at: number, mask: number, separators: number): number {
    let place = at;
    this.length = 0;
    while (this.length < this.bytes.length) {
      let kind = classAt(text, place);
      if ((kind & mask) === 0) {
        if (this.length === 0 || place >= text.to || (separatorBits[text.bytes[place]!]! & separators) === 0) break;
        place++;
        kind = classAt(text, place);
        if ((kind & mask) === 0) break;
      }
      const byte = text.bytes[place]!;
      this.bytes[this.length] = kind === lower ? byte - 0x20 : byte;
      this.places[this.length++] = place++;
    }
    return this.length;
  }

  /** Behind the place of character `index - 1`: where an identifier of the first `index` characters ends. */
  end(index: number): number {
    return this.places[index - 1]! + 1;
  }

  /** The value of the first `length` characters. */
  text(from = 0, to = this.length): string {
    let out = "";
    for (let i = from; i < to; i++) out += String.fromCharCode(this.bytes[i]!);
    return out;
  }
}

/** Whether no letter or digit, nor a byte of another script, stands at a place. */
export function isFree(text: TextView, place: number): boolean {
  return (classAt(text, place) & (alphanumeric | foreign)) === 0;
}

/** Whether a stretch stands alone: nothing that would make it part of a longer word. */
export function standsAlone(text: TextView, from: number, to: number): boolean {
  return isFree(text, from - 1) && isFree(text, to);
}

/** Whether every character of a stretch is of the classes of `mask`. */
export function areAll(bytes: Uint8Array, from: number, to: number, mask: number): boolean {
  for (let place = from; place < to; place++) if ((classes[bytes[place]!]! & mask) === 0) return false;
  return true;
}
