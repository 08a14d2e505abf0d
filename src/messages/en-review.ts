/** Sentences about the officers' work product: tags, bookmarks, comments, marks, saved searches. Names in them are already escaped. */
import { counted, grouped } from "./en-parts.ts";

export const damaged = (file: string, line: number, problem: string) =>
  `Expected ${file} as its officer left it, found at line ${line}: ${problem}; restore the file from a copy, vestige verify tells what is recorded of it.`;
export const interrupted = (
  entry: number,
  kept: number,
  announced: number,
  torn: { file: string; size: number } | null,
) =>
  `An earlier command (entry ${entry}) was interrupted: ${grouped(kept)} of its ${counted(announced, "act")} ${kept === 1 ? "was" : "were"} written and ${kept === 1 ? "stays" : "stay"}` +
  (torn === null ? "." : `; ${counted(torn.size, "byte")} of a torn line were cut off and kept in ${torn.file}.`);

export const linesDetail = (lines: number) => `${counted(lines, "act")}, as the journal records them`;

export const noItem = (wanted: string) =>
  `Expected the id or forensic path of an item of the case, found "${wanted}"; take one from vestige search --json.`;
export const severalItems = (wanted: string, paths: readonly string[]) =>
  `Expected one item, found ${paths.length} for "${wanted}": ${paths.slice(0, 5).join(", ")}; give the forensic path or EXHIBIT/ID.`;
export const nothingChosen = () => `Expected items or --query QUERY, found neither; say which items are meant.`;
export const bothChosen = () => `Expected items or --query QUERY, found both; give one of the two.`;
export const tagMissing = () => `Expected --tag NAME, found none; say which tag.`;
export const badName = (what: string, most: number) =>
  `Expected a ${what} of 1 to ${most} characters on one line, found something else; shorten it.`;
export const commentBad = (most: number) =>
  `Expected a comment of 1 to ${grouped(most)} characters, found another length.`;
export const markMissing = (known: readonly string[]) => `Expected --as with one of ${known.join(", ")}, found none.`;

const done: Readonly<Record<string, string>> = {
  tag: "tagged",
  untag: "untagged",
  mark: "marked",
  unmark: "unmarked",
  bookmark: "bookmarked",
  unbookmark: "taken from the bookmarks",
  comment: "commented on",
};
export const acted = (act: string, acts: number, chosen: number) =>
  `${counted(acts, "item")} ${done[act] ?? act}` +
  (chosen > acts ? `; ${grouped(chosen - acts)} ${chosen - acts === 1 ? "was" : "were"} so already.` : ".");
export const stillHeld = (items: number, officers: string) =>
  `${counted(items, "item")} still ${items === 1 ? "has" : "have"} it from ${officers}; each officer takes back what is theirs.`;

export const tagLine = (path: string, tags: string) => `${path}  ${tags}`;
export const heldBy = (what: string, officers: string) => `${what} (${officers})`;
export const commentLine = (at: string, officer: string, text: string) => `    ${at} ${officer}: ${text}`;
export const historyLine = (at: string, officer: string, act: string, what: string, path: string) =>
  [at, officer, act, what, path].filter((part) => part !== "").join("  ");
export const itemGone = (exhibit: string, item: string) => `${exhibit}/${item} (not in the work file now)`;
export const nothingTagged = () => "No item is tagged or marked.";
export const nothingBookmarked = () => "No item is bookmarked or commented on.";
export const nothingSaved = () => "No search is saved.";

export const keptOut = (counts: { hidden: number; privileged: number; markedOutOfScope: number }) => {
  const parts = [
    counts.privileged > 0 ? `${grouped(counts.privileged)} privileged` : "",
    counts.hidden > 0 ? `${grouped(counts.hidden)} hidden` : "",
    counts.markedOutOfScope > 0 ? `${grouped(counts.markedOutOfScope)} out of scope` : "",
  ].filter((part) => part !== "");
  return `Marked by officers and not shown: ${parts.join(", ")}; --with-marked includes them.`;
};

export const searchSaved = (name: string, items: number) => `Saved as ${name}, with ${counted(items, "hit")}.`;
export const searchRemoved = (name: string) => `The saved search ${name} was removed.`;
export const savedLine = (search: { name: string; officer: string; at: string; items: number; query: string }) =>
  `${search.name}  ${search.query}  (${search.officer}, ${search.at}, ${counted(search.items, "hit")})`;
export const noSavedSearch = (name: string, known: readonly string[]) =>
  `Expected the name of a saved search, found "${name}"; ${known.length === 0 ? "none is saved" : `known: ${known.slice(0, 10).join(", ")}`}.`;
export const savedBySeveral = (name: string, officers: readonly string[]) =>
  `Expected one saved search, found "${name}" of ${officers.join(" and of ")}; give NAME@OFFICER.`;
export const savedAndQuery = () => `Expected a query or --saved NAME, found both; leave one out.`;
export const sameHits = (items: number, at: string, officer: string) =>
  `The same ${counted(items, "hit")} as when ${officer} saved it at ${at}.`;
export const otherHits = (then: number, now: number, at: string, officer: string) =>
  `NOT the hits of when ${officer} saved it at ${at}: ${grouped(then)} then, ${grouped(now)} now; processing, scope rules or marks changed since.`;
