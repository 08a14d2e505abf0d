/** What a report says of carved files, identifiers and watch-lists in one work file: counts, never values of the evidence. */
import type { Quality } from "../../native-free/entities/entity.ts";
import { listOfKind, sqlOfListKinds } from "../../native-free/watchlists/list-kind.ts";
import type { SqlRow } from "./sqlite.ts";
import type { WorkFileReader } from "./work-file-reader.ts";
import { itemTables } from "./work-file-rows.ts";

/** Files that were found by their form, of one type. */
export interface CarvedGroup {
  /** Id of the typing registry; `unknown` where the content is not described. */
  readonly type: string;
  readonly complete: number;
  readonly truncated: number;
  readonly fragment: number;
  /** Of these: put together from pieces that lie apart. */
  readonly inPieces: number;
  readonly bytes: number;
}

/** Identifiers of one kind: finds by quality, different values, items with at least one. */
export interface IdentifierGroup {
  readonly kind: string;
  readonly finds: Readonly<Record<Quality, number>>;
  readonly values: number;
  readonly items: number;
}

interface TermCount {
  /** The entry of the list; of a regex what it matched. */
  readonly term: string;
  readonly finds: number;
}

/** Terms of one watch-list. */
export interface WatchedGroup {
  readonly list: string;
  readonly finds: number;
  readonly terms: number;
  readonly items: number;
  /** The most frequent. */
  readonly first: readonly TermCount[];
}

const qualities: readonly Quality[] = ["valid", "valid-check", "pattern", "invalid-check"];

const has = (code: string): string => `EXISTS (SELECT 1 FROM finding f WHERE f.item = i.id AND f.code = '${code}')`;

/** Ordered by type. */
export function carvedGroups(reader: WorkFileReader): CarvedGroup[] {
  const rows = reader.select<SqlRow>(
    `SELECT coalesce(c.type, 'unknown') AS type, count(*) AS items, coalesce(sum(i.size), 0) AS bytes,
       sum(${has("carving/truncated")}) AS truncated, sum(${has("carving/fragment")}) AS fragment,
       sum(${has("carving/in-pieces")}) AS inPieces
     FROM ${itemTables} WHERE i.origin = 'carved' GROUP BY 1 ORDER BY 1`,
  );
  return rows.map((row) => {
    const [items, truncated, fragment] = [row["items"], row["truncated"], row["fragment"]] as [number, number, number];
    return {
      ...{ type: row["type"] as string, complete: items - truncated - fragment, truncated, fragment },
      ...{ inPieces: row["inPieces"] as number, bytes: row["bytes"] as number },
    };
  });
}

/** Ordered by kind. */
export function identifierGroups(reader: WorkFileReader): IdentifierGroup[] {
  const counted = reader.select<SqlRow>(
    `SELECT kind, quality, count(*) AS finds FROM entity WHERE NOT (${sqlOfListKinds}) GROUP BY 1, 2`,
  );
  return spread(reader, false).map(({ kind, values, items }) => {
    const finds = Object.fromEntries(qualities.map((quality) => [quality, 0])) as Record<Quality, number>;
    for (const row of counted) if (row["kind"] === kind) finds[row["quality"] as Quality] = row["finds"] as number;
    return { kind, finds, values, items };
  });
}

/** Ordered by id. `most`: terms of each list that are named. */
export function watchedGroups(reader: WorkFileReader, most: number): WatchedGroup[] {
  return spread(reader, true).map(({ kind, finds, values, items }) => {
    const first = reader.select<SqlRow>(
      "SELECT value AS term, count(*) AS finds FROM entity WHERE kind = ? GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
      [kind, most],
    );
    return {
      ...{ list: listOfKind(kind) ?? kind, finds, terms: values, items },
      first: first.map((row) => ({ term: row["term"] as string, finds: row["finds"] as number })),
    };
  });
}

function spread(reader: WorkFileReader, is: boolean): { kind: string; finds: number; values: number; items: number }[] {
  const rows = reader.select<SqlRow>(
    `SELECT kind, count(*) AS finds, count(DISTINCT value) AS different,
       (SELECT count(*) FROM item i WHERE i.content IN (SELECT content FROM entity o WHERE o.kind = e.kind)) AS items
     FROM entity e WHERE ${is ? "" : "NOT "}(${sqlOfListKinds}) GROUP BY kind ORDER BY kind`,
  );
  return rows.map((row) => ({
    ...{ kind: row["kind"] as string, finds: row["finds"] as number },
    ...{ values: row["different"] as number, items: row["items"] as number },
  }));
}
