/** Reading large text files line by line, in bounded memory. */
import { piecesOf } from "../case/file-pieces.ts";

/** A longer line is no line of a list of hashes. */
const longestLine = 1 << 20;

/** Lines without their ends, decoded as UTF-8 (a byte order mark is dropped); longer ones than a megabyte are cut. */
export function* linesOf(file: string): Generator<string> {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  for (const piece of piecesOf(file)) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = (lines.pop() as string).slice(0, longestLine);
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest;
}

/** Cells of a line of comma-separated values (RFC 4180), for lists whose cells hold no line ends. */
export function cellsOf(line: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.length;) {
    if (line[at] !== '"') {
      const end = line.indexOf(",", at);
      cells.push(line.slice(at, end < 0 ? line.length : end).trim());
      if (end < 0) return cells;
      at = end + 1;
      continue;
    }
    let cell = "";
    at += 1;
    for (;;) {
      const quote = line.indexOf('"', at);
      if (quote < 0) return [...cells, cell + line.slice(at)];
      cell += line.slice(at, quote);
      at = quote + 1;
      if (line[at] !== '"') break;
      cell += '"';
      at += 1;
    }
    cells.push(cell);
    const comma = line.indexOf(",", at);
    if (comma < 0) return cells;
    at = comma + 1;
  }
  return cells;
}
