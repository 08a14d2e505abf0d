/** What a timeline leaves in the journal: who asked what of which work files, under which rules, and what came of it. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Appended, Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import type { TimelineCounts } from "./event.ts";
import type { Timeline, TimelineQuestion } from "./timeline.ts";

export interface TimelineParameters {
  /** Null: every event. */
  readonly limit: number | null;
  readonly after: string | null;
  readonly histogram: string | null;
  /** `table`, `json`, `csv` or `body`. */
  readonly output: string;
}

/** Appends the custody entry of a timeline (act `timeline`). Throws OperatorError, and then nothing may be shown. */
export function recordTimeline(
  journal: Journal,
  signer: Signer,
  question: TimelineQuestion,
  answer: { readonly timeline: Timeline; readonly counts: TimelineCounts },
  parameters: TimelineParameters,
): Appended {
  const { searched, scope, withMarked } = answer.timeline.answer;
  const found = answer.timeline.answer.counts();
  const instant = (at: number | null | undefined) =>
    at === null || at === undefined ? null : new Date(Math.floor(at)).toISOString();
  const details: JsonObject = {
    query: (question.query ?? "*").toWellFormed(),
    from: instant(question.from),
    to: instant(question.to),
    kinds: [...(question.kinds ?? [])],
    sources: (question.sources ?? []).map((source) => source.toWellFormed()),
    zoneMinutes: question.zoneMinutes ?? 0,
    notPlacedOnly: question.notPlaced ?? false,
    limit: parameters.limit,
    after: parameters.after,
    histogram: parameters.histogram,
    output: parameters.output,
    workFiles: searched.map(({ exhibit, profile, tokenizer }) => ({ exhibit, profile, tokenizer })),
    scope: {
      custodians: scope.custodians,
      dates: scope.dates,
      folders: scope.folders,
      types: scope.types,
      terms: scope.terms,
    },
    events: answer.counts.events,
    items: answer.counts.items,
    localTimes: answer.counts.localTimes,
    notPlaced: answer.counts.notPlaced,
    matchingItems: found.items,
    outOfScope: found.outOfScope,
    marked: {
      privileged: found.privileged,
      hidden: found.hidden,
      outOfScope: found.markedOutOfScope,
      shown: withMarked,
    },
    notSearched: { ...answer.timeline.answer.notSearched() },
  };
  return journal.append("timeline", details, signer);
}
