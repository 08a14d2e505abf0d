/** Where an answer stopped: the sort key (exhibit, path, item id) of its last hit, opaque to the officer. */
import { z } from "zod";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

export interface SortKey {
  readonly exhibit: string;
  readonly path: string;
  readonly id: string;
}

const shape = z.tuple([z.string().max(64), z.string().max(100_000), z.string().max(64)]);

export function writeCursor({ exhibit, path, id }: SortKey): string {
  return Buffer.from(JSON.stringify([exhibit, path, id]), "utf8").toString("base64url");
}

/** Throws OperatorError for what is no cursor. */
export function readCursor(text: string): SortKey {
  let value: unknown = null;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new OperatorError("search/cursor", searchSays.badCursor());
  const [exhibit, path, id] = parsed.data;
  return { exhibit, path, id };
}
