/**
 * Acquires an exhibit within a case: checks authority and places, announces the act, reads the source once, signs the
 * manifest, records the end. Interrupted, it continues where it stopped.
 */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { relative, isAbsolute, resolve } from "node:path";
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import { readExhibit, type Case } from "../../case/case-folder.ts";
import type { Journal } from "../../custody/journal.ts";
import { writeManifest } from "../../custody/manifest.ts";
import type { Signer } from "../../custody/signer.ts";
import { selfTestDetails, type SelfTestResult } from "../../custody/self-test.ts";
import { toolIdentity } from "../../custody/tool-identity.ts";
import { logicalSays, runSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import { errorCode } from "../../source/describe-entry.ts";
import { acquireFolder, type FolderAcquisitionResult } from "./acquire-folder.ts";

export interface AcquisitionOptions {
  readonly theCase: Case;
  readonly label: string;
  readonly source: string;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly selfTest: SelfTestResult;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (entries: number, bytes: number) => void;
}

/** Body of the signed manifest of a folder exhibit, schema `vestige.acquisition/1`. Hashes in hex. */
export interface AcquisitionBody {
  readonly schema: "vestige.acquisition/1";
  readonly caseId: string;
  readonly exhibit: string;
  readonly kind: "folder";
  readonly source: string;
  readonly started: string;
  readonly finished: string;
  /** IANA name of the machine's zone; all times are UTC. */
  readonly zone: string;
  readonly algorithms: readonly string[];
  readonly files: {
    readonly file: "files.jsonl";
    readonly lines: number;
    readonly sha256: string;
    readonly root: string;
  };
  readonly entries: number;
  readonly bytes: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<string, number>>;
  /** What was not recorded, and of how many entries. */
  readonly notRecorded: Readonly<Record<string, number>>;
  readonly accessTimesKept: boolean;
  /** Entries taken over from an interrupted start. */
  readonly resumedEntries: number;
  readonly selfTest: JsonObject;
  readonly tool: { readonly name: string; readonly version: string; readonly build: string };
  readonly options: { readonly workers: number };
  /** Where the contents were copied into a container; a folder without one is read in place. */
  readonly container?: ContainerFacts;
}

/** A logical container (AFF4-L) beside the manifest, as it was read again after it was written. */
export interface ContainerFacts {
  readonly format: "aff4-l";
  /** A plain name beside `acquisition.json`. */
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  readonly urn: string;
  /** Distinct contents that it holds, empty ones not counted, and further occurrences of them. */
  readonly contents: number;
  readonly duplicates: number;
}

/** True where the exhibit has its signed manifest. */
export function isAcquired(theCase: Case, label: string): boolean {
  return existsSync(theCase.paths.acquisition(label));
}

/** Throws OperatorError where the exhibit is unknown, not to be acquired or acquired already, or the mandate is missing. */
export function checkMayAcquire(theCase: Case, label: string): void {
  const exhibit = readExhibit(theCase, label);
  if (theCase.file.authority.trim() === "" || theCase.file.scope.trim() === "") {
    throw new OperatorError("acquire/no-authority", runSays.noAuthority());
  }
  if (exhibit.decision === "none") throw new OperatorError("acquire/not-to-acquire", runSays.notToAcquire(label));
  if (isAcquired(theCase, label)) throw new OperatorError("acquire/done", runSays.alreadyAcquired(label));
}

/** Acquires a folder. Throws OperatorError: absent source, source and case inside each other, interrupted (4) … */
export async function acquireExhibit(options: AcquisitionOptions): Promise<AcquisitionBody> {
  const { theCase, label, journal, signer } = options;
  checkMayAcquire(theCase, label);
  const source = checkedSource(options.source, theCase);
  const started = new Date().toISOString();
  const details = { kind: "folder", source, authority: theCase.file.authority, scope: theCase.file.scope };
  const intent = openIntent(journal, label, source);
  const act = intent ?? journal.begin("acquire", details, signer, { exhibit: label });
  const result = await acquireFolder({
    source,
    manifest: theCase.paths.manifest(label),
    workers: options.workers,
    signal: options.signal,
    onProgress: options.onProgress,
  });
  if (result.facts === null) {
    throw new OperatorError("run/interrupted", runSays.interrupted("the same command"), exitCodes.stopped);
  }
  const body = bodyOf(options, source, started, result, result.facts);
  const document = writeManifest(theCase.paths.exhibit(label), body as unknown as JsonObject, signer);
  const outcome = {
    manifestHash: document.hash ?? null,
    entries: body.entries,
    bytes: body.bytes,
    statuses: body.statuses,
  };
  if ("done" in act) act.done(outcome, signer);
  else journal.endIntent(act, "done", outcome, signer);
  return body;
}

/** The announced and unfinished acquisition of this exhibit, from the same source. Throws OperatorError for another one. */
function openIntent(journal: Journal, label: string, source: string) {
  const open = journal.openIntents().find((intent) => intent.act === "acquire" && intent.exhibit === label);
  if (!open) return null;
  // A container is continued as a container, and a folder in place as such.
  if (open.details.format !== undefined) throw new OperatorError("acquire/other-way", logicalSays.otherWay(label));
  const before = String(open.details.source);
  if (before !== source) {
    throw new OperatorError("acquire/other-source", runSays.sourceChanged(label, before, source));
  }
  return open;
}

/** The body of the manifest of a folder, without a container. */
export function bodyOf(
  { theCase, label, selfTest, workers }: Pick<AcquisitionOptions, "theCase" | "label" | "selfTest" | "workers">,
  source: string,
  started: string,
  result: Pick<FolderAcquisitionResult, "totals" | "accessTimesKept" | "resumedEntries">,
  facts: NonNullable<FolderAcquisitionResult["facts"]>,
): AcquisitionBody {
  const { totals } = result;
  return {
    schema: "vestige.acquisition/1",
    caseId: theCase.file.id,
    exhibit: label,
    kind: "folder",
    source,
    started,
    finished: new Date().toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    algorithms: ["md5", "sha1", "sha256"],
    files: { file: "files.jsonl", ...facts },
    entries: totals.entries,
    bytes: totals.bytes,
    kinds: totals.kinds,
    statuses: totals.statuses,
    findings: totals.findings,
    notRecorded: totals.notRecorded,
    accessTimesKept: result.accessTimesKept,
    resumedEntries: result.resumedEntries,
    selfTest: selfTestDetails(selfTest),
    tool: toolIdentity(),
    options: { workers },
  };
}

/** The real path of a folder that may be read as a source of this case. Throws OperatorError. */
export function checkedSource(given: string, theCase: Case | null): string {
  const path = resolve(given);
  if (!existsSync(path)) throw new OperatorError("source/absent", runSays.sourceAbsent(path));
  const source = realpathSync(path);
  const stat = statSync(source);
  if (!stat.isDirectory()) {
    const kind = stat.isFile() ? "file" : stat.isBlockDevice() ? "device" : "special file";
    throw new OperatorError("source/not-a-folder", runSays.sourceNotFolder(source, kind));
  }
  if (theCase) refuseOverlap(source, theCase.paths.root);
  try {
    accessSync(source, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw new OperatorError("source/unreadable", runSays.sourceUnreadable(source, errorCode(error)));
  }
  return source;
}

/** Refuses a case inside its source and a source inside its case; `caseFolder` need not exist yet. */
export function refuseOverlap(source: string, caseFolder: string): void {
  const real = realOf(caseFolder);
  if (isInside(real, source)) {
    throw new OperatorError("source/holds-case", runSays.caseInsideSource(real, source));
  }
  if (isInside(source, real)) throw new OperatorError("source/inside-case", runSays.sourceInsideCase(source));
}

/** The real path of something that may not exist yet: that of its nearest existing ancestor, and the rest. */
function realOf(path: string): string {
  const full = resolve(path);
  if (existsSync(full)) return realpathSync(full);
  const parent = resolve(full, "..");
  return parent === full ? full : resolve(realOf(parent), relative(parent, full));
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}
