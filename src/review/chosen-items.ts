/** Which items an officer means: by id, by `EXHIBIT/ID`, by forensic path, or all hits of a query. */
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import { exhibitLabels, type Case } from "../case/case-folder.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import { fullPath } from "../case/work-file-rows.ts";
import { reviewSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { HitId } from "../search/answer.ts";

/** The items with these names, each once, in the order given. Throws OperatorError for a name of none or of several. */
export function itemsNamed(theCase: Case, names: readonly string[]): HitId[] {
  const readers = openAll(theCase);
  try {
    const found = names.map((name) => oneItem(readers, name));
    return [...new Map(found.map((item) => [`${item.exhibit}\0${item.id}`, item])).values()];
  } finally {
    for (const [, reader] of readers) reader.close();
  }
}

/** Paths of items by exhibit and id, null where the work file does not have one (now). */
export function pathsOf(theCase: Case, items: readonly { exhibit: string; item: string }[]): (string | null)[] {
  const readers = openAll(theCase);
  try {
    return items.map(({ exhibit, item }) => {
      const path = readers.get(exhibit)?.item(item)?.path ?? null;
      return path === null ? null : fullPath(exhibit, path);
    });
  } finally {
    for (const [, reader] of readers) reader.close();
  }
}

function openAll(theCase: Case): Map<string, WorkFileReader> {
  const opened = new Map<string, WorkFileReader>();
  try {
    for (const label of exhibitLabels(theCase)) {
      const file = theCase.paths.items(label);
      if (hasWorkFile(file)) opened.set(label, WorkFileReader.open(file));
    }
    return opened;
  } catch (error) {
    for (const [, reader] of opened) reader.close();
    throw error;
  }
}

function oneItem(readers: ReadonlyMap<string, WorkFileReader>, name: string): HitId {
  const found = [...readers].flatMap(([exhibit, reader]) => {
    const own = name.startsWith(`${exhibit}/`) ? name.slice(exhibit.length + 1) : name;
    const rows = reader.select<{ id: string; path: string }>(
      "SELECT key AS id, path FROM item WHERE key = ? OR path = ? LIMIT 10",
      [own, own],
    );
    return rows.map(({ id, path }) => ({ exhibit, id, path: fullPath(exhibit, path) }));
  });
  const shown = escapeForTerminal(name);
  const [first] = found;
  if (!first) throw new OperatorError("review/no-item", reviewSays.noItem(shown));
  if (found.length === 1) return first;
  const paths = found.map(({ path }) => escapeForTerminal(path));
  throw new OperatorError("review/several-items", reviewSays.severalItems(shown, paths));
}
