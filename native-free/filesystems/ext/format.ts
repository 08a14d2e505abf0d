/** Tells an ext volume, and opens it from its superblock or, where that is damaged, from a copy. */
import { readHead, readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { FileSystemFormat } from "../file-system.ts";
import { recognise } from "../signatures.ts";
import { headBytes } from "../signatures/recognised.ts";
import { compatible, incompatible } from "./features.ts";
import { ExtFileSystem } from "./file-system.ts";
import { readGeometry, type Geometry } from "./geometry.ts";
import { Journal } from "./journal.ts";
import * as layout from "./layouts.ts";
import { OverlaySource } from "./overlay.ts";
import { copyOf, isSound } from "./superblock-copies.ts";
import { ExtVolume } from "./volume.ts";

export const extFormat: FileSystemFormat = {
  registration: {
    id: "ext",
    family: "filesystem",
    name: "ext2, ext3, ext4",
    spec: "Linux kernel documentation, filesystems/ext4: data structures and algorithms; jbd2 journal",
    level: "complete",
  },
  open(volume) {
    const first = readGeometry(readRange(volume, layout.superStart, layout.superBytes));
    if (typeof first !== "string") {
      if ((first.features.incompatible & incompatible.journalDevice) !== 0) return null;
      if (isSound(volume, first)) return opened(volume, first, []);
    } else if (isOther(volume)) return null;
    const copy = copyOf(volume, typeof first === "string" ? null : first);
    const replaced = [finding("filesystem/structure-replaced", { structure: "superblock" })];
    if (copy !== null) return opened(volume, copy, replaced);
    // Numbers that lead to no root directory are all there is.
    if (typeof first !== "string") {
      const damaged = finding("filesystem/structure-damaged", { structure: "superblock", problem: "root directory" });
      return opened(volume, first, [damaged]);
    }
    if (first === "magic" || first === "size") return null;
    throw new EvidenceError("filesystem/boot-damaged", { format: "ext", problem: first });
  },
};

/** With the journal: what it has and was not yet written to its place is laid over the volume. */
function opened(source: ByteSource, geometry: Geometry, findings: readonly Finding[]): ExtFileSystem {
  const volume = new ExtVolume(source, geometry);
  const { features } = geometry;
  const journal = (features.compatible & compatible.journal) === 0 ? null : Journal.of(volume);
  if (journal === null) return new ExtFileSystem(volume, null, findings);
  if (typeof journal === "string") {
    return new ExtFileSystem(volume, null, [...findings, finding("ext/journal-damaged", { problem: journal })]);
  }
  const found = [...findings, ...journal.findings];
  // Copies of the superblock do not say whether there is something to recover.
  const isPending = (features.incompatible & incompatible.recover) !== 0 || geometry.group !== 0;
  if (!isPending || !journal.isDirty) return new ExtFileSystem(volume, journal, found);
  const { copies, damaged, fastCommits } = journal.pending();
  if (damaged) found.push(finding("ext/journal-damaged", { problem: "checksum" }));
  if (fastCommits !== null) found.push(finding("ext/fast-commits", { ...fastCommits }));
  if (copies.length === 0) return new ExtFileSystem(volume, journal, found);
  found.push(finding("ext/journal-applied", { blocks: copies.length }));
  const overlay = new OverlaySource(source, geometry.blockBytes, copies);
  const now = readGeometry(readRange(overlay, layout.superStart, layout.superBytes));
  const isUsable = typeof now !== "string" && now.blockBytes === geometry.blockBytes && isSound(overlay, now);
  return new ExtFileSystem(new ExtVolume(overlay, isUsable ? now : geometry), journal, found);
}

/** Whether something else begins in the volume. */
function isOther(volume: ByteSource): boolean {
  const head = new Uint8Array(headBytes);
  head.set(readHead(volume, headBytes));
  return recognise(head).some(({ kind }) => !kind.startsWith("ext"));
}
