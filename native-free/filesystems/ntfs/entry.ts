/** Entries of an NTFS volume: a name of a file, a stream of it, a record without a name. Small; fields are worked out when asked for. */
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../../model/item.ts";
import type { FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { flagsOf, valueStart } from "./attributes.ts";
import { attributesOf } from "./entry-attributes.ts";
import type { NameOf, NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { isLink, isSpecial, targetOf } from "./reparse.ts";
import type { Stream } from "./streams.ts";
import { readTimes } from "./times.ts";
import { attributeKey, fileKey, mainKey, nameKey, nameText, reparseOf, standardAt, streamName } from "./values.ts";

/** What an entry asks of its file system. */
export interface EntryOwner {
  /** Key of the directory of a name; null for the root and where there is none any more. */
  parentKeyOf(file: NtfsFile, name: NameOf): string | null;
  nameClaimOf(file: NtfsFile, name: NameOf): NameClaim;
  /** Whether the file is one of the file system's own. */
  isSystem(file: NtfsFile): boolean;
  contentClaimOf(entry: NtfsEntry): ContentClaim;
  findingsOf(entry: NtfsEntry): readonly Finding[];
  ownersOf(file: NtfsFile): { readonly owner: string | null; readonly group: string | null } | null;
}

const standard = layout.standardInformation.cursor();

/** A name of a file (null: a record without one), or a stream of it. */
export abstract class NtfsEntry implements FileSystemEntry {
  readonly #owner: EntryOwner;

  constructor(owner: EntryOwner) {
    this.#owner = owner;
  }

  abstract get file(): NtfsFile;
  abstract get nameOf(): NameOf | null;
  /** Null: what the file itself opens. */
  abstract get streamOf(): Stream | null;

  get key(): string {
    const { file, streamOf, nameOf } = this;
    if (streamOf) return `${fileKey(file)}-${attributeKey(file, streamOf.first)}`;
    return nameOf ? nameKey(file, nameOf) : fileKey(file);
  }

  get parent(): string | null {
    if (this.streamOf) return this.file.number === layout.known.root ? null : mainKey(this.file);
    return this.nameOf && this.#owner.parentKeyOf(this.file, this.nameOf);
  }

  get name(): EvidenceName {
    const { file, streamOf, nameOf } = this;
    if (streamOf) return { text: streamName(streamOf), bytes: null };
    return nameOf ? nameText(file, nameOf) : { text: `record ${fileKey(file)}`, bytes: null };
  }

  get kind(): FileSystemEntryKind {
    const { file, streamOf } = this;
    if (streamOf) return this.#owner.isSystem(file) && file.number !== layout.known.root ? "metadata" : "stream";
    if (file.number === layout.known.root) return "metadata";
    if (file.find(layout.type.reparsePoint) !== null) {
      const tag = reparseOf(file)?.tag ?? 0;
      if (isLink(tag)) return "symlink";
      if (isSpecial(tag)) return "special";
    }
    if (file.isDirectory) return "directory";
    return this.#owner.isSystem(file) ? "metadata" : "file";
  }

  get nameClaim(): NameClaim {
    const { file, nameOf } = this;
    if (file.number === layout.known.root) return "allocated";
    const name = nameOf ?? (this.streamOf ? (file.names()[0] ?? null) : null);
    if (name) return this.#owner.nameClaimOf(file, name);
    if (file.inUse && file.number < layout.known.firstFree) return "none";
    return "orphan";
  }

  get contentClaim(): ContentClaim {
    return this.#owner.contentClaimOf(this);
  }

  get origin(): Origin {
    return this.file.number < 0 ? "unallocated" : "entry";
  }

  /** The value that is opened; null where there is none. */
  get content(): Stream | null {
    return this.streamOf ?? this.file.content();
  }

  get size(): number {
    return this.streamOf ? this.streamOf.size : this.file.contentSize();
  }

  get times(): readonly ItemTime[] {
    const out: ItemTime[] = [];
    if (!this.streamOf) this.collectTimes(out);
    return out;
  }

  /** Appends the times; returns how many cannot be. */
  collectTimes(out: ItemTime[]): number {
    const { file, nameOf } = this;
    let invalid = 0;
    const at = standardAt(file);
    const { records } = file.volume;
    if (at >= 0) invalid += readTimes(records.view, at, "$SI", out);
    if (nameOf) {
      const start = valueStart(records, nameOf.attribute);
      invalid += readTimes(records.view, start + layout.nameTimesAt, "$FN", out);
    }
    return invalid;
  }

  get attributes(): Readonly<Record<string, string>> {
    return attributesOf(this, this.streamOf ? null : this.#owner.ownersOf(this.file));
  }

  get target(): EvidenceName | null {
    if (this.streamOf || this.file.find(layout.type.reparsePoint) === null) return null;
    const reparse = reparseOf(this.file);
    return reparse && targetOf(reparse);
  }

  get findings(): readonly Finding[] {
    return this.#owner.findingsOf(this);
  }

  /** Of $STANDARD_INFORMATION; 0 without one. */
  get fileFlags(): number {
    const at = standardAt(this.file);
    return at < 0 ? 0 : standard.over(this.file.volume.records.bytes, at).flags;
  }

  get dataFlags(): number {
    const { content } = this;
    return content === null ? 0 : flagsOf(this.file.volume.records, content.first);
  }
}

/** An entry of a file that was taken apart. */
export class FileEntry extends NtfsEntry {
  readonly file: NtfsFile;
  readonly nameOf: NameOf | null;
  readonly streamOf: Stream | null;

  constructor(owner: EntryOwner, file: NtfsFile, nameOf: NameOf | null, streamOf: Stream | null) {
    super(owner);
    this.file = file;
    this.nameOf = nameOf;
    this.streamOf = streamOf;
  }
}
