/** Which files of a file system are looked at for a medium inside. */
import type { FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import type { ImageFormat } from "../../../native-free/images/index.ts";

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
