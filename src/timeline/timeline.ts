/**
 * The timeline of a case: every event (event.ts) of the items that match a query, in one stream over all exhibits, also while
 * they are being processed. Scope rules and officers' marks act first, as in every search.
 *
 * The order is (instant, exhibit, path, item id, kind, source). Local times whose zone the evidence does not record are taken
 * for one zone; the counts say how many there are.
 *
 *   timelineOf(theCase, { query: "type:mail", kinds: ["sent"], from: Date.UTC(2019, 2) }, (timeline) => {
 *     console.log(timeline.counts());
 *     for (const event of timeline.events()) console.log(event.value, event.path);
 *   });
 */
import { dateFields } from "../case/event-store.ts";
import type { Case } from "../case/case-folder.ts";
import type { ScopeRules } from "../case/scope.ts";
import { timelineSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { Answer } from "../search/answer.ts";
import { nearestWord } from "../search/nearest-word.ts";
import { replayable } from "../search/query-sources.ts";
import { SearchSession } from "../search/session.ts";
import type { Bucket, BucketSize, TimelineCounts, TimelineEvent } from "./event.ts";
import { ExhibitEvents, type EventBounds, type EventHead } from "./exhibit-events.ts";
import { histogramOf } from "./histogram.ts";
import { compareKeys, readEventCursor } from "./timeline-cursor.ts";

export interface TimelineQuestion {
  /** In the language of `vestige search`, dates told from today included; default `*`, everything. */
  readonly query?: string;
  /** Ms since 1970 UTC, both in it. */
  readonly from?: number | null;
  readonly to?: number | null;
  /** `m`, `a`, `c`, `b` and names of fields of the kind `date`; empty or absent: all. */
  readonly kinds?: readonly string[];
  /** Where dates were read (`$SI`, `header`), with `*` and `?` as wildcards, case does not count; empty or absent: all. */
  readonly sources?: readonly string[];
  /** Minutes east of UTC that local times without a zone are taken for; default 0. */
  readonly zoneMinutes?: number;
  /** The dates that have no place in time, by path, instead of those that have one. `from` and `to` say nothing of them. */
  readonly notPlaced?: boolean;
  /** Items that officers marked as hidden, privileged or out of scope, too. */
  readonly withMarked?: boolean;
  /** For tests; by default the rules of the case's operation form. */
  readonly scope?: ScopeRules;
}

export interface TimelinePage {
  readonly events: readonly TimelineEvent[];
  /** Cursor for the next page, null at the end. */
  readonly next: string | null;
}

/** Kinds that events can have: times of items, then fields. */
export const eventKinds: readonly string[] = ["m", "a", "c", "b", ...dateFields];

/** The answer to a question, while `timelineOf` holds the work files at one moment. */
export class Timeline {
  /** The items that the query found, and what it was kept from. */
  readonly answer: Answer;
  readonly #bounds: EventBounds;
  readonly #exhibits: readonly ExhibitEvents[];

  constructor(answer: Answer, bounds: EventBounds) {
    this.answer = answer;
    this.#bounds = bounds;
    this.#exhibits = answer.exhibits.map((exhibit) => new ExhibitEvents(exhibit, bounds));
  }

  counts(): TimelineCounts {
    const sums = { events: 0, items: 0, localTimes: 0, notPlaced: 0 };
    for (const exhibit of this.#exhibits) {
      const counts = exhibit.counts();
      for (const name of ["events", "items", "localTimes", "notPlaced"] as const) sums[name] += counts[name];
    }
    return sums;
  }

  /** Every event in order, from the beginning or behind the one of a cursor. Throws OperatorError for what is no cursor. */
  *events(after: string | null = null): Generator<TimelineEvent, undefined, undefined> {
    for (const head of this.#heads(after)) yield head.of.read(head, !this.#bounds.notPlaced);
  }

  page(options: { readonly limit: number; readonly after?: string | null }): TimelinePage {
    const events: TimelineEvent[] = [];
    for (const event of this.events(options.after)) {
      if (events.length === options.limit) return { events, next: events.at(-1)?.cursor ?? null };
      events.push(event);
    }
    return { events, next: null };
  }

  /** Buckets that hold events, in order; none for dates without a place. */
  histogram(size: BucketSize): Generator<Bucket> {
    return histogramOf(this.#bounds.notPlaced ? [] : this.#exhibits, size);
  }

  *#heads(after: string | null): Generator<EventHead> {
    const key = after === null ? null : readEventCursor(after);
    const open = this.#exhibits
      .flatMap((exhibit) => exhibit.heads(key))
      .map((heads) => ({ heads, head: heads.next() }))
      .filter(({ head }) => !head.done);
    while (open.length > 0) {
      let least = open[0]!;
      for (let i = 1; i < open.length; i++) {
        if (isBefore(open[i]!.head.value as EventHead, least.head.value as EventHead)) least = open[i]!;
      }
      yield least.head.value as EventHead;
      least.head = least.heads.next();
      if (least.head.done) open.splice(open.indexOf(least), 1);
    }
  }
}

function isBefore(a: EventHead, b: EventHead): boolean {
  if (a.at !== b.at) return a.at < b.at;
  return compareKeys(a.of.keyOf(a), b.of.keyOf(b)) < 0;
}

/**
 * Asks for a timeline. `use` gets the answer, in which all work files stay at one moment; what it returns is returned. The caller
 * records the question in the journal before anything of the answer is shown (timeline-entry.ts).
 * Throws OperatorError for a question or work file that is not in order.
 */
export function timelineOf<T>(theCase: Case, question: TimelineQuestion, use: (timeline: Timeline) => T): T {
  const session = SearchSession.open(theCase, question.scope ? { scope: question.scope } : {});
  try {
    return askTimeline(session, question, use);
  } finally {
    session.close();
  }
}

/** The same in a session that goes on; its scope rules act. */
export function askTimeline<T>(
  session: SearchSession,
  question: Omit<TimelineQuestion, "scope">,
  use: (timeline: Timeline) => T,
): T {
  const bounds: EventBounds = {
    from: question.from ?? -Infinity,
    to: question.to ?? Infinity,
    kinds: checkedKinds(question.kinds ?? []),
    sources: question.sources ?? [],
    zoneMinutes: question.zoneMinutes ?? 0,
    notPlaced: question.notPlaced ?? false,
  };
  if (bounds.from > bounds.to) throw new OperatorError("timeline/bounds", timelineSays.boundsTurned());
  const { query = "*", withMarked = false } = question;
  // What is recorded means the same on any day.
  const asked = replayable(query, { now: Date.now() });
  return session.ask(asked, (answer) => use(new Timeline(answer, bounds)), { withMarked });
}

function checkedKinds(kinds: readonly string[]): readonly string[] {
  for (const kind of kinds) {
    if (eventKinds.includes(kind)) continue;
    const near = nearestWord(kind, eventKinds.slice(4));
    throw new OperatorError("timeline/kind", timelineSays.kindUnknown(kind, near, eventKinds));
  }
  return kinds;
}
