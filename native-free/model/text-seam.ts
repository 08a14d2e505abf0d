/**
 * Where a block of a long text begins that is not the first one. It repeats the end of the block before, and may begin inside a word. What begins in
 * its first run stands whole in the block before, so it counts for nothing here: no half of a word is one.
 */
import { fold } from "./fold.ts";
import { textOverlapChars } from "./prepared.ts";

/** So many UTF-16 units of the overlap are given for a run up to white space; else the run is one of word characters. */
const mostUnits = 256;
const upToSpace = new RegExp(`^\\S{1,${mostUnits}}(?=\\s)`);
/** What the fold makes words of, what it drops inside of them, and the underscore. */
const wordPart = /^[\p{L}\p{N}\p{M}\p{Co}\p{Default_Ignorable_Code_Point}_]+/u;

/**
 * UTF-16 units of the first run of a block after the first. 0 where it begins between two words, or with a run that is not known to end within
 * the overlap. The overlap alone gives the same number as the whole block.
 */
export function firstRun(text: string): number {
  const overlap = text.slice(0, textOverlapChars);
  const run = (upToSpace.exec(overlap) ?? wordPart.exec(overlap))?.[0].length ?? 0;
  return run < textOverlapChars ? run : 0;
}

/** `at`, or one before where it would part a surrogate pair. */
export function wholeSign(text: string, at: number): number {
  if (at <= 0 || at >= text.length) return at;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before < 0xdc00 ? at - 1 : at;
}

/** The text of a block after the first with blanks in place of its first run. Places stay where they are. */
export function withoutFirstRun(text: string): string {
  const run = firstRun(text);
  return run === 0 ? text : " ".repeat(run) + text.slice(run);
}

/** What the index sees of a block, by its number in the text. */
export function foldBlock(text: string, block: number): string {
  return fold(block === 0 ? text : withoutFirstRun(text));
}
