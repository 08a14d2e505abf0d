/** Whether the index says what a reader of the extracted text says who looks at every word. */
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import type { MadeFolder } from "./make-folder.ts";
import type { Product } from "./product.ts";
import type { Vocabulary } from "./words.ts";

export interface Accuracy {
  readonly words: number;
  readonly hits: number;
  /** `word: what is wrong`, empty where all agree. */
  readonly wrong: readonly string[];
}

/** Folder-relative path of an item, whatever stands before it. */
const fileOf = (itemPath: string): string => itemPath.slice(itemPath.indexOf("branch-"));

/** Planted words: the product's items against what the generator wrote. */
export async function checkPlanted(product: Product, made: MadeFolder): Promise<Accuracy> {
  const wrong: string[] = [];
  let hits = 0;
  for (const [word, files] of made.planted) {
    const found = (await product.search(word)).map(fileOf).sort();
    hits += found.length;
    if (found.join("\n") !== files.join("\n"))
      wrong.push(`${word}: planted in ${files.length}, found in ${found.length}`);
  }
  return { words: made.planted.size, hits, wrong };
}

/** Ordinary words: the product's items against a reading of every stored text. */
export async function checkOrdinary(product: Product, made: MadeFolder, count: number): Promise<Accuracy> {
  const words = ordinaryWords([...made.vocabularies.values()], count);
  const truth = bruteForce(product.workFile, new Set(words.map(plainFold)));
  const wrong: string[] = [];
  let hits = 0;
  for (const word of words) {
    const found = await product.search(word);
    const expected = truth.get(plainFold(word)) ?? [];
    hits += found.length;
    if (found.map(fileOf).sort().join("\n") !== expected.join("\n")) {
      wrong.push(`${word}: read in ${expected.length}, found in ${found.length}`);
    }
  }
  return { words: words.length, hits, wrong };
}

/** Words of every language, from frequent to rare; none that the query language takes for an operator. */
function ordinaryWords(vocabularies: readonly Vocabulary[], count: number): string[] {
  const chosen = new Set<string>();
  for (let step = 0; chosen.size < count; step++) {
    const vocabulary = vocabularies[step % vocabularies.length]!;
    const rank = Math.floor(30 * 600 ** ((step % 1_000) / 1_000) + step / 1_000);
    const word = vocabulary.words[rank] ?? "";
    if (word.length >= 4) chosen.add(word);
    // Log-spaced ranks, far enough apart to end at the rare ones.
    step += Math.floor(1_000 / count) - 1;
  }
  return [...chosen];
}

/** Paths of the items whose stored text holds each word, sorted. */
function bruteForce(workFile: string, wanted: ReadonlySet<string>): Map<string, string[]> {
  const reader = WorkFileReader.open(workFile);
  const paths = new Map<string, string[]>();
  for (const item of reader.items()) {
    if (item.sha256 !== null) paths.set(item.sha256, [...(paths.get(item.sha256) ?? []), fileOf(item.path)]);
  }
  const truth = new Map<string, string[]>([...wanted].map((word) => [word, []]));
  const folded = new Map<string, string>();
  for (const content of reader.contents()) {
    const held = new Set<string>();
    for (const { text } of reader.text(content)) {
      for (const [token] of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
        const plain = folded.get(token) ?? plainFold(token);
        if (folded.size < 1_000_000) folded.set(token, plain);
        if (wanted.has(plain)) held.add(plain);
      }
    }
    for (const word of held) truth.get(word)?.push(...(paths.get(content) ?? []));
  }
  reader.close();
  for (const list of truth.values()) list.sort();
  return truth;
}

const apart: Readonly<Record<string, string>> = { ß: "ss", ł: "l", ø: "o", đ: "d", æ: "ae", œ: "oe", ё: "е", ς: "σ" };

/** The product's fold again, written for these alphabets alone, so that one does not vouch for itself. */
function plainFold(word: string): string {
  const bare = word.normalize("NFKC").toLowerCase().normalize("NFD");
  const unmarked = bare.replaceAll(/([\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu, "$1").normalize("NFC");
  return unmarked.replaceAll(/[ßłøđæœёς]/g, (letter) => apart[letter] ?? letter);
}
