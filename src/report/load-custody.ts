/** What the chain-of-custody report takes from the case besides the common block: exhibits, runs, work files, journal. */
import { hash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import type { MediumAccount } from "../../native-free/layers/account.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { readJsonFile } from "../case/atomic-file.ts";
import { exhibitLabels, readExhibit, type Case } from "../case/case-folder.ts";
import { itemGroups } from "../case/report-figures.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import { diskFiles, linesOf } from "../custody/journal-files.ts";
import { manifestLineLimitBytes } from "../custody/manifest.ts";
import { accountSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { addSums, completenessOf, joinCompleteness } from "./completeness.ts";
import type { Completeness, CustodyContent, ExhibitContent, Sum } from "./content.ts";
import { extractJournal } from "./journal-extract.ts";
import type { KindContent, Loading } from "./kinds.ts";
import { limitationsOf } from "./limitations.ts";
import { loadFound } from "./load-found.ts";

/** Throws OperatorError where a file of the case cannot be read. Memory is bounded by the bounds of the content. */
export function loadCustody({ theCase, journal, common, items, openIntents }: Loading): KindContent<CustodyContent> {
  const exhibits = exhibitLabels(theCase).map((label) => loadExhibit(theCase, label));
  const { journal: extract, selfTest } = extractJournal(journal.entries(), common.checkpoint.body.seq);
  const completeness = joinCompleteness(exhibits.map((exhibit) => exhibit.completeness));
  const facts = { case: common.case, operation: common.operation, completeness, exhibits };
  return {
    completeness,
    exhibits,
    findings: items?.findings ?? [],
    journal: extract,
    selfTest,
    limitations: limitationsOf({ ...facts, openIntents }),
  };
}

/** The signed body of an exhibit's manifest and its hash, as they are stated; null where it was not acquired. */
export function loadManifest({ paths }: Case, label: string): Pick<ExhibitContent, "acquisition" | "manifestHash"> {
  const document = existsSync(paths.acquisition(label)) ? (readJsonFile(paths.acquisition(label)) as JsonObject) : null;
  const acquisition = objectOrNull(document?.["manifest"]);
  return { acquisition, manifestHash: typeof document?.["hash"] === "string" ? document["hash"] : null };
}

function loadExhibit(theCase: Case, label: string): ExhibitContent {
  const { paths } = theCase;
  const processing = existsSync(paths.runFile(label)) ? objectOrNull(readJsonFile(paths.runFile(label))) : null;
  return {
    intake: readExhibit(theCase, label),
    ...loadManifest(theCase, label),
    processing,
    digest: typeof processing?.["digest"] === "string" ? processing["digest"] : null,
    completeness: loadCompleteness(theCase, label),
    found: loadFound(theCase, label, processing),
    account: loadAccount(theCase, label, processing),
  };
}

/** Throws OperatorError where it is not the one that the run recorded. */
function loadAccount({ paths }: Case, label: string, processing: JsonObject | null): MediumAccount | null {
  const recorded = objectOrNull(objectOrNull(processing?.["medium"])?.["account"])?.["sha256"];
  if (typeof recorded !== "string") return null;
  const bytes = existsSync(paths.account(label)) ? readFileSync(paths.account(label)) : Buffer.alloc(0);
  if (hash("sha256", bytes) !== recorded) {
    throw new OperatorError("report/account-changed", accountSays.accountChanged(label));
  }
  return JSON.parse(bytes.toString("utf8")) as MediumAccount;
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
