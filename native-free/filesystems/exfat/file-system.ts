/** An exFAT volume as a file system. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim } from "../../model/item.ts";
import { BlockSet } from "../block-set.ts";
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
import { lostChain, orphanDirectory, PlacedEntry } from "../placed-entry.ts";
import { classify } from "./account.ts";
import { checkClusters, checkHead, findHidden } from "./checks.ts";
import { deletedExtents, withUnwritten } from "./deleted.ts";
import { DirectoryIndex } from "./directory-index.ts";
import { DirectoryReader, newNotes } from "./directory.ts";
import { entriesOf, ExfatEntry, structureEntries, type EntryOwner } from "./entry.ts";
import { findingsOfEntry, findingsOfRoot } from "./entry-findings.ts";
import * as layout from "./layouts.ts";
import { findOrphans } from "./lost.ts";
import { slackOfDirectory, slackOfFile } from "./slack.ts";
import { readStructures, structurePlace, type Structures } from "./structures.ts";
import { Survey } from "./survey.ts";
import { directoryRead, orphanRef, rootOf, TreeWalk, type DirectoryRef, type Visit } from "./tree.ts";
import type { Allocation, ExfatVolume } from "./volume.ts";

export class ExfatFileSystem implements FileSystem, EntryOwner {
  readonly format = "exfat";
  readonly variant: string;
  readonly label: string | null;
  readonly blockBytes: number;
  readonly size: number;
  readonly facts: readonly Fact[];
  readonly #volume: ExfatVolume;
  readonly #fromBackup: boolean;
  readonly #known: Structures;
  readonly #found: Finding[];
  #survey: Survey | null = null;
  #index: DirectoryIndex | null = null;

  constructor(volume: ExfatVolume, findings: readonly Finding[], fromBackup: boolean) {
    const { geometry } = volume;
    this.#volume = volume;
    this.#fromBackup = fromBackup;
    this.#known = readStructures(volume, geometry.flags & layout.flag.activeSecond && geometry.tables === 2 ? 1 : 0);
    this.variant = geometry.tables === 2 ? "TexFAT" : "exFAT";
    this.label = this.#known.label;
    this.blockBytes = geometry.clusterBytes;
    this.size = geometry.size;
    this.#found = [...findings, ...checkHead(volume, fromBackup, this.#known)];
    this.facts = factsOf({
      kind: this.variant,
      version: geometry.revision,
      label: this.label,
      serial: serialText(geometry.serial),
      uuid: this.#known.guid,
      "block-bytes": geometry.clusterBytes,
      "used-blocks": geometry.percentInUse === layout.percentUnknown ? null : `${geometry.percentInUse} %`,
      clean: (geometry.flags & layout.flag.dirty) === 0 ? "yes" : "no",
    });
  }

  get findings(): readonly Finding[] {
    return this.#found;
  }

  *entries(options: EntriesOptions = {}): Generator<FileSystemEntry> {
    const survey = this.#surveyed();
    yield* structureEntries(this.#volume);
    const walk = new TreeWalk(this.#volume, this.#known.bitmap);
    yield* this.#entriesOf(walk, walk.known());
    for (const place of survey.lostDirectories) yield* this.#orphan(walk, place);
    if (options.searchUnallocated ?? true) {
      for (const place of findOrphans(this.#volume, survey.free, walk.listed)) yield* this.#orphan(walk, place);
    }
    for (const place of survey.lostChains) yield this.#chainEntry(place);
  }

  entryOf(key: string): FileSystemEntry | null {
    const structure = structureEntries(this.#volume).find((entry) => entry.key === key);
    if (structure) return structure;
    if (/^\d{1,15}$/.test(key)) return this.#entryAt(Number(key), key);
    const [, what, number] = /^(directory|chain)@(\d{1,10})$/.exec(key) ?? [];
    const cluster = Number(number);
    if (what === "chain") {
      const place = this.#surveyed().lostChains.find((each) => each.cluster === cluster);
      return place ? this.#chainEntry(place) : null;
    }
    const place = what === undefined ? null : this.#indexed().orphanAt(cluster);
    return place && this.#orphanEntry(place);
  }

  *list(directory: FileSystemEntry | null): Generator<FileSystemEntry> {
    const ref = this.#refOf(directory);
    const { ranges } = directoryRead(this.#volume, this.#known.bitmap, ref, new BlockSet());
    const later: ExfatEntry[] = [];
    for (const set of new DirectoryReader(this.#volume).sets(ranges, newNotes())) {
      for (const entry of entriesOf(this, this.#volume, ref, set)) {
        if (entry.live) yield entry;
        else later.push(entry);
      }
    }
    yield* later;
  }

  open(entry: FileSystemEntry): ByteSource {
    return new ExtentSource(this.#volume.source, this.extentsOf(entry));
  }

  extentsOf(entry: FileSystemEntry | null): readonly FileExtent[] {
    if (entry instanceof PlacedEntry) return entry.extents;
    if (entry === null) return this.#extentsIn(rootOf(this.#volume).place);
    return this.#extentsOf(own(entry));
  }

  slackOf(entry: FileSystemEntry | null): readonly SlackRange[] {
    if (entry !== null && (entry.nameClaim !== "allocated" || entry instanceof PlacedEntry)) return [];
    if (entry === null || entry.kind === "directory") return slackOfDirectory(this.#volume, this.extentsOf(entry));
    return entry.kind === "metadata" ? [] : slackOfFile(this.#volume, own(entry));
  }

  account(): Iterable<ClassedRange> {
    return completeAccount(this.#volume.source, classify(this.#volume, this.#surveyed()));
  }

  claimOf(entry: ExfatEntry | PlacedEntry): ContentClaim {
    if (entry instanceof PlacedEntry) return entry.contentClaim;
    if (entry.statedSize === 0) return entry.live && entry.kind !== "metadata" ? "allocated" : "none";
    if (entry.live) return "allocated";
    const extents = this.extentsOf(entry).filter(({ start, state }) => start !== null || state !== "intact");
    return extents.length === 0 ? "none" : claimOfExtents(extents, this.#isInUse(entry.cluster));
  }

  findingsOf(entry: ExfatEntry): readonly Finding[] {
    return findingsOfEntry(this.#volume, this.#surveyed(), this.#known, entry);
  }

  /** Everything is looked at once, when something first needs it. */
  #surveyed(): Survey {
    if (this.#survey === null) {
      this.#survey = new Survey(this.#volume, this.#known);
      this.#found.push(...checkClusters(this.#volume, this.#survey, this.#fromBackup), ...findHidden(this.#volume));
      this.#found.push(...findingsOfRoot(this.#survey));
    }
    return this.#survey;
  }

  #indexed(): DirectoryIndex {
    return (this.#index ??= new DirectoryIndex(this.#volume, this.#known.bitmap, this.#surveyed()));
  }

  *#entriesOf(walk: TreeWalk, visits: Iterable<Visit>): Generator<FileSystemEntry> {
    for (const visit of visits) {
      for (const set of walk.sets(visit)) {
        walk.met(visit.directory, set);
        for (const entry of entriesOf(this, this.#volume, visit.directory, set)) yield entry;
      }
    }
  }

  #entryAt(offset: number, key: string): FileSystemEntry | null {
    const found = this.#indexed().find(offset);
    if (found === null) return null;
    const entries = entriesOf(this, this.#volume, found.directory, found.set);
    return entries.find((entry) => entry.key === key) ?? null;
  }

  *#orphan(walk: TreeWalk, place: Allocation): Generator<FileSystemEntry> {
    if (walk.listed.has(place.cluster)) return;
    yield this.#orphanEntry(place);
    yield* this.#entriesOf(walk, walk.orphan(place));
  }

  #orphanEntry(place: Allocation): PlacedEntry {
    return orphanDirectory(place.cluster, this.#extentsIn(place), this.#isInUse(place.cluster));
  }

  #chainEntry(place: Allocation): PlacedEntry {
    return lostChain(place.cluster, this.#extentsIn(place));
  }

  #isInUse(cluster: number): boolean {
    return this.#known.bitmap?.has(cluster) ?? false;
  }

  #extentsOf(entry: ExfatEntry): readonly FileExtent[] {
    const { live, kind, allocation, validSize, statedSize } = entry;
    if (statedSize === 0) return [];
    if (kind === "metadata") return this.#extentsIn(structurePlace(this.#volume, allocation));
    if (!live) return deletedExtents(this.#volume, this.#surveyed(), entry);
    return withUnwritten(this.#extentsIn({ ...allocation, bytes: validSize }), statedSize - validSize);
  }

  #extentsIn(place: Allocation): readonly FileExtent[] {
    const { runs, clusters } = this.#volume.clustersOf(place);
    return this.#volume.extentsOver(this.#volume.rangesOf(runs), place.bytes ?? clusters * this.blockBytes);
  }

  #refOf(directory: FileSystemEntry | null): DirectoryRef {
    if (directory === null) return rootOf(this.#volume);
    if (directory.kind !== "directory") throw new EvidenceError("filesystem/no-directory", { kind: directory.kind });
    if (directory instanceof PlacedEntry) {
      const bytes = directory.size;
      return orphanRef({ cluster: directory.cluster, bytes, contiguous: true });
    }
    const { key, offset, live, nameClaim, allocation: place } = own(directory);
    return { key, place, state: live ? "allocated" : nameClaim === "orphan" ? "orphan" : "deleted", offset };
  }
}

function own(entry: FileSystemEntry): ExfatEntry {
  if (entry instanceof ExfatEntry) return entry;
  throw new Error("an entry of another file system");
}

function serialText(serial: number): string {
  const text = serial.toString(16).toUpperCase().padStart(8, "0");
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}
