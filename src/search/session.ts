/**
 * Searches over the work files of a case, for a command or a program: the files stay open, and what one search read serves
 * the next as long as nothing was written. Scope rules and officers' marks act before anything is counted.
 *
 *   const session = SearchSession.open(theCase);
 *   const page = session.ask("invoice type:pdf", (answer) => ({ ...answer.page({ limit: 50 }), counts: answer.counts() }));
 *   session.close();
 */
import { exhibitLabels, readExhibit, type Case, type ExhibitFile } from "../case/case-folder.ts";
import { readScopeRules } from "../case/operation.ts";
import type { ScopeRules } from "../case/scope.ts";
import { hasWorkFile } from "../case/work-file-reader.ts";
import { readReview } from "../review/review-state.ts";
import { Answer } from "./answer.ts";
import type { ParseOptions } from "./query-parser.ts";
import { readQuery } from "./query-sources.ts";
import { SearchedFile } from "./searched-file.ts";

export interface SessionOptions {
  /** For tests; by default the rules of the case's operation form, as they are at each search. */
  readonly scope?: ScopeRules;
}

export interface AskOptions extends ParseOptions {
  /** Items that officers marked as hidden, privileged or out of scope are in the answer, too. */
  readonly withMarked?: boolean;
}

export class SearchSession {
  readonly #case: Case;
  readonly #scope: ScopeRules | null;
  readonly #files = new Map<string, SearchedFile>();

  private constructor(theCase: Case, scope: ScopeRules | null) {
    this.#case = theCase;
    this.#scope = scope;
  }

  /** Throws OperatorError for a work file that cannot be searched. */
  static open(theCase: Case, { scope }: SessionOptions = {}): SearchSession {
    const session = new SearchSession(theCase, scope ?? null);
    try {
      session.#openFiles();
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  /**
   * Answers a query. `use` gets the answer and may ask it for pages, counts, facets and all items; every work file is read at
   * one moment until it returns, and the answer is of no use afterwards. Throws OperatorError for a query that is not in order.
   */
  ask<T>(text: string, use: (answer: Answer) => T, { withMarked = false, ...parsing }: AskOptions = {}): T {
    const { query, lists } = readQuery(this.#case, text, parsing);
    const unprocessed = this.#openFiles();
    const files = [...this.#files.values()];
    const bounds = {
      scope: this.#scope ?? readScopeRules(this.#case),
      review: readReview(this.#case),
      withMarked,
    };
    return atOneMoment(files, () => use(new Answer({ text, query, lists, files, bounds, unprocessed })));
  }

  /** Opens what became searchable since; returns the exhibits that are not. */
  #openFiles(): ExhibitFile[] {
    const labels = exhibitLabels(this.#case).sort();
    const isSearchable = (label: string) => hasWorkFile(this.#case.paths.items(label));
    for (const label of labels.filter(isSearchable)) {
      if (!this.#files.has(label)) this.#files.set(label, new SearchedFile(this.#case, label));
    }
    return labels.filter((label) => !this.#files.has(label)).map((label) => readExhibit(this.#case, label));
  }
}

/** All work files stay at their moment until `work` is done. */
function atOneMoment<T>(files: readonly SearchedFile[], work: () => T): T {
  const [file, ...others] = files;
  if (!file) return work();
  return file.reader.snapshot(() => {
    file.refresh();
    return atOneMoment(others, work);
  });
}
