/** What a report takes from the journal, in one pass and with bounded memory. */
import type { JsonObject, JsonValue } from "../../native-free/model/canonical-json.ts";
import type { Entry } from "../custody/entry.ts";
import { reportBounds, type JournalLine, type CustodyContent } from "./content.ts";

export interface JournalExtract {
  readonly journal: CustodyContent["journal"];
  readonly selfTest: JsonObject | null;
}

/** `entries` in order, up to and with the one of number `lastSeq`. */
export function extractJournal(entries: Iterable<Entry>, lastSeq: number): JournalExtract {
  const first: JournalLine[] = [];
  const last: JournalLine[] = [];
  let selfTest: JsonObject | null = null;
  let count = 0;
  for (const entry of entries) {
    if (entry.body.seq > lastSeq) break;
    count++;
    selfTest = selfTestOf(entry) ?? selfTest;
    const line = journalLine(entry);
    if (first.length < reportBounds.journalFirst) first.push(line);
    else last.push(line);
    if (last.length > reportBounds.journalLast) last.shift();
  }
  return { journal: { entries: count, first, omitted: count - first.length - last.length, last }, selfTest };
}

/** Acts that touch evidence hold the self-test made before them; `vestige selftest` is an act of its own. */
function selfTestOf({ body: { act, phase, details } }: Entry): JsonObject | null {
  if (act === "selftest" && phase !== "intent") return details;
  const { selfTest } = details;
  return typeof selfTest === "object" && selfTest !== null && !Array.isArray(selfTest)
    ? (selfTest as JsonObject)
    : null;
}

function journalLine({ body, hash }: Entry): JournalLine {
  const { seq, utc, officer, act, phase, exhibit, details } = body;
  return { seq, utc, officer, act, phase, exhibit, summary: summaryOf(details), hash };
}

const summaryLimit = 300;

/** `name=value` of the scalars, nested names joined by dots, cut at a bound. */
function summaryOf(details: JsonObject): string {
  let text = "";
  for (const [name, value] of flatten(details)) {
    const part = `${text === "" ? "" : "; "}${name}=${value}`;
    if (text.length + part.length > summaryLimit)
      return `${text}${text === "" ? part.slice(0, summaryLimit) : ""} …`.toWellFormed();
    text += part;
  }
  return text;
}

/** The scalars of a JSON value with their names, in its order; nulls are left out. */
export function* flatten(value: JsonValue, prefix = ""): Iterable<readonly [name: string, value: string]> {
  if (value === null) return;
  if (typeof value !== "object") {
    yield [prefix, String(value)];
    return;
  }
  for (const [key, part] of Object.entries(value))
    yield* flatten(part as JsonValue, prefix === "" ? key : `${prefix}.${key}`);
}
