/**
 * Phrases of words that stand for a wallet's seed (BIP-39): 12, 15, 18, 21 or 24 words of one list, whose last bits are
 * a check. Lists in Latin letters: English, Italian, Portuguese, Czech, and French and Spanish typed without accents.
 * Not supported: words of nine letters (Italian has some), lists of other scripts, words that are numbered or one per
 * column.
 */
import { createHash } from "node:crypto";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { classAt, ContextWords, lower } from "../text-view.ts";
import { czechWords } from "./words-czech.ts";
import { englishWords } from "./words-english.ts";
import { frenchWords } from "./words-french.ts";
import { italianWords } from "./words-italian.ts";
import { portugueseWords } from "./words-portuguese.ts";
import { spanishWords } from "./words-spanish.ts";

const counts = [24, 21, 18, 15, 12];
const wordMost = 128;
const context = new ContextWords([
  ...(
    "seed mnemonic mnemonics bip39 bip wallet ledger trezor electrum metamask passphrase phrase recovery " +
    "backup words"
  ).split(" "),
  ..."mnemonique semilla frase recuperacion wiederherstellung sicherung".split(" "),
]);

export const seedPhrase: Recogniser = {
  id: "seed-phrase",
  family: "entity",
  name: "Seed phrases of wallets (BIP-39)",
  spec: "BIP-39",
  level: "partial",
  kinds: [{ id: "seed-phrase", name: "Seed phrase", spec: "BIP-39", masked: true }],
  triggers: [{ on: "words", count: 12 }],
  recognise,
};

/** Words of all lists by hash of their letters: open addressing over `entries`. */
interface Entry {
  readonly word: Uint8Array;
  /** By list: index of the word in it plus one, 0 where it lacks it. */
  readonly indices: Uint16Array;
}

const lists = [englishWords, italianWords, portugueseWords, czechWords, frenchWords, spanishWords].map((words) =>
  words.trim().split(/\s+/),
);
const tableSize = 32768;
let slots: Uint16Array | null = null;
const entries: Entry[] = [];

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let place = from; place < to; place++) hash = Math.imul(hash ^ bytes[place]!, 0x01000193);
  return (hash ^ (hash >>> 15)) & (tableSize - 1);
}

/** Made at the first question: most processes never meet twelve small words in a row. */
function table(): Uint16Array {
  if (slots) return slots;
  const made = new Uint16Array(tableSize);
  lists.forEach((words, list) =>
    words.forEach((word, index) => {
      const bytes = Buffer.from(word, "latin1");
      const slot = slotOf(made, bytes, 0, bytes.length);
      if (made[slot] === 0) {
        entries.push({ word: bytes, indices: new Uint16Array(lists.length) });
        made[slot] = entries.length;
      }
      entries[made[slot]! - 1]!.indices[list] = index + 1;
    }),
  );
  slots = made;
  return made;
}

/** The slot of a word, or the free one where it would be. */
function slotOf(made: Uint16Array, bytes: Uint8Array, from: number, to: number): number {
  let slot = hashOf(bytes, from, to);
  for (; made[slot] !== 0; slot = (slot + 1) & (tableSize - 1)) {
    const { word } = entries[made[slot]! - 1]!;
    if (word.length !== to - from) continue;
    let i = 0;
    while (i < word.length && word[i] === bytes[from + i]) i++;
    if (i === word.length) break;
  }
  return slot;
}

const starts = new Int32Array(wordMost);
const ends = new Int32Array(wordMost);
const found = new Uint16Array(wordMost);

function recognise(text: TextView, at: number): EntityMatch | null {
  const count = readWords(text, at);
  let best: EntityMatch | null = null;
  for (let list = 0; list < lists.length; list++) {
    for (let first = 0; first + 12 <= count;) {
      const last = endOfRun(list, first, count);
      if (last - first >= 12) {
        const match = inRun(text, list, first, last, count);
        if (match && (best === null || isBetter(match, best))) best = match;
      }
      first = last + 1;
    }
  }
  return best;
}

const isBetter = (a: EntityMatch, b: EntityMatch): boolean =>
  a.quality === b.quality ? a.to - a.from > b.to - b.from : a.quality === "valid" || b.quality === "invalid-check";

/** How many words follow, one space or line end between. */
function readWords(text: TextView, at: number): number {
  const made = table();
  let place = at;
  let count = 0;
  while (count < wordMost) {
    const from = place;
    while (classAt(text, place) === lower) place++;
    if (place === from) break;
    starts[count] = from;
    ends[count] = place;
    found[count++] = place - from > 9 ? 0 : made[slotOf(made, text.bytes, from, place)]!;
    const gap = place;
    while (place < text.to && place - gap < 2 && isSpace(text.bytes[place]!)) place++;
    if (place === gap) break;
  }
  return count;
}

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d;

const indexOf = (list: number, word: number): number => {
  const entry = found[word]!;
  return entry === 0 ? -1 : entries[entry - 1]!.indices[list]! - 1;
};

function endOfRun(list: number, first: number, count: number): number {
  let last = first;
  while (last < count && indexOf(list, last) >= 0) last++;
  return last;
}

/**
 * The longest phrase of the run of words `first` to `last` that holds; a run of just such a length that does not may be
 * a wrong one.
 */
function inRun(text: TextView, list: number, first: number, last: number, count: number): EntityMatch | null {
  const from = starts[first]!;
  const isNamed = context.isNear(text, from, ends[last - 1]!, 60);
  const isWhole = first === 0 && last === count;
  for (const size of counts) {
    for (let start = first; start + size <= last; start++) {
      if (isAscending(list, start, size) || !isChecked(list, start, size)) continue;
      // Four bits are checked of twelve words: prose of common words passes now and then.
      const isSure = isNamed || size === 24 || (isWhole && size === last - first);
      return matchOf(start, size, isSure ? "valid" : "valid-check");
    }
  }
  return isNamed && counts.includes(last - first) && !isAscending(list, first, last - first)
    ? matchOf(first, last - first, "invalid-check")
    : null;
}

/** Whether they are in the order of the list: it is the list itself, or a piece of it. */
function isAscending(list: number, start: number, size: number): boolean {
  for (let i = start + 1; i < start + size; i++) if (indexOf(list, i) <= indexOf(list, i - 1)) return false;
  return true;
}

function matchOf(start: number, size: number, quality: Quality): EntityMatch {
  const words: string[] = [];
  for (let i = start; i < start + size; i++) words.push(Buffer.from(entries[found[i]! - 1]!.word).toString("latin1"));
  return { kind: "seed-phrase", from: starts[start]!, to: ends[start + size - 1]!, value: words.join(" "), quality };
}

const bits = new Uint8Array(33);

/** Eleven bits a word; of every 33, the last one is check: the first bits of SHA-256 over the rest. */
function isChecked(list: number, start: number, size: number): boolean {
  bits.fill(0);
  for (let i = 0; i < size * 11; i++) {
    const index = indexOf(list, start + Math.floor(i / 11));
    if (((index >> (10 - (i % 11))) & 1) === 1) bits[i >> 3]! |= 0x80 >> (i & 7);
  }
  const checkBits = size / 3;
  const entropy = (size / 3) * 4;
  const digest = createHash("sha256").update(bits.subarray(0, entropy)).digest();
  return digest[0]! >> (8 - checkBits) === bits[entropy]! >> (8 - checkBits);
}
