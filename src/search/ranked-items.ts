/** Items of an answer by their ranks, read from the work file in groups. */
import type { StoredItem } from "../case/work-file-rows.ts";
import type { SearchedFile } from "./searched-file.ts";

/** An item by its work file and rank. */
export interface Ranked {
  readonly file: SearchedFile;
  readonly rank: number;
}

/** Items that are read together. */
const readTogether = 200;

/** Neighbours of one work file together. */
export function* stretches(all: Iterable<Ranked>): Generator<{ file: SearchedFile; ranks: number[] }> {
  let file: SearchedFile | null = null;
  let ranks: number[] = [];
  for (const next of all) {
    if (file && (next.file !== file || ranks.length >= readTogether)) {
      yield { file, ranks };
      ranks = [];
    }
    file = next.file;
    ranks.push(next.rank);
  }
  if (file && ranks.length > 0) yield { file, ranks };
}

/** With their items, in order. */
export function* withItems(all: Iterable<Ranked>): Generator<Ranked & { readonly item: StoredItem }> {
  for (const { file, ranks } of stretches(all)) {
    const items = file.items(ranks);
    for (const [at, item] of items.entries()) yield { file, rank: ranks[at] as number, item };
  }
}
