/** Makes the proof that a range of bytes or a file belongs to an exhibit, and records that it was made. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hexOf, leafHash, MerkleFrontier, rangeProof } from "../../native-free/hash/merkle.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import { escapeForTerminal } from "../../native-free/model/escape.ts";
import { asOperatorError, writeAtomically } from "../case/atomic-file.ts";
import { readExhibit, type Case } from "../case/case-folder.ts";
import { custodySays, proveSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import type { SignedDocument } from "./document.ts";
import { readLeaves } from "./image-manifest.ts";
import { diskFiles, linesOf } from "./journal-files.ts";
import type { Journal } from "./journal.ts";
import { manifestLineLimitBytes, readDocument, verifyManifest } from "./manifest.ts";
import { imageTree, lineTree, proofBounds, proofSchema, proofSha256, proofText } from "./prove-document.ts";
import type { FileProof, Proof, RangeProof } from "./prove-document.ts";
import type { Signer } from "./signer.ts";
import { toolIdentity } from "./tool-identity.ts";

export interface ProveOptions {
  readonly theCase: Case;
  readonly label: string;
  readonly journal: Journal;
}

export interface RangeWanted {
  /** Bytes of the medium. */
  readonly from: number;
  readonly length: number;
  /** Fills the array with the bytes of the image from `at` on, where the blocks are to be carried along; else null. */
  readonly read: ((target: Uint8Array, at: number) => void) | null;
}

/** Throws OperatorError: no image, no such bytes, too many, or an image that is not what was signed. */
export function proveRange(options: ProveOptions, wanted: RangeWanted): RangeProof {
  const { theCase, label } = options;
  const { document, body } = signedManifest(options);
  const tree = imageTree.safeParse(body);
  if (!tree.success) throw new OperatorError("prove/no-image", proveSays.noImage(label));
  const { blocks, bytes } = tree.data;
  const { from, length, read } = wanted;
  const end = from + length;
  if (length < 1 || end > bytes) throw new OperatorError("prove/range", proveSays.rangeOutside(bytes));
  const first = Math.floor(from / blocks.blockBytes);
  const last = Math.ceil(end / blocks.blockBytes);
  const most = read ? proofBounds.dataBlocks : proofBounds.blocks;
  if (last - first > most) throw new OperatorError("prove/range", proveSays.rangeTooLong(most, blocks.blockBytes));
  const leaves = readLeaves(join(theCase.paths.exhibit(label), blocks.file), blocks);
  if (leaves === null) throw changed(label, custodySays.problem("leaves-changed"));
  const hashes = Array.from({ length: last - first }, (_, index) =>
    leaves.subarray(32 * (first + index), 32 * (first + index + 1)),
  );
  const data =
    read &&
    hashes.map((leaf, index) => {
      const at = (first + index) * blocks.blockBytes;
      const block = Buffer.alloc(Math.min(blocks.blockBytes, bytes - at));
      read(block, at);
      if (Buffer.compare(leafHash(block), leaf) !== 0) throw changed(label, proveSays.blockChanged(first + index));
      return block.toString("base64");
    });
  return {
    ...headOf(options, document),
    kind: "range",
    from,
    length,
    first,
    leaves: hashes.map(hexOf),
    data,
    path: rangeProof(leaves, first, last).map(hexOf),
  };
}

export interface FileWanted {
  /** As the list has it, "/" between names. */
  readonly path: string;
  /** Number of the line, from 1, where several lines have the path; else null. */
  readonly line: number | null;
}

/** Throws OperatorError: no folder, no such file, several of that path, or a list that is not what was signed. */
export function proveFile(options: ProveOptions, { path, line }: FileWanted): FileProof {
  const { theCase, label } = options;
  const { document, body } = signedManifest(options);
  const tree = lineTree.safeParse(body);
  if (!tree.success) throw new OperatorError("prove/no-list", proveSays.noList(label));
  const { files } = tree.data;
  const list = join(theCase.paths.exhibit(label), files.file);
  const leaves = Buffer.allocUnsafe(32 * files.lines);
  const frontier = new MerkleFrontier();
  const found: { index: number; text: string }[] = [];
  for (const { bytes } of linesOf(diskFiles, list, 0, statSync(list).size, manifestLineLimitBytes)) {
    const index = frontier.count;
    const leaf = leafHash(bytes);
    leaves.set(leaf, 32 * index);
    frontier.addLeafHash(leaf);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    if (pathOf(text) === path && (line === null || line === index + 1)) found.push({ index, text });
  }
  if (hexOf(frontier.root()) !== files.root) throw changed(label, custodySays.problem("lines-changed"));
  const [only, ...more] = found;
  const shown = escapeForTerminal(path);
  if (!only) throw new OperatorError("prove/no-file", proveSays.noFile(label, shown));
  if (more.length > 0) {
    const lines = found.slice(0, 10).map(({ index }) => index + 1);
    throw new OperatorError("prove/several", proveSays.severalFiles(shown, found.length, lines));
  }
  const { index: first, text } = only;
  const proofPath = rangeProof(leaves, first, first + 1).map(hexOf);
  return { ...headOf(options, document), kind: "file", first, line: text, path: proofPath };
}

function pathOf(line: string): string | null {
  const { path } = JSON.parse(line) as { path?: { text?: unknown } };
  return typeof path?.text === "string" ? path.text : null;
}

function headOf({ theCase, journal }: ProveOptions, document: SignedDocument) {
  const { id, number } = theCase.file;
  const keys = journal.keys().officers();
  return {
    schema: proofSchema,
    made: new Date().toISOString(),
    tool: toolIdentity(),
    case: { id, number },
    keys: keys.map(({ officer, keyId, publicKey }) => ({ officer, keyId, publicKey })),
    document,
  } as const;
}

/** A proof of what is not what was signed is none, so the whole list is checked first. */
function signedManifest({ theCase, label, journal }: ProveOptions): { document: SignedDocument; body: JsonObject } {
  readExhibit(theCase, label);
  if (!existsSync(theCase.paths.acquisition(label))) {
    throw new OperatorError("prove/not-acquired", proveSays.notAcquired(label));
  }
  const verdict = verifyManifest(theCase.paths.exhibit(label), journal.keys());
  if (!verdict.ok || !verdict.body) throw changed(label, custodySays.problem(verdict.problem ?? "malformed"));
  const document = readDocument(theCase.paths.acquisition(label)) as SignedDocument;
  return { document, body: verdict.body };
}

function changed(label: string, problem: string): OperatorError {
  return new OperatorError("prove/changed", proveSays.exhibitChanged(label, problem), exitCodes.loss);
}

export interface RecordedProof {
  readonly file: string;
  /** SHA-256 (hex) of the file. */
  readonly sha256: string;
}

/**
 * Writes a proof to `out`, or into the folder `exports` of the case, and records it: act `prove`. Throws OperatorError where
 * the file is there already or cannot be written.
 */
export function recordProof(
  { theCase, label, journal }: ProveOptions,
  signer: Signer,
  proof: Proof,
  out: string | null,
): RecordedProof {
  if (out !== null && existsSync(out)) throw new OperatorError("prove/exists", proveSays.outThere(out));
  const act = journal.begin("prove", detailsOf(proof), signer, { exhibit: label });
  const file = out ?? join(theCase.paths.exports, `proof-${label}-${act.seq}.json`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeAtomically(file, proofText(proof));
  } catch (error) {
    act.failed({ error: (error as NodeJS.ErrnoException).code ?? "fault" });
    throw asOperatorError(error, dirname(file));
  }
  const sha256 = proofSha256(proof);
  act.done({ proofSha256: sha256, file: basename(file).toWellFormed() });
  return { file, sha256 };
}

function detailsOf(proof: Proof): JsonObject {
  // Not as a field of its own: only the end of an acquisition vouches for a manifest.
  const manifest = { hash: String(proof.document["hash"]) };
  if (proof.kind === "file") {
    const { path } = JSON.parse(proof.line) as { path: JsonObject };
    return { what: "file", line: proof.first + 1, path, manifest };
  }
  const { from, length, first, leaves, data } = proof;
  return {
    what: "range",
    from,
    length,
    firstBlock: first,
    blocks: leaves.length,
    withData: data !== null,
    manifest,
  };
}
