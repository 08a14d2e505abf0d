/** What is true of a directory, by reading the records above it: for single entries, where no survey was made. Says what the survey would say. */
import { isSequence } from "./attribute-list.ts";
import { fileAt } from "./file.ts";
import { known } from "./layouts.ts";
import { standing } from "./tree.ts";
import type { NtfsVolume } from "./volume.ts";

/** Directories that are remembered. */
const mostKnown = 65_536;

interface Step {
  readonly inUse: boolean;
  readonly sequence: number;
  /** -1 where it is not there any more. */
  readonly parent: number;
}

export class Ancestry {
  readonly #volume: NtfsVolume;
  readonly #standings = new Map<number, number>();

  constructor(volume: NtfsVolume) {
    this.#volume = volume;
  }

  /** Number of the directory that a reference leads to; -1 where it is not there any more. */
  resolve(parent: number, sequence: number): number {
    if (parent === known.root) return parent;
    const directory = fileAt(this.#volume, parent);
    if (directory === null || !directory.isDirectory || directory.attributes.length === 0) return -1;
    return isSequence(directory.sequence, sequence, directory.inUse) ? parent : -1;
  }

  /** As `Tree.standingIn`. */
  standingIn(parent: number, inUse: boolean): number {
    if (parent < 0) return standing.orphan;
    const above = this.#standingOf(parent);
    if (above === standing.orphan) return standing.orphan;
    if (!inUse) return standing.deleted;
    return above === standing.allocated ? standing.allocated : standing.orphan;
  }

  /** Whether a directory is the one where its circle of parents is cut: the one with the lowest number. */
  isCut(directory: number): boolean {
    const seen = new Set<number>([directory]);
    for (let at = this.#step(directory).parent; at >= 0 && at !== known.root; at = this.#step(at).parent) {
      if (at === directory) return Math.min(...seen) === directory;
      if (seen.has(at)) return false;
      seen.add(at);
    }
    return false;
  }

  #standingOf(directory: number): number {
    const way: { readonly number: number; readonly inUse: boolean }[] = [];
    const seen = new Set<number>();
    let at = directory;
    let above: number = standing.unknown;
    while (above === standing.unknown) {
      if (at === known.root) above = standing.allocated;
      else if (at < 0 || seen.has(at)) above = standing.orphan;
      else if (this.#standings.has(at)) above = this.#standings.get(at)!;
      else {
        const { inUse, parent } = this.#step(at);
        seen.add(at);
        way.push({ number: at, inUse });
        at = parent;
      }
    }
    if (this.#standings.size > mostKnown) this.#standings.clear();
    for (const { number, inUse } of way.toReversed()) {
      if (above !== standing.orphan) {
        above = !inUse ? standing.deleted : above === standing.allocated ? standing.allocated : standing.orphan;
      }
      this.#standings.set(number, above);
    }
    return above;
  }

  #step(number: number): Step {
    const file = fileAt(this.#volume, number);
    const name = file?.names()[0];
    if (!file || !name) return { inUse: false, sequence: 0, parent: -1 };
    return { inUse: file.inUse, sequence: file.sequence, parent: this.resolve(name.parent, name.parentSequence) };
  }
}
