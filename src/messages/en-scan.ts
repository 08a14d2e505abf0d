/** Sentences about scans and watch-lists. */
import type { ListProblem, ListProblemCode } from "../../native-free/watchlists/watch-list.ts";
import { shown } from "./en-parts.ts";

const found = ({ found: text }: ListProblem): string =>
  text === "" ? "found the end of the line" : `found ${shown(text)}`;

type Say = (problem: ListProblem) => string;

const modes = "word, phrase, stem, code, tariff or regex";

const problems: Readonly<Record<ListProblemCode, Say>> = {
  "header-missing": ({ detail }) => `expected a line "${detail}: …" at the top, found none`,
  "header-unknown": (it) =>
    `expected id, version, date, title, language, licence, source or note before the colon, ${found(it)}`,
  "header-late": (it) => `expected header lines above the first heading or entry, ${found(it)} below`,
  "header-twice": (it) => `expected this header line once, ${found(it)} again`,
  "header-empty": ({ detail }) => `expected a value behind "${detail}:", found the end of the line`,
  id: (it) => `expected an id of lower-case letters, digits and single hyphens, ${found(it)}`,
  version: (it) => `expected a version such as 1, 1.2 or 1.2.3, ${found(it)}`,
  date: (it) => `expected a day such as 2026-11-22, ${found(it)}`,
  language: (it) =>
    `expected language codes of two or three lower-case letters, commas and no spaces between them, ${found(it)}`,
  category: (it) => `expected a heading such as [Tobacco] and nothing behind it but a # comment, ${found(it)}`,
  mode: (it) => `expected ${modes} at the beginning of the line, ${found(it)}`,
  "text-missing": (it) => `expected what to look for, ${found(it)}`,
  "quote-open": (it) => `expected a closing " and a space or the end of the line behind it, ${found(it)}`,
  tail: (it) => `expected @language, = label and # comment, in this order and each at most once, ${found(it)}`,
  "label-empty": (it) => `expected a label behind the =, ${found(it)}`,
  word: (it) =>
    `expected one word of letters and digits (several are a phrase, numbers with marks a code), ${found(it)}`,
  phrase: (it) => `expected two words or more, ${found(it)}`,
  stem: (it) => `expected at least three letters as the beginning of words, ${found(it)}`,
  code: (it) =>
    `expected at least three letters (a to z) and digits, separators between them, * only at the end, ${found(it)}`,
  tariff: (it) => `expected 4 to 10 digits of an HS, CN or TARIC code, ${found(it)}`,
  "regex-start": (it) => `expected a regular expression between slashes, ${found(it)}`,
  "regex-end": (it) =>
    `expected a slash that closes the regular expression (a slash inside is written \\/), ${found(it)}`,
  "regex-flags": (it) => `expected flags out of i, m and s, each at most once, ${found(it)}`,
  "regex-syntax": (it) => `expected RE2 syntax (no back references, no look-around), ${found(it)}: ${it.detail}`,
  "regex-empty": (it) => `expected a regular expression that cannot match nothing at all, ${found(it)}`,
  "no-entries": () => `expected at least one entry, found none`,
};

const more = (count: number): string =>
  count === 0 ? "" : ` (and ${count} more ${count === 1 ? "problem" : "problems"} in this file)`;

export const listSays = {
  /** The first problem of a file; `others` counts the rest. */
  problem: (problem: ListProblem, others: number): string =>
    `The watch-list ${problem.file} is wrong at line ${problem.line}, column ${problem.column}: ${problems[problem.code](problem)}${more(others)}; correct the line, nothing was loaded.`,
  absent: (place: string): string =>
    `Expected a watch-list or a folder of watch-lists at ${place}, found nothing there; check the path.`,
  notReadable: (file: string, code: string): string =>
    `Expected a readable watch-list at ${file}, found ${code}; check the permissions and the medium.`,
  noLists: (folder: string): string =>
    `Expected watch-lists (files that end in .txt) in ${folder}, found none; give a folder that holds some, or a file.`,
  notText: (file: string, offset: number): string =>
    `Expected a watch-list in UTF-8, found other bytes from byte ${offset} of ${file}; save it as UTF-8 text.`,
  tooLarge: (file: string, bytes: number, limit: number): string =>
    `Expected a watch-list of at most ${limit} bytes, found ${bytes} in ${file}; split it.`,
  sameId: (id: string, first: string, second: string): string =>
    `Expected each watch-list to have an id of its own, found ${shown(id)} in ${first} and in ${second}; change one of them or leave one out.`,
} as const;
