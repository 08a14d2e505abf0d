/** Images inside of file systems: disks of virtual machines, discs, images that somebody kept. */
import { readRange } from "../bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../filesystems/file-system.ts";
import {
  imageFormatOf,
  probeOf,
  type DiskImage,
  type ImageFormat,
  type ImageSegment,
  type ImageSurroundings,
} from "../images/index.ts";
import { nameAmong } from "../images/image-format.ts";
import { EvidenceError, isEvidenceError } from "../model/errors.ts";

/** A file that is an image, or the first of one. */
export interface NestedImage {
  readonly format: ImageFormat;
  readonly entry: FileSystemEntry;
  /** The directory that holds it; null for the root. */
  readonly directory: FileSystemEntry | null;
}

/** Chains of parents are not longer. */
const longestChain = 16;
/** Smaller than the smallest image of any format. */
const leastBytes = 512;
/** Smaller files are looked at where they are called like an image: every look costs three reads at different places. */
const leastUnnamedBytes = 512 * 1024;
const imageName =
  /\.(dd|raw|img|ima|flp|vfd|bin|001|e01|ex01|l01|lx01|s01|aff4|vmdk|vdi|vhd|vhdx|avhd|avhdx|qcow|qcow2|qed|hdd|hds|iso|nrg|cue|mds|dmg|sparseimage|cloop|bochs)$/i;
/** Raw images have no signature: only files that are called so are tried. */
const rawName = /\.(dd|raw|img|ima|flp|vfd|bin|001)$/i;

/** Whether a file may be an image: of a format with a signature, or raw by its name. Null where it is none. */
export function imageIn(fileSystem: FileSystem, entry: FileSystemEntry): ImageFormat | null {
  if (!mayHoldMedium(entry) || entry.size < leastBytes || entry.contentClaim === "overwritten") return null;
  const segment = segmentOf(fileSystem, entry);
  if (!segment) return null;
  const probe = probeOf(segment);
  const format = imageFormatOf(probe);
  const certain = format.detect(probe) === "certain";
  return certain || (format.registration.id === "raw" && rawName.test(entry.name.text)) ? format : null;
}

/** Whether a file is looked at for a medium inside, by its size or name. */
export function mayHoldMedium({ kind, size, name }: FileSystemEntry): boolean {
  return kind === "file" && (size >= leastUnnamedBytes || imageName.test(name.text));
}

/** Opens an image inside a file system with what lies in its directory. Throws EvidenceError. */
export function openNested(fileSystem: FileSystem, nested: NestedImage, chain: readonly string[] = []): DiskImage {
  const { format, entry, directory } = nested;
  if (chain.includes(entry.key) || chain.length >= longestChain) throw new EvidenceError("image/parent-cycle");
  const beside = filesIn(fileSystem, directory);
  const names = format.segmentsOf(entry.name.text, [...beside.keys()]);
  const segments = names.flatMap((name) => {
    const member = name === entry.name.text ? entry : beside.get(name);
    return (member && segmentOf(fileSystem, member)) ?? [];
  });
  const surroundings: ImageSurroundings = {
    names: [...beside.keys()],
    segment(name) {
      const member = named(beside, name);
      return member && segmentOf(fileSystem, member);
    },
    image(name) {
      const member = named(beside, name);
      const segment = member && segmentOf(fileSystem, member);
      if (!segment) return null;
      const parent = { format: imageFormatOf(probeOf(segment)), entry: member, directory };
      return openNested(fileSystem, parent, [...chain, entry.key]);
    },
  };
  return format.open(segments, surroundings);
}

/** Allocated files of a directory by name; of two that share one the first. */
function filesIn(fileSystem: FileSystem, directory: FileSystemEntry | null): Map<string, FileSystemEntry> {
  const files = new Map<string, FileSystemEntry>();
  for (const entry of fileSystem.list(directory)) {
    if (entry.kind !== "file" || entry.nameClaim !== "allocated" || files.has(entry.name.text)) continue;
    files.set(entry.name.text, entry);
  }
  return files;
}

function named(files: ReadonlyMap<string, FileSystemEntry>, wanted: string): FileSystemEntry | null {
  const name = nameAmong([...files.keys()], wanted);
  return name === null ? null : (files.get(name) ?? null);
}

/** Null where nothing of the file can be had. */
function segmentOf(fileSystem: FileSystem, entry: FileSystemEntry): ImageSegment | null {
  try {
    const source = fileSystem.open(entry);
    // The first read shows whether it can be read at all.
    readRange(source, 0, 1);
    return { name: entry.name.text, source };
  } catch (error) {
    if (isEvidenceError(error)) return null;
    throw error;
  }
}
