/** What one row of the typing tables says, and the little language its signatures are written in. */
import type { Probe } from "./probe.ts";

/** Stable string in JSON, findings and documents. */
export type TypeId = string;

export interface TypeRow {
  readonly id: TypeId;
  readonly name: string;
  readonly mime: string;
  /** Extensions without dot, separated by spaces, the usual one first. */
  readonly ext: string;
  /**
   * Alternatives; one is enough. Tokens: `@N` go to offset N (negative: from the end), `'text'` ASCII, `1F` a byte,
   * `?` any byte, `?*N` N of them. All tokens of one signature must match.
   */
  readonly sig?: readonly string[];
  /** Structural check that must hold as well. Pure, never throws. */
  readonly check?: (probe: Probe) => boolean;
  /** The more specific type, where the structure says so. Pure, never throws. */
  readonly refine?: (probe: Probe) => TypeId | null;
  /** The type that this one is a kind of: a DOCX is a ZIP. */
  readonly parent?: TypeId;
  /** The signature alone is short or common: certainty is `possible`. */
  readonly weak?: true;
  /** Specification, where one can be named. */
  readonly spec?: string;
}

/** A stretch of bytes at a fixed place; −1 stands for any byte. */
interface Part {
  readonly at: number;
  readonly bytes: Int16Array;
}

export interface Signature {
  readonly parts: readonly Part[];
  /** Fixed bytes: the more, the surer. */
  readonly weight: number;
}

const token = /@(-?\d+)|'([^']*)'|\?\*(\d+)|(\?)|([0-9A-Fa-f]{2})(?![0-9A-Fa-f])|(\S+)/g;

/** Compiles a signature; throws on a malformed one, which is a fault of ours. */
export function compileSignature(text: string): Signature {
  const parts: Part[] = [];
  let at = 0;
  let bytes: number[] = [];
  const close = (): void => {
    if (bytes.length > 0) parts.push({ at, bytes: Int16Array.from(bytes) });
    bytes = [];
  };
  for (const [, offset, ascii, count, any, hex, bad] of text.matchAll(token)) {
    if (bad !== undefined) throw new Error(`signature not understood: ${text}`);
    if (offset !== undefined) {
      close();
      at = Number(offset);
    } else if (ascii !== undefined) bytes.push(...Buffer.from(ascii, "latin1"));
    else if (count !== undefined) bytes.push(...new Array<number>(Number(count)).fill(-1));
    else if (any !== undefined) bytes.push(-1);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
  }
  close();
  const weight = parts.reduce((sum, part) => sum + part.bytes.filter((byte) => byte >= 0).length, 0);
  if (weight === 0) throw new Error(`signature without a fixed byte: ${text}`);
  return { parts, weight };
}

/** The byte that a signature demands at offset 0, or −1 when it demands none. */
export function firstByteOf(signature: Signature): number {
  const first = signature.parts.find((part) => part.at === 0);
  return first ? first.bytes[0]! : -1;
}

export function signatureMatches(signature: Signature, probe: Probe): boolean {
  for (const part of signature.parts) if (!partMatches(part, probe)) return false;
  return true;
}

function partMatches(part: Part, probe: Probe): boolean {
  const fromEnd = part.at < 0;
  const bytes = fromEnd ? probe.tail : probe.head;
  const at = fromEnd ? bytes.length + part.at : part.at;
  if (at < 0 || at + part.bytes.length > bytes.length) return false;
  for (let index = 0; index < part.bytes.length; index++) {
    const wanted = part.bytes[index]!;
    if (wanted >= 0 && bytes[at + index] !== wanted) return false;
  }
  return true;
}
