/** Tells a FAT volume, and opens it from its boot sector or, where that is damaged, from the copy that FAT32 keeps. */
import { readHead, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding } from "../../model/findings.ts";
import type { FileSystemFormat } from "../file-system.ts";
import { recognise } from "../signatures.ts";
import { headBytes } from "../signatures/recognised.ts";
import { chooseTable, hasTable, sectorAt } from "./checks.ts";
import { FatFileSystem } from "./file-system.ts";
import { backupPlaces, readGeometry, namesFat, type Geometry } from "./geometry.ts";
import { FatVolume } from "./volume.ts";

export const fatFormat: FileSystemFormat = {
  registration: {
    id: "fat",
    family: "filesystem",
    name: "FAT12, FAT16, FAT32",
    spec: "Microsoft FAT32 File System Specification 1.03; long names, FSInfo, backup boot sector",
    level: "complete",
  },
  open(volume) {
    const others = recognise(paddedHead(volume)).filter(({ kind }) => !kind.startsWith("FAT"));
    // BitLocker To Go wears a FAT boot sector. Remains of other file systems behind a boot sector do not matter.
    if (others.some(({ kind }) => kind === "BitLocker")) return null;
    const boot = readGeometry(sectorAt(volume, 0));
    if (typeof boot !== "string" && hasTable(volume, boot)) return opened(volume, boot, false);
    const backup = backupOf(volume);
    // Numbers that lead to no table are wrong where the copy's lead to one.
    if (typeof boot !== "string") {
      return backup && hasTable(volume, backup) ? opened(volume, backup, true) : opened(volume, boot, false);
    }
    if (others.length > 0) return null;
    if (backup) return opened(volume, backup, true);
    if (!namesFat(sectorAt(volume, 0))) return null;
    throw new EvidenceError("filesystem/boot-damaged", { format: "FAT", problem: boot });
  },
};

function paddedHead(volume: ByteSource): Uint8Array {
  const head = new Uint8Array(headBytes);
  head.set(readHead(volume, headBytes));
  return head;
}

/** A copy counts where it says that it stands where it stands. */
function backupOf(volume: ByteSource): Geometry | null {
  for (const place of backupPlaces) {
    const geometry = readGeometry(sectorAt(volume, place));
    if (typeof geometry !== "string" && geometry.backupStart === place) return geometry;
  }
  return null;
}

function opened(source: ByteSource, geometry: Geometry, fromBackup: boolean): FatFileSystem {
  const { table, findings } = chooseTable(source, geometry);
  const replaced = fromBackup ? [finding("filesystem/structure-replaced", { structure: "boot sector" })] : [];
  if (geometry.damaged !== null) {
    replaced.push(finding("filesystem/structure-damaged", { structure: "boot sector", problem: geometry.damaged }));
  }
  return new FatFileSystem(new FatVolume(source, geometry, table), [...replaced, ...findings], fromBackup);
}
