/** Reads a content of an image once: hashes, histogram, and which of its bytes are not there. */
import { createHash, hash, type Hash } from "node:crypto";
import { MemorySource, type ByteSource, type Run, type RunKind } from "../../../native-free/bytes/byte-source.ts";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import type { Reason, Status } from "../../../native-free/model/item.ts";
import { addToHistogram } from "../../../native-free/typing/entropy.ts";
import type { ContentFacts } from "../../../workers/child-spool.ts";
import type { Readable } from "../../../workers/examine-unit.ts";

/** Contents up to this size, which is that of a window of free space, are read into memory once. */
const inMemoryBytes = 64 << 20;
const chunkBytes = 1 << 20;
/** Stretches that are named one by one. */
const namedStretches = 16;

export interface ReadContent {
  /** Null where nothing is there to be read, or too little among too much that is not. */
  readonly content: Omit<Readable, "treatment"> | null;
  readonly isZero: boolean;
  readonly findings: readonly Finding[];
  readonly outcome: { readonly status: Status; readonly reason: Reason | null };
}

const fine = { status: "done", reason: null } as const;

/** `limitBytes`: of bytes that no volume holds (sparse, missing) a content may claim so many. Throws what the source throws. */
export function readContent(source: ByteSource, path: string, limitBytes: number, beat: () => void): ReadContent {
  if (source.size > inMemoryBytes) {
    const refused = refusedFor(source, limitBytes);
    if (refused) return refused;
  }
  const { content, isZero } = source.size <= inMemoryBytes ? readWhole(source, path, beat) : readThrough(source, beat);
  const lost = lostIn(source);
  if (lost.bytes === 0) return { content, isZero, findings: [], outcome: fine };
  const reason = lost.kinds.has("unreadable") ? "unreadable" : "damaged";
  if (lost.bytes === source.size) {
    return { content: null, isZero: false, findings: lost.findings, outcome: { status: "failed", reason } };
  }
  return { content, isZero: false, findings: lost.findings, outcome: { status: "partial", reason } };
}

/** What is not worth reading: nothing but holes, or more holes than are allowed. */
function refusedFor(source: ByteSource, limitBytes: number): ReadContent | null {
  let data = 0;
  let lost = 0;
  for (const { kind, length } of source.runsIn(0, source.size)) {
    if (kind === "data") data += length;
    else if (kind !== "sparse") lost += length;
  }
  if (source.size - data - lost === source.size) {
    const findings = [finding("medium/all-sparse", { bytes: source.size })];
    return { content: null, isZero: false, findings, outcome: fine };
  }
  if (source.size - data <= limitBytes) return null;
  const findings = [finding("engine/budget-bytes", { limit: limitBytes })];
  return { content: null, isZero: false, findings, outcome: { status: "partial", reason: "budget" } };
}

interface Passed {
  readonly content: Omit<Readable, "treatment">;
  readonly isZero: boolean;
}

function readWhole(source: ByteSource, path: string, beat: () => void): Passed {
  const bytes = Buffer.allocUnsafeSlow(source.size);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    beat();
    source.readInto(bytes.subarray(at, Math.min(bytes.length, at + chunkBytes)), at);
  }
  const held = new MemorySource(bytes, path);
  if (isZeros(bytes)) return { content: { source: held, facts: factsOfZeros(bytes.length) }, isZero: true };
  const histogram = new Float64Array(256);
  addToHistogram(histogram, bytes);
  const facts = { sha256: hash("sha256", bytes), sha1: hash("sha1", bytes), md5: hash("md5", bytes), histogram };
  return { content: { source: held, facts }, isZero: false };
}

function readThrough(source: ByteSource, beat: () => void): Passed {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);
  let hashes: Hashing | null = null;
  let zeros = 0;
  for (let at = 0; at < source.size;) {
    beat();
    const piece = chunk.subarray(0, source.readInto(chunk, at));
    at += piece.length;
    if (hashes === null && isZeros(piece)) {
      zeros += piece.length;
      continue;
    }
    hashes ??= new Hashing(zeros);
    hashes.add(piece);
  }
  return { content: { source, facts: hashes?.facts() ?? factsOfZeros(zeros) }, isZero: hashes === null };
}

const zeroChunk = Buffer.alloc(chunkBytes);

function isZeros(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const piece = bytes.subarray(at, at + chunkBytes);
    if (!piece.equals(zeroChunk.subarray(0, piece.length))) return false;
  }
  return true;
}

class Hashing {
  readonly #hashes: readonly [Hash, Hash, Hash] = [createHash("sha256"), createHash("sha1"), createHash("md5")];
  readonly #histogram = new Float64Array(256);

  /** `zeros`: so many went before. */
  constructor(zeros: number) {
    for (let left = zeros; left > 0; left -= chunkBytes) this.add(zeroChunk.subarray(0, Math.min(left, chunkBytes)));
  }

  add(piece: Uint8Array): void {
    for (const each of this.#hashes) each.update(piece);
    addToHistogram(this.#histogram, piece);
  }

  facts(): ContentFacts {
    const [sha256, sha1, md5] = this.#hashes.map((each) => each.digest("hex")) as [string, string, string];
    return { sha256, sha1, md5, histogram: this.#histogram };
  }
}

/** Erased media hold very many stretches of zeros of the same size. */
const zeroFacts = new Map<number, ContentFacts>();
const keptZeroFacts = 256;

function factsOfZeros(size: number): ContentFacts {
  const known = zeroFacts.get(size);
  if (known) return known;
  const made = new Hashing(size).facts();
  if (zeroFacts.size >= keptZeroFacts) zeroFacts.clear();
  zeroFacts.set(size, made);
  return made;
}

interface Lost {
  readonly bytes: number;
  readonly kinds: ReadonlySet<RunKind>;
  readonly findings: readonly Finding[];
}

/** What is not there; only after reading the layers below know all of it. */
function lostIn(source: ByteSource): Lost {
  const kinds = new Set<RunKind>();
  const findings: Finding[] = [];
  let [bytes, ranges, more] = [0, 0, 0];
  for (const { start, length, kind } of joinedRuns(source.runsIn(0, source.size))) {
    bytes += length;
    ranges += 1;
    kinds.add(kind);
    if (ranges > namedStretches) more += length;
    else findings.push(finding("medium/lost-bytes", { bytes: length, kind }, { offset: start, length }));
  }
  if (more > 0) findings.push(finding("medium/lost-more", { ranges: ranges - namedStretches, bytes: more }));
  return { bytes, kinds, findings };
}

/** Runs that are lost, neighbours of a kind as one. */
function* joinedRuns(runs: Iterable<Run>): Iterable<Pick<Run, "start" | "length" | "kind">> {
  let open: { start: number; length: number; kind: RunKind } | null = null;
  for (const { start, length, kind } of runs) {
    const isLost = kind !== "data" && kind !== "sparse";
    if (open && open.kind === kind && open.start + open.length === start) {
      open.length += length;
      continue;
    }
    if (open) yield open;
    open = isLost ? { start, length, kind } : null;
  }
  if (open) yield open;
}
