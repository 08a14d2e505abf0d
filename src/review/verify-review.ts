/**
 * Verification of an officer's file against the custody journal: every line and link, and that the lines are exactly those
 * that the journal announced and ended, batch by batch.
 */
import { basename } from "node:path";
import type { RecordedReview } from "../custody/journal-records.ts";
import type { OpenIntent } from "../custody/journal-state.ts";
import { readReviewLog } from "./review-log.ts";

interface ReviewVerdict {
  /** A word of `custodySays.problems`, null where it is what the journal records. */
  readonly problem: string | null;
  /** From 1, of the first bad line. */
  readonly line: number | null;
  /** Sound lines. */
  readonly count: number;
  /** The last entry that records lines of it. */
  readonly recordedAt: number | null;
}

/** `batches` are those of the whole journal, `open` its acts that were not ended; a null case id is of a journal without a genesis. */
export function verifyReviewFile(
  file: string,
  caseId: string | null,
  batches: readonly RecordedReview[],
  open: readonly OpenIntent[],
): ReviewVerdict {
  const name = basename(file);
  const own = batches.filter((batch) => batch.file === name);
  const { lines, problem } = readReviewLog(file, caseId ?? "");
  const verdict = { count: lines.length, recordedAt: own.at(-1)?.seq ?? null };
  const bad = (word: string, line: number): ReviewVerdict => ({ ...verdict, problem: word, line });
  let covered = 0;
  for (const { officer, first, lines: count, head } of own) {
    if (first !== covered) return bad("line-count", covered + 1);
    if (lines[0] && lines[0].officer !== officer) return bad("not-recorded", covered + 1);
    covered += count;
    if (covered > lines.length) return bad(problem ?? "line-count", lines.length + 1);
    if (count > 0 && lines[covered - 1]?.hash !== head) return bad("line-changed", covered);
  }
  const announced = open.find(({ act, details }) => act === "review" && details["file"] === name);
  const most = announced?.details["first"] === covered ? covered + Number(announced.details["lines"]) : covered;
  if (lines.length > most) return bad("not-recorded", most + 1);
  // Without an act that was interrupted nothing can be torn: somebody cut it.
  if (problem !== null) return bad(problem === "torn-tail" && !announced ? "line-changed" : problem, lines.length + 1);
  return { ...verdict, problem: null, line: null };
}
