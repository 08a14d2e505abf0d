/**
 * The same word in Greek, Cyrillic and Latin letters: each is brought to a key of Latin letters in which the usual ways of writing it over
 * (ISO 9, ELOT 743, BGN/PCGN, what passports and invoices have) come together.
 */

const greek: Readonly<Record<string, string>> = {
  ...{
    α: "a",
    β: "v",
    γ: "g",
    δ: "d",
    ε: "e",
    ζ: "z",
    η: "i",
    θ: "t",
    ι: "i",
    κ: "k",
    λ: "l",
    μ: "m",
    ν: "n",
    ξ: "ks",
    ο: "o",
    π: "p",
  },
  ...{ ρ: "r", σ: "s", ς: "s", τ: "t", υ: "i", φ: "f", χ: "h", ψ: "ps", ω: "o" },
};
const greekPairs: readonly (readonly [string, string])[] = [
  ["ου", "u"],
  ["αυ", "av"],
  ["ευ", "ev"],
  ["ει", "i"],
  ["οι", "i"],
  ["αι", "e"],
  ["μπ", "b"],
  ["ντ", "d"],
  ["γκ", "g"],
  ["γγ", "ng"],
  ["τζ", "z"],
  ["τσ", "s"],
];
const cyrillic: Readonly<Record<string, string>> = {
  ...{
    а: "a",
    б: "b",
    в: "v",
    г: "g",
    ґ: "g",
    д: "d",
    ђ: "d",
    ѓ: "g",
    е: "e",
    є: "ie",
    ж: "z",
    з: "z",
    ѕ: "z",
    и: "i",
    і: "i",
    ї: "i",
  },
  ...{
    й: "i",
    ј: "i",
    к: "k",
    ќ: "k",
    л: "l",
    љ: "l",
    м: "m",
    н: "n",
    њ: "n",
    о: "o",
    п: "p",
    р: "r",
    с: "s",
    т: "t",
    ћ: "s",
    у: "u",
  },
  ...{ ў: "u", ф: "f", х: "h", ц: "s", ч: "s", џ: "z", ш: "s", щ: "s", ъ: "", ы: "i", ь: "", э: "e", ю: "iu", я: "ia" },
};

/** Ways of writing one sound in Latin letters; longer ones first. */
const latin: readonly (readonly [RegExp, string])[] = [
  [/shch|schtsch|szcz|tsch|dzh|sch|tch|tsh/g, "s"],
  [/ch(?=[aou])/g, "h"],
  [/sh|ch|cz|sz|ts|tz|tc/g, "s"],
  [/zh|dz|dj/g, "z"],
  [/kh|ch/g, "h"],
  [/ph/g, "f"],
  [/th/g, "t"],
  [/ou/g, "u"],
  [/mp(?=[aeiou])/g, "b"],
  [/x/g, "ks"],
  [/[wβ]/g, "v"],
  [/[yj]/g, "i"],
  [/[cq]/g, "k"],
];

/** The key of a folded word. Words with the same key are the same word written over, or nearly. */
export function scriptKey(word: string): string {
  let text = word;
  if (/[\u0370-\u03ff]/.test(text)) {
    for (const [pair, letters] of greekPairs) text = text.replaceAll(pair, letters);
    text = Array.from(text, (letter) => greek[letter] ?? letter).join("");
  }
  const isCyrillic = /[\u0400-\u04ff]/.test(text);
  if (isCyrillic) text = Array.from(text, (letter) => cyrillic[letter] ?? letter).join("");
  else for (const [ways, letters] of latin) text = text.replaceAll(ways, letters);
  return text.replaceAll(/(.)\1+/g, "$1");
}
