/**
 * What systems keep behind the name of a directory record: System Use Sharing Protocol (IEEE P1281, drafts 1.10 and 1.12) with Rock Ridge
 * (IEEE P1282), AAIP 2.0 (extended attributes, ACLs), zisofs and the fields of Apple. The sparse form of Rock Ridge (SF), whose tables the drafts leave to an
 * implementation and no known program writes, is told of and given as it is stored.
 */
import { Buffer } from "node:buffer";
import { viewRange, type ByteSource } from "../../bytes/byte-source.ts";
import type { EvidenceName } from "../../model/item.ts";
import { AttributeList } from "./attribute-list.ts";
import { bothNumbers, sectorBytes, systemField } from "./layouts.ts";
import { byteName } from "./names.ts";

/** Continuations of one record; real ones have one or two. */
const mostContinuations = 64;
const windowBytes = 64 << 10;
const headBytes = systemField.size;

/** A stretch of the volume that continues a system use area. */
export interface Continuation {
  readonly start: number;
  readonly length: number;
}

/** Where a TF field lies; it is read when times are asked for. */
export interface TimesField {
  readonly window: Uint8Array;
  /** Of its flags. */
  readonly at: number;
  readonly end: number;
}

export interface PackedFile {
  readonly algorithm: string;
  readonly version: number;
  readonly headBytes: number;
  readonly blockShift: number;
  /** Unpacked. */
  readonly bytes: number;
}

/** What the fields of one record say; -1 and null for what they do not. */
export class SystemUse {
  /** Whether any field was understood. */
  any = false;
  name: EvidenceName | null = null;
  mode = -1;
  links = -1;
  uid = -1;
  gid = -1;
  serial = -1;
  deviceHigh = -1;
  deviceLow = -1;
  /** Block of the directory that stands elsewhere, and of the parent that it should have. */
  childBlock = -1;
  parentBlock = -1;
  relocated = false;
  target: EvidenceName | null = null;
  times: TimesField[] = [];
  packed: PackedFile | null = null;
  /** Size of a file in the sparse form. */
  sparseBytes = -1;
  apple: string | null = null;
  attributes: AttributeList | null = null;
  continuations: readonly Continuation[] = none;
  extensions: readonly string[] = none;
  /** Why the rest was not read. */
  damaged: "loop" | "outside" | "field" | null = null;
}

const none: readonly never[] = [];
const field = systemField.cursor();
const numbers = bothNumbers.cursor();

const code = (text: string): number => text.charCodeAt(0) * 256 + text.charCodeAt(1);
const signature = Object.fromEntries(
  ["CE", "ST", "ER", "NM", "PX", "PN", "SL", "CL", "PL", "RE", "TF", "SF", "ZF", "AL", "AA"].map((each) => [
    each,
    code(each),
  ]),
) as Record<string, number>;
const nameFlags = { more: 1, current: 2, parent: 4 } as const;
const linkFlags = { more: 1, current: 2, parent: 4, root: 8 } as const;
/** Kind of an AA field, in the place of the version: ProDOS is 1. */
const appleHfs = 2;

/** Reads the areas of the records of one volume. */
export class SystemUseReader {
  readonly #source: ByteSource;
  readonly #blockBytes: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = -1;
  #names: Uint8Array[] = [];
  #namesOpen = false;
  #linkBytes: Uint8Array[] = [];
  #linkOpen = false;
  #continuations: Continuation[] = [];
  #extensions: string[] = [];

  constructor(source: ByteSource, blockBytes: number) {
    this.#source = source;
    this.#blockBytes = blockBytes;
  }

  /** The fields from `at` to `end` of the window and their continuations. The result may keep the window. */
  read(window: Uint8Array, at: number, end: number): SystemUse {
    const out = new SystemUse();
    this.#names = [];
    this.#linkBytes = [];
    this.#linkOpen = false;
    this.#continuations = [];
    this.#extensions = [];
    let next = this.#area(out, window, at, end);
    while (next !== null) {
      const { start, length } = next;
      if (this.#continuations.length >= mostContinuations || this.#continuations.some((each) => each.start === start)) {
        out.damaged = "loop";
        break;
      }
      if (length < headBytes || start + length > this.#source.size) {
        out.damaged = "outside";
        break;
      }
      this.#continuations.push(next);
      const area = this.#bytesAt(start, length);
      next = this.#area(out, area.window, area.at, area.at + length);
    }
    this.#finish(out);
    return out;
  }

  #finish(out: SystemUse): void {
    if (this.#continuations.length > 0) out.continuations = this.#continuations;
    if (this.#extensions.length > 0) out.extensions = this.#extensions;
    if (this.#names.length > 0)
      out.name = byteName(this.#names.length === 1 ? this.#names[0]! : Buffer.concat(this.#names));
    if (this.#linkBytes.length > 0) out.target = byteName(Buffer.concat(this.#linkBytes));
  }

  /** Fields of one area; where it goes on. */
  #area(out: SystemUse, window: Uint8Array, from: number, end: number): Continuation | null {
    let next: Continuation | null = null;
    for (let at = from; at + headBytes <= end;) {
      const { first, second, length } = field.over(window, at);
      // Padding without a field behind the last one.
      if (first === 0) return next;
      if (length < headBytes || at + length > end) {
        if (out.any) out.damaged = "field";
        return next;
      }
      const sign = first * 256 + second;
      if (sign === signature.ST) return next;
      if (sign === signature.CE && length >= 28) next = this.#continuation(window, at + headBytes);
      else this.#field(out, sign, window, at, at + length);
      at += length;
    }
    return next;
  }

  #continuation(window: Uint8Array, at: number): Continuation {
    const [block, offset, length] = [0, 1, 2].map(
      (index) => numbers.over(window, at + index * bothNumbers.size).little,
    );
    return { start: block! * this.#blockBytes + offset!, length: Math.min(length!, windowBytes) };
  }

  #bytesAt(start: number, length: number): { window: Uint8Array; at: number } {
    if (
      this.#windowStart < 0 ||
      start < this.#windowStart ||
      start + length > this.#windowStart + this.#window.length
    ) {
      this.#windowStart = Math.floor(start / sectorBytes) * sectorBytes;
      this.#window = viewRange(this.#source, this.#windowStart, windowBytes + sectorBytes);
    }
    return { window: this.#window, at: start - this.#windowStart };
  }

  #field(out: SystemUse, sign: number, window: Uint8Array, at: number, end: number): void {
    const from = at + headBytes;
    const length = end - from;
    const number = (index: number): number => numbers.over(window, from + index * bothNumbers.size).little;
    switch (sign) {
      case signature.NM:
        if (length < 1) return;
        this.#name(window, from, end);
        break;
      case signature.PX:
        if (length < 32) return;
        out.mode = number(0);
        out.links = number(1);
        out.uid = number(2);
        out.gid = number(3);
        if (length >= 40) out.serial = number(4);
        break;
      case signature.TF:
        if (length < 1) return;
        out.times.push({ window, at: from, end });
        break;
      case signature.SL:
        if (length < 1) return;
        this.#symbolicLink(window, from, end);
        break;
      case signature.RE:
        out.relocated = true;
        break;
      default:
        if (!this.#rareField(out, sign, window, from, end, number)) return;
    }
    out.any = true;
  }

  #rareField(
    out: SystemUse,
    sign: number,
    window: Uint8Array,
    from: number,
    end: number,
    number: (index: number) => number,
  ): boolean {
    const length = end - from;
    if (sign === signature.PN && length >= 16) [out.deviceHigh, out.deviceLow] = [number(0), number(1)];
    else if (sign === signature.CL && length >= 8) out.childBlock = number(0);
    else if (sign === signature.PL && length >= 8) out.parentBlock = number(0);
    else if (sign === signature.ER && length >= 4) this.#extension(window, from, end);
    else if (sign === signature.SF && length >= 8)
      out.sparseBytes = length >= 16 ? number(0) * 2 ** 32 + number(1) : number(0);
    else if (sign === signature.ZF && length >= 12) out.packed = packedFile(window, from);
    else if (sign === signature.AL && length >= 1)
      (out.attributes ??= new AttributeList()).add(window.subarray(from, end));
    else if (sign === signature.AA) out.apple = appleText(window, from - 1, end) ?? out.apple;
    else return false;
    return true;
  }

  #extension(window: Uint8Array, from: number, end: number): void {
    const nameBytes = window[from]!;
    // Lengths of identifier, description and source, version: then the texts.
    const at = from + 4;
    if (at + nameBytes <= end) this.#extensions.push(byteName(window.subarray(at, at + nameBytes)).text);
  }

  /** P1282, 4.1.4: pieces of one name. */
  #name(window: Uint8Array, from: number, end: number): void {
    const flags = window[from]!;
    if ((flags & (nameFlags.current | nameFlags.parent)) !== 0) return;
    // A second name that the first one does not announce is none of ours.
    if (this.#names.length > 0 && !this.#namesOpen) return;
    this.#names.push(window.subarray(from + 1, end));
    this.#namesOpen = (flags & nameFlags.more) !== 0;
  }

  /** P1282, 4.1.3: components, each with flags and length; one may go on in the next field. */
  #symbolicLink(window: Uint8Array, from: number, end: number): void {
    for (let at = from + 1; at + 2 <= end;) {
      const [flags, length] = [window[at]!, window[at + 1]!];
      if (at + 2 + length > end) return;
      if (this.#linkBytes.length > 0 && !this.#linkOpen) this.#linkBytes.push(Buffer.from("/"));
      if ((flags & linkFlags.root) !== 0) {
        this.#linkBytes.push(Buffer.from("/"));
        this.#linkOpen = true;
      } else {
        const word = (flags & linkFlags.current) !== 0 ? "." : (flags & linkFlags.parent) !== 0 ? ".." : null;
        this.#linkBytes.push(word === null ? window.subarray(at + 2, at + 2 + length) : Buffer.from(word));
        this.#linkOpen = (flags & linkFlags.more) !== 0;
      }
      at += 2 + length;
    }
  }
}

/** Signature of the algorithm, words of the head, power of two of a block, size; 64 bits of it in version 2. */
function packedFile(window: Uint8Array, from: number): PackedFile {
  const version = window[from - 1]!;
  const bytes = version === 2 ? wideSize(window, from + 4) : numbers.over(window, from + 4).little;
  const algorithm = String.fromCharCode(window[from]!, window[from + 1]!);
  return { algorithm, version, headBytes: window[from + 2]! * 4, blockShift: window[from + 3]!, bytes };
}

function wideSize(window: Uint8Array, at: number): number {
  const view = new DataView(window.buffer, window.byteOffset + at, 8);
  return view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
}

/** Type and creator of a Macintosh file; null where the field says something else. */
function appleText(window: Uint8Array, from: number, end: number): string | null {
  if (window[from] !== appleHfs || from + 9 > end) return null;
  return byteName(window.subarray(from + 1, from + 9)).text;
}
