/** The stored texts of a work file as they are, in the order in which they lie there. */
import { blocksPerContent, contentState } from "../../case/schema.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { StoredText } from "./text-scan.ts";
import { DamagedText } from "./text-scanner.ts";

interface Row {
  readonly id: number;
  readonly text: Uint8Array;
}

const isComplete = `c.state = ${contentState.complete}`;

/** Of every content that is described. All throw DamagedText where a row holds something else. */
export function allTexts(reader: WorkFileReader): Generator<StoredText> {
  return texts(
    reader,
    `SELECT b.id AS id, b.text AS text FROM text_block b JOIN content c ON c.id = b.id / ${blocksPerContent}
     WHERE ${isComplete} ORDER BY b.id`,
    [],
  );
}

/** Of these contents. */
export function textsOf(reader: WorkFileReader, contents: Iterable<number>): Generator<StoredText> {
  return texts(
    reader,
    `SELECT b.id AS id, b.text AS text FROM json_each(?) j CROSS JOIN content c ON c.id = j.value
       CROSS JOIN text_block b ON b.id >= c.id * ${blocksPerContent} AND b.id < (c.id + 1) * ${blocksPerContent}
     WHERE ${isComplete}`,
    [JSON.stringify([...contents].sort((a, b) => a - b))],
  );
}

/** Of these rows, each a block of a content. */
export function textsAt(reader: WorkFileReader, rows: Iterable<number>): Generator<StoredText> {
  return texts(
    reader,
    `SELECT b.id AS id, b.text AS text FROM json_each(?) j CROSS JOIN text_block b ON b.id = j.value
       CROSS JOIN content c ON c.id = b.id / ${blocksPerContent} WHERE ${isComplete}`,
    [JSON.stringify([...rows].sort((a, b) => a - b))],
  );
}

function* texts(reader: WorkFileReader, sql: string, params: readonly string[]): Generator<StoredText> {
  for (const { id, text } of reader.iterate<Row & Record<string, number | Uint8Array>>(sql, params)) {
    if (!(text instanceof Uint8Array)) throw new DamagedText("a stored text is no text");
    yield { content: Math.floor(id / blocksPerContent), frame: text };
  }
}
