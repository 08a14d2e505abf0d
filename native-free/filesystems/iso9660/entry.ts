/** Entries of an ISO 9660 volume. Small: the place of the directory record, from which everything is read when it is asked for. */
import { Buffer } from "node:buffer";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../../model/item.ts";
import type { FileExtent, FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { attributesOf } from "./entry-attributes.ts";
import { timesOf } from "./entry-times.ts";
import { directoryRecord, fileFlag } from "./layouts.ts";
import { recordName, type FileName } from "./names.ts";
import { nameOf, systemUseOf, type DirectoryRef, type RecordItem, type RecordPlace } from "./records.ts";
import { sectionOf, type Section } from "./sections.ts";
import { SystemUse } from "./system-use.ts";
import type { IsoVolume } from "./volume.ts";

/** What an entry asks of its file system. */
export interface EntryOwner {
  readonly volume: IsoVolume;
  extentsOf(entry: FileSystemEntry): readonly FileExtent[];
  claimOf(entry: IsoEntry): ContentClaim;
  findingsOf(entry: IsoEntry): readonly Finding[];
  /** Size of the content as it is given: unpacked where it is packed. */
  sizeOf(entry: IsoEntry): number;
}

const record = directoryRecord.cursor();
const noFields = new SystemUse();
const typeMask = 0o170000;
const types: Readonly<Record<number, FileSystemEntryKind>> = {
  0o120000: "symlink",
  0o20000: "special",
  0o60000: "special",
  0o10000: "special",
  0o140000: "special",
};

export class IsoEntry implements FileSystemEntry, RecordPlace {
  readonly key: string;
  readonly directory: DirectoryRef;
  readonly window: Uint8Array;
  readonly at: number;
  /** Of the record in the volume. */
  readonly offset: number;
  readonly more: readonly RecordPlace[] | null;
  /** Offset of the record of the file whose stream it is; -1 of others. */
  readonly ownerOffset: number;
  readonly flags: number;
  readonly origin: Origin = "entry";
  readonly #owner: EntryOwner;
  #use: SystemUse | null = null;
  #name: FileName | null = null;
  #sections: readonly Section[] | null = null;
  #times: { readonly times: readonly ItemTime[]; readonly invalid: number } | null = null;

  constructor(owner: EntryOwner, directory: DirectoryRef, item: RecordItem) {
    this.#owner = owner;
    this.directory = directory;
    this.window = item.window;
    this.at = item.at;
    this.offset = item.offset;
    this.more = item.more;
    this.ownerOffset = item.owner;
    this.key = String(item.offset);
    this.flags = record.over(item.window, item.at).flags;
  }

  get parent(): string | null {
    return this.ownerOffset >= 0 ? String(this.ownerOffset) : this.directory.key;
  }

  /** System use fields; empty in trees that have none. */
  get use(): SystemUse {
    return (this.#use ??= this.#readUse());
  }

  #readUse(): SystemUse {
    const { tree } = this.directory;
    if (!tree.rockRidge) return noFields;
    const { from, end } = systemUseOf(this, tree.skip);
    return from + 4 > end ? noFields : this.#owner.volume.systemUse.read(this.window, from, end);
  }

  get #recorded(): FileName {
    const isDirectory = (this.flags & fileFlag.directory) !== 0;
    return (this.#name ??= recordName(nameOf(this), this.directory.tree.wide, isDirectory));
  }

  get name(): EvidenceName {
    return this.use.name ?? this.#recorded.name;
  }

  /** As the record itself has it, where another name is shown; null where it is the name. */
  get recordedName(): string | null {
    return this.use.name === null ? null : Buffer.from(nameOf(this)).toString("latin1");
  }

  get version(): string {
    return this.#recorded.version;
  }

  get kind(): FileSystemEntryKind {
    if (this.isDirectory) return "directory";
    if (this.ownerOffset >= 0) return "stream";
    const { mode } = this.use;
    return (mode < 0 ? undefined : types[mode & typeMask]) ?? "file";
  }

  get isDirectory(): boolean {
    return (this.flags & fileFlag.directory) !== 0 || this.use.childBlock >= 0;
  }

  get nameClaim(): NameClaim {
    return this.directory.state;
  }

  get live(): boolean {
    return this.directory.state === "allocated";
  }

  get sections(): readonly Section[] {
    return (this.#sections ??= [this as RecordPlace, ...(this.more ?? [])].map((place) =>
      sectionOf(this.#owner.volume, place),
    ));
  }

  /** As the records state it. */
  get storedBytes(): number {
    let bytes = 0;
    for (const section of this.sections) bytes += section.bytes;
    return bytes;
  }

  /** First block of the content; null where there is none. */
  get firstBlock(): number | null {
    const section = this.sections.find(({ bytes }) => bytes > 0);
    return section ? section.block + section.attributeBlocks : null;
  }

  get size(): number {
    return this.#owner.sizeOf(this);
  }

  get contentClaim(): ContentClaim {
    return this.#owner.claimOf(this);
  }

  get target(): EvidenceName | null {
    return this.kind === "symlink" ? (this.use.target ?? { text: "", bytes: null }) : null;
  }

  get times(): readonly ItemTime[] {
    return (this.#times ??= timesOf(this.#owner.volume, this)).times;
  }

  get invalidTimes(): number {
    return (this.#times ??= timesOf(this.#owner.volume, this)).invalid;
  }

  get attributes(): Readonly<Record<string, string>> {
    return attributesOf(this.#owner.volume, this);
  }

  get findings(): readonly Finding[] {
    return this.#owner.findingsOf(this);
  }
}

/** Something without a directory record: structures, boot images, directories that nothing leads to, what lies in gaps. */
export class PlacedEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent: string | null;
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim;
  readonly contentClaim: ContentClaim;
  readonly origin: Origin;
  readonly size: number;
  readonly times: readonly ItemTime[] = [];
  readonly attributes: Readonly<Record<string, string>>;
  readonly target = null;
  readonly findings: readonly Finding[];
  readonly extents: readonly FileExtent[];
  /** Of a directory: what it holds. */
  readonly directory: DirectoryRef | null;

  constructor(
    identity: Pick<FileSystemEntry, "key" | "kind" | "nameClaim" | "contentClaim"> & {
      readonly name: EvidenceName;
      readonly parent?: string | null;
      readonly origin?: Origin;
      readonly attributes?: Readonly<Record<string, string>>;
    },
    extents: readonly FileExtent[],
    findings: readonly Finding[] = [],
    directory: DirectoryRef | null = null,
  ) {
    this.key = identity.key;
    this.parent = identity.parent ?? null;
    this.name = identity.name;
    this.kind = identity.kind;
    this.nameClaim = identity.nameClaim;
    this.contentClaim = identity.contentClaim;
    this.origin = identity.origin ?? "entry";
    this.attributes = identity.attributes ?? {};
    this.extents = extents;
    this.size = extents.reduce((sum, { length }) => sum + length, 0);
    this.findings = findings;
    this.directory = directory;
  }
}
