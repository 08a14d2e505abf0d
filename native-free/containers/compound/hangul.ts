/**
 * Hangul documents, version 5 (Hancom: HWP document file formats 5.0, revision 1.3): text of paragraphs in the body's
 * sections, which are deflated where the file header says so. Not supported: documents with a password or for distribution.
 */
import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import { readRange, readWhole } from "../../bytes/byte-source.ts";
import type { Compound, CompoundEntry } from "../../compound/compound.ts";
import type { ExtractContext, Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";

const headerMark = "HWP Document File";
const flagsAt = 36;
const compressed = 1;
const encrypted = 2;
const paragraphText = 67;
/** Control characters that take eight units, parameters included (section "control characters" of the format). */
const wideControls = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
const lineBreaks = new Set([10, 13]);

/** Adds the sections that were read to `read`. */
export function* readHangul(
  compound: Compound,
  context: ExtractContext,
  read: Set<CompoundEntry>,
): Generator<Extraction> {
  const entry = compound.find("FileHeader");
  const head = entry?.kind === "stream" ? readRange(compound.open(entry), 0, 256) : new Uint8Array(0);
  if (head.length < flagsAt + 4 || !Buffer.from(head).toString("latin1").startsWith(headerMark)) return;
  const flags = head[flagsAt]!;
  if ((flags & encrypted) !== 0) {
    yield { what: "finding", finding: finding("office/unknown-encryption") };
    yield { what: "status", status: "partial", reason: "encrypted" };
    return;
  }
  for (const section of compound.entries) {
    if (section.kind !== "stream" || !/^BodyText\/Section\d+$/.test(section.path)) continue;
    const bytes = readWhole(compound.open(section), context.wholeLimitBytes);
    const plain = bytes && ((flags & compressed) === 0 ? bytes : inflated(bytes, context.wholeLimitBytes));
    if (!plain) continue;
    read.add(section);
    yield { what: "text", text: textOf(plain), label: null };
  }
}

function inflated(bytes: Uint8Array, limit: number): Uint8Array | null {
  try {
    return inflateRawSync(bytes, { maxOutputLength: limit, finishFlush: 2 });
  } catch {
    // The packed bytes become a child as they are.
    return null;
  }
}

/** Records: tag of 10 bits, level of 10, size of 12; a size of 4 095 is followed by the real one. */
function textOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = "";
  for (let at = 0; at + 4 <= bytes.length;) {
    const head = view.getUint32(at, true);
    let size = head >>> 20;
    at += 4;
    if (size === 0xfff && at + 4 <= bytes.length) {
      size = view.getUint32(at, true);
      at += 4;
    }
    if ((head & 0x3ff) === paragraphText) text += paragraphOf(view, at, Math.min(bytes.length, at + size));
    at += size;
  }
  return text.toWellFormed();
}

function paragraphOf(view: DataView, from: number, end: number): string {
  let text = "";
  for (let at = from; at + 2 <= end; at += 2) {
    const code = view.getUint16(at, true);
    if (code >= 32) text += String.fromCharCode(code);
    else if (lineBreaks.has(code)) text += "\n";
    else if (code === 9) text += "\t";
    if (wideControls.has(code)) at += 14;
  }
  return text.endsWith("\n") ? text : `${text}\n`;
}
