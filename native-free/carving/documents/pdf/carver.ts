/**
 * PDF documents (ISO 32000-2, 7.5): header, objects, cross-reference tables and streams, `startxref` and `%%EOF` of every revision, linearised
 * or not, encrypted or not. `complete` ends behind the last `%%EOF` (and its end of line) whose `startxref` and cross-references agree with
 * the objects that were met; an update that is cut off behind it is left out.
 *
 * Compressed streams are inflated to see whether they hold (up to 1 MiB each, 8 MiB a file). Not checked: other filters, encrypted streams,
 * objects in object streams. Not carved: documents whose header is preceded by other bytes that their offsets count.
 */
import { CarveWindow } from "../../carve-window.ts";
import { type Carved, type Carver, textSignature } from "../../carver.ts";
import type { ByteSource } from "../../../bytes/byte-source.ts";
import { JoinedSource } from "../../archives/joined-source.ts";
import { complete, damagedInside, firstBytes, truncated, typedKind } from "../../archives/verdict.ts";
import { isDigit, isSpace } from "./lexer.ts";
import { joinPdf } from "./pieces.ts";
import { walkPdf } from "./walk.ts";

/** A beginning alone is believed from here on. */
const soundObjects = 2;
const soundLength = 256;

export const pdfCarver: Carver = {
  id: "pdf",
  family: "carver",
  name: "PDF document",
  spec: "ISO 32000-2, 7.5",
  level: "partial",
  kinds: [typedKind("pdf")],
  signatures: [textSignature("%PDF-")],
  limitBytes: 2 ** 34,
  carve(source, at, end) {
    return isHeader(source, at, end) ? carvePdf(source, at, end) : null;
  },
  carveInPieces(source, at, end, blockBytes) {
    if (!isHeader(source, at, end)) return null;
    const [head, rest] = joinPdf(source, at, end, blockBytes) ?? [];
    if (head === undefined || rest === undefined) return null;
    // Revisions may follow the one that showed the gap: the walk says where the last ends.
    const longest = Math.min(end, source.size) - rest.start;
    const joined = new JoinedSource(source, [head, { start: rest.start, length: longest }]);
    const whole = carvePdf(joined, 0, joined.size);
    if (whole?.verdict !== "complete" || whole.length < head.length + rest.length) return null;
    return { ...whole, pieces: [head, { start: rest.start, length: whole.length - head.length }] };
  },
};

/** `%PDF-1.7` and what ends a line, or a space. */
function isHeader(source: ByteSource, at: number, end: number): boolean {
  const head = firstBytes(source, at, end, 16);
  return (
    head !== null &&
    isDigit(head.getUint8(5)) &&
    head.getUint8(6) === 0x2e &&
    isDigit(head.getUint8(7)) &&
    isSpace(head.getUint8(8))
  );
}

function carvePdf(source: ByteSource, at: number, end: number): Carved | null {
  const walked = walkPdf(new CarveWindow(source, end), at);
  if (walked.soundEnd !== null) {
    const length = walked.soundEnd - at;
    const isDamaged = walked.damagedAt !== null && walked.damagedAt < walked.soundEnd;
    return isDamaged ? damagedInside("pdf", length, walked.damagedAt! - at) : complete("pdf", length);
  }
  const length = (walked.plainEnd ?? walked.holdsTo) - at;
  return walked.objects >= soundObjects && length >= soundLength ? truncated("pdf", length) : null;
}
