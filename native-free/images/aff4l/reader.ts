/**
 * Reads a logical AFF4 container: the entries with their metadata in the order in which they stand, and each content as a
 * `ByteSource`. Written for what `Aff4LogicalWriter` makes (FORMAT.md); of other writers it reads file images whose content
 * is a segment or a map onto segments. Not read: image streams in bevies, encrypted volumes, volumes in several files.
 */
import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import { readRange, viewRange, MemorySource, type ByteSource, type Run } from "../../bytes/byte-source.ts";
import { inflateSteps } from "../../unpack/inflate.ts";
import {
  memberDataAt,
  readMember,
  readZipDirectory,
  walkMembers,
  type ZipMember,
} from "../../containers/zip64/read.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { descriptionName, namespaces, turtleName } from "./entry.ts";
import { fileOf, isEntry, type LogicalFile } from "./entry-reader.ts";
import { isWholeMap, MapSource } from "./map.ts";
import { memberOfTail } from "./member-name.ts";
import { readTurtle, type Subject } from "./turtle-reader.ts";

export type { LogicalFile } from "./entry-reader.ts";

/** Text up to this size is unpacked at once. */
const atOnceBytes = 64 << 20;
/** A packed content is unpacked in memory; our own are at most 8 MiB. */
const inflateLimitBytes = 512 << 20;
const mapLimitBytes = 64 << 20;
const stepBytes = 1 << 20;
const volumePattern = /^aff4:\/\/[0-9A-Za-z][0-9A-Za-z-]*$/;

/** Throws EvidenceError `aff4l/no-volume` where `source` is no AFF4 volume. */
export function openAff4Logical(source: ByteSource): Aff4Logical {
  return new Aff4Logical(source);
}

/** True where `source` is an AFF4 volume that describes files, and no medium. */
export function isAff4Logical(source: ByteSource): boolean {
  try {
    for (const { properties } of openAff4Logical(source).subjects()) {
      if (isEntry(properties) || properties.has(`${namespaces.vestige}layout`)) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

export class Aff4Logical {
  /** `aff4://` and a UUID. */
  readonly volume: string;
  /** What is wrong with the container; complete when `entries` has come to its end. */
  readonly findings: Finding[] = [];
  readonly #source: ByteSource;
  readonly #members = new Map<string, ZipMember>();

  constructor(source: ByteSource) {
    this.#source = source;
    const directory = readZipDirectory(source);
    const members = directory?.whole ? directory.members : walkMembers(source).members;
    for (const member of members) if (!this.#members.has(member.name)) this.#members.set(member.name, member);
    const volume = this.#volumeOf(directory?.comment ?? null);
    if (volume === null) throw new EvidenceError("aff4l/no-volume");
    this.volume = volume;
    if (!directory?.whole) this.findings.push(finding("aff4l/directory-damaged", { members: this.#members.size }));
  }

  /** Members of the archive by their names. */
  get members(): ReadonlyMap<string, ZipMember> {
    return this.#members;
  }

  /** Entries in order, each read when it is asked for. What cannot be read further is a finding and ends them. */
  *entries(): Generator<LogicalFile> {
    for (const subject of this.subjects()) {
      if (!isEntry(subject.properties)) continue;
      const file = fileOf(subject);
      if (file.damaged) this.findings.push(finding("aff4l/metadata-damaged", { problem: "value" }));
      yield file;
    }
  }

  /** The statements of the container, object by object. */
  *subjects(): Generator<Subject> {
    const member = this.#members.get(turtleName);
    const problem = member ? yield* readTurtle(decoded(this.#piecesOf(member))) : "absent";
    if (problem !== null) this.findings.push(finding("aff4l/metadata-damaged", { problem }));
  }

  /**
   * The content of a file. Throws EvidenceError `aff4l/content-missing` (the member is not there or cut short),
   * `aff4l/content-unsupported` (kept in a way that is not read) or `aff4l/content-damaged` (it cannot be unpacked).
   */
  open(file: LogicalFile): ByteSource {
    if (file.stream !== null) return this.#openMap(file.stream, file.entry.size ?? 0);
    const member = this.memberOf(file);
    if (member) return this.openMember(member);
    throw new EvidenceError(file.isSegment ? "aff4l/content-missing" : "aff4l/content-unsupported");
  }

  /** The member that is the content of a file; null where that is a map, or is not there. */
  memberOf(file: LogicalFile): ZipMember | null {
    if (file.stream !== null) return null;
    return (file.fileName === null ? undefined : this.#members.get(file.fileName)) ?? this.#resolve(file.urn);
  }

  /** The member that a map in this container leads to as a whole; null where it does anything else. */
  targetOf(file: LogicalFile): ZipMember | null {
    if (file.stream === null) return null;
    const { map, targets } = this.#readMap(file.stream);
    return targets.length === 1 && isWholeMap(map, file.entry.size ?? 0) ? (targets[0] ?? null) : null;
  }

  /** `path` is what the places of its bytes name. Throws EvidenceError, see `open`. */
  openMember(member: ZipMember, path = member.name): ByteSource {
    const dataAt = memberDataAt(this.#source, member);
    if (dataAt === null) throw new EvidenceError("aff4l/content-missing");
    const { method, flags, size, compressedSize } = member;
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8) || (method === 8 && size > inflateLimitBytes)) {
      throw new EvidenceError("aff4l/content-unsupported");
    }
    if (method === 0) return new SegmentSource(this.#source, dataAt, Math.min(size, compressedSize), path);
    try {
      const packed = viewRange(this.#source, dataAt, compressedSize);
      const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
      return new MemorySource(bytes, path);
    } catch {
      // Damaged, or longer than the directory says.
      throw new EvidenceError("aff4l/content-damaged");
    }
  }

  #openMap(stream: string, size: number): ByteSource {
    const { map, targets } = this.#readMap(stream);
    const sources = targets.map((target) => (target === null ? null : this.openMember(target)));
    return new MapSource(map, sources, size, stream);
  }

  #readMap(stream: string): { map: Uint8Array; targets: (ZipMember | null)[] } {
    const [map, index] = ["map", "idx"].map((part) => {
      const member = this.#resolve(`${stream}/${part}`);
      const read = member ? readMember(this.#source, member, mapLimitBytes) : null;
      if (!read?.sound) throw new EvidenceError("aff4l/content-missing");
      return read.bytes;
    }) as [Uint8Array, Uint8Array];
    const lines = Buffer.from(index.buffer, index.byteOffset, index.length).toString("utf8").split(/\r?\n/);
    return { map, targets: lines.filter((line) => line !== "").map((urn) => this.#resolve(urn)) };
  }

  /** AFF4 v1.0, 5.1; some writers keep a slash in front of the path. */
  #resolve(urn: string): ZipMember | null {
    if (!urn.startsWith(`${this.volume}/`)) return null;
    const tail = urn.slice(this.volume.length + 1);
    const bare = tail.replace(/^\/+/, "");
    for (const name of [memberOfTail(tail), tail, memberOfTail(bare), bare]) {
      const member = this.#members.get(name);
      if (member) return member;
    }
    return null;
  }

  #volumeOf(comment: Uint8Array | null): string | null {
    const described = this.#members.get(descriptionName);
    const read = described ? readMember(this.#source, described, 4096) : null;
    for (const bytes of [read?.bytes, comment]) {
      const text = bytes ? (Buffer.from(bytes).toString("utf8").split("\0")[0] ?? "").trim() : "";
      if (volumePattern.test(text)) return text;
    }
    return null;
  }

  /** The bytes of a member of text. One that is damaged ends early, which the text shows. */
  *#piecesOf(member: ZipMember): Generator<Uint8Array> {
    const dataAt = memberDataAt(this.#source, member);
    if (dataAt === null) return;
    const { method, size, compressedSize } = member;
    if (method === 0) {
      for (let at = 0; at < compressedSize; at += stepBytes) {
        yield readRange(this.#source, dataAt + at, Math.min(stepBytes, compressedSize - at));
      }
      return;
    }
    const read = size <= atOnceBytes ? readMember(this.#source, member, atOnceBytes) : null;
    if (!read?.sound) return void (yield* inflateSteps(this.#source, dataAt, compressedSize, false));
    for (let at = 0; at < read.bytes.length; at += stepBytes) yield read.bytes.subarray(at, at + stepBytes);
  }
}

function* decoded(pieces: Iterable<Uint8Array>): Generator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const piece of pieces) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** A stored member: part of the container, readable anywhere. */
class SegmentSource implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #at: number;
  readonly #path: string;

  constructor(source: ByteSource, at: number, size: number, path: string) {
    this.#source = source;
    this.#at = at;
    this.size = size;
    this.#path = path;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    return count === 0 ? 0 : this.#source.readInto(target.subarray(0, count), this.#at + at);
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const count = Math.max(0, Math.min(length, this.size - at));
    for (const run of this.#source.runsIn(this.#at + at, count)) {
      const start = run.start - this.#at;
      yield { ...run, start, place: { path: this.#path, offset: start, exact: true } };
    }
  }
}
