/** All hits of an answer in one file, in their order; one hit is held at a time. */
import { StreamedFile, type WrittenFile } from "../../case/streamed-file.ts";
import { fullPath } from "../../case/work-file-rows.ts";
import type { Answer } from "../answer.ts";
import { csvHead, csvLine } from "../csv.ts";
import type { Hit } from "../hit.ts";
import { byPath, type Sort } from "../sets/sorting.ts";
import { bodyLines } from "./body-lines.ts";
import { hitJson, hitSchema } from "./hit-json.ts";

/** `json`: one object a line. `body`: body file of The Sleuth Kit 3. */
export const exportFormats = ["csv", "json", "body"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportedHits extends WrittenFile {
  readonly hits: number;
}

export interface ExportOptions {
  readonly sort?: Sort;
  readonly onHit?: (hits: number) => void;
  readonly beforeShown?: (exported: ExportedHits) => void;
}

/** By the ending of a name: `.csv`, `.json` or `.jsonl`, `.body`; null for others. */
export function formatOfName(file: string): ExportFormat | null {
  const ending = /\.(csv|jsonl?|body)$/i.exec(file)?.[1]?.toLowerCase();
  return ending === undefined ? null : ending.startsWith("json") ? "json" : (ending as ExportFormat);
}

/**
 * `beforeShown` is called when the file is whole, before it appears under its name: where it throws, there is none. `onHit` is
 * told how many hits are written, for progress. Throws OperatorError; then there is no file.
 */
export function exportHits(
  answer: Answer,
  file: string,
  format: ExportFormat,
  { sort = byPath, onHit = () => {}, beforeShown = () => {} }: ExportOptions = {},
): ExportedHits {
  const streamed = new StreamedFile(file);
  let hits = 0;
  try {
    if (format === "csv") streamed.write(csvHead());
    for (const text of format === "body" ? bodies(answer, sort) : explained(answer, format, sort)) {
      streamed.write(text);
      hits += 1;
      onHit(hits);
    }
    const exported = { hits, ...streamed.seal() };
    beforeShown(exported);
    streamed.publish();
    return exported;
  } catch (error) {
    streamed.abandon();
    throw error;
  }
}

function* bodies(answer: Answer, sort: Sort): Generator<string> {
  for (const { exhibit, reader, item } of answer.items(sort)) {
    const lines = bodyLines(fullPath(exhibit, item.path), item, reader.times(item));
    yield lines.map((line) => `${line}\n`).join("");
  }
}

function* explained(answer: Answer, format: "csv" | "json", sort: Sort): Generator<string> {
  const line = (hit: Hit) =>
    format === "csv" ? csvLine(hit, null) : `${JSON.stringify({ schema: hitSchema, event: "hit", ...hitJson(hit) })}\n`;
  for (const hit of answer.hits(sort)) yield line(hit);
}
