/** What an NTFS file says of itself besides names, sizes and times. */
import { Buffer } from "node:buffer";
import { mixedGuidText } from "../../bytes/guid.ts";
import { readRange } from "../../bytes/byte-source.ts";
import { ExtentSource } from "../extent-source.ts";
import { valueBytes } from "./attributes.ts";
import type { NameOf, NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { numberOf } from "./scattered.ts";
import { reparseTag, tagText } from "./reparse.ts";
import { readWof } from "./packed/index.ts";
import type { Stream } from "./streams.ts";
import { nameText, reparseOf } from "./values.ts";

const extended = layout.extendedAttribute.cursor();
const mostExtendedBytes = 64 << 10;
const words = Object.entries(layout.fileFlags);
/** Made so far, by their flags: few differ. */
const texts = new Map<number, string>();
const mostTexts = 256;
const algorithms = ["XPRESS4K", "LZX", "XPRESS8K", "XPRESS16K"] as const;

/** What of an entry is asked for here. */
export interface Described {
  readonly file: NtfsFile;
  readonly nameOf: NameOf | null;
  readonly streamOf: Stream | null;
  /** Of $STANDARD_INFORMATION, and of the attribute with the content. */
  readonly fileFlags: number;
  readonly dataFlags: number;
}

interface OwnersOf {
  readonly owner: string | null;
  readonly group: string | null;
}

export function attributesOf(entry: Described, owners: OwnersOf | null): Record<string, string> {
  const { file } = entry;
  const out: Record<string, string> = { inode: String(inodeOf(file)), sequence: String(file.sequence) };
  if (entry.streamOf === null) {
    ofFile(out, file.links, entry.fileFlags, owners);
    shortName(entry, out);
    reparse(file, out);
    objectId(file, out);
    extendedAttributes(file, out);
  }
  ofValue(out, entry.dataFlags, entry.fileFlags);
  return out;
}

/** What a file has that is described by its record, its standard information and its value alone. */
export interface Bare {
  readonly number: number;
  readonly sequence: number;
  readonly links: number;
  readonly fileFlags: number;
  readonly dataFlags: number;
}

/** The same of such a file. */
export function attributesOfBare(
  { number, sequence, links, fileFlags, dataFlags }: Bare,
  owners: OwnersOf | null,
): Record<string, string> {
  const out: Record<string, string> = { inode: String(number), sequence: String(sequence) };
  ofFile(out, links, fileFlags, owners);
  ofValue(out, dataFlags, fileFlags);
  return out;
}

function ofFile(out: Record<string, string>, links: number, fileFlags: number, owners: OwnersOf | null): void {
  if (links !== 1) out.links = String(links);
  const set = wordsOf(fileFlags);
  if (set !== "") out.attributes = set;
  if (owners?.owner) out.owner = owners.owner;
  if (owners?.group) out.group = owners.group;
}

function ofValue(out: Record<string, string>, dataFlags: number, fileFlags: number): void {
  if ((dataFlags & layout.attributeFlag.compressionMask) !== 0) out.compression = "LZNT1";
  if ((dataFlags & layout.attributeFlag.encrypted) !== 0 || (fileFlags & layout.fileFlag.encrypted) !== 0)
    out.encryption = "EFS";
}

function wordsOf(fileFlags: number): string {
  let text = texts.get(fileFlags);
  if (text === undefined) {
    text = words.flatMap(([word, bit]) => ((fileFlags & bit) !== 0 ? [word] : [])).join(" ");
    if (texts.size === mostTexts) texts.clear();
    texts.set(fileFlags, text);
  }
  return text;
}

/** The record's own number, also where it was found outside of the table. */
function inodeOf(file: NtfsFile): number | string {
  if (file.number >= 0) return file.number;
  const { records } = file.volume;
  records.at(file.number);
  return numberOf(records.bytes.subarray(records.offset, records.offset + records.recordBytes)) ?? "unknown";
}

/** The name that only DOS uses, in the same directory. */
function shortName({ file, nameOf }: Described, out: Record<string, string>): void {
  if (nameOf === null || nameOf.namespace !== layout.nameSpace.windows) return;
  for (const other of file.allNames()) {
    if (other.namespace !== layout.nameSpace.dos || other.parent !== nameOf.parent) continue;
    out["short-name"] = nameText(file, other).text;
    return;
  }
}

function reparse(file: NtfsFile, out: Record<string, string>): void {
  if (file.find(layout.type.reparsePoint) === null) return;
  const found = reparseOf(file);
  if (found === null) return;
  out["reparse-tag"] = tagText(found.tag);
  const packed = found.tag === reparseTag.overlay ? readWof(found.data) : null;
  if (packed) out.compression = algorithms[packed.algorithm];
}

function objectId(file: NtfsFile, out: Record<string, string>): void {
  const found = file.find(layout.type.objectId);
  if (found === null || found.nonResident) return;
  const value = valueBytes(file.volume.records, found);
  if (value.length >= 16) out["object-id"] = mixedGuidText(value);
}

/** $EA: names in ASCII, values as text where they are printable. */
function extendedAttributes(file: NtfsFile, out: Record<string, string>): void {
  if (file.find(layout.type.extendedAttributes) === null) return;
  const stream = file.stream(layout.type.extendedAttributes, "");
  if (stream === null) return;
  const { source } = file.volume;
  const length = Math.min(stream.size, mostExtendedBytes);
  const value = stream.resident
    ? valueBytes(file.volume.records, stream.first)
    : readRange(new ExtentSource(source, file.extents(stream)), 0, length);
  for (let at = 0; at + layout.extendedAttribute.size <= value.length;) {
    const { next, nameLength, valueLength } = extended.over(value, at);
    const from = at + layout.extendedAttribute.size;
    const name = Buffer.from(value.subarray(from, from + nameLength)).toString("latin1");
    const held = Buffer.from(value.subarray(from + nameLength + 1, from + nameLength + 1 + valueLength));
    if (nameLength > 0) out[`xattr.${name}`] = printableOrHex(held);
    if (next < layout.extendedAttribute.size) return;
    at += next;
  }
}

function printableOrHex(value: Buffer): string {
  const text = value.toString("latin1");
  return /^[ -~]+$/.test(text) ? text : value.toString("hex");
}
