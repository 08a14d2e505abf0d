/**
 * Applies watch-lists to a case, exhibit by exhibit: each is locked against `vestige process`, announced in the journal, and gets the
 * digest of its changed work file recorded there, as after processing.
 *
 * Hits in text are stored as processing stores them, and what the digest says of them does not depend on when they were found: a case
 * processed with a list and one to which it was applied afterwards have the same digest. What differs: the profile, which names the
 * lists of processing alone, so that its hash stays as it was and `vestige process` has nothing to do anew; and bytes that no reader
 * knows (free space, slack, unknown files), in which processing looks for terms in several encodings: here only the strings in
 * them are at hand, so that hits in these have places in a text and not in bytes. Reports state how many contents that are.
 */
import { existsSync, mkdirSync } from "node:fs";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { exhibitLabels, type Case } from "../case/case-folder.ts";
import { digestCase } from "../case/digest.ts";
import { fileLock } from "../case/file-lock.ts";
import { appliedLists, WatchStore, type AppliedList } from "../case/watch-store.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import type { OpenIntent } from "../custody/journal-state.ts";
import type { Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import { profileHash, readProfile } from "../examine/profile.ts";
import { readRunRecord, writeRunRecord } from "../examine/run-record.ts";
import { watchListsOf } from "../examine/watch-lists.ts";
import { watchSays } from "../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../messages/operator-error.ts";
import { applyLists, standingOf, type ListStanding, type ListToApply, type WatchProgress } from "./apply-lists.ts";
import { copiedHash, copiedIds, removeCopy, writeCopy, type CaseList } from "./case-lists.ts";

export interface WatchDesk {
  readonly theCase: Case;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly signal: AbortSignal;
  /** Threads; null takes those that are worth it, up to `most`. */
  readonly workers: number | null;
  readonly most: number;
  /** How long a lock is waited for; default 10 s. */
  readonly lockMs?: number;
  readonly onProgress: (label: string, progress: WatchProgress) => void;
}

/** What became of one list in one exhibit. */
export interface ListOutcome {
  readonly exhibit: string;
  readonly list: AppliedList;
  readonly before: ListStanding;
}

/** Labels of the exhibits that have a work file. */
export function watchableLabels(theCase: Case): string[] {
  return exhibitLabels(theCase).filter((label) => hasWorkFile(theCase.paths.items(label)));
}

/** Puts lists into the case that it does not have yet, or has as another text; each is recorded first. Gives those that were added. */
export function addLists({ theCase, journal, signer }: WatchDesk, lists: readonly CaseList[]): CaseList[] {
  const added = lists.filter((list) => !list.ofProcessing && copiedHash(theCase.paths, list.id) !== list.sha256);
  for (const list of added) {
    const { id, version, file, sha256, entries } = list;
    const replaced = copiedHash(theCase.paths, id);
    journal.append("watch-list-added", { list: id, version, file, sha256, entries, replaced }, signer);
    writeCopy(theCase.paths, list);
  }
  return added;
}

/** Throws OperatorError: the exhibit is being processed, processing looked for another text of a list, stopped (4) … */
export async function watchExhibit(desk: WatchDesk, label: string, lists: readonly CaseList[]): Promise<ListOutcome[]> {
  const { theCase, signal } = desk;
  if (signal.aborted) throw new OperatorError("watch/interrupted", watchSays.interrupted(), exitCodes.stopped);
  return locked(desk, label, async () => {
    const store = WatchStore.open(theCase.paths.items(label));
    try {
      const used = listsOfRun(theCase.paths, label);
      const wanted = lists.map((list) => ({ ...list, own: isOwn(used, label, list) }));
      const corpus = store.corpus();
      const applied = store.lists();
      const before = new Map(wanted.map((list) => [list.id, standingOf(list, applied, corpus)]));
      const open = wanted.filter(({ id }) => before.get(id) !== "unchanged");
      const isLeft = openActs(desk.journal, label).length > 0;
      if (open.length > 0 || isLeft) await apply(desk, label, store, { corpus, lists: open });
      const after = store.lists();
      return wanted.flatMap(({ id }) => {
        const list = after.find((one) => one.list === id);
        return list ? [{ exhibit: label, list, before: before.get(id) ?? "new" }] : [];
      });
    } finally {
      store.close();
    }
  });
}

interface Open {
  readonly corpus: string;
  readonly lists: readonly ListToApply[];
}

async function apply(desk: WatchDesk, label: string, store: WatchStore, { corpus, lists }: Open): Promise<void> {
  const { theCase, signal, workers, most } = desk;
  const named = lists.map(({ id, version, sha256, entries, own }) => ({ list: id, version, sha256, entries, own }));
  await changing(desk, label, { lists: named }, store, async () => {
    const { version, build } = toolIdentity();
    await applyLists(store, corpus, {
      ...{ workFile: theCase.paths.items(label), label, lists, workers, most, signal },
      limit: readProfile(theCase.paths).budgets.entities,
      tool: `${version} ${build}`,
      onProgress: (progress) => desk.onProgress(label, progress),
    });
  });
}

/** What was removed from one exhibit. */
export interface RemovedLists {
  readonly exhibit: string;
  readonly lists: readonly string[];
}

/**
 * Removes the results of lists from all exhibits, then their copies: where an exhibit is locked, the lists stay those of the case.
 * Gives the exhibits that had results. Throws OperatorError for a list that was not applied.
 */
export async function removeLists(desk: WatchDesk, ids: readonly string[]): Promise<RemovedLists[]> {
  const { theCase, journal, signer } = desk;
  const labels = watchableLabels(theCase);
  const own = watchListsOf(theCase.paths, readProfile(theCase.paths));
  const known = new Set([...copiedIds(theCase.paths), ...labels.flatMap((label) => appliedIds(theCase, label))]);
  for (const id of ids) {
    const ofProcessing = own.find((list) => list.id === id);
    if (ofProcessing) throw new OperatorError("watch/not-removable", watchSays.notRemovable(id, ofProcessing.file));
    if (!known.has(id)) throw new OperatorError("watch/unknown", watchSays.removeUnknown(id, [...known].sort()));
  }
  const copies = ids.map((id) => ({ list: id, sha256: copiedHash(theCase.paths, id) }));
  const removed: RemovedLists[] = [];
  for (const label of labels) {
    await locked(desk, label, async () => {
      const store = WatchStore.open(theCase.paths.items(label));
      try {
        const there = ids.filter((id) => store.lists().some(({ list }) => list === id));
        if (there.length === 0) return;
        await changing(desk, label, { removed: there }, store, async () => there.forEach((id) => store.remove(id)));
        removed.push({ exhibit: label, lists: there });
      } finally {
        store.close();
      }
    });
  }
  for (const copy of copies) {
    journal.append("watch-list-removed", copy, signer);
    removeCopy(theCase.paths, copy.list);
  }
  return removed;
}

/** Reads only, since the exhibit is not locked. Throws OperatorError for a work file of an older form. */
function appliedIds(theCase: Case, label: string): string[] {
  const reader = WorkFileReader.open(theCase.paths.items(label));
  try {
    return appliedLists(reader).map(({ list }) => list);
  } finally {
    reader.close();
  }
}

/** `vestige process` takes the same lock. */
async function locked<T>({ theCase, lockMs }: WatchDesk, label: string, work: () => Promise<T>): Promise<T> {
  const { paths } = theCase;
  mkdirSync(paths.work(label), { recursive: true });
  const lock = fileLock(paths.lock(label));
  lock.acquire("watch", lockMs ?? 10_000);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/** A change of a work file, announced before and recorded after with the digest that there is then. */
async function changing(
  { theCase, journal, signer }: WatchDesk,
  label: string,
  details: JsonObject,
  store: WatchStore,
  work: () => Promise<void>,
): Promise<void> {
  const act = journal.begin("watch", details, signer, { exhibit: label });
  const clock = performance.now();
  try {
    await work();
    store.settle();
    const applied = store.lists().map(({ list, sha256, chars, cut }) => ({ list, sha256, chars, cut }));
    const digest = newDigest(theCase, label);
    act.done({ digest, applied, durationMs: Math.round(performance.now() - clock) });
    endInterrupted(journal, signer, label, act.seq);
  } catch (error) {
    // A stopped act stays announced: the next one goes on, and ends it.
    const code = isOperatorError(error) ? error.code : "fault";
    if (code !== "watch/interrupted") act.failed({ code });
    throw error;
  }
}

/** Acts of an exhibit that were stopped or killed before their end was recorded. */
function openActs(journal: Journal, label: string): OpenIntent[] {
  return journal.openIntents().filter(({ act, exhibit }) => act === "watch" && exhibit === label);
}

function endInterrupted(journal: Journal, signer: Signer, label: string, before: number): void {
  for (const intent of openActs(journal, label)) {
    if (intent.seq >= before) continue;
    journal.endIntent(intent, "failed", { code: "interrupted", continuedBy: before }, signer);
  }
}

/** Null while units are left: a run that is not finished has no digest. */
function newDigest(theCase: Case, label: string): string | null {
  const run = readRunRecord(theCase.paths, label);
  if (!run || run.digest === null) return null;
  const digest = digestCase(theCase, [label]).exhibits[0]?.digest ?? null;
  writeRunRecord(theCase.paths, { ...run, digest });
  return digest;
}

/**
 * Whether the texts of an exhibit were looked through for a list while it was processed. Throws OperatorError where they were for
 * another text of that list.
 */
function isOwn(used: readonly ListOfRun[], label: string, { id, sha256 }: CaseList): boolean {
  const same = used.find((list) => list.id === id);
  if (same && same.sha256 !== sha256) {
    throw new OperatorError("watch/other-version", watchSays.processedWithOther(id, label));
  }
  return same !== undefined;
}

interface ListOfRun {
  readonly id: string;
  readonly sha256: string;
}

/** By the record of the run; a run that was killed left none, but the work file has the hash of its profile and lists. */
function listsOfRun(paths: Case["paths"], label: string): readonly ListOfRun[] {
  const reader = WorkFileReader.open(paths.items(label));
  try {
    const profile = readProfile(paths);
    const lists = watchListsOf(paths, profile);
    if (reader.meta().profile === profileHash(profile, lists)) return lists;
    return existsSync(paths.runFile(label)) ? (readRunRecord(paths, label)?.watchLists ?? []) : [];
  } finally {
    reader.close();
  }
}
