/** The verdict on a proof of `vestige prove`, and on bytes given beside it (custody format, "Proofs"). */
import { pageSays } from "../../messages/en-verify-page.ts";
import { documentFacts, keysOrPrinted } from "./judge-documents.ts";
import { fromBase64, fromHex, sameBytes, toHex, utf8 } from "./octets.ts";
import type { PageFile, Progress } from "./page-file.ts";
import { rootOfRange } from "./range-root.ts";
import { sha256 } from "./sha256.ts";
import { checkDocument, isLoose, textOf, type Loose } from "./signed-document.ts";
import type { Known, KnownProof, Level, Verdict } from "./verdict.ts";

type Rows = [label: string, value: string][];

/** What a proof shows where its leaves lead to the root. */
interface Proved {
  readonly headline: string;
  readonly rows: Rows;
  readonly known: KnownProof["proves"];
}

export function judgeProof(file: PageFile, proof: Loose, known: Known): Verdict {
  const document = isLoose(proof["document"]) ? proof["document"] : {};
  const keys = keysOrPrinted(known, proof["keys"]);
  const result = checkDocument("manifest", document, keys);
  const body = isLoose(document["manifest"]) ? document["manifest"] : {};
  const stated = isLoose(proof["case"]) ? proof["case"] : {};
  const rows: Rows = [
    [pageSays.labels.caseNumber, pageSays.statedNumber(textOf(stated, "number") ?? "")],
    [pageSays.labels.caseId, textOf(body, "caseId") ?? ""],
    [pageSays.labels.exhibit, textOf(body, "exhibit") ?? ""],
    ...documentFacts("manifest", result, known),
  ];
  const say = (level: Level, headline: string, more: Rows = [], remarks: string[] = []): Verdict => ({
    ...{ file: file.name, level, headline, remarks },
    facts: [...more, ...rows],
  });
  if (result.problem === "unknown-key" && keys.from === "none") {
    return say("unsure", pageSays.documentWithoutKeys("manifest"), [], [pageSays.giveJournal()]);
  }
  if (result.problem !== null) return say("bad", pageSays.badDocument("manifest", result.problem));
  const foreign = keys.caseId !== null && keys.caseId !== body["caseId"];
  if (foreign || stated["id"] !== body["caseId"]) return say("bad", pageSays.proofForeign());
  const proved = proof["kind"] === "range" ? provedRange(proof, body) : provedLine(proof, body);
  if (typeof proved === "string") return say("bad", proved);
  const level = keys.from === "none" ? "unsure" : "good";
  known.proofs.push({ from: file.name, level, proves: proved.known });
  const headline = level === "good" ? proved.headline : pageSays.proofSelfSigned(proved.headline);
  return say(level, headline, proved.rows, remarksOn(known, keys.from, result.hash));
}

function remarksOn(known: Known, from: "journal" | "case" | "none", hash: string): string[] {
  const recorded = known.journal?.named.has(hash) === true;
  return [
    pageSays.proofData(),
    pageSays.compareKeys(),
    ...(from === "none" ? [pageSays.giveJournal()] : []),
    ...(from === "case" ? [pageSays.keysFromCase()] : []),
    ...(from === "journal" && !recorded ? [pageSays.notRecorded()] : []),
  ];
}

/** What a proof of bytes shows, or the sentence that says what is wrong with it. */
function provedRange(proof: Loose, body: Loose): Proved | string {
  const blocks = isLoose(body["blocks"]) ? body["blocks"] : {};
  const hashes = isLoose(body["hashes"]) ? body["hashes"] : {};
  const [from, length, first] = ["from", "length", "first"].map((name) => Number(proof[name] ?? Number.NaN));
  const [bytes, size, count] = [body["bytes"], blocks["blockBytes"], blocks["count"]].map(Number);
  const leaves = hashList(proof["leaves"]);
  const end = from + length;
  const numbers = [from, length, first, bytes, size, count].every((value) => Number.isSafeInteger(value) && value >= 0);
  const covers =
    first === Math.floor(from / size) &&
    first + (leaves?.length ?? 0) === Math.ceil(end / size) &&
    count === Math.ceil(bytes / size);
  if (body["kind"] !== "image" || !leaves || !numbers || !covers || length < 1 || end > bytes) {
    return pageSays.proofRangeWrong();
  }
  const data = proof["data"] === null ? null : blocksIn(proof["data"], first, size, bytes);
  const wrong = data?.findIndex((block, index) => !sameBytes(leafOf(block), leaves[index] ?? block)) ?? -1;
  if (proof["data"] !== null && (data?.length !== leaves.length || wrong >= 0)) {
    return pageSays.proofDataWrong(first + Math.max(0, wrong));
  }
  if (!leadsToRoot(leaves, first, count, proof["path"], textOf(blocks, "root"))) return pageSays.proofPathWrong();
  const medium = textOf(hashes, "sha256");
  return {
    headline: pageSays.proofOfRange(from, end - 1, textOf(body, "exhibit") ?? ""),
    rows: [
      [pageSays.labels.range, pageSays.rangeOf(from, end - 1, length)],
      [pageSays.labels.blocks, pageSays.blocksOf(first, leaves.length, size, data !== null)],
      [pageSays.labels.blockRoot, textOf(blocks, "root") ?? ""],
      ...(medium === null ? [] : ([[pageSays.labels.medium, pageSays.mediumOf(bytes, medium)]] as Rows)),
    ],
    known: { kind: "range", from, length, first, leaves, data, blockBytes: size, bytes },
  };
}

/** What a proof of a line shows, or the sentence that says what is wrong with it. */
function provedLine(proof: Loose, body: Loose): Proved | string {
  const files = isLoose(body["files"]) ? body["files"] : {};
  const line = textOf(proof, "line");
  const entry = line === null ? null : parsedLine(line);
  const first = Number(proof["first"] ?? Number.NaN);
  if (line === null || !entry || proof["kind"] !== "file") return pageSays.proofLineWrong();
  const leaf = leafOf(utf8(line));
  if (!leadsToRoot([leaf], first, Number(files["lines"]), proof["path"], textOf(files, "root"))) {
    return pageSays.proofPathWrong();
  }
  const path = textOf(isLoose(entry["path"]) ? entry["path"] : null, "text") ?? "";
  const hash = textOf(entry, "sha256");
  return {
    headline: pageSays.proofOfFile(path, textOf(body, "exhibit") ?? ""),
    rows: [
      [pageSays.labels.entry, path],
      [pageSays.labels.line, String(first + 1)],
      ...(hash === null ? [] : ([[pageSays.labels.entryHash, hash]] as Rows)),
      ...(typeof entry["size"] === "number" ? ([[pageSays.labels.size, String(entry["size"])]] as Rows) : []),
      [pageSays.labels.root, textOf(files, "root") ?? ""],
    ],
    known: { kind: "file", path, sha256: hash },
  };
}

const leafStart = Uint8Array.of(0x00);

function leafOf(data: Uint8Array): Uint8Array {
  return sha256(leafStart, data);
}

function leadsToRoot(leaves: readonly Uint8Array[], first: number, count: number, path: unknown, root: string | null) {
  const hashes = hashList(path);
  const found = hashes && rootOfRange(leaves, first, count, hashes);
  return found !== null && found !== undefined && toHex(found) === root;
}

function hashList(value: unknown): Uint8Array[] | null {
  if (!Array.isArray(value)) return null;
  const hashes = value.map((text) => (typeof text === "string" && text.length === 64 ? fromHex(text) : null));
  return hashes.every((hash) => hash !== null) ? hashes : null;
}

/** The blocks in base64, each of the size that its place in the medium gives it; null for anything else. */
function blocksIn(value: unknown, first: number, size: number, bytes: number): Uint8Array[] | null {
  if (!Array.isArray(value)) return null;
  const blocks = value.map((text) => (typeof text === "string" ? fromBase64(text) : null));
  const fits = blocks.every((block, index) => block?.length === Math.min(size, bytes - (first + index) * size));
  return fits ? (blocks as Uint8Array[]) : null;
}

function parsedLine(line: string): Loose | null {
  try {
    const value: unknown = JSON.parse(line);
    return isLoose(value) ? value : null;
  } catch {
    // The caller says that the proof holds no line of a list.
    return null;
  }
}

type Judged = Pick<Verdict, "level" | "headline"> & { readonly remarks: string[] };

/** What the proofs given say of a file by its size, bytes and SHA-256 (hex); null where none speaks of it. */
export async function judgeByProofs(
  file: PageFile,
  hash: string,
  known: Known,
  progress: Progress,
): Promise<Judged | null> {
  let refused: Judged | null = null;
  for (const { from, level, proves } of known.proofs) {
    const remarks = level === "good" ? [] : [pageSays.giveJournal()];
    const found = proves.kind === "file" ? fileIs(proves, hash) : await bytesAre(file, proves, progress);
    if (found.same) return { level, headline: pageSays.provedBy(from, found.what), remarks };
    refused ??= { level: found.bad ? "bad" : "unsure", headline: found.what, remarks: [] };
  }
  return refused;
}

interface Compared {
  readonly same: boolean;
  /** False where nothing could be compared. */
  readonly bad: boolean;
  readonly what: string;
}

function fileIs({ path, sha256: stated }: Extract<KnownProof["proves"], { kind: "file" }>, hash: string): Compared {
  if (stated === null) return { same: false, bad: false, what: pageSays.provedWithoutHash(path) };
  const same = stated === hash;
  return { same, bad: !same, what: same ? pageSays.isProvedFile(path) : pageSays.notProvedFile(path) };
}

async function bytesAre(
  file: PageFile,
  { from, length, first, leaves, data, blockBytes, bytes }: Extract<KnownProof["proves"], { kind: "range" }>,
  progress: Progress,
): Promise<Compared> {
  const start = first * blockBytes;
  const end = Math.min(bytes, start + leaves.length * blockBytes);
  const isBlocks = file.size === end - start;
  if (!isBlocks && file.size === length && data !== null) {
    const given = await file.read(0, length);
    const same = sameBytes(given, rangeIn(data, from - start, length));
    return { same, bad: !same, what: same ? pageSays.isProvedRange() : pageSays.notProvedRange() };
  }
  if (!isBlocks && file.size !== bytes) {
    return {
      same: false,
      bad: false,
      what: pageSays.sizeFitsNot(start, end - 1, end - start, data === null ? null : length, bytes),
    };
  }
  for (const [index, leaf] of leaves.entries()) {
    const at = start + index * blockBytes;
    const to = Math.min(end, at + blockBytes);
    const block = await file.read(at - (isBlocks ? start : 0), to - (isBlocks ? start : 0));
    if (!sameBytes(leafOf(block), leaf))
      return { same: false, bad: true, what: pageSays.notProvedBlock(first + index) };
    await progress(index + 1, leaves.length);
  }
  return { same: true, bad: false, what: pageSays.isProvedBlocks(start, end - 1) };
}

function rangeIn(blocks: readonly Uint8Array[], at: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let position = 0;
  for (const block of blocks) {
    const from = Math.max(0, at - position);
    const to = Math.min(block.length, at + length - position);
    if (from < to) out.set(block.subarray(from, to), position + from - at);
    position += block.length;
  }
  return out;
}
