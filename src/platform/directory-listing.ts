/**
 * Names of a directory through its open descriptor, without moving its access time: `getdents64` of Linux (getdents64(2)).
 * Node can only list by path, which opens the directory again without O_NOATIME.
 */
import { nativeLibrary, type NativeLibrary } from "./native-calls.ts";

type ListCall = (descriptor: number, entries: Uint8Array, size: number) => number;

type SeekCall = (descriptor: number, offset: number, whence: number) => number;

/** struct linux_dirent64: u64 inode, s64 offset, u16 record length, u8 type, then the name with a zero byte. */
const lengthAt = 16;
const typeAt = 18;
const nameAt = 19;
/** DT_UNKNOWN: the file system does not say; DT_DIR. */
const unknownType = 0;
const directoryType = 4;
const bufferBytes = 64 * 1024;

export interface ListedName {
  readonly name: Buffer;
  /** False only where the directory itself says that it is none: a hint that saves a call, never a fact for the record. */
  readonly mayBeDirectory: boolean;
}

export interface DirectoryLister {
  /** Names but `.` and `..`, unsorted. Throws an error with the system's `code`. */
  list(descriptor: number): ListedName[];
}

/** Null where the call cannot be had. */
export function openDirectoryLister(): DirectoryLister | null {
  const library = nativeLibrary();
  if (typeof library === "string") return null;
  try {
    return new LinuxDirectories(library);
  } catch {
    // A C library older than the wrapper (glibc 2.30): the caller lists by path and says so.
    return null;
  }
}

class LinuxDirectories implements DirectoryLister {
  readonly #library: NativeLibrary;
  readonly #call: ListCall;
  readonly #seek: SeekCall;
  readonly #buffer = Buffer.alloc(bufferBytes);

  constructor(library: NativeLibrary) {
    this.#library = library;
    this.#call = library.func("int64_t getdents64(int fd, _Out_ uint8_t *entries, size_t size)") as ListCall;
    this.#seek = library.func("int64_t lseek(int fd, int64_t offset, int whence)") as SeekCall;
  }

  list(descriptor: number): ListedName[] {
    this.#seek(descriptor, 0, 0);
    const names: ListedName[] = [];
    for (;;) {
      const filled = Number(this.#call(descriptor, this.#buffer, this.#buffer.length));
      if (filled < 0) {
        const code = this.#library.errorName();
        throw Object.assign(new Error(code), { code });
      }
      if (filled === 0) return names;
      for (let at = 0; at < filled;) {
        const next = at + this.#buffer.readUInt16LE(at + lengthAt);
        const name = this.#buffer.subarray(at + nameAt, this.#buffer.indexOf(0, at + nameAt));
        const type = this.#buffer[at + typeAt];
        const mayBeDirectory = type === directoryType || type === unknownType;
        if (!isDots(name)) names.push({ name: Buffer.from(name), mayBeDirectory });
        at = next;
      }
    }
  }
}

function isDots(name: Buffer): boolean {
  return name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e));
}
