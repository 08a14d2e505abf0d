/** Finds the entry that the names of a forensic path mean, and names entries in forensic paths. */
import type { FileSystem, FileSystemEntry } from "../filesystems/file-system.ts";
import { isEvidenceError } from "../model/errors.ts";
import { nameBytes, pathName, type ParsedName } from "../model/forensic-path.ts";

export interface FoundEntry {
  readonly entry: FileSystemEntry;
  /** The directory (of streams: the file) that holds it; null for the root. */
  readonly directory: FileSystemEntry | null;
  /** Path below the reader with names as they are recorded, "/" in front. */
  readonly below: string;
}

/** File systems whose systems take `README.TXT` and `readme.txt` for one name. */
const foldingFormats: ReadonlySet<string> = new Set(["ntfs", "fat", "exfat"]);

type Keyed = Pick<FileSystemEntry, "nameClaim" | "key"> & Partial<Pick<FileSystemEntry, "kind" | "name">>;

/**
 * The key that stands behind a name in paths, null for none. Deleted and orphan names carry it, since several may be alike; so do
 * streams of directories, which could be called like a file in it, and what has an empty name.
 */
export function keyInPath(entry: Keyed, ofDirectory = false): string | null {
  const { nameClaim, name } = entry;
  const isAmbiguous = name?.text === "" || (ofDirectory && entry.kind === "stream");
  // Asked for last: file systems put it together.
  return nameClaim === "deleted" || nameClaim === "orphan" || isAmbiguous ? entry.key : null;
}

/**
 * The entry of names from the root down; null where there is none. Of equal names the allocated one is meant, and a key decides. Where
 * the file system does not tell capitals from small letters, a name in other letters is found, too. What hangs in no directory
 * (structures of the file system, orphans) is found below the root. Throws EvidenceError where a directory cannot be read.
 */
export function entryAt(fileSystem: FileSystem, names: readonly ParsedName[]): FoundEntry | null {
  let directory: FileSystemEntry | null = null;
  let below = "";
  for (const [index, name] of names.entries()) {
    const entry: FileSystemEntry | null = childOf(fileSystem, directory, name) ?? strayOf(fileSystem, directory, name);
    if (!entry) return null;
    below += `/${pathName(entry.name, name.key === entry.key ? entry.key : keyInPath(entry, isFolder(directory)))}`;
    if (index === names.length - 1) return { entry, directory, below };
    directory = entry;
  }
  return null;
}

function childOf(
  fileSystem: FileSystem,
  directory: FileSystemEntry | null,
  wanted: ParsedName,
): FileSystemEntry | null {
  const folded = foldingFormats.has(fileSystem.format) ? foldedOf(wanted.bytes) : null;
  let similar: FileSystemEntry | null = null;
  for (const entry of childrenOf(fileSystem, directory)) {
    if (wanted.key === null ? keyInPath(entry, isFolder(directory)) !== null : entry.key !== wanted.key) continue;
    if (isCalled(entry, wanted)) return entry;
    if (folded !== null && entry.name.text.toUpperCase() === folded) similar ??= entry;
  }
  return similar;
}

/** Streams hang below a file. */
function* childrenOf(fileSystem: FileSystem, directory: FileSystemEntry | null): Iterable<FileSystemEntry> {
  if (!isFolder(directory)) return yield* streamsOf(fileSystem, directory!);
  const key = directory?.key ?? null;
  for (const entry of fileSystem.list(directory)) {
    // Those of its files may stand beside them.
    if ((entry.kind !== "stream" && entry.kind !== "metadata") || entry.parent === key) yield entry;
  }
}

/** The streams of a file (of those of the file system, of kind `metadata`), found beside it or, failing that, in the whole walk. */
function* streamsOf(fileSystem: FileSystem, owner: FileSystemEntry): Iterable<FileSystemEntry> {
  const folder = owner.parent === null ? null : fileSystem.entryOf(owner.parent);
  const beside = folder === null && owner.parent !== null ? [] : fileSystem.list(folder);
  let found = false;
  for (const entry of beside) {
    if (entry.parent !== owner.key) continue;
    found = true;
    yield entry;
  }
  if (found) return;
  for (const entry of fileSystem.entries({ searchUnallocated: false })) if (entry.parent === owner.key) yield entry;
}

/** The root is one. */
const isFolder = (entry: FileSystemEntry | null): boolean => entry === null || entry.kind === "directory";

const isCalled = (entry: FileSystemEntry, { bytes }: ParsedName): boolean =>
  Buffer.compare(nameBytes(entry.name), bytes) === 0;

const foldedOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8").toUpperCase();

/** By key wherever it hangs; below the root also by name what `list` does not give: structures, orphans without directory. */
function strayOf(
  fileSystem: FileSystem,
  directory: FileSystemEntry | null,
  wanted: ParsedName,
): FileSystemEntry | null {
  if (wanted.key !== null) {
    const entry = keyed(fileSystem, wanted.key);
    return entry && isCalled(entry, wanted) ? entry : null;
  }
  if (directory !== null) return null;
  // Structures come first in `entries` and are called by their keys in most formats.
  const named = keyed(fileSystem, Buffer.from(wanted.bytes).toString("utf8"));
  if (named && named.nameClaim === "none" && isCalled(named, wanted)) return named;
  for (const entry of fileSystem.entries({ searchUnallocated: false })) {
    if (entry.parent === null && keyInPath(entry) === null && isCalled(entry, wanted)) return entry;
  }
  return null;
}

/** Keys in paths are typed by people: one that no entry can have is one that is not there. */
function keyed(fileSystem: FileSystem, key: string): FileSystemEntry | null {
  try {
    return fileSystem.entryOf(key);
  } catch (error) {
    if (isEvidenceError(error)) return null;
    throw error;
  }
}
