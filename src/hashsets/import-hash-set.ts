/** Takes a list of hashes in one of the usual formats and makes a hash set of the case of it. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { CasePaths } from "../case/case-folder.ts";
import { piecesOf, sha256OfFile } from "../case/file-pieces.ts";
import { caseSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { readHashSetHead, type HashSetHead, type HashVerdict } from "./hash-set-file.ts";
import { isProjectVic, projectVicRecords } from "./sources/project-vic.ts";
import { nsrlRecords, nsrlTableOf } from "./sources/nsrl-database.ts";
import { textFormatOf, textRecords } from "./sources/table-text.ts";
import { linesOf } from "./text-lines.ts";
import { writeHashSet, type HashRecord } from "./write-hash-set.ts";

export interface Imported {
  readonly file: string;
  readonly head: HashSetHead;
  /** Rows of the source that hold no hash. */
  readonly skipped: number;
}

export interface ImportRequest {
  readonly source: string;
  readonly name: string;
  readonly verdict: HashVerdict;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const extension = ".vhs";
const headBytes = 64 * 1024;

export const hashSetFolder = (paths: CasePaths): string => join(paths.lists, "hashsets");

/** Files of the case's hash sets, in the order of their names. */
export function hashSetFiles(paths: CasePaths): string[] {
  const folder = hashSetFolder(paths);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(extension) && !name.startsWith("."));
  return names.sort().map((name) => join(folder, name));
}

/** Heads of the case's hash sets. Throws OperatorError for a damaged one. */
export function hashSetsOf(paths: CasePaths): HashSetHead[] {
  return hashSetFiles(paths).map(readHashSetHead);
}

/** Throws OperatorError: a bad or taken name, a source that cannot be read or is none of the formats, a full disk. */
export function importHashSet(paths: CasePaths, request: ImportRequest): Imported {
  const { source, name, verdict } = request;
  if (!namePattern.test(name)) throw new OperatorError("hashset/name", caseSays.hashSetName(name));
  const folder = hashSetFolder(paths);
  const file = join(folder, `${name}${extension}`);
  if (existsSync(file)) throw new OperatorError("hashset/exists", caseSays.hashSetExists(name));
  const format = formatOf(source);
  let skipped = 0;
  const records = recordsOf(source, format, () => (skipped += 1));
  mkdirSync(folder, { recursive: true });
  const about = { format, file: basename(source), sha256: sha256OfFile(source) };
  const categories = format === "project-vic" ? vicCategories : {};
  const head = writeHashSet(file, { name, verdict, source: about, categories }, records);
  return { file, head, skipped };
}

/** What Project VIC calls them internationally; national schemes differ, so that the number is what counts. */
const vicCategories = { "1": "category 1", "2": "category 2", "3": "category 3", "4": "category 4", "5": "category 5" };

type Format = "nsrl-sqlite" | "project-vic" | NonNullable<ReturnType<typeof textFormatOf>>;

function formatOf(source: string): Format {
  const head = headOf(source);
  if (head.startsWith("SQLite format 3\0")) {
    if (nsrlTableOf(source)) return "nsrl-sqlite";
  } else if (isProjectVic(head)) return "project-vic";
  else {
    const first = firstLineOf(source);
    const format = first === null ? null : textFormatOf(first);
    if (format) return format;
  }
  throw new OperatorError("hashset/format", caseSays.hashSetFormat(source));
}

function headOf(source: string): string {
  try {
    for (const piece of piecesOf(source)) return Buffer.from(piece.subarray(0, headBytes)).toString("utf8");
    return "";
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new OperatorError("hashset/unreadable", caseSays.hashSetUnreadable(source, code));
  }
}

function firstLineOf(source: string): string | null {
  for (const line of linesOf(source)) if (line.trim() !== "") return line;
  return null;
}

function recordsOf(source: string, format: Format, onSkipped: () => void): Iterable<HashRecord> {
  if (format === "nsrl-sqlite") return nsrlRecords(source, onSkipped);
  if (format === "project-vic") return projectVicRecords(source, onSkipped);
  return textRecords(source, format, onSkipped);
}
