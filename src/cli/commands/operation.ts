/** `vestige operation`: records or shows the form of the operation, whose scope rules every search obeys. */
import { escapeForTerminal } from "../../../native-free/model/escape.ts";
import { readJsonFile } from "../../case/atomic-file.ts";
import { openCase } from "../../case/case-folder.ts";
import { amendForm, formLines, type FormAdditions } from "../../case/operation-amend.ts";
import { clearableFields, emptyForm, parseFields, type OperationForm } from "../../case/operation-form.ts";
import { readOperation, recordOperation, restoreOperation, type RecordedOperation } from "../../case/operation.ts";
import { reportSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { checkScopeTypes } from "../../search/known-values.ts";
import { flagList, flagText, type Command, type CommandContext, type Flag, type FlagValues } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";
import type { JsonValue } from "../output.ts";

const repeat = (name: string, value: string, summary: string): Flag => ({ name, value, summary, repeat: true });
const single = (name: string, value: string, summary: string): Flag => ({ name, value, summary });

const flags: readonly Flag[] = [
  single("form", "FILE", "take fields from a JSON file; each field in it replaces the recorded one"),
  single("number", "TEXT", "number of the operation"),
  single("place", "TEXT", "where the operation took place"),
  single("start", "TIME", "its start, with zone: 2026-11-21T09:00+01:00"),
  single("end", "TIME", "its end"),
  repeat("attendee", "TEXT", '"NAME; ROLE" or "NAME; ROLE; signed|refused|absent"'),
  repeat("notice", "TEXT", "a notice that was handed over"),
  repeat("objection", "TEXT", "an objection that was raised"),
  single("clock-source", "TEXT", "whose clock was compared: exhibit or device"),
  single("clock-offset", "SECONDS", "source minus reference: positive where the source is fast"),
  single("clock-method", "TEXT", "how the source's clock was read"),
  single("clock-reference", "TEXT", "what it was compared with"),
  repeat("commitment", "TEXT", "what was promised on the spot"),
  single("inventory", "TEXT", "number or file of the inventory of media"),
  repeat("taken", "TEXT", "a medium taken away, with its seals"),
  repeat("incident", "TEXT", "what went otherwise than planned"),
  repeat("scope-custodian", "TEXT", "search only what belongs to this custodian"),
  single("scope-from", "DAY", "search only items modified on or after this day"),
  single("scope-to", "DAY", "search only items modified on or before this day"),
  repeat("scope-folder", "PATH", "search only below this folder of the exhibit"),
  repeat("scope-type", "TYPE", "search only this type or category"),
  repeat("scope-term", "TEXT", "search only items in which one of these terms occurs"),
  { ...repeat("clear", "FIELD", "empty a field before the others are added"), choices: clearableFields },
  { name: "restore", summary: "write operation.json again as the journal holds it" },
];

const help = `Without flags it prints the form in force. Flags amend it: a text replaces, a list grows (empty it first with
--clear FIELD). Every form is recorded in full in the journal; later ones supersede. A field that is not given stays as it is.

  vestige operation CASE --place "Antwerp, Kade 12" --start 2026-11-21T09:00+01:00 --attendee "A. Lawyer; company lawyer"
  vestige operation CASE --commitment "Only the folder Sales is searched" --scope-folder Sales --scope-from 2024-01-01
  vestige operation CASE --clock-source M01 --clock-offset 95 --clock-method "BIOS screen" --clock-reference "DCF77 clock"
  vestige operation CASE --form form.json`;

export const operationCommand: Command = {
  name: "operation",
  summary: "record the form of the operation and the scope of every search",
  group: "case",
  args: [{ name: "CASE", summary: "case folder" }],
  flags,
  help,
  run: runOperation,
};

async function runOperation(context: CommandContext): Promise<ExitCode> {
  const theCase = openCase(context.args[0] as string);
  const given = flags.filter((flag) => context.flags[flag.name] !== undefined).map((flag) => flag.name);
  if (given.includes("restore")) {
    if (given.length > 1) throw new OperatorError("operation/conflict", reportSays.operationConflict());
    const restored = restoreOperation(theCase);
    if (restored) context.output.note(reportSays.operationRestored(theCase.paths.operation));
    return show(context, restored);
  }
  const current = readOperation(theCase);
  if (given.length === 0) return show(context, current);
  const form = wantedForm(current?.form ?? emptyForm, context.flags);
  if (JSON.stringify(form) === JSON.stringify(current?.form)) {
    context.output.note(reportSays.operationUnchanged());
    return show(context, current);
  }
  // What was recorded before is not judged again, or nothing else could be amended.
  const before = current?.form.scope.types ?? [];
  await checkScopeTypes(form.scope.types.filter((type) => !before.includes(type)));
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const recorded = recordOperation(theCase, journal, signer, form);
    context.output.note(reportSays.operationRecorded(recorded.seq, recorded.sha256, recorded.earlier));
    return show(context, recorded);
  } finally {
    journal.close();
  }
}

function wantedForm(current: OperationForm, values: FlagValues): OperationForm {
  const file = flagText(values, "form");
  const fields = file === null ? {} : parseFields(readJsonFile(file), file);
  return amendForm(current, { clear: flagList(values, "clear"), fields, additions: additionsOf(values) });
}

function additionsOf(values: FlagValues): FormAdditions {
  const text = (name: string) => flagText(values, name);
  const list = (name: string) => flagList(values, name);
  return {
    number: text("number"),
    place: text("place"),
    started: text("start"),
    ended: text("end"),
    inventory: text("inventory"),
    attendees: list("attendee"),
    notices: list("notice"),
    objections: list("objection"),
    commitments: list("commitment"),
    taken: list("taken"),
    incidents: list("incident"),
    clock: {
      source: text("clock-source"),
      offset: text("clock-offset"),
      method: text("clock-method"),
      reference: text("clock-reference"),
    },
    scope: {
      custodians: [...list("scope-custodian")],
      folders: [...list("scope-folder")],
      types: [...list("scope-type")],
      terms: [...list("scope-term")],
      from: text("scope-from"),
      to: text("scope-to"),
    },
  };
}

function show({ output }: CommandContext, recorded: RecordedOperation | null): ExitCode {
  if (!recorded) {
    output.note(reportSays.operationNone());
  } else {
    for (const line of formLines(recorded.form)) output.line(escapeForTerminal(line));
    const { form, sha256, seq, utc, officer, earlier } = recorded;
    output.event("vestige.operation/1", "operation", {
      form: form as unknown as JsonValue,
      sha256,
      seq,
      utc,
      officer,
      earlier,
    });
  }
  output.summary(exitCodes.done, { forms: recorded ? recorded.earlier + 1 : 0 });
  return exitCodes.done;
}
