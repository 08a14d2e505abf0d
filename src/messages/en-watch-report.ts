/** Words of the report on watch-lists. */
import { counted, grouped } from "./en-parts.ts";

export const title = "Watch-lists";
export const lead =
  "A hit says that something is written there, not what it means, nor that a law was broken. Only what may be shown is counted: scope rules and officers' marks act first, and what they leave out is stated.";

export const labels = {
  authority: "Authority",
  scope: "Scope",
  made: "Made",
  officer: "Officer",
  tool: "Program",
  contentHash: "Content hash",
  checkpoint: "Journal",
  lists: "Lists",
  file: "File",
  version: "Version",
  date: "Of",
  sha256: "SHA-256",
  entries: "Entries",
  hits: "Hits",
  items: "Items",
  leftOut: "Left out",
  signature: "Signature",
  signedWith: "Signed by",
} as const;

export const headings = {
  summary: "Summary",
  notSearched: "What was not searched",
  exhibits: "Where the list was applied",
  terms: "Terms with hits",
  items: "Items with most different terms",
  near: "Near hits",
  zero: "Terms without a hit",
  signature: "Signature",
} as const;

export const termColumns = {
  term: "Term",
  hits: "Hits",
  inText: "In text",
  inFields: "Fields",
  inNames: "Names",
  inIdentifiers: "Identifiers",
  contents: "Contents",
  items: "Items",
} as const;
export const summaryColumns = {
  list: "List",
  entries: "Entries",
  hit: "With hits",
  near: "Near hits",
  zero: "Without",
  hits: "Hits",
  items: "Items",
  leftOut: "Left out",
} as const;
export const exhibitColumns = {
  exhibit: "Exhibit",
  state: "State",
  when: "Ended",
  tool: "Program",
  notes: "Note",
} as const;
export const itemColumns = { item: "Item", terms: "Terms", hits: "Hits" } as const;
export const nearColumns = { term: "Term", words: "Words found (contents, items)" } as const;

export const states = {
  applied: "applied afterwards",
  processed: "looked for while processing",
  begun: "begun and not ended: run vestige watch again",
  older: "what was processed since is not looked through: run vestige watch again",
  none: "not applied",
} as const;

export const version = (text: string, day: string): string => `version ${text} of ${day}`;
export const modes = (names: readonly string[]): string => names.join(", ");
export const nothing = "None.";
export const otherText = (version: string): string => `another text of the list (version ${version}); not counted here`;
export const strings = (n: number): string =>
  `${counted(n, "content")} of bytes that no reader knows (free space, slack, unknown files): only the strings in them were looked through`;
export const cut = (n: number): string => `${counted(n, "content")} with more hits than are kept of each`;
export const leftOut = (of: {
  readonly outOfScope: number;
  readonly privileged: number;
  readonly hidden: number;
  readonly markedOutOfScope: number;
}): string => {
  const parts = [
    of.outOfScope > 0 ? `${grouped(of.outOfScope)} outside the scope rules` : "",
    of.privileged > 0 ? `${grouped(of.privileged)} privileged` : "",
    of.hidden > 0 ? `${grouped(of.hidden)} hidden` : "",
    of.markedOutOfScope > 0 ? `${grouped(of.markedOutOfScope)} marked out of scope` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "no item with a hit" : `items with a hit: ${parts.join(", ")}`;
};
export const withMarked =
  "Items that officers marked as privileged, hidden or out of scope are counted here: the report was asked for with them.";
export const noRules = "No scope rules are set.";
export const rules = (parts: readonly string[]): string => `Scope rules: ${parts.join("; ")}.`;
export const ruleNames = {
  custodians: "custodians",
  dates: "dates",
  folders: "folders",
  types: "types",
  terms: "terms",
} as const;
export const notSearched = (of: {
  readonly failed: number;
  readonly partial: number;
  readonly skipped: number;
  readonly encrypted: number;
  readonly pendingUnits: number;
}): string[] => [
  `${counted(of.failed, "item")} could not be read (failed), ${grouped(of.partial)} only in part, ${grouped(of.skipped)} left out by a rule`,
  `${counted(of.encrypted, "item")} among these because of encryption`,
  `${counted(of.pendingUnits, "file or range", "files or ranges")} not processed yet`,
];
export const unprocessed = (labels: readonly string[]): string => `exhibits without a work file: ${labels.join(", ")}`;
export const notAcquired = (labels: readonly string[]): string => `exhibits not acquired: ${labels.join(", ")}`;
export const termsNote =
  "Hits in texts, in fields of documents, in names and folders, and in identifiers as they are normalised, each place once. Entries of one text count together. Contents that are the same are one content; items are occurrences. Folder names count with each item below them.";
export const itemsNote = (shown: number): string => `By their text; the first ${grouped(shown)} at most.`;
export const nearNote =
  "These are no hits: words of the texts that are one letter from a term of one word with at least five letters (one inserted, left out, changed, or swapped with its neighbour), and no hit of any term themselves. They can be misspelt, badly recognised in a picture, or words of their own.";
export const zeroNote =
  "Every entry for which nothing was found in what may be shown. Nothing found is no proof that nothing is there.";
export const moreWords = (n: number): string => `and ${counted(n, "more word")}`;
export const nearWord = (word: string, contents: number, items: number): string =>
  `${word} (${grouped(contents)}, ${grouped(items)})`;
export const signedBy = (officer: string, key: string): string => `${officer}, key ${key}`;
export const verifyNote =
  "vestige verify checks this report, its JSON form and the journal; verify.html of any report does so in a browser.";
export const exhibitOf = (label: string, hits: number, items: number): string =>
  `${label}: ${grouped(hits)} in ${counted(items, "item")}`;
