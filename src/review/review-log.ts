/** Reading the files of `review/`: each line by itself and as a link of its chain. Takes no lock and changes nothing. */
import { basename, join } from "node:path";
import { diskFiles, linesOf } from "../custody/journal-files.ts";
import { officerSlug } from "../custody/officer-slug.ts";
import { namesIn } from "../custody/readable.ts";
import { custodySays, reviewSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { chainStart, readLine, type ReviewLine } from "./review-line.ts";

/** Longer than any line that we write. */
const lineLimitBytes = 1 << 20;

export interface ReviewLog {
  readonly file: string;
  /** Those that are sound, in order. */
  readonly lines: readonly ReviewLine[];
  /** Bytes of the sound lines. */
  readonly soundBytes: number;
  /** Bytes of the file. */
  readonly size: number;
  /** What follows the sound lines, a word of `custodySays.problems`; `torn-tail` where an append was interrupted. */
  readonly problem: string | null;
}

/** Name of an officer's file. */
export function reviewFileName(officer: string): string {
  return `${officerSlug(officer)}.jsonl`;
}

/** Names of the officers' files in a folder, sorted. */
export function reviewFiles(folder: string): string[] {
  return namesIn(folder).filter((name) => name.endsWith(".jsonl"));
}

/** Reads an officer's file up to the first line that is not sound. An absent file is empty. */
export function readReviewLog(file: string, caseId: string): ReviewLog {
  const size = diskFiles.size(file) ?? 0;
  const lines: ReviewLine[] = [];
  let soundBytes = 0;
  for (const { bytes, terminated } of linesOf(diskFiles, file, 0, size, lineLimitBytes)) {
    const line = terminated ? readLine(bytes) : "torn-tail";
    const problem = typeof line === "string" ? line : linkProblem(line, lines, caseId, file);
    if (problem !== null) return { file, lines, soundBytes, size, problem };
    lines.push(line as ReviewLine);
    soundBytes += bytes.length + 1;
  }
  return { file, lines, soundBytes, size, problem: null };
}

function linkProblem(line: ReviewLine, before: readonly ReviewLine[], caseId: string, file: string): string | null {
  if (line.seq !== before.length) return "wrong-seq";
  const last = before.at(-1);
  if (line.prev !== (last?.hash ?? chainStart(caseId, line.officer))) return "prev-mismatch";
  const sameOfficer = last ? last.officer === line.officer : reviewFileName(line.officer) === basename(file);
  return sameOfficer ? null : "malformed";
}

/**
 * The sound lines of all officers. What an interrupted append left is not theirs yet. Throws OperatorError
 * `review/damaged` for a line that was changed.
 */
export function readReviewLines(folder: string, caseId: string): ReviewLine[] {
  return reviewFiles(folder).flatMap((name) => {
    const log = readReviewLog(join(folder, name), caseId);
    if (log.problem !== null && log.problem !== "torn-tail") throw damagedReview(log, log.problem);
    return log.lines;
  });
}

export function damagedReview({ file, lines }: ReviewLog, problem: string): OperatorError {
  const sentence = reviewSays.damaged(file, lines.length + 1, custodySays.problem(problem));
  return new OperatorError("review/damaged", sentence);
}
