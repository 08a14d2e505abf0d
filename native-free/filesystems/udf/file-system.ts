/** A UDF volume as a file system. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Fact } from "../../model/facts.ts";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim } from "../../model/item.ts";
import { completeAccount } from "../byte-account.ts";
import { ExtentSource } from "../extent-source.ts";
import type {
  ClassedRange,
  EntriesOptions,
  ExtentState,
  FileExtent,
  FileSystem,
  FileSystemEntry,
  SlackRange,
} from "../file-system.ts";
import { PlacedEntry } from "../placed-entry.ts";
import { classify } from "./account.ts";
import { checkSurvey, checkVolume, sizeOf } from "./checks.ts";
import { extentsOfRecord, type StateOf } from "./content.ts";
import { EarlierStates } from "./earlier.ts";
import { UdfEntry, type EntryOwner } from "./entry.ts";
import { findingsOfEntry } from "./entry-findings.ts";
import { factsOfVolume, labelOf, variantOf } from "./facts.ts";
import { itemOf } from "./lookup.ts";
import type { Opened } from "./opened.ts";
import { findOrphans, orphanAt, orphanKey, type Orphans } from "./orphans.ts";
import { orphanItem } from "./orphan-item.ts";
import { allocation } from "./record.ts";
import { slackOfRecord } from "./slack.ts";
import { isFree } from "./space.ts";
import { structureEntries } from "./structure-entries.ts";
import { Survey, topsOf } from "./survey.ts";
import { isDirectoryType, ItemReader, TreeWalk, type DirectoryRef, type Item } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

export class UdfFileSystem implements FileSystem, EntryOwner {
  readonly format = "udf";
  readonly variant: string;
  readonly label: string | null;
  readonly blockBytes: number;
  readonly size: number;
  readonly facts: readonly Fact[];
  readonly volume: UdfVolume;
  readonly #opened: Opened;
  readonly #found: Finding[];
  #survey: Survey | null = null;
  #orphans: Orphans | null = null;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.volume = opened.volume;
    this.variant = variantOf(opened);
    this.label = labelOf(opened);
    this.blockBytes = opened.volume.blockBytes;
    this.size = sizeOf(opened);
    this.facts = factsOfVolume(opened);
    this.#found = [...opened.findings, ...checkVolume(opened)];
  }

  get findings(): readonly Finding[] {
    return this.#found;
  }

  *entries(options: EntriesOptions = {}): Generator<FileSystemEntry> {
    const { volume, roots, tables, rootPartition } = this.#opened;
    this.#surveyed();
    yield* structureEntries(this.#opened);
    const walk = new TreeWalk(volume, rootPartition);
    const earlier = new EarlierStates(volume, roots, tables.length, rootPartition);
    for (const top of topsOf(this.#opened)) yield* this.#below(walk, top, (item) => earlier.show(item));
    for (const { item } of earlier.items()) yield new UdfEntry(this, item);
    if (!(options.searchUnallocated ?? true)) return;
    for (const block of this.#searched().tops) {
      const record = orphanAt(volume, block);
      if (record === null || walk.listed.has(block)) continue;
      const item = orphanItem(record);
      yield new UdfEntry(this, item);
      const ref: DirectoryRef = { key: item.key, record, parentBlock: -1, state: "orphan", streams: "none" };
      if (isDirectoryType(record.fileType)) yield* this.#below(walk, ref, () => undefined);
      else yield* this.#streamsOf(item, walk);
    }
  }

  *list(directory: FileSystemEntry | null): Generator<FileSystemEntry> {
    if (directory !== null && directory.kind !== "directory") {
      throw new EvidenceError("filesystem/no-directory", { kind: directory.kind });
    }
    const reader = new ItemReader(this.volume, this.#opened.rootPartition);
    const later: UdfEntry[] = [];
    const tops = directory === null ? topsOf(this.#opened) : [this.#refOf(own(directory))];
    for (const top of tops) {
      if (top === null) continue;
      for (const item of reader.items(top, { damaged: 0, again: -1, parent: -1 })) {
        const entry = new UdfEntry(this, item);
        if (item.state === "allocated") yield entry;
        else later.push(entry);
      }
    }
    yield* later;
  }

  entryOf(key: string): FileSystemEntry | null {
    const structure = structureEntries(this.#opened).find((each) => each.key === key);
    if (structure) return structure;
    const item = itemOf(this.#opened, () => this.#surveyed(), key);
    return item === null ? null : new UdfEntry(this, item);
  }

  open(entry: FileSystemEntry): ByteSource {
    return new ExtentSource(this.#opened.volume.source, this.extentsOf(entry));
  }

  extentsOf(entry: FileSystemEntry | null): readonly FileExtent[] {
    if (entry instanceof PlacedEntry) return entry.extents;
    const record = entry === null ? this.#opened.roots.root : own(entry).record;
    if (record === null) return [];
    const isLive = entry === null || entry.nameClaim === "allocated";
    return extentsOfRecord(this.volume, record, isLive ? undefined : this.#stateOf(own(entry)));
  }

  slackOf(entry: FileSystemEntry | null): readonly SlackRange[] {
    if (entry !== null && (entry.nameClaim !== "allocated" || entry instanceof PlacedEntry)) return [];
    const record = entry === null ? this.#opened.roots.root : own(entry).record;
    return record === null ? [] : slackOfRecord(this.volume, record);
  }

  account(): Iterable<ClassedRange> {
    return completeAccount(this.volume.source, classify(this.#opened, this.#surveyed()));
  }

  claimOf(entry: UdfEntry): ContentClaim {
    const { record, item } = entry;
    if (record === null) return item.isReused ? "overwritten" : "none";
    const isEmbedded = record.allocation === allocation.embedded && record.size > 0;
    if (entry.nameClaim === "allocated") return isEmbedded ? "resident" : "allocated";
    const extents = this.extentsOf(entry);
    if (extents.length === 0) return "none";
    const states = new Set(extents.map(({ state }) => state));
    const isGone = states.has("overwritten") || states.has("missing");
    if (!states.has("intact") && !states.has("partly overwritten")) return "overwritten";
    if (isGone || states.has("partly overwritten")) return "partly-overwritten";
    if (isEmbedded) return "resident";
    return this.#isInUse(extents) ? "allocated" : "unallocated";
  }

  findingsOf(entry: UdfEntry): readonly Finding[] {
    return findingsOfEntry(this.volume, this.#surveyed(), entry);
  }

  /** Everything is looked at once, when something first needs it. */
  #surveyed(): Survey {
    if (this.#survey === null) {
      this.#survey = new Survey(this.#opened);
      this.#found.push(...checkSurvey(this.#opened, this.#survey));
    }
    return this.#survey;
  }

  #searched(): Orphans {
    return (this.#orphans ??= findOrphans(this.#opened, this.#surveyed()));
  }

  *#below(walk: TreeWalk, top: DirectoryRef, met: (item: Item) => void): Generator<UdfEntry> {
    for (const { directory, notes } of walk.below(top)) {
      for (const item of walk.items(directory, notes)) {
        met(item);
        yield new UdfEntry(this, item);
      }
    }
  }

  *#streamsOf(item: Item, walk: TreeWalk): Generator<UdfEntry> {
    const reader = new ItemReader(this.volume, this.#opened.rootPartition, walk.listed);
    const streams = reader.streamsOf(item);
    if (streams === null || !walk.listed.add(streams.record.block)) return;
    for (const stream of reader.items(streams, { damaged: 0, again: -1, parent: -1 })) yield new UdfEntry(this, stream);
  }

  #refOf(entry: UdfEntry): DirectoryRef | null {
    const { record, key, item } = entry;
    if (record === null) return null;
    return { key, record, parentBlock: item.directory.record.block, state: item.state, streams: "none" };
  }

  /** Of blocks that a file had which no allocated directory names. */
  #stateOf({ key, record }: UdfEntry): StateOf {
    const survey = this.#surveyed();
    const isTop = record !== null && key === orphanKey(record.block);
    const [mine, others] = isTop ? [survey.once, this.#searched().twice] : [survey.twice, survey.twice];
    const one = (block: number): ExtentState => {
      if (survey.isClaimed(block)) return "overwritten";
      return mine.has(block) || others.has(block) ? "partly overwritten" : "intact";
    };
    const end = this.volume.blocks.count;
    return (block, count, emit) => {
      const held = Math.max(0, Math.min(count, end - block));
      for (let at = 0; at < held;) {
        const state = one(block + at);
        let next = at + 1;
        while (next < held && one(block + next) === state) next++;
        emit(state, next - at);
        at = next;
      }
      if (held < count) emit("intact", count - held);
    };
  }

  #isInUse(extents: readonly FileExtent[]): boolean {
    const first = extents.find(({ start }) => start !== null)?.start ?? null;
    return first !== null && isFree(this.#opened.spaces, Math.floor(first / this.blockBytes)) === false;
  }
}

function own(entry: FileSystemEntry): UdfEntry {
  if (entry instanceof UdfEntry) return entry;
  throw new Error("an entry of another file system");
}
