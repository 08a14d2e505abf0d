/** BitTorrent metadata (BEP 3, BEP 12, BEP 52): names, sizes, trackers and the hash that names it in the network. */
import { createHash } from "node:crypto";
import { type ByteSource, readWhole } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { finding } from "../../model/findings.ts";

export const torrentExtractor: Extractor = {
  id: "torrent",
  family: "extractor",
  name: "BitTorrent metadata: names, trackers, hash",
  spec: "BEP 3; BEP 12; BEP 52",
  level: "complete",
  types: ["torrent"],
  extract: extractTorrent,
};

type Value = number | Uint8Array | readonly Value[] | Dictionary;
interface Dictionary {
  readonly entries: ReadonlyMap<string, Value>;
  readonly start: number;
  readonly end: number;
}

const deepest = 64;
const mostValues = 4_000_000;

/** Bencoding, from `at` on; EvidenceError where it is none. */
class Decoder {
  at = 0;
  #left = mostValues;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth = 0): Value {
    const kind = this.#bytes[this.at];
    if (depth > deepest || this.#left-- <= 0 || kind === undefined) return this.#fail();
    if (kind === 0x69) return this.#number(this.at + 1, 0x65);
    if (kind === 0x6c) return this.#list(depth);
    return kind === 0x64 ? this.#dictionary(depth) : this.#string();
  }

  #fail(): never {
    throw new EvidenceError("system/damaged", { what: "bencoding" });
  }

  #number(from: number, mark: number): number {
    const end = this.#bytes.indexOf(mark, from);
    const text = end < 0 || end - from > 20 ? "" : this.#bytes.toString("latin1", from, end);
    if (!/^-?\d+$/.test(text)) return this.#fail();
    this.at = end + 1;
    return Number(text);
  }

  #string(): Uint8Array {
    const length = this.#number(this.at, 0x3a);
    if (length < 0 || this.at + length > this.#bytes.length) return this.#fail();
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  #list(depth: number): Value[] {
    const values: Value[] = [];
    this.at++;
    while (this.#bytes[this.at] !== 0x65) values.push(this.value(depth + 1));
    this.at++;
    return values;
  }

  #dictionary(depth: number): Dictionary {
    const start = this.at++;
    const entries = new Map<string, Value>();
    while (this.#bytes[this.at] !== 0x65) {
      const key = Buffer.from(this.#string()).toString("utf8");
      entries.set(key, this.value(depth + 1));
    }
    this.at++;
    return { entries, start, end: this.at };
  }
}

const isDictionary = (value: Value | undefined): value is Dictionary =>
  typeof value === "object" && "entries" in value && "end" in value;
const listOf = (value: Value | undefined): readonly Value[] =>
  Array.isArray(value) ? (value as readonly Value[]) : [];
const textOf = (value: Value | undefined): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString("utf8").toWellFormed().trim() : "";

async function* extractTorrent(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const bytes = readWhole(source, context.wholeLimitBytes);
  if (!bytes) {
    yield { what: "finding", finding: finding("system/too-large", { limit: context.wholeLimitBytes }) };
    yield { what: "status", status: "partial", reason: "budget" };
    return;
  }
  const root = new Decoder(bytes).value();
  if (!isDictionary(root)) throw new EvidenceError("system/damaged", { what: "bencoding" });
  const of = (key: string): string => textOf(root.entries.get(key));
  yield* field("software", of("created by"));
  yield* field("comment", of("comment"));
  const made = root.entries.get("creation date");
  if (typeof made === "number" && made > 0 && made < 4e9)
    yield* field("created", new Date(made * 1000).toISOString().replace(".000Z", "Z"));
  const trackers = listOf(root.entries.get("announce-list")).flatMap((tier) => listOf(tier).map(textOf));
  for (const url of new Set([of("announce"), ...trackers])) yield* field("url", url);
  const info = root.entries.get("info");
  if (isDictionary(info)) yield* infoFields(info, bytes);
}

function* infoFields(info: Dictionary, bytes: Uint8Array): Generator<Extraction> {
  const raw = bytes.subarray(info.start, info.end);
  const version = info.entries.get("meta version");
  if (version !== 2 || info.entries.has("pieces"))
    yield* field("documentId", createHash("sha1").update(raw).digest("hex"));
  if (version === 2) yield* field("documentId", createHash("sha256").update(raw).digest("hex"));
  const name = textOf(info.entries.get("name.utf-8")) || textOf(info.entries.get("name"));
  yield* field("originalName", name);
  yield* field("custom", textOf(info.entries.get("source")) && `source = ${textOf(info.entries.get("source"))}`);
  const lines: string[] = [];
  const single = info.entries.get("length");
  if (typeof single === "number") lines.push(`${name}\t${single}`);
  for (const file of listOf(info.entries.get("files"))) {
    if (!isDictionary(file)) continue;
    const path = listOf(file.entries.get("path.utf-8") ?? file.entries.get("path"))
      .map(textOf)
      .join("/");
    const size = file.entries.get("length");
    lines.push(`${name}/${path}\t${typeof size === "number" ? size : ""}`);
  }
  const tree = info.entries.get("file tree");
  if (lines.length === 0 && isDictionary(tree)) treeLines(tree, "", lines);
  if (lines.length > 0) yield { what: "text", label: "files", text: `${lines.join("\n")}\n` };
}

/** BEP 52: a file is the entry with an empty name. */
function treeLines(tree: Dictionary, path: string, lines: string[]): void {
  for (const [key, below] of tree.entries) {
    if (!isDictionary(below)) continue;
    if (key !== "") treeLines(below, path === "" ? key : `${path}/${key}`, lines);
    else lines.push(`${path}\t${Number(below.entries.get("length") ?? 0)}`);
  }
}

function* field(name: FieldName, value: string): Generator<Extraction> {
  if (value !== "") yield { what: "field", name, value, source: "torrent" };
}
