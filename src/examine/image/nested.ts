/** Which files of a file system are looked at for a medium inside. */
import type { FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import type { ImageFormat } from "../../../native-free/images/index.ts";

/** Smaller files are looked at where they are called like an image: every look costs three reads at different places. */
const leastUnnamedBytes = 512 * 1024;

const imageName =
  /\.(dd|raw|img|ima|flp|vfd|bin|001|e01|ex01|l01|lx01|s01|aff4|vmdk|vdi|vhd|vhdx|avhd|avhdx|qcow|qcow2|qed|hdd|hds|iso|nrg|cue|mds|dmg|sparseimage|cloop|bochs)$/i;

export function mayHoldMedium({ kind, size, name }: FileSystemEntry): boolean {
  return kind === "file" && (size >= leastUnnamedBytes || imageName.test(name.text));
}

/** False for the further files of a set, which belong to the medium of its first. */
export function opensSet(fileSystem: FileSystem, entry: FileSystemEntry, format: ImageFormat): boolean {
  if (entry.nameClaim !== "allocated") return true;
  const directory = entry.parent === null ? null : fileSystem.entryOf(entry.parent);
  const names: string[] = [];
  for (const { kind, nameClaim, name } of fileSystem.list(directory)) {
    if (kind === "file" && nameClaim === "allocated") names.push(name.text);
  }
  const [first] = format.segmentsOf(entry.name.text, names);
  return first === undefined || first === entry.name.text;
}
