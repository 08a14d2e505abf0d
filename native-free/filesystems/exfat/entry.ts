/** Entries of an exFAT volume. Small: numbers of the set, from which times, attributes and claims are made when asked for. */
import { Buffer } from "node:buffer";
import { mixedGuidText } from "../../bytes/guid.ts";
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../../model/item.ts";
import type { FileExtent, FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { structureEntry, type PlacedEntry } from "../placed-entry.ts";
import type { EntrySet } from "./entry-set.ts";
import * as layout from "./layouts.ts";
import { labelOf } from "./structures.ts";
import { zonedTime } from "./times.ts";
import type { DirectoryRef } from "./tree.ts";
import type { Allocation, ExfatVolume } from "./volume.ts";

const { slotBytes, type } = layout;

/** What an entry asks of its file system. */
export interface EntryOwner {
  extentsOf(entry: FileSystemEntry): readonly FileExtent[];
  claimOf(entry: ExfatEntry | PlacedEntry): ContentClaim;
  findingsOf(entry: ExfatEntry): readonly Finding[];
}

/** Where an entry stands: its directory, and whether it is still one. */
export interface Standing {
  readonly key: string;
  readonly parent: string | null;
  readonly offset: number;
  readonly nameClaim: NameClaim;
  readonly origin: Origin;
}

export function standingOf(directory: DirectoryRef, set: EntrySet): Standing {
  const gone = set.deleted || set.afterEnd || directory.state === "deleted";
  const nameClaim = gone ? "deleted" : directory.state === "orphan" ? "orphan" : "allocated";
  const { offset } = set;
  return { key: String(offset), parent: directory.key, offset, nameClaim, origin: set.afterEnd ? "slack" : "entry" };
}

/** Flags of what is wrong with a set. */
export const trouble = { checksum: 1, incomplete: 2, damaged: 4, forbidden: 8, sizes: 16 } as const;

const attributeWords = Object.entries(layout.attribute).map(
  ([word, bit]) => [word === "readOnly" ? "read-only" : word, bit] as const,
);

/** What of a further entry of the set is shown as an attribute: a vendor's GUID with its data. */
interface VendorData {
  readonly guid: string;
  readonly data: string;
}

/** A file or directory, what is left of one, a structure of the root directory, or what a vendor keeps for a file. */
export class ExfatEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent: string | null;
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim;
  readonly origin: Origin;
  readonly target = null;
  /** Of the first slot in the volume. */
  readonly offset: number;
  readonly cluster: number;
  readonly contiguous: boolean;
  /** As it is stated, 0 where that is no number. */
  readonly statedSize: number;
  /** Bytes of the content that were written; the rest reads as zeros. */
  readonly validSize: number;
  readonly attributeBits: number;
  /** Flags of `trouble`. */
  readonly troubles: number;
  /** -1 where there is no stream. */
  readonly nameHash: number;
  /** Type of the first slot. */
  readonly type: number;
  readonly #owner: EntryOwner;
  readonly #created: number;
  readonly #modified: number;
  readonly #accessed: number;
  /** Hundredths and zones, a byte each: created, modified; created, modified, accessed. */
  readonly #hundredths: number;
  readonly #zones: number;
  readonly #vendors: readonly VendorData[];
  readonly #extra: Readonly<Record<string, string>>;
  #times: ItemTime[] | null = null;

  /** `content` of a structure or of a vendor's entry, null of a set that has a stream of its own. Takes what it needs from the set. */
  constructor(owner: EntryOwner, standing: Standing, set: EntrySet, content: OwnContent | null = null) {
    const { file, streamEntry: stream } = set;
    const hasFile = content === null && set.kind === "file";
    const hasStream = content === null && set.stream >= 0;
    this.#owner = owner;
    this.key = standing.key;
    this.parent = standing.parent;
    this.offset = standing.offset;
    this.nameClaim = standing.nameClaim;
    this.origin = standing.origin;
    this.type = set.type;
    this.attributeBits = hasFile ? file.attributes : 0;
    const isDirectory = hasStream && (this.attributeBits & layout.attribute.directory) !== 0;
    this.kind = content?.kind ?? (isDirectory ? "directory" : "file");
    this.name = content?.name ?? set.name();
    this.cluster = content?.place?.cluster ?? (hasStream ? stream.firstCluster : 0);
    this.contiguous =
      content?.place?.contiguous ?? (hasStream && (stream.flags & layout.allocationFlag.contiguous) !== 0);
    const size = content?.place?.bytes ?? (hasStream ? stream.dataBytes : 0);
    this.statedSize = Number.isSafeInteger(size) ? size : 0;
    this.validSize = hasStream ? Math.min(this.statedSize, stream.validBytes) : this.statedSize;
    this.nameHash = hasStream ? stream.nameHash : -1;
    this.troubles = content === null ? troublesOf(set, hasStream) : 0;
    this.#created = hasFile ? file.created : 0;
    this.#modified = hasFile ? file.modified : 0;
    this.#accessed = hasFile ? file.accessed : 0;
    this.#hundredths = hasFile ? file.createdHundredths + file.modifiedHundredths * 256 : 0;
    this.#zones = hasFile ? file.createdZone + file.modifiedZone * 256 + file.accessedZone * 0x1_0000 : 0;
    this.#vendors = content === null && set.count > set.names + 2 ? vendorsOf(set) : [];
    this.#extra = content?.attributes ?? {};
  }

  /** Whether it is an allocated entry in the tree. */
  get live(): boolean {
    return this.nameClaim === "allocated";
  }

  get allocation(): Allocation & { readonly bytes: number } {
    return { cluster: this.cluster, bytes: this.statedSize, contiguous: this.contiguous };
  }

  get size(): number {
    return this.statedSize;
  }

  get contentClaim(): ContentClaim {
    return this.#owner.claimOf(this);
  }

  /** Those that exist; how many do not is told by `invalidTimes`. */
  get times(): readonly ItemTime[] {
    return (this.#times ??= this.#readTimes());
  }

  get invalidTimes(): number {
    return [this.#created, this.#modified, this.#accessed].filter((time) => time !== 0).length - this.times.length;
  }

  #readTimes(): ItemTime[] {
    const [hundredths, zones] = [this.#hundredths, this.#zones];
    return [
      zonedTime("m", this.#modified, hundredths >>> 8, (zones >>> 8) & 0xff),
      zonedTime("a", this.#accessed, null, zones >>> 16),
      zonedTime("b", this.#created, hundredths & 0xff, zones & 0xff),
    ].filter((time) => time !== null);
  }

  get attributes(): Readonly<Record<string, string>> {
    const words = attributeWords.filter(([, bit]) => (this.attributeBits & bit) !== 0).map(([word]) => word);
    const out: Record<string, string> = { ...this.#extra };
    if (words.length > 0) out.attributes = words.join(" ");
    if (this.cluster !== 0) out["first-cluster"] = String(this.cluster);
    if (this.cluster !== 0 && this.contiguous) out.contiguous = "yes";
    if (this.validSize !== this.statedSize) out["valid-size"] = String(this.validSize);
    for (const { guid, data } of this.#vendors) out[`vendor.${guid}`] = data;
    return out;
  }

  get findings(): readonly Finding[] {
    return this.#owner.findingsOf(this);
  }
}

/** Of an entry that has no stream entry. */
export interface OwnContent {
  readonly kind: FileSystemEntryKind;
  readonly name: EvidenceName;
  readonly place: Allocation | null;
  readonly attributes: Readonly<Record<string, string>>;
}

function troublesOf(set: EntrySet, hasStream: boolean): number {
  let flags = 0;
  if (!set.complete || (hasStream && set.names < set.namesNeeded)) flags |= trouble.incomplete;
  else if (!set.checksumHolds) flags |= trouble.checksum;
  if (set.repaired) flags |= trouble.damaged;
  if (!hasStream) return flags;
  const { flags: allocation, dataBytes, validBytes } = set.streamEntry;
  if ((allocation & layout.allocationFlag.possible) === 0 && dataBytes > 0) flags |= trouble.forbidden;
  if (validBytes > dataBytes || !Number.isSafeInteger(dataBytes)) flags |= trouble.sizes;
  return flags;
}

const vendorSlot = layout.vendorSlot.cursor();
const secondarySlot = layout.secondarySlot.cursor();

function vendorsOf(set: EntrySet): VendorData[] {
  const out: VendorData[] = [];
  for (const slot of set.further()) {
    const { type: each, guid, data } = vendorSlot.over(set.bytes, slot * slotBytes);
    if ((each | layout.typeBits.inUse) !== type.vendor) continue;
    out.push({ guid: mixedGuidText(guid), data: Buffer.from(data).toString("hex") });
  }
  return out;
}

/** A set as entries: the one it is about, then what its benign entries have for themselves. */
export function entriesOf(
  owner: EntryOwner,
  volume: ExfatVolume,
  directory: DirectoryRef,
  set: EntrySet,
): ExfatEntry[] {
  const standing = standingOf(directory, set);
  if (set.kind === "other") return [new ExfatEntry(owner, standing, set, structureOf(set))];
  const entry = new ExfatEntry(owner, standing, set);
  if (set.count <= set.names + 2) return [entry];
  return [entry, ...furtherOf(owner, volume, standing, set)];
}

/** Benign entries with clusters of their own (6.4 and 7.9): streams of the file. */
function furtherOf(owner: EntryOwner, volume: ExfatVolume, standing: Standing, set: EntrySet): ExfatEntry[] {
  const out: ExfatEntry[] = [];
  for (const slot of set.further()) {
    const place = furtherPlace(volume, set, slot);
    if (place === null) continue;
    const offset = set.offsets[slot]!;
    const { guid, type: each } = vendorSlot.over(set.bytes, slot * slotBytes);
    const used = each | layout.typeBits.inUse;
    const name = used === type.vendorAllocation ? mixedGuidText(guid) : `0x${used.toString(16)}`;
    const content = { kind: "stream" as const, name: { text: name, bytes: null }, place, attributes: {} };
    out.push(new ExfatEntry(owner, { ...standing, key: String(offset), parent: standing.key, offset }, set, content));
  }
  return out;
}

/** Null where an entry of the set has no clusters. */
export function furtherPlace(volume: ExfatVolume, set: EntrySet, slot: number): Allocation | null {
  const {
    type: each,
    flags,
    firstCluster: cluster,
    dataBytes: bytes,
  } = secondarySlot.over(set.bytes, slot * slotBytes);
  // The entry of a vendor without an allocation has data there.
  if ((each | layout.typeBits.inUse) === type.vendor || (flags & layout.allocationFlag.possible) === 0) return null;
  if (!volume.has(cluster) || bytes === 0 || bytes > volume.geometry.size) return null;
  return { cluster, bytes, contiguous: (flags & layout.allocationFlag.contiguous) !== 0 };
}

const bitmapSlot = layout.bitmapSlot.cursor();
const guidSlot = layout.guidSlot.cursor();
const primarySlot = layout.primarySlot.cursor();

function structureOf(set: EntrySet): OwnContent {
  const named = (text: string, attributes: Record<string, string> = {}): OwnContent => ({
    ...{ kind: "metadata", name: { text, bytes: null }, place: structureOfSet(set), attributes },
  });
  switch (set.type) {
    case type.bitmap:
      return named((bitmapSlot.over(set.bytes).flags & 1) === 0 ? "$Bitmap" : "$Bitmap2");
    case type.upcase:
      return named("$UpCase");
    case type.label:
      return named(labelOf(set.bytes) ?? "$VolumeLabel", { structure: "volume label" });
    case type.guid:
      return named("$VolumeGuid", { guid: mixedGuidText(guidSlot.over(set.bytes).guid) });
    case type.padding:
      return named("$TexFatPadding");
    default:
      return named(`$Entry0x${set.type.toString(16)}`);
  }
}

/** What a structure of the root directory has for itself; null for nothing. */
export function structureOfSet(set: EntrySet): Allocation | null {
  const { firstCluster: cluster, dataBytes: bytes, flags } = primarySlot.over(set.bytes);
  if (set.type === type.bitmap || set.type === type.upcase) {
    return cluster === 0 || bytes === 0 ? null : { cluster, bytes, contiguous: false };
  }
  const isKnown = set.type === type.label || set.type === type.guid || set.type === type.padding;
  if (isKnown || (flags & layout.allocationFlag.possible) === 0 || cluster === 0 || bytes === 0) return null;
  return { cluster, bytes, contiguous: (flags & layout.allocationFlag.contiguous) !== 0 };
}

/** Boot regions and tables as entries. */
export function structureEntries({ geometry }: ExfatVolume): PlacedEntry[] {
  const { sectorBytes, tables, tableStart, tableBytes } = geometry;
  const region = layout.region.sectors * sectorBytes;
  const out = [structureEntry("$Boot", 0, region), structureEntry("$BootBackup", region, region)];
  for (let table = 0; table < tables; table++) {
    out.push(structureEntry(`$FAT${table + 1}`, tableStart + table * tableBytes, tableBytes));
  }
  return out;
}
