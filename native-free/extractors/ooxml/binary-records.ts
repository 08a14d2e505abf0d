/** Records of the parts of binary workbooks (MS-XLSB 2.1.4), with numbers and lengths of seven bits a byte. */
import { Buffer } from "node:buffer";
import { readPart, type ZipEntry } from "../../containers/zip-parts.ts";
import { isEvidenceError } from "../../model/errors.ts";
import type { DocumentRun } from "../document-run.ts";

export interface BinaryRecord {
  readonly type: number;
  readonly data: DataView;
}

/** All bytes of a part; damage becomes a finding, and what was read before it counts. */
export async function partBytes(run: DocumentRun, entry: ZipEntry): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of readPart(entry, run.partLimitBytes)) pieces.push(piece);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    run.finding(error.code, error.params);
    run.status("partial", error.code === "document/part-limit" ? "budget" : "damaged");
  }
  return Buffer.concat(pieces);
}

export function* recordsOf(bytes: Buffer): Generator<BinaryRecord> {
  for (let at = 0; at < bytes.length;) {
    let type = bytes[at++]!;
    if (type >= 0x80) type = (type & 0x7f) | ((bytes[at++] ?? 0) << 7);
    let length = 0;
    for (let i = 0; i < 4; i++) {
      const byte = bytes[at++] ?? 0;
      length |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) break;
    }
    const end = Math.min(bytes.length, at + length);
    if (end >= at) yield { type, data: new DataView(bytes.buffer, bytes.byteOffset + at, end - at) };
    at = end;
  }
}

/** A string of UTF-16 with its length in 32 bits (MS-XLSB 2.5.168), and the byte behind it; RangeError where it is cut. */
export function wideString(data: DataView, at: number): { text: string; end: number } {
  const count = data.getUint32(at, true);
  // A length of all ones stands for no string.
  if (count === 0xffff_ffff) return { text: "", end: at + 4 };
  const end = at + 4 + 2 * count;
  if (end > data.byteLength) throw new RangeError("string behind the record");
  return {
    text: Buffer.from(data.buffer, data.byteOffset + at + 4, 2 * count)
      .toString("utf16le")
      .toWellFormed(),
    end,
  };
}
