/** Where a page of the timeline stopped: what its last event is sorted by, opaque to the officer. */
import { z } from "zod";
import { timelineSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

/** In the order of comparison. */
export interface EventKey {
  /** Ms since 1970 UTC; 0 for dates without a place. */
  readonly at: number;
  readonly exhibit: string;
  /** Without the exhibit. */
  readonly path: string;
  readonly id: string;
  readonly kind: string;
  /** Empty where kinds are not told apart by it. */
  readonly source: string;
  readonly entry: number;
}

const shape = z.tuple([
  z.number(),
  z.string().max(64),
  z.string().max(100_000),
  z.string().max(64),
  z.string().max(100),
  z.string().max(1000),
  z.number(),
]);

export function writeEventCursor({ at, exhibit, path, id, kind, source, entry }: EventKey): string {
  return Buffer.from(JSON.stringify([at, exhibit, path, id, kind, source, entry]), "utf8").toString("base64url");
}

/** Throws OperatorError for what is no cursor. */
export function readEventCursor(text: string): EventKey {
  let value: unknown = null;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new OperatorError("timeline/cursor", timelineSays.badCursor());
  const [at, exhibit, path, id, kind, source, entry] = parsed.data;
  return { at, exhibit, path, id, kind, source, entry };
}

/** Texts as SQLite puts them in order: by the bytes of their UTF-8. */
const compareTexts = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** Below 0 where `a` comes first. */
export function compareKeys(a: EventKey, b: EventKey): number {
  return (
    a.at - b.at ||
    compareTexts(a.exhibit, b.exhibit) ||
    compareTexts(a.path, b.path) ||
    compareTexts(a.id, b.id) ||
    compareTexts(a.kind, b.kind) ||
    compareTexts(a.source, b.source) ||
    a.entry - b.entry
  );
}
