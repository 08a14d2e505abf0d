/** Tells an exFAT volume, and opens it from its main boot region or, where that is damaged, from the backup. */
import { readHead, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding } from "../../model/findings.ts";
import type { FileSystemFormat } from "../file-system.ts";
import { recognise } from "../signatures.ts";
import { headBytes } from "../signatures/recognised.ts";
import { ExfatFileSystem } from "./file-system.ts";
import { hasChecksum, namesExfat, readGeometry, sectorAt, type Geometry } from "./geometry.ts";
import { bootSector, bootSignature, flag, region } from "./layouts.ts";
import { ExfatVolume } from "./volume.ts";

const sectorSizes: readonly number[] = [512, 1024, 2048, 4096];

export const exfatFormat: FileSystemFormat = {
  registration: {
    id: "exfat",
    family: "filesystem",
    name: "exFAT",
    spec: "Microsoft exFAT file system specification 1.00; TexFAT tables and bitmaps",
    level: "complete",
  },
  open(volume) {
    const sector = sectorAt(volume, 0);
    const main = readGeometry(sector);
    if (typeof main !== "string" && hasChecksum(volume, 0, main.sectorBytes)) return opened(volume, main, false);
    // Zeros or a bad number: the copy's checksum says that it is whole. Below another file system it is left from before.
    const backup = namesExfat(sector) || recognise(paddedHead(volume)).length === 0 ? backupOf(volume) : null;
    if (backup !== null) return opened(volume, backup, true);
    if (typeof main !== "string") return opened(volume, main, false);
    if (!namesExfat(sector) || bootSector.cursor().over(sector).signature !== bootSignature) return null;
    throw new EvidenceError("filesystem/boot-damaged", { format: "exFAT", problem: main });
  },
};

function paddedHead(volume: ByteSource): Uint8Array {
  const head = new Uint8Array(headBytes);
  head.set(readHead(volume, headBytes));
  return head;
}

function backupOf(volume: ByteSource): Geometry | null {
  for (const sectorBytes of sectorSizes) {
    const start = region.sectors * sectorBytes;
    const geometry = readGeometry(sectorAt(volume, start));
    if (typeof geometry === "string" || geometry.sectorBytes !== sectorBytes) continue;
    if (hasChecksum(volume, start, sectorBytes)) return geometry;
  }
  return null;
}

function opened(source: ByteSource, geometry: Geometry, fromBackup: boolean): ExfatFileSystem {
  const table = geometry.tables === 2 && (geometry.flags & flag.activeSecond) !== 0 ? 1 : 0;
  const found = fromBackup ? [finding("filesystem/structure-replaced", { structure: "boot region" })] : [];
  return new ExfatFileSystem(new ExfatVolume(source, geometry, table), found, fromBackup);
}
