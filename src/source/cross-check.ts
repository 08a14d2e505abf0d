/**
 * Reads sectors again and compares. A sector that gives different answers keeps the one that comes twice alike; where none
 * does within a few reads it keeps the last. Either way it is listed as unstable, never as bad.
 */
import { createHash } from "node:crypto";
import type { ErrorList } from "./error-list.ts";
import type { ExactReads } from "./exact-reads.ts";

/** Reads of one sector in all, the first included, until two are alike. */
const mostAnswers = 6;

export class CrossCheck {
  readonly #reads: ExactReads;
  readonly #list: ErrorList;
  readonly #sectorBytes: number;
  #left: number;
  #second = new Uint8Array(0);
  #third = new Uint8Array(0);

  constructor(reads: ExactReads, list: ErrorList, sectorBytes: number, budget: number) {
    this.#reads = reads;
    this.#list = list;
    this.#sectorBytes = sectorBytes;
    this.#left = budget;
  }

  /** Reads a readable range twice more, as long as the budget of such reads lasts; corrects `target`. */
  compareTwice(target: Uint8Array, offset: number, length: number, at: number): void {
    if (this.#left < 2) return;
    this.#left -= 2;
    this.#list.addRetry();
    this.#list.addRetry();
    this.#compare(target.subarray(offset, offset + length), at, true);
  }

  /** Reads a readable range once more, and a third time where that differs; corrects `target`. No budget. */
  compareOnce(target: Uint8Array, offset: number, length: number, at: number): void {
    this.#compare(target.subarray(offset, offset + length), at, false);
  }

  #compare(first: Uint8Array, at: number, always: boolean): void {
    if (this.#second.length < first.length) {
      this.#second = new Uint8Array(first.length);
      this.#third = new Uint8Array(first.length);
    }
    const second = this.#second.subarray(0, first.length);
    const third = this.#third.subarray(0, first.length);
    this.#readAgain(second, first, at);
    const differs = !alike(first, second);
    if (!differs && !always) return;
    this.#readAgain(third, second, at);
    if (!differs && alike(first, third)) return;
    for (let start = 0; start < first.length; start += this.#sectorBytes) {
      const part = (bytes: Uint8Array) => bytes.subarray(start, Math.min(bytes.length, start + this.#sectorBytes));
      const answers = [part(first), part(second), part(third)];
      if (!answers.every((answer) => alike(answer, answers[0]))) this.#settle(answers, at + start);
    }
  }

  /** Sector by sector where the range fails; a sector that fails now gives no answer of its own but that of `before`. */
  #readAgain(into: Uint8Array, before: Uint8Array, at: number): void {
    if (this.#reads.read(into, 0, into.length, at, true) === into.length) return;
    for (let start = 0; start < into.length; start += this.#sectorBytes) {
      const length = Math.min(this.#sectorBytes, into.length - start);
      if (this.#reads.read(into, start, length, at + start, true) === length) continue;
      into.set(before.subarray(start, start + length), start);
    }
  }

  /** `answers[0]` is what the image holds, and becomes what it keeps. */
  #settle(answers: Uint8Array[], at: number): void {
    const seen = answers.map((answer) => Uint8Array.from(answer));
    let kept = twice(seen);
    while (kept === null && seen.length < mostAnswers) {
      const next = new Uint8Array(answers[0].length);
      this.#list.addRetry();
      if (this.#reads.read(next, 0, next.length, at, true) < next.length) break;
      seen.push(next);
      kept = twice(seen);
    }
    kept ??= seen.at(-1)!;
    const other = seen.find((answer) => !alike(answer, kept))!;
    answers[0].set(kept);
    this.#list.addUnstable({ sector: Math.floor(at / this.#sectorBytes), sha256: [sha256(other), sha256(kept)] });
  }
}

function twice(answers: readonly Uint8Array[]): Uint8Array | null {
  return answers.find((answer, index) => answers.some((other, place) => place > index && alike(answer, other))) ?? null;
}

function alike(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
