/**
 * The entry of a file as nearly all are (`Plainness`). It says what the general one says, from what the survey noted and from the record itself,
 * and takes the file apart only where more is asked for.
 */
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim } from "../../model/item.ts";
import type { FileSystemEntryKind } from "../file-system.ts";
import { AttributeWalk, valueLengthAt, valueStartAt } from "./attributes.ts";
import { NtfsEntry, type EntryOwner } from "./entry.ts";
import { attributesOfBare, type Bare } from "./entry-attributes.ts";
import { timesFinding } from "./entry-findings.ts";
import { NtfsFile, type NameOf } from "./file.ts";
import * as layout from "./layouts.ts";
import { mark } from "./marks.ts";
import { namedAt } from "./names.ts";
import type { Records } from "./records.ts";
import type { Survey } from "./survey.ts";
import { invalidTimes, readTimes } from "./times.ts";
import type { NtfsVolume } from "./volume.ts";

/** What such an entry asks of its file system. */
export interface PlainOwner extends EntryOwner {
  readonly volume: NtfsVolume;
  /** Record of the directory of a reference; -1 where it is not there any more. */
  resolve(parent: number, sequence: number): number;
  ownersOfId(id: number): { readonly owner: string | null; readonly group: string | null } | null;
  /** Key of a directory by its record; null for the root and for -1. */
  keyOfParent(parent: number): string | null;
  /** Of a name in a directory, by its record: of a file `inUse`. */
  claimIn(parent: number, inUse: boolean): NameClaim;
}

const walk = new AttributeWalk();
const fileName = layout.fileName.offsets;
const clusterValue = layout.clusterValue.cursor();
const none: readonly Finding[] = [];

export class PlainEntry extends NtfsEntry {
  readonly streamOf = null;
  readonly #fs: PlainOwner;
  readonly #survey: Survey;
  readonly #number: number;
  #file: NtfsFile | null = null;
  /** Offsets in the record; -1 where there is none. The first is that of the name, 0 before they are looked for. */
  #nameAt = 0;
  #standardAt = -1;
  #dataAt = -1;
  /** Whether the standard information is that of NTFS 3.0 and later. */
  #numbered = false;

  constructor(fs: PlainOwner, survey: Survey, number: number) {
    super(fs);
    this.#fs = fs;
    this.#survey = survey;
    this.#number = number;
  }

  get file(): NtfsFile {
    return (this.#file ??= new NtfsFile(this.#fs.volume, this.#number));
  }

  get nameOf(): NameOf | null {
    return this.file.names()[0] ?? null;
  }

  override get key(): string {
    const { sequences, nameIds, parents } = this.#survey;
    const number = this.#number;
    return `${number}-${sequences[number]}-${nameIds[number]}-${parents[number]}`;
  }

  override get parent(): string | null {
    return this.#fs.keyOfParent(this.#parent);
  }

  override get name(): EvidenceName {
    const records = this.#record();
    return namedAt(records, this.#nameAt);
  }

  override get kind(): FileSystemEntryKind {
    return (this.#marks & mark.system) !== 0 ? "metadata" : "file";
  }

  override get nameClaim(): NameClaim {
    return this.#fs.claimIn(this.#parent, this.#inUse);
  }

  override get contentClaim(): ContentClaim {
    const records = this.#record();
    if (this.#dataAt >= 0 && this.#isSpread(records)) return this.#inUse ? "allocated" : super.contentClaim;
    const size = this.#dataAt < 0 ? 0 : valueLengthAt(records, this.#dataAt);
    if (this.#dataAt >= 0 && size > 0) return "resident";
    return this.#inUse ? "allocated" : "none";
  }

  override get size(): number {
    const records = this.#record();
    if (this.#dataAt < 0) return 0;
    if (!this.#isSpread(records)) return valueLengthAt(records, this.#dataAt);
    const at = records.offset + this.#dataAt + layout.valueAt;
    const { firstVcn, size, initialized } = clusterValue.over(records.bytes, at);
    return firstVcn === 0 && Number.isSafeInteger(size) && Number.isSafeInteger(initialized) ? size : super.size;
  }

  override get times(): readonly ItemTime[] {
    const { view, offset } = this.#record();
    const out: ItemTime[] = [];
    if (this.#standardAt >= 0) readTimes(view, offset + this.#standardAt, "$SI", out);
    readTimes(view, offset + this.#nameAt + layout.nameTimesAt, "$FN", out);
    return out;
  }

  override get attributes(): Readonly<Record<string, string>> {
    if ((this.#marks & mark.bare) === 0) return super.attributes;
    const { view, offset } = this.#record();
    const at = offset + this.#standardAt;
    const id = this.#numbered ? view.getUint32(at + layout.standardInformation3.offsets.securityId, true) : 0;
    const bare: Bare = {
      number: this.#number,
      sequence: this.#survey.sequences[this.#number]!,
      links: view.getUint16(offset + layout.fileRecord.offsets.links, true),
      fileFlags: this.fileFlags,
      dataFlags: this.dataFlags,
    };
    // Asked for last: reading descriptors makes other records current.
    return attributesOfBare(bare, this.#fs.ownersOfId(id));
  }

  override get fileFlags(): number {
    const { view, offset } = this.#record();
    if (this.#standardAt < 0) return 0;
    return view.getUint32(offset + this.#standardAt + layout.standardInformation.offsets.flags, true);
  }

  override get dataFlags(): number {
    const { view, offset } = this.#record();
    return this.#dataAt < 0 ? 0 : view.getUint16(offset + this.#dataAt + layout.attribute.offsets.flags, true);
  }

  override get target(): null {
    return null;
  }

  override get findings(): readonly Finding[] {
    const marks = this.#marks;
    const records = this.#record();
    const spread = this.#dataAt >= 0 && this.#isSpread(records);
    if ((marks & mark.kept) === 0 || (spread && !this.#isOwn)) return super.findings;
    const { view, offset } = records;
    const name = offset + this.#nameAt + layout.nameTimesAt;
    const standard = offset + this.#standardAt;
    const invalid = (this.#standardAt < 0 ? 0 : invalidTimes(view, standard)) + invalidTimes(view, name);
    if (invalid > 0) return super.findings;
    if (this.#standardAt < 0) return none;
    const low = view.getUint32(standard + layout.fileTime.offsets.low, true);
    const high = view.getUint32(standard + layout.fileTime.offsets.high, true);
    const odd = timesFinding(low, high, view, name);
    return odd === null ? none : [odd];
  }

  get #marks(): number {
    return this.#survey.marks[this.#number]!;
  }

  get #inUse(): boolean {
    return (this.#marks & mark.inUse) !== 0;
  }

  get #parent(): number {
    const { parents, parentSequences } = this.#survey;
    return this.#fs.resolve(parents[this.#number]!, parentSequences[this.#number]!);
  }

  /** Whether clusters that other files have too, or a size above that of the volume, need no look. */
  get #isOwn(): boolean {
    return this.#survey.shared.size === 0 && this.size <= this.#fs.volume.source.size;
  }

  /** Whether the value is not in the record. */
  #isSpread({ view, offset }: Records): boolean {
    return view.getUint8(offset + this.#dataAt + layout.attribute.offsets.nonResident) === 1;
  }

  /** Makes the record current. */
  #record(): Records {
    const { records } = this.#fs.volume;
    records.at(this.#number);
    if (this.#nameAt === 0) this.#look(records);
    return records;
  }

  #look(records: Records): void {
    const { view, offset } = records;
    let seen = false;
    walk.over(records);
    while (walk.next()) {
      const { type, at } = walk;
      if (type === layout.type.standardInformation) {
        const length = seen || walk.nonResident ? 0 : valueLengthAt(records, at);
        if (length >= layout.standardInformation.size) this.#standardAt = valueStartAt(records, at) - offset;
        if (length >= layout.standardInformation3.size) this.#numbered = true;
        seen = true;
      } else if (type === layout.type.fileName) {
        const start = valueStartAt(records, at);
        if (this.#nameAt === 0 || view.getUint8(start + fileName.namespace) !== layout.nameSpace.dos)
          this.#nameAt = start - offset;
      } else if (type === layout.type.data) this.#dataAt = at;
    }
  }
}
