/** Values of a SQLite record. SQLite, "Database File Format" 2.1. */
import { bytesOfType } from "./sqlite-cells.ts";

/** Integers beyond 2^53 are bigint; blobs are copies. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** Encoding of the database's texts, as its header counts them. */
export type TextEncoding = 1 | 2 | 3;

function integer(bytes: Uint8Array, at: number, length: number): number | bigint {
  let value = BigInt(bytes[at]! << 24) >> 24n;
  for (let i = 1; i < length; i++) value = value * 256n + BigInt(bytes[at + i]!);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function text(bytes: Uint8Array, encoding: TextEncoding): string {
  if (encoding === 1) return Buffer.from(bytes).toString("utf8");
  const copy = Buffer.from(bytes);
  if (encoding === 3 && copy.length % 2 === 0) copy.swap16();
  return copy.toString("utf16le").toWellFormed();
}

/** The value of a serial type at `at`, of which all bytes are there. */
export function readValue(bytes: Uint8Array, at: number, type: number, encoding: TextEncoding): SqliteValue {
  const length = bytesOfType(type);
  if (type === 0) return null;
  if (type === 8) return 0;
  if (type === 9) return 1;
  if (type === 7) return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat64(at);
  if (type < 7) return integer(bytes, at, length);
  const content = Uint8Array.from(bytes.subarray(at, at + length));
  return type % 2 === 0 ? content : text(content, encoding);
}
