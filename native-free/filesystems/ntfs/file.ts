/** A file of the volume: the attributes of its record and of those that continue it. Made for each record that is listed; the rest is worked out. */
import type { FileExtent } from "../file-system.ts";
import { readContinuations, type Continuation } from "./attribute-list.ts";
import { readAttributes, valueLength, valueStart, type Attribute } from "./attributes.ts";
import * as layout from "./layouts.ts";
import { recordState } from "./records.ts";
import { plainSize, streamsOf, type Stream } from "./streams.ts";
import { extentsOfRuns, type NtfsVolume } from "./volume.ts";

const header = layout.fileRecord.cursor();
const fileName = layout.fileName.cursor();
const two32 = 2 ** 32;

/** A $FILE_NAME attribute, as numbers. */
export interface NameOf {
  readonly attribute: Attribute;
  readonly parent: number;
  readonly parentSequence: number;
  readonly namespace: number;
}

export class NtfsFile {
  readonly volume: NtfsVolume;
  /** For `Records.at`. */
  readonly number: number;
  readonly sequence: number;
  readonly inUse: boolean;
  readonly isDirectory: boolean;
  readonly links: number;
  /** `recordState`. */
  readonly state: number;
  /** Whether the chain of attributes is whole. */
  readonly sound: boolean;
  readonly attributes: readonly Attribute[];
  readonly continuation: Continuation | null;
  #streams: Map<number, readonly Stream[]> | null = null;

  /** The record must be readable (`Records.at` at least `torn`). */
  constructor(volume: NtfsVolume, number: number) {
    const { records } = volume;
    this.volume = volume;
    this.number = number;
    this.state = records.at(number);
    const { sequence, flags, links } = header.over(records.bytes, records.offset);
    this.sequence = sequence;
    this.inUse = (flags & layout.recordFlag.inUse) !== 0 && number >= 0;
    this.isDirectory = (flags & layout.recordFlag.directory) !== 0;
    this.links = links;
    const attributes: Attribute[] = [];
    this.sound = readAttributes(records, number, attributes);
    let hasList = false;
    for (let i = 0; i < attributes.length && !hasList; i++) hasList = attributes[i]!.type === layout.type.attributeList;
    this.continuation = hasList ? readContinuations(volume.source, volume.geometry, records, this, attributes) : null;
    this.attributes = attributes;
  }

  /** The first attribute of a type, null where there is none. */
  find(type: number): Attribute | null {
    for (const found of this.attributes) if (found.type === type) return found;
    return null;
  }

  /** Names that make an entry: all but those that only DOS uses, unless there is no other. */
  names(): NameOf[] {
    const all = this.allNames();
    if (all.length === 1) return all;
    const shown = all.filter(({ namespace }) => namespace !== layout.nameSpace.dos);
    return shown.length > 0 ? shown : all;
  }

  allNames(): NameOf[] {
    const out: NameOf[] = [];
    for (const found of this.attributes) {
      if (found.type !== layout.type.fileName) continue;
      const name = this.nameAt(found);
      if (name) out.push(name);
    }
    return out;
  }

  nameAt(attribute: Attribute): NameOf | null {
    const { records } = this.volume;
    if (attribute.nonResident || valueLength(records, attribute) < layout.fileName.size) return null;
    fileName.over(records.bytes, valueStart(records, attribute));
    const { parentLow, parentHigh, parentSequence, namespace } = fileName;
    return { attribute, parent: parentHigh * two32 + parentLow, parentSequence, namespace };
  }

  /** Values of a type, by name. */
  streams(type: number): readonly Stream[] {
    const known = this.#streams?.get(type);
    if (known) return known;
    const { records, geometry } = this.volume;
    const made = streamsOf(records, this.attributes, type, geometry.clusterBytes);
    (this.#streams ??= new Map()).set(type, made);
    return made;
  }

  stream(type: number, name: string): Stream | null {
    for (const each of this.streams(type)) if (each.name === name) return each;
    return null;
  }

  /** What the entry of the file itself opens: the unnamed $DATA, of a directory its index. */
  content(): Stream | null {
    const { data, indexAllocation, indexRoot } = layout.type;
    if (!this.isDirectory) return this.stream(data, "");
    const blocks = this.stream(indexAllocation, layout.directoryIndex);
    return blocks ?? this.stream(indexRoot, layout.directoryIndex);
  }

  /** Bytes of `content`, without the run list where the size is all that is asked for. */
  contentSize(): number {
    let data: Attribute | null = null;
    for (const found of this.attributes) {
      if (found.type !== layout.type.data || found.nameLength > 0) continue;
      if (data !== null || this.continuation !== null) return this.content()?.size ?? 0;
      data = found;
    }
    if (this.isDirectory) return this.content()?.size ?? 0;
    if (data === null) return 0;
    return plainSize(this.volume.records, data) ?? this.content()?.size ?? 0;
  }

  /** Where the bytes of a value lie, whatever else claims them. */
  extents(stream: Stream): FileExtent[] {
    const { geometry, records } = this.volume;
    if (!stream.resident) return extentsOfRuns(geometry, stream.runs, stream.size, stream.written);
    const { first, size } = stream;
    const from = valueStart(records, first) - records.offset;
    return this.volume.recordExtents(first.holder, from, size);
  }
}

/** Null where no base record of a file stands there. */
export function fileAt(volume: NtfsVolume, number: number): NtfsFile | null {
  const { records } = volume;
  if (number >= records.count || !Number.isSafeInteger(number)) return null;
  if (records.at(number) < recordState.torn) return null;
  const { baseLow, baseHigh } = header.over(records.bytes, records.offset);
  return baseLow === 0 && baseHigh === 0 ? new NtfsFile(volume, number) : null;
}
