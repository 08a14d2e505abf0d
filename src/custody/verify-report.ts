/** Verification of a report and of the files beside it: the printed form, the list of items, the page that checks it. */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { domains, verifyDocument } from "./document.ts";
import type { RecordedReport } from "./journal-records.ts";
import type { KeyRegister } from "./key-register.ts";
import { readDocument } from "./manifest.ts";
import { bytesOf, isThere, sha256Of } from "./readable.ts";

export interface ReportVerdict {
  /** A word of `custodySays.problems`, null where it is what was signed. */
  readonly problem: string | null;
  /** Content hash (hex), "" where it has none. */
  readonly hash: string;
}

/** Verifies `file` (the signed JSON) with `keys`; `recordOf` gives what the journal says of a content hash, if it does. */
export function verifyReport(
  file: string,
  keys: KeyRegister,
  recordOf: (contentHash: string) => RecordedReport | null,
): ReportVerdict {
  const document = readDocument(file);
  if (document === null) return { problem: "malformed", hash: "" };
  const verdict = verifyDocument(domains.report, document, keys);
  if (!verdict.ok) return { problem: verdict.problem, hash: verdict.hash };
  const record = recordOf(verdict.hash);
  const content = (document as { content: unknown }).content;
  const problem =
    printedProblem(file.replace(/\.json$/, ".html"), verdict.hash, record) ?? itemsProblem(file, content, record);
  return { problem, hash: verdict.hash };
}

/** The printed form carries the content hash; where the journal records the hash of its bytes, that must hold too. */
function printedProblem(html: string, contentHash: string, record: RecordedReport | null): string | null {
  const bytes = bytesOf(html);
  const recorded = record?.htmlSha256 ?? null;
  if (bytes === null) return recorded !== null && record?.files.includes(basename(html)) ? "missing" : null;
  if (!bytes.includes(contentHash)) return "html-differs";
  const found = createHash("sha256").update(bytes).digest("hex");
  return recorded === null || recorded === found ? null : "html-differs";
}

/** The list of items is what the signed content states of it, and what the journal does. */
function itemsProblem(file: string, content: unknown, record: RecordedReport | null): string | null {
  const stated = statedItems(content);
  const name = stated?.name ?? basename(file).replace(/\.json$/, "-items.jsonl");
  const items = join(dirname(file), name);
  const expected = [stated?.sha256, record?.itemsSha256].filter((hash) => typeof hash === "string");
  if (expected.length === 0) return null;
  if (!isThere(items)) return "missing";
  const found = sha256Of(items);
  return expected.every((hash) => hash === found) ? null : "items-differ";
}

function statedItems(content: unknown): { name: string; sha256: string } | null {
  const files = (content as { files?: unknown } | null)?.files;
  if (!Array.isArray(files)) return null;
  const known = files as readonly { what?: unknown; name?: unknown; sha256?: unknown }[];
  const items = known.find((each) => each?.what === "items");
  if (typeof items?.name !== "string" || typeof items.sha256 !== "string") return null;
  return { name: basename(items.name), sha256: items.sha256 };
}
