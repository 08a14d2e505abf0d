/**
 * The signed manifest of a folder exhibit (FORMAT.md): `acquisition.json` signs the hash, the line count and the RFC 9162
 * root of `files.jsonl`; `files.leaves` holds the leaf hash of every line, 32 bytes each, so that a change is traced to
 * its line. The leaves need no signature: they are believed only where they give the signed root.
 */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { hexOf, leafHash, LineTree, MerkleFrontier } from "../../native-free/hash/merkle.ts";
import { canonicalJson, type JsonObject } from "../../native-free/model/canonical-json.ts";
import { writeAtomically } from "../case/atomic-file.ts";
import { domains, signDocument, verifyDocument, type SignedDocument } from "./document.ts";
import { diskFiles, linesOf } from "./journal-files.ts";
import { checkImageBody, isImageBody } from "./image-manifest.ts";
import type { KeyRegister } from "./key-register.ts";
import { isThere, readingOf } from "./readable.ts";
import type { Signer } from "./signer.ts";

/** What a manifest body says of its line file; the body holds it as `files`. Hashes in hex. */
export interface LineFile {
  /** A plain name beside `acquisition.json`: `files.jsonl`. */
  readonly file: string;
  readonly sha256: string;
  readonly lines: number;
  readonly root: string;
}

export interface ManifestVerdict {
  readonly ok: boolean;
  /** A word of `custodySays.problems`. */
  readonly problem: string | null;
  /** First line that differs, from 1; null where none does or it cannot be told. */
  readonly line: number | null;
  /** Lines of a folder's list; blocks of an image, whose own bytes are not read here. */
  readonly lines: number;
  /** Hash (hex) of the manifest body. */
  readonly hash: string;
  /** The signed body, null where the signature does not hold. */
  readonly body: JsonObject | null;
}

/** A manifest's line is an entry with its extended attributes; nothing real comes near this. */
export const manifestLineLimitBytes = 256 * 1024 * 1024;
const documentLimitBytes = 256 * 1024 * 1024;

export function leavesFile(lineFile: string): string {
  return lineFile.replace(/(?:\.jsonl)?$/, ".leaves");
}

/**
 * Writes `files.leaves` and the signed `acquisition.json` into the folder of an exhibit; `body.files` must describe the
 * line file that is there. Returns the document; its `hash` belongs into the journal.
 */
export function writeManifest(folder: string, body: JsonObject, signer: Signer): SignedDocument {
  const files = lineFileOf(body);
  if (!files) throw new Error("a manifest body needs `files`");
  writeLeaves(join(folder, files.file));
  const document = signDocument(domains.manifest, body, signer);
  writeAtomically(join(folder, "acquisition.json"), `${canonicalJson(document)}\n`);
  return document;
}

/** One pass over the line file; memory is 32 bytes a line. */
function writeLeaves(lineFile: string): void {
  const leaves: Uint8Array[] = [];
  for (const line of linesOf(diskFiles, lineFile, 0, statSync(lineFile).size, manifestLineLimitBytes)) {
    leaves.push(leafHash(line.bytes));
  }
  writeAtomically(leavesFile(lineFile), Buffer.concat(leaves));
}

function lineFileOf(body: unknown): LineFile | null {
  const files = (body as { files?: unknown } | null)?.files as Partial<LineFile> | undefined;
  const plain = typeof files?.file === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(files.file);
  const stated =
    typeof files?.sha256 === "string" && typeof files.root === "string" && Number.isSafeInteger(files.lines);
  return plain && stated ? (files as LineFile) : null;
}

/**
 * Verifies `acquisition.json` of an exhibit and streams its line file. Throws OperatorError where a file may not
 * be read, and on nothing that the files say.
 */
export function verifyManifest(folder: string, keys: KeyRegister): ManifestVerdict {
  const bad = (problem: string, more: Partial<ManifestVerdict> = {}): ManifestVerdict => ({
    ok: false,
    problem,
    line: null,
    lines: 0,
    hash: "",
    body: null,
    ...more,
  });
  const document = readDocument(join(folder, "acquisition.json"));
  if (document === null) return bad("malformed");
  const verdict = verifyDocument(domains.manifest, document, keys);
  if (!verdict.ok) return bad(verdict.problem ?? "malformed", { hash: verdict.hash });
  const body = (document as { manifest: JsonObject }).manifest;
  const signed = { hash: verdict.hash, body };
  if (isImageBody(body)) {
    const { problem, blocks } = checkImageBody(folder, body);
    return problem === null ? { ok: true, problem, line: null, lines: blocks, ...signed } : bad(problem, signed);
  }
  const files = lineFileOf(body);
  if (!files) return bad("malformed", signed);
  if (!isThere(join(folder, files.file))) return bad("missing", signed);
  const read = readLineFile(join(folder, files.file), files);
  const same = read.sha256 === files.sha256 && read.lines === files.lines && read.root === files.root && !read.torn;
  if (same) return { ok: true, problem: null, line: null, lines: read.lines, ...signed };
  const line = read.firstDifferent ?? (read.lines === files.lines ? null : Math.min(read.lines, files.lines) + 1);
  const problem =
    read.firstDifferent !== null ? "line-changed" : read.lines === files.lines ? "lines-changed" : "line-count";
  return bad(problem, { ...signed, line, lines: read.lines });
}

/**
 * The canonical text of a signed document, parsed; null where it is absent or anything else. Throws OperatorError where
 * the system refuses to read it.
 */
export function readDocument(file: string): unknown {
  const text = readingOf(file, null, () =>
    statSync(file).size > documentLimitBytes ? null : readFileSync(file, "utf8"),
  );
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return canonicalJson(value) === text.replace(/\n$/, "") ? value : null;
  } catch {
    // Not JSON or not canonical: in each case it is not the document that was signed.
    return null;
  }
}

interface ReadLines {
  readonly sha256: string;
  readonly lines: number;
  readonly root: string;
  readonly torn: boolean;
  /** From 1; null where no line differs from the leaves, or the leaves cannot be believed. */
  readonly firstDifferent: number | null;
}

function readLineFile(file: string, signed: LineFile): ReadLines {
  const leaves = openLeaves(leavesFile(file));
  const tree = new LineTree();
  let lines = 0;
  let firstDifferent: number | null = null;
  let torn = false;
  try {
    for (const line of linesOf(diskFiles, file, 0, statSync(file).size, manifestLineLimitBytes)) {
      lines++;
      torn ||= !line.terminated;
      tree.add(line.bytes);
      const expected = leaves?.next();
      if (firstDifferent === null && expected && Buffer.compare(expected, leafHash(line.bytes)) !== 0)
        firstDifferent = lines;
    }
    const believed = leaves !== null && leaves.rootOfAll() === signed.root;
    return { ...tree.finish(), torn, firstDifferent: believed ? firstDifferent : null };
  } finally {
    leaves?.close();
  }
}

interface Leaves {
  /** The next leaf hash, null after the last. */
  next(): Uint8Array | null;
  /** Reads the rest; the root (hex) over all leaves. */
  rootOfAll(): string;
  close(): void;
}

function openLeaves(file: string): Leaves | null {
  const descriptor = readingOf(file, null, () => openSync(file, "r"));
  if (descriptor === null) return null;
  const tree = new MerkleFrontier();
  const buffer = Buffer.allocUnsafe(32 * 2048);
  let filled = 0;
  let at = 0;
  const next = (): Uint8Array | null => {
    if (at + 32 > filled) {
      filled = readSync(descriptor, buffer, 0, buffer.length, null);
      at = 0;
      if (filled < 32) return null;
    }
    const leaf = Uint8Array.from(buffer.subarray(at, at + 32));
    at += 32;
    tree.addLeafHash(leaf);
    return leaf;
  };
  return {
    next,
    rootOfAll() {
      while (next());
      return hexOf(tree.root());
    },
    close: () => closeSync(descriptor),
  };
}
