/**
 * Row numbers of texts. A content's text is cut into blocks, of which most texts have one. In `text_block` a block's number is
 * content × 2^20 + block, so that the blocks of a content are neighbours. In the index of texts the first block has the number of its
 * content, and further ones lie far above: the index stores differences, which take a byte or two between contents that follow each
 * other, and a quarter of its size is saved.
 */
import type { Database } from "./sqlite.ts";

/** Blocks of one content that the numbers have room for; they stay below 2^53 up to 2^32 contents. */
export const blocksPerContent = 2 ** 20;

/** Further blocks are numbered in the index from here on. */
const furtherBlocks = 2 ** 40;

/** The row of `fts_text` for a row of `text_block`. */
export function indexRow(blockId: number): number {
  const block = blockId % blocksPerContent;
  return block === 0 ? blockId / blocksPerContent : furtherBlocks + blockId;
}

/** The row of `text_block` for a row of `fts_text`. */
export function blockId(row: number): number {
  return row < furtherBlocks ? row * blocksPerContent : row - furtherBlocks;
}

/** The content of a row of `fts_text`. */
export function contentOfRow(row: number): number {
  return row < furtherBlocks ? row : Math.floor((row - furtherBlocks) / blocksPerContent);
}

/** The rows of `text_block` of a content: the first, and the first of the next content. */
export function blockIds(content: number): [first: number, end: number] {
  return [content * blocksPerContent, (content + 1) * blocksPerContent];
}

/** Removes blocks with what the index has of them, within the caller's transaction. */
export function removeBlocks(database: Database, blocks: readonly { readonly id: number }[]): void {
  const fromIndex = database.prepare("DELETE FROM fts_text WHERE rowid = ?");
  const fromTable = database.prepare("DELETE FROM text_block WHERE id = ?");
  for (const { id } of blocks) {
    fromIndex.run([indexRow(id)]);
    fromTable.run([id]);
  }
}
