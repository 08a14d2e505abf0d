/**
 * Overwrites a medium from its first byte to its last and reads it back: with zeros, or with a stream that anyone can make
 * again from its recorded key (AES-256 in counter mode, NIST SP 800-38A, over zeros, first counter block zero). What was
 * refused or reads differently is named by range.
 */
import { createCipheriv, type Cipheriv } from "node:crypto";
import { wipeSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import { errorCode } from "../../source/describe-entry.ts";
import { alignedBlock, type TargetMedium } from "./target-medium.ts";

export const wipePatterns = ["zeros", "random"] as const;
export type WipePattern = (typeof wipePatterns)[number];

/** Bytes of a medium, `to` not part of it. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface WipeOptions {
  readonly medium: TargetMedium;
  readonly pattern: WipePattern;
  /** 32 bytes for `random`, else null. */
  readonly key: Uint8Array | null;
  readonly verify: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (stage: "write" | "verify", bytes: number, total: number) => void;
}

/** Ranges in order, neighbours joined; no more than a thousand are listed, all are counted. */
export interface RangeSum {
  readonly bytes: number;
  readonly ranges: readonly ByteRange[];
  readonly more: number;
}

export interface WipeResult {
  readonly refused: RangeSum;
  /** The system's code where the last sync failed: what did not reach the medium is then known from reading it only. */
  readonly syncFailed: string | null;
  /** Null where it was not read back. */
  readonly readBack: {
    /** `medium`, or `memory possible` where the system could not be told to forget what it had just written. */
    readonly from: "medium" | "memory possible";
    readonly differing: RangeSum;
    readonly unreadable: RangeSum;
  } | null;
  readonly writeMs: number;
  readonly verifyMs: number;
}

const blockBytes = 4 << 20;
const pieceBytes = 64 << 10;
const mostListed = 1000;
/** Refused accesses after which a medium is not searched sector by sector any more: each may take seconds. */
const mostRefusals = 4096;

/** Throws OperatorError: the medium is gone (4), interrupted (4). */
export async function wipeMedium(options: WipeOptions): Promise<WipeResult> {
  const begun = performance.now();
  const refused = await overwrite(options);
  const syncFailed = await syncOf(options.medium);
  const written = performance.now();
  const readBack = options.verify ? await compare(options) : null;
  const verifyMs = Math.round(performance.now() - written);
  return { refused, syncFailed, readBack, writeMs: Math.round(written - begun), verifyMs };
}

/** True where every byte was written and, if it was asked for, read back the same. */
export function isWiped({ refused, syncFailed, readBack }: WipeResult): boolean {
  const same = readBack === null || readBack.differing.bytes + readBack.unreadable.bytes === 0;
  return refused.bytes === 0 && syncFailed === null && same;
}

/** The bytes of a pattern one block after another. */
class PatternStream {
  readonly #cipher: Cipheriv | null;
  readonly #zeros = Buffer.alloc(blockBytes);

  constructor(pattern: WipePattern, key: Uint8Array | null) {
    if (pattern === "random" && key?.length !== 32) throw new Error("a random pattern needs a key of 32 bytes");
    this.#cipher = pattern === "random" && key ? createCipheriv("aes-256-ctr", key, Buffer.alloc(16)) : null;
  }

  /** The next bytes, at most a block; to be used before the next call. */
  next(length: number): Uint8Array {
    const zeros = this.#zeros.subarray(0, length);
    return this.#cipher === null ? zeros : this.#cipher.update(zeros);
  }
}

class Ranges {
  #bytes = 0;
  #more = 0;
  readonly #ranges: { from: number; to: number }[] = [];

  add(from: number, to: number): void {
    this.#bytes += to - from;
    const last = this.#ranges.at(-1);
    if (last?.to === from) last.to = to;
    else if (this.#ranges.length < mostListed) this.#ranges.push({ from, to });
    else this.#more += 1;
  }

  sum(): RangeSum {
    return { bytes: this.#bytes, ranges: this.#ranges, more: this.#more };
  }
}

/** Does `access` on a stretch; where the medium refuses, on ever smaller parts of it, down to a sector. */
class Bisection {
  readonly refused = new Ranges();
  readonly #sectorBytes: number;
  #left = mostRefusals;

  constructor(sectorBytes: number) {
    this.#sectorBytes = sectorBytes;
  }

  async run(bytes: Uint8Array, at: number, access: (part: Uint8Array, at: number) => Promise<void>): Promise<void> {
    try {
      await access(bytes, at);
    } catch (error) {
      checkStillThere(error);
      this.#left -= 1;
      const step = bytes.length > pieceBytes ? pieceBytes : this.#sectorBytes;
      if (bytes.length <= this.#sectorBytes || this.#left <= 0) {
        this.refused.add(at, at + bytes.length);
        return;
      }
      for (let from = 0; from < bytes.length; from += step) {
        await this.run(bytes.subarray(from, Math.min(bytes.length, from + step)), at + from, access);
      }
    }
  }
}

const gone: readonly string[] = ["ENODEV", "ENXIO", "ENOENT", "EBADF", "ENOMEDIUM"];

/** What is no refusal of single sectors ends the work. */
function checkStillThere(error: unknown): void {
  const code = errorCode(error);
  if (code === "error") throw error;
  if (gone.includes(code)) throw new OperatorError("wipe/gone", wipeSays.gone(code), exitCodes.stopped);
}

async function overwrite({ medium, pattern, key, signal, onProgress }: WipeOptions): Promise<RangeSum> {
  const stream = new PatternStream(pattern, key);
  const bisection = new Bisection(medium.sectorBytes);
  const block = alignedBlock(blockBytes);
  const write = (part: Uint8Array, at: number) => medium.write(part, at);
  for (let at = 0; at < medium.size;) {
    stopIfAsked(signal);
    const part = block.subarray(0, Math.min(blockBytes, medium.size - at));
    part.set(stream.next(part.length));
    await bisection.run(part, at, write);
    at += part.length;
    onProgress("write", at, medium.size);
  }
  return bisection.refused.sum();
}

async function syncOf(medium: TargetMedium): Promise<string | null> {
  try {
    await medium.sync();
    return null;
  } catch (error) {
    checkStillThere(error);
    return errorCode(error);
  }
}

async function compare(options: WipeOptions): Promise<NonNullable<WipeResult["readBack"]>> {
  const { medium, pattern, key, signal, onProgress } = options;
  const stream = new PatternStream(pattern, key);
  const bisection = new Bisection(medium.sectorBytes);
  const differing = new Ranges();
  const block = alignedBlock(blockBytes);
  const forgotten = medium.forget();
  for (let at = 0; at < medium.size;) {
    stopIfAsked(signal);
    const part = block.subarray(0, Math.min(blockBytes, medium.size - at));
    const wanted = stream.next(part.length);
    const start = at;
    await bisection.run(part, at, async (piece, from) => {
      const got = await medium.read(piece, from);
      if (got < piece.length) throw Object.assign(new Error("short read"), { code: "EIO" });
      compareSectors(
        piece,
        wanted.subarray(from - start, from - start + piece.length),
        from,
        medium.sectorBytes,
        differing,
      );
    });
    at += part.length;
    onProgress("verify", at, medium.size);
  }
  const from = forgotten ? "medium" : "memory possible";
  return { from, differing: differing.sum(), unreadable: bisection.refused.sum() };
}

function compareSectors(found: Uint8Array, wanted: Uint8Array, at: number, sectorBytes: number, into: Ranges): void {
  if (Buffer.compare(found, wanted) === 0) return;
  for (let from = 0; from < found.length; from += sectorBytes) {
    const to = Math.min(found.length, from + sectorBytes);
    if (Buffer.compare(found.subarray(from, to), wanted.subarray(from, to)) !== 0) into.add(at + from, at + to);
  }
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new OperatorError("wipe/interrupted", wipeSays.interrupted(), exitCodes.stopped);
}
