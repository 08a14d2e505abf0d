/** Sentences about work files, searching and its results. */
import { counted, grouped, shown } from "./en-parts.ts";

export const workFileDamaged = (file: string) =>
  `Expected a readable work file, found a damaged one: ${file}; delete its folder ${file.replace(/[/\\][^/\\]*$/, "")} and run vestige process: it is rebuilt from the evidence, which is not touched.`;
export const otherProfile = (file: string, what: string, found: string, wanted: string) =>
  `Expected a work file made with the ${what} ${wanted}, found ${found} in ${file}; use the case's profile as it was, or move the work file away and process the exhibit again.`;
export const notProcessed = (file: string) =>
  `Expected a work file at ${file}, found none; make it first with: vestige process CASE`;

/** `at` counts characters from 1. */
export const badQuery = (at: number, sentence: string) => `The query is wrong at character ${at}: ${sentence}`;
export const queryEmpty = () =>
  `expected something to search for, found nothing; give a word, a "phrase" or a field such as type:pdf, or * for everything.`;
export const queryTooLong = (limit: number) => `expected at most ${limit} characters, found more; split the query.`;
export const queryTooDeep = (limit: number) =>
  `expected at most ${limit} parentheses inside each other, found more; write it flatter.`;
export const queryTooMany = (limit: number) =>
  `expected at most ${limit} words and fields, found more; split the query.`;
export const quoteOpen = () => `expected a closing ", found the end of the query; close the phrase.`;
export const parenthesisOpen = () =>
  `expected a ) that closes this (, found none; add it, or put the ( in quotes to search for it as text.`;
export const parenthesisClosed = () => `found a ) without a ( before it; remove it, or put it in quotes.`;
export const termMissing = (operator: string | null) =>
  operator === null
    ? `expected a word or field here, found the end of the query; remove the operator before it or add what it applies to.`
    : `expected a word or field, found the operator ${operator}; put ${operator} in quotes to search for it as a word.`;
const meant = (near: string | null) => (near === null ? "" : ` (did you mean ${near}?)`);
export const fieldUnknown = (field: string, near: string | null, known: readonly string[]) =>
  `expected one of the fields ${known.join(" ")}, found ${shown(field)}${meant(near && `${near}:`)}; to search for the text itself put it in quotes.`;
export const valueMissing = (field: string) =>
  `expected a value right after ${field}:, found none; write it without a space, in quotes if it has spaces.`;
export const wordEmpty = (word: string) =>
  `expected letters or digits, found ${shown(word)}; only they are indexed, everything else separates words.`;
export const valueUnknown = (field: string, value: string, near: string | null, known: readonly string[]) =>
  `expected ${field}: to be one of ${known.join(" ")}, found ${shown(value)}${meant(near)}.`;
const typesNote = "vestige formats --all lists the types";
export const typeUnknown = (value: string, near: string | null, categories: readonly string[]) =>
  `expected a type, a MIME type or a category (${categories.join(" ")}), found ${shown(value)}${meant(near)}; ${typesNote}.`;
export const scopeTypeUnknown = (value: string, near: string | null, categories: readonly string[]) =>
  `Expected a type, a MIME type or a category (${categories.join(" ")}) as scope type, found ${shown(value)}${meant(near)}; ${typesNote}.`;
export const scopeTermEmpty = (term: string) =>
  `Expected letters or digits in a scope term, found ${shown(term)}; only they are indexed, everything else separates words.`;
export const scopeTermInForm = (term: string) =>
  `Expected letters or digits in every scope term of the operation form, found ${shown(term)}, which no item can hold; empty the scope with vestige operation CASE --clear scope and give again, in the same command, the rules that stay.`;
export const languageUnknown = (value: string, known: readonly string[]) =>
  `expected a language that is recognised (${known.join(" ")}) or none, found ${shown(value)}.`;
export const sizeBad = (value: string) =>
  `expected a size such as 100, 5k, 1.5M or a range such as 1k..5M or >1G, found ${shown(value)}.`;
export const dateBad = (value: string) =>
  `expected a date such as 2019, 2019-03, 2019-03-31 or a range such as 2019-03..2019-06 or >=2020, found ${shown(value)}.`;
export const hashBad = (value: string) =>
  `expected a whole MD5, SHA-1 or SHA-256 in hex (32, 40 or 64 digits), found ${shown(value)}.`;
export const entityBad = (value: string) =>
  `expected a kind of identifier and, if wanted, a colon and its value (iban, iban:GB82*, *:CSQU3054383), found ${shown(value)}; vestige scan --list-kinds names the kinds.`;
export const languageBad = (value: string) =>
  `expected a language code such as de or el, or none, found ${shown(value)}.`;
export const rangeEmpty = (value: string) => `expected the smaller value first, found ${shown(value)}.`;
export const badCursor = () =>
  `Expected a cursor from an earlier answer after --after, found something else; leave it out to start from the beginning.`;
export const badLimit = (value: string, most: number) =>
  `Expected --limit to be a number from 1 to ${most}, found ${shown(value)}.`;
export const otherTokenizer = (exhibit: string, found: string, wanted: string) =>
  `Expected an index of ${exhibit} made by ${wanted}, found ${found}; process the exhibit again with this version before searching it.`;

/** Why a hit is one, where no word or field of the query says so. */
const reasons: Readonly<Record<string, string>> = { all: "everything", not: "not excluded" };

/** What stands behind the path of a hit; `safe` makes evidence text safe. */
export const hitFacts = (
  hit: {
    field: string | null;
    place: { label: string | null } | null;
    matches: number;
    matchesComplete: boolean;
    item: { kind: string; state: string; status: string };
  },
  safe: (text: string) => string,
) => {
  const facts: string[] = [];
  if (hit.field !== null) facts.push(reasons[hit.field] ?? hit.field);
  if (hit.place?.label) facts.push(safe(hit.place.label));
  if (hit.matches > 1)
    facts.push(`${hit.matchesComplete ? "" : "at least "}${counted(hit.matches, "match", "matches")}`);
  if (hit.item.kind === "directory") facts.push("folder");
  if (hit.item.state !== "allocated") facts.push(hit.item.state);
  if (hit.item.status !== "done") facts.push(hit.item.status);
  return facts.length > 0 ? `(${facts.join(", ")})` : "";
};
/** `shown` is null where no hits were wanted. */
export const answerCounts = (counts: { items: number; contents: number }, shown: number | null) =>
  `${counted(counts.items, "item")} with ${counted(counts.contents, "different content")}${shown === null ? "" : `; ${grouped(shown)} shown`}.`;
export const withoutStems = (languages: readonly string[]) =>
  `No stems are known for texts in ${languages.join(", ")}: in them the word itself was looked for.`;
export const notSearchedList = (query: string) => `List these items: vestige search CASE '${query}'`;
export const facetHead = (name: string, values: number) => `${name}: ${counted(values, "value")}`;
export const facetNone = () => `(none or not known)`;
export const facetMore = (values: number) => `in ${counted(values, "more value")}`;
export const exporting = (hits: number) => `${grouped(hits)} hits written`;
export const exported = (file: string, hits: number, sha256: string) =>
  `${counted(hits, "hit")} written to ${file}\nSHA-256 ${sha256}`;
export const oneWay = (ways: readonly string[]) =>
  `Expected one of ${ways.join(", ")}, found several; leave out all but one.`;
export const progressCount = (atLeast: string) => `At least ${atLeast} items; counting them all`;
export const facetsInCsv = () =>
  `Expected --facets without --csv, found both; rows of hits have no place for it. Ask for --facets alone, or with --json.`;
export const formatAlone = () => `--format is the format of --export; give a file with --export, too.`;
export const formatUnknown = (file: string, formats: readonly string[]) =>
  `Expected a name that ends in .csv, .json, .jsonl or .body, found ${file}; give the format with --format: ${formats.join(", ")}.`;
export const sortUnknown = (found: string, near: string | null, names: readonly string[]) =>
  `Expected an order, found "${found}"${near ? `; did you mean ${near}?` : "."} Orders: ${names.join(", ")}, and every field of documents (- in front turns it round).`;
export const facetUnknown = (found: string, near: string | null, names: readonly string[]) =>
  `Expected a property to count by, found "${found}"${near ? `; did you mean ${near}?` : "."} Properties: ${names.join(", ")}, and every field of documents.`;
export const outOfScope = (items: number) =>
  `${counted(items, "more item")} ${items === 1 ? "is" : "are"} outside the scope rules and not shown.`;
export const notSearched = (left: {
  failed: number;
  partial: number;
  skipped: number;
  encrypted: number;
  pendingUnits: number;
  exhibits: readonly string[];
  notAcquired: readonly string[];
}) => {
  const parts: string[] = [];
  if (left.failed > 0) parts.push(`${counted(left.failed, "item")} failed`);
  if (left.partial > 0) parts.push(`${counted(left.partial, "item")} read in part`);
  if (left.skipped > 0) parts.push(`${counted(left.skipped, "item")} skipped by rule`);
  if (left.encrypted > 0) parts.push(`${counted(left.encrypted, "item")} among these encrypted`);
  if (left.pendingUnits > 0) parts.push(`${counted(left.pendingUnits, "file")} still to be processed`);
  if (left.exhibits.length > 0) parts.push(`not processed at all: ${left.exhibits.join(", ")}`);
  if (left.notAcquired.length > 0) parts.push(`not acquired: ${left.notAcquired.join(", ")}`);
  return parts.length === 0
    ? "Everything in the case was searched."
    : `Not or not wholly searched: ${parts.join("; ")}.`;
};
export const nextPage = (cursor: string) => `More hits: repeat the command with --after ${cursor}`;
export const digestTotal = () => `the case`;
export const digestIncomplete = () => `(not all files are processed yet)`;
export const noItemToCompare = (wanted: string) =>
  `Expected the id or forensic path of an item with a described content, found "${wanted}"; take one from vestige search --json.`;
export const alike = (measure: string, value: number) =>
  measure === "equal"
    ? "the same bytes"
    : measure === "text"
      ? `${value} % of its text in common`
      : measure === "picture"
        ? `picture: ${value} of 64 bits differ`
        : measure === "ssdeep"
          ? `ssdeep score ${value}`
          : `TLSH distance ${value}`;
export const nothingAlike = () => "Nothing in the case is like it.";
export const duplicates = (items: number, size: number, sha256: string) =>
  `${items} items of ${size} bytes, ${sha256}:`;
export const measureUnknown = (word: string, known: readonly string[]) =>
  `Expected measures out of ${known.join(", ")}, found "${word}".`;
export const regexOpen = () =>
  "expected a slash at the end of the regular expression, found none; write a slash in it as \\/";
export const regexBad = (source: string, problem: string) =>
  `expected a regular expression of RE2 (no look-around, no back-references), found /${source}/: ${problem}`;
export const nearMixed = () =>
  "expected the same operator and number in the whole chain, found another; use parentheses and AND";
export const nearWords = () => "expected a word or phrase on both sides of NEAR and PRE";
export const oneWord = (word: string) => `expected one word here, found "${word}"; put phrases in double quotes`;
export const fuzzyFar = (value: string, most: number) => `expected ~1 or ~${most} behind the word, found "${value}"`;
export const tooManyWords = (value: string, most: number) =>
  `Expected a rule that at most ${most} different words of the texts fulfil; "${value}" is fulfilled by more; give more letters.`;
export const numberBad = (value: string) =>
  `expected a number or a range of numbers, found "${value}"; for example width:>1000`;
