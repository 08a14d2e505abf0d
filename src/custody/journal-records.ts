/**
 * What the entries of a journal record of the rest of the case: which documents there must be, with which hashes, and
 * which result each exhibit has.
 */
import type { Entry } from "./entry.ts";

/** A report whose making ended. Hashes are SHA-256 in hex, null where the entry states none. */
export interface RecordedReport {
  readonly seq: number;
  readonly contentHash: string;
  readonly htmlSha256: string | null;
  readonly itemsSha256: string | null;
  readonly verifyPageSha256: string | null;
  /** Plain names in the folder of the reports. */
  readonly files: readonly string[];
}

/** Lines that one act added to an officer's file in `review/`. */
export interface RecordedReview {
  readonly seq: number;
  readonly officer: string;
  /** Plain name. */
  readonly file: string;
  /** Number of its first line, from 0, and how many there are. */
  readonly first: number;
  readonly lines: number;
  /** Hash (hex) of the last of them, null without lines. */
  readonly head: string | null;
}

const hex64 = /^[0-9a-f]{64}$/;
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export class JournalRecords {
  /** Hashes (hex, 64 digits) that entries record of documents, with the last entry that does. */
  readonly hashes = new Map<string, number>();
  /** Labels of the exhibits that were taken in. */
  readonly intakes = new Set<string>();
  /** Labels of the exhibits whose acquisition ended well. */
  readonly acquired = new Set<string>();
  /** In the order of the journal. */
  readonly reports: RecordedReport[] = [];
  /** In the order of the journal. */
  readonly reviews: RecordedReview[] = [];
  /** SHA-256 (hex) of `case.json` as recorded last (`details.caseFile`), null where it is not. */
  caseSha256: string | null = null;
  /** Whether an operation's form was recorded. */
  hasOperation = false;
  readonly #digests = new Map<string, string>();

  /** The digest of an exhibit's finished work file, null where it was never finished or a run began after it. */
  digestOf(label: string): string | null {
    return this.#digests.get(label) ?? null;
  }

  /** Labels of the exhibits whose work file is finished, sorted. */
  processed(): string[] {
    return [...this.#digests.keys()].sort();
  }

  take(entry: Entry): void {
    const { seq, act, phase, exhibit, details } = entry.body;
    // Searches are many and record no document.
    if (act === "search" || act === "timeline") return;
    if (act === "review") return this.#takeReview(entry);
    if (exhibit !== null) this.#takeOfExhibit(exhibit, entry);
    if (typeof details["caseFile"] === "string") this.caseSha256 = details["caseFile"];
    const isEnd = phase === "done" || phase === "event";
    if (act === "operation" && isEnd) this.hasOperation = true;
    if (act === "report" && isEnd) this.#takeReport(entry);
    for (const value of Object.values(details)) {
      if (typeof value === "string" && hex64.test(value)) this.hashes.set(value, seq);
    }
  }

  #takeOfExhibit(exhibit: string, entry: Entry): void {
    const { act, phase, details } = entry.body;
    if (act === "intake") this.intakes.add(exhibit);
    if (act === "acquire" && phase === "done") this.acquired.add(exhibit);
    if (act !== "process" && act !== "watch" && act !== "work-file-removed") return;
    const { digest } = details;
    // A run that began changes the work file until it ends: from then on its digest is the recorded one. So do watch-lists
    // that are applied later.
    const gives = act === "process" || act === "watch";
    if (gives && phase === "done" && typeof digest === "string") this.#digests.set(exhibit, digest);
    else this.#digests.delete(exhibit);
  }

  #takeReview({ body: { seq, officer, phase, details } }: Entry): void {
    const { file, first, lines, head } = details;
    if (phase === "intent" || typeof file !== "string" || !plainName.test(file)) return;
    if (typeof first !== "number" || typeof lines !== "number") return;
    this.reviews.push({ seq, officer, file, first, lines, head: typeof head === "string" ? head : null });
  }

  #takeReport({ body: { seq, details } }: Entry): void {
    const text = (name: string) => (typeof details[name] === "string" ? details[name] : null);
    const contentHash = text("contentHash");
    if (contentHash === null) return;
    const names = Array.isArray(details["files"]) ? (details["files"] as readonly unknown[]) : [];
    this.reports.push({
      seq,
      contentHash,
      htmlSha256: text("htmlSha256"),
      itemsSha256: text("itemsSha256"),
      verifyPageSha256: text("verifyPageSha256"),
      files: names.filter((name): name is string => typeof name === "string" && plainName.test(name)),
    });
  }
}
