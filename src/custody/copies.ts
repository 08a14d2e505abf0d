/**
 * The preservation copies of a case, as its journal records them: acts `copy` (intent, done, failed), `copy-verify` (intent,
 * done) and `copy-moved` (event). Nothing else knows where copies are: they lie outside the case.
 */
import { z } from "zod";
import type { Entry } from "./entry.ts";

export const copyActs = { make: "copy", verify: "copy-verify", move: "copy-moved" } as const;

export interface CopiedFile {
  /** Plain name in the copy's folder. */
  readonly file: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/** What is wrong with a file of a copy. */
export type CopyProblem = "missing" | "size" | "sha256" | "unreadable";

/** `2027-11-21` */
export const dayPattern = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

const text = z.string().nullable().default(null);
const recorded = z.object({
  copy: z.string(),
  place: text,
  location: text,
  medium: text,
  handedFrom: text,
  handedTo: text,
  nextCheck: text,
  checkEvery: z.number().nullable().default(null),
  ok: z.boolean().nullable().default(null),
  files: z.array(z.object({ file: z.string(), size: z.number(), sha256: z.string() })).catch([]),
  problems: z.array(z.object({ file: z.string(), problem: z.string() })).catch([]),
});

/** One act on a copy that is in the journal, in its words. */
export interface CopyEvent extends z.infer<typeof recorded> {
  readonly seq: number;
  readonly utc: string;
  readonly officer: string;
  readonly act: string;
}

/**
 * `sound` when it was read last; `changed` when a check found a difference; `failed` where it was never sound;
 * `unfinished` where it was begun and not ended.
 */
export type CopyState = "sound" | "changed" | "failed" | "unfinished";

export interface PreservationCopy {
  /** `M01-c1`: exhibit and number. */
  readonly copy: string;
  readonly exhibit: string;
  readonly state: CopyState;
  /** Folder (absolute, of the machine that made or checked it last). */
  readonly place: string;
  /** Where it is kept, in the officer's words. */
  readonly location: string | null;
  readonly medium: string | null;
  readonly files: readonly CopiedFile[];
  /** UTC of the last time that it was read and found sound or changed; null where it never was. */
  readonly lastCheck: string | null;
  /** Day of the next check, null where none is planned. */
  readonly nextCheck: string | null;
  /** Days between checks. */
  readonly checkEvery: number | null;
  /** From its making on. */
  readonly events: readonly CopyEvent[];
}

/** All copies, in the order in which they were begun. */
export function copiesOf(entries: Iterable<Entry>): PreservationCopy[] {
  const copies = new Map<string, PreservationCopy>();
  for (const entry of entries) {
    const { act, exhibit, details, phase } = entry.body;
    const known = Object.values<string>(copyActs).includes(act);
    const parsed = known && exhibit !== null ? recorded.safeParse(details) : null;
    if (!parsed?.success || exhibit === null) continue;
    const { seq, utc, officer } = entry.body;
    const event: CopyEvent = { seq, utc, officer, act, ...parsed.data };
    const before = copies.get(event.copy);
    if (!before && (act !== copyActs.make || phase !== "intent")) continue;
    copies.set(event.copy, after(before ?? unfinished(exhibit, event), event, phase));
  }
  return [...copies.values()];
}

function unfinished(exhibit: string, { copy, place }: CopyEvent): PreservationCopy {
  const nothing = { location: null, medium: null, lastCheck: null, nextCheck: null, checkEvery: null };
  return { copy, exhibit, state: "unfinished", place: place ?? "", files: [], events: [], ...nothing };
}

function after(copy: PreservationCopy, event: CopyEvent, phase: string): PreservationCopy {
  const { act } = event;
  const kept = {
    place: event.place ?? copy.place,
    location: event.location ?? copy.location,
    medium: event.medium ?? copy.medium,
  };
  if (act !== copyActs.move && phase === "intent") {
    return act === copyActs.make ? { ...copy, ...kept, events: [event] } : copy;
  }
  const events = [...copy.events, event];
  if (act === copyActs.move) return { ...copy, ...kept, events };
  // A check that could not be made says nothing of the copy.
  if (act === copyActs.verify && phase === "failed") return { ...copy, events };
  const read = { lastCheck: event.utc, nextCheck: event.nextCheck, checkEvery: event.checkEvery };
  if (act === copyActs.verify)
    return { ...copy, ...kept, ...read, state: event.ok === true ? "sound" : "changed", events };
  const sound = phase === "done" && event.ok === true;
  return { ...copy, ...kept, ...read, state: sound ? "sound" : "failed", files: event.files, events };
}

/** The next number of a copy of an exhibit, `M01-c3`; numbers are never used again. */
export function nextCopyName(copies: readonly PreservationCopy[], exhibit: string): string {
  const numbers = copies.map(({ copy }) =>
    copy.startsWith(`${exhibit}-c`) ? Number(copy.slice(exhibit.length + 2)) : 0,
  );
  return `${exhibit}-c${Math.max(0, ...numbers.filter((number) => Number.isSafeInteger(number))) + 1}`;
}

/** The day that lies `days` after an instant (UTC), null without a plan. */
export function dayAfter(utcMs: number, days: number | null): string | null {
  return days === null ? null : new Date(utcMs + days * 86_400_000).toISOString().slice(0, 10);
}

export interface DueCopy extends PreservationCopy {
  /** To be read again on that day or before, found changed, or begun and never finished. */
  readonly due: boolean;
}

/** Copies with those that are due on a day first, the longest overdue before the others; failed ones are no copies. */
export function copiesDue(copies: readonly PreservationCopy[], day: string): DueCopy[] {
  const far = "9999-99-99";
  const isDue = ({ state, nextCheck }: PreservationCopy): boolean =>
    state === "changed" || state === "unfinished" || (nextCheck !== null && nextCheck <= day);
  return copies
    .filter(({ state }) => state !== "failed")
    .map((copy) => ({ ...copy, due: isDue(copy) }))
    .sort((a, b) => Number(b.due) - Number(a.due) || ((a.nextCheck ?? far) < (b.nextCheck ?? far) ? -1 : 1));
}
