/** Every hit of a list outside of texts, where it may be shown: names, folders, fields, identifiers. Hits in texts are search's. */
import type { Case } from "../case/case-folder.ts";
import { hasWatchTables } from "../case/watch-store.ts";
import { fullPath } from "../case/work-file-rows.ts";
import type { AnsweredExhibit } from "../search/answer.ts";
import { SearchSession } from "../search/session.ts";

interface ListedPlace {
  readonly list: string;
  readonly exhibit: string;
  /** Item id. */
  readonly item: string;
  readonly path: string;
  readonly term: string;
  readonly place: string;
  /** Name of the field, kind of the identifier; else null. */
  readonly name: string | null;
  /** UTF-16 units of the name, the folders, or the value. */
  readonly offset: number;
  readonly length: number;
}

/** Calls with each, by list, exhibit, path and place: a hit of a content once for each of its items. One is held at a time. */
export function eachPlace(
  theCase: Case,
  lists: readonly string[],
  withMarked: boolean,
  use: (place: ListedPlace) => void,
): void {
  const session = SearchSession.open(theCase);
  try {
    session.ask(
      "*",
      ({ exhibits }) => {
        const shown = exhibits.filter(({ reader }) => hasWatchTables(reader));
        for (const list of lists) for (const exhibit of shown) placesIn(exhibit, list, use);
      },
      { withMarked },
    );
  } finally {
    session.close();
  }
}

function placesIn(
  { label: exhibit, reader, has }: AnsweredExhibit,
  list: string,
  use: (place: ListedPlace) => void,
): void {
  const rows = reader.iterate<Omit<ListedPlace, "list" | "exhibit"> & { row: number }>(
    `SELECT i.id AS row, i.key AS item, i.path, p.value AS term, p.place, p.name, p.offset, p.length
     FROM watch_place p JOIN item i ON i.id = p.item OR i.content = p.content
     WHERE p.list = ? ORDER BY i.path, i.key, p.place, p.name, p.offset, p.value`,
    [list],
  );
  for (const { row, path, ...rest } of rows) {
    if (has(row)) use({ list, exhibit, path: fullPath(exhibit, path), ...rest });
  }
}
