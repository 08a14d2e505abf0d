/** What an inode says of its file, as text by standard name. */
import { readRange } from "../../bytes/byte-source.ts";
import { ExtentSource } from "../extent-source.ts";
import { extentsOfInode } from "./extents.ts";
import { incompatible } from "./features.ts";
import type { Inode } from "./inode.ts";
import * as layout from "./layouts.ts";
import { attributesOf, valueText, type Attribute } from "./xattrs.ts";
import type { ExtVolume } from "./volume.ts";

const { fileType, inodeFlag } = layout;

/** Words of `chattr` and of the kernel's documentation for flags. */
const flagWords = new Map([
  [0x1, "secure-deletion"],
  [0x2, "undelete"],
  [0x4, "compressed"],
  [0x8, "synchronous"],
  [0x10, "immutable"],
  [0x20, "append-only"],
  [0x40, "no-dump"],
  [0x80, "no-access-time"],
  [0x800, "encrypted"],
  [0x1000, "indexed"],
  [0x4000, "journaled"],
  [0x8000, "no-tail-merging"],
  [0x1_0000, "synchronous-directory"],
  [0x2_0000, "top-directory"],
  [0x4_0000, "huge"],
  [0x8_0000, "extents"],
  [0x10_0000, "verity"],
  [0x20_0000, "attribute-value"],
  [0x40_0000, "blocks-behind-end"],
  [0x200_0000, "direct-access"],
  [0x1000_0000, "inline"],
  [0x2000_0000, "project-inherited"],
  [0x4000_0000, "casefold"],
]);

const device = layout.deviceNumbers.cursor();

export function attributesOfInode(volume: ExtVolume, inode: Inode): Record<string, string> {
  const { number, place } = inode;
  const waiting = volume.orphans.whereIs(number);
  volume.inode(number, place);
  const { base, uid, gid, type, flags, deletedAt, project } = inode;
  const out: Record<string, string> = {
    inode: String(number),
    mode: modeText(base.mode),
    uid: String(uid),
    gid: String(gid),
    links: String(base.links),
  };
  if (waiting !== null) out.unlinked = waiting;
  if (base.generation !== 0) out.generation = String(base.generation);
  if (flags !== 0) out.attributes = flagText(flags);
  if (project !== 0) out.project = String(project);
  if (base.links === 0 && deletedAt !== null && !isListLink(volume, inode)) out["deleted-at"] = deletedAt;
  if (type === fileType.character || type === fileType.block) out.device = deviceText(inode);
  if ((flags & inodeFlag.encrypted) !== 0) out.encryption = "fscrypt";
  if ((flags & inodeFlag.compressed) !== 0) out.compression = "e2compr";
  if (type === 0) return out;
  for (const attribute of attributesOf(volume, inode)) {
    if (attribute.name === "system.data") continue;
    out[`xattr.${attribute.name}`] = valueText(attribute.name, valueOf(volume, attribute));
  }
  return out;
}

/** One of `attributesOfInode`. */
export function attributeOfInode(volume: ExtVolume, inode: Inode, name: string): string | undefined {
  if (name === "mode") return modeText(inode.base.mode);
  if (name === "uid") return String(inode.uid);
  if (name === "gid") return String(inode.gid);
  return attributesOfInode(volume, inode)[name];
}

/** The bytes of a value, as many as there are of it. */
function valueOf(volume: ExtVolume, { start, length, inode }: Attribute): Uint8Array {
  if (inode === 0) return readRange(volume.source, start, length);
  const hasInodes = (volume.geometry.features.incompatible & incompatible.attributeInodes) !== 0;
  const holder = hasInodes ? volume.inode(inode) : null;
  if (holder === null || !holder.has(layout.inodeFlag.attributeValue)) return new Uint8Array(0);
  return readRange(new ExtentSource(volume.source, extentsOfInode(volume, holder)), 0, length);
}

/** Texts made so far: file systems use few modes and few sets of flags. */
const modes: (string | undefined)[] = [];
const flagTexts = new Map<number, string>();
const mostTexts = 4096;

/** Has 16 bits. */
function modeText(mode: number): string {
  return (modes[mode] ??= mode.toString(8).padStart(7, "0"));
}

function flagText(flags: number): string {
  let text = flagTexts.get(flags);
  if (text === undefined) {
    if (flagTexts.size === mostTexts) flagTexts.clear();
    text = makeFlagText(flags);
    flagTexts.set(flags, text);
  }
  return text;
}

function makeFlagText(flags: number): string {
  const words: string[] = [];
  for (let shift = 0; shift < 32; shift++) {
    const bit = 2 ** shift;
    if ((flags & bit) !== 0) words.push(flagWords.get(bit) ?? `0x${bit.toString(16)}`);
  }
  return words.join(" ");
}

/** Inodes of the list of orphans keep the next one's number in the place of the time. */
function isListLink({ geometry }: ExtVolume, { base }: Inode): boolean {
  return base.deleted <= geometry.inodes;
}

function deviceText(inode: Inode): string {
  const { old, new: newer } = device.over(inode.window, inode.at + layout.mapOffset);
  if (old !== 0) return `${(old >>> 8) & 0xff}:${old & 0xff}`;
  return `${(newer >>> 8) & 0xfff}:${(newer & 0xff) | ((newer >>> 12) & 0xfff00)}`;
}
