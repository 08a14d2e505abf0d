/** Checks a proof without a case, and bytes against it. Reads only. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { hexOf, leafHash, rangeRoot } from "../../native-free/hash/merkle.ts";
import { proveSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { domains, verifyDocument } from "./document.ts";
import { registerOf, type KeyRegister } from "./key-register.ts";
import { bodyOf, imageTree, lineTree, type FileProof, type Proof, type RangeProof } from "./prove-document.ts";

export interface ProofVerdict {
  /** A word of `custodySays.problems` or `proveSays.problems`; null where the proof holds. */
  readonly problem: string | null;
  readonly exhibit: string;
  readonly caseId: string;
  /** Hash (hex) of the manifest body. */
  readonly manifestHash: string;
  /** Who signed, as the proof states it; believed where `problem` is null. */
  readonly officer: string;
  /** Id of the officer's key that stands behind the signature. */
  readonly keyId: string;
  /** Root (hex) that the manifest states; "" where it states none. */
  readonly root: string;
  /** Of a range: bytes of the medium and of a block. */
  readonly medium: { readonly bytes: number; readonly blockBytes: number; readonly sha256: string | null } | null;
}

/** `keys` are those that the caller trusts; without them, the ones in the proof: they say that one key signed it, not whose it is. */
export function checkProof(proof: Proof, keys: KeyRegister = registerOf(proof.case.id, proof.keys)): ProofVerdict {
  const signed = verifyDocument(domains.manifest, proof.document, keys);
  const { officer, key, delegation } = proof.document;
  const signedWith = (delegation as { key?: unknown } | null)?.key ?? key;
  const base = {
    ...{ exhibit: "", caseId: proof.case.id, root: "", medium: null },
    manifestHash: signed.hash,
    officer: typeof officer === "string" ? officer : "",
    keyId: typeof signedWith === "string" ? signedWith : "",
  };
  if (!signed.ok) return { ...base, problem: signed.problem };
  return proof.kind === "range" ? checkRange(proof, base) : checkLine(proof, base);
}

type Base = Omit<ProofVerdict, "problem">;

function checkRange(proof: RangeProof, base: Base): ProofVerdict {
  const tree = imageTree.safeParse(bodyOf(proof));
  if (!tree.success) return { ...base, problem: "wrong-kind" };
  const { exhibit, caseId, bytes, blocks, hashes } = tree.data;
  const { blockBytes, count, root } = blocks;
  const medium = { bytes, blockBytes, sha256: hashes["sha256"] ?? null };
  const verdict = (problem: string | null): ProofVerdict => ({ ...base, exhibit, caseId, root, medium, problem });
  if (caseId !== proof.case.id) return verdict("foreign-case");
  const { from, length, first, leaves, data, path } = proof;
  const end = from + length;
  const covers = first === Math.floor(from / blockBytes) && first + leaves.length === Math.ceil(end / blockBytes);
  if (!covers || end > bytes || count !== Math.ceil(bytes / blockBytes)) return verdict("range-differs");
  if (data !== null && !dataFits(proof, data, bytes, blockBytes)) return verdict("data-differs");
  return verdict(leadsTo(root, leaves, first, count, path) ? null : "path-differs");
}

function dataFits({ first, leaves }: RangeProof, data: readonly string[], bytes: number, blockBytes: number): boolean {
  if (data.length !== leaves.length) return false;
  return data.every((text, index) => {
    const block = Buffer.from(text, "base64");
    const size = Math.min(blockBytes, bytes - (first + index) * blockBytes);
    return block.length === size && block.toString("base64") === text && hexOf(leafHash(block)) === leaves[index];
  });
}

function checkLine(proof: FileProof, base: Base): ProofVerdict {
  const tree = lineTree.safeParse(bodyOf(proof));
  if (!tree.success) return { ...base, problem: "wrong-kind" };
  const { exhibit, caseId, files } = tree.data;
  const verdict = (problem: string | null): ProofVerdict => ({ ...base, exhibit, caseId, root: files.root, problem });
  if (caseId !== proof.case.id) return verdict("foreign-case");
  if (lineFacts(proof) === null) return verdict("malformed");
  const leaf = hexOf(leafHash(Buffer.from(proof.line, "utf8")));
  return verdict(leadsTo(files.root, [leaf], proof.first, files.lines, proof.path) ? null : "path-differs");
}

function leadsTo(
  root: string,
  leaves: readonly string[],
  first: number,
  count: number,
  path: readonly string[],
): boolean {
  const bytes = (hashes: readonly string[]) => hashes.map((hash) => Buffer.from(hash, "hex"));
  const found = rangeRoot(bytes(leaves), first, count, bytes(path));
  return found !== null && hexOf(found) === root;
}

export interface LineFacts {
  readonly path: string;
  readonly size: number | null;
  /** Hex; null where the file was not read. */
  readonly sha256: string | null;
}

/** What the proved line says of its file; null where it is no line of a list. */
export function lineFacts({ line }: FileProof): LineFacts | null {
  try {
    const { path, size, sha256 } = JSON.parse(line) as { path?: { text?: unknown }; size?: unknown; sha256?: unknown };
    if (typeof path?.text !== "string") return null;
    return {
      path: path.text,
      size: typeof size === "number" ? size : null,
      sha256: typeof sha256 === "string" ? sha256 : null,
    };
  } catch {
    // Whatever is no JSON is no line of a list; the caller says so.
    return null;
  }
}

/** What the bytes given beside a proof are taken for, by their number. */
export type GivenBytes = "file" | "blocks" | "range" | "medium";

export interface BytesVerdict {
  readonly given: GivenBytes;
  readonly ok: boolean;
  /** Of blocks that differ: the first, by its number in the medium. */
  readonly block: number | null;
}

/**
 * Compares a file with a proof that was found to hold. Of a file proof it is the file itself. Of a range it is the whole
 * blocks that hold it, the whole medium (a raw image), or exactly the bytes of the range where the proof carries the blocks.
 * Throws OperatorError where it cannot be read, or its size fits none of these.
 */
export function checkProvedBytes(proof: Proof, verdict: ProofVerdict, file: string): BytesVerdict {
  const opened = openGiven(file);
  try {
    if (proof.kind === "file") return checkWholeFile(proof, opened);
    return checkBlocks(proof, verdict, opened);
  } finally {
    closeSync(opened.descriptor);
  }
}

interface Given {
  readonly file: string;
  readonly descriptor: number;
  readonly size: number;
}

function openGiven(file: string): Given {
  try {
    const descriptor = openSync(file, "r");
    return { file, descriptor, size: fstatSync(descriptor).size };
  } catch (error) {
    const problem = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("prove/data-unreadable", proveSays.dataUnreadable(file, problem));
  }
}

const pieceBytes = 1024 * 1024;

function checkWholeFile(proof: FileProof, given: Given): BytesVerdict {
  const facts = lineFacts(proof);
  if (!facts?.sha256) throw new OperatorError("prove/no-hash", proveSays.lineWithoutHash());
  const hash = createHash("sha256");
  for (let at = 0; at < given.size; at += pieceBytes) {
    hash.update(readAt(given, at, Math.min(pieceBytes, given.size - at)));
  }
  return { given: "file", ok: hash.digest("hex") === facts.sha256, block: null };
}

function checkBlocks(proof: RangeProof, { medium }: ProofVerdict, given: Given): BytesVerdict {
  if (!medium) throw new Error("a range proof that holds states its medium");
  const { from, length, first, leaves, data } = proof;
  const start = first * medium.blockBytes;
  const end = Math.min(medium.bytes, (first + leaves.length) * medium.blockBytes);
  const isBlocks = given.size === end - start;
  if (!isBlocks && given.size === length && data !== null) {
    const blocks = Buffer.concat(data.map((text) => Buffer.from(text, "base64")));
    const same = blocks.subarray(from - start, from - start + length).equals(readAt(given, 0, length));
    return { given: "range", ok: same, block: null };
  }
  if (!isBlocks && given.size !== medium.bytes) {
    const sentence = proveSays.dataSize(
      given.size,
      start,
      end,
      data === null ? null : [from, from + length],
      medium.bytes,
    );
    throw new OperatorError("prove/data-size", sentence);
  }
  const shift = isBlocks ? start : 0;
  const differs = leaves.findIndex((leaf, index) => {
    const at = start + index * medium.blockBytes;
    return hexOf(leafHash(readAt(given, at - shift, Math.min(medium.blockBytes, end - at)))) !== leaf;
  });
  return { given: isBlocks ? "blocks" : "medium", ok: differs < 0, block: differs < 0 ? null : first + differs };
}

function readAt({ file, descriptor }: Given, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length;) {
    const got = readSync(descriptor, bytes, filled, length - filled, at + filled);
    if (got === 0)
      throw new OperatorError("prove/data-unreadable", proveSays.dataUnreadable(file, "it became shorter"));
    filled += got;
  }
  return bytes;
}
