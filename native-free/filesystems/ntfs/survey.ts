/**
 * One look at every record: what it is, which directory it is in, and which clusters its values claim. Kept in typed arrays, 13 bytes for each
 * record and a few bits for each cluster.
 */
import { BlockSet } from "../block-set.ts";
import { NumberList } from "../number-list.ts";
import { attribute, isAttribute, usedBytes } from "./attributes.ts";
import { fileAt, type NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { recordState } from "./records.ts";
import { decodeRuns, type Runs } from "./run-list.ts";
import type { NtfsVolume } from "./volume.ts";

export const mark = {
  inUse: 1,
  directory: 2,
  continuation: 4,
  named: 8,
  /** Neither a record nor blank. */
  damaged: 16,
  torn: 32,
  /** Below $Extend, or one of the first records. */
  system: 64,
  /** Has attributes. */
  filled: 128,
} as const;

/** Steps that claims may take for each cluster of the volume before further ones are not looked at: only forged ones take so many. */
const claimsPerCluster = 32;
const noParent = 0xffff_ffff;

const header = layout.fileRecord.cursor();
const resident = layout.residentValue.cursor();
const clusterValue = layout.clusterValue.cursor();
const fileName = layout.fileName.cursor();

/** What claims the clusters of a value. */
type Claimant = "content" | "metadata" | "bad" | "deleted";

export class Survey {
  readonly marks: Uint8Array;
  readonly sequences: Uint16Array;
  /** Of the first name; `noParent` where there is none. Of continuations the record that they continue. */
  readonly parents: Uint32Array;
  readonly parentSequences: Uint16Array;
  /** Attribute id of the first name. */
  readonly nameIds: Uint16Array;
  /** Of names behind the first: parent and record, one after the other. */
  readonly links = new NumberList();
  /** Records whose first name stands in a continuation record. */
  readonly namedElsewhere = new Set<number>();
  /** By allocated files: all clusters, and of these the ones of metadata and the bad ones. */
  readonly claimed = new BlockSet();
  readonly metadata = new BlockSet();
  readonly bad = new BlockSet();
  /** Claimed by two allocated files. */
  readonly shared = new BlockSet();
  /** Whole clusters that files have and do not use. */
  readonly spare = new BlockSet();
  /** Claimed by a deleted file, by several. */
  readonly once = new BlockSet();
  readonly twice = new BlockSet();
  /** Bytes used of the last cluster of a content, in order: cluster · 2^21 + bytes. */
  tails: Float64Array = new Float64Array(0);
  damaged = 0;
  torn = 0;
  readonly #volume: NtfsVolume;
  readonly #tails = new NumberList();
  readonly #runs: Runs = [];
  #steps: number;

  constructor(volume: NtfsVolume) {
    this.#volume = volume;
    const { count } = volume.records;
    this.marks = new Uint8Array(count);
    this.sequences = new Uint16Array(count);
    this.parents = new Uint32Array(count).fill(noParent);
    this.parentSequences = new Uint16Array(count);
    this.nameIds = new Uint16Array(count);
    this.#steps = claimsPerCluster * volume.geometry.clusters;
    for (let number = 0; number < count; number++) this.#record(number);
    this.tails = this.#tails.toArray().sort();
  }

  #record(number: number): void {
    const { records } = this.#volume;
    const state = records.scan(number);
    if (state <= recordState.garbage) {
      if (state === recordState.garbage) {
        this.marks[number] = mark.damaged;
        this.damaged++;
      }
      return;
    }
    const { bytes, offset } = records;
    const { sequence, flags, firstAttribute, baseLow, baseHigh, baseSequence } = header.over(bytes, offset);
    let marks = state === recordState.torn ? mark.torn : 0;
    if (state === recordState.torn) this.torn++;
    if ((flags & layout.recordFlag.inUse) !== 0) marks |= mark.inUse;
    if ((flags & layout.recordFlag.directory) !== 0) marks |= mark.directory;
    if (number < layout.known.firstFree) marks |= mark.system;
    this.sequences[number] = sequence;
    if (baseLow !== 0 || baseHigh !== 0) {
      marks |= mark.continuation;
      this.parents[number] = baseLow;
      this.parentSequences[number] = baseSequence;
    }
    this.marks[number] = marks;
    this.#attributes(number, firstAttribute);
  }

  #attributes(number: number, first: number): void {
    const { records } = this.#volume;
    const { offset } = records;
    const end = usedBytes(records);
    let [hasList, sound, before] = [false, true, 0];
    let at = first;
    // The same steps as in `readAttributes`, without an object for each.
    while (at + layout.residentBytes <= end) {
      const found = isAttribute(records, at, end);
      const { type } = attribute;
      if (type === layout.endMark) break;
      if (!found || (!sound && type < before)) {
        sound = false;
        at += 8;
        continue;
      }
      before = type;
      const { id, length, nonResident } = attribute;
      this.marks[number]! |= mark.filled;
      if (type === layout.type.fileName) this.#name(number, offset + at, id);
      else if (type === layout.type.attributeList) hasList = true;
      if (nonResident === 1) this.#claim(number, type, offset + at);
      at += length;
    }
    if (hasList) this.#continued(number);
  }

  #name(number: number, at: number, id: number): void {
    const { bytes } = this.#volume.records;
    if (bytes[at + nonResidentAt] !== 0) return;
    resident.over(bytes, at + layout.valueAt);
    if (resident.length < layout.fileName.size) return;
    fileName.over(bytes, at + resident.from);
    const { parentHigh } = fileName;
    if (parentHigh !== 0) this.namedElsewhere.add(number);
    this.#noteName(
      number,
      parentHigh === 0 ? fileName.parentLow : noParent,
      fileName.parentSequence,
      fileName.namespace,
      id,
    );
  }

  /** Names that only DOS uses count where there is no other. */
  #noteName(number: number, parent: number, sequence: number, namespace: number, id: number): void {
    const marks = this.marks[number]!;
    if ((marks & mark.continuation) !== 0) return;
    if ((marks & mark.named) !== 0) {
      if (this.#onlyDos !== number) {
        if (namespace !== layout.nameSpace.dos && parent !== this.parents[number]) {
          this.links.push(parent);
          this.links.push(number);
        }
        return;
      }
      if (namespace === layout.nameSpace.dos) return;
    }
    this.#onlyDos = namespace === layout.nameSpace.dos ? number : -1;
    this.parents[number] = parent;
    this.parentSequences[number] = sequence;
    this.nameIds[number] = id;
    const inSystem =
      parent === layout.known.extend ||
      (parent < number && (this.marks[parent]! & mark.system) !== 0 && parent !== layout.known.root);
    this.marks[number] = marks | mark.named | (inSystem ? mark.system : 0);
  }

  /** The record whose only name so far is one that only DOS uses. */
  #onlyDos = -1;

  /** Names in continuation records, and how much of the clusters is used: parts of a run list do not say it. */
  #continued(number: number): void {
    if ((this.marks[number]! & mark.continuation) !== 0) return;
    const file = fileAt(this.#volume, number);
    if (file === null) return;
    for (const { attribute: found, parent, parentSequence, namespace } of file.allNames()) {
      if (found.holder === number) continue;
      const named = (this.marks[number]! & mark.named) !== 0 && this.#onlyDos !== number;
      this.#noteName(number, parent < noParent ? parent : noParent, parentSequence, namespace, found.id);
      if (!named && namespace !== layout.nameSpace.dos) this.namedElsewhere.add(number);
    }
    if (file.inUse && !this.#isSystem(number)) this.#usedOf(file);
    this.#volume.records.scan(number);
  }

  #usedOf(file: NtfsFile): void {
    for (const { first, runs, size, written, unitBytes } of file.streams(layout.type.data)) {
      if (unitBytes === 0 && first.nonResident) this.#unused(runs, Math.min(size, written));
    }
  }

  #isSystem(number: number): boolean {
    return (this.marks[number]! & mark.system) !== 0;
  }

  #claim(number: number, type: number, at: number): void {
    const { bytes } = this.#volume.records;
    const { length, flags, nameLength } = attribute.over(bytes, at);
    const { runsAt, firstVcn, unit, size, initialized, lastVcn } = clusterValue.over(bytes, at + layout.valueAt);
    const runs = this.#runs;
    runs.length = 0;
    decodeRuns(bytes, at + runsAt, at + length, runs);
    const live = (this.marks[number]! & mark.inUse) !== 0;
    const isData = type === layout.type.data;
    const who: Claimant = !live
      ? "deleted"
      : number === layout.known.badClusters && nameLength > 0
        ? "bad"
        : isData && !this.#isSystem(number)
          ? "content"
          : "metadata";
    for (let i = 0; i < runs.length; i += 2) if (runs[i]! >= 0) this.#claimRun(who, runs[i]!, runs[i + 1]!);
    if (who !== "content" || firstVcn !== 0) return;
    const whole = (lastVcn + 1) * this.#volume.geometry.clusterBytes >= size;
    const compressed = (flags & layout.attributeFlag.compressionMask) !== 0 && unit > 0;
    if (whole && !compressed && (this.marks[number]! & mark.continuation) === 0)
      this.#unused(runs, Math.min(size, initialized));
  }

  #claimRun(who: Claimant, first: number, count: number): void {
    const end = Math.min(first + count, this.#volume.geometry.clusters);
    if (end <= first || this.#steps <= 0) return;
    this.#steps -= end - first;
    for (let cluster = first; cluster < end; cluster++) {
      if (who === "deleted") {
        if (!this.once.add(cluster)) this.twice.add(cluster);
        continue;
      }
      if (!this.claimed.add(cluster)) this.shared.add(cluster);
      if (who === "metadata") this.metadata.add(cluster);
      else if (who === "bad") this.bad.add(cluster);
    }
  }

  /** Clusters behind the bytes that are used. */
  #unused(runs: Runs, used: number): void {
    const { clusterBytes, clusters } = this.#volume.geometry;
    let left = used;
    for (let i = 0; i < runs.length; i += 2) {
      const [place, count] = [runs[i]!, runs[i + 1]!];
      const bytes = count * clusterBytes;
      if (place >= 0 && left < bytes) {
        const whole = Math.ceil(left / clusterBytes);
        const rest = left % clusterBytes;
        if (rest > 0 && place + whole <= clusters) this.#tails.push((place + whole - 1) * tailUnit + rest);
        for (let cluster = place + whole; cluster < Math.min(place + count, clusters); cluster++) {
          if (--this.#steps < 0) break;
          this.spare.add(cluster);
        }
      }
      left = Math.max(0, left - bytes);
    }
  }
}

const nonResidentAt = 8;
/** Above the bytes used of a cluster, which has at most 2^21. */
const tailUnit = 2 ** 21;

/** Bytes used of a cluster that `tails` has an entry for. */
export function tailOf(entry: number): { cluster: number; used: number } {
  const cluster = Math.floor(entry / tailUnit);
  return { cluster, used: entry - cluster * tailUnit };
}
