/** The stored texts of a work file as they are, in the order in which they lie there. */
import { textOverlapChars } from "../../../native-free/model/prepared.ts";
import { contentState } from "../../case/schema.ts";
import { blockId, blocksPerContent } from "../../case/text-rows.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import type { StoredText } from "./text-scan.ts";
import { DamagedText } from "./text-scanner.ts";

interface Row {
  readonly id: number;
  readonly chars: number;
  readonly text: Uint8Array;
  /** 1 or 0. */
  readonly goesOn: number;
}

/** Only a block with an overlap has another one behind it: most texts need no look at it. */
const columns = `b.id AS id, b.chars AS chars, b.text AS text, b.chars >= ${textOverlapChars} AND
  EXISTS (SELECT 1 FROM text_block next WHERE next.id = b.id + 1) AS goesOn`;
const isComplete = `c.state = ${contentState.complete}`;

/** Of every content that is described. All throw DamagedText where a row holds something else. */
export function allTexts(reader: WorkFileReader): Generator<StoredText> {
  return texts(
    reader,
    `SELECT ${columns} FROM text_block b JOIN content c ON c.id = b.id / ${blocksPerContent}
     WHERE ${isComplete} ORDER BY b.id`,
    [],
  );
}

/** Of these contents. */
export function textsOf(reader: WorkFileReader, contents: Iterable<number>): Generator<StoredText> {
  return texts(
    reader,
    `SELECT ${columns} FROM json_each(?) j CROSS JOIN content c ON c.id = j.value
       CROSS JOIN text_block b ON b.id >= c.id * ${blocksPerContent} AND b.id < (c.id + 1) * ${blocksPerContent}
     WHERE ${isComplete}`,
    [JSON.stringify([...contents].sort((a, b) => a - b))],
  );
}

/**
 * Of these rows of the index, each a block of a content, and of the blocks behind them: a word in the first run of a block is found in the row of the
 * block before.
 */
export function textsAt(reader: WorkFileReader, rows: Iterable<number>): Generator<StoredText> {
  const ids = JSON.stringify(Array.from(rows, blockId).sort((a, b) => a - b));
  return texts(
    reader,
    `SELECT ${columns} FROM json_each(?) j CROSS JOIN text_block b ON b.id BETWEEN j.value AND j.value + 1
         AND (b.id = j.value OR b.id NOT IN (SELECT value FROM json_each(?)))
       CROSS JOIN content c ON c.id = b.id / ${blocksPerContent} WHERE ${isComplete}`,
    [ids, ids],
  );
}

function* texts(reader: WorkFileReader, sql: string, params: readonly string[]): Generator<StoredText> {
  for (const { id, chars, text, goesOn } of reader.iterate<Row & Record<string, number | Uint8Array>>(sql, params)) {
    if (!(text instanceof Uint8Array) || typeof chars !== "number") throw new DamagedText("a stored text is no text");
    const isFirst = id % blocksPerContent === 0;
    yield { content: Math.floor(id / blocksPerContent), isFirst, goesOn: goesOn === 1, chars, frame: text };
  }
}
