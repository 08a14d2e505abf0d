/** The words of one item, so that of a thousand terms those are looked for that can be there. */
import { tokensOf } from "../../native-free/model/fold.ts";
import type { WorkFileReader } from "../case/work-file-reader.ts";
import { foldersOf } from "../case/item-paths.ts";
import type { StoredItem } from "../case/work-file-rows.ts";
import type { TextTerm } from "./query.ts";

/** A text of more blocks (of a million characters) is not read for this: any term may be in it. */
const mostBlocks = 4;

/** Null where the text is too long to be read for this. */
export function wordsOfItem(reader: WorkFileReader, item: StoredItem): ReadonlySet<string> | null {
  const words = new Set<string>();
  const add = (text: string) => {
    for (const token of tokensOf(text)) words.add(token);
  };
  add(item.name.text);
  add(foldersOf(item.path));
  for (const { value } of reader.fields(item)) add(value);
  if (item.content === null) return words;
  for (const block of reader.text(item.content.sha256)) {
    if (block.index >= mostBlocks) return null;
    add(block.text);
  }
  return words;
}

/** False where a word of the term is nowhere in the item. */
export function mayHold(words: ReadonlySet<string>, { tokens, prefix }: TextTerm): boolean {
  const whole = prefix ? tokens.slice(0, -1) : tokens;
  return whole.every((token) => words.has(token));
}
