/**
 * The pages of a rollback journal: what they were before the transaction that made it. SQLite, "Database File Format" 3. Read
 * without the database; a journal whose header was wiped is no journal any more and is not recognised.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { u32be } from "../../bytes/field-types.ts";
import { bytes, struct } from "../../bytes/struct.ts";
import type { Frame } from "./log.ts";

const header = struct("sqlite.journalHeader", 28, {
  magic: [0, bytes(8)],
  records: [8, u32be, "all that there are where it is the largest number"],
  nonce: [12, u32be],
  pages: [16, u32be],
  sectorBytes: [20, u32be],
  pageBytes: [24, u32be],
});
const magic = Buffer.from("d9d505f920a163d7", "hex");
const unknownCount = 0xffff_ffff;
const numberBytes = 4;
const sumBytes = 4;

/** Null where the first header is none. */
export function readJournal(source: ByteSource): { pageBytes: number; frames: readonly Frame[] } | null {
  const frames: Frame[] = [];
  let pageBytes = 0;
  let sectorBytes = 512;
  for (let at = 0; at + header.size <= source.size; at = Math.ceil(at / sectorBytes) * sectorBytes) {
    const fields = header.cursor().over(readRange(source, at, header.size));
    if (!magic.equals(fields.magic)) break;
    if (pageBytes === 0) ({ pageBytes, sectorBytes } = fields);
    if (!isPowerFrom(pageBytes, 512, 65_536) || !isPowerFrom(sectorBytes, 32, 1 << 24)) return null;
    // A count of none is what a crash leaves: the records are there all the same.
    const most = fields.records === 0 ? unknownCount : fields.records;
    const end = addRecords(source, at + sectorBytes, most, pageBytes, fields.nonce, frames);
    at = Math.max(end, at + 1);
  }
  return pageBytes === 0 ? null : { pageBytes, frames };
}

const isPowerFrom = (value: number, least: number, most: number): boolean =>
  value >= least && value <= most && (value & (value - 1)) === 0;

/** Where the records end: at the count, or at the first that is none. */
function addRecords(
  source: ByteSource,
  start: number,
  most: number,
  pageBytes: number,
  nonce: number,
  frames: Frame[],
): number {
  const length = numberBytes + pageBytes + sumBytes;
  let at = start;
  for (let count = 0; count < most && at + length <= source.size; count++, at += length) {
    const record = Buffer.from(readRange(source, at, length));
    const page = record.readUInt32BE(0);
    if (page === 0 || sumOf(record, pageBytes, nonce) !== record.readUInt32BE(length - sumBytes)) break;
    frames.push({ page, at: at + numberBytes, committed: true });
  }
  return at;
}

/** Every 200th byte from the end of the page, on top of the nonce. */
function sumOf(record: Buffer, pageBytes: number, nonce: number): number {
  let sum = nonce;
  for (let at = pageBytes - 200; at > 0; at -= 200) sum = (sum + record[numberBytes + at]!) >>> 0;
  return sum;
}
