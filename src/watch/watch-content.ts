/** What a report on watch-lists says, as data. Its JSON form is this, signed; HTML and CSV show it and nothing else. */
import type { ScopeRules } from "../case/scope.ts";
import type { MatchMode } from "../../native-free/watchlists/watch-list.ts";
import type { ReportCommon } from "../report/content.ts";
import type { NotSearched } from "../search/answer.ts";

export const watchSchema = "vestige.watch-report/1";

/** Numbers of one term, or of one exhibit of it. Only what may be shown is counted. */
export interface HitCounts {
  /** Sum of the four that follow. */
  readonly hits: number;
  readonly inText: number;
  readonly inFields: number;
  readonly inNames: number;
  readonly inIdentifiers: number;
  readonly items: number;
  /** Of one exhibit different contents; of several their sum. */
  readonly contents: number;
}

/** An entry of a list; entries of one text count together. */
export interface ListedTerm {
  readonly term: string;
  readonly modes: readonly MatchMode[];
  readonly label: string;
  readonly category: string;
  /** Line of the list. */
  readonly line: number;
}

export interface TermHits extends ListedTerm, HitCounts {
  readonly exhibits: readonly (HitCounts & { readonly exhibit: string })[];
}

export interface NearWord {
  readonly word: string;
  readonly contents: number;
  readonly items: number;
}

export interface NearTerm {
  readonly term: string;
  readonly line: number;
  /** The most frequent. */
  readonly words: readonly NearWord[];
  /** All of them. */
  readonly count: number;
}

/** How a list stands in one exhibit. */
export interface ListInExhibit {
  readonly exhibit: string;
  /** `applied` afterwards, `processed` with it, `begun` and not ended, `older`: of what was there before, `none`. */
  readonly state: "applied" | "processed" | "begun" | "older" | "none";
  /** SHA-256 (hex) of the list as it was used; null where it was not. */
  readonly sha256: string | null;
  readonly version: string | null;
  readonly finished: string | null;
  readonly tool: string | null;
  /** Contents of bytes that no reader knows, of which only the strings were looked through. */
  readonly strings: number;
  /** Contents with more hits than are kept. */
  readonly cut: number;
}

export interface LeftOut {
  readonly outOfScope: number;
  readonly privileged: number;
  readonly hidden: number;
  readonly markedOutOfScope: number;
}

export interface TopItem {
  readonly exhibit: string;
  readonly id: string;
  readonly path: string;
  /** Different ones in its text. */
  readonly terms: number;
  readonly hits: number;
}

export interface ListReport {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly date: string;
  readonly file: string;
  readonly sha256: string;
  readonly entries: number;
  readonly exhibits: readonly ListInExhibit[];
  /** Over all terms; an item counts once. */
  readonly total: HitCounts;
  readonly leftOut: LeftOut;
  /** With at least one hit; most items first. */
  readonly terms: readonly TermHits[];
  /** Without a hit in what may be shown, in the order of the list: all of them. */
  readonly zero: readonly ListedTerm[];
  readonly near: readonly NearTerm[];
  /** The first items by different terms. */
  readonly items: readonly TopItem[];
}

/** What every report says of itself. */
type Told = Pick<ReportCommon, "number" | "name" | "made" | "zone" | "officer" | "host" | "tool" | "checkpoint">;

export interface WatchContent extends Told {
  readonly schema: typeof watchSchema;
  readonly kind: "watch";
  readonly case: Omit<ReportCommon["case"], "created">;
  readonly rules: ScopeRules;
  readonly withMarked: boolean;
  readonly notSearched: NotSearched;
  readonly lists: readonly ListReport[];
}

/** Terms and words that are told of each; the counts say how many there are. */
export const watchBounds = { nearWords: 20, items: 40 } as const;
