/** FILETIME as a date of a field; none for zero, which stands for no time, and for what no calendar has. */
import type { ByteReader } from "../byte-reader.ts";
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { ntfsTime } from "../../filesystems/ntfs/times.ts";

const firstTime = "1601-01-02";

export function fileTime(reader: ByteReader, at: number): string | null {
  const [low, high] = [reader.u32(at), reader.u32(at + 4)];
  const time = low === 0 && high === 0 ? null : ntfsTime("m", "filetime", low, high);
  return time === null || time.value < firstTime ? null : time.value;
}

export function* timeField(reader: ByteReader, at: number, name: FieldName, source: string): Generator<Extraction> {
  const value = fileTime(reader, at);
  if (value) yield { what: "field", name, value, source };
}
