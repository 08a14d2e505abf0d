/** What `vestige timeline CASE` does: the events of the items of a query, on record in the journal before they are shown. */
import { openCase, type Case } from "../../case/case-folder.ts";
import { toldAnswer, type SearchAnswer } from "../../search/search-case.ts";
import { checkKnownValues } from "../../search/known-values.ts";
import { parseQuery } from "../../search/query-parser.ts";
import { reviewSays, searchSays, timelineSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { bucketSizes, type BucketSize, type TimelineCounts, type TimelineEvent } from "../../timeline/event.ts";
import { bodyLinesOf, csvHead, csvLine, isOneMoment, momentsOf, utcOf } from "../../timeline/event-lines.ts";
import { readEventCursor } from "../../timeline/timeline-cursor.ts";
import { recordTimeline } from "../../timeline/timeline-entry.ts";
import { timelineOf, type Timeline, type TimelineQuestion } from "../../timeline/timeline.ts";
import { intervalOf, zoneOf, type AssumedZone } from "../browse/instant.ts";
import { Rows, safeText } from "../browse/rows.ts";
import { flagList, flagText, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";
import type { JsonValue, Output } from "../output.ts";
import { histogramLines } from "./histogram-lines.ts";

const defaultLimit = 100;
const maxLimit = 1_000_000;

type Form = "table" | "json" | "csv" | "body";

interface Asked {
  readonly question: TimelineQuestion;
  readonly zone: AssumedZone;
  readonly form: Form;
  /** Null: every event. */
  readonly limit: number | null;
  readonly after: string | null;
  readonly histogram: BucketSize | null;
}

export async function caseTimelineOf(context: CommandContext): Promise<ExitCode> {
  const asked = askedOf(context);
  const theCase = openCase(context.args[0] as string);
  await checkKnownValues(parseQuery(asked.question.query ?? "*", { now: Date.now() }));
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    return show(theCase, asked, context.output, (told) => {
      const { limit, after, histogram, form } = asked;
      recordTimeline(journal, signer, asked.question, told, { limit, after, histogram, output: form });
    });
  } finally {
    journal.close();
  }
}

function askedOf({ args, flags, output }: CommandContext): Asked {
  const inSource = ["at", "hash"].find((name) => flags[name] !== undefined);
  if (inSource !== undefined) throw new OperatorError("usage/flag", timelineSays.notOfCase(inSource));
  const zone = zoneOf(flags);
  const interval = intervalOf(flags, zone);
  const format = flags["csv"] === true ? "csv" : flagText(flags, "format");
  const form: Form = output.json ? "json" : format === "csv" || format === "body" ? format : "table";
  const list = (name: string) => flagList(flags, name).flatMap((text) => text.split(",").map((word) => word.trim()));
  const question: TimelineQuestion = {
    query: args.slice(1).join(" ") || "*",
    from: interval && Number.isFinite(interval.from) ? interval.from * 1000 : null,
    to: interval && Number.isFinite(interval.to) ? Math.floor(interval.to * 1000) : null,
    // The letters of a row of a body file, without commas between.
    kinds: list("kind").flatMap((word) => (/^[macb]+$/.test(word) ? [...word] : [word])),
    sources: list("source"),
    zoneMinutes: zone.offset / 60,
    notPlaced: flags["not-placed"] === true,
    withMarked: flags["with-marked"] === true,
  };
  const after = flagText(flags, "after");
  // Refused before anything is recorded.
  if (after !== null) readEventCursor(after);
  const limit = limitOf(flagText(flags, "limit"), form);
  return {
    question,
    zone,
    form,
    limit,
    after,
    histogram: sizeOf(flagText(flags, "histogram")),
  };
}

/** Files are of everything where nothing else is said; a screen is not. */
function limitOf(text: string | null, form: Form): number | null {
  if (text === "all" || (text === null && (form === "csv" || form === "body"))) return null;
  if (text === null) return defaultLimit;
  const limit = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > maxLimit) throw new OperatorError("timeline/limit", timelineSays.badLimit(text, maxLimit));
  return limit;
}

const sizeOf = (text: string | null): BucketSize | null => bucketSizes.find((size) => size === text) ?? null;

interface Told {
  readonly answer: SearchAnswer;
  readonly counts: TimelineCounts;
}

function show(theCase: Case, asked: Asked, output: Output, record: (told: Told) => void): ExitCode {
  return timelineOf(theCase, asked.question, (timeline) => {
    const told = { answer: toldAnswer(timeline.answer), counts: timeline.counts() };
    record(told);
    const lines =
      asked.histogram === null ? tellEvents(timeline, asked, output) : tellHistogram(timeline, asked, output);
    tellAnswer(told, { asked, ...lines }, output);
    output.summary(exitCodes.done, { ...told.counts, shown: lines.shown });
    return exitCodes.done;
  });
}

function tellHistogram(timeline: Timeline, { histogram, form }: Asked, output: Output): { shown: number; next: null } {
  const size = histogram as BucketSize;
  const rows = new Rows(output);
  let shown = 0;
  if (form === "json") {
    for (const bucket of timeline.histogram(size)) {
      rows.event("vestige.timeline-bucket/1", "bucket", { ...bucket, from: new Date(bucket.from).toISOString() });
      shown += 1;
    }
  } else if (form === "table") {
    for (const line of histogramLines(timeline, size)) rows.line(line);
  } else {
    rows.raw(`"bucket","events","local_times"\r\n`);
    for (const { bucket, events, localTimes } of timeline.histogram(size)) {
      rows.raw(`"${bucket}","${events}","${localTimes}"\r\n`);
    }
  }
  rows.flush();
  return { shown, next: null };
}

/** One event after another; nothing is held but the lines that are not written yet. */
function tellEvents(timeline: Timeline, asked: Asked, output: Output): { shown: number; next: string | null } {
  const rows = new Rows(output);
  const page = new EventPage(timeline, asked);
  try {
    if (asked.form === "csv") rows.raw(csvHead());
    if (asked.form === "csv") for (const event of page.events()) rows.raw(csvLine(event));
    else if (asked.form === "json") for (const event of page.events()) rows.event(...jsonOf(event));
    else if (asked.form === "body") {
      for (const moment of momentsOf(page.events())) for (const line of bodyLinesOf(moment)) rows.line(line);
    } else {
      rows.line(timelineSays.tableHead());
      for (const moment of momentsOf(page.events())) rows.line(tableLine(moment, output));
    }
  } finally {
    rows.flush();
  }
  return { shown: page.shown, next: page.next };
}

/** The events of a page as a stream, and after it how many they were and where the next page begins. */
class EventPage {
  shown = 0;
  next: string | null = null;
  readonly #timeline: Timeline;
  readonly #asked: Asked;

  constructor(timeline: Timeline, asked: Asked) {
    this.#timeline = timeline;
    this.#asked = asked;
  }

  /** A limit counts lines: a line of a table holds all dates of an item at one instant, and no page divides them. */
  *events(): Generator<TimelineEvent> {
    const { limit, after, form } = this.#asked;
    const isGrouped = form === "table" || form === "body";
    let last: TimelineEvent | null = null;
    let lines = 0;
    for (const event of this.#timeline.events(after)) {
      if (last === null || !isGrouped || !isOneMoment(last, event)) {
        if (last !== null && lines === limit) {
          this.next = last.cursor;
          return;
        }
        lines += 1;
      }
      this.shown += 1;
      last = event;
      yield event;
    }
  }
}

function jsonOf(event: TimelineEvent): [string, string, Record<string, JsonValue>] {
  const { value, zone, kind, source, exhibit, path, item, cursor } = event;
  const { id, kind: itemKind, state, size, type, sha256 } = item;
  const facts = { exhibit, path, item: id, itemKind, state, size, type, sha256 };
  return ["vestige.event/1", "event", { utc: utcOf(event), time: value, zone, kind, source, ...facts, cursor }];
}

/** An instant of an item in one line, however many of its dates are of it. */
function tableLine(moment: readonly [TimelineEvent, ...TimelineEvent[]], output: Output): string {
  const [first] = moment;
  const bySource = Map.groupBy(moment, ({ source }) => source);
  const dates = [...bySource].map(([source, events]) => {
    const letters = events.filter(({ kind }) => kind.length === 1).map(({ kind }) => kind);
    const macb =
      letters.length > 0 ? [[..."macb"].map((letter) => (letters.includes(letter) ? letter : ".")).join("")] : [];
    const names = [...new Set(events.map(({ kind }) => kind).filter((kind) => kind.length > 1))];
    return `${[...macb, ...names].join(", ")} (${safeText(output, source)})`;
  });
  const utc = utcOf(first);
  const notes = moment.flatMap(({ zone, value }) => {
    // What has no place is seen as it is recorded.
    if (zone === "utc" && utc !== null) return [];
    return [timelineSays.recordedAs(safeText(output, value), zone === "utc" ? "offset" : zone, utc)];
  });
  const { state, kind } = first.item;
  const more = [
    ...(kind === "directory" ? [timelineSays.folder()] : []),
    ...(state === "allocated" ? [] : [state]),
    ...new Set(notes),
  ];
  const path = safeText(output, first.path);
  return timelineSays.eventLine(utc, dates.join("; "), path, more);
}

function tellAnswer(
  { answer, counts }: Told,
  { asked, shown, next }: { asked: Asked; shown: number; next: string | null },
  output: Output,
): void {
  const { counts: found, notSearched } = answer;
  output.event("vestige.timeline/1", "answer", {
    query: answer.query,
    ...counts,
    zone: asked.zone.text,
    matchingItems: found.items,
    outOfScope: found.outOfScope,
    privileged: found.privileged,
    hidden: found.hidden,
    markedOutOfScope: found.markedOutOfScope,
    next,
    notSearched: { ...notSearched },
  });
  if (output.json) return;
  // The lines of files stand alone on standard output.
  const say = (text: string) => (asked.form === "table" ? output.line(text) : output.note(text));
  say(timelineSays.counts(counts, asked.histogram === null ? shown : null, found.items));
  if (counts.localTimes > 0) say(timelineSays.localTaken(counts.localTimes, asked.zone.text, asked.zone.given));
  if (counts.notPlaced > 0 && asked.question.notPlaced !== true) say(timelineSays.notPlaced(counts.notPlaced));
  if (found.outOfScope > 0) say(searchSays.outOfScope(found.outOfScope));
  if (found.privileged + found.hidden + found.markedOutOfScope > 0) say(reviewSays.keptOut(found));
  say(searchSays.notSearched(notSearched));
  if (next !== null) say(timelineSays.nextPage(next));
}
