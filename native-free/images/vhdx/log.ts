/** The log (MS-VHDX 2.3): finds the active sequence and says what replaying it changes. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { mixedGuidText } from "../../bytes/guid.ts";
import { crc32c } from "../../kernels/crc32c.ts";
import type { Header } from "./headers.ts";
import {
  checksumOffset,
  dataSectorLayout,
  descriptorLayout,
  leadingBytes,
  logEntryLayout,
  logSectorBytes,
  trailingBytes,
} from "./layouts.ts";
import type { Change } from "./replayed-source.ts";

/** An entry that is intact. */
interface LogEntry {
  /** Offset in the log. */
  readonly at: number;
  readonly length: number;
  readonly tail: number;
  readonly sequence: number;
  readonly descriptors: number;
  /** Bytes that the file has at least. */
  readonly flushedBytes: number;
}

export interface Replay {
  /** In the order in which they are carried out. */
  readonly changes: readonly Change[];
  /** Sectors and stretches of zeros that are written. */
  readonly count: number;
  readonly flushedBytes: number;
}

/** Beyond these a log is forged: it would be many times larger than that of any program. */
const mostEntries = 1 << 16;
const mostDescriptors = 1 << 17;
/** Sectors that may follow the data of an entry, where a program aligns entries to more than a sector. */
const mostPadding = 16;

/** Null for an empty log; a word for what is wrong where there is no active sequence. */
export function readLog(file: ByteSource, header: Header, empty: string): Replay | string | null {
  if (header.logGuid === empty) return null;
  if (header.logVersion !== 0) return `version ${header.logVersion}`;
  const { logOffset, logLength } = header;
  if (logLength === 0 || logLength % logSectorBytes !== 0) return "size";
  if (!Number.isSafeInteger(logOffset) || logOffset + logLength > file.size) return "outside of the file";
  const log = new Log(file, header);
  const sequence = log.activeSequence();
  return typeof sequence === "string" ? sequence : log.replay(sequence);
}

class Log {
  readonly #file: ByteSource;
  readonly #offset: number;
  readonly #length: number;
  readonly #guid: string;

  constructor(file: ByteSource, { logOffset, logLength, logGuid }: Header) {
    this.#file = file;
    this.#offset = logOffset;
    this.#length = logLength;
    this.#guid = logGuid;
  }

  /** Offset in the file of a place in the log, which is a ring. */
  #placeOf(at: number): number {
    return this.#offset + (at % this.#length);
  }

  #sector(at: number): Uint8Array {
    return readRange(this.#file, this.#placeOf(at), logSectorBytes);
  }

  /**
   * Every run of entries, each one greater in number than the one before it, that its last entry says to begin within it is a
   * sequence; the one with the greatest number is active (2.3.3).
   */
  activeSequence(): LogEntry[] | string {
    const entries = new Map<number, LogEntry>();
    for (let at = 0; at < this.#length; at += logSectorBytes) {
      const entry = this.#entryAt(at);
      if (entry) entries.set(at, entry);
      if (entries.size > mostEntries) return "too large";
    }
    const after = ({ at, length, sequence }: LogEntry): LogEntry | null => {
      const next = entries.get((at + length) % this.#length);
      return next?.sequence === sequence + 1 ? next : null;
    };
    const preceded = new Set([...entries.values()].flatMap((entry) => after(entry) ?? []));
    let active: LogEntry[] = [];
    for (const first of entries.values()) {
      if (preceded.has(first)) continue;
      const run: LogEntry[] = [];
      for (let entry: LogEntry | null = first; entry; entry = after(entry)) run.push(entry);
      const head = run.at(-1)!;
      const tail = run.findIndex(({ at }) => at === head.tail);
      if (tail !== -1 && head.sequence > (active.at(-1)?.sequence ?? 0)) active = run.slice(tail);
    }
    return active.length > 0 ? active : "no complete sequence";
  }

  /** Verifies all of an entry, its checksum last; null where there is none. */
  #entryAt(at: number): LogEntry | null {
    const first = this.#sector(at);
    const head = logEntryLayout.cursor().over(first);
    if (head.signature !== "loge") return null;
    const { length, tail, sequence, descriptors, checksum, flushedFileOffset: flushedBytes } = head;
    if (length === 0 || length % logSectorBytes !== 0 || length > this.#length) return null;
    if (tail % logSectorBytes !== 0 || tail >= this.#length) return null;
    if (sequence === 0 || !Number.isSafeInteger(sequence) || mixedGuidText(head.logGuid) !== this.#guid) return null;
    const entry = { at, length, tail, sequence, descriptors, flushedBytes };
    const sectors = length / logSectorBytes;
    const described = descriptorSectors(descriptors);
    if (described > sectors) return null;
    first.fill(0, checksumOffset, checksumOffset + 4);
    let sum = crc32c(first);
    let dataSectors = 0;
    for (let index = 0; index < sectors; index++) {
      const sector = index === 0 ? first : this.#sector(at + index * logSectorBytes);
      if (index > 0) sum = crc32c(sector, 0, sector.length, sum);
      if (index < described) {
        const data = dataDescriptorsIn(sector, index, entry);
        if (data === null) return null;
        dataSectors += data;
        if (index === described - 1 && !fits(sectors - described, dataSectors)) return null;
      } else if (index < described + dataSectors && !isDataSector(sector, sequence)) {
        return null;
      }
    }
    return sum === checksum ? entry : null;
  }

  replay(sequence: readonly LogEntry[]): Replay | string {
    const count = sequence.reduce((sum, { descriptors }) => sum + descriptors, 0);
    if (count > mostDescriptors) return "too large";
    const changes = sequence.flatMap((entry) => this.#changesOf(entry));
    return { changes, count, flushedBytes: sequence.at(-1)!.flushedBytes };
  }

  #changesOf(entry: LogEntry): Change[] {
    const changes: Change[] = [];
    const cursor = descriptorLayout.cursor();
    let dataAt = entry.at + descriptorSectors(entry.descriptors) * logSectorBytes;
    for (let index = 0; index < entry.descriptors; index++) {
      const at = entry.at + logEntryLayout.size + index * descriptorLayout.size;
      const place = this.#placeOf(at);
      const { signature, fileOffset, zeroLength } = cursor.over(readRange(this.#file, place, descriptorLayout.size));
      if (signature === "zero") {
        if (zeroLength > 0) changes.push({ start: fileOffset, end: fileOffset + zeroLength, from: null });
        continue;
      }
      const middle = fileOffset + leadingBytes.count;
      const last = fileOffset + logSectorBytes - trailingBytes.count;
      const data = this.#placeOf(dataAt) + leadingBytes.count;
      changes.push({ start: fileOffset, end: middle, from: place + leadingBytes.at });
      changes.push({ start: middle, end: last, from: data });
      changes.push({ start: last, end: fileOffset + logSectorBytes, from: place + trailingBytes.at });
      dataAt += logSectorBytes;
    }
    return changes;
  }
}

function descriptorSectors(descriptors: number): number {
  return Math.ceil((logEntryLayout.size + descriptors * descriptorLayout.size) / logSectorBytes);
}

function fits(rest: number, dataSectors: number): boolean {
  return dataSectors <= rest && rest - dataSectors < mostPadding;
}

/** How many descriptors of data a sector of an entry holds; null where one of its descriptors does not hold. */
function dataDescriptorsIn(sector: Uint8Array, index: number, { descriptors, sequence }: LogEntry): number | null {
  const perSector = logSectorBytes / descriptorLayout.size;
  const inHead = logEntryLayout.size / descriptorLayout.size;
  const first = index === 0 ? inHead : 0;
  const count = Math.min(perSector - first, descriptors - Math.max(0, index * perSector - inHead));
  const cursor = descriptorLayout.cursor();
  let data = 0;
  for (let at = first; at < first + count; at++) {
    const each = cursor.over(sector, at * descriptorLayout.size);
    const { signature, fileOffset } = each;
    const length = signature === "zero" ? each.zeroLength : logSectorBytes;
    if (signature !== "zero" && signature !== "desc") return null;
    if (each.sequence !== sequence || fileOffset % logSectorBytes !== 0 || length % logSectorBytes !== 0) return null;
    if (!Number.isSafeInteger(fileOffset + length)) return null;
    if (signature === "desc") data++;
  }
  return data;
}

function isDataSector(sector: Uint8Array, sequence: number): boolean {
  const { signature, sequenceHigh, sequenceLow } = dataSectorLayout.cursor().over(sector);
  return signature === "data" && sequenceHigh * 2 ** 32 + sequenceLow === sequence;
}
