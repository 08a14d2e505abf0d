/**
 * One look at every record: what it is, which directory it is in, and which clusters its values claim. Kept in typed arrays, 14 bytes for each
 * record and a few bits for each cluster.
 */
import { BlockSet } from "../block-set.ts";
import { GrowingNumbers } from "../../bytes/growing-numbers.ts";
import { AttributeWalk, valueLengthAt, valueStartAt } from "./attributes.ts";
import { fileAt, type NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { recordState } from "./records.ts";
import { mark } from "./marks.ts";
import { Plainness } from "./plainness.ts";
import { decodeRuns, type Runs } from "./run-list.ts";
import type { NtfsVolume } from "./volume.ts";

/** Steps that claims may take for each cluster of the volume before further ones are not looked at: only forged ones take so many. */
const claimsPerCluster = 32;
const noParent = 0xffff_ffff;

const record = layout.fileRecord.offsets;
const fileName = layout.fileName.offsets;
const clusterValue = layout.clusterValue.cursor();
const flagsAt = layout.attribute.offsets.flags;

/** What claims the clusters of a value. */
type Claimant = "content" | "metadata" | "bad" | "deleted";

export class Survey {
  readonly marks: Uint16Array;
  readonly sequences: Uint16Array;
  /** Of the first name; `noParent` where there is none. Of continuations the record that they continue. */
  readonly parents: Uint32Array;
  readonly parentSequences: Uint16Array;
  /** Attribute id of the first name. */
  readonly nameIds: Uint16Array;
  /** Of names behind the first: parent and record, one after the other. */
  readonly links = new GrowingNumbers();
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
  readonly #tails = new GrowingNumbers();
  readonly #runs: Runs = [];
  readonly #walk = new AttributeWalk();
  readonly #plainness = new Plainness();
  #steps: number;

  constructor(volume: NtfsVolume) {
    this.#volume = volume;
    const { count } = volume.records;
    this.marks = new Uint16Array(count);
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
    const { view, offset } = records;
    const flags = view.getUint16(offset + record.flags, true);
    let marks = state === recordState.torn ? mark.torn : 0;
    if (state === recordState.torn) this.torn++;
    if ((flags & layout.recordFlag.inUse) !== 0) marks |= mark.inUse;
    if ((flags & layout.recordFlag.directory) !== 0) marks |= mark.directory;
    if (number < layout.known.firstFree) marks |= mark.system;
    this.sequences[number] = view.getUint16(offset + record.sequence, true);
    const base = view.getUint32(offset + record.baseLow, true);
    if (base !== 0 || view.getUint16(offset + record.baseHigh, true) !== 0) {
      marks |= mark.continuation;
      this.parents[number] = base;
      this.parentSequences[number] = view.getUint16(offset + record.baseSequence, true);
    }
    this.marks[number] = marks;
    this.#attributes(number);
  }

  #attributes(number: number): void {
    const { records } = this.#volume;
    const walk = this.#walk.over(records);
    const plainness = this.#plainness.begin(this.marks[number]!);
    let [hasList, filled] = [false, false];
    while (walk.next()) {
      filled = true;
      const { type, at } = walk;
      if (type === layout.type.fileName) this.#name(number, at);
      else if (type === layout.type.attributeList) hasList = true;
      if (walk.nonResident) this.#claim(number, type, at);
      plainness.see(walk);
    }
    if (filled) this.marks[number]! |= mark.filled;
    if (hasList) this.#continued(number);
    else if (walk.isWhole) this.marks[number]! |= plainness.marks;
  }

  #name(number: number, at: number): void {
    const { records } = this.#volume;
    const { view } = records;
    if (this.#walk.nonResident || valueLengthAt(records, at) < layout.fileName.size) {
      this.#plainness.spoil();
      return;
    }
    const from = valueStartAt(records, at);
    const namespace = view.getUint8(from + fileName.namespace);
    const far = view.getUint16(from + fileName.parentHigh, true) !== 0;
    if (far) this.namedElsewhere.add(number);
    const needed = layout.fileName.size + 2 * view.getUint8(from + fileName.nameLength);
    this.#plainness.name(namespace, this.#walk.id, !far && needed <= valueLengthAt(records, at));
    const parent = far ? noParent : view.getUint32(from + fileName.parentLow, true);
    const sequence = view.getUint16(from + fileName.parentSequence, true);
    this.#noteName(number, parent, sequence, namespace, this.#walk.id);
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
    const { bytes, view, offset } = this.#volume.records;
    const { length, nameLength } = this.#walk;
    const head = offset + at;
    const { firstVcn, unit, size, initialized, lastVcn, runsAt } = clusterValue.over(bytes, head + layout.valueAt);
    const runs = this.#runs;
    runs.length = 0;
    const held = decodeRuns(bytes, head + runsAt, head + length, runs);
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
    const { clusterBytes } = this.#volume.geometry;
    if (isData && (firstVcn !== 0 || held * clusterBytes < size || initialized > size || !this.#areInside(runs)))
      this.#plainness.lack();
    if (who !== "content" || firstVcn !== 0) return;
    const whole = (lastVcn + 1) * clusterBytes >= size;
    const packed = (view.getUint16(head + flagsAt, true) & layout.attributeFlag.compressionMask) !== 0 && unit > 0;
    if (whole && !packed && (this.marks[number]! & mark.continuation) === 0)
      this.#unused(runs, Math.min(size, initialized));
  }

  #areInside(runs: Runs): boolean {
    for (let i = 0; i < runs.length; i += 2)
      if (runs[i]! >= 0 && runs[i]! + runs[i + 1]! > this.#volume.geometry.clusters) return false;
    return true;
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

/** Above the bytes used of a cluster, which has at most 2^21. */
const tailUnit = 2 ** 21;

/** Bytes used of a cluster that `tails` has an entry for. */
export function tailOf(entry: number): { cluster: number; used: number } {
  const cluster = Math.floor(entry / tailUnit);
  return { cluster, used: entry - cluster * tailUnit };
}
