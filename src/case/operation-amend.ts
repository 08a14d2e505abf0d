/** Changing an operation form field by field, and printing it. */
import { reportSays, searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import {
  clearableFields,
  emptyForm,
  parseForm,
  type ClearableField,
  type OperationFields,
  type OperationForm,
} from "./operation-form.ts";
import { hasWords, type ScopeRules } from "./scope.ts";

/** What flags say: texts replace where they are not null, lists are added at the end. */
export interface FormAdditions {
  /** Number of the operation. */
  readonly number: string | null;
  readonly place: string | null;
  readonly started: string | null;
  readonly ended: string | null;
  readonly inventory: string | null;
  /** `NAME; ROLE` or `NAME; ROLE; signed|refused|absent`. */
  readonly attendees: readonly string[];
  readonly notices: readonly string[];
  readonly objections: readonly string[];
  readonly commitments: readonly string[];
  readonly taken: readonly string[];
  readonly incidents: readonly string[];
  /** All four or none; `offset` in seconds, source minus reference. */
  readonly clock: { readonly [part in "source" | "offset" | "method" | "reference"]: string | null };
  readonly scope: Omit<ScopeRules, "dates"> & { readonly from: string | null; readonly to: string | null };
}

export interface Amendment {
  readonly clear: readonly string[];
  /** Whole fields, each replacing the recorded one. */
  readonly fields: OperationFields;
  readonly additions: FormAdditions;
}

/**
 * The form after clearing, replacing and adding, in that order. Throws OperatorError that names a bad field, and
 * `operation/scope-term` for the first scope term that no search could use.
 */
export function amendForm(current: OperationForm, amendment: Amendment): OperationForm {
  const form = amendedForm(current, amendment);
  // What was recorded before is not judged again, or nothing else could be amended.
  const unusable = form.scope.terms.find((term) => !hasWords(term) && !current.scope.terms.includes(term));
  if (unusable !== undefined) throw new OperatorError("operation/scope-term", searchSays.scopeTermEmpty(unusable));
  return form;
}

function amendedForm(current: OperationForm, { clear, fields, additions }: Amendment): OperationForm {
  const kept: Record<string, unknown> = { ...current };
  for (const field of clearableFields) if (clear.includes(field)) kept[field] = emptyForm[field];
  const base = parseForm({ ...kept, ...fields }, "the form");
  const { number, place, started, ended, inventory } = additions;
  return parseForm(
    {
      ...base,
      ...(number === null ? {} : { number }),
      place: place ?? base.place,
      started: started ?? base.started,
      ended: ended ?? base.ended,
      inventory: inventory ?? base.inventory,
      attendees: [...base.attendees, ...additions.attendees.map(attendeeOf)],
      notices: [...base.notices, ...additions.notices.map((what) => ({ what }))],
      objections: [...base.objections, ...additions.objections.map((what) => ({ what }))],
      incidents: [...base.incidents, ...additions.incidents.map((what) => ({ what }))],
      clocks: [...base.clocks, ...clocksOf(additions.clock)],
      commitments: [...base.commitments, ...additions.commitments],
      taken: [...base.taken, ...additions.taken],
      scope: amendScope(base.scope, additions.scope),
    },
    "the flags",
  );
}

function amendScope(base: ScopeRules, added: FormAdditions["scope"]): unknown {
  const from = added.from ?? base.dates?.from ?? null;
  const to = added.to ?? base.dates?.to ?? null;
  return {
    custodians: [...base.custodians, ...added.custodians],
    folders: [...base.folders, ...added.folders],
    types: [...base.types, ...added.types],
    terms: [...base.terms, ...added.terms],
    dates: from === null && to === null ? null : { from, to },
  };
}

function attendeeOf(value: string): unknown {
  const [name, role, signature, ...rest] = value.split(";").map((part) => part.trim());
  const known = signature === undefined || ["signed", "refused", "absent"].includes(signature);
  if (!name || !role || !known || rest.length > 0) {
    throw new OperatorError("operation/bad-attendee", reportSays.badAttendee(value));
  }
  return { name, role, signature: signature ?? null };
}

function clocksOf({ source, offset, method, reference }: FormAdditions["clock"]): unknown[] {
  const given = [source, offset, method, reference].filter((part) => part !== null).length;
  if (given === 0) return [];
  if (offset === null || given < 4) throw new OperatorError("operation/clock", reportSays.clockIncomplete());
  if (!/^[+-]?\d+(?:\.\d+)?$/.test(offset)) {
    throw new OperatorError("operation/clock", reportSays.badClockOffset(offset));
  }
  return [{ source, offsetSeconds: offset.replace(/^\+/, ""), method, reference }];
}

/** The form as lines for a terminal, recorded fields only. The caller escapes them. */
export function formLines(form: OperationForm): string[] {
  const lines: ["number" | ClearableField | `scope.${keyof ScopeRules}`, string | null][] = [
    ["number", form.number ?? null],
    ["place", form.place],
    ["started", form.started],
    ["ended", form.ended],
    ...form.attendees.map(({ name, role, signature }) => row("attendees", [name, role, signature])),
    ...form.notices.map(({ what, to, at }) => row("notices", [what, to, at])),
    ...form.objections.map(({ what, by, answer }) => row("objections", [what, by, answer])),
    ...form.clocks.map((clock) =>
      row("clocks", [
        clock.source,
        reportSays.clockOffset(clock.offsetSeconds),
        clock.method,
        clock.reference,
        clock.at,
      ]),
    ),
    ...form.commitments.map((text) => row("commitments", [text])),
    ["inventory", form.inventory],
    ...form.taken.map((text) => row("taken", [text])),
    ...form.incidents.map(({ what, at }) => row("incidents", [what, at])),
    ...scopeLines(form.scope),
  ];
  return lines.filter(([, value]) => value !== null).map(([name, value]) => `${name.padEnd(17)} ${value}`);
}

function row<Name extends string>(name: Name, parts: readonly (string | null)[]): [Name, string] {
  return [name, parts.filter((part) => part !== null).join("; ")];
}

function scopeLines(scope: ScopeRules): [`scope.${keyof ScopeRules}`, string | null][] {
  const { dates } = scope;
  return [
    ...scope.custodians.map((text) => row("scope.custodians", [text])),
    ["scope.dates", dates && `${dates.from ?? "…"} to ${dates.to ?? "…"}`],
    ...scope.folders.map((text) => row("scope.folders", [text])),
    ...scope.types.map((text) => row("scope.types", [text])),
    ...scope.terms.map((text) => row("scope.terms", [text])),
  ];
}
