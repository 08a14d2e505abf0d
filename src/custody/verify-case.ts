/**
 * Verification of a whole case, part by part: journal, checkpoints, the keys in `case.json`, every exhibit's manifest,
 * every report. Reads only; needs no key, no passphrase and no lock, so it runs on a read-only copy.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Anchor } from "./anchor.ts";
import { domains, verifyDocument } from "./document.ts";
import { isImageBody } from "./image-manifest.ts";
import { registerOf, type KeyRegister, type OfficerKey } from "./key-register.ts";
import { readDocument, verifyManifest } from "./manifest.ts";
import { verifyJournal, type JournalVerdict } from "./verify-journal.ts";

export type PartKind =
  "journal" | "checkpoints" | "anchor" | "case" | "operation" | "intake" | "exhibit" | "image" | "report";

export interface VerifiedPart {
  readonly part: PartKind;
  /** Label of the exhibit, file of the report; "" for what exists once. */
  readonly name: string;
  readonly ok: boolean;
  /** A word of `custodySays.problems`. */
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

/** Verifies everything that a case holds signed. Does not throw on what its files say. */
export function verifyCase(caseDir: string, options: { anchor?: Anchor | null } = {}): CaseVerdict {
  const anchor = options.anchor ?? null;
  const journal = verifyJournal(caseDir, { anchor });
  const parts = [journalPart(journal), checkpointPart(journal), ...(anchor ? [anchorPart(journal, anchor)] : [])];
  parts.push(casePart(caseDir, journal));
  const keys = journal.keys;
  if (existsSync(join(caseDir, "operation.json")))
    parts.push(formPart("operation", "", join(caseDir, "operation.json"), journal));
  if (keys) {
    for (const label of folderNames(join(caseDir, "exhibits"))) {
      const folder = join(caseDir, "exhibits", label);
      parts.push(formPart("intake", label, join(folder, "exhibit.json"), journal));
      if (existsSync(join(folder, "acquisition.json"))) parts.push(exhibitPart(folder, label, keys, journal));
      else if (journal.acquired.has(label)) parts.push(part("exhibit", label, "missing"));
    }
    for (const file of reportFiles(join(caseDir, "reports"))) parts.push(reportPart(file, keys, journal));
  }
  return { ok: parts.every((each) => each.ok), parts, journal };
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
  return part("checkpoints", bad ? basename(bad.file) : "", bad?.problem ?? null, {
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
  let register: { id?: unknown; officers?: unknown };
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(caseDir, "case.json"));
    register = JSON.parse(bytes.toString("utf8")) as typeof register;
  } catch (error) {
    return part("case", "", (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "malformed");
  }
  if (!journal.keys || register === null || typeof register !== "object") return part("case", "", "malformed");
  if (register.id !== journal.caseId) return part("case", "", "foreign-id");
  const stated = keyLines(register.officers);
  const known = keyLines(journal.keys.officers().map(({ officer, ...key }) => ({ name: officer, ...key })));
  if (stated === null || stated !== known) return part("case", "", "foreign-keys");
  const same = journal.caseSha256 === null || journal.caseSha256 === createHash("sha256").update(bytes).digest("hex");
  return part("case", "", same ? null : "form-changed", { count: journal.keys.officers().length });
}

/** One comparable text for a list of `{ name, keyId, publicKey }`, in any order; null where it is not one. */
function keyLines(officers: unknown): string | null {
  if (!Array.isArray(officers)) return null;
  const lines = (officers as readonly Record<string, unknown>[]).map((officer) =>
    JSON.stringify([officer["name"], officer["keyId"], officer["publicKey"]]),
  );
  return lines.sort().join("\n");
}

function folderNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function exhibitPart(folder: string, label: string, keys: KeyRegister, journal: JournalVerdict): VerifiedPart {
  const verdict = verifyManifest(folder, keys);
  const recordedAt = journal.recorded.get(verdict.hash) ?? null;
  // A manifest that someone with a key signed but no entry records was put there behind the journal's back.
  const problem = verdict.problem ?? (recordedAt === null && journal.firstBad === null ? "not-recorded" : null);
  const kind = isImageBody(verdict.body) ? "image" : "exhibit";
  return part(kind, label, problem, { line: verdict.line, count: verdict.lines, recordedAt });
}

/** A form is as the journal records its bytes. */
function formPart(kind: PartKind, name: string, file: string, journal: JournalVerdict): VerifiedPart {
  if (!existsSync(file)) return part(kind, name, "missing");
  const recordedAt = journal.recorded.get(createHash("sha256").update(readFileSync(file)).digest("hex")) ?? null;
  return part(kind, name, recordedAt === null ? "form-changed" : null, { recordedAt, count: 1 });
}

function reportFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => join(folder, name));
}

function reportPart(file: string, keys: KeyRegister, journal: JournalVerdict | null): VerifiedPart {
  const name = basename(file);
  const document = readDocument(file);
  if (document === null) return part("report", name, "malformed");
  const verdict = verifyDocument(domains.report, document, keys);
  if (!verdict.ok) return part("report", name, verdict.problem);
  const recordedAt = journal?.recorded.get(verdict.hash) ?? null;
  if (journal && recordedAt === null && journal.firstBad === null) return part("report", name, "not-recorded");
  const html = file.replace(/\.json$/, ".html");
  const problem = existsSync(html) ? printedProblem(html, verdict.hash, journal) : null;
  return part("report", name, problem, { recordedAt, count: 1 });
}

/** The printed form carries the content hash; where the journal records the hash of its bytes, that must hold too. */
function printedProblem(html: string, contentHash: string, journal: JournalVerdict | null): string | null {
  const bytes = readFileSync(html);
  if (!bytes.includes(contentHash)) return "html-differs";
  const recorded = journal?.printed.get(contentHash);
  return recorded === undefined || recorded === createHash("sha256").update(bytes).digest("hex")
    ? null
    : "html-differs";
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
  if ("content" in document) return reportPart(file, register, null);
  if (!("body" in document)) return null;
  const verdict = verifyDocument(domains.checkpoint, document, register);
  return part("checkpoints", basename(file), verdict.problem, { count: 1 });
}
