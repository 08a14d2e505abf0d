/** One look at every inode of a volume: which blocks belong to what, and what contradicts itself. */
import { MapReader, type MapProblem, type MapSink } from "./block-map.ts";
import { claimKind, ClaimList, OwnedBlocks } from "./claims.ts";
import { claimFixed } from "./fixed.ts";
import { Inode, isAlive } from "./inode.ts";
import * as layout from "./layouts.ts";
import { NumberSet } from "./number-set.ts";
import { rootInode, type ExtVolume } from "./volume.ts";

export interface Trouble {
  readonly problem: MapProblem | "shared" | "long";
  /** A block; of `long` bytes that are too many. */
  readonly block: number;
}

/** Inodes whose trouble is kept. */
const mostTroubled = 200_000;
const { fileType, inodeFlag } = layout;
/** Numbers of inodes with a fixed meaning (chapter "Special inodes"). */
export const special = {
  bad: 1,
  userQuota: 3,
  groupQuota: 4,
  boot: 5,
  undelete: 6,
  resize: 7,
  journal: 8,
  exclude: 9,
  replica: 10,
} as const;

export class Survey implements MapSink {
  readonly owned: OwnedBlocks;
  readonly troubles = new Map<number, Trouble[]>();
  /** Numbers of inodes that are in use and that the bitmap does not have. */
  unmarked = 0;
  /** Numbers of inodes out of use whose records are not blank. */
  readonly gone: number[] = [];
  /** Of the bitmap: inodes in use. */
  usedInodes = 0;
  readonly #volume: ExtVolume;
  readonly #claims = new ClaimList();
  readonly #nodes = new NumberSet();
  readonly #reader: MapReader;
  readonly #inode: Inode;
  /** Of the inode at hand. */
  #number = 0;
  #kind: number = claimKind.content;
  #endBlock = 0;
  #tail = 0;
  #spare = 0;

  constructor(volume: ExtVolume) {
    this.#volume = volume;
    this.#reader = new MapReader(volume);
    this.#inode = new Inode(volume.geometry);
    claimFixed(volume, this.#claims);
    for (let group = 0; group < volume.groups.count; group++) this.#group(group);
    this.owned = new OwnedBlocks(this.#claims, (start, _length, first, second) => this.#shared(start, first, second));
  }

  #group(group: number): void {
    const { inodesPerGroup, inodeBytes, inodes } = this.#volume.geometry;
    const reach = this.#volume.reachOf(group);
    const { inodeTable } = this.#volume.groups.get(group);
    if (reach === 0) return;
    const start = this.#volume.placeOf(inodeTable);
    const first = group * inodesPerGroup + 1;
    const held = Math.floor((this.#volume.source.size - start) / inodeBytes);
    const count = Math.min(reach, inodes - first + 1, held);
    for (let i = 0; i < count; i++) {
      const isMarked = this.#volume.isInodeMarked(first + i);
      const inode = this.#volume.inodeInto(this.#inode, first + i, start + i * inodeBytes);
      if (isMarked) this.usedInodes++;
      else if (isAlive(inode)) this.unmarked++;
      else {
        if (inode.type !== 0 && first + i >= this.#volume.geometry.firstInode) this.gone.push(first + i);
        continue;
      }
      if (inode.type !== 0 || first + i < this.#volume.geometry.firstInode) this.#claim(inode);
    }
  }

  #claim(inode: Inode): void {
    const { blockBytes } = this.#volume.geometry;
    const { number, attributeBlock } = inode;
    this.#number = number;
    if (attributeBlock !== 0) this.#attributes(attributeBlock);
    const isList = number === special.bad || number === special.resize;
    if (!inode.hasBlocks && !isList) return;
    this.#kind = kindOf(this.#volume, inode);
    const size = isList ? Number.POSITIVE_INFINITY : inode.statedSize;
    this.#endBlock = Math.ceil(size / blockBytes);
    this.#tail = isList ? 0 : size % blockBytes;
    this.#spare = 0;
    this.#reader.read(inode, this);
    if (this.#spare > 0) this.#trouble({ problem: "long", block: this.#spare * blockBytes });
  }

  #attributes(block: number): void {
    if (this.#volume.hasBlock(block)) this.#claims.push(block, 1, this.#number, claimKind.attributes);
    else this.#trouble({ problem: "outside", block });
  }

  run(logical: number, block: number, count: number, unwritten: boolean): void {
    // Its blocks are those kept for group descriptors.
    if (this.#number === special.resize) return;
    const kind = unwritten && this.#kind === claimKind.content ? claimKind.unwritten : this.#kind;
    const inside = Math.max(0, Math.min(count, this.#endBlock - logical));
    if (inside > 0) {
      const isEnd = logical + inside === this.#endBlock;
      this.#claims.push(block, inside, this.#number, kind, isEnd && kind === claimKind.content ? this.#tail : 0);
    }
    if (inside < count) {
      this.#claims.push(block + inside, count - inside, this.#number, claimKind.spare);
      this.#spare += count - inside;
    }
  }

  node(block: number): boolean {
    if (!this.#nodes.add(block)) {
      this.#trouble({ problem: "shared", block });
      return false;
    }
    this.#claims.push(block, 1, this.#number, claimKind.map);
    return true;
  }

  problem(problem: MapProblem, block: number): void {
    // `taken` was told with the block.
    if (problem !== "taken" && this.#number !== special.resize) this.#trouble({ problem, block });
  }

  #shared(block: number, first: number, second: number): void {
    const { kinds, owners } = this.#claims;
    const [one, other] = [kinds[first]!, kinds[second]!];
    // Files with equal attributes share them; the inode for resizing has blocks of the descriptors.
    if (one === claimKind.attributes && other === claimKind.attributes) return;
    for (const [index, kind] of [
      [first, one],
      [second, other],
    ] as const) {
      if (kind === claimKind.fixed || owners[index] === special.resize) continue;
      this.#number = owners[index]!;
      this.#trouble({ problem: "shared", block });
    }
  }

  #trouble(trouble: Trouble): void {
    const known = this.troubles.get(this.#number);
    if (known === undefined) {
      if (this.troubles.size < mostTroubled) this.troubles.set(this.#number, [trouble]);
    } else if (known.length < 16 && !known.some(({ problem }) => problem === trouble.problem)) known.push(trouble);
  }
}

function kindOf(volume: ExtVolume, inode: Inode): number {
  if (isMetadataInode(volume, inode)) return claimKind.metadata;
  return inode.type === fileType.directory ? claimKind.directory : claimKind.content;
}

/** Whether the file system itself writes it: journal, quota, large attributes. */
export function isMetadataInode({ geometry }: ExtVolume, inode: Inode): boolean {
  const { number } = inode;
  if (inode.has(inodeFlag.attributeValue)) return true;
  if (number < geometry.firstInode) return number !== rootInode;
  return number === geometry.journalInode || number === geometry.orphanFile || geometry.quotaInodes.includes(number);
}
