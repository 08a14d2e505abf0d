/** An ext2, ext3 or ext4 volume as a file system. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim } from "../../model/item.ts";
import { completeAccount } from "../byte-account.ts";
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
import { checkAll, checkHead } from "./checks.ts";
import { claimOfExtents, GoneClaims, goneExtents, OldNodes } from "./deleted.ts";
import { ExtEntry, PlacedEntry, type DirectoryRef, type EntryOwner, type JournalEntry } from "./entry.ts";
import { findingsOfEntry, findingsOfRoot } from "./entry-findings.ts";
import { extentsOfInode, mapOf } from "./extents.ts";
import { featureNames, variantOf } from "./features.ts";
import { History } from "./history.ts";
import { Inode } from "./inode.ts";
import type { Journal } from "./journal.ts";
import * as layout from "./layouts.ts";
import { DirectoryListing } from "./listing.ts";
import { Remains } from "./remains.ts";
import { slackOfInode } from "./slack.ts";
import { goneEntry, lostEntries, MetadataEntry, structureEntries, unnamedEntry } from "./structures.ts";
import { isMetadataInode, special, Survey } from "./survey.ts";
import { timeText } from "./times.ts";
import { isDirectory, refOf, rootRef, TreeWalk } from "./tree.ts";
import { unusedRecords, type UnusedRecord } from "./unused.ts";
import { rootInode, type ExtVolume } from "./volume.ts";

/** What deleted files ask for, made once. */
interface Gone {
  readonly history: History;
  readonly remains: Remains;
  readonly nodes: OldNodes;
}

export class ExtFileSystem implements FileSystem, EntryOwner {
  readonly format = "ext";
  readonly variant: string;
  readonly label: string | null;
  readonly blockBytes: number;
  readonly size: number;
  readonly facts: readonly Fact[];
  readonly volume: ExtVolume;
  readonly #journal: Journal | null;
  readonly #found: Finding[];
  #survey: Survey | null = null;
  #gone: Gone | null = null;
  #goneClaims: GoneClaims | null = null;
  #unused: readonly UnusedRecord[] | null = null;

  constructor(volume: ExtVolume, journal: Journal | null, findings: readonly Finding[]) {
    const { geometry } = volume;
    this.volume = volume;
    this.#journal = journal;
    this.variant = variantOf(geometry.features);
    this.label = geometry.label || null;
    this.blockBytes = geometry.blockBytes;
    this.size = geometry.blocks * geometry.blockBytes;
    this.#found = [...findings, ...checkHead(volume)];
    this.facts = factsOf({
      kind: this.variant,
      label: this.label,
      uuid: geometry.uuid,
      features: featureNames(geometry.features),
      "block-bytes": geometry.blockBytes,
      "free-blocks": geometry.freeBlocks,
      created: geometry.made === 0 ? null : timeText(geometry.made, -1),
      modified: geometry.written === 0 ? null : timeText(geometry.written, -1),
      notes: geometry.lastMounted === "" ? null : `mounted at ${geometry.lastMounted}`,
      clean: this.#found.some(({ code }) => code === "filesystem/not-clean") ? "no" : "yes",
    });
  }

  get findings(): readonly Finding[] {
    return this.#found;
  }

  *entries(options: EntriesOptions = {}): Generator<FileSystemEntry> {
    yield* structureEntries(this.volume);
    const walk = new TreeWalk(this.volume);
    const listing = new DirectoryListing(this);
    walk.start(rootRef);
    for (const batch of this.#listed(listing, walk)) for (const entry of batch) yield entry;
    yield* this.#unnamed(listing, walk);
    if (options.searchUnallocated ?? true) yield* this.#goneEntries(listing, walk);
    yield* lostEntries(this.volume, this.#surveyed());
  }

  *list(directory: FileSystemEntry | null): Generator<FileSystemEntry> {
    for (const batch of new DirectoryListing(this).batches(this.#refOf(directory), null)) yield* batch;
  }

  entryOf(key: string): FileSystemEntry | null {
    const placed = structureEntries(this.volume).find((entry) => entry.key === key);
    if (placed !== undefined) return placed;
    const blocks = /^blocks@\d+$/.test(key);
    if (blocks) {
      for (const entry of lostEntries(this.volume, this.#surveyed())) if (entry.key === key) return entry;
      return null;
    }
    const [, state = "", ...numbers] =
      /^(?:(deleted|orphan|inode|journal)\.)?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(key) ?? [];
    const [first = -1, second = 0, third = 0] = numbers.flatMap((text) => (text === undefined ? [] : [Number(text)]));
    if (first < 0) return null;
    const listing = new DirectoryListing(this);
    if (state === "journal") return this.#journalEntry(listing, first);
    if (state === "inode") return this.#inodeEntry(first, second);
    const ref = { number: first, place: -1, key: null, parent: 0, state: "allocated" } as const;
    if (state === "deleted") return listing.entryAt({ ...ref, place: second, state }, third);
    return listing.entryAt(state === "orphan" ? { ...ref, state } : ref, second);
  }

  open(entry: FileSystemEntry): ByteSource {
    return new ExtentSource(this.volume.source, this.extentsOf(entry));
  }

  extentsOf(entry: FileSystemEntry | null): readonly FileExtent[] {
    if (entry instanceof PlacedEntry) return entry.extents;
    if (entry === null) {
      const root = this.volume.inode(rootInode);
      return isDirectory(root) ? extentsOfInode(this.volume, root) : [];
    }
    const mine = own(entry);
    // Asked first: it moves the cursor over inodes.
    const { isInUse } = mine;
    const inode = mine.inode();
    if (inode === null) return [];
    if (mine instanceof MetadataEntry) return this.#metadataExtents(inode);
    if (isInUse) return extentsOfInode(this.volume, inode);
    const { place, number } = inode;
    const { nodes, remains } = this.#goneData();
    const all = (): { number: number; place: number }[] => [...remains.all(), ...this.#unusedRecords()];
    const claims = (this.#goneClaims ??= new GoneClaims(this.volume, nodes, all()));
    return goneExtents(this.volume, this.volume.inode(number, place)!, nodes, this.#surveyed().owned, claims);
  }

  slackOf(entry: FileSystemEntry | null): readonly SlackRange[] {
    if (entry === null) {
      const root = this.volume.inode(rootInode);
      return root === null ? [] : slackOfInode(this.volume, root);
    }
    if (!(entry instanceof ExtEntry) || !entry.isInUse || entry.number === special.resize) return [];
    const inode = entry.inode();
    return inode === null ? [] : slackOfInode(this.volume, inode);
  }

  account(): Iterable<ClassedRange> {
    return completeAccount(this.volume.source, classify(this.volume, this.#surveyed()));
  }

  claimOf(entry: ExtEntry): ContentClaim {
    const inode = entry.inode();
    if (inode === null) return "none";
    const isResident = inode.isFastLink || inode.isInline;
    if (entry.kind === "special") return "none";
    if (isResident) return inode.statedSize === 0 ? "none" : "resident";
    return entry.isInUse ? "allocated" : claimOfExtents(this.extentsOf(entry));
  }

  findingsOf(entry: ExtEntry): readonly Finding[] {
    return findingsOfEntry(this.volume, this.#surveyed(), entry);
  }

  remainsOf(entry: ExtEntry): number {
    return this.#goneData().remains.placeFor(entry);
  }

  sequenceOf({ number, inodePlace }: ExtEntry): number {
    const copies = this.#goneData().history.inodeCopies(number);
    return copies.find(({ place }) => place === inodePlace)?.sequence ?? 0;
  }

  journalNames({ number }: DirectoryRef): readonly JournalEntry[] {
    return this.#names().get(number) ?? [];
  }

  /** The bad blocks and the blocks kept for descriptors have no size that says how many there are. */
  #metadataExtents(inode: Inode): readonly FileExtent[] {
    if (inode.number !== special.bad && inode.number !== special.resize) return extentsOfInode(this.volume, inode);
    const { runs } = mapOf(this.volume, inode, undefined, true);
    const out: FileExtent[] = [];
    for (let i = 0; i < runs.length; i += 4) {
      out.push({ start: runs[i + 1]! * this.blockBytes, length: runs[i + 2]! * this.blockBytes, state: "intact" });
    }
    return out;
  }

  *#listed(listing: DirectoryListing, walk: TreeWalk): Generator<readonly ExtEntry[]> {
    for (let ref = walk.next(); ref !== undefined; ref = walk.next()) yield* listing.batches(ref, walk);
  }

  /** Inodes in use without a name: those of the file system, those that were open when their last name went, lost ones. */
  *#unnamed(listing: DirectoryListing, walk: TreeWalk): Generator<FileSystemEntry> {
    const cursor = new Inode(this.volume.geometry);
    const later: ExtEntry[] = [];
    for (const number of usedInodes(this.volume, walk)) {
      const place = this.volume.inodePlace(number);
      if (walk.isNamed(place)) continue;
      const inode = this.volume.inodeInto(cursor, number, place);
      const isMetadata = isMetadataInode(this.volume, inode);
      if (inode.type === 0 && (!isMetadata || number !== special.bad)) continue;
      const entry = unnamedEntry(this, number, isMetadata);
      if (isMetadata || !isDirectory(inode)) yield entry;
      else if (!walk.listed.has(number)) later.push(entry);
    }
    // Lost directories: those first that none of the others leads to.
    for (const entry of this.#topsFirst(later)) {
      if (walk.inUse.has(entry.number) || !walk.start(refOf(entry))) continue;
      yield entry;
      for (const batch of this.#listed(listing, walk)) for (const each of batch) yield each;
    }
  }

  #topsFirst(lost: readonly ExtEntry[]): ExtEntry[] {
    if (lost.length < 2) return [...lost];
    const numbers = new Set(lost.map(({ number }) => number));
    const isBelow = (entry: ExtEntry): boolean => numbers.has(parentOf(this.volume, entry));
    return [...lost.filter((entry) => !isBelow(entry)), ...lost.filter(isBelow)];
  }

  /** Files that are no more and that no name leads to. */
  *#goneEntries(listing: DirectoryListing, walk: TreeWalk): Generator<FileSystemEntry> {
    for (const each of this.#names().get(0) ?? []) {
      const entry = listing.journalEntry(null, each);
      walk.named(entry);
      yield entry;
      for (const batch of this.#listed(listing, walk)) for (const inside of batch) yield inside;
    }
    for (const { number, place, offset } of this.#goneRecords(walk)) {
      const entry = goneEntry(this, number, place, offset);
      walk.named(entry);
      yield entry;
      for (const batch of this.#listed(listing, walk)) for (const inside of batch) yield inside;
    }
  }

  *#goneRecords(walk: TreeWalk): Generator<{ number: number; place: number; offset: number }> {
    for (const each of this.#goneData().remains.all()) if (!walk.isNamed(each.place)) yield each;
    for (const { number, place } of this.#unusedRecords()) {
      if (!walk.isNamed(place) && !walk.inUse.has(number)) yield { number, place, offset: place };
    }
  }

  #unusedRecords(): readonly UnusedRecord[] {
    return (this.#unused ??= unusedRecords(this.volume));
  }

  /** Everything is looked at once, when something first needs it. */
  #surveyed(): Survey {
    if (this.#survey === null) {
      this.#survey = new Survey(this.volume);
      this.#found.push(...findingsOfRoot(this.volume, this.#survey, rootInode), ...checkAll(this.volume, this.#survey));
      this.#found.push(...this.volume.orphans.findings);
    }
    return this.#survey;
  }

  #goneData(): Gone {
    if (this.#gone === null) {
      const history = new History(this.volume, this.#journal?.copies() ?? []);
      const { gone, owned } = this.#surveyed();
      const remains = new Remains(this.volume, history, gone);
      this.#gone = { history, remains, nodes: new OldNodes(this.volume, history, owned) };
    }
    return this.#gone;
  }

  #names(): ReadonlyMap<number, readonly JournalEntry[]> {
    const { history, remains } = this.#goneData();
    return history.isEmpty ? noNames : history.names(this.#surveyed().owned, remains.all());
  }

  #journalEntry(listing: DirectoryListing, place: number): ExtEntry | null {
    for (const [number, names] of this.#names()) {
      const found = names.find((each) => each.place === place);
      if (found === undefined) continue;
      const ref = { number, place: -1, key: null, parent: 0, state: "allocated" } as const;
      return listing.journalEntry(number === 0 ? null : ref, found);
    }
    return null;
  }

  #inodeEntry(number: number, offset: number): ExtEntry | null {
    const inode = this.volume.inode(number);
    if (inode === null) return null;
    if (offset > 0) return goneEntry(this, number, offset, offset);
    const isMetadata = isMetadataInode(this.volume, inode);
    if (this.volume.isInodeUsed(number)) return unnamedEntry(this, number, isMetadata);
    const place = this.#goneData().remains.placeOf(number);
    return place < 0 ? null : goneEntry(this, number, place, 0);
  }

  #refOf(directory: FileSystemEntry | null): DirectoryRef {
    if (directory === null) return rootRef;
    if (directory.kind !== "directory" || directory instanceof PlacedEntry)
      throw new EvidenceError("filesystem/no-directory", { kind: directory.kind });
    return refOf(own(directory));
  }
}

const noNames: ReadonlyMap<number, readonly JournalEntry[]> = new Map();

function own(entry: FileSystemEntry): ExtEntry {
  if (entry instanceof ExtEntry) return entry;
  throw new Error("an entry of another file system");
}

/** Inodes in use that no entry in use names, without the root. */
function* usedInodes(volume: ExtVolume, walk: TreeWalk): Generator<number> {
  const { inodesPerGroup, inodes } = volume.geometry;
  for (let group = 0; group < volume.groups.count; group++) {
    const first = group * inodesPerGroup + 1;
    const end = Math.min(inodes + 1, first + volume.reachOf(group));
    for (let number = first; number < end; number++) {
      if (walk.inUse.has(number) || number === rootInode) continue;
      if (volume.isInodeUsed(number)) yield number;
    }
  }
}

/** Inode that `..` of a directory names; 0 for none. */
function parentOf(volume: ExtVolume, entry: ExtEntry): number {
  const inode = entry.inode();
  if (inode === null || inode.isInline) return 0;
  const { runs } = mapOf(volume, inode);
  const place = (runs[1] ?? 0) * volume.geometry.blockBytes;
  if (place === 0 || place >= volume.source.size) return 0;
  const at = volume.windows.seek(place);
  return layout.directoryRecord.cursor().over(volume.windows.bytes, at + layout.tailRecordBytes).inode;
}
