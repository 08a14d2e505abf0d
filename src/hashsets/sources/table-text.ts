/**
 * Lists of hashes as text: NSRL RDS 2.x (`NSRLFile.txt`), HashKeeper (`.hsh`), comma-separated values with a title row, and plain lists
 * with a hash first in each line (as md5sum and sha256sum print them).
 */
import type { HashRecord } from "../write-hash-set.ts";
import { cellsOf, linesOf } from "../text-lines.ts";
import { hashColumns, hashOf, recordOf } from "./columns.ts";

/** By the first line; null where it is no list of hashes. */
export function textFormatOf(firstLine: string): "nsrl-rds" | "hashkeeper" | "csv" | "plain" | null {
  const titles = cellsOf(firstLine).map((title) => title.toLowerCase());
  if (titles.includes("sha-1") && titles.includes("specialcode")) return "nsrl-rds";
  if (titles.includes("hashset_id") && titles.includes("hash")) return "hashkeeper";
  if (hashColumns(titles).length > 0) return "csv";
  return hashOf(firstTokenOf(firstLine)) || firstLine.startsWith("#") ? "plain" : null;
}

function firstTokenOf(line: string): string {
  return (/^\s*\\?"?([0-9a-fA-F]+)/.exec(line)?.[1] ?? "").trim();
}

/** Rows that hold no hash are counted by `onSkipped`. */
export function* textRecords(file: string, format: string, onSkipped: () => void): Generator<HashRecord> {
  let columns: readonly number[] | null = null;
  for (const line of linesOf(file)) {
    if (line.trim() === "" || (format === "plain" && line.startsWith("#"))) continue;
    if (format === "plain") {
      const record = recordOf([firstTokenOf(line)], [0]);
      if (record) yield record;
      else onSkipped();
      continue;
    }
    const cells = cellsOf(line);
    if (columns === null) {
      columns = hashColumns(cells);
      continue;
    }
    const record = recordOf(cells, columns);
    if (record) yield record;
    else onSkipped();
  }
}
