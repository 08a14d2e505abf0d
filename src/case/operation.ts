/**
 * The operation form on disk and in the journal. `operation.json` holds the form in force; the journal holds every form in
 * full with the SHA-256 of its file (act `operation`, intent and done), so later forms supersede and nothing is lost. A
 * file that the journal does not vouch for is refused: scope rules are never dropped silently.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { canonicalJson, type JsonObject } from "../../native-free/model/canonical-json.ts";
import { entrySignedBy, lineLimitBytes, readEntryLine, type Entry } from "../custody/entry.ts";
import { diskFiles, linesOf } from "../custody/journal-files.ts";
import { openJournal, type Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import { caseSays, reportSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { writeAtomically } from "./atomic-file.ts";
import type { Case } from "./case-folder.ts";
import { operationFormat, parseForm, type OperationForm } from "./operation-form.ts";
import { noScopeRules, type ScopeRules } from "./scope.ts";

/** A form as the journal vouches for it. */
export interface RecordedOperation {
  readonly form: OperationForm;
  /** SHA-256 (hex) of the bytes of `operation.json`. */
  readonly sha256: string;
  /** The entry that announced it. */
  readonly seq: number;
  /** When it was recorded, ISO 8601 UTC. */
  readonly utc: string;
  readonly officer: string;
  /** How many forms were recorded before it. */
  readonly earlier: number;
}

/** The bytes of `operation.json`: sorted keys, so that the form read back from the journal gives the same file. */
export function operationText(form: OperationForm): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(form)), null, 2)}\n`;
}

function hashOf(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Records a form: intent with its full content, the file, done. Throws OperatorError. */
export function recordOperation(
  theCase: Case,
  journal: Journal,
  signer: Signer,
  form: OperationForm,
): RecordedOperation {
  const before = journalForms(theCase).inForce;
  const text = operationText(form);
  const sha256 = hashOf(text);
  const details = { form: JSON.parse(canonicalJson(form)) as JsonObject, sha256, supersedes: before?.sha256 ?? null };
  const act = journal.begin("operation", details, signer);
  try {
    writeAtomically(theCase.paths.operation, text);
  } catch (error) {
    act.failed({ error: (error as { code?: string }).code ?? "unknown" });
    throw error;
  }
  act.done({ sha256 });
  const recorded = journalForms(theCase).inForce;
  if (!recorded) throw new Error("the journal lost an entry that it acknowledged");
  return recorded;
}

/**
 * The form in force, or null where none was recorded. Throws OperatorError where the file is absent, damaged or other than
 * the journal says.
 */
export function readOperation(theCase: Case): RecordedOperation | null {
  const file = theCase.paths.operation;
  const { inForce, acceptable } = journalForms(theCase);
  if (!existsSync(file)) {
    if (inForce) throw new OperatorError("operation/absent", reportSays.operationAbsent(file));
    return null;
  }
  const sha256 = hashOf(readBytes(file));
  const found = acceptable.findLast((form) => form.sha256 === sha256);
  if (!found) throw new OperatorError("operation/changed", reportSays.operationChanged(file));
  return found;
}

/** The scope rules in force; none where no form was recorded. Throws OperatorError as `readOperation` does. */
export function readScopeRules(theCase: Case): ScopeRules {
  return readOperation(theCase)?.form.scope ?? noScopeRules;
}

/** Writes `operation.json` again as the journal holds it. Returns null where no form was recorded. */
export function restoreOperation(theCase: Case): RecordedOperation | null {
  const { inForce } = journalForms(theCase);
  if (inForce) writeAtomically(theCase.paths.operation, operationText(inForce.form));
  return inForce;
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("case/unreadable", caseSays.unreadable(file, code));
  }
}

interface JournalForms {
  /** The last form whose recording ended. */
  readonly inForce: RecordedOperation | null;
  /** It and those announced after it: a crash between announcement and end leaves either file. */
  readonly acceptable: readonly RecordedOperation[];
}

/** Canonical text puts `act` first, so other lines need not be parsed. */
const operationMark = Buffer.from('{"body":{"act":"operation",');

function journalForms(theCase: Case): JournalForms {
  const journal = openJournal(theCase.paths.root);
  const announced: RecordedOperation[] = [];
  let inForce = -1;
  for (const entry of operationEntries(journal)) {
    const { phase, intent } = entry.body;
    if (phase === "intent") announced.push(recordedForm(entry, announced.length, theCase.paths.journal));
    if (phase === "done") inForce = announced.findIndex((form) => form.seq === intent);
  }
  return { inForce: announced[inForce] ?? null, acceptable: announced.slice(Math.max(0, inForce)) };
}

/** The entries of the act `operation`, each with its hash and signature checked. */
function* operationEntries(journal: Journal): Iterable<Entry> {
  const { journal: file } = journal.paths;
  const size = diskFiles.size(file) ?? 0;
  for (const line of linesOf(diskFiles, file, 0, size, lineLimitBytes)) {
    const text = Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.byteLength);
    if (!line.terminated || !text.subarray(0, operationMark.length).equals(operationMark)) continue;
    const entry = readEntryLine(line.bytes);
    if (typeof entry === "string") throw changedJournal(file, entry);
    const { delegation, key } = entry.body;
    const signedWith = delegation === null ? journal.keys().officerKey(key) : journal.keys().session(delegation);
    if (!signedWith || !entrySignedBy(entry, signedWith.publicKey)) throw changedJournal(file, "bad-signature");
    yield entry;
  }
}

function changedJournal(file: string, problem: string): OperatorError {
  return new OperatorError("operation/journal", reportSays.operationJournal(file, problem));
}

function recordedForm(entry: Entry, earlier: number, journal: string): RecordedOperation {
  const { details, seq, utc, officer } = entry.body;
  const raw = details["form"];
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > operationFormat) {
    throw new OperatorError("case/newer-format", caseSays.newerFormat(journal, format, operationFormat));
  }
  return { form: parseForm(raw, journal), sha256: String(details["sha256"]), seq, utc, officer, earlier };
}
