/** Reparse points: links, mount points, and what filters keep at a file ([MS-FSCC] 2.1.2; libyal, NTFS, "The reparse point attribute"). */
import { Buffer } from "node:buffer";
import type { EvidenceName } from "../../model/item.ts";
import * as layout from "./layouts.ts";

export const reparseTag = {
  mountPoint: 0xa000_0003,
  symbolicLink: 0xa000_000c,
  overlay: 0x8000_0017,
  linuxLink: 0xa000_001d,
  linuxPipe: 0x8000_0024,
  linuxCharacter: 0x8000_0025,
  linuxBlock: 0x8000_0026,
  socket: 0x8000_0023,
  deduplication: 0x8000_0013,
} as const;

const names: Readonly<Record<number, string>> = {
  0xa000_0003: "mount point",
  0xa000_000c: "symbolic link",
  0x8000_0017: "WOF",
  0xa000_001d: "WSL link",
  0x8000_0024: "WSL pipe",
  0x8000_0025: "WSL character device",
  0x8000_0026: "WSL block device",
  0x8000_0023: "socket",
  0x8000_0013: "deduplication",
  0x8000_001b: "app execution alias",
  0x8000_0015: "file placeholder",
  0x8000_0014: "NFS",
  0xc000_0004: "HSM",
};
const cloud = /^9000.01a$/;

/** The tag in hexadecimal, and its name where it has one. */
export function tagText(tag: number): string {
  const hex = tag.toString(16).padStart(8, "0");
  const name = names[tag] ?? (cloud.test(hex) ? "cloud file" : "");
  return name === "" ? `0x${hex}` : `0x${hex} ${name}`;
}

const hsm = new Set([0xc000_0004, 0x8000_0006]);

/** Whether the filter of the tag may leave a hole in the place of the content: clouds, archives, deduplication. */
export function isKeptElsewhere(tag: number): boolean {
  return cloud.test(tag.toString(16).padStart(8, "0")) || hsm.has(tag) || tag === reparseTag.deduplication;
}

export interface Reparse {
  readonly tag: number;
  /** Behind the head; borrowed. */
  readonly data: Uint8Array;
}

const point = layout.reparsePoint.cursor();
const buffer = layout.reparseNames.cursor();

/** Null where the value is too short to be one. */
export function readReparse(value: Uint8Array): Reparse | null {
  if (value.length < layout.reparsePoint.size) return null;
  const { tag, length } = point.over(value);
  return { tag, data: value.subarray(layout.reparsePoint.size, layout.reparsePoint.size + length) };
}

export const isLink = (tag: number): boolean =>
  tag === reparseTag.mountPoint || tag === reparseTag.symbolicLink || tag === reparseTag.linuxLink;

export const isSpecial = (tag: number): boolean =>
  tag === reparseTag.linuxPipe ||
  tag === reparseTag.linuxCharacter ||
  tag === reparseTag.linuxBlock ||
  tag === reparseTag.socket;

/** Target of a link: the name for people where there is one, else the one for the system. Null where it is none or damaged. */
export function targetOf({ tag, data }: Reparse): EvidenceName | null {
  if (tag === reparseTag.linuxLink) {
    // A version, then UTF-8.
    const raw = Buffer.from(data.subarray(4));
    const text = raw.toString("utf8");
    return { text, bytes: Buffer.from(text, "utf8").equals(raw) ? null : raw.toString("base64") };
  }
  if (!isLink(tag) || data.length < layout.reparseNames.size) return null;
  const { printAt, printLength, substituteAt, substituteLength } = buffer.over(data);
  // Behind the four numbers a symbolic link has flags.
  const base = layout.reparseNames.size + (tag === reparseTag.symbolicLink ? 4 : 0);
  const [at, length] = printLength > 0 ? [printAt, printLength] : [substituteAt, substituteLength];
  if (base + at + length > data.length || length === 0) return null;
  return wideName(Buffer.from(data.subarray(base + at, base + at + length)));
}

/** Text of UTF-16LE, with the bytes where it is not well formed. */
export function wideName(bytes: Buffer): EvidenceName {
  const text = bytes.toString("utf16le");
  if (text.isWellFormed()) return { text, bytes: null };
  return { text: text.toWellFormed(), bytes: bytes.toString("base64") };
}
