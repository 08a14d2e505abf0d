/** The volume under the files: geometry, groups, inodes and bitmaps, and where they lie. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Geometry } from "./geometry.ts";
import { GroupTable } from "./groups.ts";
import { Inode, isAlive } from "./inode.ts";
import { Orphans } from "./orphans.ts";
import { Windows } from "./windows.ts";

export const rootInode = 2;

export class ExtVolume {
  /** With what a dirty journal holds laid over it. */
  readonly source: ByteSource;
  readonly geometry: Geometry;
  readonly groups: GroupTable;
  /** Of inode tables. */
  readonly #tables: Windows;
  /** Of directories, maps and bitmaps. */
  readonly windows: Windows;
  readonly #inode: Inode;
  #orphans: Orphans | null = null;

  constructor(source: ByteSource, geometry: Geometry) {
    this.source = source;
    this.geometry = geometry;
    this.#tables = new Windows(source);
    this.windows = new Windows(source, this.#tables);
    this.groups = new GroupTable(geometry, new Windows(source, this.#tables), source.size);
    this.#inode = new Inode(geometry);
  }

  /** Inodes that were still to be cleared away; looked for once. May move the cursor over inodes. */
  get orphans(): Orphans {
    return (this.#orphans ??= new Orphans(this));
  }

  placeOf(block: number): number {
    return block * this.geometry.blockBytes;
  }

  hasBlock(block: number): boolean {
    return block >= this.geometry.firstData && block < this.geometry.blocks;
  }

  isInode(number: number): boolean {
    return number >= 1 && number <= this.geometry.inodes;
  }

  /** Byte where the record of an inode begins; −1 where there is none in the volume. */
  inodePlace(number: number): number {
    const { inodesPerGroup, inodeBytes, blockBytes } = this.geometry;
    if (!this.isInode(number)) return -1;
    const group = Math.floor((number - 1) / inodesPerGroup);
    if (group >= this.groups.count) return -1;
    const { inodeTable } = this.groups.get(group);
    if (inodeTable === 0) return -1;
    const place = inodeTable * blockBytes + ((number - 1) % inodesPerGroup) * inodeBytes;
    return place + inodeBytes <= this.source.size ? place : -1;
  }

  /** The record at a place (that of `inodePlace` by default), null where there is none. The same object every time. */
  inode(number: number, place = -1): Inode | null {
    const inode = this.#inode;
    const at = place < 0 ? this.inodePlace(number) : place;
    if (at < 0) return null;
    if (inode.number === number && inode.place === at) return inode;
    return this.inodeInto(inode, number, at);
  }

  /** Lays a cursor of the caller's over a record. */
  inodeInto(inode: Inode, number: number, place: number): Inode {
    const at = this.#tables.seek(place);
    return inode.over(number, place, this.#tables.bytes, at);
  }

  /** Whether an inode is in use: what the bitmap says, and of those that it does not have what the record says. */
  isInodeUsed(number: number): boolean {
    if (this.inodePlace(number) < 0) return false;
    return this.isInodeMarked(number) || isAlive(this.inode(number)!);
  }

  /** How many records of the table of a group are looked at: as its descriptor says, and those behind that its bitmap has in use. */
  reachOf(group: number): number {
    const { unusedInodes, inodesUnused, inodeTable, inodeBitmap } = this.groups.get(group);
    const { inodesPerGroup } = this.geometry;
    if (inodeTable === 0 || inodesUnused) return 0;
    const stated = inodesPerGroup - unusedInodes;
    if (unusedInodes === 0 || this.placeOf(inodeBitmap + 1) > this.source.size) return stated;
    const at = this.windows.seek(this.placeOf(inodeBitmap));
    const { bytes } = this.windows;
    for (let index = inodesPerGroup - 1; index >= stated; index--) {
      const byte = bytes[at + (index >>> 3)]!;
      if (byte === 0) index &= ~7;
      else if (((byte >>> (index & 7)) & 1) === 1) return index + 1;
    }
    return stated;
  }

  /** Type of an inode that is in use and has no name any more; 0 of others. */
  unlinkedType(number: number): number {
    if (this.inodePlace(number) < 0 || !this.isInodeMarked(number)) return 0;
    const { base, type } = this.inode(number)!;
    return base.links === 0 && number >= this.geometry.firstInode ? type : 0;
  }

  /** Whether the bitmap has an inode in use. */
  isInodeMarked(number: number): boolean {
    const { inodesPerGroup } = this.geometry;
    const { inodeBitmap, inodesUnused } = this.groups.get(Math.floor((number - 1) / inodesPerGroup));
    const place = this.placeOf(inodeBitmap);
    if (inodesUnused || inodeBitmap === 0 || place >= this.source.size) return false;
    const index = (number - 1) % inodesPerGroup;
    const at = this.windows.seek(place);
    return ((this.windows.bytes[at + (index >>> 3)]! >>> (index & 7)) & 1) === 1;
  }
}
