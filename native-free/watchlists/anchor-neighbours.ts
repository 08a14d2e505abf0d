/**
 * A cheap look at what stands around an anchor in ASCII before the whole entry is judged: most anchors are common words, and the words beside
 * them in the entry are not there. It only refuses what ASCII letters and digits contradict; anything else is for the judgement to say.
 */
import type { WatchEntry } from "./watch-list.ts";

/** What the entry has beside its anchor; 0 where nothing, else the lower case of the letter or digit. */
interface Neighbours {
  readonly before: number;
  readonly behind: number;
  /** The last word may go on. */
  readonly isOpen: boolean;
}

/** As in `word-terms.ts`. */
const mostBetween = 40;

/** Of an anchor of whole words of an entry in plain ASCII that stands in it once; null for others, which are not looked at. */
export function neighboursOf({ mode, text }: WatchEntry, anchor: readonly (number | null)[]): Neighbours | null {
  if (mode !== "word" && mode !== "phrase" && mode !== "stem") return null;
  if (!/^[A-Za-z0-9][A-Za-z0-9 ]*$/.test(text)) return null;
  const plain = ` ${text.toLowerCase().replaceAll(/ +/g, " ").trim()} `;
  const wanted = anchor.map((code) => (code === null ? " " : String.fromCharCode(lower(code)))).join("");
  const at = plain.indexOf(` ${wanted} `);
  if (at < 0 || plain.includes(` ${wanted} `, at + 1)) return null;
  // Outside of the text `charCodeAt` gives NaN.
  const before = plain.charCodeAt(at - 1) || 0;
  const behind = plain.charCodeAt(at + wanted.length + 2) || 0;
  return { before, behind, isOpen: mode === "stem" && behind === 0 };
}

/** Whether ASCII around the find says that it is no part of the entry. */
export function contradicts(bytes: Uint8Array, from: number, to: number, of: Neighbours): boolean {
  if (isPart(bytes[from - 1]) || (!of.isOpen && isPart(bytes[to]))) return true;
  return (
    (of.before !== 0 && isOther(bytes, from - 1, -1, of.before)) ||
    (of.behind !== 0 && isOther(bytes, to, 1, of.behind))
  );
}

/** Whether the next letter or digit in a direction is another one than wanted. A byte that is no ASCII may be anything. */
function isOther(bytes: Uint8Array, from: number, step: 1 | -1, wanted: number): boolean {
  for (let at = from, passed = 0; at >= 0 && at < bytes.length && passed <= mostBetween; at += step, passed++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return false;
    if (isPart(byte)) return lower(byte) !== wanted;
  }
  return false;
}

const isPart = (byte: number | undefined): boolean =>
  byte !== undefined && byte < 0x80 && ((byte >= 0x30 && byte <= 0x39) || (lower(byte) >= 0x61 && lower(byte) <= 0x7a));

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
