/** What the readers of programs share: parts that may be damaged one by one, names counted against a limit. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { isEvidenceError } from "../../model/errors.ts";
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { finding } from "../../model/findings.ts";
import { ByteReader } from "../byte-reader.ts";

/** Names of functions that become fields of one program. */
const mostNames = 4096;
const longestName = 512;

export class ProgramRun {
  readonly reader: ByteReader;
  readonly source: ByteSource;
  #names = 0;
  #isCut = false;

  constructor(source: ByteSource, little: boolean) {
    this.source = source;
    this.reader = new ByteReader(source, little, "program/damaged", "header");
  }

  /** Runs one part of the reading; its damage costs that part alone. */
  async *part(
    what: string,
    extractions: () => Iterable<Extraction> | AsyncIterable<Extraction>,
  ): AsyncGenerator<Extraction> {
    this.reader.what = what;
    try {
      yield* extractions();
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      yield { what: "finding", finding: finding(error.code, error.params) };
      yield { what: "status", status: "partial", reason: "damaged" };
    }
  }

  /** One more name of a function; none beyond the limit. */
  *name(field: FieldName, value: string, source: string): Generator<Extraction> {
    if (this.isFull) return;
    this.#names++;
    yield* textField(field, value, source);
  }

  get isFull(): boolean {
    if (this.#names >= mostNames) this.#isCut = true;
    return this.#isCut;
  }

  *end(): Generator<Extraction> {
    if (this.#isCut) yield { what: "finding", finding: finding("program/names-cut", { limit: mostNames }) };
  }
}

/** A field of text without control characters; none where nothing is left. */
export function* textField(name: FieldName, value: string, source: string): Generator<Extraction> {
  // eslint-disable-next-line no-control-regex
  const clean = value
    .replaceAll(/[\u0000-\u001f\u007f]+/g, " ")
    .trim()
    .slice(0, longestName)
    .toWellFormed();
  if (clean !== "") yield { what: "field", name, value: clean, source };
}
