/** `vestige search`: one query over the case, on record in the journal before its answer is shown. */
import process from "node:process";
import { openCase } from "../../case/case-folder.ts";
import { csvOfAnswer } from "../../search/csv.ts";
import type { Hit } from "../../search/hit.ts";
import { defaultLimit, maxLimit, searchCase, type SearchAnswer } from "../../search/search-case.ts";
import { checkKnownValues } from "../../search/known-values.ts";
import { documentFieldNames } from "../../search/query-fields.ts";
import { parseQuery } from "../../search/query-parser.ts";
import { stemLanguages, withoutStems } from "../../search/words/stem-languages.ts";
import { recordSearch } from "../../search/search-entry.ts";
import { reviewSays, searchSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";
import { askedOf, forgetSearch, settleSaved } from "../saved-search.ts";
import type { JsonValue, Output } from "../output.ts";

/** Words in lines of a width that a terminal has. */
function inLines(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 110) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.join("\n");
}

const help = `Words are found in any writing of them (strasse finds Straße); a word with separators (2402-20) is a phrase of its parts.

  word  "two words"  inv*                          in text and names
  in*ce  wom?n  receit~  receit~2                  any letters, one letter; words with 1 or 2 letters wrong
  a NEAR/5 b  a PRE/5 b                            at most 5 words between, in any order or in this one
  /CSQU\\d{7}/  exact:Straße                       regular expression (RE2), and characters as they stand
  stem:delivery  sounds:Meyer  script:Ivanov       other forms, names that sound alike, Greek or Cyrillic letters
  a b  a AND b  a OR b  NOT a  -a  ( )             operators in capitals; nothing between two words means AND
  text:word  name:word                             in the text alone, in the name alone
  type:pdf  type:image/*  ext:xlsx                 type id, category or MIME; * and ? are wildcards
  path:Sales  path:"*/2019/*.doc?"                 part of the path; with wildcards the whole path
  size:1k..5M  size:>1G  date:2019-03..2019-06  date:>=2020    k = 1024; dates are of modification, UTC
  entity:iban  entity:container:CSQU*              identifiers, by kind and value (vestige scan --list-kinds); *: any kind
  author:Müller  created:2019..2020  width:>1000   what documents say of themselves: any field, words, patterns, ranges
  known:alert  known:nsrl-2026  known:none         what the hash sets of the case say (vestige hashset)
  hash:HEX  state:deleted  status:failed  lang:el  exhibit:M01
  tag:inv*  mark:privileged                        what officers tagged or marked (vestige tag, vestige mark)

  vestige search CASE 'invoice "delivery note" type:pdf -draft'
  vestige search CASE -- invoice -draft            without quotes: -- keeps -draft from being taken for an option

* stands for everything and NOT alone for everything else, folders included; such hits say "everything" or "not excluded".
Stems are known for ${stemLanguages.join(" ")}.
Texts in other languages (of the Union: ${withoutStems.join(" ")}) are searched for the word itself.
Fields of documents:
${inLines(documentFieldNames)}
Types and languages that this program does not know are refused.
The table shows a backslash of the evidence as \\\\, so that \\x1b is always an escaped character; --json has the text itself.

Scope rules of the operation form hold for every search; what they exclude is stated. Every search is a custody entry.
Items that an officer marked as hidden, privileged or out of scope are left out before anything is counted, and their number is stated.
CSV: cells that a spreadsheet could take for a formula get a ' in front; the true value is in --json.`;

export const searchCommand: Command = {
  name: "search",
  summary: "search text, names and properties of everything processed",
  group: "search",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "QUERY", summary: "what to look for, in single quotes for the shell", optional: true, rest: true },
  ],
  flags: [
    { name: "limit", value: "N", summary: `hits to show (default ${defaultLimit})` },
    { name: "after", value: "CURSOR", summary: "go on after this hit of an earlier answer" },
    { name: "csv", summary: "hits as CSV (RFC 4180)" },
    { name: "with-marked", summary: "show items that officers marked as hidden, privileged or out of scope, too" },
    { name: "save", value: "NAME", summary: "keep the query under a name of yours" },
    { name: "saved", value: "NAME", summary: "repeat a saved search and say whether its hits are the same" },
    { name: "forget", value: "NAME", summary: "remove a saved search of yours" },
  ],
  help,
  run: runSearch,
};

async function runSearch(context: CommandContext): Promise<ExitCode> {
  const { args, flags, output } = context;
  const theCase = openCase(args[0] as string);
  const limit = parseLimit(flagText(flags, "limit"));
  const after = flagText(flags, "after");
  const isTyped = flags["saved"] === undefined && flags["forget"] === undefined;
  if (isTyped) await checkKnownValues(parseQuery(args.slice(1).join(" ")));
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const desk = { theCase, journal, signer };
    const forgotten = forgetSearch(context, desk);
    if (forgotten !== null) return forgotten;
    const asked = askedOf(context, desk);
    const answer = searchCase(theCase, asked.query, { limit, after, withMarked: asked.withMarked });
    const csv = flags["csv"] === true;
    recordSearch(journal, signer, answer, { limit, after, output: output.json ? "json" : csv ? "csv" : "table" });
    if (output.json) showJson(output, answer);
    else if (csv) output.raw(csvOfAnswer(answer));
    else showTable(output, answer);
    settleSaved(context, desk, asked);
    output.summary(exitCodes.done, { ...answer.counts, shown: answer.hits.length });
    return exitCodes.done;
  } finally {
    journal.close();
  }
}

function parseLimit(text: string | null): number {
  if (text === null) return defaultLimit;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > maxLimit) throw new OperatorError("search/limit", searchSays.badLimit(text, maxLimit));
  return limit;
}

function hitJson(hit: Hit & { cursor: string }): Record<string, JsonValue> {
  const { item, exhibit, path, rule, field, offset, length, place, snippet, cursor, matches, matchesComplete } = hit;
  return {
    item: item.id,
    exhibit,
    path,
    rule,
    field,
    offset,
    length,
    place: place && { ...place },
    snippet: snippet && { ...snippet },
    cursor,
    matches,
    matchesComplete,
  };
}

function showJson(output: Output, answer: SearchAnswer): void {
  for (const hit of answer.hits) output.event("vestige.hit/1", "hit", hitJson(hit));
  const { counts, notSearched, next, query } = answer;
  output.event("vestige.search/1", "answer", { query, ...counts, next, notSearched: { ...notSearched } });
}

function showTable(output: Output, answer: SearchAnswer): void {
  const colour = Boolean(process.stdout.isTTY) && output.interactive && !process.env["NO_COLOR"];
  for (const hit of answer.hits) {
    output.line(`${output.safe(hit.path)}  ${searchSays.hitFacts(hit, output.safe)}`);
    if (hit.snippet) output.line(`    ${snippetLine(hit, output, colour)}`);
  }
  output.line(searchSays.answerCounts(answer.counts, answer.hits.length));
  if (answer.counts.outOfScope > 0) output.line(searchSays.outOfScope(answer.counts.outOfScope));
  const { privileged, hidden, markedOutOfScope } = answer.counts;
  if (privileged + hidden + markedOutOfScope > 0) output.line(reviewSays.keptOut(answer.counts));
  output.line(searchSays.notSearched(answer.notSearched));
  if (answer.next) output.line(searchSays.nextPage(answer.next));
}

function snippetLine(hit: Hit, output: Output, colour: boolean): string {
  const flat = (text: string) => output.safe(text.replace(/\s+/g, " "));
  const { before, match, after } = hit.snippet as NonNullable<Hit["snippet"]>;
  const marked = colour ? `\u001b[1;33m${flat(match)}\u001b[0m` : `[${flat(match)}]`;
  return `${flat(before)}${marked}${flat(after)}`;
}
