/**
 * The proof that a range of bytes, or one file, belongs to an exhibit (FORMAT.md, "Proofs"): the whole signed manifest, the
 * leaves concerned and the hashes that lead from them to the signed root. It needs no case to be checked.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { canonicalJson, parseStrictJson, type JsonObject } from "../../native-free/model/canonical-json.ts";
import { proveSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

export const proofSchema = "vestige.proof/1";

/** Blocks that one proof covers at most, and how many of them it carries in full. */
export const proofBounds = { blocks: 4096, dataBlocks: 32 } as const;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const key = z.strictObject({ officer: z.string(), keyId: z.string(), publicKey: z.string() });

const common = {
  schema: z.literal(proofSchema),
  made: z.string(),
  tool: z.strictObject({ name: z.string(), version: z.string(), build: z.string() }),
  case: z.strictObject({ id: z.string(), number: z.string() }),
  /** Officers' keys as the journal of the case has them: whose they are, only the officers can say. */
  keys: z.array(key),
  /** `acquisition.json`, whole. */
  document: z.record(z.string(), z.unknown()),
  /** Number of the first leaf, from 0. */
  first: count,
  path: z.array(hash),
};

const proofShape = z.discriminatedUnion("kind", [
  z.strictObject({
    ...common,
    kind: z.literal("range"),
    /** Bytes of the medium. */
    from: count,
    length: z.int().min(1),
    leaves: z.array(hash).min(1).max(proofBounds.blocks),
    /** The blocks of the leaves in base64, or null. */
    data: z.array(z.string()).max(proofBounds.dataBlocks).nullable(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("file"),
    /** The line of `files.jsonl` without its line feed; its UTF-8 bytes are the data of the leaf. */
    line: z.string(),
  }),
]);

export type Proof = z.infer<typeof proofShape>;
export type RangeProof = Extract<Proof, { kind: "range" }>;
export type FileProof = Extract<Proof, { kind: "file" }>;

/** What a proof needs of the signed body of an image. */
export const imageTree = z.object({
  kind: z.literal("image"),
  caseId: z.string(),
  exhibit: z.string(),
  bytes: count,
  hashes: z.record(z.string(), z.string()),
  blocks: z.object({ file: z.string(), blockBytes: z.int().min(1), count, root: hash }),
});

/** What a proof needs of the signed body of a folder. */
export const lineTree = z.object({
  caseId: z.string(),
  exhibit: z.string(),
  files: z.object({ file: z.string(), sha256: hash, lines: count, root: hash }),
});

/** The bytes of a proof's file: canonical JSON and a line feed. */
export function proofText(proof: Proof): string {
  return `${canonicalJson(proof)}\n`;
}

/** SHA-256 (hex) of the bytes of its file. */
export function proofSha256(proof: Proof): string {
  return createHash("sha256").update(proofText(proof)).digest("hex");
}

const limitBytes = 256 * 1024 * 1024;

/** Reads a proof. Throws OperatorError where the file cannot be read or holds something else. */
export function readProof(file: string): Proof {
  const parsed = proofShape.safeParse(jsonOf(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = [issue?.path.map(String).join("."), issue?.message].filter((part) => part).join(": ");
  throw new OperatorError("prove/no-proof", proveSays.noProof(file, where));
}

function jsonOf(file: string): unknown {
  try {
    if (statSync(file).size > limitBytes) throw Object.assign(new Error("too large"), { code: "too large" });
    return parseStrictJson(readFileSync(file, "utf8"));
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code ?? "not JSON";
    throw new OperatorError("prove/no-proof", proveSays.noProof(file, problem));
  }
}

/** The manifest's body in the document of a proof, null where there is none. */
export function bodyOf(proof: Proof): JsonObject | null {
  const body = proof.document["manifest"];
  return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as JsonObject) : null;
}
