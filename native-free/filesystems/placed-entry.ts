/** Entries without a directory entry: structures of the file system, directories and chains of clusters that nothing leads to. */
import { finding, type Finding } from "../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim } from "../model/item.ts";
import type { FileExtent, FileSystemEntry, FileSystemEntryKind } from "./file-system.ts";

/** Something without a directory entry: structures of the file system, directories and chains that nothing leads to. */
export class PlacedEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent = null;
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim;
  readonly origin = "entry";
  readonly size: number;
  readonly times: readonly ItemTime[] = [];
  readonly attributes: Readonly<Record<string, string>>;
  readonly target = null;
  readonly findings: readonly Finding[];
  readonly extents: readonly FileExtent[];
  /** First cluster; 0 of structures. */
  readonly cluster: number;
  readonly contentClaim: ContentClaim;

  constructor(
    identity: {
      key: string;
      name: string;
      kind: FileSystemEntryKind;
      nameClaim: NameClaim;
      contentClaim: ContentClaim;
    },
    place: { extents: readonly FileExtent[]; cluster: number },
    findings: readonly Finding[] = [],
  ) {
    this.key = identity.key;
    this.name = { text: identity.name, bytes: null };
    this.kind = identity.kind;
    this.nameClaim = identity.nameClaim;
    this.contentClaim = identity.contentClaim;
    this.extents = place.extents;
    this.cluster = place.cluster;
    this.size = place.extents.reduce((sum, { length }) => sum + length, 0);
    this.attributes = place.cluster === 0 ? {} : { "first-cluster": String(place.cluster) };
    this.findings = findings;
  }
}

/** A structure that lies in one piece. */
export function structureEntry(name: string, start: number, length: number): PlacedEntry {
  return new PlacedEntry(
    { key: name, name, kind: "metadata", nameClaim: "none", contentClaim: "allocated" },
    { extents: [{ start, length, state: "intact" }], cluster: 0 },
  );
}

/** Key of a directory that nothing leads to, by its first cluster. */
export function orphanKey(cluster: number): string {
  return `directory@${cluster}`;
}

export function orphanDirectory(cluster: number, extents: readonly FileExtent[], inUse: boolean): PlacedEntry {
  const contentClaim = inUse ? "allocated" : "unallocated";
  const key = orphanKey(cluster);
  return new PlacedEntry(
    { key, name: key, kind: "directory", nameClaim: "orphan", contentClaim },
    { extents, cluster },
  );
}

export function lostChain(cluster: number, extents: readonly FileExtent[]): PlacedEntry {
  const key = `chain@${cluster}`;
  return new PlacedEntry(
    { key, name: key, kind: "file", nameClaim: "orphan", contentClaim: "allocated" },
    { extents, cluster },
    [finding("filesystem/lost-chain", { block: cluster })],
  );
}
