/**
 * Letters and digits that stand together in every match of an expression, as sets: `CSQU\d{7}` has a run of eleven. Such a run lies within one
 * word of the index, since ASCII letters and digits are folded one by one, whatever stands around them; marks that follow are a part of the word.
 * What is told of a run is sure; where nothing is, there is none.
 */
import type { RE2JS } from "re2js";
import { instructionsOf, operations, rangesOf, type Instruction } from "./instructions.ts";

/** The folded letters and digits (bytes) at each place of a run. */
export type WordRun = readonly (readonly number[])[];

/** Runs of all alternatives have so many places together. */
export const mostPlaces = 31;
const mostAlternatives = 8;
const mostDepth = 12;
/** Larger programs are not looked at. */
const mostInstructions = 400;
/** A run that more words than this share of them have helps little. */
const rareEnough = 1 / 2000;

/** One for each alternative: every match has one of them. Null where there are none that help. */
export function wordRuns(pattern: RE2JS): readonly WordRun[] | null {
  const { instructions, start } = instructionsOf(pattern);
  if (instructions.length > mostInstructions) return null;
  const runs = new Runs(instructions).alternatives(start, [], 0);
  if (runs === null || runs.length === 0 || runs.length > mostAlternatives) return null;
  const places = Math.floor(mostPlaces / runs.length);
  return runs.map((run) => rarest(run, places));
}

class Runs {
  readonly #program: readonly Instruction[];
  readonly #places: readonly (readonly number[] | null)[];

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#places = program.map(wordPlace);
  }

  /** `before`: places of the letters that stand directly before what `start` takes. */
  alternatives(start: number, before: WordRun, depth: number): WordRun[] | null {
    const run = this.#best(start, before);
    if (run !== null) return [run];
    const fork = this.#firstFork(start, before);
    if (fork === null || depth === mostDepth) return null;
    const found: WordRun[] = [];
    for (const next of fork.ways) {
      const some = this.alternatives(next, fork.before, depth + 1);
      if (some === null || found.length + some.length > mostAlternatives) return null;
      found.push(...some);
    }
    return found;
  }

  /** The rarest run that lies on every way from `start` to a match; null where none is rare. */
  #best(start: number, before: WordRun): WordRun | null {
    const needed = new Set<number>();
    for (let number = 0; number < this.#program.length; number += 1) {
      if (this.#places[number] && !this.#matchesWithout(start, number)) needed.add(number);
    }
    let best = before;
    const begin = this.#taking(start);
    const followers = new Set([...needed].map((number) => this.#next(number)));
    for (const first of needed) {
      if (followers.has(first) && first !== begin && !this.#followsItself(first)) continue;
      const run = first === begin ? [...before] : [];
      const seen = new Set<number>();
      for (let at: number | null = first; at !== null && needed.has(at) && !seen.has(at); at = this.#next(at)) {
        seen.add(at);
        run.push(this.#places[at] as readonly number[]);
      }
      if (best.length === 0 || chanceOf(run) < chanceOf(best)) best = run;
    }
    return best.length > 0 && chanceOf(best) < rareEnough ? best : null;
  }

  #followsItself(number: number): boolean {
    return this.#next(number) === number;
  }

  /** The instruction for the next character after this one; null where there are several ways. */
  #next(number: number): number | null {
    return this.#taking((this.#program[number] as Instruction).out);
  }

  /** The instruction that takes the next character; null where there are several ways. */
  #taking(start: number): number | null {
    let at = start;
    // Ways without a character have no circles of one way.
    for (let steps = 0; steps < this.#program.length; steps += 1) {
      const { op, out } = this.#program[at] as Instruction;
      if (op >= operations.runes && op <= operations.anyButLineFeed) return at;
      if (op !== operations.capture && op !== operations.nothing && op !== operations.look) return null;
      at = out;
    }
    return null;
  }

  /** Where the way from `start` parts, and the places of the letters directly before that. */
  #firstFork(start: number, before: WordRun): { ways: readonly number[]; before: WordRun } | null {
    let run = before;
    let at = start;
    for (let steps = 0; steps < this.#program.length; steps += 1) {
      const { op, out, arg } = this.#program[at] as Instruction;
      if (op === operations.fork || op === operations.forkMatch) return { ways: [out, arg], before: run };
      if (op === operations.match || op === operations.fail) return null;
      if (op >= operations.runes) {
        const place = this.#places[at];
        run = place ? [...run, place] : [];
      }
      at = out;
    }
    return null;
  }

  #matchesWithout(start: number, left: number): boolean {
    const seen = new Set([start]);
    for (const number of seen) {
      if (number === left) continue;
      const { op, out, arg } = this.#program[number] as Instruction;
      if (op === operations.match) return true;
      if (op === operations.fail) continue;
      seen.add(out);
      if (op === operations.fork || op === operations.forkMatch) seen.add(arg);
    }
    return false;
  }
}

/** What is folded to other letters than its own and stands beside them in classes without case: long s, Kelvin. */
const folded: ReadonlyMap<number, number> = new Map([
  [0x17f, 0x73],
  [0x212a, 0x6b],
]);

/** Folded letters and digits that an instruction takes; null where it takes anything else, or no character. */
function wordPlace(instruction: Instruction): readonly number[] | null {
  if (instruction.op !== operations.runes && instruction.op !== operations.oneRune) return null;
  const taken = new Set<number>();
  const ranges = rangesOf(instruction);
  for (let at = 0; at < ranges.length; at += 2) {
    const [low, high] = [ranges[at] as number, ranges[at + 1] as number];
    if (high - low > 26) return null;
    for (let rune = low; rune <= high; rune += 1) {
      const byte = rune < 0x80 ? String.fromCharCode(rune).toLowerCase().charCodeAt(0) : folded.get(rune);
      if (byte === undefined || !isWordByte(byte)) return null;
      taken.add(byte);
    }
  }
  return taken.size === 0 ? null : [...taken].sort((a, b) => a - b);
}

function isWordByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a);
}

/** How often a run comes in words, roughly: to choose by. */
function chanceOf(run: WordRun): number {
  const share = (byte: number): number => (byte < 0x40 ? 0.01 : 0.035);
  return run.reduce((chance, place) => chance * place.reduce((sum, byte) => sum + share(byte), 0), 1);
}

/** The rarest part with at most so many places. */
function rarest(run: WordRun, places: number): WordRun {
  let best = run.slice(0, places);
  for (let from = 1; from + places <= run.length; from += 1) {
    const part = run.slice(from, from + places);
    if (chanceOf(part) < chanceOf(best)) best = part;
  }
  return best;
}
