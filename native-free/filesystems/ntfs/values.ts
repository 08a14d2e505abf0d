/** Keys, names and single values of files, as their entries show them. */
import type { EvidenceName } from "../../model/item.ts";
import { valueBytes, valueLength, valueStart, type Attribute } from "./attributes.ts";
import type { NameOf, NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { nameFrom } from "./names.ts";
import { placeOfNumber } from "./records.ts";
import { readReparse, type Reparse } from "./reparse.ts";
import type { Stream } from "./streams.ts";

const fileName = layout.fileName.cursor();

/** First part of every key: the record (or where it was found) and its sequence. */
export function fileKey(file: Pick<NtfsFile, "number" | "sequence">): string {
  return `${file.number < 0 ? `@${placeOfNumber(file.number)}` : file.number}-${file.sequence}`;
}

/** Number of an attribute in its file: its id, the record where that is another one, and which of several with the same it is. */
export function attributeKey(file: NtfsFile, found: Attribute): string {
  let same = 0;
  for (const each of file.attributes) {
    if (each === found) break;
    if (each.id === found.id && each.holder === found.holder && each.type === found.type) same++;
  }
  const holder = found.holder === file.number ? "" : `${found.holder}.`;
  return `${holder}${found.id}${same === 0 ? "" : `+${same}`}`;
}

export function nameKey(file: NtfsFile, { attribute, parent }: NameOf): string {
  return `${fileKey(file)}-${attributeKey(file, attribute)}-${parent}`;
}

/** Key of the entry that stands for a file: of its first name, or of the record where it has none. */
export function mainKey(file: NtfsFile): string {
  const name = file.names()[0];
  return name ? nameKey(file, name) : fileKey(file);
}

/** Text of a $FILE_NAME. */
export function nameText(file: NtfsFile, { attribute }: NameOf): EvidenceName {
  const { records } = file.volume;
  const length = valueLength(records, attribute);
  const start = valueStart(records, attribute);
  const units = Math.min(fileName.over(records.bytes, start).nameLength, (length - layout.fileName.size) >> 1);
  return nameFrom(records.view, records.text, start + layout.fileName.size, units);
}

/** Offset of the value of $STANDARD_INFORMATION in the record that is made current; -1 without one. */
export function standardAt(file: NtfsFile): number {
  const found = file.find(layout.type.standardInformation);
  const { records } = file.volume;
  if (found === null || found.nonResident || valueLength(records, found) < layout.standardInformation.size) return -1;
  return valueStart(records, found);
}

export function reparseOf(file: NtfsFile): Reparse | null {
  const found = file.find(layout.type.reparsePoint);
  return found === null || found.nonResident ? null : readReparse(valueBytes(file.volume.records, found));
}

/** Of other attributes than $DATA their type stands behind, as in the names of Windows. */
export function streamName({ name, type }: Stream): string {
  if (type === layout.type.data || (type === layout.type.loggedUtilityStream && name === "$EFS")) {
    return name === "" ? "$DATA" : name;
  }
  return `${name === "" ? "" : `${name}:`}${layout.typeNames[type] ?? `0x${type.toString(16)}`}`;
}
