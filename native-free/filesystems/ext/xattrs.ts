/** Extended attributes: in the inode, in a block, or large ones in inodes of their own (chapters "Extended Attributes", "Large Extended Attribute Values"). */
import { Buffer } from "node:buffer";
import { aclText } from "./acl.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import type { ExtVolume } from "./volume.ts";

/** By number: what a name begins with. */
const prefixes: Readonly<Record<number, string>> = {
  0: "",
  1: "user.",
  2: "system.posix_acl_access",
  3: "system.posix_acl_default",
  4: "trusted.",
  5: "lustre.",
  6: "security.",
  7: "system.",
  8: "system.richacl",
  9: "encryption.",
  10: "gnu.",
  11: "verity.",
};

/** An attribute and where its value lies: in the volume, or in an inode. */
export interface Attribute {
  readonly name: string;
  readonly start: number;
  readonly length: number;
  /** Inode of the value; 0 for none. */
  readonly inode: number;
}

/** Linux takes values up to 64 KiB. */
const mostValueBytes = 64 << 10;
const mostEntries = 4096;
const head = layout.attributeHeader.cursor();
const inodeHead = layout.inodeAttributeHeader.cursor();
const entry = layout.attributeEntry.cursor();

/** All of an inode, those in the inode itself first. The inode may be another afterwards. */
export function attributesOf(volume: ExtVolume, inode: Inode): readonly Attribute[] {
  const block = inode.attributeBlock;
  if (block === 0) return inInode(volume, inode);
  return [...inInode(volume, inode), ...(block > 0 && volume.hasBlock(block) ? inBlock(volume, block) : [])];
}

export function findAttribute(volume: ExtVolume, inode: Inode, name: string): { start: number; length: number } | null {
  return inInode(volume, inode).find((each) => each.name === name && each.inode === 0) ?? null;
}

function inInode({ geometry }: ExtVolume, inode: Inode): readonly Attribute[] {
  if (inode.extraBytes === 0) return none;
  const inside = layout.inodeBytes + inode.extraBytes;
  const room = geometry.inodeBytes - inside;
  if (room < inodeHeadBytes + layout.attributeEntryBytes) return none;
  const at = inode.at + inside;
  if (inodeHead.over(inode.window, at).magic !== layout.attributeMagic) return none;
  const first = at + inodeHeadBytes;
  return entriesIn(inode.window, first, inode.at + geometry.inodeBytes, first, inode.place - inode.at);
}
const inodeHeadBytes = 4;
const none: readonly Attribute[] = [];

function inBlock(volume: ExtVolume, block: number): Attribute[] {
  const place = volume.placeOf(block);
  const at = volume.windows.seek(place);
  const { bytes } = volume.windows;
  if (head.over(bytes, at).magic !== layout.attributeMagic) return [];
  return entriesIn(bytes, at + layout.attributeHeaderBytes, at + volume.geometry.blockBytes, at, place - at);
}

/** `origin`: from where in the window offsets of values count; `shift`: from the window to the volume. */
function entriesIn(window: Uint8Array, from: number, end: number, origin: number, shift: number): Attribute[] {
  const out: Attribute[] = [];
  for (let at = from; at + layout.attributeEntryBytes <= end && out.length < mostEntries;) {
    const { nameLength, nameIndex, valueOffset, valueInode, valueBytes } = entry.over(window, at);
    if (nameLength === 0 && nameIndex === 0 && valueOffset === 0 && valueInode === 0) break;
    const nameEnd = at + layout.attributeEntryBytes + nameLength;
    if (nameEnd > end) break;
    const suffix = Buffer.from(window.subarray(at + layout.attributeEntryBytes, nameEnd)).toString("utf8");
    const name = `${prefixes[nameIndex] ?? `${nameIndex}.`}${suffix}`;
    if (valueInode !== 0) out.push({ name, start: 0, length: Math.min(valueBytes, mostValueBytes), inode: valueInode });
    else if (origin + valueOffset + valueBytes <= end)
      out.push({ name, start: origin + valueOffset + shift, length: valueBytes, inode: 0 });
    at = (nameEnd + 3) & ~3;
  }
  return out;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const unprintable = /\p{Cc}/u;

/** For people: lists of rights spelled out, text as it is, everything else in hexadecimal. */
export function valueText(name: string, value: Uint8Array): string {
  const list = name.startsWith("system.posix_acl_") ? aclText(value) : null;
  if (list !== null) return list;
  // SELinux and others end their text with a NUL.
  const end = value.at(-1) === 0 ? value.length - 1 : value.length;
  try {
    const text = strict.decode(value.subarray(0, end));
    if (!unprintable.test(text)) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return Buffer.from(value).toString("hex");
}
