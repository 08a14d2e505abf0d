/** One of the two tables of a GPT medium: header, entries, and what of them holds. */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { readRange } from "../../bytes/byte-source.ts";
import { tableBytes } from "../layout.ts";
import { gptEntriesIn, gptHeaderAt, mostEntryBytes, type GptEntry, type GptHeader } from "./header.ts";

/** Programs write 128 entries, and systems read 256. A table of noise must not cost more than another. */
export const mostVolumes = 1024;

export interface GptTable {
  readonly header: GptHeader;
  readonly sectorBytes: number;
  /** Sector at which it was found. */
  readonly sector: number;
  /** Where the entries stand and how many bytes they have; null where what the header says of them is nonsense. */
  readonly entriesAt: { readonly start: number; readonly length: number } | null;
  /** The first `mostVolumes` that are used. */
  readonly entries: readonly GptEntry[];
  /** Further ones that are used. */
  readonly more: number;
  /** What does not hold of header, place and entries, in words; empty for an intact table. */
  readonly problems: readonly string[];
}

/** The table whose header stands at the byte `at`; null where there is none. */
export function readGptTable(source: ByteSource, at: number, sectorBytes: number): GptTable | null {
  if (!Number.isSafeInteger(at) || at < 0 || at >= source.size) return null;
  const header = gptHeaderAt(tableBytes(source, at, sectorBytes), 0, sectorBytes);
  if (!header) return null;
  const sector = at / sectorBytes;
  const problems: string[] = header.problem === null ? [] : [`header ${header.problem}`];
  if (header.ownSector !== sector) problems.push("place");
  const length = header.entryCount * header.entryBytes;
  const start = header.entriesSector * sectorBytes;
  const sane = header.entryBytes >= 128 && header.entryBytes % 8 === 0 && length > 0 && length <= mostEntryBytes;
  if (!sane || !Number.isSafeInteger(start) || start >= source.size) {
    if (header.problem === null) problems.push("place of the entries");
    return { header, sectorBytes, sector, entriesAt: null, entries: [], more: 0, problems };
  }
  const array = readRange(source, start, length);
  if (array.length < length) problems.push("entries cut off");
  else if (crc32(array) !== header.entriesCrc) problems.push("checksum of the entries");
  const entries: GptEntry[] = [];
  let more = 0;
  for (const entry of gptEntriesIn(array, header.entryBytes)) {
    if (entries.length < mostVolumes) entries.push(entry);
    else more += 1;
  }
  return { header, sectorBytes, sector, entriesAt: { start, length }, entries, more, problems };
}
