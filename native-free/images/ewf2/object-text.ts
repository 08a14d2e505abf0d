/**
 * Serialized objects: lines of tab-separated values in UTF-16 with a byte-order mark, packed. Specification: libyal, "EWF2",
 * section "Serialized file object data".
 */
import { Buffer } from "node:buffer";
import { unpack } from "./unpack.ts";

/** Far beyond what a program writes about a case. */
const MAX_TEXT_BYTES = 8 << 20;

/** The text of a section; null where it cannot be unpacked. */
export function decodeObjectText(data: Uint8Array, compression: number): string | null {
  const direct = utf16Of(data);
  if (direct !== null) return direct;
  for (let room = 64 << 10; room <= MAX_TEXT_BYTES; room *= 8) {
    const raw = new Uint8Array(room + 1);
    const length = unpack(compression, data, raw);
    if (length > 0) return utf16Of(raw.subarray(0, length));
  }
  return null;
}

function utf16Of(bytes: Uint8Array): string | null {
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  if (even[0] === 0xff && even[1] === 0xfe) return even.toString("utf16le", 2).replace(/\0+$/, "");
  if (even[0] === 0xfe && even[1] === 0xff) return even.swap16().toString("utf16le", 2).replace(/\0+$/, "");
  return null;
}

/** Line feeds, carriage returns and tabs inside of values. */
const escaped: Readonly<Record<string, string>> = { "\u0001": "\n", "\u0002": "\r", "\u0003": "\t" };

/** The values of the object `main` by their tags; null where there is none. */
export function mainObject(text: string): ReadonlyMap<string, string> | null {
  const lines = text.split("\n");
  const main = lines.indexOf("main");
  if (main === -1) return null;
  const values = (lines[main + 2] ?? "").split("\t");
  const tags = (lines[main + 1] ?? "").split("\t");
  return new Map(
    tags.map((tag, index) => [tag, (values[index] ?? "").replaceAll(/[\u0001-\u0003]/g, (c) => escaped[c]!)]),
  );
}
