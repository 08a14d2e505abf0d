/** The contents and items in which words and phrases stand. */
import { UnknownIndex, type IndexTable } from "../../case/posting-pages.ts";
import { Postings, TooManyPositions, type Visit } from "../../case/postings.ts";
import { contentOfRow } from "../../case/text-rows.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { TextTerm } from "../query.ts";
import type { BitSet } from "./bit-set.ts";

type Words = Pick<TextTerm, "tokens" | "prefix">;

/** The FTS5 expression of a term: one quoted phrase of tokens (letters, numbers, marks). `name` searches names alone. */
export function ftsExpression(term: Words, column: "name" | null = null): string {
  const phrase = `"${term.tokens.join(" ")}"${term.prefix ? " *" : ""}`;
  return column === null ? phrase : `${column} : ${phrase}`;
}

/** Answers for one work file at one moment. */
export class WordSets {
  readonly #reader: WorkFileReader;
  readonly #postings = new Map<IndexTable, Postings | null>();

  constructor(reader: WorkFileReader) {
    this.#reader = reader;
  }

  /** Adds the numbers of contents with the words in their text, or in their fields. */
  addContents(term: Words, table: "fts_text" | "fts_field", into: BitSet): void {
    const visit: Visit = table === "fts_text" ? (row) => into.add(contentOfRow(row)) : (row) => into.add(row);
    this.#each(term, table, false, visit);
  }

  /** Adds the row numbers of items with the words in their name; unless the term asks for names, in their folders, too. */
  addRows(term: TextTerm, into: BitSet): void {
    this.#each(term, "fts_name", term.field === "name", (row) => into.add(row));
  }

  #each(term: Words, table: IndexTable, nameOnly: boolean, visit: Visit): void {
    try {
      const postings = this.#of(table);
      if (postings) return postings.rowsWithPhrase(term.tokens, term.prefix, visit, nameOnly);
    } catch (error) {
      if (error instanceof UnknownIndex) this.#postings.set(table, null);
      else if (!(error instanceof TooManyPositions)) throw error;
    }
    // An index of a form that we do not know, and a phrase of too frequent words, are asked through SQLite, which takes longer.
    const expression = ftsExpression(term, nameOnly ? "name" : null);
    const rows = this.#reader.iterate<{ row: number }>(`SELECT rowid AS row FROM ${table} WHERE ${table} MATCH ?`, [
      expression,
    ]);
    for (const { row } of rows) visit(row);
  }

  #of(table: IndexTable): Postings | null {
    let postings = this.#postings.get(table);
    if (postings === undefined) {
      postings = new Postings(this.#reader, table);
      this.#postings.set(table, postings);
    }
    return postings;
  }
}
