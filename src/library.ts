/**
 * Vestige as a library: searches over a processed case for the programs of a laboratory. The same query language, scope rules and
 * officers' marks as `vestige search`, and as there every question is a signed entry of the custody journal before its answer is
 * given out.
 *
 *   import { SearchDesk } from "vestige";
 *   const desk = await SearchDesk.open("2026-0042", { officer: "A. Officer", passphraseFile: "key.txt" });
 *   const { hits, counts, next } = desk.search('invoice "delivery note" type:pdf', { limit: 100, sort: { by: "modified", descending: true } });
 *   desk.each("entity:iban", (hit) => console.log(hit.path, hit.item.sha256, hit.snippet?.match));
 *   desk.close();
 *
 * Everything is synchronous: a question is answered over all work files at one moment. What goes wrong is an OperatorError with a
 * stable `code` and one sentence that says what to do.
 */
import { signerFor } from "./cli/open-for-signing.ts";
import { openCase, type Case } from "./case/case-folder.ts";
import { openJournal, type Journal } from "./custody/journal.ts";
import type { Signer } from "./custody/signer.ts";
import { defaultLimit, type Answer, type AnswerCounts, type PageOptions } from "./search/answer.ts";
import { exportHits, type ExportedHits, type ExportFormat } from "./search/export/export-hits.ts";
import type { Hit } from "./search/hit.ts";
import { replayable } from "./search/query-sources.ts";
import { toldAnswer, type SearchAnswer } from "./search/search-case.ts";
import { recordSearch, type SearchParameters } from "./search/search-entry.ts";
import { SearchSession } from "./search/session.ts";
import type { Facet, FacetName } from "./search/sets/facets.ts";
import { byPath, type Sort } from "./search/sets/sorting.ts";
import type { TimelineCounts, TimelineEvent } from "./timeline/event.ts";
import { recordTimeline } from "./timeline/timeline-entry.ts";
import { askTimeline, type TimelineQuestion } from "./timeline/timeline.ts";

export { isOperatorError, OperatorError } from "./messages/operator-error.ts";
export { hitJson } from "./search/export/hit-json.ts";
export type { AnswerCounts, NotSearched, PagedHit } from "./search/answer.ts";
export type { ExportedHits, ExportFormat, Facet, FacetName, Hit, SearchAnswer, Sort };
export type { TimelineCounts, TimelineEvent, TimelineQuestion };

export interface DeskOptions {
  /** Who asks; may be left out where the case has one officer, or where `vestige login` has begun a session. */
  readonly officer?: string;
  /** File whose first line is the passphrase; without it the session, VESTIGE_PASSPHRASE or a prompt serve. */
  readonly passphraseFile?: string;
}

export interface QuestionOptions {
  /** Items that officers marked as hidden, privileged or out of scope, too. */
  readonly withMarked?: boolean;
  /** Accents and case count in the whole query. */
  readonly exactOnly?: boolean;
}

export interface SearchWish extends QuestionOptions, PageOptions {
  /** Counted over the whole answer. */
  readonly facets?: readonly FacetName[];
  /** Values told of each facet; default 20. */
  readonly facetValues?: number;
}

/** A case that is open for questions, and who asks them. */
export class SearchDesk {
  readonly #journal: Journal;
  readonly #signer: Signer;
  readonly #session: SearchSession;

  private constructor(theCase: Case, journal: Journal, signer: Signer) {
    this.#journal = journal;
    this.#signer = signer;
    this.#session = SearchSession.open(theCase);
  }

  /** `folder`: of the case. Throws OperatorError where it is none, or where nobody can sign. */
  static async open(folder: string, { officer, passphraseFile }: DeskOptions = {}): Promise<SearchDesk> {
    const theCase = openCase(folder);
    const journal = openJournal(theCase.paths.root);
    try {
      const flags = { officer: officer ?? null, passphraseFile: passphraseFile ?? null };
      return new SearchDesk(theCase, journal, await signerFor(journal, flags));
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  close(): void {
    this.#session.close();
    this.#journal.close();
  }

  /** One page of hits, with the counts of the whole answer and what was not searched. */
  search(query: string, wish: SearchWish = {}): SearchAnswer & { readonly facets: readonly Facet[] } {
    const { limit = defaultLimit, after = null, sort = byPath, facets = [], facetValues } = wish;
    return this.#ask(query, wish, (answer) => {
      const told = toldAnswer(answer, answer.page({ limit, after, sort }));
      const counted = answer.facets(facets, facetValues);
      this.#record(told, { limit, after, sort, facets, output: "library", shown: told.hits.length });
      return { ...told, facets: counted };
    });
  }

  /** How many, without any hit. */
  count(query: string, options: QuestionOptions = {}): AnswerCounts {
    return this.#ask(query, options, (answer) => {
      const told = toldAnswer(answer);
      this.#record(told, { limit: 0, after: null, output: "count", shown: 0 });
      return told.counts;
    });
  }

  /** Every hit of a query, in order, one at a time; `use` returns false to stop. Returns how many were given. */
  each(query: string, use: (hit: Hit) => unknown, options: QuestionOptions & { readonly sort?: Sort } = {}): number {
    const { sort = byPath } = options;
    return this.#ask(query, options, (answer) => {
      const told = toldAnswer(answer);
      const { items } = told.counts;
      this.#record(told, { limit: items, after: null, sort, output: "library", shown: items });
      let given = 0;
      for (const hit of answer.hits(sort)) {
        given += 1;
        if (use(hit) === false) break;
      }
      return given;
    });
  }

  /** Writes every hit to a new file. Throws OperatorError where the file is there already. */
  export(
    query: string,
    file: string,
    format: ExportFormat,
    options: QuestionOptions & { readonly sort?: Sort } = {},
  ): ExportedHits {
    const { sort = byPath } = options;
    return this.#ask(query, options, (answer) => {
      const told = toldAnswer(answer);
      const beforeShown = (written: ExportedHits) =>
        this.#record(told, {
          ...{ limit: 0, after: null, sort, output: "export", shown: written.hits },
          exported: { file, format, ...written },
        });
      return exportHits(answer, file, format, { sort, beforeShown });
    });
  }

  /** Every dated event of the items that a query finds, in the order of time; `use` returns false to stop. */
  timeline(question: Omit<TimelineQuestion, "scope">, use: (event: TimelineEvent) => unknown): TimelineCounts {
    return askTimeline(this.#session, question, (timeline) => {
      const counts = timeline.counts();
      const parameters = { limit: null, after: null, histogram: null, output: "library" };
      const answer = toldAnswer(timeline.answer);
      recordTimeline(this.#journal, this.#signer, question, { answer, counts }, parameters);
      for (const event of timeline.events()) if (use(event) === false) break;
      return counts;
    });
  }

  #ask<T>(query: string, { withMarked = false, exactOnly = false }: QuestionOptions, use: (answer: Answer) => T): T {
    // What is recorded means the same on any day.
    return this.#session.ask(replayable(query, { now: Date.now(), exactOnly }), use, { withMarked });
  }

  #record(told: SearchAnswer, parameters: SearchParameters): void {
    recordSearch(this.#journal, this.#signer, told, parameters);
  }
}
