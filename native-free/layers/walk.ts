/** Names every entry of a walk by its forensic path, and walks single directories to the bottom. */
import type { FileSystem, FileSystemEntry } from "../filesystems/file-system.ts";
import { isEvidenceError, type EvidenceError } from "../model/errors.ts";
import { pathName } from "../model/forensic-path.ts";
import { keyInPath } from "./find-entry.ts";

/**
 * Gives the entries of `FileSystem.entries` their paths as they come. Keeps the paths of directories and of the last file (whose
 * streams follow it); a few further files are kept for streams that come later.
 */
export class PathBook {
  readonly #root: string;
  readonly #directories = new Map<string, string>();
  readonly #files = new RecentFiles();
  /** Entries of one directory follow each other. */
  #lastParent: string | null = null;
  #lastFolder: string | undefined;

  /** `root`: the path of the reader, `p1/fat:`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** To be asked for each entry once, in the order of the walk. What hangs in nothing that came before stands below the root. */
  pathOf(entry: FileSystemEntry): string {
    const { parent, kind } = entry;
    const folder = parent === null ? undefined : this.#folderOf(parent);
    const above = folder ?? (parent === null ? null : this.#files.pathOf(parent)) ?? this.#root;
    const path = `${above}/${pathName(entry.name, keyInPath(entry, parent === null || folder !== undefined))}`;
    if (kind === "directory") this.#keepFolder(entry.key, path);
    else if (kind !== "stream") this.#files.keep(entry, path);
    return path;
  }

  #folderOf(parent: string): string | undefined {
    if (parent !== this.#lastParent) {
      this.#lastParent = parent;
      this.#lastFolder = this.#directories.get(parent);
    }
    return this.#lastFolder;
  }

  #keepFolder(key: string, path: string): void {
    this.#directories.set(key, path);
    if (key === this.#lastParent) this.#lastFolder = path;
  }
}

/** A power of two. */
const keptFiles = 64;

/** The last files of a walk: their streams come right behind them. */
class RecentFiles {
  readonly #entries: FileSystemEntry[] = [];
  readonly #paths: string[] = [];
  #next = 0;

  /** Their keys are asked for when a stream comes: most files have none. */
  keep(entry: FileSystemEntry, path: string): void {
    const at = this.#next++ & (keptFiles - 1);
    this.#entries[at] = entry;
    this.#paths[at] = path;
  }

  /** Null where it is none of them. */
  pathOf(key: string): string | null {
    const count = this.#entries.length;
    for (let back = 1; back <= count; back++) {
      const at = (this.#next - back) & (keptFiles - 1);
      if (this.#entries[at]!.key === key) return this.#paths[at]!;
    }
    return null;
  }
}

export interface Walked {
  readonly entry: FileSystemEntry;
  /** Forensic path without label. */
  readonly path: string;
  /** The part of the path that its directory does not have: the name, of streams that of the file before it. */
  readonly name: string;
  /** 0 for what lies directly in the directory that was asked for. */
  readonly depth: number;
  /** Whether it is the last of its directory. */
  readonly last: boolean;
}

export interface BelowOptions {
  /** Levels of directories that are entered. */
  readonly mostDepth?: number;
  /** What is not to be shown is not counted as the last of its directory either. */
  readonly isShown?: (entry: FileSystemEntry) => boolean;
  readonly onProblem: (path: string, problem: EvidenceError) => void;
}

/** Deeper than any system makes them: names of 255 bytes end in paths of 4096. */
const deepest = 2048;

/**
 * All below a directory (null: the root), depth first, in the order of `list`. Keeps one open list for each level. A directory
 * that is its own ancestor is shown and not entered again; one that cannot be listed (further) is told to `onProblem` and left.
 * `path`: of the directory, without "/" at the end.
 */
export function* walkBelow(
  fileSystem: FileSystem,
  directory: FileSystemEntry | null,
  path: string,
  options: BelowOptions,
): Generator<Walked> {
  const { mostDepth = deepest } = options;
  const levels: Level[] = [new Level(fileSystem, directory, path, options)];
  const inside = new Set<string>(directory === null ? [] : [directory.key]);
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const entry = level.next();
    if (entry === null) {
      if (level.directory) inside.delete(level.directory.key);
      levels.pop();
      continue;
    }
    const path = level.pathOf(entry);
    const walked = {
      entry,
      path,
      name: path.slice(level.path.length + 1),
      depth: levels.length - 1,
      last: level.isDone,
    };
    yield walked;
    const enters = entry.kind === "directory" && levels.length <= mostDepth && !inside.has(entry.key);
    if (!enters || levels.length >= deepest) continue;
    inside.add(entry.key);
    levels.push(new Level(fileSystem, entry, walked.path, options));
  }
}

/** A directory that is being listed, one entry ahead, so that the last one is known. */
class Level {
  readonly directory: FileSystemEntry | null;
  readonly #fileSystem: FileSystem;
  #entries: Iterator<FileSystemEntry> | null = null;
  readonly path: string;
  readonly #options: BelowOptions;
  readonly #files = new RecentFiles();
  #ahead: FileSystemEntry | null;

  constructor(fileSystem: FileSystem, directory: FileSystemEntry | null, path: string, options: BelowOptions) {
    this.#options = options;
    this.directory = directory;
    this.path = path;
    this.#fileSystem = fileSystem;
    this.#ahead = this.#take();
  }

  get isDone(): boolean {
    return this.#ahead === null;
  }

  next(): FileSystemEntry | null {
    const entry = this.#ahead;
    if (entry) this.#ahead = this.#take();
    return entry;
  }

  pathOf(entry: FileSystemEntry): string {
    const { parent, kind } = entry;
    const owner = parent === null ? null : this.#files.pathOf(parent);
    const path = `${owner ?? this.path}/${pathName(entry.name, keyInPath(entry, owner === null))}`;
    if (kind !== "directory" && kind !== "stream") this.#files.keep(entry, path);
    return path;
  }

  #take(): FileSystemEntry | null {
    try {
      this.#entries ??= this.#fileSystem.list(this.directory)[Symbol.iterator]();
      for (;;) {
        const { done, value } = this.#entries.next();
        if (done) return null;
        if (this.#options.isShown?.(value) ?? true) return value;
      }
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      this.#options.onProblem(this.path, error);
      return null;
    }
  }
}
