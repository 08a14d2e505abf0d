/** One look at the whole volume: which blocks belong to what, what was lost, what lies between. */
import { readRange } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { bootCatalogOf, type BootCatalog } from "./boot-catalog.ts";
import { Claims } from "./claims.ts";
import { checksumsOf } from "./checksums.ts";
import { directoryAt, type ReadSession } from "./descriptors.ts";
import { GapScan, type Structure } from "./gap-scan.ts";
import type { EntryOwner, IsoEntry } from "./entry.ts";
import { GrowingNumbers } from "../../bytes/growing-numbers.ts";
import { systemAreaBytes } from "./layouts.ts";
import { recordName } from "./names.ts";
import { markTree, Overlays } from "./overlay.ts";
import { pathRows, type PathRow } from "./path-tables.ts";
import { systemUseOf, type DirectoryRef } from "./records.ts";
import { extentsOfSection } from "./sections.ts";
import { isCopy } from "./sessions.ts";
import type { SystemUse } from "./system-use.ts";
import { childOf, rootOf, TreeWalk, type Visit } from "./walk.ts";
import type { IsoVolume, RootRef, Session, Tree } from "./volume.ts";

/** Entries whose trouble is kept apart. */
const mostTroubled = 100_000;

/** A directory that no record leads to. */
export interface Orphan {
  readonly ref: DirectoryRef;
  /** As the path table has it; null where only its own first record says where it is. */
  readonly name: Uint8Array | null;
  readonly parent: string | null;
}

export class Survey {
  readonly claims: Claims;
  readonly overlays: Overlays;
  readonly structures: Structure[] = [];
  /** By offset of the record of an entry; -1 for the root. */
  readonly troubles = new Map<number, Finding[]>();
  readonly findings: Finding[] = [];
  readonly orphans: Orphan[] = [];
  readonly boot: BootCatalog | null;
  /** All that the volume has, the current one first. */
  readonly sessions: Session[];
  /** Stretches that belong to nothing and hold something: first byte and length in turn. */
  readonly gaps = new GrowingNumbers();
  /** Behind the last session. */
  end: number;
  readonly #owner: EntryOwner;
  readonly #volume: IsoVolume;
  readonly #walk: TreeWalk;
  readonly #directories: DirectoryRef[] = [];
  readonly #scan: GapScan;
  readonly #orphanTrees = new Map<Tree, Tree>();
  #keysByStart: Map<number, string | null> | null = null;
  #ranks = 0;

  constructor(owner: EntryOwner, others: readonly ReadSession[]) {
    const { volume } = owner;
    this.#owner = owner;
    this.#volume = volume;
    this.claims = new Claims(volume.blockBytes, volume.blocks);
    this.overlays = new Overlays(owner);
    this.#walk = new TreeWalk(owner);
    this.sessions = [volume.current];
    this.end = Math.max(systemAreaBytes, volume.current.end);
    this.#structure({ start: 0, length: systemAreaBytes, what: "system area" });
    this.#sessionStructures(volume.current);
    this.boot = bootCatalogOf(volume);
    if (this.boot) this.#structure({ ...this.boot, what: "boot catalog" }, false);
    const trees = this.#currentTrees();
    const { content, structure } = this.claims;
    this.#scan = new GapScan(volume, (block) => content.has(block) || structure.has(block));
    for (const each of this.#scan.structures) this.#structure(each);
    this.#earlier(others, trees[0]!);
    this.#findLost(trees);
    this.#bootImages();
    this.claims.finish();
    this.#findGaps();
  }

  /** The directory that holds the record at an offset; null where none does. */
  directoryOf(offset: number): DirectoryRef | null {
    let [low, high] = [0, this.#directories.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#directories[middle]!.start <= offset) low = middle;
      else high = middle;
    }
    const found = this.#directories[low];
    return found && offset >= found.start && offset < found.start + found.bytes ? found : null;
  }

  trouble(offset: number, found: Finding): void {
    const known = this.troubles.get(offset);
    if (known) known.push(found);
    else if (this.troubles.size < mostTroubled) this.troubles.set(offset, [found]);
  }

  #structure(structure: Structure, claim = true): void {
    const length = Math.min(structure.length, this.#volume.source.size - structure.start);
    if (length <= 0) return;
    this.structures.push({ start: structure.start, length, what: structure.what });
    if (claim) this.claims.addStructure({ start: structure.start, length });
  }

  #sessionStructures(session: Session): void {
    for (const place of session.descriptors) this.#structure(place);
    for (const root of session.roots) {
      for (const { start, what } of root.pathTables) this.#structure({ start, length: root.pathTableBytes, what });
      const checksums = checksumsOf(this.#volume, root);
      if (checksums) this.#structure(checksums);
    }
  }

  #treeOf(session: Session, root: RootRef): Tree {
    return { ...root, session, rank: this.#ranks++ };
  }

  /** All trees of the session that counts, the shown one first. */
  #currentTrees(): Tree[] {
    const { current } = this.#volume;
    const [first, ...rest] = current.roots.map((root) => this.#treeOf(current, root));
    const shown = first!;
    this.#tree(rootOf(this.#volume, shown));
    for (const tree of rest) {
      this.overlays.add(
        this.#walk,
        tree,
        shown,
        (entry) => this.#file(entry),
        (visit) => this.#visited(visit),
      );
    }
    return [shown, ...rest];
  }

  #tree(top: DirectoryRef): void {
    for (const visit of this.#walk.from(top)) {
      for (const entry of visit.entries) {
        if (!entry.isDirectory) {
          this.#file(entry);
          continue;
        }
        this.#continued(entry.use);
        const child = childOf(this.#volume, entry);
        if (child) this.#walk.push(child);
        else this.trouble(entry.offset, finding("filesystem/outside-volume", { block: entry.sections[0]!.block }));
      }
      this.#visited(visit);
    }
    for (const entry of this.#walk.relocated.splice(0)) {
      this.#continued(entry.use);
      const child = childOf(this.#volume, entry);
      // Where nothing leads to it from its own place, it is shown where it is kept.
      if (child && !this.#walk.listed.has(child.start / this.#volume.blockBytes)) this.#tree(child);
    }
  }

  #visited({ directory, ranges, notes, again }: Visit): void {
    for (const range of ranges) {
      this.#structure({ ...range, what: "directory" });
      this.#directories.push({ ...directory, start: range.start, bytes: range.length });
    }
    for (const place of directory.tree.rockRidge ? notes.own : []) {
      const { from, end } = systemUseOf(place, directory.tree.skip);
      this.#continued(this.#volume.systemUse.read(place.window, from, end));
    }
    const { offset, start, parentBlock } = directory;
    if (again >= 0) this.trouble(offset, finding("filesystem/directory-loop", { block: again }));
    if (notes.damaged > 0) this.trouble(offset, finding("filesystem/directory-damaged", { entries: notes.damaged }));
    const own = start / this.#volume.blockBytes;
    if (notes.self >= 0 && notes.self !== own && again < 0) {
      this.trouble(offset, finding("filesystem/parent-mismatch", { block: notes.self }));
    } else if (notes.parent >= 0 && parentBlock >= 0 && notes.parent !== parentBlock) {
      this.trouble(offset, finding("filesystem/parent-mismatch", { block: notes.parent }));
    }
  }

  /** Claims of a file: its blocks, its attribute records, its continuations. */
  #file(entry: IsoEntry): void {
    const { tree, state } = entry.directory;
    this.#continued(entry.use);
    const told = state !== "deleted" || this.overlays.isShown(entry);
    if (told) {
      for (const section of entry.sections) {
        if (section.attributeBlocks > 0) {
          const { blockBytes } = this.#volume;
          const place = { start: section.block * blockBytes, length: section.attributeBlocks * blockBytes };
          this.#structure({ ...place, what: "extended attribute record" });
        }
        for (const { start, length } of extentsOfSection(this.#volume, section)) {
          if (start === null) continue;
          if (state === "deleted") this.claims.addGone({ start, length });
          else this.claims.addContent({ start, length });
        }
      }
    }
    this.overlays.rankOf(tree.rank).add(entry.firstBlock, entry.name.text);
  }

  #continued({ continuations }: SystemUse): void {
    const { blockBytes } = this.#volume;
    for (const { start } of continuations) {
      const block = Math.floor(start / blockBytes);
      if (this.claims.structure.has(block)) continue;
      this.#structure({ start: block * blockBytes, length: blockBytes, what: "continuation areas" });
    }
  }

  /** Sessions before the one that counts: those that were found first, those in gaps, newest first. */
  #earlier(others: readonly ReadSession[], shown: Tree): void {
    const { current } = this.#volume;
    const all = [...others, ...this.#scan.sessions].toSorted((a, b) => b.session.start - a.session.start);
    const used: ReadSession[] = [];
    for (const each of all) {
      const { session } = each;
      if (used.some((known) => known.session.start === session.start)) continue;
      const copy = isCopy(each, { session: current } as ReadSession) || used.some((known) => isCopy(known, each));
      used.push(each);
      for (const place of session.descriptors) this.#structure(place);
      if (copy) continue;
      this.sessions.push(session);
      this.end = Math.max(this.end, session.end);
      this.#sessionStructures(session);
      const [best, ...rest] = session.roots;
      const tree = this.#treeOf(session, best!);
      const visited = (visit: Visit): void => this.#visited(visit);
      this.overlays.add(this.#walk, tree, shown, (entry) => this.#file(entry), visited);
      for (const root of rest) markTree(this.#walk, this.#owner, { ...tree, ...root }, visited);
    }
    if (this.sessions.length > 1) this.findings.push(finding("iso9660/sessions", { sessions: this.sessions.length }));
  }

  /** Directories that the path tables name, or that stand in gaps, and no record leads to. */
  #findLost(trees: readonly Tree[]): void {
    for (const tree of trees) {
      const { rows, differ } = pathRows(this.#volume, tree);
      if (differ) this.findings.push(finding("iso9660/path-tables-differ", { tree: tree.kind }));
      let [lost, listed] = [0, 0];
      for (const row of rows) {
        if (this.#walk.listed.has(row.block)) listed++;
        else if (this.#lost(tree, row, rows)) lost++;
      }
      const walked = this.#directories.filter((each) => each.tree.rank === tree.rank).length;
      if (lost > 0) this.findings.push(finding("iso9660/path-table-only", { directories: lost, tree: tree.kind }));
      else if (listed !== rows.length || walked > rows.length) {
        const counts = { stated: rows.length, found: walked, tree: tree.kind };
        this.findings.push(finding("iso9660/path-table-count", counts));
      }
    }
    for (const block of this.#scan.directories) this.#orphan(trees[0]!, block, null, null);
    this.#directories.sort((a, b) => a.start - b.start);
  }

  #lost(tree: Tree, row: PathRow, rows: readonly PathRow[]): boolean {
    const above = rows[row.parent - 1];
    const start = (above?.block ?? -1) * this.#volume.blockBytes;
    this.#keysByStart ??= new Map(this.#directories.map((each) => [each.start, each.key]));
    return this.#orphan(tree, row.block, row.name, this.#keysByStart.get(start) ?? null);
  }

  /** Orphans come after all trees: what those have is not told again. */
  #orphanTree(tree: Tree): Tree {
    const known = this.#orphanTrees.get(tree) ?? { ...tree, rank: this.#ranks++ };
    this.#orphanTrees.set(tree, known);
    return known;
  }

  #orphan(tree: Tree, block: number, name: Uint8Array | null, parent: string | null): boolean {
    const { blockBytes, source } = this.#volume;
    const bytes = directoryAt(source, block, blockBytes);
    if (bytes === null || this.#walk.listed.has(block)) return false;
    const ref: DirectoryRef = {
      ...{ key: orphanKey(block), start: block * blockBytes, bytes, tree: this.#orphanTree(tree) },
      ...{ state: "orphan", offset: -2 - block, parentBlock: -1, mirrors: false },
    };
    this.orphans.push({ ref, name, parent });
    this.#tree(ref);
    return true;
  }

  #bootImages(): void {
    for (const { start, length } of this.boot?.images ?? []) {
      const first = Math.floor(start / this.#volume.blockBytes);
      // Usually a file of the tree, too, which then owns it.
      if (!this.claims.content.has(first)) this.#structure({ start, length, what: "boot image" });
    }
    const tail = this.#volume.source.size - 512;
    if (tail > this.end && signature(this.#volume, tail) === "EFI PART") {
      const start = Math.max(this.end, tail - 32 * 512);
      this.#structure({ start, length: tail + 512 - start, what: "backup of the partition table" });
    }
  }

  isOwned(block: number): boolean {
    const { content, structure, gone } = this.claims;
    return content.has(block) || structure.has(block) || gone.has(block);
  }

  #findGaps(): void {
    const { filled } = this.#scan;
    const { blockBytes, blocks } = this.#volume;
    for (let block = filled.next(0, blocks - 1); block >= 0; block = filled.next(block + 1, blocks - 1)) {
      if (this.isOwned(block)) continue;
      const first = block;
      for (let next = filled.next(block + 1, blocks - 1); next >= 0; next = filled.next(block + 1, blocks - 1)) {
        if (this.#ownedBetween(block + 1, next)) break;
        block = next;
      }
      const last = readRange(this.#volume.source, block * blockBytes, blockBytes);
      let used = last.length;
      while (used > 0 && last[used - 1] === 0) used--;
      this.gaps.push(first * blockBytes);
      this.gaps.push((block - first) * blockBytes + used);
    }
  }

  #ownedBetween(first: number, last: number): boolean {
    const { content, structure, gone } = this.claims;
    return [content, structure, gone].some((set) => set.next(first, last) >= 0);
  }
}

export function orphanKey(block: number): string {
  return `directory@${block}`;
}

/** Name of an orphan for people. */
export function orphanName({ ref, name }: Orphan): ReturnType<typeof recordName>["name"] {
  return name === null ? { text: ref.key!, bytes: null } : recordName(name, ref.tree.wide, true).name;
}

function signature(volume: IsoVolume, at: number): string {
  return String.fromCharCode(...readRange(volume.source, at, 8));
}
