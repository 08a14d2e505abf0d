/**
 * The check of everything given at once. Files are judged in the order in which they lean on one another: journal and
 * case for the keys, then signed documents, then lists against manifests, then single files against lists and journal.
 */
import { pageSays } from "../../messages/en-verify-page.ts";
import { classify, type Classified } from "./classify.ts";
import { judgeCase, judgeCheckpoint, judgeManifest, judgeReport } from "./judge-documents.ts";
import { judgeJournal } from "./judge-journal.ts";
import { judgeProof } from "./judge-proof.ts";
import { judgeItems, judgeLeaves, judgeList, judgeOther } from "./judge-files.ts";
import type { PageFile, Progress } from "./page-file.ts";
import { Known, type Verdict } from "./verdict.ts";

/** Tells the page which file is being read, and how far. */
export type FileProgress = (file: PageFile, done: number, total: number) => Promise<void>;

const judgingOrder = [
  "journal",
  "case",
  "manifest",
  "report",
  "checkpoint",
  "proof",
  "leaves",
  "list",
  "items",
  "broken",
  "other",
] as const;

/** One verdict per file, in the order in which they were judged. Never rejects for what the files contain. */
export async function checkAll(files: readonly PageFile[], onProgress: FileProgress): Promise<Verdict[]> {
  const known = new Known();
  const sorted: { file: PageFile; what: Classified }[] = [];
  const verdicts: Verdict[] = [];
  for (const file of files) {
    try {
      sorted.push({ file, what: await classify(file) });
    } catch (error) {
      verdicts.push(unreadable(file, error));
    }
  }
  sorted.sort((a, b) => judgingOrder.indexOf(a.what.kind) - judgingOrder.indexOf(b.what.kind));
  for (const { file, what } of sorted) {
    const progress: Progress = (done, total) => onProgress(file, done, total);
    try {
      verdicts.push(await judge(file, what, known, progress));
    } catch (error) {
      verdicts.push(unreadable(file, error));
    }
  }
  return verdicts;
}

function judge(file: PageFile, what: Classified, known: Known, progress: Progress): Promise<Verdict> | Verdict {
  switch (what.kind) {
    case "journal":
      return judgeJournal(file, known, progress);
    case "case":
      return judgeCase(file, what.document, known);
    case "manifest":
      return judgeManifest(file, what.document, known);
    case "report":
      return judgeReport(file, what.document, known);
    case "checkpoint":
      return judgeCheckpoint(file, what.document, known);
    case "proof":
      return judgeProof(file, what.document, known);
    case "leaves":
      return judgeLeaves(file, known);
    case "list":
      return judgeList(file, known, progress);
    case "items":
      return judgeItems(file, known, progress);
    case "broken":
      return { file: file.name, level: "bad", headline: pageSays.brokenDocument(), facts: [], remarks: [] };
    case "other":
      return judgeOther(file, known, progress);
  }
}

function unreadable(file: PageFile, error: unknown): Verdict {
  const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { file: file.name, level: "bad", headline: pageSays.unreadable(problem), facts: [], remarks: [] };
}
