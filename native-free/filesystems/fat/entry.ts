/** Entries of a FAT volume. Small: numbers of the directory entry, from which times, attributes and claims are made when asked for. */
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../../model/item.ts";
import { dosTime } from "../dos-time.ts";
import type { FileExtent, FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { clusterOf, isDirectory, isLabel, type DirectoryItem } from "./directory.ts";
import { attribute, deletedMark, e5Escape, shortNameBytes, shortNameWords } from "./layouts.ts";
import { labelName, shortName } from "./names.ts";
import { structureEntry, type PlacedEntry } from "../placed-entry.ts";
import type { DirectoryRef } from "./tree.ts";
import type { FatVolume } from "./volume.ts";

/** What an entry asks of its file system. */
export interface EntryOwner {
  extentsOf(entry: FileSystemEntry): readonly FileExtent[];
  claimOf(entry: FatEntry | PlacedEntry): ContentClaim;
  findingsOf(entry: FatEntry): readonly Finding[];
}

const words = shortNameWords.cursor();
const noWindow = new Uint8Array(shortNameWords.size);

const attributeWords = Object.entries({
  "read-only": attribute.readOnly,
  hidden: attribute.hidden,
  system: attribute.system,
  "volume-label": attribute.label,
  directory: attribute.directory,
  archive: attribute.archive,
  device: attribute.device,
});

/** An entry of a directory, or the pieces of a long name that lost theirs. */
export class FatEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent: string | null;
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim;
  readonly origin: Origin;
  readonly target = null;
  /** Of the directory entry in the volume. */
  readonly offset: number;
  /** First cluster, 0 for none. */
  readonly cluster: number;
  /** Of a directory: what its `..` should name, null where that is not known. */
  readonly parentCluster: number | null;
  readonly plausible: boolean;
  /** Pieces of a long name before it that are not its own. */
  readonly brokenPieces: number;
  readonly attributeBits: number;
  readonly #owner: EntryOwner;
  /** First byte of the short name where it is known otherwise; -1 where the short name is the name. */
  readonly #first: number;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;
  readonly #size: number;
  readonly #created: number;
  readonly #createdDate: number;
  readonly #accessed: number;
  readonly #modified: number;
  #times: ItemTime[] | null = null;

  /** Takes what it needs from the item, which changes afterwards. */
  constructor(
    owner: EntryOwner,
    volume: FatVolume,
    directory: DirectoryRef,
    item: DirectoryItem,
    parentCluster: number | null,
  ) {
    const { record, window, at, long, offset } = item;
    const isEntry = item.what === "entry";
    const bits = isEntry ? record.attributes : 0;
    this.#owner = owner;
    this.key = isEntry ? String(offset) : `${offset}:name`;
    this.parent = directory.key;
    this.offset = offset;
    this.attributeBits = bits;
    this.kind = !isEntry ? "file" : isLabel(bits) ? "metadata" : isDirectory(bits) ? "directory" : "file";
    const gone = item.deleted || item.afterEnd || directory.state === "deleted" || !isEntry;
    this.nameClaim = gone ? "deleted" : directory.state === "orphan" ? "orphan" : "allocated";
    this.origin = item.afterEnd ? "slack" : "entry";
    this.cluster = isEntry ? clusterOf(volume, record) : 0;
    this.parentCluster = parentCluster;
    this.plausible = item.plausible;
    this.brokenPieces = item.broken;
    this.#size = isEntry ? record.size : 0;
    this.#created = isEntry ? record.createdTime + record.createdHundredths * 0x1_0000 : 0;
    this.#createdDate = isEntry ? record.createdDate : 0;
    this.#accessed = isEntry ? record.accessedDate : 0;
    this.#modified = isEntry ? record.modifiedTime + record.modifiedDate * 0x1_0000 : 0;
    const named = !isEntry || item.named;
    const { a, b, c } = words.over(isEntry ? window : noWindow, isEntry ? at : 0);
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#first = !isEntry || !named ? -1 : item.deleted ? long.firstByte(window, at) : window[at]!;
    if (named) this.name = long.name();
    else if (isLabel(bits)) this.name = labelName(window.subarray(at, at + shortNameBytes));
    else this.name = shortName(window, at, record.cases, null);
  }

  /** Whether it is an allocated entry in the tree, whose chain of clusters is in the table. */
  get live(): boolean {
    return this.nameClaim === "allocated";
  }

  /** When it was last written, as date · 2^16 + time of MS-DOS; 0 where it is not recorded. */
  get modifiedStamp(): number {
    return this.#modified;
  }

  /** As the directory entry states it. */
  get statedSize(): number {
    return this.#size;
  }

  get size(): number {
    if (this.kind !== "directory") return this.#size;
    let size = 0;
    for (const { length } of this.#owner.extentsOf(this)) size += length;
    return size;
  }

  get contentClaim(): ContentClaim {
    return this.#owner.claimOf(this);
  }

  /** Those that exist; how many do not is told by `invalidTimes`. */
  get times(): readonly ItemTime[] {
    return (this.#times ??= this.#readTimes());
  }

  get invalidTimes(): number {
    const recorded = [Math.floor(this.#modified / 0x1_0000), this.#accessed, this.#createdDate].filter(
      (date) => date !== 0,
    );
    return recorded.length - this.times.length;
  }

  #readTimes(): ItemTime[] {
    const [date, born] = [Math.floor(this.#modified / 0x1_0000), this.#createdDate];
    const out: ItemTime[] = [];
    const add = (time: ItemTime | null): unknown => time && out.push(time);
    if (date !== 0) add(dosTime("m", "fat", date, this.#modified & 0xffff));
    if (this.#accessed !== 0) add(dosTime("a", "fat", this.#accessed, null));
    if (born !== 0) add(dosTime("b", "fat", born, this.#created & 0xffff, this.#created >>> 16));
    return out;
  }

  get attributes(): Readonly<Record<string, string>> {
    const words = attributeWords.filter(([, bit]) => (this.attributeBits & bit) !== 0).map(([word]) => word);
    const out: Record<string, string> = { attributes: words.join(" "), "first-cluster": String(this.cluster) };
    if (this.#first >= 0) out["short-name"] = this.#shortName().text;
    if (this.key.endsWith(":name")) return { remains: "long name" };
    return out;
  }

  #shortName(): EvidenceName {
    const bytes = new Uint8Array(shortNameWords.size);
    const cursor = shortNameWords.cursor().over(bytes);
    cursor.a = this.#a;
    cursor.b = this.#b;
    cursor.c = this.#c;
    return shortName(bytes, 0, 0, this.#first === e5Escape ? deletedMark : this.#first);
  }

  get findings(): readonly Finding[] {
    return this.#owner.findingsOf(this);
  }
}

/** Boot sectors, FSInfo and the tables as entries. */
export function structureEntries({ geometry }: FatVolume): PlacedEntry[] {
  const { sectorBytes, infoStart, backupStart, tables, tableBytes, reservedBytes } = geometry;
  const out = [structureEntry("$Boot", 0, sectorBytes)];
  if (infoStart !== null) out.push(structureEntry("$FSInfo", infoStart, sectorBytes));
  if (backupStart !== null) out.push(structureEntry("$BootBackup", backupStart, sectorBytes));
  for (let table = 0; table < tables; table++) {
    out.push(structureEntry(`$FAT${table + 1}`, reservedBytes + table * tableBytes, tableBytes));
  }
  return out;
}
