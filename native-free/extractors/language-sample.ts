/**
 * What language detection looks at: the words of the first kilobytes, and how many of their letters are of which script.
 * One pass over UTF-16 units with a table that is filled as characters are met.
 */

/** Scripts that one language alone of those we name is written in. */
export type TellingScript = "kana" | "hangul" | "han" | "greek" | "hebrew" | "thai" | "armenian" | "georgian";

/** Script numbers are places in this list, from 1. */
const scripts: readonly (readonly [TellingScript, RegExp])[] = [
  ["hangul", /\p{Script=Hangul}/u],
  ["han", /\p{Script=Han}/u],
  ["greek", /\p{Script=Greek}/u],
  ["hebrew", /\p{Script=Hebrew}/u],
  ["thai", /\p{Script=Thai}/u],
  ["armenian", /\p{Script=Armenian}/u],
  ["georgian", /\p{Script=Georgian}/u],
  // The letters of Hiragana and Katakana alone.
  ["kana", /[\u3041-\u30fa]/u],
];

const looked = 0x80;
const letter = 0x40;
const space = 0x20;
const mark = 0x10;
const scriptBits = 0x0f;

/** Per UTF-16 unit: `looked`, `letter`, `space`, `mark` of an address or of markup, and the script. */
const facts = new Uint8Array(0x10000);

function factsOf(character: string): number {
  const script = scripts.findIndex(([, pattern]) => pattern.test(character)) + 1;
  return (
    looked |
    (/\p{L}/u.test(character) ? letter : 0) |
    (/\s/.test(character) ? space : 0) |
    (/[@/\\=<>{}]/.test(character) ? mark : 0) |
    script
  );
}

function unitFacts(unit: number): number {
  const known = facts[unit]!;
  return known !== 0 ? known : (facts[unit] = factsOf(String.fromCharCode(unit)));
}

export interface ScriptCounts {
  readonly letters: number;
  readonly scripts: Readonly<Record<TellingScript, number>>;
}

/** Letters, and characters of each script, among the first `limit` UTF-16 units. */
export function countScripts(text: string, limit: number): ScriptCounts {
  const counts = new Uint32Array(scriptBits + 1);
  const end = Math.min(limit, text.length);
  let letters = 0;
  for (let at = 0; at < end; at++) {
    const unit = text.charCodeAt(at);
    let known = unitFacts(unit);
    if ((unit & 0xfc00) === 0xd800 && at + 1 < end) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      if (character.length === 2) {
        known = factsOf(character);
        at++;
      }
    }
    letters += (known & letter) >> 6;
    counts[known & scriptBits]!++;
  }
  const named = scripts.map(([name], index) => [name, counts[index + 1]!] as const);
  return { letters, scripts: Object.fromEntries(named) as Record<TellingScript, number> };
}

/**
 * The words of the first `read` UTF-16 units: stretches with a mark of addresses or markup, digits and underscores give a
 * space each, since they are the same in every language. Ends once there are `limit` units.
 */
export function wordsOf(text: string, read: number, limit: number): string {
  const end = Math.min(read, text.length);
  let words = "";
  for (let at = 0; at < end && words.length < limit;) {
    let next = at;
    while (next < end && (unitFacts(text.charCodeAt(next)) & space) !== 0) next++;
    let marks = 0;
    const start = next;
    for (; next < end; next++) {
      const known = unitFacts(text.charCodeAt(next));
      if ((known & space) !== 0) break;
      marks |= known & mark;
    }
    words += marks !== 0 ? `${text.slice(at, start)} ` : withoutDigits(text, at, next);
    at = next;
  }
  return words.slice(0, limit);
}

function withoutDigits(text: string, from: number, to: number): string {
  let out = "";
  let kept = from;
  for (let at = from; at < to;) {
    let end = at;
    while (end < to && isDigit(text.charCodeAt(end))) end++;
    if (end === at) {
      at++;
      continue;
    }
    out += `${text.slice(kept, at)} `;
    at = kept = end;
  }
  return kept === from ? text.slice(from, to) : out + text.slice(kept, to);
}

function isDigit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x5f;
}
