/** Entries of a UDF volume: a name in a directory and what its file entry says, worked out when asked for. */
import { readRange } from "../../bytes/byte-source.ts";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim } from "../../model/item.ts";
import type { FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { attributesOf, type ExtendedAttributes } from "./attributes.ts";
import { contentOf } from "./content.ts";
import * as layout from "./layouts.ts";
import { entityName, nameOf, targetOf } from "./names.ts";
import type { FileRecord } from "./record.ts";
import { addTime, stampOf } from "./times.ts";
import type { Item } from "./tree.ts";
import type { UdfVolume } from "./volume.ts";

/** What an entry asks of its file system. */
export interface EntryOwner {
  readonly volume: UdfVolume;
  claimOf(entry: UdfEntry): ContentClaim;
  findingsOf(entry: UdfEntry): readonly Finding[];
}

const { fileType, characteristic } = layout;
const unknownId = 0xffff_ffff;
const mostTargetBytes = 64 << 10;

const kinds: Readonly<Record<number, FileSystemEntryKind>> = {
  [fileType.unspecified]: "file",
  [fileType.directory]: "directory",
  [fileType.regular]: "file",
  [fileType.blockDevice]: "special",
  [fileType.characterDevice]: "special",
  [fileType.fifo]: "special",
  [fileType.socket]: "special",
  [fileType.symlink]: "symlink",
  [fileType.streams]: "directory",
  [fileType.realTime]: "file",
};

/** Bits of a file type in a mode, as POSIX systems number them. */
const modeOfType: Readonly<Record<number, number>> = {
  [fileType.directory]: 0o040000,
  [fileType.blockDevice]: 0o060000,
  [fileType.characterDevice]: 0o020000,
  [fileType.fifo]: 0o010000,
  [fileType.socket]: 0o140000,
  [fileType.symlink]: 0o120000,
};
const regularMode = 0o100000;

const flagWords = [
  [5, "archive"],
  [10, "system"],
  [11, "transformed"],
  [12, "multi-versions"],
] as const;
/** Bits of execute, write, read, change of attributes and deletion, of each class of users (ECMA-167 4/14.9.5). */
const classBits = 5;
const setIds = [
  [6, 0o4000],
  [7, 0o2000],
  [8, 0o1000],
] as const;

function kindOf({ record, identifier, directory }: Item): FileSystemEntryKind {
  if (directory.streams === "system") return "metadata";
  if (directory.streams === "file") return "stream";
  const isOwn = (identifier.characteristics & characteristic.metadata) !== 0;
  if (record === null) {
    return isOwn ? "metadata" : (identifier.characteristics & characteristic.directory) !== 0 ? "directory" : "file";
  }
  const kind = kinds[record.fileType] ?? "metadata";
  return isOwn && kind !== "directory" ? "metadata" : kind;
}

export class UdfEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent: string | null;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim;
  readonly origin = "entry";
  readonly item: Item;
  readonly #owner: EntryOwner;
  #name: EvidenceName | null = null;
  #extended: ExtendedAttributes | null = null;

  constructor(owner: EntryOwner, item: Item) {
    this.#owner = owner;
    this.item = item;
    this.key = item.key;
    this.parent = item.directory.key;
    this.kind = kindOf(item);
    this.nameClaim = item.state;
  }

  get record(): FileRecord | null {
    return this.item.record;
  }

  get name(): EvidenceName {
    return (this.#name ??= nameOf(this.item.identifier.name));
  }

  get size(): number {
    return this.record?.size ?? 0;
  }

  get contentClaim(): ContentClaim {
    return this.#owner.claimOf(this);
  }

  get extended(): ExtendedAttributes {
    const { record } = this;
    if (record === null) return { named: {}, times: [], device: null, deletedAt: null, problem: null };
    return (this.#extended ??= attributesOf(this.#owner.volume, record));
  }

  get times(): readonly ItemTime[] {
    const { record } = this;
    const out: ItemTime[] = [];
    if (record === null) return out;
    addTime(out, "m", record.modified, "udf");
    addTime(out, "a", record.accessed, "udf");
    addTime(out, "c", record.changed, "udf");
    if (record.born !== null) addTime(out, "b", record.born, "udf");
    if (record.attributeArea.length > 0 || record.attributesFile !== null) out.push(...this.extended.times);
    return out;
  }

  get invalidTimes(): number {
    const { record } = this;
    if (record === null) return 0;
    const all = [record.modified, record.accessed, record.changed, record.born];
    return all.filter((bytes) => bytes !== null && stampOf(bytes) === undefined).length;
  }

  get attributes(): Readonly<Record<string, string>> {
    const { record } = this;
    const { identifier } = this.item;
    const words = flagWords
      .filter(([bit]) => ((record?.flags ?? 0) & (1 << bit)) !== 0)
      .map(([, word]) => word as string);
    if ((identifier.characteristics & characteristic.hidden) !== 0) words.unshift("hidden");
    const out: Record<string, string> = words.length > 0 ? { attributes: words.join(" ") } : {};
    if (identifier.version !== 1) out["version"] = String(identifier.version);
    if (record === null) return out;
    out["inode"] = String(record.block);
    out["mode"] = modeOf(record).toString(8).padStart(7, "0");
    if (record.uid !== unknownId) out["uid"] = String(record.uid);
    if (record.gid !== unknownId) out["gid"] = String(record.gid);
    out["links"] = String(record.links);
    if (record.uniqueId !== 0) out["unique-id"] = String(record.uniqueId);
    const written = entityName(record.implementation);
    if (written !== "") out["written-by"] = written;
    if (record.attributeArea.length === 0 && record.attributesFile === null) return out;
    const { device, deletedAt, named } = this.extended;
    if (device !== null) out["device"] = device;
    if (deletedAt !== null) out["deleted-at"] = deletedAt;
    return { ...out, ...named };
  }

  get target(): EvidenceName | null {
    const { record } = this;
    if (record === null || this.kind !== "symlink") return null;
    const content = contentOf(this.#owner.volume, record);
    return targetOf(readRange(content, 0, Math.min(record.size, mostTargetBytes)));
  }

  get findings(): readonly Finding[] {
    return this.#owner.findingsOf(this);
  }
}

function modeOf(record: FileRecord): number {
  const { permissions, flags } = record;
  let mode = modeOfType[record.fileType] ?? regularMode;
  for (let users = 0; users < 3; users++) mode |= ((permissions >>> (users * classBits)) & 7) << (users * 3);
  for (const [bit, value] of setIds) if ((flags & (1 << bit)) !== 0) mode |= value;
  return mode;
}
