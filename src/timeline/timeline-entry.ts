/** What a timeline leaves in the journal: who asked what of which work files, under which rules, and what came of it. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Appended, Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import { answerDetails } from "../search/search-entry.ts";
import type { SearchAnswer } from "../search/search-case.ts";
import type { TimelineCounts } from "./event.ts";
import type { TimelineQuestion } from "./timeline.ts";

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
  told: { readonly answer: SearchAnswer; readonly counts: TimelineCounts },
  parameters: TimelineParameters,
): Appended {
  const { answer, counts } = told;
  const instant = (at: number | null | undefined) =>
    at === null || at === undefined ? null : new Date(Math.floor(at)).toISOString();
  const details: JsonObject = {
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
    ...answerDetails(answer),
    events: counts.events,
    items: counts.items,
    localTimes: counts.localTimes,
    notPlaced: counts.notPlaced,
    matchingItems: answer.counts.items,
  };
  return journal.append("timeline", details, signer);
}
