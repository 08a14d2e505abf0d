/** Which record tells of a file that is no more: what the inode table still has, or an older copy in the journal. */
import { Inode, isAlive } from "./inode.ts";
import type { ExtEntry } from "./entry.ts";
import { typeOfRecord } from "./entry.ts";
import type { History, TableCopies } from "./history.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

/** A record of an inode that is not in use, or of an earlier file of its number. */
interface Candidate {
  readonly place: number;
  /** Of the transaction; Infinity of the table. */
  readonly sequence: number;
  readonly identity: string;
  readonly type: number;
  readonly alive: boolean;
  readonly hasContent: boolean;
}

/** The record of a file that is no more: its inode, the byte of the volume, and what tells incarnations of the inode apart. */
export interface Remnant {
  readonly number: number;
  readonly place: number;
  readonly offset: number;
}

export class Remains {
  readonly #volume: ExtVolume;
  readonly #history: History;
  readonly #gone: readonly number[];
  readonly #inode: Inode;
  readonly #copy: Inode;
  #all: readonly Remnant[] | null = null;

  /** `gone`: inodes out of use whose records in the table are not blank. */
  constructor(volume: ExtVolume, history: History, gone: readonly number[]) {
    this.#volume = volume;
    this.#gone = gone;
    this.#history = history;
    this.#inode = new Inode(volume.geometry);
    this.#copy = new Inode(volume.geometry);
  }

  /** Byte of the volume with the record that a left-over name leads to; −1 for none. */
  placeFor(entry: ExtEntry): number {
    if (entry.number === 0) return -1;
    if (entry.directory === null && entry.journal === null && entry.offset > 0) return entry.offset;
    const { inUse, candidates } = this.#candidates(entry.number);
    const wanted = typeOfRecord(entry.recordType);
    const fits = candidates.filter(({ type }) => wanted === 0 || type === wanted);
    const identity = this.#identityFor(entry, fits, candidates, inUse);
    return identity === null ? -1 : bestOf(fits.filter((each) => each.identity === identity));
  }

  /** Which file of an inode number a name meant. */
  #identityFor(
    { journal }: ExtEntry,
    fits: readonly Candidate[],
    all: readonly Candidate[],
    inUse: string | null,
  ): string | null {
    if (journal !== null) {
      const alive = all.filter((each) => each.alive);
      const then =
        alive.find(({ sequence }) => sequence <= journal.sequence) ??
        alive.toReversed().find(({ sequence }) => sequence > journal.sequence);
      if (then !== undefined) return then.identity === inUse ? null : then.identity;
      if (inUse !== null) return null;
    }
    return fits.find(({ identity }) => identity !== inUse)?.identity ?? null;
  }

  /** The records of files that are no more, one for each; those of the table have offset 0. Looked for once. */
  all(): readonly Remnant[] {
    return (this.#all ??= this.#findAll());
  }

  #findAll(): Remnant[] {
    const found: Remnant[] = [];
    for (const number of this.#gone) found.push(...this.#of(number));
    for (const copies of this.#history.tableCopies()) {
      for (let number = copies.first; number <= copies.last; number++) {
        if (this.#isOtherInCopies(number, copies)) found.push(...this.#of(number));
      }
    }
    return found;
  }

  /** Whether an older record of an inode may be one of another file; false for what the table has itself. */
  #isOtherInCopies(number: number, { first, blocks }: TableCopies): boolean {
    const { geometry, source } = this.#volume;
    const place = this.#volume.inodePlace(number);
    if (place < 0) return false;
    const now = this.#volume.inodeInto(this.#inode, number, place);
    const isUsed = isAlive(now) || this.#volume.isInodeMarked(number);
    if (!isUsed && now.type !== 0) return false;
    const inside = (number - first) * geometry.inodeBytes;
    for (const copy of blocks) {
      if ((copy.escaped && inside === 0) || copy.place + inside >= source.size) continue;
      const then = this.#volume.inodeInto(this.#copy, number, copy.place + inside);
      if (then.type !== 0 && (!isUsed || !then.isSameFile(now))) return true;
    }
    return false;
  }

  /** The record for an inode without a name; −1 for none. */
  placeOf(number: number): number {
    for (const { place, offset } of this.#of(number)) if (offset === 0) return place;
    return -1;
  }

  *#of(number: number): Generator<Remnant> {
    const { inUse, candidates } = this.#candidates(number);
    const table = candidates.find(({ sequence }) => sequence === Number.POSITIVE_INFINITY)?.identity;
    const identities = new Set(candidates.map(({ identity }) => identity));
    for (const identity of identities) {
      if (identity === inUse) continue;
      const own = candidates.filter((each) => each.identity === identity);
      const place = bestOf(own);
      if (identity === table) yield { number, place, offset: 0 };
      else if (own.some(({ alive }) => alive)) yield { number, place, offset: place };
    }
  }

  /** The newest first. `inUse`: identity of the file that has the number now. */
  #candidates(number: number): { inUse: string | null; candidates: Candidate[] } {
    const candidates: Candidate[] = [];
    const isUsed = this.#volume.isInodeUsed(number);
    const inode = this.#volume.inode(number);
    const inUse = isUsed ? (inode?.identity ?? null) : null;
    if (inode !== null && !isUsed && inode.type !== 0) candidates.push(candidateOf(inode, Number.POSITIVE_INFINITY));
    for (const { place, sequence } of this.#history.inodeCopies(number)) {
      const copy = this.#volume.inode(number, place);
      if (copy !== null && copy.type !== 0) candidates.push(candidateOf(copy, sequence));
    }
    return { inUse, candidates };
  }
}

function candidateOf(inode: Inode, sequence: number): Candidate {
  const { place, identity, type } = inode;
  return { place, sequence, identity, type, alive: isAlive(inode), hasContent: hasContent(inode) };
}

const extentHeader = layout.extentHeader.cursor();

/** Whether a record says where a content lies. */
function hasContent(inode: Inode): boolean {
  if (inode.statedSize === 0) return false;
  if (inode.isInline || inode.isFastLink) return true;
  if (inode.has(layout.inodeFlag.extents)) {
    return extentHeader.over(inode.window, inode.at + layout.mapOffset).entries > 0;
  }
  return inode.base.map.some((byte) => byte !== 0);
}

/** Of records of one file, the newest first: one with a content, of the time when it was in use if there is one. */
function bestOf(candidates: readonly Candidate[]): number {
  const best =
    candidates.find(({ alive, hasContent: has }) => alive && has) ??
    candidates.find(({ hasContent: has }) => has) ??
    candidates.find(({ alive }) => alive) ??
    candidates[0];
  return best?.place ?? -1;
}
