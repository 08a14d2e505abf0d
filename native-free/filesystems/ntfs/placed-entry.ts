/** The copy of the boot sector: a structure without a record. */
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../../model/item.ts";
import type { FileExtent, FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { readRange } from "../../bytes/byte-source.ts";
import { namesNtfs } from "./geometry.ts";
import type { NtfsVolume } from "./volume.ts";

export class PlacedEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent = null;
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind = "metadata";
  readonly nameClaim: NameClaim = "none";
  readonly contentClaim: ContentClaim = "allocated";
  readonly origin: Origin = "entry";
  readonly size: number;
  readonly times: readonly ItemTime[] = [];
  readonly attributes: Readonly<Record<string, string>> = {};
  readonly target = null;
  readonly findings: readonly Finding[] = [];
  readonly extents: readonly FileExtent[];

  constructor(key: string, text: string, start: number, length: number) {
    this.key = key;
    this.name = { text, bytes: null };
    this.size = length;
    this.extents = [{ start, length, state: "intact" }];
  }
}

/** Null where the volume ends before it, or something else stands there. */
export function bootCopy({ source, geometry }: NtfsVolume): PlacedEntry | null {
  const { size, sectorBytes } = geometry;
  if (size + sectorBytes > source.size || !namesNtfs(readRange(source, size, sectorBytes))) return null;
  return new PlacedEntry("boot-copy", "$Boot copy", size, sectorBytes);
}
