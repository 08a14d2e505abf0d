/**
 * Inodes that a system had yet to clear away: those whose last name went while they were open, and those that were being cut. The older way is
 * a list through their times of deletion that the superblock begins, the newer one a file of numbers (chapter "Orphan file").
 */
import { BlockSet } from "../block-set.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { noteWrong, orphanBlockHolds, seedOfInode } from "./block-checksums.ts";
import { mapOf } from "./extents.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

const pointer = layout.pointer.cursor();

export class Orphans {
  readonly findings: Finding[] = [];
  readonly #volume: ExtVolume;
  readonly #listed = new BlockSet();
  readonly #filed = new BlockSet();

  /** Follows both; each inode is met once, so that it ends whatever they hold. */
  constructor(volume: ExtVolume) {
    this.#volume = volume;
    this.#followList();
    this.#readFile();
    const inodes = this.#listed.size + this.#filed.size;
    if (inodes > 0) this.findings.push(finding("ext/orphans", { inodes }));
  }

  /** Where an inode is named: `orphan list`, `orphan file`; null for nowhere. */
  whereIs(number: number): string | null {
    if (this.#listed.has(number)) return "orphan list";
    return this.#filed.has(number) ? "orphan file" : null;
  }

  #followList(): void {
    const { lastOrphan } = this.#volume.geometry;
    for (let number = lastOrphan; number !== 0;) {
      const problem = this.#problemOf(number);
      if (problem !== null) {
        this.#damaged("list of orphans", `inode ${number}: ${problem}`);
        return;
      }
      this.#listed.add(number);
      number = this.#volume.inode(number)!.base.deleted;
    }
  }

  /** Why an inode cannot be on the list; null where it can. */
  #problemOf(number: number): string | null {
    if (this.#listed.has(number)) return "loop";
    if (number < this.#volume.geometry.firstInode || this.#volume.inodePlace(number) < 0) return "number";
    return this.#volume.isInodeMarked(number) ? null : "not in use";
  }

  #readFile(): void {
    const volume = this.#volume;
    const { orphanFile, blockBytes } = volume.geometry;
    const inode = orphanFile === 0 ? null : volume.inode(orphanFile);
    if (inode === null) return;
    const seed = seedOfInode(volume, inode);
    const size = inode.statedSize;
    const { runs } = mapOf(volume, inode);
    const wrong = { count: 0, first: 0 };
    for (let i = 0; i < runs.length; i += 4) {
      for (let n = 0; n < runs[i + 2]! && (runs[i]! + n) * blockBytes < size; n++) {
        const block = runs[i + 1]! + n;
        if (volume.placeOf(block + 1) > volume.source.size) break;
        if (!orphanBlockHolds(volume, block, seed)) noteWrong(wrong, block);
        this.#readBlock(block);
      }
    }
    if (wrong.count === 0) return;
    const params = { count: wrong.count, structure: "orphan file blocks", first: `block ${wrong.first}` };
    this.findings.push(finding("ext/checksum-wrong", params));
  }

  #readBlock(block: number): void {
    const { windows, geometry } = this.#volume;
    const numbers: number[] = [];
    const at = windows.seek(this.#volume.placeOf(block));
    const end = at + geometry.blockBytes - layout.orphanTail.size;
    for (let each = at; each < end; each += layout.pointer.size) {
      const { value } = pointer.over(windows.bytes, each);
      if (value !== 0) numbers.push(value);
    }
    let bad = 0;
    for (const number of numbers) {
      if (this.#problemOf(number) === null) this.#filed.add(number);
      else bad = number;
    }
    if (bad !== 0) this.#damaged("orphan file", `inode ${bad}: not in use`);
  }

  #damaged(structure: string, problem: string): void {
    this.findings.push(finding("filesystem/structure-damaged", { structure, problem }));
  }
}
