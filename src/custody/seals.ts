/**
 * The seals of a case, as its journal records them: those of the intake forms, and acts `seal-open` and `seal-close`. They
 * are what officers state; the program never sees a seal.
 */
import { z } from "zod";
import type { Entry } from "./entry.ts";

export const sealActs = { open: "seal-open", close: "seal-close" } as const;

const person = z.object({ name: z.string(), role: z.string().nullable() });
const photo = z.object({ file: z.string(), size: z.number(), sha256: z.string() });
const said = {
  seal: z.string(),
  reason: z.string().nullable(),
  /** When, as the officer states it; null where the entry's own time is meant. */
  at: z.string().nullable(),
  present: z.array(person),
  photos: z.array(photo),
};
const openDetails = z.object({ ...said, newSeal: z.string().nullable() });
const closeDetails = z.object(said);
const intakeDetails = z.object({
  form: z.object({
    description: z.string(),
    seals: z.array(z.string()),
    seizedBy: z.string().nullable(),
    seizedAt: z.string().nullable(),
  }),
});

export type SealDetails = z.infer<typeof closeDetails>;
export type SealOpenDetails = z.infer<typeof openDetails>;

/** What was done to a seal. */
export interface SealEvent {
  readonly seq: number;
  readonly utc: string;
  /** Who recorded it. */
  readonly officer: string;
  /** As stated, null where it was not. */
  readonly at: string | null;
  readonly reason: string | null;
  readonly present: SealDetails["present"];
  readonly photos: SealDetails["photos"];
}

export interface Seal {
  readonly seal: string;
  readonly exhibit: string;
  /** What is under it: the description of the exhibit. */
  readonly content: string;
  /** Who closed it: of an intake, who seized the exhibit. */
  readonly closedBy: string;
  readonly closed: SealEvent;
  /** Null while it is closed. */
  readonly opened: (SealEvent & { readonly newSeal: string | null }) | null;
}

/** All seals in the order in which they were put on. Entries whose details are not of the known shape are passed over. */
export function sealsOf(entries: Iterable<Entry>): Seal[] {
  const seals: Seal[] = [];
  const contents = new Map<string, string>();
  for (const entry of entries) {
    const { act, exhibit, details } = entry.body;
    if (exhibit === null) continue;
    if (act === "intake") {
      const parsed = intakeDetails.safeParse(details);
      if (!parsed.success) continue;
      const { description, seals: numbers, seizedBy, seizedAt } = parsed.data.form;
      contents.set(exhibit, description);
      const closed = eventOf(entry, { reason: null, at: seizedAt, present: [], photos: [] });
      for (const seal of numbers) {
        seals.push({ seal, exhibit, content: description, closedBy: seizedBy ?? closed.officer, closed, opened: null });
      }
    } else if (act === sealActs.close) {
      const parsed = closeDetails.safeParse(details);
      if (parsed.success) seals.push(sealOf(entry, exhibit, parsed.data.seal, parsed.data, contents));
    } else if (act === sealActs.open) {
      const parsed = openDetails.safeParse(details);
      if (parsed.success) openIn(seals, entry, exhibit, parsed.data, contents);
    }
  }
  return seals;
}

function openIn(
  seals: Seal[],
  entry: Entry,
  exhibit: string,
  details: SealOpenDetails,
  contents: Map<string, string>,
): void {
  const at = seals.findIndex((seal) => seal.seal === details.seal && seal.exhibit === exhibit && !seal.opened);
  if (at < 0) return;
  const { newSeal } = details;
  seals[at] = { ...(seals[at] as Seal), opened: { ...eventOf(entry, details), newSeal } };
  if (newSeal !== null) seals.push(sealOf(entry, exhibit, newSeal, details, contents));
}

type Said = Omit<SealDetails, "seal">;

function sealOf(entry: Entry, exhibit: string, seal: string, details: Said, contents: Map<string, string>): Seal {
  const content = contents.get(exhibit) ?? "";
  const closed = eventOf(entry, details);
  return { seal, exhibit, content, closedBy: closed.officer, closed, opened: null };
}

function eventOf({ body: { seq, utc, officer } }: Entry, { at, reason, present, photos }: Said): SealEvent {
  return { seq, utc, officer, at, reason, present, photos };
}
