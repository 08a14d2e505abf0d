/** Sentences about queries, and about the files of words and hashes that they name. */
import { grouped, shown } from "./en-parts.ts";

export const nearNumber = (value: string) =>
  `expected a number of words behind the slash, such as NEAR/5 or PRE/5 (at most 9999), found ${shown(value)}; to search for it as text put it in quotes.`;
export const nearMany = (most: number) =>
  `expected at most ${most} words or phrases in one chain of NEAR or PRE, found more; join shorter chains with AND.`;
export const nearFields = () =>
  "expected the words of one NEAR in one place, found another field here; write text:(a NEAR/5 b) or name:(a NEAR/5 b).";
export const noClock = (value: string) =>
  `expected a date that is the same on every day, found ${shown(value)}; give the day itself, such as 2019-06-01, or "last 30d before 2019-06-01".`;
export const patternParts = (value: string, parts: readonly string[]) =>
  `expected wildcards inside one word, found ${shown(value)}, which is several; write the parts one after the other with PRE/0 (${parts.slice(0, 2).join(" PRE/0 ")}), or a /regular expression/.`;
export const codeBad = (value: string) =>
  `expected letters and digits of a code without wildcards, found ${shown(value)}; for a part of it use *part* or a /regular expression/.`;
export const notExact = (what: string) =>
  `expected words and phrases only, since accents and case count here, found ${what}, which brings writings together; use a /regular expression/, or search without exact.`;
export const notInField = (what: string, field: string) =>
  `expected words or values of ${field} inside ${field}:( ), found ${what}; close the parenthesis before it.`;
export const listNameMissing = () =>
  "expected the name of a file with hashes behind hash:@, found none; write hash:@NAME.";
const quoted = (word: string) => `"${word}"`;
export const lowerCaseOperator = (at: number, word: string) =>
  `At character ${at} ${word} is searched for as a word here; write ${word.toUpperCase()} for the operator, or ${quoted(word)} if the word is meant.`;

export const listAbsent = (name: string, folder: string, known: readonly string[]) =>
  `Expected a file ${shown(name)} in ${folder}${known.length > 0 ? ` (which has ${known.join(", ")})` : ""}, or a path, found none; put the list there, or give its path in quotes.`;
export const listUnreadable = (file: string, code: string) =>
  `Expected a readable list in ${file}, found ${code}; check the path and who may read it.`;
export const listLarge = (file: string, bytes: number) =>
  `Expected a list of at most ${bytes / 2 ** 20} MiB, found a larger file: ${file}; cut it in several.`;
export const listLong = (file: string, lines: number) =>
  `Expected at most ${grouped(lines)} lines, found more in ${file}; cut it in several.`;
export const listEmpty = (file: string) =>
  `Expected at least one entry, found none in ${file}; write one a line, lines with # are remarks.`;
export const listNotText = (file: string, line: number) =>
  `Expected UTF-8, or UTF-16 with a byte order mark, found other bytes in line ${line} of ${file}; save the list as UTF-8.`;
export const termLine = (file: string, line: number, text: string) =>
  `Expected a word or phrase with letters or digits in line ${line} of ${file}, at most with a * at its end, found ${shown(text)}; correct the line, or put # before it.`;
export const hashLine = (file: string, line: number, text: string) =>
  `Expected an MD5, SHA-1 or SHA-256 in hex (32, 40 or 64 digits) in line ${line} of ${file}, found ${shown(text)}; correct the line, or put # before it.`;

export const savedExact = () =>
  "Expected --saved without --exact, found both; a saved search is repeated as it was saved: leave one out.";
