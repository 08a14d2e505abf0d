/** Collects what a report on watch-lists says. Reads only; scope rules and marks act before anything is counted. */
import { parseWatchList } from "../../native-free/watchlists/parse-list.ts";
import type { WatchList } from "../../native-free/watchlists/watch-list.ts";
import type { Case } from "../case/case-folder.ts";
import type { ScopeRules } from "../case/scope.ts";
import { corpusOfReader } from "../case/watch-corpus.ts";
import { contentState } from "../case/schema.ts";
import { appliedLists, type AppliedList } from "../case/watch-store.ts";
import type { WorkFileReader } from "../case/work-file-reader.ts";
import { readRunRecord, type RunRecord } from "../examine/run-record.ts";
import { SearchSession } from "../search/session.ts";
import type { CaseList } from "./case-lists.ts";
import { countTerms } from "./count-terms.ts";
import { findNear } from "./find-near.ts";
import { markedItems, ShownItems } from "./shown-items.ts";
import type { ListInExhibit, ListReport, WatchContent } from "./watch-content.ts";

type Loaded = Pick<WatchContent, "rules" | "withMarked" | "notSearched" | "lists">;

interface LoadOptions {
  readonly withMarked: boolean;
  /** For tests; by default the rules of the case's operation form. */
  readonly scope?: ScopeRules;
}

/** Throws OperatorError where a work file cannot be searched. */
export function loadWatch(theCase: Case, lists: readonly CaseList[], { withMarked, scope }: LoadOptions): Loaded {
  const session = SearchSession.open(theCase, scope ? { scope } : {});
  try {
    const marked = markedItems(session);
    return session.ask(
      "*",
      (answer) => {
        const exhibits = answer.exhibits.map((exhibit) => new ShownItems(exhibit, marked));
        const states = exhibits.map(({ label, reader }) => stateOf(theCase, label, reader));
        const standing = (list: CaseList) => states.map((state) => standingIn(state, list));
        return {
          rules: answer.scope,
          withMarked,
          notSearched: answer.notSearched(),
          lists: lists.map((list) => reportOf(list, exhibits, standing(list))),
        };
      },
      { withMarked },
    );
  } finally {
    session.close();
  }
}

function reportOf(list: CaseList, exhibits: readonly ShownItems[], standing: readonly ListInExhibit[]): ListReport {
  const { id, version, title, date, file, sha256, entries } = list;
  const parsed = parseWatchList(list.text, file).list as WatchList;
  // Hits of another text of the list are not hits of this one.
  const counted = exhibits.filter(({ label }) =>
    standing.some((one) => one.exhibit === label && one.sha256 === sha256),
  );
  return {
    ...{ id, version, title, date, file, sha256, entries, exhibits: standing },
    ...countTerms(parsed, counted),
    near: findNear(parsed, counted),
  };
}

/** What lists stand for in an exhibit is told from this. */
interface ExhibitState {
  readonly exhibit: string;
  readonly corpus: string;
  readonly strings: number;
  readonly applied: readonly AppliedList[];
  /** Read where a list is not applied, once. */
  readonly run: () => RunRecord | null;
}

function stateOf(theCase: Case, exhibit: string, reader: WorkFileReader): ExhibitState {
  let run: RunRecord | null | undefined;
  return {
    exhibit,
    corpus: corpusOfReader(reader),
    strings: stringsOnly(reader),
    applied: appliedLists(reader),
    run: () => (run === undefined ? (run = readRunRecord(theCase.paths, exhibit)) : run),
  };
}

function standingIn(state: ExhibitState, { id }: CaseList): ListInExhibit {
  const { exhibit, corpus, strings } = state;
  const applied = state.applied.find(({ list }) => list === id);
  if (applied) {
    const { sha256, version, finished, tool, cut, own } = applied;
    const ended = applied.corpus === corpus ? (own ? "processed" : "applied") : "older";
    const state = finished === null ? "begun" : ended;
    return { exhibit, state, sha256, version, finished, tool, strings: own ? 0 : strings, cut };
  }
  const run = state.run();
  const used = run?.watchLists.find((list) => list.id === id);
  const none = { exhibit, sha256: null, version: null, finished: null, tool: null, strings: 0, cut: 0 };
  if (!run || !used) return { ...none, state: "none" };
  const tool = `${run.tool.version} ${run.tool.build}`;
  const { sha256, version } = used;
  return { ...none, state: "processed", sha256, version, finished: run.finished, tool };
}

/** Contents whose bytes processing looks through itself. */
function stringsOnly(reader: WorkFileReader): number {
  const [row] = reader.select<{ n: number }>(
    `SELECT count(*) AS n FROM content
     WHERE state = ${contentState.complete} AND text_kind LIKE 'strings%' AND (treatment = 1 OR type IN ('unknown', 'hiberfil'))`,
  );
  return row?.n ?? 0;
}
