/**
 * Reads an exported folder without ever following a link or writing: every name is opened relative to the open handle of its
 * directory (on Linux through /proc/self/fd/N/name, which stands in for openat), with O_NOFOLLOW on each step. So neither a
 * link swapped in while we read nor a path longer than the system's limit can lead elsewhere (threats E24).
 *
 * Paths are raw bytes below the root, joined by "/", "" for the root itself.
 */
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, type BigIntStats } from "node:fs";
import { join } from "node:path";
import type { DirectoryLister, ListedName } from "../platform/directory-listing.ts";

const slash = 0x2f;
const onLinux = process.platform === "linux";
// Absent constants (Windows, macOS) count as 0: the flag does not exist there.
const noFollow = constants.O_NOFOLLOW ?? 0;
const noAccessTime = (constants as Record<string, number | undefined>).O_NOATIME ?? 0;
const directoryFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | noFollow;
// O_NONBLOCK: a FIFO that takes the place of a file after lstat must not block the open.
const fileFlags = constants.O_RDONLY | noFollow | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

interface Handle {
  readonly descriptor: number;
  readonly base: Buffer;
}

export class FolderReader {
  readonly root: string;
  /** Least recently used first. */
  readonly #handles = new Map<string, Handle>();
  readonly #limit: number;
  /** False once the system refused O_NOATIME (only the owner of a file and root may ask for it). */
  #keepAccessTime = noAccessTime !== 0;

  readonly #lister: DirectoryLister | null;

  /**
   * Keeps at most `limit` directory handles open. Without a lister directories are listed by path, which may move their
   * access time. Throws the system's error where the root cannot be opened.
   */
  constructor(root: string, lister: DirectoryLister | null = null, limit = 64) {
    this.root = root;
    this.#lister = lister;
    this.#limit = Math.max(2, limit);
    this.#directory(Buffer.alloc(0));
  }

  /** True while files are opened without touching their access time. */
  get keepsAccessTime(): boolean {
    return this.#keepAccessTime;
  }

  /** True while directories are listed without touching their access time. */
  get keepsDirectoryTime(): boolean {
    return this.#keepAccessTime && this.#lister !== null;
  }

  /** Names in a directory, as raw bytes in byte order. */
  list(directory: Uint8Array): ListedName[] {
    const { base, descriptor } = this.#directory(Buffer.from(directory));
    const names = this.#lister
      ? this.#lister.list(descriptor)
      : readdirSync(base, { encoding: "buffer" }).map((name) => ({ name, mayBeDirectory: true }));
    return names.sort((a, b) => Buffer.compare(a.name, b.name));
  }

  /** lstat at full precision; never follows. */
  stat(path: Uint8Array): BigIntStats {
    return lstatSync(this.systemPath(path), { bigint: true });
  }

  /** The target of a symbolic link, as raw bytes. */
  linkTarget(path: Uint8Array): Buffer {
    return readlinkSync(this.systemPath(path), { encoding: "buffer" });
  }

  /** Opens a file for reading; the caller closes the descriptor. ELOOP means that a link has taken its place. */
  open(path: Uint8Array): number {
    return this.#openQuietly(this.systemPath(path), fileFlags);
  }

  /** Opens without moving the access time as long as the system allows it. */
  #openQuietly(systemPath: Buffer | string, flags: number): number {
    if (this.#keepAccessTime) {
      try {
        return openSync(systemPath, flags | noAccessTime);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
        this.#keepAccessTime = false;
      }
    }
    return openSync(systemPath, flags);
  }

  /** A path for the system that is valid until the next call: through the handle of the directory that holds the entry. */
  systemPath(path: Uint8Array): Buffer {
    const raw = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
    // "/.": the handle's name is itself a link, which lstat would describe instead of the directory.
    if (raw.length === 0) return Buffer.concat([this.#directory(raw).base, Buffer.from("/.")]);
    const cut = raw.lastIndexOf(slash);
    const parent = this.#directory(cut < 0 ? Buffer.alloc(0) : raw.subarray(0, cut));
    return Buffer.concat([parent.base, Buffer.from("/"), raw.subarray(cut + 1)]);
  }

  close(): void {
    for (const handle of this.#handles.values()) closeSync(handle.descriptor);
    this.#handles.clear();
  }

  /** The handle of a directory, opened from its nearest open ancestor, step by step. */
  #directory(path: Buffer): Handle {
    const known = this.#touch(path);
    if (known) return known;
    let at = path.length;
    let handle: Handle | undefined;
    while (!handle && at > 0) {
      at = Math.max(0, path.lastIndexOf(slash, at - 1));
      handle = this.#touch(path.subarray(0, at));
    }
    handle ??= this.#openRoot();
    while (at < path.length) {
      const start = at === 0 ? 0 : at + 1;
      const next = path.indexOf(slash, start);
      const end = next < 0 ? path.length : next;
      handle = this.#openBelow(handle, path.subarray(start, end), path.subarray(0, end));
      at = end;
    }
    return handle;
  }

  #touch(path: Buffer): Handle | undefined {
    const key = path.toString("latin1");
    const handle = this.#handles.get(key);
    if (handle) {
      this.#handles.delete(key);
      this.#handles.set(key, handle);
    }
    return handle;
  }

  #openRoot(): Handle {
    // The root itself may be named through links: the officer named it.
    const descriptor = this.#openQuietly(this.root, directoryFlags & ~noFollow);
    return this.#keep("", descriptor, this.root);
  }

  #openBelow(parent: Handle, name: Buffer, path: Buffer): Handle {
    const descriptor = this.#openQuietly(Buffer.concat([parent.base, Buffer.from("/"), name]), directoryFlags);
    const fallback = join(parent.base.toString(), name.toString());
    return this.#keep(path.toString("latin1"), descriptor, fallback);
  }

  #keep(key: string, descriptor: number, fallback: string): Handle {
    const base = Buffer.from(onLinux ? `/proc/self/fd/${descriptor}` : fallback);
    const handle: Handle = { descriptor, base };
    this.#handles.set(key, handle);
    for (const [oldKey, old] of this.#handles) {
      if (this.#handles.size <= this.#limit) break;
      if (old === handle) continue;
      closeSync(old.descriptor);
      this.#handles.delete(oldKey);
    }
    return handle;
  }
}
