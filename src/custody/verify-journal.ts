/**
 * Verification of a journal: every line, every signature, every link, the checkpoints beside it and one brought from
 * outside. It reads only, needs no lock and no passphrase, and names the first bad entry.
 */
import { basename, join } from "node:path";
import { MerkleFrontier, hexOf } from "../../native-free/hash/merkle.ts";
import { entrySignedBy, lineLimitBytes, readEntryLine, zeroHash, type Entry } from "./entry.ts";
import { checkpointSeqs, readCheckpoint, verifyCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { diskFiles, linesOf, type JournalFiles } from "./journal-files.ts";
import { journalPaths, type JournalPaths } from "./journal-paths.ts";
import { JournalRecords } from "./journal-records.ts";
import { trackIntent, type OpenIntent } from "./journal-state.ts";
import { applyKeyEvent, keyForEntry, registerOfGenesis } from "./key-events.ts";
import type { Anchor } from "./anchor.ts";
import type { KeyRegister } from "./key-register.ts";
import { tornFilesAt } from "./torn-tail.ts";

/** `problem` is a word of `custodySays.problems`; `line` counts from 1. */
export interface BadEntry {
  readonly seq: number;
  readonly line: number;
  readonly problem: string;
}

export interface BadCheckpoint {
  readonly file: string;
  readonly seq: number | null;
  readonly problem: string;
}

export interface JournalVerdict {
  /** The journal is what was signed; says nothing of an unanchored tail. */
  readonly ok: boolean;
  /** Entries that were found sound, in order from the first. */
  readonly entries: number;
  readonly firstBad: BadEntry | null;
  readonly head: { readonly seq: number; readonly hash: string } | null;
  readonly caseId: string | null;
  readonly genesis: string | null;
  /** Sound entries after the last one that a checkpoint (beside the journal, or the anchor) covers. */
  readonly unanchoredTail: number;
  /** The last entry that the anchor pins, null without one. */
  readonly anchored: number | null;
  readonly openIntents: readonly OpenIntent[];
  readonly checkpoints: number;
  readonly badCheckpoints: readonly BadCheckpoint[];
  /** Keys as of the end, null where there is no sound genesis. */
  readonly keys: KeyRegister | null;
  /** Checkpoints over entries that the walk did not reach. */
  readonly unreachedCheckpoints: number;
  /** What the sound entries record of the rest of the case. */
  readonly records: JournalRecords;
}

export interface VerifyOptions {
  /** A checkpoint kept outside the case, or what a paper copy shows of one. */
  readonly anchor?: Anchor | null;
  readonly files?: JournalFiles;
}

/** Verifies the journal of a case folder. Does not throw on anything that the journal's bytes say. */
export function verifyJournal(caseDir: string, options: VerifyOptions = {}): JournalVerdict {
  const walk = new JournalWalk(journalPaths(caseDir), options.files ?? diskFiles, options.anchor ?? null);
  return walk.run();
}

class JournalWalk {
  readonly #paths: JournalPaths;
  readonly #files: JournalFiles;
  readonly #anchor: Anchor | null;
  readonly #tree = new MerkleFrontier();
  readonly #intents = new Map<number, OpenIntent>();
  readonly #records = new JournalRecords();
  readonly #badCheckpoints: BadCheckpoint[] = [];
  /** Checkpoints beside the journal by the entry they cover, taken out as they are met. */
  readonly #waiting = new Map<number, Checkpoint>();
  #checkpoints = 0;
  #keys: KeyRegister | null = null;
  #genesis: string | null = null;
  #before: Entry | null = null;
  #bytes = 0;
  #lastGood = -1;
  #firstBad: BadEntry | null = null;

  constructor(paths: JournalPaths, files: JournalFiles, anchor: Anchor | null) {
    this.#paths = paths;
    this.#files = files;
    this.#anchor = anchor;
  }

  run(): JournalVerdict {
    this.#loadCheckpoints();
    const size = this.#sizeToRead();
    if (size === 0) this.#fail("no-journal");
    for (const line of linesOf(this.#files, this.#paths.journal, 0, size, lineLimitBytes)) {
      const problem = line.terminated ? this.#takeLine(line.bytes) : "torn-tail";
      if (problem) {
        this.#fail(line.bytes.includes(0) ? "torn-tail" : problem);
      }
      if (this.#firstBad) break;
    }
    if (!this.#firstBad) this.#checkEnd();
    return this.#verdict();
  }

  /** An append may be under way: what ends without a line feed is looked at again before it is called torn. */
  #sizeToRead(): number {
    let size = this.#files.size(this.#paths.journal) ?? 0;
    for (let attempt = 0; attempt < 3 && size > 0; attempt++) {
      if (this.#files.read(this.#paths.journal, size - 1, 1)[0] === 10) break;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 15);
      size = this.#files.size(this.#paths.journal) ?? 0;
    }
    return size;
  }

  #fail(problem: string, seq = this.#tree.count): void {
    this.#firstBad ??= { seq, line: seq + 1, problem };
  }

  #takeLine(bytes: Uint8Array): string | null {
    const entry = readEntryLine(bytes);
    if (typeof entry === "string") return entry;
    const seq = this.#tree.count;
    const problem = this.#checkLink(entry, seq) ?? this.#checkSigner(entry) ?? this.#checkMeaning(entry);
    if (problem) return problem;
    this.#tree.addLeaf(Buffer.from(entry.hash, "hex"));
    this.#bytes += bytes.length + 1;
    this.#before = entry;
    this.#records.take(entry);
    this.#checkCheckpoints(seq, entry.hash);
    return null;
  }

  #checkLink(entry: Entry, seq: number): string | null {
    if (entry.body.seq !== seq) return "wrong-seq";
    return entry.body.prev === (this.#before?.hash ?? zeroHash) ? null : "prev-mismatch";
  }

  #checkSigner(entry: Entry): string | null {
    if (entry.body.seq === 0) {
      const register = registerOfGenesis(entry);
      if (typeof register === "string") return register;
      this.#keys = register;
      this.#genesis = entry.hash;
      if (this.#anchor?.genesis && this.#anchor.genesis !== entry.hash) return "foreign-genesis";
    }
    const key = keyForEntry(entry, this.#keys as KeyRegister);
    if (typeof key === "string") return key;
    return entrySignedBy(entry, key.publicKey) ? null : "bad-signature";
  }

  #checkMeaning(entry: Entry): string | null {
    const { seq, act, utc } = entry.body;
    if (seq > 0) {
      const problem = applyKeyEvent(entry, this.#keys as KeyRegister);
      if (problem) return problem;
    }
    if (this.#before && utc < this.#before.body.utc && act !== "clock-back") return "clock-back";
    if (!trackIntent(entry, this.#intents)) return "no-open-intent";
    if (act === "recovered" && !this.#tornFilesAgree(entry)) return "torn-file";
    return act === "checkpoint" ? this.#checkRecordedCheckpoint(entry) : null;
  }

  /** The files named by a `recovered` entry are there, whole. */
  #tornFilesAgree(entry: Entry): boolean {
    const { seq, details } = entry.body;
    const found = [seq, ...(seq === 1 ? [0] : [])].flatMap((at) => tornFilesAt(this.#files, this.#paths.custody, at));
    const named = details["files"];
    if (!Array.isArray(named)) return false;
    return (named as readonly { file?: unknown; sha256?: unknown }[]).every(({ file, sha256 }) =>
      found.some((torn) => torn.file === file && torn.sha256 === sha256),
    );
  }

  /** What the entry states must be what the walk computed, and the file must be there unchanged. */
  #checkRecordedCheckpoint(entry: Entry): string | null {
    const { details, seq } = entry.body;
    const agrees = details["seq"] === seq - 1 && details["headHash"] === this.#before?.hash;
    if (!agrees || details["merkleRoot"] !== hexOf(this.#tree.root())) return "checkpoint-mismatch";
    const file = join(this.#paths.checkpoints, basename(String(details["file"])));
    const stored = readCheckpoint(this.#files, this.#paths.checkpoints, seq - 1);
    if (!stored)
      this.#addBadCheckpoint(
        file,
        seq - 1,
        this.#files.size(file) === null ? "checkpoint-missing" : "checkpoint-damaged",
      );
    else if (stored.hash !== details["hash"]) this.#addBadCheckpoint(file, seq - 1, "checkpoint-changed");
    return null;
  }

  #addBadCheckpoint(file: string, seq: number | null, problem: string): void {
    if (!this.#badCheckpoints.some((known) => known.file === file)) this.#badCheckpoints.push({ file, seq, problem });
  }

  #loadCheckpoints(): void {
    for (const seq of checkpointSeqs(this.#files, this.#paths.checkpoints)) {
      const checkpoint = readCheckpoint(this.#files, this.#paths.checkpoints, seq);
      const file = join(this.#paths.checkpoints, `${String(seq).padStart(10, "0")}.json`);
      if (checkpoint?.body.seq === seq) this.#waiting.set(seq, checkpoint);
      else this.#addBadCheckpoint(file, seq, "checkpoint-damaged");
    }
  }

  /** Compares the walk so far with the checkpoints over exactly this entry. */
  #checkCheckpoints(seq: number, hash: string): void {
    const stored = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    if (stored && this.#isSound(stored)) {
      this.#checkpoints++;
      if (!this.#covers(stored, hash)) return this.#failSinceGood();
      this.#lastGood = seq;
    }
    if (this.#anchor?.seq !== seq) return;
    const { checkpoint, headHash } = this.#anchor;
    if (checkpoint ? !this.#covers(checkpoint, hash) : headHash !== hash) return this.#failSinceGood();
    this.#lastGood = seq;
  }

  /** A checkpoint says that something changed up to its entry, not where: the first bad one follows the last good one. */
  #failSinceGood(): void {
    this.#fail("checkpoint-mismatch", this.#lastGood + 1);
  }

  #covers(checkpoint: Checkpoint, hash: string): boolean {
    const { headHash, merkleRoot, genesis, bytes } = checkpoint.body;
    return (
      headHash === hash && genesis === this.#genesis && merkleRoot === hexOf(this.#tree.root()) && bytes === this.#bytes
    );
  }

  /** Signed by a key of this case; else it is the checkpoint that is bad, not the journal. */
  #isSound(checkpoint: Checkpoint): boolean {
    const { seq } = checkpoint.body;
    const verdict = verifyCheckpoint(checkpoint, this.#keys as KeyRegister);
    if (typeof verdict !== "string" && verdict.ok) return true;
    const problem = typeof verdict === "string" ? verdict : (verdict.problem ?? "malformed");
    this.#addBadCheckpoint(join(this.#paths.checkpoints, `${String(seq).padStart(10, "0")}.json`), seq, problem);
    return false;
  }

  /** Checkpoints over entries that are no longer there. */
  #checkEnd(): void {
    const missing = [...this.#waiting.values()].some((checkpoint) => this.#isSound(checkpoint));
    if (missing || (this.#anchor && this.#anchor.seq >= this.#tree.count)) this.#fail("shorter");
  }

  #verdict(): JournalVerdict {
    const entries = this.#tree.count;
    const anchorProblem = this.#anchorProblem();
    if (anchorProblem) this.#fail(anchorProblem, 0);
    return {
      ok: this.#firstBad === null && this.#badCheckpoints.length === 0,
      entries,
      firstBad: this.#firstBad,
      head: this.#before ? { seq: this.#before.body.seq, hash: this.#before.hash } : null,
      caseId: this.#keys?.caseId ?? null,
      genesis: this.#genesis,
      unanchoredTail: entries - 1 - this.#lastGood,
      anchored: this.#anchor?.seq ?? null,
      openIntents: [...this.#intents.values()],
      checkpoints: this.#checkpoints,
      badCheckpoints: this.#badCheckpoints,
      keys: this.#keys,
      unreachedCheckpoints: this.#waiting.size,
      records: this.#records,
    };
  }

  /** An anchor must itself be validly signed, by a key of the case that it names. */
  #anchorProblem(): string | null {
    const checkpoint = this.#anchor?.checkpoint;
    if (!checkpoint || !this.#keys || this.#firstBad) return null;
    const verdict = verifyCheckpoint(checkpoint, this.#keys);
    if (typeof verdict === "string") return verdict;
    return verdict.problem;
  }
}
