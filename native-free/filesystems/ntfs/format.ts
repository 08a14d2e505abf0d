/** Tells an NTFS volume, and opens it from its boot sector, from the copy of that, or from the records themselves. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { FileSystemFormat } from "../file-system.ts";
import { NtfsFileSystem } from "./file-system.ts";
import { namesNtfs, readGeometry, type Geometry } from "./geometry.ts";
import { geometryOfRecords } from "./geometry-of-records.ts";
import { bootBytes } from "./layouts.ts";
import { hasTable, openTable } from "./table.ts";

export const ntfsFormat: FileSystemFormat = {
  registration: {
    id: "ntfs",
    family: "filesystem",
    name: "NTFS",
    spec: "libyal: New Technologies File System (NTFS), versions 1.2 to 3.1; [MS-FSCC], [MS-XCA]",
    level: "complete",
  },
  open(volume) {
    const first = sectorAt(volume, 0);
    const boot = readGeometry(first);
    if (typeof boot !== "string" && hasTable(volume, boot)) {
      return opened(volume, boot, namesNtfs(first) ? [] : [damagedBoot("name of the system")]);
    }
    // Other systems leave the copy of an earlier NTFS at the end of a volume: it counts only where it leads to a table.
    for (const copy of copiesOf(volume)) {
      if (hasTable(volume, copy) && isOwn(first, boot)) {
        return opened(volume, copy, [finding("filesystem/structure-replaced", { structure: "boot sector" })]);
      }
    }
    if (!namesNtfs(first)) return null;
    const found = geometryOfRecords(volume);
    if (found)
      return opened(volume, found, [damagedBoot(typeof boot === "string" ? boot : "place of the master file table")]);
    if (typeof boot !== "string") return opened(volume, boot, []);
    throw new EvidenceError("filesystem/boot-damaged", { format: "NTFS", problem: boot });
  },
};

const damagedBoot = (problem: string): Finding =>
  finding("filesystem/structure-damaged", { structure: "boot sector", problem });

function opened(source: ByteSource, geometry: Geometry, findings: readonly Finding[]): NtfsFileSystem {
  const table = openTable(source, geometry);
  return new NtfsFileSystem(table.volume, [...findings, ...table.findings]);
}

const sectorAt = (volume: ByteSource, at: number): Uint8Array => readRange(volume, at, bootBytes);

/** Whether the first sector may have been the boot sector of NTFS: it names it, or nothing else is there. */
function isOwn(first: Uint8Array, boot: Geometry | string): boolean {
  if (namesNtfs(first) || typeof boot !== "string") return true;
  const zeros = first.every((byte) => byte === 0);
  const text = Buffer.from(first).toString("latin1", 3, 11);
  return zeros || !/^(?:[A-Z]{2,}[A-Z0-9. ]*|-FVE-FS-)$/.test(text);
}

/** In the last sector, whatever its size; NTFS before 3.0 kept it in the middle. */
function* copiesOf(volume: ByteSource): Generator<Geometry> {
  for (const sectorBytes of [512, 1024, 2048, 4096]) {
    const sectors = Math.floor(volume.size / sectorBytes);
    for (const place of [(sectors - 1) * sectorBytes, Math.floor(sectors / 2) * sectorBytes]) {
      if (place <= 0) continue;
      const sector = sectorAt(volume, place);
      const geometry = namesNtfs(sector) ? readGeometry(sector) : "";
      if (typeof geometry !== "string" && geometry.sectorBytes === sectorBytes && geometry.size <= volume.size)
        yield geometry;
    }
  }
}
