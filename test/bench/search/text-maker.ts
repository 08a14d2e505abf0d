/**
 * The text of a content: sentences of words by Zipf's law, some of which the text has used before (as texts do that are
 * about something), with numbers, codes and what is planted. UTF-8.
 */
import { Buffer } from "node:buffer";
import { languageModels } from "./languages.ts";
import {
  contentTraits,
  holds,
  identifierOf,
  plantedIdentifiers,
  plantedPhrase,
  plantedReverse,
  plantedWords,
  type Plan,
} from "./plan.ts";
import { Dice, Vocabulary, wordsPerLanguage } from "./vocabulary.ts";

/** Words of ten thousand that are a number, or a code that hardly comes twice. */
const numbersIn10k = 150;
const codesIn10k = 20;
/** Words of a hundred that the text has used before; out of so many of its rarer words. */
const againIn100 = 30;
const remembered = 32;
/** Ranks from which on a word says what a text is about. */
const topicalRank = 300;
const longestPiece = 64;

export class TextMaker {
  readonly #plan: Plan;
  readonly #vocabularies = new Map<number, Vocabulary>();
  readonly #topics = new Uint32Array(remembered);
  #buffer = Buffer.alloc(1 << 20);
  #length = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  vocabulary(language: number): Vocabulary {
    let found = this.#vocabularies.get(language);
    if (!found) {
      const model = languageModels[language];
      if (!model) throw new Error(`there is no language ${language}`);
      found = new Vocabulary(model);
      this.#vocabularies.set(language, found);
    }
    return found;
  }

  /** Valid until the next call. */
  utf8(content: number): Buffer {
    const { language, textBytes } = contentTraits(this.#plan, content);
    const dice = new Dice(this.#plan.seed, content, 5);
    const extras = extrasOf(this.#plan, content).map((text) => ({ text, at: Math.floor(dice.next() * textBytes) }));
    extras.sort((a, b) => a.at - b.at);
    this.#length = 0;
    this.#write(this.vocabulary(language), dice, textBytes, extras);
    return this.#buffer.subarray(0, this.#length);
  }

  #write(words: Vocabulary, dice: Dice, wanted: number, extras: { text: string; at: number }[]): void {
    let next = 0;
    let inSentence = 0;
    let known = 0;
    while (this.#length < wanted) {
      this.#reserve();
      if (next < extras.length && (extras[next] as { at: number }).at <= this.#length) {
        this.#put((extras[next++] as { text: string }).text);
      } else {
        const kind = dice.below(10_000);
        if (kind < numbersIn10k) this.#put(String(dice.below(10 ** (1 + dice.below(8)))));
        else if (kind < numbersIn10k + codesIn10k) this.#put(`AB-${dice.below(100_000)}/${dice.below(10_000)}`);
        else {
          const again = known > 0 && dice.below(100) < againIn100;
          const rank = again
            ? (this.#topics[dice.below(Math.min(known, remembered))] as number)
            : dice.zipf(wordsPerLanguage);
          if (!again && rank >= topicalRank) this.#topics[known++ % remembered] = rank;
          this.#putWord(words, rank);
        }
      }
      inSentence += 1;
      inSentence = this.#separate(dice, inSentence);
    }
    for (; next < extras.length; next++) {
      this.#reserve();
      this.#put(`${(extras[next] as { text: string }).text}\n`);
    }
  }

  /** Returns how many words the sentence has so far. */
  #separate(dice: Dice, inSentence: number): number {
    const ends = inSentence > 5 && dice.below(10) === 0;
    if (ends) this.#buffer[this.#length++] = 0x2e;
    else if (dice.below(14) === 0) this.#buffer[this.#length++] = 0x2c;
    this.#buffer[this.#length++] = ends && dice.below(4) === 0 ? 0x0a : 0x20;
    return ends ? 0 : inSentence;
  }

  #putWord({ bytes, starts }: Vocabulary, rank: number): void {
    const end = starts[rank + 1] as number;
    let length = this.#length;
    for (let at = starts[rank] as number; at < end; at++) this.#buffer[length++] = bytes[at] as number;
    this.#length = length;
  }

  #put(text: string): void {
    this.#length += this.#buffer.write(text, this.#length);
  }

  #reserve(): void {
    if (this.#length + 2 * longestPiece <= this.#buffer.length) return;
    const larger = Buffer.alloc(this.#buffer.length * 2);
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/** Everything planted in a content. */
function extrasOf(plan: Plan, content: number): string[] {
  const words = plantedWords.filter((each) => holds(each, content)).map(({ word }) => word);
  const phrases = [plantedPhrase, plantedReverse].filter((each) => holds(each, content)).map(({ text }) => text);
  const identifiers = plantedIdentifiers.filter((each) => holds(each, content));
  return [...words, ...phrases, ...identifiers.map(({ kind }) => identifierOf(plan, kind, content))];
}
