/**
 * Logical evidence (L01, AFF4-L) among the layers: a medium without bytes, whose file system is what the container lists. So its
 * files have forensic paths (`l01:/C/Users/x.doc`) and images inside of it are opened like any other.
 */
import { MemorySource, type ByteSource, type Run } from "../bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../filesystems/file-system.ts";
import type { DiskImage } from "../images/image-format.ts";
import { checkLogicalEntry, type LogicalEntry, type LogicalImage } from "../images/logical-index.ts";
import { factsOf, type Fact } from "../model/facts.ts";
import { isEvidenceError } from "../model/errors.ts";
import { finding, type Finding } from "../model/findings.ts";
import { nameBytes } from "../model/forensic-path.ts";
import type { EvidenceName, ItemKind, ItemTime } from "../model/item.ts";

export class LogicalMedium implements DiskImage {
  readonly format: string;
  readonly size = 0;
  readonly bytesPerSector = 512;
  readonly others?: DiskImage["others"];
  readonly storedHashes: Readonly<Record<string, string>> = {};
  readonly logical: LogicalImage;
  readonly fileSystem: FileSystem;
  #checked: Finding[] = [];

  constructor(logical: LogicalImage) {
    this.format = logical.format;
    this.logical = logical;
    this.fileSystem = new ListedFiles(logical);
  }

  get facts(): readonly Fact[] {
    return this.logical.facts;
  }

  get findings(): readonly Finding[] {
    return [...this.logical.findings, ...this.#checked];
  }

  /** Compares the content of every file with the hashes that the container states. */
  check(): void {
    this.#checked = [];
    for (const entry of this.logical.entries()) {
      try {
        this.#checked.push(...checkLogicalEntry(entry));
      } catch (error) {
        if (!isEvidenceError(error)) throw error;
        this.#checked.push(finding(error.code, error.params));
      }
    }
  }

  readInto(): number {
    return 0;
  }

  *runsIn(): Iterable<Run> {
    // A medium without bytes has no runs.
  }
}

interface Listed extends FileSystemEntry {
  /** Null for a folder that only the paths of its files name. */
  readonly listed: LogicalEntry | null;
}

const kinds: Readonly<Record<ItemKind, FileSystemEntry["kind"]>> = {
  file: "file",
  directory: "directory",
  symlink: "symlink",
  special: "special",
};

class ListedFiles implements FileSystem {
  readonly format: string;
  readonly variant = "logical evidence";
  readonly label = null;
  readonly blockBytes = 1;
  readonly size = 0;
  readonly #logical: LogicalImage;
  /** By the key of their folder, "" for the top; made when the first is asked for. */
  #folders: Map<string, Listed[]> | null = null;

  constructor(logical: LogicalImage) {
    this.format = logical.format;
    this.#logical = logical;
  }

  get facts(): readonly Fact[] {
    const entries = [...this.#listed().values()].flat();
    const files = entries.filter(({ kind }) => kind === "file");
    return factsOf({
      files: files.length,
      folders: entries.length - files.length,
      "content-bytes": files.reduce((sum, { size }) => sum + size, 0),
    });
  }

  get findings(): readonly Finding[] {
    return [...this.#listed().values()].flatMap((entries) => entries.flatMap(({ findings }) => findings));
  }

  *entries(): Iterable<FileSystemEntry> {
    yield* this.#below("");
  }

  entryOf(key: string): FileSystemEntry | null {
    for (const entries of this.#listed().values()) for (const entry of entries) if (entry.key === key) return entry;
    return null;
  }

  list(directory: FileSystemEntry | null): Iterable<FileSystemEntry> {
    return this.#listed().get(directory?.key ?? "") ?? [];
  }

  open(entry: FileSystemEntry): ByteSource {
    const { listed } = entry as Listed;
    // A folder that only the paths of its files name.
    return listed ? listed.open() : new MemorySource(new Uint8Array(0));
  }

  extentsOf(): readonly never[] {
    return [];
  }

  slackOf(): readonly never[] {
    return [];
  }

  *account(): Iterable<never> {
    // There is no volume whose bytes could be classed.
  }

  *#below(folder: string): Iterable<FileSystemEntry> {
    for (const entry of this.#listed().get(folder) ?? []) {
      yield entry;
      if (entry.kind === "directory") yield* this.#below(entry.key);
    }
  }

  #listed(): Map<string, Listed[]> {
    if (this.#folders) return this.#folders;
    const folders = new Map<string, Listed[]>();
    const keys = new Map<string, string>([["", ""]]);
    for (const listed of this.#logical.entries()) {
      // Some writers keep the path as it was typed.
      const names = listed.path.filter(({ text }) => text !== ".");
      const parent = folderOf(names.slice(0, -1), folders, keys);
      const path = pathKey(names);
      const isFolder = listed.kind === "directory";
      // A folder that was named by its files before it came itself stays the one that it is.
      if (isFolder && keys.has(path)) continue;
      if (isFolder) keys.set(path, listed.key);
      add(folders, parent, entryOf(listed, parent));
    }
    this.#folders = folders;
    return folders;
  }
}

const pathKey = (path: readonly EvidenceName[]): string =>
  path.map((name) => Buffer.from(nameBytes(name)).toString("hex")).join("/");

function add(folders: Map<string, Listed[]>, folder: string, entry: Listed): void {
  const held = folders.get(folder);
  if (held) held.push(entry);
  else folders.set(folder, [entry]);
}

/** The key of a folder, which is made with those above it where the container lists none. */
function folderOf(path: readonly EvidenceName[], folders: Map<string, Listed[]>, keys: Map<string, string>): string {
  const whole = pathKey(path);
  const known = keys.get(whole);
  if (known !== undefined) return known;
  const parent = folderOf(path.slice(0, -1), folders, keys);
  const key = `path:${whole}`;
  keys.set(whole, key);
  add(folders, parent, { ...common(parent, path), key, kind: "directory", size: 0, listed: null });
  return key;
}

function entryOf(listed: LogicalEntry, parent: string): Listed {
  const { key, kind, size, times, attributes, findings, path } = listed;
  const said = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
  return { ...common(parent, path), key, kind: kinds[kind], size, times, attributes: said, findings, listed };
}

const noTimes: readonly ItemTime[] = [];

function common(parent: string, path: readonly EvidenceName[]) {
  return {
    parent: parent === "" ? null : parent,
    name: path.at(-1) ?? { text: "", bytes: null },
    nameClaim: "allocated",
    contentClaim: "allocated",
    origin: "entry",
    times: noTimes,
    attributes: {},
    target: null,
    findings: [],
  } as const;
}
