/**
 * What a reader of a document made of XML parts has found and not yet yielded. Handlers push, the extractor's generator
 * drains; limits on text and on the size of parts are kept here.
 */
import { readPart, type ZipEntry } from "../containers/zip-parts.ts";
import { isEvidenceError } from "../model/errors.ts";
import type { ExtractContext, Extraction } from "../model/extraction.ts";
import type { FieldName } from "../model/fields.ts";
import { finding, type FindingParams } from "../model/findings.ts";
import type { Reason } from "../model/item.ts";
import { XmlStream, type XmlHandler } from "./xml-stream.ts";

/** Markup of a part may be this many times the text that is allowed, on top of a fixed allowance. */
const MARKUP_FACTOR = 16;
const MARKUP_ALLOWANCE_BYTES = 4 * 1024 * 1024;
/** Between two steps what was found is handed out and the limit of text is looked at. */
const STEP_BYTES = 64 * 1024;
const BLOCK_CHARS = 32 * 1024;
const FIELD_CHARS = 32 * 1024;
const ONCE_LIMIT = 10_000;

export class DocumentRun {
  /** Largest size of one XML part in bytes; what lies beyond is not read. */
  readonly partLimitBytes: number;
  readonly #textLimitChars: number;
  #queue: Extraction[] = [];
  readonly #once = new Set<string>();
  #chars = 0;

  constructor(context: ExtractContext) {
    this.#textLimitChars = context.textLimitChars;
    this.partLimitBytes = MARKUP_ALLOWANCE_BYTES + MARKUP_FACTOR * context.textLimitChars;
  }

  /** True once more text was pushed than the limit allows: the consumer cuts it and reading on is useless. */
  get isFull(): boolean {
    return this.#chars > this.#textLimitChars;
  }

  push(...found: Extraction[]): void {
    this.#queue.push(...found);
  }

  text(text: string, label: string | null): void {
    if (this.isFull || text.trim() === "") return;
    this.#chars += text.length;
    this.#queue.push({ what: "text", text, label });
  }

  /** What is longer than a field may be is given as text as well. */
  field(name: FieldName, value: string, source: string): void {
    const trimmed = value.trim();
    if (trimmed === "") return;
    if (trimmed.length > FIELD_CHARS) this.text(trimmed, name);
    this.#queue.push({ what: "field", name, value: trimmed.slice(0, FIELD_CHARS), source });
  }

  /** A field that is given once, however often the document says it: the author of many changes. */
  fieldOnce(name: FieldName, value: string, source: string): void {
    const key = `${name}\0${value.trim()}`;
    if (this.#once.has(key) || this.#once.size >= ONCE_LIMIT) return;
    this.#once.add(key);
    this.field(name, value, source);
  }

  finding(code: string, params: FindingParams = {}): void {
    this.#queue.push({ what: "finding", finding: finding(code, params) });
  }

  status(status: "partial" | "failed", reason: Reason): void {
    this.#queue.push({ what: "status", status, reason });
  }

  drain(): Extraction[] {
    const found = this.#queue;
    this.#queue = [];
    return found;
  }
}

/**
 * Reads one XML part into a handler and yields what the handler pushed. Damage of any kind becomes findings and a
 * status; `part` names the part in them with a word of ours.
 */
export function readXmlPart(
  run: DocumentRun,
  entry: ZipEntry,
  part: string,
  handler: XmlHandler,
): AsyncGenerator<Extraction> {
  return readXmlStream(run, readPart(entry, run.partLimitBytes), part, handler);
}

/** The same for bytes that are not part of an archive. */
export async function* readXmlStream(
  run: DocumentRun,
  pieces: AsyncIterable<Uint8Array>,
  part: string,
  handler: XmlHandler,
): AsyncGenerator<Extraction> {
  const stream = new XmlStream(handler);
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at += STEP_BYTES) {
        stream.write(piece.subarray(at, at + STEP_BYTES));
        yield* run.drain();
        if (run.isFull) return;
      }
    }
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    run.finding(error.code, error.params);
    run.status("partial", reasonOf(error.code, error.params["reason"]));
  }
  stream.close();
  if (stream.hasDoctype) run.finding("document/doctype", { part });
  if (stream.problem !== null) {
    run.finding("document/xml-damaged", { part, problem: stream.problem });
    run.status("partial", "damaged");
  }
  yield* run.drain();
}

function reasonOf(code: string, reason: unknown): Reason {
  if (code === "document/part-limit") return "budget";
  return reason === "encrypted" || reason === "unsupported" ? reason : "damaged";
}

/** Gathers text of one place in blocks of some 32,000 characters that end with a line where possible. */
export class TextBlocks {
  readonly #run: DocumentRun;
  #label: string | null;
  /** Pieces, joined when a block is given out: looking at the end of a growing string would copy it each time. */
  #pieces: string[] = [];
  #length = 0;

  constructor(run: DocumentRun, label: string | null) {
    this.#run = run;
    this.#label = label;
  }

  /** Everything from here on stands at another place. */
  relabel(label: string | null): void {
    this.flush();
    this.#label = label;
  }

  add(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length > 8 * BLOCK_CHARS) this.flush();
  }

  /** Ends a cell: a tab, unless nothing stands before it on the line. */
  endCell(): void {
    const last = this.#lastSign();
    if (last !== "" && last !== "\n" && last !== "\t") this.add("\t");
  }

  endLine(): void {
    while (this.#pieces.at(-1) === "\t") {
      this.#pieces.pop();
      this.#length -= 1;
    }
    const last = this.#lastSign();
    if (last !== "" && last !== "\n") this.add("\n");
    if (this.#length > BLOCK_CHARS) this.flush();
  }

  flush(): void {
    this.#run.text(this.#pieces.join(""), this.#label);
    this.#pieces = [];
    this.#length = 0;
  }

  #lastSign(): string {
    return this.#pieces.at(-1)?.at(-1) ?? "";
  }
}
