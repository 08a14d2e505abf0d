/**
 * `vestige verify --source`: hashes the files of a folder exhibit again and compares them with the signed manifest. Both
 * are in the same order (parents before children, names in byte order), so they are merged with flat memory.
 */
import { createHash } from "node:crypto";
import { closeSync, readSync } from "node:fs";
import { join } from "node:path";
import { nameBytes } from "../../native-free/model/forensic-path.ts";
import { errorCode, EntryDescriber } from "../source/describe-entry.ts";
import { FolderReader } from "../source/folder-reader.ts";
import type { ManifestEntry } from "../source/manifest-entry.ts";
import { manifestLines } from "../source/read-manifest.ts";
import { walkFolder } from "../source/walk-folder.ts";

export interface SourceDifference {
  readonly what: "changed" | "missing" | "new" | "unreadable";
  /** Path below the source, as the manifest writes it; evidence text, to be escaped. */
  readonly path: string;
  /** `size`, `sha256`, `kind`, a system error; null where there is nothing to add. */
  readonly detail: string | null;
}

export interface SourceVerdict {
  readonly ok: boolean;
  /** Files whose bytes were read again. */
  readonly files: number;
  readonly bytes: number;
  readonly changed: number;
  readonly missing: number;
  readonly added: number;
  readonly unreadable: number;
  /** True where the signal stopped it. */
  readonly stopped: boolean;
}

export interface SourceOptions {
  readonly signal?: AbortSignal;
  readonly onDifference: (difference: SourceDifference) => void;
}

/** Compares the folder with `files.jsonl` of the exhibit. Throws the system's error where the folder cannot be opened. */
export function verifySource(
  source: string,
  exhibitFolder: string,
  lineFile: string,
  options: SourceOptions,
): SourceVerdict {
  const reader = new FolderReader(source);
  try {
    return new SourceCheck(reader, options).run(join(exhibitFolder, lineFile));
  } finally {
    reader.close();
  }
}

class SourceCheck {
  readonly #reader: FolderReader;
  readonly #options: SourceOptions;
  readonly #buffer = Buffer.allocUnsafeSlow(256 * 1024);
  readonly #counts = { changed: 0, missing: 0, new: 0, unreadable: 0 };
  #files = 0;
  #bytes = 0;

  constructor(reader: FolderReader, options: SourceOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  run(manifest: string): SourceVerdict {
    const describer = new EntryDescriber(this.#reader, "platform", BigInt(Date.now()) * 1_000_000n);
    const found = walkFolder(this.#reader, describer)[Symbol.iterator]();
    let here = found.next();
    for (const { entry } of manifestLines(manifest)) {
      if (this.#options.signal?.aborted) break;
      const path = Buffer.from(nameBytes(entry.path));
      while (!here.done && comparePaths(here.value.path, path) < 0) {
        this.#report("new", here.value.path.toString("utf8"), null);
        here = found.next();
      }
      const present = !here.done && comparePaths(here.value.path, path) === 0;
      if (present) {
        this.#compare(path, entry);
        here = found.next();
      } else this.#report("missing", entry.path.text, null);
    }
    const stopped = this.#options.signal?.aborted === true;
    for (; !here.done && !stopped; here = found.next()) this.#report("new", here.value.path.toString("utf8"), null);
    const { changed, missing, unreadable } = this.#counts;
    const total = changed + missing + unreadable + this.#counts.new;
    const ok = total === 0 && !stopped;
    return {
      ok,
      files: this.#files,
      bytes: this.#bytes,
      changed,
      missing,
      added: this.#counts.new,
      unreadable,
      stopped,
    };
  }

  #report(what: SourceDifference["what"], path: string, detail: string | null): void {
    this.#counts[what]++;
    this.#options.onDifference({ what, path, detail });
  }

  /** Bytes where the manifest holds a hash, the target of a link, else the kind alone. */
  #compare(path: Buffer, entry: ManifestEntry): void {
    try {
      const stat = this.#reader.stat(path);
      const kind = stat.isFile()
        ? "file"
        : stat.isDirectory()
          ? "directory"
          : stat.isSymbolicLink()
            ? "symlink"
            : "special";
      // An entry that lstat refused has no kind to compare.
      if (entry.mode !== null && kind !== entry.kind) return this.#report("changed", entry.path.text, "kind");
      if (kind === "symlink" && entry.target) {
        const same = Buffer.compare(this.#reader.linkTarget(path), nameBytes(entry.target)) === 0;
        if (!same) this.#report("changed", entry.path.text, "target");
      }
      if (kind === "file" && entry.sha256 !== null) this.#compareBytes(path, entry);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      this.#report("unreadable", entry.path.text, errorCode(error));
    }
  }

  #compareBytes(path: Buffer, entry: ManifestEntry): void {
    const descriptor = this.#reader.open(path);
    let size = 0;
    const hash = createHash("sha256");
    try {
      for (let count = 1; count > 0; size += count) {
        count = readSync(descriptor, this.#buffer, 0, this.#buffer.length, null);
        hash.update(this.#buffer.subarray(0, count));
      }
    } finally {
      closeSync(descriptor);
    }
    this.#files++;
    this.#bytes += size;
    if (size !== entry.size) this.#report("changed", entry.path.text, "size");
    else if (hash.digest("hex") !== entry.sha256) this.#report("changed", entry.path.text, "sha256");
  }
}

/** Byte order of paths name by name: the separator sorts below every byte of a name. */
export function comparePaths(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a[at] as number;
    const right = b[at] as number;
    if (left !== right) return (left === 0x2f ? -1 : left) - (right === 0x2f ? -1 : right);
  }
  return a.length - b.length;
}

/** The folder that a manifest body names as its source: `source` as a text or as `{ path }`; null where it names none. */
export function sourcePathOf(body: unknown): string | null {
  const source = (body as { source?: unknown } | null)?.source;
  if (typeof source === "string") return source;
  const path = (source as { path?: unknown } | null | undefined)?.path;
  if (typeof path === "string") return path;
  const text = (path as { text?: unknown } | null | undefined)?.text;
  return typeof text === "string" ? text : null;
}
