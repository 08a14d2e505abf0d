/**
 * Identifiers without any check, which count only where a word in front of them says what they are: `TIR carnet XB 12345678`. Their
 * quality is `pattern`.
 */
import type { EntityMatch, Recogniser, TextView, Trigger } from "./entity.ts";
import { isApart } from "./surroundings.ts";
import { alphanumeric, at, classAt, ContextWords, digit, lower } from "./text-view.ts";

interface KindByWord {
  /** Also the recogniser's. */
  readonly id: string;
  readonly name: string;
  readonly spec: string;
  /** As ContextWords. */
  readonly words: readonly string[];
  /** How far in front of it the word may begin, in bytes; default 40. */
  readonly reach?: number;
  /** Whether the words may also stand behind it. Default false. */
  readonly isNear?: boolean;
  /** Where the words stand in front, `after` is added. */
  readonly triggers: readonly Extract<Trigger, { on: "token" }>[];
  /** Where what begins at `from` ends; 0 where it has not the form. Boundaries are checked by the caller. */
  endOf(text: TextView, from: number): number;
  /** Bytes besides letters and digits that are kept in the value. Default none. */
  readonly kept?: string;
}

export function recogniserByWord(kind: KindByWord): Recogniser {
  const { id, name, spec, endOf, reach = 40, kept = "" } = kind;
  const words = new ContextWords(kind.words);
  return {
    id,
    family: "entity",
    name,
    spec,
    level: "recognised",
    kinds: [{ id, name, spec }],
    triggers: kind.isNear ? kind.triggers : kind.triggers.map((trigger) => ({ ...trigger, after: kind.words })),
    recognise(text, from): EntityMatch | null {
      const to = endOf(text, from);
      if (to === 0 || !isApart(text, from, to) || isEncoded(text, from, to)) return null;
      const isNamed = kind.isNear ? words.isNear(text, from, to, reach) : words.isBefore(text, from, reach);
      return isNamed ? { kind: id, from, to, value: valueOf(text, from, to, kept), quality: "pattern" } : null;
    },
  };
}

/** Base64 has `+` and `/` on either side of what looks like a word. */
function isEncoded(text: TextView, from: number, to: number): boolean {
  const [before, behind] = [at(text, from - 1), at(text, to)];
  return before === 0x2b || before === 0x2f || behind === 0x2b || behind === 0x2f;
}

/** Letters (capital), digits and what is kept, of a stretch. */
export function valueOf(text: TextView, from: number, to: number, kept: string): string {
  let value = "";
  for (let place = from; place < to; place++) {
    const kind = classAt(text, place);
    const character = String.fromCharCode(at(text, place) - (kind === lower ? 0x20 : 0));
    if ((kind & alphanumeric) !== 0 || kept.includes(character)) value += character;
  }
  return value;
}

/** Behind the characters of some classes from a place on, at most `most` of them. */
export function runEnd(text: TextView, from: number, mask: number, most: number): number {
  let place = from;
  while (place - from < most && (classAt(text, place) & mask) !== 0) place++;
  return place;
}

/** Behind one space or hyphen, where it stands. */
export function overGap(text: TextView, place: number): number {
  const byte = at(text, place);
  return byte === 0x20 || byte === 0x2d ? place + 1 : place;
}

/** Behind a token of letters, digits and some signs with at least `digits` digits and a length of at most `most`; 0 for others. */
export function referenceEnd(text: TextView, from: number, signs: string, digits: number, most: number): number {
  let seen = 0;
  let place = from;
  let end = from;
  for (; place - from <= most; place++) {
    const kind = classAt(text, place);
    if (kind === digit) seen++;
    if ((kind & alphanumeric) !== 0) end = place + 1;
    else if (!signs.includes(String.fromCharCode(at(text, place))) || place > end) break;
  }
  return seen >= digits && end - from <= most ? end : 0;
}
