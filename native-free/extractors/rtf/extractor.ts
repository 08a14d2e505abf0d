/**
 * Rich Text Format 1.9.1: text in its character sets and in Unicode, notes, comments with authors, text marked as deleted,
 * fields of the info group, embedded objects and packages, pictures, bytes behind the end. Not read: formatting, drawing
 * shapes, what only Word-specific data stores say. Writers tested: Word, WordPad, generators of mail programs.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { childOf } from "../../compound/child-of.ts";
import { ExtentSource } from "../../compound/extent-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { DocumentRun } from "../document-run.ts";
import { Reader } from "./reader.ts";

export const rtfExtractor: Extractor = {
  id: "rtf",
  family: "extractor",
  name: "Rich Text Format document",
  spec: "Microsoft RTF 1.9.1",
  level: "partial",
  types: ["rtf"],
  extract: (source, context) => extractRtf(source, context),
};

async function* extractRtf(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const run = new DocumentRun(context);
  const reader = new Reader(source, context, run);
  while (reader.step()) yield* run.drain();
  const end = reader.finish();
  yield { what: "charset", charset: reader.charset };
  if (end === null && !run.isFull) {
    run.finding("document/damaged", { format: "RTF", problem: "groups that do not end" });
    run.status("partial", "damaged");
  }
  yield* run.drain();
  if (end !== null) yield* behind(source, end);
}

/** What stands behind the last group; programs ignore it. */
function* behind(source: ByteSource, end: number): Generator<Extraction> {
  const length = source.size - end;
  const head = readRange(source, end, 4096);
  if (length <= 0 || (length <= head.length && head.every((byte) => byte <= 0x20))) return;
  const rest = new ExtentSource(source, [{ at: end, length }], length);
  yield { what: "child", child: childOf(`after:${end}`, "bytes-after-document", rest) };
}
