/**
 * Checkpoints: signed statements that the journal up to an entry has this head and this Merkle root. A copy outside the
 * case (on paper, in a report) pins the journal: a rewritten one contradicts it. See FORMAT.md.
 */
import { join } from "node:path";
import { hexOf, MerkleFrontier } from "../../native-free/hash/merkle.ts";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { domains, signDocument, utcPattern, verifyDocument, type DocumentVerdict } from "./document.ts";
import { lineLimitBytes } from "./entry.ts";
import { linesOf, writeDurably, type JournalFiles } from "./journal-files.ts";
import type { KeyRegister } from "./key-register.ts";
import type { Signer } from "./signer.ts";

export interface CheckpointBody {
  readonly v: 1;
  readonly caseId: string;
  /** Hash (hex) of the genesis entry. */
  readonly genesis: string;
  /** The last entry covered; entries 0 to `seq` are. */
  readonly seq: number;
  /** Hash (hex) of that entry. */
  readonly headHash: string;
  /** RFC 9162 root (hex) over the entries; the data of a leaf is the 32 bytes of an entry's hash. */
  readonly merkleRoot: string;
  /** Roots (hex) of the complete subtrees, largest first: the next checkpoint goes on from them. */
  readonly frontier: readonly string[];
  /** Length in bytes of the journal up to and with that entry. */
  readonly bytes: number;
  readonly utc: string;
  readonly officer: string;
  readonly key: string;
}

/** `{ body, hash, sig, officer, key, delegation }` under the domain `vestige.checkpoint.1`. */
export interface Checkpoint {
  readonly body: CheckpointBody;
  readonly hash: string;
  readonly sig: string;
}

/** Entries between two checkpoints that are made on their own. */
export const checkpointInterval = 1000;

export function checkpointFile(folder: string, seq: number): string {
  return join(folder, `${String(seq).padStart(10, "0")}.json`);
}

/** Sequence numbers of the checkpoint files of a folder, ascending. */
export function checkpointSeqs(files: JournalFiles, folder: string): number[] {
  return files
    .list(folder)
    .filter((name) => /^\d{10,16}\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

/** Reads a checkpoint's text; null where it is not one (its signature is not checked here). */
export function parseCheckpoint(text: string): Checkpoint | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
    // One spelling per value, so that a copy is compared byte by byte.
    if (canonicalJson(value) !== text.replace(/\n$/, "")) return null;
  } catch {
    return null;
  }
  const checkpoint = value as Partial<Checkpoint> | null;
  return isCheckpointBody(checkpoint?.body) && typeof checkpoint?.hash === "string" ? (checkpoint as Checkpoint) : null;
}

function isCheckpointBody(value: unknown): value is CheckpointBody {
  const body = value as Record<string, unknown> | null | undefined;
  if (typeof body !== "object" || body === null || body["v"] !== 1) return false;
  const hex = /^[0-9a-f]{64}$/;
  const hashes = ["genesis", "headHash", "merkleRoot"].every((name) => hex.test(String(body[name])));
  const texts = ["caseId", "officer", "key"].every((name) => typeof body[name] === "string");
  const counts = ["seq", "bytes"].every((name) => Number.isSafeInteger(body[name]) && (body[name] as number) >= 0);
  const { frontier } = body;
  return (
    hashes &&
    texts &&
    counts &&
    utcPattern.test(String(body["utc"])) &&
    Array.isArray(frontier) &&
    frontier.every((hash) => hex.test(String(hash)))
  );
}

export function readCheckpoint(files: JournalFiles, folder: string, seq: number): Checkpoint | null {
  const file = checkpointFile(folder, seq);
  const size = files.size(file);
  if (size === null || size > 1_000_000) return null;
  return parseCheckpoint(Buffer.from(files.read(file, 0, size)).toString("utf8"));
}

/** Signature, key, delegation and inner agreement of a checkpoint; not whether the journal agrees. */
export function verifyCheckpoint(
  checkpoint: Checkpoint,
  keys: KeyRegister,
): DocumentVerdict | "foreign-case" | "bad-root" {
  const verdict = verifyDocument(domains.checkpoint, checkpoint, keys);
  if (!verdict.ok) return verdict;
  if (checkpoint.body.caseId !== keys.caseId) return "foreign-case";
  return frontierOf(checkpoint.body) ? verdict : "bad-root";
}

/** The tree that the checkpoint states, or null where its frontier does not give its root. */
function frontierOf(body: CheckpointBody): MerkleFrontier | null {
  try {
    const tree = new MerkleFrontier(
      body.seq + 1,
      body.frontier.map((hash) => Buffer.from(hash, "hex")),
    );
    return hexOf(tree.root()) === body.merkleRoot ? tree : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

export interface JournalPosition {
  readonly caseId: string;
  readonly genesis: string;
  readonly seq: number;
  readonly hash: string;
  readonly bytes: number;
}

/** Makes and stores the checkpoint over the journal up to `position`. The caller holds the lock and records it. */
export function makeCheckpoint(
  files: JournalFiles,
  paths: { journal: string; checkpoints: string },
  position: JournalPosition,
  keys: KeyRegister,
  signer: Signer,
  utcMs: number,
): Checkpoint {
  const tree = treeUpTo(files, paths, position, keys);
  const body: CheckpointBody = {
    v: 1,
    caseId: position.caseId,
    genesis: position.genesis,
    seq: position.seq,
    headHash: position.hash,
    merkleRoot: hexOf(tree.root()),
    frontier: tree.frontier.map(hexOf),
    bytes: position.bytes,
    utc: new Date(utcMs).toISOString(),
    officer: signer.officer,
    key: signer.keyId,
  };
  const checkpoint = signDocument(domains.checkpoint, body, signer, utcMs);
  files.makeFolder(paths.checkpoints);
  const bytes = Buffer.from(`${canonicalJson(checkpoint)}\n`);
  writeDurably(files, paths.checkpoints, checkpointFile(paths.checkpoints, position.seq), bytes);
  return checkpoint as unknown as Checkpoint;
}

/** Goes on from the newest sound checkpoint of this journal, so that a long journal is not read again each time. */
function treeUpTo(
  files: JournalFiles,
  paths: { journal: string; checkpoints: string },
  position: JournalPosition,
  keys: KeyRegister,
): MerkleFrontier {
  let tree = new MerkleFrontier();
  let from = 0;
  for (const seq of checkpointSeqs(files, paths.checkpoints).reverse()) {
    const checkpoint = seq <= position.seq ? readCheckpoint(files, paths.checkpoints, seq) : null;
    if (!checkpoint || checkpoint.body.genesis !== position.genesis || checkpoint.body.bytes > position.bytes) continue;
    const verdict = verifyCheckpoint(checkpoint, keys);
    const known = typeof verdict !== "string" && verdict.ok ? frontierOf(checkpoint.body) : null;
    if (!known) continue;
    tree = known;
    from = checkpoint.body.bytes;
    break;
  }
  for (const line of linesOf(files, paths.journal, from, position.bytes, lineLimitBytes)) {
    tree.addLeaf(Buffer.from(hashOfLine(line.bytes), "hex"));
  }
  if (tree.count !== position.seq + 1) throw new Error("the journal's lines do not match its entries");
  return tree;
}

const hashMark = Buffer.from('},"hash":"');

/** The stated hash (hex) of a line, without parsing: only `sig` follows it in canonical text. */
function hashOfLine(bytes: Uint8Array): string {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = line.lastIndexOf(hashMark) + hashMark.length;
  return line.subarray(at, at + 64).toString("latin1");
}
