/**
 * Apple's property lists (plist(5), the document type PropertyList-1.0, and the binary form): values with their keys, embedded
 * data as children; Safari's web archives with their saved resources.
 */
import { Buffer } from "node:buffer";
import { readHead, readRange, readWhole, type ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { kindsOf } from "../../typing/extension.ts";
import { DocumentRun, readXmlStream } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";
import { openObjects, walkObjects } from "./binary.ts";
import { ValueSink } from "./value-sink.ts";

export const plistExtractor: Extractor = {
  id: "plist",
  family: "extractor",
  name: "Apple property list, Safari web archive",
  spec: "plist(5); PropertyList-1.0; CFBinaryPList version 00",
  level: "partial",
  types: ["plist-xml", ...kindsOf("bplist")],
  extract: (source, context) => extractPlist(source, context),
};

const STEP_BYTES = 256 * 1024;

async function* extractPlist(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const run = new DocumentRun(context);
  const sink = new ValueSink(run);
  if (isBinary(source)) readBinary(source, run, sink, context);
  else yield* readXmlStream(run, pieces(source), "document", new PlistXml(sink));
  sink.finish();
  yield* run.drain();
}

function isBinary(source: ByteSource): boolean {
  return Buffer.from(readHead(source, 6)).toString("latin1") === "bplist";
}

function readBinary(source: ByteSource, run: DocumentRun, sink: ValueSink, context: ExtractContext): void {
  const bytes = readWhole(source, context.wholeLimitBytes);
  if (!bytes) {
    run.finding("document/too-large", { limit: context.wholeLimitBytes });
    run.status("failed", "budget");
    return;
  }
  const version = Buffer.from(bytes.subarray(6, 8)).toString("latin1");
  if (!/^0/.test(version)) {
    run.finding("document/damaged", { format: "bplist", problem: "version" });
    run.status("failed", "unsupported");
    return;
  }
  const objects = openObjects(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  if (!walkObjects(objects, sink, () => run.isFull)) return;
  run.finding("document/damaged", { format: "bplist", problem: "object" });
  run.status("partial", "damaged");
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += STEP_BYTES) yield readRange(source, at, STEP_BYTES);
}

/** The same values in XML; elements of other names are read as strings. */
class PlistXml implements XmlHandler {
  readonly #sink: ValueSink;
  #pieces: string[] = [];

  constructor(sink: ValueSink) {
    this.#sink = sink;
  }

  open(local: string): void {
    this.#pieces = [];
    if (local === "dict" || local === "array") this.#sink.open(local === "dict");
  }

  close(local: string): void {
    const text = this.#pieces.join("");
    this.#pieces = [];
    if (local === "dict" || local === "array") this.#sink.close();
    else if (local === "key") this.#sink.key(text.trim());
    else if (local === "data") this.#sink.data(Buffer.from(text, "base64"));
    else if (local === "true" || local === "false") this.#sink.value(local);
    else if (local !== "plist") this.#sink.value(local === "string" ? text : text.trim());
  }

  text(text: string): void {
    this.#pieces.push(text);
  }
}
