/** Where an answer stopped: the place (value, exhibit, path, item id) of its last hit in its order, opaque to the officer. */
import { z } from "zod";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { byPath, isByRank, nameOfSort, type Sort, type SortValue } from "./sets/sorting.ts";

export interface Place {
  readonly exhibit: string;
  readonly path: string;
  readonly id: string;
  /** What the item is sorted by; null where it has no such value, and in the order of paths. */
  readonly value: SortValue;
}

const text = (longest: number) => z.string().max(longest);
const shape = z.union([
  z.tuple([text(64), text(100_000), text(64)]),
  z.tuple([text(64), text(100_000), text(64), text(64), z.union([text(1_000_000), z.number(), z.null()])]),
]);

export function writeCursor({ exhibit, path, id, value }: Place, sort: Sort = byPath): string {
  const place = isByRank(sort) ? [exhibit, path, id] : [exhibit, path, id, nameOfSort(sort), value];
  return Buffer.from(JSON.stringify(place), "utf8").toString("base64url");
}

/** Throws OperatorError for what is no cursor of that order. */
export function readCursor(cursor: string, sort: Sort = byPath): Place {
  let value: unknown = null;
  try {
    value = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new OperatorError("search/cursor", searchSays.badCursor());
  const [exhibit, path, id, order = "path", sorted = null] = parsed.data;
  if (order !== nameOfSort(sort)) throw new OperatorError("search/cursor", searchSays.badCursor());
  return { exhibit, path, id, value: sorted };
}
