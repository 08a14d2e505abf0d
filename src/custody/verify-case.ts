/**
 * Verification of a whole case, part by part: journal, checkpoints, the keys in `case.json`, every exhibit's manifest,
 * every report. Reads only; needs no key, no passphrase and no lock, so it runs on a read-only copy.
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { casePaths } from "../case/case-folder.ts";
import { digestOfUntrusted } from "../case/digest.ts";
import { reviewFiles } from "../review/review-log.ts";
import { verifyReviewFile } from "../review/verify-review.ts";
import type { Anchor } from "./anchor.ts";
import { domains, verifyDocument } from "./document.ts";
import { isImageBody } from "./image-manifest.ts";
import { registerOf, type OfficerKey } from "./key-register.ts";
import { readDocument, verifyManifest } from "./manifest.ts";
import { bytesOf, foldersIn, isThere, namesIn, sha256Of } from "./readable.ts";
import { verifyJournal, type JournalVerdict } from "./verify-journal.ts";
import { verifyReport } from "./verify-report.ts";

export type PartKind =
  | "journal"
  | "checkpoints"
  | "anchor"
  | "case"
  | "operation"
  | "intake"
  | "exhibit"
  | "image"
  | "work"
  | "report"
  | "review";

export interface VerifiedPart {
  readonly part: PartKind;
  /** Label of the exhibit, file of the report; "" for what exists once. */
  readonly name: string;
  readonly ok: boolean;
  /**
   * A word of `custodySays.problems`; `undecided` where only the damaged part of the journal could tell. With `ok` it is
   * null, or `rebuildable` for a work file that is not there.
   */
  readonly problem: string | null;
  /** First bad entry and line (from 1), where the part has such. */
  readonly seq: number | null;
  readonly line: number | null;
  /** Entries, checkpoints or lines that were found sound. */
  readonly count: number;
  /** Entry of the journal that records the document's hash; null where none does or it does not apply. */
  readonly recordedAt: number | null;
}

export interface CaseVerdict {
  readonly ok: boolean;
  readonly parts: readonly VerifiedPart[];
  readonly journal: JournalVerdict;
}

export interface VerifyCaseOptions {
  readonly anchor?: Anchor | null;
  /** SHA-256 (hex) of the page for checking reports that is about to be recorded. */
  readonly newPageSha256?: string | null;
}

/**
 * Verifies everything that a case holds signed. Does not throw on what its files say; throws OperatorError where one may
 * not be read.
 */
export function verifyCase(caseDir: string, options: VerifyCaseOptions = {}): CaseVerdict {
  const anchor = options.anchor ?? null;
  const journal = verifyJournal(caseDir, { anchor });
  const parts = [journalPart(journal), checkpointPart(journal), ...(anchor ? [anchorPart(journal, anchor)] : [])];
  parts.push(casePart(caseDir, journal));
  const operation = join(caseDir, "operation.json");
  if (journal.records.hasOperation || isThere(operation)) parts.push(formPart("operation", "", operation, journal));
  for (const label of labelsOf(caseDir, journal)) parts.push(...exhibitParts(caseDir, label, journal));
  parts.push(...reportParts(join(caseDir, "reports"), journal, options.newPageSha256 ?? null));
  parts.push(...reviewParts(casePaths(caseDir).review, journal));
  return { ok: parts.every((each) => each.ok), parts, journal };
}

/** Labels that the journal records and folders that there are, sorted. */
function labelsOf(caseDir: string, { records }: JournalVerdict): string[] {
  const folders = foldersIn(join(caseDir, "exhibits"));
  return [...new Set([...folders, ...records.intakes, ...records.acquired, ...records.processed()])].sort();
}

/** Letters that a label of a case consists of; another one in an entry names no folder. */
const plainLabel = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

function exhibitParts(caseDir: string, label: string, journal: JournalVerdict): VerifiedPart[] {
  if (!plainLabel.test(label)) return [part("intake", label, "not-recorded")];
  const { records } = journal;
  const folder = join(caseDir, "exhibits", label);
  const parts = [formPart("intake", label, join(folder, "exhibit.json"), journal)];
  if (isThere(join(folder, "acquisition.json"))) parts.push(exhibitPart(folder, label, journal));
  else if (records.acquired.has(label)) parts.push(part("exhibit", label, "missing"));
  if (records.digestOf(label) !== null) parts.push(workPart(caseDir, label, journal));
  return parts;
}

/** What is not as the sound entries say may be as the damaged ones did. */
function unlessDamaged(problem: string, journal: JournalVerdict): string {
  return journal.firstBad === null ? problem : "undecided";
}

function part(kind: PartKind, name: string, problem: string | null, more: Partial<VerifiedPart> = {}): VerifiedPart {
  const base = { part: kind, name, ok: problem === null, problem, seq: null, line: null, count: 0, recordedAt: null };
  return { ...base, ...more };
}

function journalPart(journal: JournalVerdict): VerifiedPart {
  const { firstBad, entries } = journal;
  return part("journal", "", firstBad?.problem ?? null, {
    seq: firstBad?.seq ?? null,
    line: firstBad?.line ?? null,
    count: entries,
  });
}

function checkpointPart(journal: JournalVerdict): VerifiedPart {
  const bad = journal.badCheckpoints[0];
  const open = journal.firstBad !== null && journal.unreachedCheckpoints > 0 ? "undecided" : null;
  return part("checkpoints", bad ? basename(bad.file) : "", bad?.problem ?? open, {
    seq: bad?.seq ?? null,
    count: journal.checkpoints,
  });
}

/** Holds where the sound part of the journal reaches beyond the anchor's entry. */
function anchorPart(journal: JournalVerdict, anchor: Anchor): VerifiedPart {
  const holds = journal.entries > anchor.seq && (journal.firstBad === null || journal.firstBad.seq > anchor.seq);
  const problem = holds ? null : (journal.firstBad?.problem ?? "checkpoint-mismatch");
  return part("anchor", "", problem, {
    seq: holds ? null : (journal.firstBad?.seq ?? anchor.seq),
    count: anchor.seq + 1,
  });
}

function casePart(caseDir: string, journal: JournalVerdict): VerifiedPart {
  const bytes = bytesOf(join(caseDir, "case.json"));
  if (bytes === null) return part("case", "", "missing");
  const register = parsed(bytes);
  if (register === null || typeof register !== "object") return part("case", "", "malformed");
  if (!journal.keys) return part("case", "", "undecided");
  const { id, officers } = register as { id?: unknown; officers?: unknown };
  if (id !== journal.caseId) return part("case", "", "foreign-id");
  const stated = keyLines(officers);
  const known = keyLines(journal.keys.officers().map(({ officer, ...key }) => ({ name: officer, ...key })));
  if (stated === null || stated !== known) return part("case", "", unlessDamaged("foreign-keys", journal));
  const recorded = journal.records.caseSha256;
  const same = recorded === null || recorded === createHash("sha256").update(bytes).digest("hex");
  const problem = same ? null : unlessDamaged("form-changed", journal);
  return part("case", "", problem, { count: journal.keys.officers().length });
}

/** Null for what is no JSON. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

/** One comparable text for a list of `{ name, keyId, publicKey }`, in any order; null where it is not one. */
function keyLines(officers: unknown): string | null {
  if (!Array.isArray(officers)) return null;
  const lines = (officers as readonly Record<string, unknown>[]).map((officer) =>
    JSON.stringify([officer["name"], officer["keyId"], officer["publicKey"]]),
  );
  return lines.sort().join("\n");
}

function exhibitPart(folder: string, label: string, journal: JournalVerdict): VerifiedPart {
  if (!journal.keys) return part("exhibit", label, "undecided");
  const verdict = verifyManifest(folder, journal.keys);
  const recordedAt = journal.records.hashes.get(verdict.hash) ?? null;
  const problem = documentProblem(verdict.problem, recordedAt, journal);
  const kind = isImageBody(verdict.body) ? "image" : "exhibit";
  return part(kind, label, problem, { line: verdict.line, count: verdict.lines, recordedAt });
}

/** A document that someone with a key signed but no entry records was put there behind the journal's back. */
function documentProblem(problem: string | null, recordedAt: number | null, journal: JournalVerdict): string | null {
  // The key may have been added by an entry that cannot be read any more.
  if (problem === "unknown-key") return unlessDamaged(problem, journal);
  return problem ?? (recordedAt === null ? unlessDamaged("not-recorded", journal) : null);
}

/** A form is as the journal records its bytes. */
function formPart(kind: PartKind, name: string, file: string, journal: JournalVerdict): VerifiedPart {
  const found = sha256Of(file);
  const { hasOperation, intakes, hashes } = journal.records;
  const expected = kind === "operation" ? hasOperation : intakes.has(name);
  if (found === null) return part(kind, name, expected ? "missing" : unlessDamaged("missing", journal));
  const recordedAt = hashes.get(found) ?? null;
  return part(kind, name, recordedAt === null ? unlessDamaged("form-changed", journal) : null, {
    recordedAt,
    count: 1,
  });
}

/** The work file gives the digest that was signed when its processing ended. It is no evidence: it can be made again. */
function workPart(caseDir: string, label: string, journal: JournalVerdict): VerifiedPart {
  const paths = casePaths(caseDir);
  const absent = part("work", label, "rebuildable", { ok: true });
  if (!isThere(paths.items(label))) return absent;
  const found = digestOfUntrusted({ paths }, label);
  if (found === null) return absent;
  if (found === "damaged") return part("work", label, "work-damaged");
  const same = found.digest === journal.records.digestOf(label);
  const recordedAt = same ? (journal.records.hashes.get(found.digest) ?? null) : null;
  return part("work", label, same ? null : unlessDamaged("work-changed", journal), { recordedAt, count: 1 });
}

const pageName = "verify.html";

/** Reports that there are, those that the journal records, and the page that checks them. */
function reportParts(folder: string, journal: JournalVerdict, newPage: string | null): VerifiedPart[] {
  const { reports } = journal.records;
  const recorded = reports.flatMap(({ files }) => files.filter((name) => name.endsWith(".json")));
  const names = [...new Set([...namesIn(folder).filter((name) => name.endsWith(".json")), ...recorded])].sort();
  const parts = names.map((name) => reportPart(join(folder, name), journal));
  const page = reports.at(-1)?.verifyPageSha256 ?? null;
  if (page === null) return parts;
  const found = sha256Of(join(folder, pageName));
  const known = found === page || found === newPage;
  const problem = found === null ? "missing" : known ? null : unlessDamaged("form-changed", journal);
  return [
    ...parts,
    part("report", pageName, problem, { count: 1, recordedAt: known ? (reports.at(-1)?.seq ?? null) : null }),
  ];
}

function reportPart(file: string, journal: JournalVerdict): VerifiedPart {
  const name = basename(file);
  if (!isThere(file)) return part("report", name, "missing");
  if (!journal.keys) return part("report", name, "undecided");
  const recordOf = (hash: string) => journal.records.reports.find(({ contentHash }) => contentHash === hash) ?? null;
  const verdict = verifyReport(file, journal.keys, recordOf);
  const recordedAt = journal.records.hashes.get(verdict.hash) ?? null;
  const problem = documentProblem(verdict.problem, recordedAt, journal);
  return part("report", name, problem, { recordedAt, count: problem === null ? 1 : 0 });
}

/** Officers' files that there are and that the journal records. */
function reviewParts(folder: string, journal: JournalVerdict): VerifiedPart[] {
  const { records, caseId, openIntents } = journal;
  const recorded = records.reviews.filter(({ lines }) => lines > 0).map(({ file }) => file);
  const present = reviewFiles(folder);
  return [...new Set([...present, ...recorded])].sort().map((name) => {
    if (!present.includes(name)) return part("review", name, "missing");
    const { problem, ...more } = verifyReviewFile(join(folder, name), caseId, records.reviews, openIntents);
    return part("review", name, problem === null ? null : unlessDamaged(problem, journal), more);
  });
}

/**
 * Verifies one document outside its case: a manifest (with the line file beside it), a report or a checkpoint. The keys
 * are those the caller trusts: of a case, or named by hand. Returns null where the file is none of these.
 */
export function verifyLooseFile(file: string, caseId: string, keys: readonly OfficerKey[]): VerifiedPart | null {
  const document = readDocument(file) as JsonObject | null;
  if (document === null) return null;
  const register = registerOf(caseId, keys);
  if ("manifest" in document) {
    const verdict = verifyManifest(join(file, ".."), register);
    const kind = isImageBody(verdict.body) ? "image" : "exhibit";
    return part(kind, basename(file), verdict.problem, { line: verdict.line, count: verdict.lines });
  }
  if ("content" in document) {
    const { problem } = verifyReport(file, register, () => null);
    return part("report", basename(file), problem, { count: problem === null ? 1 : 0 });
  }
  if (!("body" in document)) return null;
  const verdict = verifyDocument(domains.checkpoint, document, register);
  return part("checkpoints", basename(file), verdict.problem, { count: 1 });
}
