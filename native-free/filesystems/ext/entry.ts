/** Entries of an ext volume. Small: numbers, from which everything else is read when asked for. */
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../../model/item.ts";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { nameFromBytes } from "../../model/forensic-path.ts";
import type { FileExtent, FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { attributeOfInode, attributesOfInode } from "./attributes.ts";
import { sizeOf } from "./extents.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

/** A directory of a walk. */
export interface DirectoryRef {
  readonly number: number;
  /** Of its record in the volume: −1 where the table has it. */
  readonly place: number;
  /** Of its entry; null for the root. */
  readonly key: string | null;
  /** `orphan`: in use without a name; `deleted`: what is left of one that is not in use. */
  readonly state: "allocated" | "deleted" | "orphan";
  /** Inode that its `..` should name; 0 where that is not known. */
  readonly parent: number;
}

/** What an entry asks of its file system. */
export interface EntryOwner {
  readonly volume: ExtVolume;
  extentsOf(entry: FileSystemEntry): readonly FileExtent[];
  open(entry: FileSystemEntry): ByteSource;
  claimOf(entry: ExtEntry): ContentClaim;
  findingsOf(entry: ExtEntry): readonly Finding[];
  /** Where the record of an entry that is not in use is; −1 for nowhere. */
  remainsOf(entry: ExtEntry): number;
  /** Transaction of the journal that a place is of; 0 for none. */
  sequenceOf(entry: ExtEntry): number;
  /** Names that only the journal has of a directory. */
  journalNames(ref: DirectoryRef): readonly JournalEntry[];
}

/** Where a name was found beside its directory. */
interface JournalName {
  /** Byte of the volume in the journal. */
  readonly place: number;
  readonly sequence: number;
}

/** A name that only the journal has. */
export interface JournalEntry extends JournalName {
  /** Inode of its directory. */
  readonly directory: number;
  readonly number: number;
  readonly type: number;
  readonly name: EvidenceName;
}

const { fileType } = layout;
const kinds: Readonly<Record<number, FileSystemEntryKind>> = {
  [fileType.file]: "file",
  [fileType.directory]: "directory",
  [fileType.symlink]: "symlink",
  [fileType.pipe]: "special",
  [fileType.character]: "special",
  [fileType.block]: "special",
  [fileType.socket]: "special",
};
/** Types of directory entries by number. */
const typeModes = [
  0,
  fileType.file,
  fileType.directory,
  fileType.character,
  fileType.block,
  fileType.pipe,
  fileType.socket,
  fileType.symlink,
];
/** Linux takes targets of less than a page. */
const mostTargetBytes = 64 << 10;
const notLooked = -2;

export function isKnownType(mode: number): boolean {
  return (mode & fileType.mask) in kinds;
}

export function typeOfRecord(type: number): number {
  return typeModes[type] ?? 0;
}

/** A name in a directory, or an inode without one. */
export class ExtEntry implements FileSystemEntry {
  readonly name: EvidenceName;
  readonly nameClaim: NameClaim;
  /** Inode; 0 where the name does not tell it. */
  readonly number: number;
  /** Null: an inode without a name. */
  readonly directory: DirectoryRef | null;
  /** Of the record in the directory. */
  readonly offset: number;
  /** As the directory states it; 0 where it does not. */
  readonly recordType: number;
  readonly journal: JournalName | null;
  readonly #owner: EntryOwner;
  #place: number;

  constructor(
    owner: EntryOwner,
    place: { directory: DirectoryRef | null; offset: number; journal: JournalName | null },
    what: { name: EvidenceName; nameClaim: NameClaim; number: number; type: number },
    inodePlace = notLooked,
  ) {
    this.#owner = owner;
    this.directory = place.directory;
    this.offset = place.offset;
    this.journal = place.journal;
    this.name = what.name;
    this.nameClaim = what.nameClaim;
    this.number = what.number;
    this.recordType = what.type;
    this.#place = inodePlace;
  }

  get key(): string {
    const { directory, journal } = this;
    if (journal !== null) return `journal.${journal.place}`;
    if (directory === null) return inodeKey(this.number, this.offset);
    const { number, place, state } = directory;
    if (state === "allocated") return `${number}.${this.offset}`;
    return state === "orphan" ? `orphan.${number}.${this.offset}` : `deleted.${number}.${place}.${this.offset}`;
  }

  get parent(): string | null {
    return this.directory === null ? null : this.directory.key;
  }

  get origin(): Origin {
    return "entry";
  }

  /** Whether its inode is in use, and is what the entry names. */
  get isInUse(): boolean {
    const { volume } = this.#owner;
    if (this.directory === null && this.journal === null) return this.offset === 0 && volume.isInodeUsed(this.number);
    return this.nameClaim !== "deleted" || (this.journal === null && this.#isOpen(volume));
  }

  /** Whether a name that is left over is the last one of an inode that was open when it was removed. */
  #isOpen(volume: ExtVolume): boolean {
    const type = volume.unlinkedType(this.number);
    return type !== 0 && (this.recordType === 0 || typeOfRecord(this.recordType) === type);
  }

  /** Byte of the volume where the record of its inode is; −1 for none. */
  get inodePlace(): number {
    if (this.#place === notLooked) {
      this.#place = this.isInUse ? this.#owner.volume.inodePlace(this.number) : this.#owner.remainsOf(this);
    }
    return this.#place;
  }

  /** Its record, valid until the next one is asked for; null where there is none. */
  inode(): Inode | null {
    const place = this.inodePlace;
    return place < 0 ? null : this.#owner.volume.inode(this.number, place);
  }

  /** Transaction of the record where it is one of the journal; 0 of others. */
  get sequence(): number {
    return this.#owner.sequenceOf(this);
  }

  get kind(): FileSystemEntryKind {
    const type = this.inode()?.type ?? 0;
    return kinds[type] ?? kinds[typeOfRecord(this.recordType)] ?? "file";
  }

  get size(): number {
    const inode = this.inode();
    return inode === null ? 0 : sizeOf(this.#owner.volume, inode);
  }

  /** Bytes of its extents. */
  protected get extentBytes(): number {
    return this.#owner.extentsOf(this).reduce((sum, { length }) => sum + length, 0);
  }

  get times(): readonly ItemTime[] {
    return this.inode()?.times() ?? [];
  }

  get attributes(): Readonly<Record<string, string>> {
    const inode = this.inode();
    if (inode === null) return this.number === 0 ? {} : { inode: String(this.number) };
    return attributesOfInode(this.#owner.volume, inode);
  }

  /** Lists ask for a few. */
  attribute(name: string): string | undefined {
    const inode = name === "inode" && this.number !== 0 ? null : this.inode();
    if (inode === null) return name === "inode" && this.number !== 0 ? String(this.number) : undefined;
    return attributeOfInode(this.#owner.volume, inode, name);
  }

  get target(): EvidenceName | null {
    if (this.inode()?.type !== fileType.symlink) return null;
    const source = this.#owner.open(this);
    return nameFromBytes(readRange(source, 0, Math.min(source.size, mostTargetBytes)));
  }

  get contentClaim(): ContentClaim {
    return this.#owner.claimOf(this);
  }

  get findings(): readonly Finding[] {
    return this.#owner.findingsOf(this);
  }
}

/** Of an inode without a name. `place` tells incarnations of one number apart; 0: what the table has. */
function inodeKey(number: number, place: number): string {
  return place === 0 ? `inode.${number}` : `inode.${number}.${place}`;
}

/** Something without an entry in a directory: structures of the file system, blocks in use that belong to nothing. */
export class PlacedEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent = null;
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim;
  readonly origin: Origin = "entry";
  readonly size: number;
  readonly times: readonly ItemTime[] = [];
  readonly attributes: Readonly<Record<string, string>> = {};
  readonly target = null;
  readonly contentClaim: ContentClaim = "allocated";
  readonly findings: readonly Finding[];
  readonly extents: readonly FileExtent[];

  constructor(
    name: string,
    kind: FileSystemEntryKind,
    nameClaim: NameClaim,
    extents: readonly FileExtent[],
    findings: readonly Finding[] = [],
  ) {
    this.key = name;
    this.name = { text: name, bytes: null };
    this.kind = kind;
    this.nameClaim = nameClaim;
    this.extents = extents;
    this.size = extents.reduce((sum, { length }) => sum + length, 0);
    this.findings = findings;
  }
}
