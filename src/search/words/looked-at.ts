/** Fields and names in which a term has a place, each read and looked at. */
import { foldersOf } from "../../case/item-paths.ts";
import type { WorkFileReader } from "../../case/work-file-reader.ts";
import { phrasePlaces } from "../phrase-finder.ts";
import { placesOf, type SpecialTerm, type TextTerm } from "../query.ts";
import { placeFinder } from "./places.ts";

/** The same values and folders come again and again. */
const remembered = 50_000;
/** UTF-16 units: longer values are rarely the same, and 50,000 of them could take all memory. */
const longestRemembered = 256;

/** Says of a text whether the term has a place in it. */
function holder(term: TextTerm | SpecialTerm): (text: string) => boolean {
  const find = term.kind === "text" ? phrasePlaces(term) : placeFinder(term, null);
  const known = new Map<string, boolean>();
  return (text) => {
    // Without a look at what is remembered, which would read a long text once more.
    const before = text.length > longestRemembered ? undefined : known.get(text);
    if (before !== undefined) return before;
    const holds = find(text)[Symbol.iterator]().next().done !== true;
    if (text.length > longestRemembered) return holds;
    if (known.size >= remembered) known.clear();
    known.set(text, holds);
    return holds;
  };
}

/** Those of the contents (null: all) with a field in which the term has a place. */
export function fieldsHolding(
  reader: WorkFileReader,
  term: TextTerm | SpecialTerm,
  contents: ReadonlySet<number> | null,
): Set<number> {
  const { fields } = placesOf(term);
  const holds = holder(term);
  const found = new Set<number>();
  const wanted: string[] = [];
  if (contents) wanted.push("content IN (SELECT value FROM json_each(:contents))");
  if (typeof fields === "string") wanted.push("name = :name");
  const where = wanted.length > 0 ? `WHERE ${wanted.join(" AND ")}` : "";
  const rows = reader.iterate<{ content: number; value: string }>(`SELECT content, value FROM metadata ${where}`, {
    ...(contents && { contents: JSON.stringify([...contents]) }),
    ...(typeof fields === "string" && { name: fields }),
  });
  for (const { content, value } of rows) if (!found.has(content) && holds(value)) found.add(content);
  return found;
}

/** Those of the items (null: all) in whose name or folders the term has a place. */
export function itemsHolding(
  reader: WorkFileReader,
  term: SpecialTerm,
  items: ReadonlySet<number> | null,
): Set<number> {
  const { name: inName, folders: inFolders } = placesOf(term);
  const [nameHolds, folderHolds] = [holder(term), holder(term)];
  const found = new Set<number>();
  const rows = reader.iterate<{ id: number; name: string; path: string }>(
    `SELECT id, name, path FROM item ${items ? "WHERE id IN (SELECT value FROM json_each(?))" : ""}`,
    items ? [JSON.stringify([...items])] : [],
  );
  for (const { id, name, path } of rows) {
    if ((inName && nameHolds(name)) || (inFolders && folderHolds(foldersOf(path)))) found.add(id);
  }
  return found;
}
