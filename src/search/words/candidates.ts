/** The contents of a work file in whose text a term holds that the index alone does not answer. */
import { fold, tokensOf } from "../../../native-free/model/fold.ts";
import { blocksPerContent } from "../../case/schema.ts";
import { allBlocks, blocksOf } from "../../case/text-scan.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { NearTerm, RegexTerm, SpecialTerm, WordsTerm } from "../query.ts";
import { placeFinder } from "./places.ts";
import { requiredLiteral } from "./required-literal.ts";
import { acceptedWords } from "./vocabulary.ts";

/** Words of one expression of the index. */
const wordsPerQuery = 200;

/** Numbers of contents. Throws OperatorError where too many words are accepted. */
export function contentsWith(reader: WorkFileReader, term: SpecialTerm): Set<number> {
  switch (term.kind) {
    case "words":
      return withWords(reader, term);
    case "near":
      return term.ordered ? confirmed(reader, term, withNear(reader, term)) : withNear(reader, term);
    case "exact": {
      const words = tokensOf(fold(term.value));
      const all = words.length === 0 ? null : matching(reader, `"${words.join(" ")}"`);
      return confirmed(reader, term, all);
    }
    case "regex":
      return confirmed(reader, term, null);
  }
}

function matching(reader: WorkFileReader, expression: string): Set<number> {
  const rows = reader.select<{ content: number }>(
    `SELECT DISTINCT rowid / ${blocksPerContent} AS content FROM fts_text WHERE fts_text MATCH ?`,
    [expression],
  );
  return new Set(rows.map(({ content }) => content));
}

function withWords(reader: WorkFileReader, term: WordsTerm): Set<number> {
  const found = new Set<number>();
  for (const [language, words] of acceptedWords(reader, term)) {
    for (let at = 0; at < words.length; at += wordsPerQuery) {
      const some = words.slice(at, at + wordsPerQuery).map((word) => `"${word}"`);
      for (const content of matching(reader, some.join(" OR "))) {
        if (language === null || languageOf(reader, content) === language) found.add(content);
      }
    }
  }
  return found;
}

function languageOf(reader: WorkFileReader, content: number): string | null {
  const [row] = reader.select<{ language: string | null }>("SELECT language FROM content WHERE id = ?", [content]);
  return row?.language ?? null;
}

function withNear(reader: WorkFileReader, { parts, distance }: NearTerm): Set<number> {
  const phrases = parts.map(({ tokens, prefix }) => `"${tokens.join(" ")}"${prefix ? " *" : ""}`);
  return matching(reader, `NEAR(${phrases.join(" ")}, ${distance})`);
}

/** Those of the candidates (null: all contents with text) in whose text the term has a place. */
function confirmed(reader: WorkFileReader, term: SpecialTerm, candidates: ReadonlySet<number> | null): Set<number> {
  const find = placeFinder(term, null);
  const literal = term.kind === "regex" ? foldedLiteral(term) : null;
  const found = new Set<number>();
  const blocks =
    candidates === null
      ? allBlocks(reader)
      : blocksOf(
          reader,
          [...candidates].sort((a, b) => a - b),
        );
  for (const { content, text } of blocks) {
    if (found.has(content)) continue;
    if (literal !== null && !fold(text).includes(literal)) continue;
    for (const _place of find(text)) {
      found.add(content);
      break;
    }
  }
  return found;
}

/** Letters that stand in every text that the expression holds for, folded; null where nothing is sure. */
function foldedLiteral({ source }: RegexTerm): string | null {
  const literal = requiredLiteral(source);
  return literal === null ? null : fold(literal);
}
