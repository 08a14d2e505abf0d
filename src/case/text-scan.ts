/** Reading the texts of many contents in the order in which they are stored. */
import { blocksPerContent, contentState } from "./schema.ts";
import type { WorkFileReader } from "./work-file-reader.ts";
import { storedBlock } from "./work-file-rows.ts";

export interface ScannedBlock {
  /** Number of the content in its work file. */
  readonly content: number;
  readonly text: string;
}

/** Every block of every content that is described, decompressed one at a time. */
export function* allBlocks(reader: WorkFileReader): Generator<ScannedBlock> {
  const rows = reader.iterate(
    `SELECT b.* FROM text_block b JOIN content c ON c.id = b.id / ${blocksPerContent}
     WHERE c.state = ${contentState.complete} ORDER BY b.id`,
  );
  for (const row of rows) {
    const { text } = reader.stored(() => storedBlock(row));
    yield { content: Math.floor((row["id"] as number) / blocksPerContent), text };
  }
}

/** The blocks of these contents. */
export function* blocksOf(reader: WorkFileReader, contents: readonly number[]): Generator<ScannedBlock> {
  for (const content of contents) {
    for (let index = 0; ; index++) {
      const block = reader.block(content, index);
      if (!block) break;
      yield { content, text: block.text };
    }
  }
}
