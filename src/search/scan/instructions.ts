/** The program that re2js compiles an expression to, which is that of RE2 and Go. */
import type { RE2JS } from "re2js";
import { foldable } from "./fold-orbit.ts";

/** What an instruction does. */
export const operations = {
  fork: 1,
  forkMatch: 2,
  capture: 3,
  look: 4,
  fail: 5,
  match: 6,
  nothing: 7,
  runes: 8,
  oneRune: 9,
  any: 10,
  anyButLineFeed: 11,
} as const;

export interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  /** First and last of each range; one alone is a single character. */
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

const foldsCase = 1;

/** `start`: number of the first instruction. */
export function instructionsOf(pattern: RE2JS): { instructions: readonly Instruction[]; start: number } {
  const { inst, start } = (pattern.re2Input as { prog: { inst: readonly Instruction[]; start: number } }).prog;
  return { instructions: inst, start };
}

/** Characters that an instruction takes: first and last of each range. */
export function rangesOf(instruction: Instruction): readonly number[] {
  const { runes, arg } = instruction;
  if (runes.length !== 1) return Array.from(runes);
  const rune = runes[0] as number;
  if ((arg & foldsCase) === 0) return [rune, rune];
  const same = new Set([rune, ...foldable().filter((each) => instruction.matchRune(each))]);
  return [...same].sort((a, b) => a - b).flatMap((each) => [each, each]);
}
