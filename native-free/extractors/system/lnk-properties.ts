/** Texts of a serialized property store (MS-PROPSTORE 2.2). */
import type { ByteReader } from "../byte-reader.ts";

const mark = 0x5350_5331;
const wideString = 31;
const mostValues = 1024;
const namedFormat = "05d5cdd59c2e1b10939708002b2cf9ae";

export function* propertyTexts(reader: ByteReader, start: number, end: number): Generator<string> {
  let left = mostValues;
  for (let at = start; at + 24 <= end;) {
    const size = reader.u32(at);
    if (size < 24 || reader.u32(at + 4) !== mark) return;
    const isNamed = Buffer.from(reader.bytes(at + 8, 16)).toString("hex") === namedFormat;
    const stop = Math.min(at + size, end);
    for (let value = at + 24; value + 13 <= stop && left-- > 0;) {
      const length = reader.u32(value);
      if (length < 13) break;
      const typeAt = value + 9 + (isNamed ? reader.u32(value + 4) : 0);
      if (typeAt + 8 <= stop && reader.u16(typeAt) === wideString) {
        const text = reader.wideText(typeAt + 8, Math.min(2 * reader.u32(typeAt + 4), stop - typeAt - 8));
        if (text.trim() !== "") yield text;
      }
      value += length;
    }
    at += size;
  }
}
