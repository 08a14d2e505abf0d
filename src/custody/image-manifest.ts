/**
 * The signed manifest of an image exhibit (FORMAT.md): `acquisition.json` with `kind` "image" signs the hashes of the
 * medium, the SHA-256 of every file of the image and the RFC 9162 root over the blocks of 1 MiB; `blocks.leaves` holds the
 * leaf hash of every block, 32 bytes each. The leaves are believed only where they give the signed root.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hexOf, MerkleFrontier } from "../../native-free/hash/merkle.ts";
import { canonicalJson, type JsonObject } from "../../native-free/model/canonical-json.ts";
import { writeAtomically } from "../case/atomic-file.ts";
import { domains, signDocument, type SignedDocument } from "./document.ts";
import type { Signer } from "./signer.ts";

/** Name of the file of leaf hashes beside `acquisition.json`. */
export const leavesName = "blocks.leaves";

/** What a manifest body says of its blocks; the body holds it as `blocks`. Root in hex. */
export interface BlockFile {
  readonly file: string;
  /** Bytes of a block, the last one may be shorter. */
  readonly blockBytes: number;
  readonly count: number;
  readonly root: string;
}

/** Writes leaves and signed manifest. Returns the document; its `hash` belongs into the journal. */
export function writeImageManifest(
  folder: string,
  body: JsonObject,
  leaves: Uint8Array,
  signer: Signer,
): SignedDocument {
  if (!blockFileOf(body)) throw new Error("a manifest body of an image needs `blocks`");
  writeAtomically(join(folder, leavesName), leaves);
  const document = signDocument(domains.manifest, body, signer);
  writeAtomically(join(folder, "acquisition.json"), `${canonicalJson(document)}\n`);
  return document;
}

/** The root (hex) over leaf hashes of 32 bytes each. */
export function leavesRoot(leaves: Uint8Array): string {
  const tree = new MerkleFrontier();
  for (let at = 0; at < leaves.length; at += 32) tree.addLeafHash(leaves.subarray(at, at + 32));
  return hexOf(tree.root());
}

/** The leaves that a body states, null where they are missing or are not those. */
export function readLeaves(file: string, blocks: BlockFile): Uint8Array | null {
  if (!existsSync(file)) return null;
  const leaves = readFileSync(file);
  return leaves.length === 32 * blocks.count && leavesRoot(leaves) === blocks.root ? leaves : null;
}

/**
 * What is wrong beside the signature, without reading the image itself: a word of `custodySays.problems`, null where
 * nothing is. `blocks` is the number of blocks.
 */
export function checkImageBody(folder: string, body: JsonObject): { problem: string | null; blocks: number } {
  const blocks = blockFileOf(body);
  if (!blocks) return { problem: "malformed", blocks: 0 };
  const file = join(folder, leavesName);
  if (!existsSync(file)) return { problem: "missing", blocks: blocks.count };
  return { problem: readLeaves(file, blocks) === null ? "leaves-changed" : null, blocks: blocks.count };
}

export function isImageBody(body: unknown): boolean {
  return (body as { kind?: unknown } | null)?.kind === "image";
}

function blockFileOf(body: unknown): BlockFile | null {
  const blocks = (body as { blocks?: Partial<BlockFile> } | null)?.blocks;
  const stated = blocks?.file === leavesName && typeof blocks.root === "string" && Number.isSafeInteger(blocks.count);
  return stated ? (blocks as BlockFile) : null;
}
