/** The directories of a volume in the order of their tree, from what the survey noted. Every one comes once, whatever the records say. */
import { isSequence } from "./attribute-list.ts";
import { known } from "./layouts.ts";
import { mark } from "./marks.ts";
import type { Survey } from "./survey.ts";

/** What is true of a directory and so of what is in it. */
export const standing = { unknown: 0, allocated: 1, deleted: 2, orphan: 3 } as const;

const none = 0xffff_ffff;

export class Tree {
  /** Of directories, by record: `standing`. */
  readonly standings: Uint8Array;
  /** Directories that lead to themselves by their parents, each circle cut where its number is the lowest. */
  readonly cut = new Set<number>();
  readonly #survey: Survey;
  readonly #firstChild: Uint32Array;
  readonly #nextChild: Uint32Array;

  constructor(survey: Survey) {
    const { marks } = survey;
    this.#survey = survey;
    this.standings = new Uint8Array(marks.length);
    this.#firstChild = new Uint32Array(marks.length).fill(none);
    this.#nextChild = new Uint32Array(marks.length).fill(none);
    // From the last: children come in the order of their numbers then.
    for (let number = marks.length - 1; number >= 0; number--) {
      if (!this.#isDirectory(number) || number === known.root) continue;
      const parent = this.parentOf(number);
      if (parent < 0 || parent >= marks.length) continue;
      this.#nextChild[number] = this.#firstChild[parent]!;
      this.#firstChild[parent] = number;
    }
    this.#settle();
  }

  /** Record of the directory that the first name of a record leads to; -1 where it is not there any more. */
  parentOf(number: number): number {
    const { marks, parents, parentSequences } = this.#survey;
    if ((marks[number]! & mark.named) === 0) return -1;
    return this.resolve(parents[number]!, parentSequences[number]!);
  }

  /** The directory of a reference, or -1. */
  resolve(parent: number, sequence: number): number {
    if (parent === known.root) return parent;
    const { marks, sequences } = this.#survey;
    if (parent >= marks.length || !this.#isDirectory(parent)) return -1;
    return isSequence(sequences[parent]!, sequence, (marks[parent]! & mark.inUse) !== 0) ? parent : -1;
  }

  /** Standing of a name in a directory: of the record `inUse`. */
  standingIn(parent: number, inUse: boolean): number {
    if (parent < 0) return standing.orphan;
    const above = parent === known.root ? standing.allocated : this.standings[parent]!;
    if (above === standing.orphan || above === standing.unknown) return standing.orphan;
    if (!inUse) return standing.deleted;
    return above === standing.allocated ? standing.allocated : standing.orphan;
  }

  /** Numbers of all directories but the root, each behind the one that it is in. */
  *directories(): Generator<number> {
    yield* this.#below(known.root);
    for (const top of this.#tops()) {
      yield top;
      yield* this.#below(top);
    }
  }

  /** Directories in a directory, in the order of their numbers. */
  *childrenOf(directory: number): Generator<number> {
    if (directory >= this.#firstChild.length) return;
    for (let each = this.#firstChild[directory]!; each !== none; each = this.#nextChild[each]!) yield each;
  }

  #isDirectory(number: number): boolean {
    const wanted = mark.directory | mark.filled;
    return (this.#survey.marks[number]! & (wanted | mark.continuation)) === wanted;
  }

  /** In depth, by the links alone: no stack that grows. */
  *#below(top: number): Generator<number> {
    if (top >= this.#firstChild.length) return;
    for (let at = this.#firstChild[top]!; at !== none;) {
      // The cut of a circle is its top: it is not met again.
      if (at !== top && !(this.cut.size > 0 && this.cut.has(at))) {
        yield at;
        const inside = this.#firstChild[at]!;
        if (inside !== none) {
          at = inside;
          continue;
        }
      }
      at = this.#after(at, top);
    }
  }

  /** The next one beside, or beside a parent. */
  #after(from: number, top: number): number {
    for (let at = from; at !== top;) {
      const beside = this.#nextChild[at]!;
      if (beside !== none) return beside;
      at = this.parentOf(at);
      if (at < 0) return none;
    }
    return none;
  }

  *#tops(): Generator<number> {
    for (let number = 0; number < this.standings.length; number++) {
      if (number === known.root || !this.#isDirectory(number)) continue;
      if (this.cut.has(number) || this.parentOf(number) < 0) yield number;
    }
  }

  /** Circles are found first: then each directory has one way up. */
  #settle(): void {
    const { marks } = this.#survey;
    const seen = new Uint32Array(marks.length);
    for (let number = 0; number < marks.length; number++) {
      if (number === known.root || !this.#isDirectory(number)) continue;
      let at = number;
      while (at >= 0 && at !== known.root && seen[at] === 0) {
        seen[at] = number + 1;
        at = this.parentOf(at);
      }
      if (at >= 0 && at !== known.root && seen[at] === number + 1) this.cut.add(this.#lowest(at));
    }
    for (const number of this.directories()) {
      const parent = this.cut.has(number) ? -1 : this.parentOf(number);
      this.standings[number] = this.standingIn(parent, (marks[number]! & mark.inUse) !== 0);
    }
  }

  #lowest(from: number): number {
    let lowest = from;
    for (let at = this.parentOf(from); at !== from; at = this.parentOf(at)) lowest = Math.min(lowest, at);
    return lowest;
  }
}
