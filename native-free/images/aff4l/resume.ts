/** What of a container that was cut short is there in full. */
import { Buffer } from "node:buffer";
import { crc32, inflateRawSync } from "node:zlib";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { localExtra, localHeader } from "../../containers/zip64/layouts.ts";
import { dosTimeOf, localHeaderBytes, localHeaderOf, type Zip64Entry } from "../../containers/zip64/writer.ts";
import { isEvidenceError } from "../../model/errors.ts";
import { hasContent, packLimitBytes, type EntryFacts } from "./entry.ts";
import { headOf } from "./head.ts";
import { Ledger } from "./ledger.ts";
import { mapMembers } from "./map.ts";
import { packContent } from "./pack.ts";
import type { VolumeFacts } from "./turtle-text.ts";

/** A container that was cut short, kept as far as members and entries agree. Nothing is written. */
export class TornContainer {
  /** Has the places of the entries that are kept. */
  readonly ledger = new Ledger();
  readonly members: Zip64Entry[] = [];
  /** First byte that is not kept; 0 where not even its beginning is there. */
  end = 0;
  /** Entries that are there with all that belongs to them. */
  kept = 0;
  readonly #partial: Partial;

  /** `facts` are those that it was begun with. */
  constructor(source: ByteSource, facts: VolumeFacts) {
    this.#partial = { source, volume: facts.volume, dosTime: new Date(facts.created) };
    const head = headOf(facts);
    if (Buffer.compare(readRange(source, 0, head.bytes.length), head.bytes) !== 0) return;
    this.members.push(...head.members);
    this.end = head.bytes.length;
  }

  /**
   * True where the next entry is there in full and is kept; after the first that is not, no other may be asked for. Every byte
   * of it is read and compared with its CRC-32; yields the number of bytes that were read, so that the caller can do other
   * things in between.
   */
  *keep(entry: EntryFacts): Generator<number, boolean> {
    if (this.end === 0) return false;
    const { ledger } = this;
    const [contents, duplicates] = [ledger.contents.size, ledger.duplicates];
    const own = yield* this.#membersOf(entry);
    if (own === null) {
      ledger.duplicates = duplicates;
      if (ledger.contents.size > contents && entry.sha256 !== null) ledger.contents.delete(entry.sha256);
      return false;
    }
    for (const member of own) this.end = endOf(member);
    this.members.push(...own);
    this.kept += 1;
    return true;
  }

  /** Null where a member is not there, not whole or not as it must be. */
  *#membersOf(entry: EntryFacts): Generator<number, Zip64Entry[] | null> {
    const { name, place } = this.ledger.place(entry);
    const partial = this.#partial;
    if (entry.kind === "directory") return all([yield* memberAt(partial, this.end, `${name}/`, 0, null)]);
    if (place === null || !hasContent(entry)) return [];
    if ("member" in place) return all([yield* memberAt(partial, this.end, name, entry.size, null)]);
    const members: (Zip64Entry | null)[] = [];
    let next = this.end;
    for (const { name: part, bytes } of mapMembers(partial.volume, entry.size, place)) {
      const member = yield* memberAt(partial, next, part, bytes.length, crc32(bytes));
      members.push(member);
      if (member) next = endOf(member);
    }
    return all(members);
  }
}

interface Partial {
  readonly source: ByteSource;
  readonly volume: string;
  readonly dosTime: Date;
}

function endOf(member: Zip64Entry): number {
  return member.headerAt + localHeaderBytes(member.name) + member.compressedSize;
}

function all(members: readonly (Zip64Entry | null)[]): Zip64Entry[] | null {
  const whole = members.filter((member) => member !== null);
  return whole.length === members.length ? whole : null;
}

function* memberAt(
  { source, dosTime }: Partial,
  at: number,
  name: string,
  size: number,
  crc: number | null,
): Generator<number, Zip64Entry | null> {
  const headerBytes = localHeaderBytes(name);
  const header = readRange(source, at, headerBytes);
  if (header.length < headerBytes) return null;
  const { method, crc32: sum } = localHeader.cursor().over(header);
  const compressedSize = packedSizeOf(header, headerBytes - localExtra.size);
  if ((method !== 0 && method !== 8) || compressedSize === null) return null;
  const member: Zip64Entry = { name, method, crc32: sum, compressedSize, size, headerAt: at };
  if (Buffer.compare(header, localHeaderOf(member, dosTimeOf(dosTime))) !== 0) return null;
  if (endOf(member) > source.size || (crc !== null && crc !== sum)) return null;
  return (yield* crcOf(source, member, at + headerBytes)) === sum ? member : null;
}

/** Null where a torn header holds a number that no size can be. */
function packedSizeOf(header: Uint8Array, extraAt: number): number | null {
  try {
    return localExtra.cursor().over(header, extraAt).compressedSize;
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return null;
  }
}

const stepBytes = 1 << 20;

/** CRC-32 of the content; null where it cannot be unpacked to the size that it must have. */
function* crcOf(
  source: ByteSource,
  { method, size, compressedSize }: Zip64Entry,
  at: number,
): Generator<number, number | null> {
  if (method === 8) {
    if (size > packLimitBytes) return null;
    yield size;
    try {
      const packed = readRange(source, at, compressedSize);
      const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
      // Packed again, since different streams can hold the same bytes and the container is to be the same to the last bit.
      return bytes.length === size && Buffer.compare(packContent(bytes).packed, packed) === 0 ? crc32(bytes) : null;
    } catch {
      // Not a complete stream: written only in part.
      return null;
    }
  }
  if (compressedSize !== size) return null;
  let sum = 0;
  const step = new Uint8Array(Math.min(stepBytes, size));
  for (let done = 0; done < size; done += step.length) {
    const piece = step.subarray(0, Math.min(step.length, size - done));
    source.readInto(piece, at + done);
    sum = crc32(piece, sum);
    yield piece.length;
  }
  return sum;
}
