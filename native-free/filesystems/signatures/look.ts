/** What recognisers look at, and what they answer with. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import type { Fact } from "../../model/facts.ts";
import { headBytes, type FileSystemKind, type Recognised } from "./recognised.ts";

/** A volume as far as it may be looked at: always its head, and elsewhere where all of it is at hand. */
export interface Look {
  /** `headBytes` bytes; those that are not there are zeros. */
  readonly head: Uint8Array;
  /** Of the volume; null where only its head is at hand. */
  readonly size: number | null;
  /** Exactly `length` bytes; null where the volume is not at hand or does not hold them. */
  at(offset: number, length: number): Uint8Array | null;
}

export interface Found extends Recognised {
  /** Read only when they are asked for: a first look at a medium is done thousands of times. */
  readonly facts?: () => readonly Fact[];
}

/** Null for what it is not; several for discs and containers that are more than one thing. */
export type Recogniser = (head: Uint8Array, look: Look) => Found | null;

export function lookAtHead(head: Uint8Array): Look {
  return { head, size: null, at: (offset, length) => within(head, offset, length) };
}

/** A caller that asks for more at once is given nothing: no header makes recognition read more. */
const mostBytes = 4 << 20;

export function lookAt(source: ByteSource): Look {
  const head = new Uint8Array(headBytes);
  head.set(readRange(source, 0, headBytes));
  return {
    head,
    size: source.size,
    at(offset, length) {
      if (!Number.isSafeInteger(offset) || offset < 0 || length > mostBytes || offset + length > source.size)
        return null;
      return readRange(source, offset, length);
    },
  };
}

function within(head: Uint8Array, offset: number, length: number): Uint8Array | null {
  const held = Number.isSafeInteger(offset) && offset >= 0 && offset + length <= head.length;
  return held ? head.subarray(offset, offset + length) : null;
}

export function sized(kind: FileSystemKind, label: string | null, bytes: number, facts?: () => readonly Fact[]): Found {
  const known = Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
  return facts ? { kind, label, bytes: known, facts } : { kind, label, bytes: known };
}

export const named = (kind: FileSystemKind, facts?: () => readonly Fact[]): Found => sized(kind, null, 0, facts);

/** Text of a fixed field: to the first NUL, without trailing blanks; null for none. */
export function labelOf(field: Uint8Array | string): string | null {
  const text = typeof field === "string" ? field : utf8.decode(beforeNul(field));
  const trimmed = text.trimEnd();
  return trimmed === "" || trimmed === "NO NAME" ? null : trimmed;
}

function beforeNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

const utf8 = new TextDecoder("utf-8");

export const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;
export const isBlockSize = (n: number): boolean => isPowerOfTwo(n) && n >= 512 && n <= 65_536;
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
