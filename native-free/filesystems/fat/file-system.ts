/** A FAT12, FAT16 or FAT32 volume as a file system. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim } from "../../model/item.ts";
import { completeAccount } from "../byte-account.ts";
import { BlockSet } from "../block-set.ts";
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
import { checkHead, checkTables, findHidden, infoOf, stateOf } from "./checks.ts";
import { deletedExtents } from "./deleted.ts";
import { DirectoryIndex } from "./directory-index.ts";
import { DirectoryReader, isDirectory, isLabel, newNotes } from "./directory.ts";
import { lostChain, orphanDirectory, PlacedEntry } from "../placed-entry.ts";
import { FatEntry, structureEntries, type EntryOwner } from "./entry.ts";
import { findingsOfEntry, findingsOfRoot } from "./entry-findings.ts";
import { labelName } from "./names.ts";
import { findOrphans } from "./orphans.ts";
import { slackOfDirectory, slackOfFile } from "./slack.ts";
import { Survey } from "./survey.ts";
import { free } from "../allocation-table.ts";
import {
  deletedClusters,
  directoryRead,
  parentClusterFor,
  rootOf,
  TreeWalk,
  type DirectoryRef,
  type Visit,
} from "./tree.ts";
import { addCluster } from "../cluster-chain.ts";
import type { FatVolume } from "./volume.ts";

export class FatFileSystem implements FileSystem, EntryOwner {
  readonly format = "fat";
  readonly variant: string;
  readonly label: string | null;
  readonly blockBytes: number;
  readonly size: number;
  readonly facts: readonly Fact[];
  readonly #volume: FatVolume;
  readonly #found: Finding[];
  #survey: Survey | null = null;
  #index: DirectoryIndex | null = null;

  constructor(volume: FatVolume, findings: readonly Finding[], fromBackup: boolean) {
    const { geometry } = volume;
    this.#volume = volume;
    this.variant = geometry.variant;
    this.blockBytes = geometry.clusterBytes;
    this.size = geometry.size;
    this.#found = [...findings, ...checkHead(volume, fromBackup)];
    this.label = rootLabel(volume) ?? bootLabel(volume);
    this.facts = factsOf({
      kind: geometry.variant,
      creator: geometry.creator,
      label: this.label,
      serial: geometry.serial === null ? null : serialText(geometry.serial),
      "media-kind": `0x${geometry.media.toString(16)}`,
      "block-bytes": geometry.clusterBytes,
      geometry: `${geometry.heads}/${geometry.trackSectors}, ${geometry.hiddenSectors} hidden`,
      "free-blocks": infoOf(volume)?.free ?? null,
      clean: stateOf(volume).clean ? "yes" : "no",
    });
  }

  get findings(): readonly Finding[] {
    return this.#found;
  }

  *entries(options: EntriesOptions = {}): Generator<FileSystemEntry> {
    const survey = this.#surveyed();
    yield* structureEntries(this.#volume);
    const walk = new TreeWalk(this.#volume);
    yield* this.#entriesOf(walk, walk.known());
    for (const cluster of survey.lostDirectories) yield* this.#orphan(walk, cluster);
    if (options.searchUnallocated ?? true) {
      for (const cluster of findOrphans(this.#volume, survey.free, walk.listed)) yield* this.#orphan(walk, cluster);
    }
    for (let i = 0; i < survey.lostChains.length; i += 2) {
      yield this.#chainEntry(survey.lostChains[i]!, survey.lostChains[i + 1]!);
    }
  }

  entryOf(key: string): FileSystemEntry | null {
    const structure = structureEntries(this.#volume).find((entry) => entry.key === key);
    if (structure) return structure;
    const [, offset, pieces] = /^(\d{1,15})(:name)?$/.exec(key) ?? [];
    if (offset !== undefined) return this.#entryAt(Number(offset), pieces !== undefined, key);
    const [, what, number] = /^(directory|chain)@(\d{1,10})$/.exec(key) ?? [];
    const cluster = Number(number);
    const found =
      what === "chain" ? this.#lostChain(cluster) : what === undefined ? null : this.#lostDirectory(cluster);
    return found?.key === key ? found : null;
  }

  *list(directory: FileSystemEntry | null): Generator<FileSystemEntry> {
    const ref = this.#refOf(directory);
    const reader = new DirectoryReader(this.#volume);
    const { ranges } = directoryRead(this.#volume, ref, new BlockSet());
    const later: FatEntry[] = [];
    for (const item of reader.items(ranges, ref.key !== null, newNotes())) {
      const entry = new FatEntry(this, this.#volume, ref, item, parentClusterFor(this.#volume, ref));
      if (entry.live) yield entry;
      else later.push(entry);
    }
    yield* later;
  }

  open(entry: FileSystemEntry): ByteSource {
    return new ExtentSource(this.#volume.source, this.extentsOf(entry));
  }

  extentsOf(entry: FileSystemEntry | null): readonly FileExtent[] {
    if (entry instanceof PlacedEntry) return entry.extents;
    if (entry !== null) return this.#extentsOf(own(entry));
    const { rootCluster, fixedRoot } = this.#volume;
    if (rootCluster === null) return [{ ...fixedRoot, state: "intact" }];
    return this.#chained(rootCluster, null);
  }

  slackOf(entry: FileSystemEntry | null): readonly SlackRange[] {
    if (entry !== null && (entry.nameClaim !== "allocated" || entry instanceof PlacedEntry)) return [];
    if (entry === null || entry.kind === "directory") {
      return slackOfDirectory(this.#volume, this.extentsOf(entry), entry !== null);
    }
    return slackOfFile(this.#volume, own(entry));
  }

  account(): Iterable<ClassedRange> {
    return completeAccount(this.#volume.source, classify(this.#volume, this.#surveyed()));
  }

  claimOf(entry: FatEntry | PlacedEntry): ContentClaim {
    if (entry instanceof PlacedEntry) return entry.contentClaim;
    if (entry.kind === "metadata" && entry.cluster === 0) return "none";
    if (entry.live) return "allocated";
    if (entry.kind !== "directory" && entry.statedSize === 0) return "none";
    return claimOfExtents(this.extentsOf(entry), this.#isInUse(entry.cluster));
  }

  findingsOf(entry: FatEntry): readonly Finding[] {
    return findingsOfEntry(this.#volume, this.#surveyed(), entry);
  }

  /** Everything is looked at once, when something first needs it. */
  #surveyed(): Survey {
    if (this.#survey === null) {
      this.#survey = new Survey(this.#volume);
      this.#found.push(...checkTables(this.#volume, this.#survey), ...findHidden(this.#volume));
      this.#found.push(...findingsOfRoot(this.#survey));
    }
    return this.#survey;
  }

  *#entriesOf(walk: TreeWalk, visits: Iterable<Visit>): Generator<FileSystemEntry> {
    for (const visit of visits) {
      const { directory } = visit;
      const parentCluster = parentClusterFor(this.#volume, directory);
      for (const item of walk.items(visit)) {
        walk.met(directory, item);
        yield new FatEntry(this, this.#volume, directory, item, parentCluster);
      }
    }
  }

  *#orphan(walk: TreeWalk, cluster: number): Generator<FileSystemEntry> {
    if (walk.listed.has(cluster)) return;
    yield this.#orphanEntry(cluster);
    yield* this.#entriesOf(walk, walk.orphan(cluster));
  }

  #orphanEntry(cluster: number): PlacedEntry {
    return orphanDirectory(cluster, this.#deletedDirectory(cluster, null), this.#isInUse(cluster));
  }

  #chainEntry(first: number, most: number): PlacedEntry {
    const { runs, clusters } = this.#volume.chain(first, most);
    return lostChain(first, this.#volume.extentsOver(this.#volume.rangesOf(runs), clusters * this.blockBytes));
  }

  #lostChain(cluster: number): PlacedEntry | null {
    const { lostChains } = this.#surveyed();
    for (let i = 0; i < lostChains.length; i += 2) {
      if (lostChains[i] === cluster) return this.#chainEntry(cluster, lostChains[i + 1]!);
    }
    return null;
  }

  #lostDirectory(cluster: number): PlacedEntry | null {
    return this.#indexed().isOrphan(cluster) ? this.#orphanEntry(cluster) : null;
  }

  #entryAt(offset: number, pieces: boolean, key: string): FatEntry | null {
    const found = this.#indexed().find(offset, pieces);
    if (found === null) return null;
    const { directory, item } = found;
    const entry = new FatEntry(this, this.#volume, directory, item, parentClusterFor(this.#volume, directory));
    return entry.key === key ? entry : null;
  }

  #indexed(): DirectoryIndex {
    return (this.#index ??= new DirectoryIndex(this.#volume, this.#surveyed()));
  }

  #isInUse(cluster: number): boolean {
    const { table } = this.#volume;
    return table.has(cluster) && table.get(cluster) !== free;
  }

  #extentsOf(entry: FatEntry): readonly FileExtent[] {
    const { cluster, statedSize, live, kind } = entry;
    if (kind === "directory")
      return live ? this.#chained(cluster, null) : this.#deletedDirectory(cluster, entry.parentCluster);
    if (statedSize === 0) return [];
    return live ? this.#chained(cluster, statedSize) : deletedExtents(this.#volume, this.#surveyed(), entry);
  }

  /** `size` null: all of the chain. */
  #chained(first: number, size: number | null): readonly FileExtent[] {
    const volume = this.#volume;
    const { runs, clusters } = volume.chain(first, size === null ? undefined : volume.clustersFor(size));
    return volume.extentsOver(volume.rangesOf(runs), size ?? clusters * this.blockBytes);
  }

  #deletedDirectory(cluster: number, parent: number | null): readonly FileExtent[] {
    const runs: number[] = [];
    const seen = new BlockSet();
    for (const each of deletedClusters(this.#volume, cluster, parent)) {
      if (!seen.add(each)) break;
      addCluster(runs, each);
    }
    const extents = this.#volume.extentsOver(this.#volume.rangesOf(runs), seen.size * this.blockBytes);
    // A directory that was moved or renamed: its clusters are those of another entry now.
    return this.#surveyed().claimed.has(cluster) ? extents.map((each) => ({ ...each, state: "overwritten" })) : extents;
  }

  #refOf(directory: FileSystemEntry | null): DirectoryRef {
    if (directory === null) return rootOf(this.#volume);
    if (directory.kind !== "directory") throw new EvidenceError("filesystem/no-directory", { kind: directory.kind });
    if (directory instanceof PlacedEntry) {
      return {
        key: directory.key,
        cluster: directory.cluster,
        parent: null,
        state: "orphan",
        offset: -1 - directory.cluster,
      };
    }
    const { key, cluster, parentCluster, offset, live, nameClaim } = own(directory);
    const state = live ? "allocated" : nameClaim === "orphan" ? "orphan" : "deleted";
    return { key, cluster, parent: parentCluster, state, offset };
  }
}

function own(entry: FileSystemEntry): FatEntry {
  if (entry instanceof FatEntry) return entry;
  throw new Error("an entry of another file system");
}

function serialText(serial: number): string {
  const text = serial.toString(16).toUpperCase().padStart(8, "0");
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** The first allocated label of the root directory. */
function rootLabel(volume: FatVolume): string | null {
  const { ranges } = directoryRead(volume, rootOf(volume), new BlockSet());
  for (const { what, record, deleted, afterEnd, window, at } of new DirectoryReader(volume).items(
    ranges,
    false,
    newNotes(),
  )) {
    if (afterEnd) return null;
    if (what !== "entry" || deleted || !isLabel(record.attributes) || isDirectory(record.attributes)) continue;
    return labelName(window.subarray(at, at + 11)).text || null;
  }
  return null;
}

function bootLabel({ geometry }: FatVolume): string | null {
  const text = geometry.label === null ? "" : labelName(geometry.label).text.replace(/\0.*$/s, "").trimEnd();
  return text === "" || text === "NO NAME" ? null : text;
}
