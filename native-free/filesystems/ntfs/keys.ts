/** Entries by their keys: the record is read, and of a former name its directory. */
import type { FileSystemEntry } from "../file-system.ts";
import { blockExtents } from "./directory-index.ts";
import type { NtfsFileSystem } from "./file-system.ts";
import { fileAt, NtfsFile } from "./file.ts";
import { fileRecord } from "./layouts.ts";
import { bootCopy } from "./placed-entry.ts";
import { placedNumber, placeUnit, recordState } from "./records.ts";
import { slackEntries } from "./slack-entry.ts";
import { lostContinuation } from "./walk.ts";

const keyForm = /^(@?)(\d{1,16})-(\d{1,5})(?:-(.+))?$/;
const formerForm = /^(?:root|i30)-\d+$/;

const header = fileRecord.cursor();

export function entryOfKey(fs: NtfsFileSystem, key: string): FileSystemEntry | null {
  const copy = bootCopy(fs.volume);
  if (copy?.key === key) return copy;
  const [, placed, number, sequence, rest] = keyForm.exec(key) ?? [];
  if (number === undefined) return null;
  const file = placed === "@" ? foundFile(fs, Number(number)) : tableFile(fs, Number(number));
  if (file === null || file.sequence !== Number(sequence)) return null;
  const all =
    rest !== undefined && formerForm.test(rest)
      ? slackEntries(fs, file, fs.judged(file, blockExtents(file)))
      : fs.entriesOf(file);
  for (const entry of all) if (entry.key === key) return entry;
  return null;
}

function tableFile(fs: NtfsFileSystem, number: number): NtfsFile | null {
  const file = fileAt(fs.volume, number);
  const { records } = fs.volume;
  if (file || number >= records.count || records.at(number) < recordState.torn) return file;
  return lostContinuation(fs, number, header.over(records.bytes, records.offset).baseLow);
}

function foundFile(fs: NtfsFileSystem, place: number): NtfsFile | null {
  const { records, source } = fs.volume;
  if (place % placeUnit !== 0 || place + records.recordBytes > source.size) return null;
  const number = placedNumber(place);
  return records.at(number) < recordState.torn ? null : new NtfsFile(fs.volume, number);
}
