/** Headers and entries of a GUID partition table, one by one. UEFI Specification 2.10, section 5.3. */
import { crc32 } from "node:zlib";
import { mixedGuidText } from "../../bytes/guid.ts";
import { gptEntry, gptHeader } from "../table-layouts.ts";

export interface GptHeader {
  /** Sectors: where it stands by its own account, and where the other one does. */
  readonly ownSector: number;
  readonly otherSector: number;
  readonly firstUsable: number;
  readonly lastUsable: number;
  readonly diskIdentity: string;
  readonly revision: number;
  readonly entriesSector: number;
  readonly entryCount: number;
  readonly entryBytes: number;
  readonly entriesCrc: number;
  /** What does not hold: `size`, `checksum`, `entries`; null for nothing. */
  readonly problem: "size" | "checksum" | "entries" | null;
}

export interface GptEntry {
  /** From 1. */
  readonly number: number;
  readonly type: string;
  readonly identity: string;
  /** Sectors, both part of it; above 2^53 rounded. */
  readonly first: number;
  readonly last: number;
  readonly attributes: number;
  readonly typeAttributes: number;
  readonly name: string;
}

export const gptSignature = "EFI PART";
/** Entries of more bytes than this are no table: every program writes 16 KiB. */
export const mostEntryBytes = 16 << 20;

const header = gptHeader.cursor();

/** The header at `offset` of the bytes, which hold the sector of `sectorBytes` that it stands in; null where there is none. */
export function gptHeaderAt(sector: Uint8Array, offset: number, sectorBytes: number): GptHeader | null {
  if (offset < 0 || offset + sectorBytes > sector.length) return null;
  if (header.over(sector, offset).signature !== gptSignature) return null;
  const { headerBytes, headerCrc, revision, ownSector, otherSector, firstUsable, lastUsable } = header;
  const { entriesSector, entryCount, entryBytes, entriesCrc } = header;
  const diskIdentity = mixedGuidText(header.diskIdentity);
  const sane = headerBytes >= gptHeader.size && headerBytes <= sectorBytes;
  const copy = Uint8Array.prototype.slice.call(sector, offset, offset + (sane ? headerBytes : gptHeader.size));
  header.over(copy).headerCrc = 0;
  const intact = crc32(copy) === headerCrc;
  const entries = entryBytes >= gptEntry.size && entryBytes % 8 === 0 && entryCount > 0;
  const problem = !sane ? "size" : !intact ? "checksum" : entries ? null : "entries";
  const table = { entriesSector, entryCount, entryBytes, entriesCrc, problem } as const;
  return { ownSector, otherSector, firstUsable, lastUsable, diskIdentity, revision, ...table };
}

const entry = gptEntry.cursor();

/** The used entries of an array. Entries longer than 128 bytes are read as far as the specification says what they hold. */
export function* gptEntriesIn(array: Uint8Array, entryBytes: number): Iterable<GptEntry> {
  for (let at = 0, number = 1; at + gptEntry.size <= array.length; at += entryBytes, number++) {
    const { type } = entry.over(array, at);
    if (type.every((each) => each === 0)) continue;
    const { first, last, attributes, typeAttributes, name } = entry;
    yield {
      number,
      type: mixedGuidText(type),
      identity: mixedGuidText(entry.identity),
      ...{ first, last, attributes, typeAttributes, name },
    };
  }
}
