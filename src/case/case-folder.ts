/**
 * The case on disk (DESIGN 5): one self-contained, movable folder. This module knows its paths and its two small
 * registers, `case.json` and `exhibits/<label>/exhibit.json`; the journal is the authority for both (their hashes are in it).
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { caseSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { asOperatorError, readJsonFile, writeAtomically } from "./atomic-file.ts";

export const caseFormat = 1;

/** `publicKey` is base64 of the 32 raw Ed25519 bytes; `keyId` the first 16 hex digits of their SHA-256. */
const officerShape = z.object({ name: z.string(), keyId: z.string(), publicKey: z.string() });

const caseShape = z.object({
  format: z.number(),
  /** Random, fixed for the life of the case; the genesis entry binds it. */
  id: z.string(),
  number: z.string(),
  authority: z.string(),
  /** What may be looked at, in the words of the mandate. */
  scope: z.string(),
  created: z.string(),
  demonstration: z.boolean(),
  officers: z.array(officerShape).min(1),
});

export type CaseFile = z.infer<typeof caseShape>;

const exhibitShape = z.object({
  format: z.number(),
  label: z.string(),
  description: z.string(),
  make: z.string().nullable(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  custodian: z.string().nullable(),
  seizedAt: z.string().nullable(),
  seizedPlace: z.string().nullable(),
  seizedBy: z.string().nullable(),
  seals: z.array(z.string()),
  /** Photographs by hash; the pictures themselves stay where the officer keeps them. */
  photos: z.array(z.object({ file: z.string(), sha256: z.string(), size: z.number() })),
  /** `none` for media that are recorded but not acquired, with the reason. */
  decision: z.enum(["acquire", "none"]),
  reason: z.string().nullable(),
  registered: z.string(),
});

/** The intake form of one exhibit. */
export type ExhibitFile = z.infer<typeof exhibitShape>;

const labelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/** Every path of a case in one place. */
export function casePaths(folder: string) {
  const root = resolve(folder);
  const exhibit = (label: string) => join(root, "exhibits", label);
  const work = (label: string) => join(root, "work", label);
  return {
    root,
    caseFile: join(root, "case.json"),
    profile: join(root, "profile.json"),
    operation: join(root, "operation.json"),
    custody: join(root, "custody"),
    journal: join(root, "custody", "journal.jsonl"),
    checkpoints: join(root, "custody", "checkpoints"),
    exhibits: join(root, "exhibits"),
    exhibit,
    exhibitFile: (label: string) => join(exhibit(label), "exhibit.json"),
    acquisition: (label: string) => join(exhibit(label), "acquisition.json"),
    manifest: (label: string) => join(exhibit(label), "files.jsonl"),
    work,
    items: (label: string) => join(work(label), "items.db"),
    spool: (label: string) => join(work(label), "spool"),
    runFile: (label: string) => join(work(label), "run.json"),
    account: (label: string) => join(work(label), "account.json"),
    lock: (label: string) => join(work(label), "lock.db"),
    reports: join(root, "reports"),
    logs: join(root, "logs"),
    lists: join(root, "lists"),
    // Words and hashes for queries: not beside watch-lists, which processing reads and whose form they do not have.
    searchLists: join(root, "lists", "search"),
    exports: join(root, "exports"),
    review: join(root, "review"),
  };
}

export type CasePaths = ReturnType<typeof casePaths>;

/** An open case: its paths and register. Holds no handles. */
export interface Case {
  readonly paths: CasePaths;
  readonly file: CaseFile;
}

/** True where `folder` holds a case. */
export function isCase(folder: string): boolean {
  return existsSync(casePaths(folder).caseFile);
}

/** Refuses a folder that holds a case or anything else. Throws OperatorError. */
export function checkNewCase(folder: string): void {
  const { root } = casePaths(folder);
  if (isCase(folder)) throw new OperatorError("case/exists", caseSays.exists(root));
  if (!existsSync(root)) return;
  if (!statSync(root).isDirectory() || readdirSync(root).length > 0) {
    throw new OperatorError("case/occupied", caseSays.occupied(root));
  }
}

/**
 * Makes the folders and `case.json`. The folder must be absent or empty. The caller writes the genesis entry.
 * Throws OperatorError.
 */
export function createCase(folder: string, register: Omit<CaseFile, "format" | "id" | "created">): Case {
  const paths = casePaths(folder);
  checkNewCase(folder);
  try {
    for (const part of [paths.checkpoints, paths.exhibits, paths.reports, paths.logs, join(paths.root, "work")]) {
      mkdirSync(part, { recursive: true });
    }
  } catch (error) {
    throw asOperatorError(error, paths.root);
  }
  const file: CaseFile = { format: caseFormat, id: randomUUID(), created: new Date().toISOString(), ...register };
  writeAtomically(paths.caseFile, `${JSON.stringify(file, null, 2)}\n`);
  return { paths, file };
}

/** Opens an existing case. Throws OperatorError for an absent, foreign, damaged or newer one. */
export function openCase(folder: string): Case {
  const paths = casePaths(folder);
  if (!isThere(paths.root)) throw new OperatorError("case/absent", caseSays.absent(paths.root));
  if (!statSync(paths.root).isDirectory() || !isThere(paths.caseFile)) {
    throw new OperatorError("case/not-a-case", caseSays.notACase(paths.root));
  }
  return { paths, file: parseRegister(paths.caseFile, caseShape) };
}

/** Rewrites `case.json`; the caller records the change in the journal first. */
export function rewriteCase(theCase: Case, file: CaseFile): Case {
  writeAtomically(theCase.paths.caseFile, `${JSON.stringify(file, null, 2)}\n`);
  return { paths: theCase.paths, file };
}

/** SHA-256 (hex) of `case.json` or an exhibit's form as it stands on disk or will stand. */
export function registerHash(register: CaseFile | ExhibitFile): string {
  return createHash("sha256")
    .update(`${JSON.stringify(register, null, 2)}\n`)
    .digest("hex");
}

/** Refuses labels that are not plain, or that are taken. */
export function checkNewLabel(theCase: Case, label: string): void {
  if (!labelPattern.test(label)) throw new OperatorError("case/bad-label", caseSays.badLabel(label));
  if (existsSync(theCase.paths.exhibitFile(label))) {
    throw new OperatorError("case/label-taken", caseSays.labelTaken(label));
  }
}

/** Writes the intake form of a new exhibit; the caller records it in the journal first. */
export function writeExhibit(theCase: Case, exhibit: ExhibitFile): void {
  mkdirSync(theCase.paths.exhibit(exhibit.label), { recursive: true });
  writeAtomically(theCase.paths.exhibitFile(exhibit.label), `${JSON.stringify(exhibit, null, 2)}\n`);
}

/** The intake form of an exhibit. Throws OperatorError where there is none. */
export function readExhibit(theCase: Case, label: string): ExhibitFile {
  if (!labelPattern.test(label) || !isThere(theCase.paths.exhibitFile(label))) {
    throw new OperatorError("case/no-exhibit", caseSays.noExhibit(label));
  }
  return parseRegister(theCase.paths.exhibitFile(label), exhibitShape);
}

/** Labels of all registered exhibits, sorted. */
export function exhibitLabels(theCase: Case): string[] {
  if (!isThere(theCase.paths.exhibits)) return [];
  return namesIn(theCase.paths.exhibits)
    .filter((label) => labelPattern.test(label) && isThere(theCase.paths.exhibitFile(label)))
    .sort();
}

/** True where something lies at `path`. What may not be looked at is no absence: OperatorError. */
function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw new OperatorError("case/unreadable", caseSays.unreadable(path, code));
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("case/unreadable", caseSays.unreadable(folder, code));
  }
}

function parseRegister<T extends { format: number }>(file: string, shape: z.ZodType<T>): T {
  const raw = readJsonFile(file);
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > caseFormat) {
    throw new OperatorError("case/newer-format", caseSays.newerFormat(file, format, caseFormat));
  }
  const parsed = shape.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue ? `${issue.path.join(".")}: ${issue.message}` : "unknown shape";
  throw new OperatorError("case/damaged", caseSays.damagedFile(file, where));
}
