/** The technical listing of 7-Zip (`l -slt -ba`): one block of `Name = value` lines per entry. */
import { Buffer } from "node:buffer";
import { nameFromBytes } from "../model/forensic-path.ts";
import type { EvidenceName, ItemKind, ItemTime, TimeKind } from "../model/item.ts";

export interface ListedEntry {
  /** Position in the archive. */
  readonly index: number;
  /** As the listing writes it. */
  readonly path: string;
  readonly name: EvidenceName;
  readonly kind: ItemKind;
  /** Null where the archive does not say. */
  readonly size: number | null;
  readonly packedSize: number | null;
  readonly times: readonly ItemTime[];
  readonly isEncrypted: boolean;
  readonly method: string;
  /** CRC-32 of the content where the format keeps it plainly; null where not. */
  readonly crc: number | null;
  /** Target of a symbolic link that the archive keeps beside the content; null for others. */
  readonly symlink: string | null;
  /** Path of the entry whose content it shares; null for others. */
  readonly hardLink: string | null;
  readonly splitBefore: boolean;
  readonly splitAfter: boolean;
}

/** `zone`: of the times that were listed. `source`: the format that they come from. */
export function parseListing(text: string, source: string, zone: ItemTime["zone"]): ListedEntry[] {
  const entries: ListedEntry[] = [];
  let block: Map<string, string> | null = null;
  const close = (): void => {
    if (block) entries.push(entryOf(block, entries.length, source, zone));
    block = null;
  };
  for (const line of text.split("\n")) {
    const at = line.indexOf(" = ");
    const name = at < 0 ? line.replace(/ =$/, "") : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 3);
    if (line === "") close();
    else if (name === "Path" && block === null) block = new Map([[name, value]]);
    else if (block !== null && !block.has(name)) block.set(name, value);
  }
  close();
  return entries;
}

function entryOf(
  block: ReadonlyMap<string, string>,
  index: number,
  source: string,
  zone: ItemTime["zone"],
): ListedEntry {
  const text = (name: string): string => block.get(name) ?? "";
  const path = text("Path");
  const attributes = text("Attributes");
  const target = text("Symbolic Link");
  const hardLink = text("Hard Link") || text("Copy Link");
  return {
    index,
    path,
    name: nameOf(path),
    kind: kindOf(text("Folder"), attributes, target),
    size: numberOf(text("Size")),
    packedSize: numberOf(text("Packed Size")),
    times: timesOf(block, source, zone),
    isEncrypted: text("Encrypted") === "+",
    method: text("Method"),
    crc: /^[0-9A-F]{8}$/.test(text("CRC")) ? Number.parseInt(text("CRC"), 16) : null,
    symlink: target === "" ? null : target,
    hardLink: hardLink === "" ? null : hardLink,
    splitBefore: text("Split Before") === "+",
    splitAfter: text("Split After") === "+",
  };
}

/** Attributes: letters of DOS, then those of Unix (`D drwxr-xr-x`). */
function kindOf(folder: string, attributes: string, target: string): ItemKind {
  const mode = /(?:^|\s)([bcdlps-])[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-]/.exec(attributes)?.[1];
  if (target !== "") return "symlink";
  if (folder === "+" || mode === "d" || /^[A-Zd]*D/.test(attributes)) return "directory";
  if (mode === "l") return "symlink";
  return mode !== undefined && "bcps".includes(mode) ? "special" : "file";
}

/** Bytes that are no UTF-8 are listed as U+EF80 to U+EFFF. */
function nameOf(path: string): EvidenceName {
  if (path === "") return { text: "-", bytes: null };
  if (!/[\uef80-\uefff]/.test(path)) return { text: path.toWellFormed(), bytes: null };
  const parts = path.split(/([\uef80-\uefff])/);
  const bytes = parts.map((part, index) =>
    index % 2 === 1 ? Buffer.of(part.charCodeAt(0) - 0xef00) : Buffer.from(part, "utf8"),
  );
  return nameFromBytes(Buffer.concat(bytes));
}

const numberOf = (text: string): number | null => {
  const value = /^\d+$/.test(text) ? Number(text) : null;
  return value !== null && Number.isSafeInteger(value) ? value : null;
};

const timeNames: readonly (readonly [string, TimeKind])[] = [
  ["Modified", "m"],
  ["Accessed", "a"],
  ["Created", "b"],
  ["Metadata Changed", "c"],
  ["Changed", "c"],
];

function timesOf(block: ReadonlyMap<string, string>, source: string, zone: ItemTime["zone"]): ItemTime[] {
  const times: ItemTime[] = [];
  for (const [name, kind] of timeNames) {
    const [, day, clock, fraction] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?/.exec(block.get(name) ?? "") ?? [];
    if (day === undefined || clock === undefined) continue;
    times.push({ kind, value: `${day}T${clock}${fraction ?? ""}${zone === "utc" ? "Z" : ""}`, zone, source });
  }
  return times;
}
