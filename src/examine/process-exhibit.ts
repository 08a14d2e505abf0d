/**
 * Processes an acquired exhibit: checks the signed manifest, announces the act, supervises the engine until the work file
 * is complete, records what came of it. Resumes by default; a finished exhibit is left as it is.
 */
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { WorkFileReader } from "../case/work-file-reader.ts";
import { exhibitLabels, readExhibit, type Case } from "../case/case-folder.ts";
import { digestCase } from "../case/digest.ts";
import { sha256OfFile } from "../case/file-pieces.ts";
import { readPasswordList } from "../case/password-list.ts";
import { vestigeHome } from "../custody/home.ts";
import { isImageBody } from "../custody/image-manifest.ts";
import type { Act, Journal } from "../custody/journal.ts";
import { readDocument, verifyManifest } from "../custody/manifest.ts";
import { selfTestDetails, type SelfTestResult } from "../custody/self-test.ts";
import type { Signer } from "../custody/signer.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import type { AcquisitionBody } from "../acquire/folder/acquisition.ts";
import type { ImageBody } from "../acquire/image/image-body.ts";
import { isAcquired } from "../acquire/folder/acquisition.ts";
import { caseSays, logicalSays, runSays } from "../messages/en.ts";
import { isOperatorError, OperatorError } from "../messages/operator-error.ts";
import { hashSetFiles, hashSetsOf } from "../hashsets/import-hash-set.ts";
import { examinedImage, type ImageJob } from "./image/image-job.ts";
import { removeListing } from "./image/listing.ts";
import type { Job, LogData, Progress } from "./job.ts";
import { profileHash, readProfile } from "./profile.ts";
import { recordUnlocked } from "./record-unlocked.ts";
import { readRunRecord, writeRunRecord, type RunRecord } from "./run-record.ts";
import { removeWorkFile, superviseEngine, type Supervision } from "./supervise.ts";
import { watchListsOf, type UsedList } from "./watch-lists.ts";

export interface MachineOptions {
  readonly workers: number;
  /** Resident memory of the engine at which it is ended. */
  readonly memoryMb: number;
  /** Heap of one parsing thread. */
  readonly workerMemoryMb: number;
  /** Time without a sign of life after which an item's thread is ended. */
  readonly stallMs: number;
}

export interface ProcessOptions {
  readonly theCase: Case;
  readonly label: string;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly selfTest: SelfTestResult;
  readonly machine: MachineOptions;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onLog: (level: "info" | "warn" | "error", event: string, data: LogData) => void;
  readonly onNote: (sentence: string) => void;
  /** See `Job.threadEntry`. */
  readonly threadEntry?: string;
}

/** Labels of exhibits that can be processed: acquired folders and images. */
export function processableLabels(theCase: Case): string[] {
  return exhibitLabels(theCase).filter((label) => isAcquired(theCase, label));
}

/** Throws OperatorError: not acquired, manifest changed, locked, interrupted (4), source gone (4), disk full (4) … */
export async function processExhibit(options: ProcessOptions): Promise<RunRecord> {
  const { theCase, label, journal, signer } = options;
  readExhibit(theCase, label);
  if (!isAcquired(theCase, label)) throw new OperatorError("case/not-acquired", caseSays.notAcquired(label));
  const manifest = checkedManifest(theCase, label, journal);
  const profile = readProfile(theCase.paths);
  const watchLists = watchListsOf(theCase.paths, profile);
  const done = readRunRecord(theCase.paths, label);
  const passwords = readPasswordList(theCase.paths);
  const hashSets = hashSetsFor(theCase);
  const isSame =
    done?.profileHash === profileHash(profile, watchLists) &&
    done.passwords === passwords.revision &&
    done.hashSets === hashSets.identity &&
    isCurrent(theCase.paths.items(label));
  // A finished exhibit needs its source no more.
  if (isSame && done.digest !== null) return done;
  const job = jobOf(options, manifest, profile, { passwords, watchLists, hashSets });
  mkdirSync(theCase.paths.work(label), { recursive: true });
  if (done && done.profileHash !== job.profileHash) startAfresh(options, job);
  const details = {
    profileHash: job.profileHash,
    watchLists: watchLists.map(withoutText),
    passwords: { revision: passwords.revision, count: passwords.passwords.length },
    options: { ...options.machine },
    selfTest: selfTestDetails(options.selfTest),
  };
  const act = journal.begin("process", details as unknown as JsonObject, signer, { exhibit: label });
  const clock = performance.now();
  try {
    const supervision = await superviseRebuilding(options, job);
    const record = recordOf(options, job, supervision, done, clock);
    recordUnlocked(theCase, label, journal, signer);
    writeRunRecord(theCase.paths, record);
    act.done(outcomeOf(record));
    endInterrupted(journal, signer, label, act.seq);
    if (!supervision.outcome.complete) {
      throw new OperatorError("run/interrupted", runSays.interrupted(`vestige process ${theCase.paths.root}`), 4);
    }
    return record;
  } catch (error) {
    recordFailure(act, isOperatorError(error) ? error.code : "fault");
    throw error;
  }
}

/** Earlier starts that were cut off: this one held the exhibit's lock, so none of them is still at work. */
function endInterrupted(journal: Journal, signer: Signer, label: string, before: number): void {
  for (const intent of journal.openIntents()) {
    if (intent.act !== "process" || intent.exhibit !== label || intent.seq >= before) continue;
    journal.endIntent(intent, "failed", { code: "interrupted", continuedBy: before }, signer);
  }
}

/** An interrupted act stays announced: the next one goes on. So does one that a full disk keeps from being recorded. */
function recordFailure(act: Act, code: string): void {
  if (code === "run/interrupted") return;
  try {
    act.failed({ code });
  } catch (error) {
    if (!isOperatorError(error)) throw error;
  }
}

interface CheckedManifest {
  readonly body: AcquisitionBody | ImageBody;
  /** As signed. */
  readonly hash: string;
}

function checkedManifest(theCase: Case, label: string, journal: Journal): CheckedManifest {
  const folder = theCase.paths.exhibit(label);
  const verdict = verifyManifest(folder, journal.keys());
  if (!verdict.ok) {
    throw new OperatorError(
      "case/manifest-changed",
      runSays.manifestChanged(label, verdict.problem ?? "", verdict.line),
    );
  }
  const document = readDocument(theCase.paths.acquisition(label)) as {
    manifest: CheckedManifest["body"];
    hash: string;
  };
  return { body: document.manifest, hash: document.hash };
}

/** What of a job depends on the kind of exhibit. */
type Evidence = Pick<Job, "source" | "manifest" | "manifestLines" | "manifestBytes" | "image"> & {
  readonly unwritable: readonly string[];
};

function evidenceOf(theCase: Case, label: string, { body, hash }: CheckedManifest): Evidence {
  const { paths } = theCase;
  if (!isImageBody(body)) {
    const folder = body as AcquisitionBody;
    const source = examinedSource(theCase, label, folder);
    return {
      ...{ source, manifest: paths.manifest(label), image: null },
      ...{ manifestLines: folder.files.lines, manifestBytes: folder.bytes },
      unwritable: [paths.manifest(label), folder.container ? source : join(source, "vestige-probe")],
    };
  }
  const listing = join(paths.work(label), "listing.jsonl");
  const account = paths.account(label);
  const found = examinedImage(paths.exhibit(label), label, body as ImageBody);
  const source = found.files[0]?.path ?? "";
  return {
    ...{ source, manifest: listing, manifestLines: 0, manifestBytes: 0 },
    image: { ...found, identity: hash, listing, account },
    unwritable: [paths.acquisition(label), source],
  };
}

function jobOf(
  options: ProcessOptions,
  manifest: CheckedManifest,
  profile: Job["profile"],
  { passwords, watchLists, hashSets }: Pick<Job, "passwords" | "watchLists" | "hashSets">,
): Omit<Job, "lastDeath"> {
  const { theCase, label, machine } = options;
  const { paths } = theCase;
  const { unwritable, ...evidence } = evidenceOf(theCase, label, manifest);
  const hash = profileHash(profile, watchLists);
  return {
    label,
    ...evidence,
    workFile: paths.items(label),
    lockFile: paths.lock(label),
    spool: paths.spool(label),
    profile,
    profileHash: hash,
    passwords,
    watchLists,
    hashSets,
    others: comparableWorkFiles(theCase, label, hash, passwords.revision),
    workers: machine.workers,
    stallMs: machine.stallMs,
    workerMemoryMb: machine.workerMemoryMb,
    probe: {
      unreadable: [join(vestigeHome(), "officers"), paths.journal],
      unwritable: [paths.journal, paths.caseFile, ...unwritable],
    },
    threadEntry: options.threadEntry ?? null,
  };
}

/** False where there is no work file, or one of an older version, which the engine brings up to date. */
function isCurrent(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    WorkFileReader.open(file).close();
    return true;
  } catch (error) {
    if (isOperatorError(error) && error.code === "case/older-format") return false;
    throw error;
  }
}

/** A set is known by its name, verdict and the list that it was made of. */
function hashSetsFor({ paths }: Case): Job["hashSets"] {
  const heads = hashSetsOf(paths).map(({ name, verdict, source }) => [name, verdict, source.sha256]);
  return { files: hashSetFiles(paths), identity: JSON.stringify(heads) };
}

/** Of other exhibits that are finished, in the order of their labels: what equal bytes gave there, they give here. */
function comparableWorkFiles(theCase: Case, label: string, profile: string, revision: number): string[] {
  const { paths } = theCase;
  return processableLabels(theCase)
    .filter((other) => other !== label && existsSync(paths.items(other)))
    .filter((other) => {
      const run = readRunRecord(paths, other);
      const isSame = run?.profileHash === profile && run.passwords === revision;
      return isSame && run.digest !== null && run.tool.build === toolIdentity().build;
    })
    .map((other) => paths.items(other));
}

/** The container where the files were copied into one, else the folder itself. Throws OperatorError where it is not there. */
function examinedSource(theCase: Case, label: string, { container, source }: AcquisitionBody): string {
  if (container) {
    const path = join(theCase.paths.exhibit(label), container.file);
    if (existsSync(path)) return realpathSync(path);
    throw new OperatorError("source/gone", logicalSays.exhibitContainerAbsent(label, container.file), 4);
  }
  if (existsSync(source)) return realpathSync(source);
  throw new OperatorError("source/gone", runSays.sourceGone(source), 4);
}

/** A work file made with another profile holds other results: it is removed, and the journal says so. */
function startAfresh(options: ProcessOptions, job: Omit<Job, "lastDeath">): void {
  const { journal, signer, label } = options;
  options.onNote(runSays.profileChanged(label));
  journal.append("work-file-removed", { reason: "profile", profileHash: job.profileHash }, signer, { exhibit: label });
  removeWorkFile(job.workFile);
  if (job.image) removeListing(job.image.listing);
}

async function superviseRebuilding(options: ProcessOptions, job: Omit<Job, "lastDeath">): Promise<Supervision> {
  const { signal, onProgress, onLog, machine } = options;
  const supervise = () => superviseEngine({ job, memoryMb: machine.memoryMb, signal, onProgress, onLog });
  try {
    return await supervise();
  } catch (error) {
    if (!isOperatorError(error) || error.code !== "case/other-profile") throw error;
    startAfresh(options, job);
    return supervise();
  }
}

function recordOf(
  options: ProcessOptions,
  job: Omit<Job, "lastDeath">,
  supervision: Supervision,
  before: RunRecord | null,
  clock: number,
): RunRecord {
  const { theCase, label, machine } = options;
  const { outcome } = supervision;
  const earlier = before?.profileHash === job.profileHash ? before : null;
  const now = new Date();
  const durationMs = Math.round(performance.now() - clock);
  return {
    format: 1,
    exhibit: label,
    started: earlier?.started ?? new Date(now.getTime() - durationMs).toISOString(),
    finished: outcome.complete ? now.toISOString() : null,
    durationMs: durationMs + (earlier?.durationMs ?? 0),
    starts: supervision.starts + (earlier?.starts ?? 0),
    deaths: supervision.deaths + (earlier?.deaths ?? 0),
    lostThreads: outcome.lostThreads + (earlier?.lostThreads ?? 0),
    tool: toolIdentity(),
    runtime: { node: process.versions.node, platform: `${process.platform}-${process.arch}`, sqlite: outcome.sqlite },
    profileHash: job.profileHash,
    watchLists: job.watchLists.map(withoutText),
    passwords: job.passwords.revision,
    hashSets: job.hashSets.identity,
    options: { ...machine },
    measures: supervision.measures.map((measure) => ({ ...measure })),
    probes: supervision.probes.map((probe) => ({ ...probe })),
    counts: {
      units: outcome.units,
      unitsDone: outcome.unitsDone,
      items: outcome.items,
      contents: outcome.contents,
      zeroSlack: outcome.zeroSlack,
    },
    medium: job.image && mediumRecord(job.image),
    digest: outcome.complete ? digestOf(theCase, label) : null,
  };
}

const withoutText = ({ text: _text, ...list }: UsedList): Omit<UsedList, "text"> => list;

/** What was found out about the medium as a whole, by the hashes of its files. */
function mediumRecord({ listing, account }: ImageJob): RunRecord["medium"] {
  return { listing: hashOfFile(listing), account: hashOfFile(account) };
}

/** Null where it is not there: not made yet, or not to be made. */
function hashOfFile(path: string): { file: string; sha256: string } | null {
  if (!existsSync(path)) return null;
  return { file: basename(path), sha256: sha256OfFile(path) };
}

function digestOf(theCase: Case, label: string): string {
  return digestCase(theCase, [label]).exhibits[0]?.digest ?? "";
}

function outcomeOf(record: RunRecord): JsonObject {
  const {
    counts,
    digest,
    durationMs,
    starts,
    deaths,
    lostThreads,
    profileHash: profile,
    runtime,
    measures,
    probes,
    medium,
  } = record;
  return JSON.parse(
    JSON.stringify({
      counts,
      digest,
      durationMs,
      starts,
      deaths,
      lostThreads,
      profile,
      runtime,
      measures,
      probes,
      medium,
    }),
  ) as JsonObject;
}
