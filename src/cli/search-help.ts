/** The help of `vestige search`: the query language on one screen. */
import { documentFieldNames } from "../search/query-fields.ts";
import { facetNames } from "../search/sets/facets.ts";
import { sortNames } from "../search/sets/sorting.ts";
import { stemLanguages, withoutStems } from "../search/words/stem-languages.ts";

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

export const searchHelp = `Words are found in any writing of them (strasse finds Straße); a word with separators (2402-20) is a phrase of its parts.

  word  "two words"  inv*                          in text and names
  in*ce  wom?n  receit~  receit~2                  any letters, one letter; words with 1 or 2 letters wrong
  a NEAR/5 b  a PRE/5 b                            at most 5 words between, in any order or in this one
  /CSQU\\d{7}/  exact:Straße  exact:(a "b c")       regular expression (RE2), and characters as they stand (--exact: all)
  code:CSQU3054383                                 letters and digits, whatever separators are between (CSQU 305438-3)
  stem:delivery  sounds:Meyer  script:Ivanov       other forms, names that sound alike, Greek or Cyrillic letters
  a b  a AND b  a OR b  NOT a  -a  ( )             operators in capitals; nothing between two words means AND
  text:word  name:word                             in the text alone, in the name alone
  type:pdf  type:image/*  ext:xlsx                 type id, category or MIME; * and ? are wildcards
  ext:doc,docx  type:pdf,image  author:(a OR b)    any of several values
  path:Sales  path:"*/2019/*.doc?"                 part of the path; with wildcards the whole path
  size:1k..5M  size:>1G  date:2019-03..2019-06  date:>=2020    k = 1024; dates are of modification, UTC
  entity:iban  entity:container:CSQU*              identifiers, by kind and value (vestige scan --list-kinds); *: any kind
  author:Müller  created:2019..2020  width:>1000   what documents say of themselves: any field, words, patterns, ranges
  known:alert  known:nsrl-2026  known:none         what the hash sets of the case say (vestige hashset)
  date:last-30d  date:"last 2w before 2019-06-01"  "next 3m after 2019"  "3d around 2019-06-01"  today  yesterday; d w m y
  hash:HEX  state:deleted  status:failed  lang:el  exhibit:M01
  terms:NAME  hash:@NAME  like:ITEM                any line of a file in the case's folder lists/search (or of a path); similar items
  tag:inv*  mark:privileged                        what officers tagged or marked (vestige tag, vestige mark)

  vestige search CASE 'invoice "delivery note" type:pdf -draft'
  vestige search CASE -- invoice -draft            without quotes: -- keeps -draft from being taken for an option

* stands for everything and NOT alone for everything else, folders included; such hits say "everything" or "not excluded".
Dates that are told from today are written out in the journal and in saved searches, so that they find the same on any day.
Long texts are kept in blocks of a million characters: regular expressions, exact: and NEAR may miss a match of about 1000 or more
characters where two of them meet.
A list has one word, phrase (a * may end it) or hash a line, # begins a remark; its SHA-256 is in the journal.
Stems are known for ${stemLanguages.join(" ")}.
Texts in other languages (of the Union: ${withoutStems.join(" ")}) are searched for the word itself.
Fields of documents:
${inLines(documentFieldNames)}
Types and languages that this program does not know are refused.
Order (--sort; - in front turns it round, items without a value come last):
${inLines([...sortNames, "and every field of documents"])}
Spread of the whole answer (--facets):
${inLines([...facetNames, "and every field of documents"])}
The table shows a backslash of the evidence as \\\\, so that \\x1b is always an escaped character; --json has the text itself.

Scope rules of the operation form hold for every search; what they exclude is stated. Every search is a custody entry.
Items that an officer marked as hidden, privileged or out of scope are left out before anything is counted, and their number is stated.
CSV: cells that a spreadsheet could take for a formula get a ' in front; the true value is in --json.`;
