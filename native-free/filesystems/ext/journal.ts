/** The journal (chapter "Journal (jbd2)"): what it says of itself, its transactions, and every copy of a block that is still in it. */
import { finding, type Finding } from "../../model/findings.ts";
import { checksumFrom, checksumNumberBe, checksumWithHole, superChecksum } from "./checksums.ts";
import { mapOf, type MapRuns } from "./extents.ts";
import { fastCommitsIn, type FastCommits } from "./fast-commits.ts";
import { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

const { journalKind, journalFeature, journalTagFlag } = layout;

/** A block of the file system as the journal has it. */
export interface BlockCopy {
  /** Of the file system. */
  readonly block: number;
  /** Byte of the volume where the copy is. */
  readonly place: number;
  readonly sequence: number;
  /** Its first four bytes are those of the journal's mark, and were taken out. */
  readonly escaped: boolean;
}

export class Journal {
  readonly #volume: ExtVolume;
  readonly #runs: readonly number[];
  readonly #seed: number;
  readonly #features: number;
  readonly #first: number;
  /** Behind the last block of the log. */
  readonly #end: number;
  readonly #blocks: number;
  readonly #start: number;
  readonly #sequence: number;
  readonly #header = layout.journalHeader.cursor();
  readonly findings: readonly Finding[];

  private constructor(volume: ExtVolume, runs: readonly number[], blocks: number, head: JournalHead) {
    this.#volume = volume;
    this.#runs = runs;
    this.#blocks = blocks;
    this.#features = head.features;
    this.#first = head.first;
    this.#end = Math.max(head.first, blocks - head.fastBlocks);
    this.#start = head.start;
    this.#sequence = head.sequence;
    this.#seed = superChecksum(head.uuid);
    const wrong = { count: 1, structure: "journal superblock", first: "0" };
    this.findings = head.checksumHolds ? [] : [finding("ext/checksum-wrong", wrong)];
  }

  /** A word for the problem where there is a journal that cannot be used; null where there is none in the volume. */
  static of(volume: ExtVolume): Journal | string | null {
    const { geometry } = volume;
    const inode = geometry.journalInode === 0 ? null : volume.inode(geometry.journalInode);
    if (geometry.journalInode === 0) return null;
    let problem = "inode";
    for (const map of [inode === null ? null : mapOf(volume, inode), mapOfCopy(volume)]) {
      if (map === null || map.runs.length === 0) continue;
      const place = placeIn(map.runs, 0, geometry.blockBytes);
      const head = place < 0 ? "missing" : headAt(volume, place);
      if (typeof head !== "string") return new Journal(volume, map.runs, Math.min(head.blocks, map.end), head);
      problem = head;
    }
    return problem;
  }

  /** Whether it says that there are transactions that were not written to their places. */
  get isDirty(): boolean {
    return this.#start !== 0;
  }

  #placeOf(index: number): number {
    const { blockBytes } = this.#volume.geometry;
    const place = placeIn(this.#runs, index, blockBytes);
    return place + blockBytes <= this.#volume.source.size ? place : -1;
  }

  /** Kind of a block, 0 of those that are no structure of the journal. */
  #kindAt(index: number): number {
    const place = this.#placeOf(index);
    if (place < 0) return 0;
    const at = this.#volume.windows.seek(place);
    const { magic, kind } = this.#header.over(this.#volume.windows.bytes, at);
    return magic === layout.journalMagic ? kind : 0;
  }

  #next(index: number): number {
    return index + 1 >= this.#end ? this.#first : index + 1;
  }

  /** Every copy that is still whole, oldest transaction first. What only a later transaction wrote over is left out. */
  copies(): BlockCopy[] {
    const owners = new Map<number, BlockCopy>();
    let committed = -1;
    for (let index = this.#first; index < this.#end; index++) {
      const kind = this.#kindAt(index);
      const { sequence } = this.#header;
      if (kind === journalKind.commit) committed = Math.max(committed, sequence);
      if (kind !== journalKind.descriptor) continue;
      let at = index;
      for (const { block, escaped, sum } of this.#tags(index)) {
        at = this.#next(at);
        const place = this.#placeOf(at);
        if (place < 0 || this.#kindAt(at) !== 0) break;
        const known = owners.get(at);
        if (known !== undefined && known.sequence > sequence) continue;
        if (this.#holds(place, sequence, escaped, sum)) owners.set(at, { block, place, sequence, escaped });
        else owners.delete(at);
      }
    }
    return [...owners.values()]
      .filter(({ sequence }) => sequence <= committed)
      .toSorted((a, b) => a.sequence - b.sequence);
  }

  /** What is to be read from the journal instead of its place: whole transactions from the start on, without what was revoked. */
  pending(): { copies: BlockCopy[]; damaged: boolean; fastCommits: FastCommits | null } {
    const copies = new Map<number, BlockCopy>();
    const revoked = new Map<number, number>();
    let [index, sequence, damaged] = [this.#start, this.#sequence, false];
    let open: BlockCopy[] = [];
    for (let steps = 0; steps < this.#blocks && index >= this.#first && index < this.#end; steps++) {
      const kind = this.#kindAt(index);
      if (kind === 0 || this.#header.sequence !== sequence) break;
      // A block of the log that is not whole ends it.
      if (!this.#isWhole(index, kind)) {
        damaged = true;
        break;
      }
      if (kind === journalKind.descriptor) {
        for (const { block, escaped, sum } of this.#tags(index)) {
          index = this.#next(index);
          const place = this.#placeOf(index);
          if (place < 0 || !this.#holds(place, sequence, escaped, sum)) damaged = true;
          else open.push({ block, place, sequence, escaped });
        }
      } else if (kind === journalKind.revoke) for (const block of this.#revoked(index)) revoked.set(block, sequence);
      else if (kind === journalKind.commit) {
        // A transaction with a damaged block ends the replay.
        if (damaged) break;
        for (const copy of open) copies.set(copy.block, copy);
        open = [];
        sequence++;
      } else break;
      index = this.#next(index);
    }
    const applied = [...copies.values()].filter(
      ({ block, sequence: own }) => this.#volume.hasBlock(block) && (revoked.get(block) ?? -1) < own,
    );
    return { copies: applied, damaged, fastCommits: this.#fastCommits(sequence) };
  }

  /** Of the transaction that is not there as a whole; null for none. Their area begins a block behind the end of the log. */
  #fastCommits(sequence: number): FastCommits | null {
    if ((this.#features & journalFeature.fastCommit) === 0 || this.#end >= this.#blocks) return null;
    const places: number[] = [];
    for (let index = this.#end + 1; index < this.#blocks && this.#placeOf(index) >= 0; index++) {
      places.push(this.#placeOf(index));
    }
    return fastCommitsIn(this.#volume.windows, places, this.#volume.geometry.blockBytes, sequence);
  }

  /** What a descriptor says of the blocks behind it. `sum` −1 without checksums. */
  *#tags(index: number): Generator<{ block: number; escaped: boolean; sum: number }> {
    const { blockBytes } = this.#volume.geometry;
    const window = this.#volume.windows;
    const start = window.seek(this.#placeOf(index));
    const { bytes } = window;
    const has3 = (this.#features & journalFeature.checksum3) !== 0;
    const has2 = (this.#features & journalFeature.checksum2) !== 0;
    const isWide = (this.#features & journalFeature.wide) !== 0;
    const old = layout.journalTag.cursor();
    const high = layout.journalTagHigh.cursor();
    const tag3 = layout.journalTag3.cursor();
    const size = has3 ? layout.journalTag3.size : layout.journalTag.size + (isWide ? 4 : 0);
    const end = start + blockBytes - (has2 || has3 ? 4 : 0);
    for (let at = start + layout.journalHeaderBytes; at + size <= end;) {
      let [block, flags, sum] = [0, 0, -1];
      if (has3) {
        tag3.over(bytes, at);
        [block, flags, sum] = [tag3.block + (isWide ? tag3.blockHigh * 2 ** 32 : 0), tag3.flags, tag3.checksum];
      } else {
        old.over(bytes, at);
        block = old.block + (isWide ? high.over(bytes, at + layout.journalTag.size).block * 2 ** 32 : 0);
        flags = old.flags & 0xffff;
        if (has2) sum = old.flags >>> 16;
      }
      yield { block, escaped: (flags & journalTagFlag.escaped) !== 0, sum };
      if ((flags & journalTagFlag.last) !== 0) return;
      at += size + ((flags & journalTagFlag.sameUuid) === 0 ? 16 : 0);
    }
  }

  *#revoked(index: number): Generator<number> {
    const window = this.#volume.windows;
    const start = window.seek(this.#placeOf(index));
    const { bytes } = window;
    const isWide = (this.#features & journalFeature.wide) !== 0;
    const used = Math.min(layout.journalRevoke.cursor().over(bytes, start).used, this.#volume.geometry.blockBytes);
    const number = layout.journalTagHigh.cursor();
    for (let at = start + layout.journalRevoke.size; at + (isWide ? 8 : 4) <= start + used; at += isWide ? 8 : 4) {
      const first = number.over(bytes, at).block;
      yield isWide ? first * 2 ** 32 + number.over(bytes, at + 4).block : first;
    }
  }

  /** Whether a block of the log has its checksum; true without one. */
  #isWhole(index: number, kind: number): boolean {
    if ((this.#features & (journalFeature.checksum2 | journalFeature.checksum3)) === 0) return true;
    const { blockBytes } = this.#volume.geometry;
    const at = this.#volume.windows.seek(this.#placeOf(index));
    const { bytes } = this.#volume.windows;
    const hole = kind === journalKind.commit ? layout.journalCommitChecksumOffset : blockBytes - 4;
    const sum = checksumWithHole(this.#seed, bytes, at, blockBytes, hole, 4);
    return layout.journalChecksum.cursor().over(bytes, at + hole).checksum === sum;
  }

  /** Whether a copy has the checksum of its tag, which is that of the block before anything was taken out. */
  #holds(place: number, sequence: number, escaped: boolean, sum: number): boolean {
    if (sum < 0) return true;
    const { blockBytes } = this.#volume.geometry;
    const at = this.#volume.windows.seek(place);
    const { bytes } = this.#volume.windows;
    let found = checksumNumberBe(this.#seed, sequence);
    if (escaped) found = checksumNumberBe(found, 0);
    found = checksumFrom(found, bytes, at + (escaped ? 4 : 0), at + blockBytes);
    return (this.#features & journalFeature.checksum3) !== 0 ? found === sum : (found & 0xffff) === sum;
  }
}

/** Checksums of what stands before any seed. */
const begin = 0xffff_ffff;

interface JournalHead {
  readonly blocks: number;
  readonly first: number;
  readonly start: number;
  readonly sequence: number;
  readonly features: number;
  readonly fastBlocks: number;
  readonly uuid: Uint8Array;
  readonly checksumHolds: boolean;
}

function headAt(volume: ExtVolume, place: number): JournalHead | string {
  if (place + layout.journalSuper.size > volume.source.size) return "missing";
  const at = volume.windows.seek(place);
  const head = layout.journalSuper.cursor().over(volume.windows.bytes, at);
  if (head.magic !== layout.journalMagic) return "magic";
  if (head.kind !== journalKind.superblock1 && head.kind !== journalKind.superblock2) return "kind";
  if (head.blockBytes !== volume.geometry.blockBytes) return "block size";
  if (head.first === 0 || head.first >= head.blocks) return "first block";
  const features = head.kind === journalKind.superblock2 ? head.incompatible : 0;
  const hasFast = (features & journalFeature.fastCommit) !== 0;
  const hasSum = (features & (journalFeature.checksum2 | journalFeature.checksum3)) !== 0;
  const { size } = layout.journalSuper;
  const sum = checksumWithHole(begin, volume.windows.bytes, at, size, layout.journalSuperChecksumOffset, 4);
  return {
    blocks: head.blocks,
    first: head.first,
    start: head.start,
    sequence: head.sequence,
    features,
    fastBlocks: hasFast ? head.fastBlocks || layout.defaultFastBlocks : 0,
    uuid: head.uuid.slice(),
    checksumHolds: !hasSum || sum === head.checksum,
  };
}

/** Byte of the volume of a block of the journal; −1 for none. */
function placeIn(runs: readonly number[], index: number, blockBytes: number): number {
  let [low, high] = [0, runs.length / 4];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (runs[middle * 4]! <= index) low = middle;
    else high = middle;
  }
  const inside = index - (runs[low * 4] ?? 0);
  if (runs.length === 0 || inside < 0 || inside >= runs[low * 4 + 2]!) return -1;
  return (runs[low * 4 + 1]! + inside) * blockBytes;
}

/** From the copy of its map that the superblock has; null without one. */
function mapOfCopy(volume: ExtVolume): MapRuns | null {
  const { journalMap, journalInode, inodeBytes } = volume.geometry;
  if (journalMap === null) return null;
  const window = new Uint8Array(Math.max(inodeBytes, layout.inodeBytes));
  window.set(journalMap.subarray(0, layout.mapBytes), layout.mapOffset);
  const record = layout.inode.cursor().over(window);
  record.mode = layout.fileType.file;
  if (layout.extentHeader.cursor().over(journalMap).magic === layout.extentMagic)
    record.flags = layout.inodeFlag.extents;
  return mapOf(volume, new Inode(volume.geometry).over(journalInode, -1, window, 0));
}
