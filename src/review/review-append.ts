/**
 * Adding to an officer's file. Under the lock of `review/`: the custody journal announces the lines with their hashes, they
 * are appended by one write and synced, the journal ends the act. So no line that the journal does not know is ever valid,
 * and what a kill left is told from what somebody cut off: only an announced act that was not ended may be incomplete.
 */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { asOperatorError } from "../case/atomic-file.ts";
import type { Case } from "../case/case-folder.ts";
import { fileLock } from "../case/file-lock.ts";
import type { Appended, Journal } from "../custody/journal.ts";
import { diskFiles, writeDurably, type JournalFiles } from "../custody/journal-files.ts";
import type { OpenIntent } from "../custody/journal-state.ts";
import type { Signer } from "../custody/signer.ts";
import { reviewSays } from "../messages/en.ts";
import { chainStart, writeLine, type ReviewAct, type ReviewLine } from "./review-line.ts";
import { damagedReview, readReviewLog, reviewFileName, type ReviewLog } from "./review-log.ts";

export interface ReviewDesk {
  readonly theCase: Case;
  readonly journal: Journal;
  readonly signer: Signer;
  /** For tests: the file operations, one of which fails. */
  readonly files?: JournalFiles;
}

export interface AppendedReview {
  readonly acts: number;
  /** The entry that ends the act; null where there was nothing to add. */
  readonly entry: Appended | null;
  /** What an interrupted command had left, in sentences. */
  readonly findings: readonly string[];
}

/**
 * Appends what `choose` makes of the officer's lines so far. `how` goes into the entry of the journal (the query by which
 * items were chosen). Throws OperatorError, and then nothing is acknowledged.
 */
export function appendReview(
  desk: ReviewDesk,
  choose: (own: readonly ReviewLine[]) => readonly ReviewAct[],
  how: JsonObject = {},
): AppendedReview {
  const { review } = desk.theCase.paths;
  const file = join(review, reviewFileName(desk.signer.officer));
  try {
    mkdirSync(review, { recursive: true });
  } catch (error) {
    throw asOperatorError(error, review);
  }
  const lock = fileLock(join(review, "lock.db"));
  lock.acquire("review");
  try {
    desk.journal.refresh();
    const findings = settle(desk, file);
    const log = readReviewLog(file, desk.theCase.file.id);
    const acts = choose(log.lines);
    const entry = acts.length === 0 ? null : append(desk, log, acts, how);
    return { acts: acts.length, entry, findings };
  } finally {
    lock.close();
  }
}

function append(desk: ReviewDesk, log: ReviewLog, acts: readonly ReviewAct[], how: JsonObject): Appended {
  const { journal, signer, files = diskFiles } = desk;
  const { bytes, head } = linesFrom(desk, log, acts);
  const place = { file: basename(log.file), first: log.lines.length, lines: acts.length };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const details = { ...place, head, sha256, acts: countsOf(acts), ...how };
  const act = journal.begin("review", details, signer);
  try {
    files.append(log.file, bytes);
    files.sync(log.file);
    if (log.size === 0) files.syncFolder(dirname(log.file));
  } catch (error) {
    // Where even that fails the act stays open, and the next append puts it in order.
    if (takeBack(files, log)) act.failed({ ...place, lines: 0, head: null, torn: null });
    throw asOperatorError(error, dirname(log.file));
  }
  return act.done(details);
}

function linesFrom({ theCase, signer }: ReviewDesk, log: ReviewLog, acts: readonly ReviewAct[]) {
  const { officer, keyId } = signer;
  const at = new Date().toISOString();
  let head = log.lines.at(-1)?.hash ?? chainStart(theCase.file.id, officer);
  const texts = acts.map((each, index) => {
    const line = writeLine({ ...each, seq: log.lines.length + index, prev: head, at, officer, keyId });
    head = line.hash;
    return `${line.text}\n`;
  });
  return { bytes: Buffer.from(texts.join("")), head };
}

function countsOf(acts: readonly ReviewAct[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { act } of acts) counts[act] = (counts[act] ?? 0) + 1;
  return counts;
}

/** Cuts off what a failed write left. False where the disk refuses that too. */
function takeBack(files: JournalFiles, log: ReviewLog): boolean {
  try {
    if ((files.size(log.file) ?? 0) > log.size) {
      files.truncate(log.file, log.size);
      files.sync(log.file);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

/** Ends what a dead process announced for this file; refuses a file that is not sound for another reason. */
function settle(desk: ReviewDesk, file: string): string[] {
  const isOurs = ({ act, details }: OpenIntent) => act === "review" && details["file"] === basename(file);
  const open = desk.journal.openIntents().filter(isOurs);
  const findings = open.map((intent) => endInterrupted(desk, file, intent));
  const log = readReviewLog(file, desk.theCase.file.id);
  if (log.problem !== null) throw damagedReview(log, log.problem);
  return findings;
}

/** The lines that are whole stay; the rest is kept aside and cut off. */
function endInterrupted(desk: ReviewDesk, file: string, intent: OpenIntent): string {
  const { theCase, journal, signer, files = diskFiles } = desk;
  const log = readReviewLog(file, theCase.file.id);
  const [first, announced] = [Number(intent.details["first"]), Number(intent.details["lines"])];
  // Lines of acts that were ended before: what is missing of them was not lost by the interruption.
  if (log.lines.length < first) throw damagedReview(log, log.problem ?? "line-count");
  const kept = log.lines.length - first;
  if (kept > announced) throw damagedReview(log, "not-recorded");
  if (kept === announced && log.lines.at(-1)?.hash !== intent.details["head"]) throw damagedReview(log, "line-changed");
  const torn = keepAside(files, log, intent.seq);
  const head = log.lines.at(-1)?.hash ?? null;
  const details = { file: basename(file), first, lines: kept, head: kept === 0 ? null : head, torn };
  journal.endIntent(intent, kept === announced && torn === null ? "done" : "failed", details, signer);
  return reviewSays.interrupted(intent.seq, kept, announced, torn);
}

function keepAside(files: JournalFiles, log: ReviewLog, seq: number) {
  if (log.size === log.soundBytes) return null;
  const bytes = files.read(log.file, log.soundBytes, log.size - log.soundBytes);
  const name = `${basename(log.file, ".jsonl")}.torn-${seq}.bin`;
  writeDurably(files, dirname(log.file), join(dirname(log.file), name), bytes);
  files.truncate(log.file, log.soundBytes);
  files.sync(log.file);
  return { file: name, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
