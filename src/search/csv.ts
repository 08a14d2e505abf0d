/**
 * Hits as CSV (RFC 4180): every cell quoted, CR LF after every row, header first.
 *
 * Names come from evidence and the file is opened in spreadsheets: a cell that a spreadsheet could take for a formula
 * (= + - @ or their full-width forms, TAB, CR or LF at the beginning of a line, also after blanks) gets a `'` in front,
 * and characters that act on terminals are escaped as everywhere (`\x1b`). The true value is in the JSON.
 */
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import type { Hit } from "./hit.ts";
import type { SearchAnswer } from "./search-case.ts";

const formula = /(?:^|[\r\n])[\s\u00a0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** One cell, quoted and made harmless. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '""';
  if (typeof value === "number") return `"${value}"`;
  const safe = escapeForTerminal(value);
  return `"${(formula.test(value) ? `'${safe}` : safe).replaceAll('"', '""')}"`;
}

export function csvRow(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

const columns = (
  "exhibit item path state status reason size modified type mime sha256 rule field offset length place matches snippet cursor " +
  "language sha1 md5"
).split(" ");

export const csvHead = (): string => csvRow(columns);

export function csvLine(hit: Hit, cursor: string | null): string {
  const { item, snippet } = hit;
  const { content } = item;
  const modified = item.modified === null ? null : new Date(item.modified).toISOString();
  const words = snippet ? `${snippet.before}${snippet.match}${snippet.after}`.replace(/\s+/g, " ") : null;
  const facts = [item.state, item.status, item.reason, item.size, modified];
  const types = [content?.type ?? null, content?.mime ?? null, item.sha256];
  const place = [hit.rule, hit.field, hit.offset, hit.length, hit.place?.label ?? null, hit.matches, words, cursor];
  const more = [content?.language ?? null, content?.sha1 ?? null, content?.md5 ?? null];
  return csvRow([hit.exhibit, item.id, hit.path, ...facts, ...types, ...place, ...more]);
}

/** The page of an answer. */
export function csvOfAnswer(answer: SearchAnswer): string {
  return csvHead() + answer.hits.map((hit) => csvLine(hit, hit.cursor)).join("");
}
