/**
 * Work product of an officer: one line of `review/<officer>.jsonl`. A line is canonical JSON with its own hash and the
 * hash of the line before, keyed by (exhibit, item id), so that it outlives every re-processing. The chain begins with
 * the case and the officer: a file of another case or officer does not fit. Lines are not signed; the custody journal
 * announces and ends every batch of them with its hashes.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";

const domain = "vestige.review.1";
const reviewFormat = 1;

/** What keeps an item out of searches. */
export const marks = ["privileged", "hidden", "out-of-scope"] as const;
export type Mark = (typeof marks)[number];

const base = {
  format: z.literal(reviewFormat),
  /** From 0. */
  seq: z.number().int().nonnegative(),
  /** Hex: hash of the line before; of the first, of case and officer. */
  prev: z.string(),
  /** ISO 8601 UTC. */
  at: z.string(),
  officer: z.string(),
  /** Of the officer's or the session's key. */
  keyId: z.string(),
  hash: z.string(),
};
const onItem = { ...base, exhibit: z.string(), item: z.string() };
const onCase = { ...base, exhibit: z.null(), item: z.null() };

const savedSearch = z.strictObject({
  name: z.string(),
  query: z.string(),
  withMarked: z.boolean(),
  items: z.number().int().nonnegative(),
  /** SHA-256 (hex) over the sorted (exhibit, item id) of every hit. */
  digest: z.string(),
});

const lineShape = z.discriminatedUnion("act", [
  z.strictObject({ ...onItem, act: z.enum(["tag", "untag", "comment"]), value: z.string() }),
  z.strictObject({ ...onItem, act: z.enum(["mark", "unmark"]), value: z.enum(marks) }),
  z.strictObject({ ...onItem, act: z.enum(["bookmark", "unbookmark"]), value: z.null() }),
  z.strictObject({ ...onCase, act: z.literal("save-search"), value: savedSearch }),
  z.strictObject({ ...onCase, act: z.literal("remove-search"), value: z.strictObject({ name: z.string() }) }),
]);

export type ReviewLine = z.infer<typeof lineShape>;
export type SavedSearch = z.infer<typeof savedSearch>;

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
/** What an officer did, before it is a line. */
export type ReviewAct = Without<ReviewLine, keyof typeof base>;

/** The hash (hex) in front of the first line of an officer's file. */
export function chainStart(caseId: string, officer: string): string {
  return createHash("sha256").update(`${domain}\0${caseId}\0${officer}`).digest("hex");
}

/** A line without its line feed, and its hash (hex). */
export function writeLine(body: Without<ReviewLine, "hash" | "format">): { text: string; hash: string } {
  const whole = { ...body, format: reviewFormat };
  const hash = hashOf(whole);
  return { text: canonicalJson({ ...whole, hash }), hash };
}

/** The line, or a word of `custodySays.problems`. */
export function readLine(bytes: Uint8Array): ReviewLine | string {
  // A block that never reached the disk reads as zeros.
  if (bytes.includes(0)) return "torn-tail";
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return "not-json";
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > reviewFormat) return "newer-version";
  const parsed = lineShape.safeParse(value);
  if (!parsed.success) return "malformed";
  const { hash, ...body } = parsed.data;
  if (!isCanonical(parsed.data, bytes)) return "not-canonical";
  return hashOf(body) === hash ? parsed.data : "hash-mismatch";
}

function hashOf(body: object): string {
  return createHash("sha256")
    .update(`${domain}\0${canonicalJson(body)}`)
    .digest("hex");
}

/** One line has one text only, so that nothing rides along beside the hash. */
function isCanonical(line: ReviewLine, bytes: Uint8Array): boolean {
  try {
    return Buffer.from(canonicalJson(line)).equals(bytes);
  } catch {
    return false;
  }
}
