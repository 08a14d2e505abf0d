/** Collects what a report says from the case: registers, journal, manifests, runs, work files. Reads only. */
import { existsSync, readFileSync, statSync } from "node:fs";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { readJsonFile } from "../case/atomic-file.ts";
import { exhibitLabels, readExhibit, type Case } from "../case/case-folder.ts";
import { readOperation } from "../case/operation.ts";
import { itemGroups } from "../case/report-figures.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import type { Checkpoint } from "../custody/checkpoint.ts";
import type { ToolIdentity } from "../custody/entry.ts";
import { diskFiles, linesOf } from "../custody/journal-files.ts";
import type { Journal } from "../custody/journal.ts";
import { manifestLineLimitBytes } from "../custody/manifest.ts";
import { verifyCase } from "../custody/verify-case.ts";
import { addSums, completenessOf, joinCompleteness } from "./completeness.ts";
import {
  reportSchema,
  type Completeness,
  type ExhibitContent,
  type ReportContent,
  type ReportedFile,
  type ReportKind,
  type Sum,
} from "./content.ts";
import type { ItemsFile } from "./items-file.ts";
import { extractJournal } from "./journal-extract.ts";
import { limitationsOf } from "./limitations.ts";

/** What the maker of a report knows and the case does not. */
export interface ReportOrigin {
  readonly kind: ReportKind;
  /** The entry that announced the report. */
  readonly number: number;
  readonly name: string;
  /** ISO 8601 UTC. */
  readonly made: string;
  readonly zone: string;
  readonly officer: string;
  readonly host: string;
  readonly tool: ToolIdentity;
  readonly checkpoint: Checkpoint;
  readonly items: ItemsFile;
  readonly files: readonly ReportedFile[];
}

/** Throws OperatorError where a file of the case cannot be read. Memory is bounded by the bounds of the content. */
export function loadReportContent(theCase: Case, journal: Journal, origin: ReportOrigin): ReportContent {
  const { items, checkpoint, files, ...head } = origin;
  const exhibits = exhibitLabels(theCase).map((label) => loadExhibit(theCase, label));
  const { journal: extract, selfTest } = extractJournal(journal.entries(), checkpoint.body.seq);
  const { id, number, authority, scope, created, demonstration } = theCase.file;
  const newPageSha256 = files.find(({ what }) => what === "verify-page")?.sha256 ?? null;
  const verification = verifyCase(theCase.paths.root, { newPageSha256 });
  const facts = {
    case: { id, number, authority, scope, created, demonstration },
    completeness: joinCompleteness(exhibits.map((exhibit) => exhibit.completeness)),
    operation: readOperation(theCase),
    exhibits,
  };
  const openIntents = journal.openIntents().filter(({ seq }) => seq !== origin.number);
  return {
    schema: reportSchema,
    ...head,
    ...facts,
    findings: items.findings,
    officers: journal.keys().officers(),
    journal: extract,
    checkpoint,
    verification: { ok: verification.ok, parts: verification.parts },
    selfTest,
    limitations: limitationsOf({ ...facts, openIntents }),
    files,
  };
}

function loadExhibit(theCase: Case, label: string): ExhibitContent {
  const { paths } = theCase;
  const document = existsSync(paths.acquisition(label)) ? (readJsonFile(paths.acquisition(label)) as JsonObject) : null;
  const acquisition = objectOrNull(document?.["manifest"]);
  const processing = existsSync(paths.runFile(label)) ? objectOrNull(readJsonFile(paths.runFile(label))) : null;
  return {
    intake: readExhibit(theCase, label),
    acquisition,
    manifestHash: typeof document?.["hash"] === "string" ? document["hash"] : null,
    processing,
    digest: typeof processing?.["digest"] === "string" ? processing["digest"] : null,
    completeness: loadCompleteness(theCase, label),
  };
}

function loadCompleteness(theCase: Case, label: string): Completeness {
  const listed = manifestFiles(theCase.paths.manifest(label));
  const workFile = theCase.paths.items(label);
  if (!hasWorkFile(workFile)) return completenessOf([], listed);
  const reader = WorkFileReader.open(workFile);
  try {
    return completenessOf(itemGroups(reader), listed);
  } finally {
    reader.close();
  }
}

/** Files that the manifest lists, and the bytes that were read of them. */
function manifestFiles(file: string): Sum | null {
  if (!existsSync(file)) return null;
  let sum: Sum = { items: 0, bytes: 0 };
  for (const line of linesOf(diskFiles, file, 0, statSync(file).size, manifestLineLimitBytes)) {
    const entry = manifestEntry(line.bytes);
    if (entry?.kind === "file")
      sum = addSums(sum, { items: 1, bytes: typeof entry.size === "number" ? entry.size : 0 });
  }
  return sum;
}

/** Null for a line that is no JSON; the verification in the same report names it. */
function manifestEntry(bytes: Uint8Array): { kind?: unknown; size?: unknown } | null {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")) as {
      kind?: unknown;
    };
  } catch {
    return null;
  }
}

function objectOrNull(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The bytes of the checker page that goes beside every report. */
export function verifyPageBytes(): Buffer {
  return readFileSync(new URL("./verify/verify.html", import.meta.url));
}
