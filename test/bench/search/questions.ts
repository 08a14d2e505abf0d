/** Questions of each kind, drawn from the vocabularies and texts of the made-up case: the same for one seed, all different. */
import { languageModels } from "./languages.ts";
import { contentsBefore, contentTraits, type Plan } from "./plan.ts";
import type { TextMaker } from "./text-maker.ts";
import { Dice } from "./vocabulary.ts";

/** Ranks in the vocabulary of a language. */
const classes = {
  frequent: [0, 60],
  middle: [200, 5000],
  rare: [20_000, 150_000],
} as const;

export type Frequency = keyof typeof classes;

export const frequencies = Object.keys(classes) as Frequency[];

/** Words of the query language. */
const operators = new Set(["and", "or", "not", "near", "pre"]);
/** Of a phrase or of an AND of words of one text. */
const shortestWord = 2;

const quoted = (word: string): string => `"${word}"`;

export class Questions {
  readonly #plan: Plan;
  readonly #maker: TextMaker;
  readonly #dice: Dice;

  constructor(plan: Plan, maker: TextMaker) {
    this.#plan = plan;
    this.#maker = maker;
    this.#dice = new Dice(plan.seed, 77);
  }

  /** A word of a text's language: languages come as often as their texts. */
  #word(frequency: Frequency): string {
    const dice = this.#dice;
    const { language } = contentTraits(this.#plan, dice.below(contentsBefore(this.#plan.items)));
    const [from, to] = classes[frequency];
    return this.#maker.vocabulary(language).word(from + dice.below(to - from));
  }

  #different(count: number, draw: () => string | null): string[] {
    const found = new Set<string>();
    for (let tries = 0; found.size < count && tries < count * 100; tries++) {
      const drawn = draw();
      if (drawn !== null) found.add(drawn);
    }
    return [...found];
  }

  words(frequency: Frequency, count: number): string[] {
    // There are no more frequent ones than that.
    const most = languageModels.length * (classes[frequency][1] - classes[frequency][0]);
    return this.#different(Math.min(count, most), () => quoted(this.#word(frequency)));
  }

  /** Three words that one text has. */
  ands(count: number): string[] {
    return this.#different(count, () => {
      const words = this.#textWords();
      if (words.length < 20) return null;
      const some = new Set(Array.from({ length: 3 }, () => this.#dice.pick(words)));
      return some.size === 3 ? [...some].map(quoted).join(" AND ") : null;
    });
  }

  /** Two to four words that stand so in a text. */
  phrases(count: number): string[] {
    return this.#different(count, () => {
      const words = this.#textWords();
      const length = 2 + this.#dice.below(3);
      if (words.length <= length) return null;
      const from = this.#dice.below(words.length - length);
      return quoted(words.slice(from, from + length).join(" "));
    });
  }

  /** Some of the words are in no text. */
  longOr(terms: number): string {
    const words = this.#different(terms, () => quoted(this.#word(this.#dice.below(4) === 0 ? "middle" : "rare")));
    return words.join(" OR ");
  }

  /** The first words of a text, letters alone, in their order; empty where something else stands between them. */
  #textWords(): string[] {
    const content = this.#dice.below(contentsBefore(this.#plan.items));
    const text = this.#maker.utf8(content).toString("utf8");
    const from = this.#dice.below(Math.max(1, text.length - 4000));
    const words = text
      .slice(from, from + 4000)
      .split(/[\s,.]+/)
      .slice(1, -1);
    const isPlain = (word: string): boolean =>
      word.length >= shortestWord && /^\p{L}+$/u.test(word) && !operators.has(word);
    const start = words.findIndex((word) => !isPlain(word));
    return start < 0 ? words : words.slice(0, start);
  }
}
