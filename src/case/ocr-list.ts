/** What the pass over pictures and scanned pages came to, for those who look through it. */
import type { SqlRow } from "./sqlite.ts";
import type { WorkFileReader } from "./work-file-reader.ts";

/** A page whose recognised text is doubtful. */
export interface DoubtfulPage {
  readonly item: string;
  readonly path: string;
  readonly page: number;
  /** Of the model. */
  readonly language: string;
  /** 0 to 100. */
  readonly confidence: number;
}

/** The least certain first; of a content with several occurrences the first by path. */
export function* doubtfulPages(reader: WorkFileReader): Generator<DoubtfulPage, undefined, undefined> {
  const rows = reader.iterate<DoubtfulPage & SqlRow>(
    `SELECT i.key AS item, i.path, o.page, o.language, o.confidence FROM ocr_page o JOIN item i ON i.id =
       (SELECT id FROM item WHERE content = o.content ORDER BY path, key LIMIT 1)
     WHERE o.low = 1 ORDER BY o.confidence, i.path, o.page`,
  );
  for (const { item, path, page, language, confidence } of rows) yield { item, path, page, language, confidence };
}

/** Contents by what became of their text (`OcrState`) and of themselves. */
export interface PictureCount {
  readonly ocr: string;
  readonly status: string;
  readonly reason: string | null;
  readonly contents: number;
}

export function pictureTally(reader: WorkFileReader): PictureCount[] {
  return reader
    .select<PictureCount & SqlRow>(
      `SELECT p.ocr, p.status, p.reason, count(*) AS contents FROM picture p
       WHERE EXISTS (SELECT 1 FROM item WHERE content = p.content) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    )
    .map(({ ocr, status, reason, contents }) => ({ ocr, status, reason, contents }));
}
