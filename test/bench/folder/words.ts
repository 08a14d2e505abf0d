/** Seeded chance and made-up words: the same text from the same seed, in the alphabets of several languages. */

/** Numbers in [0, 1) from a 32-bit seed (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  /** Lognormal with the given mean: many small, few large. */
  lognormal(mean: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return mean * Math.exp(sigma * normal - (sigma * sigma) / 2);
  }
}

const syllables: Readonly<Record<string, readonly [heads: string, tails: string]>> = {
  en: ["b c d f g h j k l m n p r s t v w st tr bl cr th sh", "a e i o u ea ou en er on ing ar est ly"],
  de: ["b d f g h k l m n r s t w z sch st kl br pf", "a e i o u ä ö ü ei au en er ung eß ach"],
  fr: ["b c d f g j l m n p qu r s t v ch pl gr", "a é è e i o u ou ai on eau ê an ç"],
  pl: ["b c d g k ł m n p r s t w z cz sz rz ś ź", "a ą e ę i o ó u y ie ow ać ość ów"],
  el: ["β γ δ θ κ λ μ ν π ρ σ τ φ χ στ", "α ε η ι ο υ ω ά έ ή ί ό ος ών αι"],
  ru: ["б в г д ж з к л м н п р с т х ч ш ст пр", "а е и о у ы ю я ё ий ать ов ость"],
};

export const languages = Object.keys(syllables);
const vocabularySize = 20_000;
const tableSize = 1 << 16;

/** Words of one language, the frequent first and short; drawn by Zipf's law. */
export class Vocabulary {
  readonly words: readonly string[];
  readonly #table: Uint32Array;

  constructor(language: string, seed: number) {
    const chance = new Chance(seed);
    const [heads, tails] = syllables[language] ?? ["", ""];
    const [head, tail] = [heads.split(" "), tails.split(" ")];
    const seen = new Set<string>();
    while (seen.size < vocabularySize) {
      const length = 1 + Math.floor(Math.log10(1 + seen.size) / 2 + chance.next() * 2.5);
      let word = "";
      for (let part = 0; part < length; part++) word += chance.pick(head) + chance.pick(tail);
      if (word.length > 1) seen.add(word);
    }
    this.words = [...seen];
    this.#table = zipfTable(this.words.length);
  }

  draw(chance: Chance): string {
    return this.words[this.#table[chance.below(tableSize)] ?? 0] ?? "";
  }
}

/** Rank of the word for each of 65,536 equally likely numbers. */
function zipfTable(ranks: number): Uint32Array {
  const weights = Array.from({ length: ranks }, (_, rank) => 1 / (rank + 2.7));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const table = new Uint32Array(tableSize);
  let rank = 0;
  let reached = weights[0] ?? 0;
  for (let at = 0; at < tableSize; at++) {
    while (reached / total < (at + 0.5) / tableSize && rank < ranks - 1) reached += weights[++rank] ?? 0;
    table[at] = rank;
  }
  return table;
}

/** Running text of about `length` characters with sentences and lines. */
export function prose(vocabulary: Vocabulary, chance: Chance, length: number): string {
  const parts: string[] = [];
  let size = 0;
  let inSentence = 0;
  while (size < length) {
    const word = vocabulary.draw(chance);
    const shown = inSentence === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    const ends = ++inSentence > 6 && chance.next() < 0.12;
    const piece = shown + (ends ? (chance.next() < 0.3 ? ".\n" : ". ") : " ");
    if (ends) inSentence = 0;
    parts.push(piece);
    size += piece.length;
  }
  return parts.join("");
}

/** Words of letters only that no vocabulary can make. */
export function plantedWords(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    let rest = index * 7_919 + 104_729;
    let letters = "";
    for (let place = 0; place < 5; place++, rest = Math.floor(rest / 17))
      letters += "bdfghjklmnpqrstvw".charAt(rest % 17);
    return `xq${letters}xq`;
  });
}
