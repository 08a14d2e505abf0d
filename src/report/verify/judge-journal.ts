/** The verdict on a journal. */
import { pageSays } from "../../messages/en-verify-page.ts";
import { checkJournal, type JournalResult } from "./journal-check.ts";
import type { PageFile, Progress } from "./page-file.ts";
import type { Known, Verdict } from "./verdict.ts";

export async function judgeJournal(file: PageFile, known: Known, progress: Progress): Promise<Verdict> {
  const result = await checkJournal(file, progress);
  known.journal ??= result;
  const facts = factsOf(result);
  if (result.bad) {
    const { seq, line, problem } = result.bad;
    return { file: file.name, level: "bad", headline: pageSays.badEntry(seq, line, problem), facts, remarks: [] };
  }
  if (result.entries === 0) {
    return { file: file.name, level: "bad", headline: pageSays.emptyJournal(), facts, remarks: [] };
  }
  if (result.torn) {
    const headline = pageSays.tornJournal(result.entries);
    return { file: file.name, level: "bad", headline, facts, remarks: remarksOf(result) };
  }
  const headline = pageSays.goodJournal(result.entries);
  return { file: file.name, level: "good", headline, facts, remarks: remarksOf(result) };
}

function factsOf(result: JournalResult): [string, string][] {
  const { keys, hashes } = result;
  const head = hashes.length - 1;
  const facts: [string, string | null][] = [
    [pageSays.labels.caseNumber, result.caseNumber],
    [pageSays.labels.caseId, keys?.caseId ?? null],
    [pageSays.labels.entries, pageSays.entryCount(result.entries, result.lines)],
    [pageSays.labels.time, head < 0 ? null : pageSays.span(result.firstUtc, result.lastUtc)],
    [pageSays.labels.head, head < 0 ? null : pageSays.headHash(head, hashes[head])],
    [pageSays.labels.fileHash, result.sha256],
    ...(keys?.officers() ?? []).map((key): [string, string] => [
      pageSays.labels.key,
      pageSays.officerKey(key.officer, key.keyId, key.revokedAt),
    ]),
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function remarksOf(result: JournalResult): string[] {
  const remarks = [pageSays.compareKeys()];
  if (result.demonstration) remarks.push(pageSays.demonstration());
  const tail = result.entries - 1 - result.anchored;
  // The entry that records a checkpoint always follows it.
  if (tail > 1) remarks.push(pageSays.unanchored(tail));
  for (const { seq, act } of result.open) remarks.push(pageSays.openAct(seq, act));
  return remarks;
}
