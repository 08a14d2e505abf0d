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
import { OperatorError } from "../messages/operator-error.ts";
import { readReview } from "../review/review-state.ts";
import { Answer } from "./answer.ts";
import type { ParseOptions } from "./query-parser.ts";
import { readQuery } from "./query-sources.ts";
import { SearchedFile } from "./searched-file.ts";
import { compareText } from "./sets/sorting.ts";

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
  /** While a question is being answered: what it is answered from. */
  #moment: Moment | null = null;

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
   * one moment until it returns, and the answer is of no use afterwards. `use` may ask further questions, which are answered at the
   * same moment. Throws OperatorError for a query that is not in order.
   */
  ask<T>(text: string, use: (answer: Answer) => T, { withMarked = false, ...parsing }: AskOptions = {}): T {
    const { query, lists } = readQuery(this.#case, text, parsing);
    const moment = this.#moment ?? { unprocessed: this.#openFiles(), files: byLabel(this.#files.values()) };
    const bounds = {
      scope: this.#scope ?? readScopeRules(this.#case),
      review: readReview(this.#case),
      withMarked,
    };
    const answer = () => use(new Answer({ ...moment, text, query, lists, bounds }));
    if (this.#moment) return answer();
    return atOneMoment(moment.files, () => {
      this.#moment = moment;
      try {
        return answer();
      } finally {
        this.#moment = null;
      }
    });
  }

  /** Opens what became searchable since, and anew what another file has taken the place of; returns the exhibits that are not. */
  #openFiles(): ExhibitFile[] {
    const labels = exhibitLabels(this.#case).sort();
    for (const [label, file] of this.#files) {
      if (labels.includes(label) && file.isInPlace()) continue;
      file.close();
      this.#files.delete(label);
    }
    for (const label of labels) if (!this.#files.has(label)) this.#open(label);
    return labels.filter((label) => !this.#files.has(label)).map((label) => readExhibit(this.#case, label));
  }

  #open(label: string): void {
    if (!hasWorkFile(this.#case.paths.items(label))) return;
    try {
      this.#files.set(label, new SearchedFile(this.#case, label));
    } catch (error) {
      // It is being made, or was removed just now: not processed yet.
      if (!(error instanceof OperatorError && error.code === "case/not-processed")) throw error;
    }
  }
}

interface Moment {
  readonly files: readonly SearchedFile[];
  readonly unprocessed: readonly ExhibitFile[];
}

/** The order of hits. */
function byLabel(files: Iterable<SearchedFile>): SearchedFile[] {
  return [...files].sort((a, b) => compareText(a.label, b.label));
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
