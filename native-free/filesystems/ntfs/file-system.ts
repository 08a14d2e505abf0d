/** An NTFS volume as a file system. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { MemorySource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, NameClaim } from "../../model/item.ts";
import { completeAccount } from "../byte-account.ts";
import { claimOfExtents } from "../cluster-extents.ts";
import { ExtentSource } from "../extent-source.ts";
import type {
  ClassedRange,
  EntriesOptions,
  FileExtent,
  FileSystem,
  FileSystemEntry,
  SlackRange,
} from "../file-system.ts";
import { classify } from "./account.ts";
import { Ancestry } from "./ancestry.ts";
import { Bitmap } from "./bitmap.ts";
import { checkBitmap, checkHead, checkSurvey } from "./checks.ts";
import { keptElsewhere, missingExtents, openContent, openStream } from "./content.ts";
import { NtfsEntry } from "./entry.ts";
import { entriesOfFile } from "./entries.ts";
import { findingsOfEntry } from "./entry-findings.ts";
import { fileAt, type NameOf, type NtfsFile } from "./file.ts";
import type { IndexCheck } from "./index-check.ts";
import { entryOfKey } from "./keys.ts";
import * as layout from "./layouts.ts";
import { listDirectory } from "./listing.ts";
import { Owners } from "./owners.ts";
import type { PlainOwner } from "./plain-entry.ts";
import { PlacedEntry } from "./placed-entry.ts";
import { checkShadowCopies } from "./shadow-copies.ts";
import { SlackEntry, type SlackOwner } from "./slack-entry.ts";
import { clusterSlack, directorySlack, recordSlack } from "./slack.ts";
import { deletedExtents } from "./states.ts";
import type { Stream } from "./streams.ts";
import { mark } from "./marks.ts";
import { Survey } from "./survey.ts";
import { Tree } from "./tree.ts";
import { mainKey } from "./values.ts";
import { readVolumeRecord } from "./volume-record.ts";
import type { NtfsVolume } from "./volume.ts";
import { walkVolume } from "./walk.ts";

/** By `standing`. */
const claimWords: readonly NameClaim[] = ["none", "allocated", "deleted", "orphan"];

const keySlots = 1024;

/** What was learnt of the whole volume. */
export interface Known {
  readonly survey: Survey;
  readonly tree: Tree;
}

export class NtfsFileSystem implements FileSystem, PlainOwner, SlackOwner {
  readonly format = "ntfs";
  readonly variant: string;
  readonly label: string | null;
  readonly blockBytes: number;
  readonly size: number;
  readonly facts: readonly Fact[];
  readonly volume: NtfsVolume;
  readonly #found: Finding[];
  /** Whether shadow copies are looked for with everything else. */
  readonly #isLarge: boolean;
  readonly #ancestry: Ancestry;
  readonly #owners: Owners;
  #known: Known | null = null;
  #bitmap: Bitmap | null = null;
  #checked = false;
  #indexed = false;
  /** Of directories that were asked for last, by a part of their number. */
  readonly #keyNumbers = new Float64Array(keySlots).fill(-1);
  readonly #keys: string[] = new Array<string>(keySlots).fill("");

  constructor(volume: NtfsVolume, findings: readonly Finding[]) {
    const { geometry } = volume;
    const record = readVolumeRecord(volume);
    this.volume = volume;
    this.variant = record.version === null ? "NTFS" : `NTFS ${record.version}`;
    this.label = record.label;
    this.blockBytes = geometry.clusterBytes;
    this.size = geometry.size;
    const shadows = checkShadowCopies(volume, false);
    this.#isLarge = shadows === null;
    this.#found = [...findings, ...checkHead(volume, record), ...(shadows ?? [])];
    this.#ancestry = new Ancestry(volume);
    this.#owners = new Owners(volume);
    this.facts = factsOf({
      kind: "NTFS",
      version: record.version,
      label: record.label,
      serial: geometry.serial,
      "media-kind": `0x${geometry.media.toString(16)}`,
      "block-bytes": geometry.clusterBytes,
      geometry: geometry.tracks,
      clean: record.dirty ? "no" : "yes",
    });
  }

  get findings(): readonly Finding[] {
    return this.#found;
  }

  entries(options: EntriesOptions = {}): Iterable<FileSystemEntry> {
    return walkVolume(this, this.known(), options.searchUnallocated ?? true);
  }

  entryOf(key: string): FileSystemEntry | null {
    return entryOfKey(this, key);
  }

  list(directory: FileSystemEntry | null): Iterable<FileSystemEntry> {
    return listDirectory(this, this.#directoryOf(directory));
  }

  open(entry: FileSystemEntry): ByteSource {
    if (entry instanceof PlacedEntry) return new ExtentSource(this.volume.source, entry.extents);
    const { file, content } = this.#contentOf(entry);
    if (file === null || content === null) return new MemorySource(new Uint8Array(0));
    const judge = (extents: readonly FileExtent[]): readonly FileExtent[] => this.judged(file, extents);
    const own = entry instanceof NtfsEntry && entry.streamOf !== null;
    return own ? openStream(file, content, judge) : openContent(file, content, judge);
  }

  extentsOf(entry: FileSystemEntry | null): readonly FileExtent[] {
    if (entry instanceof PlacedEntry) return entry.extents;
    const { file, content } = entry === null ? this.#root() : this.#contentOf(entry);
    return file === null || content === null ? [] : this.extentsOfStream(file, content);
  }

  /** With what became of them, where the file is deleted. */
  extentsOfStream(file: NtfsFile, stream: Stream): readonly FileExtent[] {
    if (keptElsewhere(file, stream) !== null) return missingExtents(stream);
    const extents = file.extents(stream);
    return stream.resident ? extents : this.judged(file, extents);
  }

  slackOf(entry: FileSystemEntry | null): readonly SlackRange[] {
    if (entry === null) return this.#slackOfFile(this.#root().file);
    if (!(entry instanceof NtfsEntry) || !entry.file.inUse || entry.nameClaim !== "allocated") return [];
    const { file, streamOf } = entry;
    return streamOf ? clusterSlack(file, streamOf) : this.#slackOfFile(file);
  }

  account(): Iterable<ClassedRange> {
    const { survey } = this.known();
    if (!this.#checked) {
      this.#checked = true;
      this.#found.push(...checkBitmap(this.volume, survey, this.bitmap));
    }
    return completeAccount(this.volume.source, classify(this.volume, survey, this.bitmap));
  }

  /** Everything is looked at once, when something first needs it. */
  known(): Known {
    if (this.#known === null) {
      const survey = new Survey(this.volume);
      this.#known = { survey, tree: new Tree(survey) };
      this.#found.push(...checkSurvey(this.volume, survey));
      if (this.#isLarge) this.#found.push(...(checkShadowCopies(this.volume, true) ?? []));
    }
    return this.#known;
  }

  get bitmap(): Bitmap {
    if (this.#bitmap === null) {
      const file = fileAt(this.volume, layout.known.bitmap);
      const stream = file?.stream(layout.type.data, "") ?? null;
      const source = file && stream ? openStream(file, stream, (extents) => extents) : null;
      this.#bitmap = new Bitmap(source, this.volume.geometry.clusters);
    }
    return this.#bitmap;
  }

  /** The directory of a name: its record, -1 where it is not there any more. */
  parentOf(file: NtfsFile, name: NameOf): number {
    return this.#isCut(file, name) ? -1 : this.resolve(name.parent, name.parentSequence);
  }

  resolve(parent: number, sequence: number): number {
    return (this.#known?.tree ?? this.#ancestry).resolve(parent, sequence);
  }

  parentKeyOf(file: NtfsFile, name: NameOf): string | null {
    return this.keyOfParent(this.parentOf(file, name));
  }

  keyOfParent(parent: number): string | null {
    return parent < 0 || parent === layout.known.root ? null : this.keyOfRecord(parent);
  }

  /** Key of a directory by its record. */
  keyOfRecord(number: number): string {
    if (this.#known === null) {
      const file = fileAt(this.volume, number);
      if (file) return mainKey(file);
    }
    const slot = number & (keySlots - 1);
    if (this.#keyNumbers[slot] !== number) {
      this.#keys[slot] = this.#makeKey(number);
      this.#keyNumbers[slot] = number;
    }
    return this.#keys[slot]!;
  }

  keyOfDirectory(directory: NtfsFile): string | null {
    return directory.number === layout.known.root ? null : mainKey(directory);
  }

  nameClaimOf(file: NtfsFile, name: NameOf): NameClaim {
    return this.claimIn(this.parentOf(file, name), file.inUse);
  }

  claimIn(parent: number, inUse: boolean): NameClaim {
    return claimWords[(this.#known?.tree ?? this.#ancestry).standingIn(parent, inUse)]!;
  }

  isSystem(file: NtfsFile): boolean {
    if (file.number < 0) return false;
    if (this.#known) return (this.#known.survey.marks[file.number]! & mark.system) !== 0;
    return this.#isSystemRecord(file);
  }

  contentClaimOf(entry: NtfsEntry): ContentClaim {
    return this.#claimOf(entry.file, entry.content);
  }

  contentClaimOfFile(file: NtfsFile): ContentClaim {
    return this.#claimOf(file, file.content());
  }

  findingsOf(entry: NtfsEntry): readonly Finding[] {
    const { survey } = this.known();
    const { file, nameOf } = entry;
    return findingsOfEntry(entry, survey, nameOf !== null && this.#isCut(file, nameOf));
  }

  /** Once all directories were looked at; further walks find the same. */
  noteIndexes(check: IndexCheck): void {
    if (!this.#indexed) this.#found.push(...check.findings());
    this.#indexed = true;
  }

  ownersOf(file: NtfsFile): { readonly owner: string | null; readonly group: string | null } | null {
    return this.#owners.of(file);
  }

  ownersOfId(id: number): { readonly owner: string | null; readonly group: string | null } | null {
    return this.#owners.ofId(id);
  }

  entriesOf(file: NtfsFile): readonly NtfsEntry[] {
    return entriesOfFile(this, file);
  }

  #makeKey(number: number): string {
    const { survey } = this.known();
    if (survey.namedElsewhere.has(number)) {
      const file = fileAt(this.volume, number);
      if (file) return mainKey(file);
    }
    const own = `${number}-${survey.sequences[number]}`;
    if ((survey.marks[number]! & mark.named) === 0) return own;
    return `${own}-${survey.nameIds[number]}-${survey.parents[number]}`;
  }

  /** Only the first name of a directory leads into a circle. */
  #isCut(file: NtfsFile, name: NameOf): boolean {
    if (!file.isDirectory || file.number < 0) return false;
    if (this.#known) {
      if (!this.#known.tree.cut.has(file.number)) return false;
    } else if (!this.#ancestry.isCut(file.number)) return false;
    return file.names()[0]?.attribute === name.attribute || file.names()[0]?.attribute.at === name.attribute.at;
  }

  #isSystemRecord(file: NtfsFile): boolean {
    const { firstFree, extend, root } = layout.known;
    let at: NtfsFile | null = file;
    // Below $Extend there are few levels.
    for (let depth = 0; at !== null && depth < 16; depth++) {
      if (at.number < firstFree) return at.number !== root || file.number === root;
      const name: NameOf | undefined = at.names()[0];
      if (name === undefined || (name.parent !== extend && name.parent >= at.number)) return false;
      at = name.parent === root ? null : fileAt(this.volume, name.parent);
    }
    return false;
  }

  #claimOf(file: NtfsFile, content: Stream | null): ContentClaim {
    if (content === null) return file.inUse ? "allocated" : "none";
    if (content.resident) return content.size === 0 ? (file.inUse ? "allocated" : "none") : "resident";
    if (file.inUse) return "allocated";
    return content.size === 0 ? "none" : claimOfExtents(this.extentsOfStream(file, content), false);
  }

  /** What became of extents of a file, where it is deleted. */
  judged(file: NtfsFile, extents: readonly FileExtent[]): readonly FileExtent[] {
    if (file.inUse) return extents;
    return deletedExtents(this.volume, this.known().survey, this.bitmap, extents, file.number >= 0);
  }

  #contentOf(entry: FileSystemEntry): { readonly file: NtfsFile | null; readonly content: Stream | null } {
    if (entry instanceof NtfsEntry) return { file: entry.file, content: entry.content };
    if (entry instanceof SlackEntry) return { file: entry.file, content: entry.file?.content() ?? null };
    throw new Error("an entry of another file system");
  }

  #root(): { readonly file: NtfsFile | null; readonly content: Stream | null } {
    const file = fileAt(this.volume, layout.known.root);
    return { file, content: file?.content() ?? null };
  }

  #directoryOf(entry: FileSystemEntry | null): NtfsFile | null {
    if (entry === null) return this.#root().file;
    // Of a former name the directory itself is gone.
    if (entry instanceof SlackEntry && entry.kind === "directory") return null;
    const file = entry instanceof NtfsEntry && entry.streamOf === null ? entry.file : null;
    if (file === null || !file.isDirectory) throw new EvidenceError("filesystem/no-directory", { kind: entry.kind });
    return file;
  }

  #slackOfFile(file: NtfsFile | null): SlackRange[] {
    if (file === null) return [];
    const content = file.content();
    const out = recordSlack(file);
    if (file.isDirectory) out.push(...directorySlack(file));
    else if (content) out.push(...clusterSlack(file, content));
    return out;
  }
}
