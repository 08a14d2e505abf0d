/** The contents in whose text a term has a place, by looking at the texts. */
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { SpecialTerm } from "../query.ts";
import { rowsForRegex } from "./narrowed.ts";
import { allTexts, textsAt, textsOf } from "./stored-texts.ts";
import { contentsHolding, type ScanOptions, type StoredText } from "./text-scan.ts";
import { DamagedText } from "./text-scanner.ts";

/**
 * Numbers of contents, of the candidates alone where there are some (null: all contents with text). Throws OperatorError
 * `case/work-file-damaged`.
 */
export function contentsWithPlace(
  reader: WorkFileReader,
  term: SpecialTerm,
  candidates: Iterable<number> | null,
  options: ScanOptions = {},
): Set<number> {
  try {
    return contentsHolding(term, textsFor(reader, term, candidates), options);
  } catch (error) {
    if (!(error instanceof DamagedText)) throw error;
    return reader.stored(() => {
      throw error;
    });
  }
}

function textsFor(
  reader: WorkFileReader,
  term: SpecialTerm,
  candidates: Iterable<number> | null,
): Generator<StoredText> {
  if (candidates !== null) return textsOf(reader, candidates);
  const rows = term.kind === "regex" ? rowsForRegex(reader, term.source) : null;
  return rows === null ? allTexts(reader) : textsAt(reader, rows);
}
