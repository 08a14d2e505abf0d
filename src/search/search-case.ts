/**
 * One query over the work files of a case, also while they are being written: each is read at one moment. Scope rules act
 * before anything is counted. The order of hits is (exhibit, path, item id), so that a page begins where another ended.
 */
import type { Case } from "../case/case-folder.ts";
import type { ScopeRules } from "../case/scope.ts";
import {
  defaultLimit,
  type Answer,
  type AnswerCounts,
  type HitId,
  type NotSearched,
  type Page,
  type PagedHit,
} from "./answer.ts";
import type { ListFacts } from "./list-files.ts";
import type { SearchedFacts } from "./searched-file.ts";
import { SearchSession } from "./session.ts";
import type { Sort } from "./sets/sorting.ts";

export interface SearchOptions {
  /** Hits on a page; default 50. */
  readonly limit?: number;
  /** Cursor of the hit after which to go on. */
  readonly after?: string | null;
  /** For tests; by default the rules of the case's operation form. */
  readonly scope?: ScopeRules;
  /** Items that officers marked as hidden, privileged or out of scope are in the answer too. */
  readonly withMarked?: boolean;
  readonly sort?: Sort;
}

export interface SearchAnswer {
  readonly query: string;
  /** Files of words and hashes that the query names. */
  readonly lists: readonly ListFacts[];
  readonly hits: readonly PagedHit[];
  /** Cursor for the next page, null at the end. */
  readonly next: string | null;
  readonly counts: AnswerCounts;
  /** Of `stem:` terms: languages of texts for which no stems are known, so that the word itself was looked for. Null without such terms. */
  readonly withoutStems: readonly string[] | null;
  readonly withMarked: boolean;
  readonly notSearched: NotSearched;
  readonly files: readonly SearchedFacts[];
  readonly scope: ScopeRules;
}

export const maxLimit = 10_000;

/** Throws OperatorError for a query, cursor or work file that is not in order. Writes nothing. */
export function searchCase(theCase: Case, text: string, options: SearchOptions = {}): SearchAnswer {
  const { limit = defaultLimit, after = null, scope, withMarked = false, sort } = options;
  const session = SearchSession.open(theCase, scope ? { scope } : {});
  try {
    return session.ask(text, (answer) => toldAnswer(answer, answer.page({ limit, after, ...(sort ? { sort } : {}) })), {
      withMarked,
    });
  } finally {
    session.close();
  }
}

const noPage = { hits: [], next: null };

/** An answer in plain values, with one of its pages or without any. */
export function toldAnswer(answer: Answer, { hits, next }: Pick<Page, "hits" | "next"> = noPage): SearchAnswer {
  return {
    query: answer.text,
    lists: answer.lists,
    hits,
    next,
    counts: answer.counts(),
    withoutStems: answer.withoutStems(),
    notSearched: answer.notSearched(),
    files: answer.searched,
    scope: answer.scope,
    withMarked: answer.withMarked,
  };
}

/** Every hit of a query without its explanation, in the order of the answer. Throws OperatorError as `searchCase` does. */
export function hitIds(
  theCase: Case,
  text: string,
  { withMarked = false }: Pick<SearchOptions, "withMarked"> = {},
): HitId[] {
  const session = SearchSession.open(theCase);
  try {
    return session.ask(text, (answer) => [...answer.ids()], { withMarked });
  } finally {
    session.close();
  }
}
