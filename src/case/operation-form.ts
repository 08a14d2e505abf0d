/**
 * The form of a digital forensic operation (report R1 of the procedure): what happened on the spot, what was promised, and
 * the scope rules that every search then obeys. Everything is optional; null or an empty list means "not recorded".
 */
import { z } from "zod";
import { reportSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { scopeRulesShape } from "./scope.ts";

export const operationFormat = 1;

const text = z.string().trim().min(1).max(4000);
/** ISO 8601 with seconds optional and a zone: `2026-11-21T09:00+01:00`. */
const momentPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const moment = z
  .string()
  .regex(momentPattern, { error: "not a time with zone such as 2026-11-21T09:00+01:00" })
  .refine((value) => !Number.isNaN(Date.parse(value)), { error: "not a time of the calendar" });
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, { error: "not a day such as 2026-11-21" })
  .refine(isDay, { error: "not a day of the calendar" });

function isDay(value: string): boolean {
  const at = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value);
}

/** What the person did when asked to sign the report on the spot. */
const signature = z.enum(["signed", "refused", "absent"]).nullable().default(null);

const attendee = z.strictObject({ name: text, role: text, signature });
const notice = z.strictObject({ what: text, to: text.nullable().default(null), at: moment.nullable().default(null) });
const objection = z.strictObject({
  by: text.nullable().default(null),
  what: text,
  answer: text.nullable().default(null),
});
const incident = z.strictObject({ what: text, at: moment.nullable().default(null) });

/** Seconds as decimal text, so that no reader of the signed form rounds it; a number is taken too. */
const offsetSeconds = z
  .union([z.number().transform(String), z.string()])
  .pipe(z.string().regex(/^-?\d{1,10}(?:\.\d{1,9})?$/, { error: "not seconds such as -12.5" }));

/** How far the source's clock was off: source minus reference, so that a fast clock is positive. */
const clockOffset = z.strictObject({
  /** Exhibit label or device. */
  source: text,
  offsetSeconds,
  /** How it was read: "BIOS set-up screen", "date command". */
  method: text,
  /** Against what: "DCF77 radio clock", "NTP server ptbtime1". */
  reference: text,
  at: moment.nullable().default(null),
});

const scopeFields = {
  custodians: z.array(text).default([]),
  dates: z
    .strictObject({ from: day.nullable().default(null), to: day.nullable().default(null) })
    .refine((dates) => dates.from === null || dates.to === null || dates.from <= dates.to, {
      error: "the first day is after the last day",
    })
    .nullable()
    .default(null),
  folders: z.array(text).default([]),
  types: z.array(text).default([]),
  terms: z.array(text).default([]),
} satisfies Record<keyof typeof scopeRulesShape.shape, z.ZodType>;

const scope = z.strictObject(scopeFields).prefault({});

export const operationShape = z
  .strictObject({
    format: z.literal(operationFormat).default(operationFormat),
    /** Of the operation, as the authority gives it. Absent where none was recorded, as in forms that knew no such field. */
    number: text.optional(),
    place: text.nullable().default(null),
    started: moment.nullable().default(null),
    ended: moment.nullable().default(null),
    attendees: z.array(attendee).default([]),
    notices: z.array(notice).default([]),
    objections: z.array(objection).default([]),
    clocks: z.array(clockOffset).default([]),
    /** What was promised: place of processing, words searched, media left on the premises. */
    commitments: z.array(text).default([]),
    /** Number or file of the inventory of media. */
    inventory: text.nullable().default(null),
    /** Media that were taken away, and the seals put on them. */
    taken: z.array(text).default([]),
    incidents: z.array(incident).default([]),
    scope,
  })
  .refine((form) => !form.started || !form.ended || Date.parse(form.started) <= Date.parse(form.ended), {
    path: ["ended"],
    error: "the end is before the start",
  });

/** The form as it is stored and as the journal holds it. */
export type OperationForm = z.infer<typeof operationShape>;

/** What an amendment may hold: any of the fields, each replacing the recorded one. */
export type OperationFields = Partial<z.input<typeof operationShape>>;

export const emptyForm: OperationForm = operationShape.parse({});

/** Fields that `--clear` can empty. */
export const clearableFields = [
  "place",
  "started",
  "ended",
  "attendees",
  "notices",
  "objections",
  "clocks",
  "commitments",
  "inventory",
  "taken",
  "incidents",
  "scope",
] as const satisfies readonly (keyof OperationForm)[];

export type ClearableField = (typeof clearableFields)[number];

/** Checks a whole form. `origin` names where it came from. Throws OperatorError that names the field. */
export function parseForm(raw: unknown, origin: string): OperationForm {
  const parsed = operationShape.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const keys = issue?.code === "unrecognized_keys" ? issue.keys : [];
  const field = [...(issue?.path ?? []), ...keys.slice(0, 1)].map(String).join(".");
  throw new OperatorError("operation/bad-form", reportSays.badForm(origin, field, issue?.message ?? "unknown shape"));
}

/** A form that is only part of one (a file of `--form`): a JSON object. Throws OperatorError that names the field. */
export function parseFields(raw: unknown, origin: string): OperationFields {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new OperatorError("operation/bad-form", reportSays.badForm(origin, "", "not a JSON object"));
  }
  parseForm(raw, origin);
  return raw as OperationFields;
}
