/** Extended attributes (ECMA-167 4/14.10, OSTA 3.3.4): in the entry, and in a file of their own. */
import { readRange } from "../../bytes/byte-source.ts";
import type { ItemTime } from "../../model/item.ts";
import { contentOf } from "./content.ts";
import * as layout from "./layouts.ts";
import { entityName } from "./names.ts";
import type { FileRecord } from "./record.ts";
import { tagIdAt } from "./tag.ts";
import { addTime, stampOf } from "./times.ts";
import type { UdfVolume } from "./volume.ts";

const kind = { fileTimes: 5, device: 12, implementation: 2048, application: 65_536 } as const;
/** What the bits of file times stand for, in the order in which they are recorded (14.10.5.6). */
const timeBits = [
  [0, "creation"],
  [2, "deletion"],
  [3, "effective"],
  [5, "backup"],
] as const;
const mostBytes = 1 << 20;

const header = layout.attributesHeader.cursor();
const attribute = layout.attribute.cursor();
const times = layout.fileTimes.cursor();
const device = layout.deviceSpecification.cursor();
const use = layout.implementationUse.cursor();

export interface ExtendedAttributes {
  readonly named: Record<string, string>;
  readonly times: ItemTime[];
  /** "major:minor" of a device. */
  device: string | null;
  deletedAt: string | null;
  problem: string | null;
}

export function attributesOf(volume: UdfVolume, record: FileRecord): ExtendedAttributes {
  const out: ExtendedAttributes = { named: {}, times: [], device: null, deletedAt: null, problem: null };
  const { start, length } = record.attributeArea;
  if (length > 0) readArea(record.bytes.subarray(start, start + length), out);
  const { attributesFile } = record;
  if (attributesFile === null) return out;
  const file = volume.recordAt(attributesFile, record.view);
  if (file === null || file.block === record.block) out.problem ??= "no file";
  else readArea(readRange(contentOf(volume, file), 0, Math.min(file.size, mostBytes)), out);
  return out;
}

function readArea(bytes: Uint8Array, out: ExtendedAttributes): void {
  if (tagIdAt(bytes, 0) !== layout.tagId.attributesHeader || bytes.length < layout.attributesHeader.size) {
    if (bytes.some((byte) => byte !== 0)) out.problem ??= "header";
    return;
  }
  header.over(bytes);
  for (let at = layout.attributesHeader.size; at + layout.attribute.size <= bytes.length;) {
    const { type, length } = attribute.over(bytes, at);
    // What is left is empty.
    if (type === 0 && length === 0) return;
    if (length < layout.attribute.size || at + length > bytes.length) {
      out.problem ??= "length";
      return;
    }
    readOne(type, bytes.subarray(at, at + length), out);
    at += length;
  }
}

function readOne(type: number, bytes: Uint8Array, out: ExtendedAttributes): void {
  if (type === kind.fileTimes && bytes.length >= layout.fileTimes.size) readTimes(bytes, out);
  else if (type === kind.device && bytes.length >= layout.deviceSpecification.size) {
    out.device = `${device.over(bytes).major}:${device.minor}`;
  } else if (
    (type === kind.implementation || type === kind.application) &&
    bytes.length >= layout.implementationUse.size
  ) {
    const { identifier, useBytes } = use.over(bytes);
    const data = bytes.subarray(layout.implementationUse.size).subarray(0, useBytes);
    named(entityName(identifier), data, out);
  } else out.named[`xattr.type-${type}`] = textOf(bytes.subarray(layout.attribute.size));
}

function readTimes(bytes: Uint8Array, out: ExtendedAttributes): void {
  const { existing } = times.over(bytes);
  let at = layout.fileTimes.size;
  for (const [bit, name] of timeBits) {
    if ((existing & (1 << bit)) === 0) continue;
    if (at + layout.timestamp.size > bytes.length) return;
    const stamp = bytes.subarray(at, at + layout.timestamp.size);
    at += layout.timestamp.size;
    if (name === "creation") {
      if (!addTime(out.times, "b", stamp, "udf-ea")) out.problem ??= "time";
      continue;
    }
    const value = stampOf(stamp);
    if (value === undefined) out.problem ??= "time";
    else if (value !== null && name === "deletion") out.deletedAt = value.value;
    else if (value !== null) out.named[`xattr.time-${name}`] = value.value;
  }
}

/** The implementation use of UDF begins with a checksum of the header (OSTA 3.3.4.5). */
function named(identifier: string, data: Uint8Array, out: ExtendedAttributes): void {
  if (identifier === "*UDF FreeEASpace" || identifier === "*UDF FreeAppEASpace") return;
  const value = data.subarray(identifier.startsWith("*UDF ") ? 2 : 0);
  if (identifier === "*UDF OS/2 EA") readOs2(value, out);
  else out.named[`xattr.${identifier}`] = textOf(value);
}

/** Flags, length of the name, length of the value, both of them (OSTA 3.3.4.5.3.1). */
function readOs2(bytes: Uint8Array, out: ExtendedAttributes): void {
  for (let at = 0; at + 4 <= bytes.length;) {
    const nameBytes = bytes[at + 1]!;
    const valueBytes = bytes[at + 2]! + bytes[at + 3]! * 256;
    if (nameBytes === 0) return;
    const name = Buffer.from(bytes.subarray(at + 4, at + 4 + nameBytes)).toString("latin1");
    at += 4 + nameBytes;
    out.named[`xattr.os2.${name}`] = textOf(bytes.subarray(at, at + valueBytes));
    at += valueBytes;
  }
}

/** Hex where it is no printable text. */
function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  return /^[ -~]*$/.test(text) ? text : Buffer.from(bytes).toString("hex");
}
