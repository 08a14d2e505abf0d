/**
 * Names that sound alike: Daitch-Mokotoff Soundex (R. Mokotoff, G. Daitch 1985), made for names of Central and Eastern Europe. A name
 * has several codes of six digits where letters can be spoken in several ways.
 */
import { scriptKey } from "./scripts.ts";

/** Letters → code at the beginning, before a vowel, elsewhere; `-` is none, `|` parts two ways of speaking. */
const rules: Readonly<Record<string, readonly [string, string, string]>> = rulesOf(`
AI AJ AY: 0 1 -|AU: 0 7 -|A: 0 - -|B: 7 7 7|CHS: 5 54 54|CH: 5/4 5/4 5/4|CK: 5/45 5/45 5/45|CZ CS CSZ CZS: 4 4 4|C: 5/4 5/4 5/4
DRZ DRS DS DSH DSZ DZ DZH DZS: 4 4 4|D DT: 3 3 3|EI EJ EY: 0 1 -|EU: 1 1 -|E: 0 - -|FB F: 7 7 7|G: 5 5 5|H: 5 5 -
IA IE IO IU: 1 - -|I: 0 - -|J: 1/4 -/4 -/4|KS: 5 54 54|KH K: 5 5 5|L: 8 8 8|MN: 66 66 66|M: 6 6 6|NM: 66 66 66|N: 6 6 6
OI OJ OY: 0 1 -|O: 0 - -|P PF PH: 7 7 7|Q: 5 5 5|RZ RS: 94/4 94/4 94/4|R: 9 9 9
SCHTSCH SCHTSH SCHTCH SHTCH SHCH SHTSH STCH STSCH SC STRZ STRS STSH SZCZ SZCS: 2 4 4|SCH SH SZ S: 4 4 4
SHT SCHT SCHD ST SZT SHD SZD SD: 2 43 43|TCH TTCH TTSCH TRZ TRS TSCH TSH TS TTS TTSZ TC TZ TTZ TZS TSZ: 4 4 4|TH T: 3 3 3
UI UJ UY: 0 1 -|UE U: 0 - -|V W: 7 7 7|X: 5 54 54|Y: 1 - -|ZDZ ZDZH ZHDZH: 2 4 4|ZD ZHD: 2 43 43|ZH ZS ZSCH ZSH Z: 4 4 4`);

const longest = 7;
const codeDigits = 6;
/** More ways of speaking are not followed: a name has one or two. */
const mostCodes = 16;

function rulesOf(text: string): Record<string, readonly [string, string, string]> {
  const table: Record<string, readonly [string, string, string]> = {};
  for (const rule of text.split(/[|\n]/).filter((line) => line.trim() !== "")) {
    const [letters, codes] = rule.split(":") as [string, string];
    const [first, second, third] = codes.trim().split(" ") as [string, string, string];
    for (const word of letters.trim().split(" ")) table[word.toLowerCase()] = [first, second, third];
  }
  return table;
}

const isVowel = (letter: string | undefined): boolean => letter !== undefined && "aeiou".includes(letter);

/** The codes of a folded word, sorted; empty where it has no letters. Greek and Cyrillic letters are written over first. */
export function soundCodes(word: string): string[] {
  const letters = (/[\u0370-\u04ff]/.test(word) ? scriptKey(word) : word).replaceAll(/[^a-z]/g, "");
  if (letters === "") return [];
  let ways: { code: string; last: string }[] = [{ code: "", last: "" }];
  for (let at = 0; at < letters.length;) {
    const { length, codes } = ruleAt(letters, at);
    const next = new Map<string, { code: string; last: string }>();
    for (const way of ways) {
      for (const code of codes.split("/")) {
        const digits = code === "-" ? "" : code;
        const isRepeated = digits !== "" && digits === way.last;
        const grown = { code: way.code + (isRepeated ? "" : digits), last: digits };
        next.set(`${grown.code} ${grown.last}`, grown);
      }
    }
    ways = [...next.values()].slice(0, mostCodes);
    at += length;
  }
  return [...new Set(ways.map(({ code }) => code.slice(0, codeDigits).padEnd(codeDigits, "0")))].sort();
}

function ruleAt(letters: string, at: number): { length: number; codes: string } {
  for (let length = Math.min(longest, letters.length - at); length > 0; length--) {
    const rule = rules[letters.slice(at, at + length)];
    if (!rule) continue;
    const codes = at === 0 ? rule[0] : isVowel(letters[at + length]) ? rule[1] : rule[2];
    return { length, codes };
  }
  return { length: 1, codes: "-" };
}
