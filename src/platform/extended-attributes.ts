/**
 * Extended attributes, which Node does not read: `llistxattr` and `lgetxattr` of Linux (attr(5), acl(5): POSIX ACLs are the
 * attributes `system.posix_acl_access` and `_default`).
 */
import { nativeLibrary, type NativeLibrary, type NativeUnavailable } from "./native-calls.ts";

export interface ExtendedAttribute {
  /** Name with its name space, for example `user.comment`. */
  readonly name: string;
  readonly value: Uint8Array;
}

export interface AttributeReader {
  /** Attributes of the entry itself, links not followed, in name order. Throws an error with the system's `code`. */
  read(systemPath: Uint8Array): ExtendedAttribute[];
}

type ListCall = (path: Uint8Array, list: Uint8Array, size: number) => number;
type GetCall = (path: Uint8Array, name: string, value: Uint8Array, size: number) => number;

const zero = Buffer.from([0]);

/** A reader, or the reason why there is none. */
export function openAttributeReader(): AttributeReader | NativeUnavailable {
  const library = nativeLibrary();
  return typeof library === "string" ? library : new LinuxAttributes(library);
}

class LinuxAttributes implements AttributeReader {
  readonly #library: NativeLibrary;
  readonly #list: ListCall;
  readonly #get: GetCall;
  #buffer = Buffer.alloc(256);

  constructor(library: NativeLibrary) {
    this.#library = library;
    const listing = "int64_t llistxattr(const uint8_t *path, _Out_ uint8_t *list, size_t size)";
    const getting = "int64_t lgetxattr(const uint8_t *path, const char *name, _Out_ uint8_t *value, size_t size)";
    this.#list = library.func(listing) as ListCall;
    this.#get = library.func(getting) as GetCall;
  }

  read(systemPath: Uint8Array): ExtendedAttribute[] {
    const path = Buffer.concat([systemPath, zero]);
    const length = this.#sized((buffer) => this.#list(path, buffer, buffer.length));
    if (length <= 0) return [];
    const names = this.#buffer.toString("utf8", 0, length).split("\0").filter(Boolean).sort();
    return names.map((name) => {
      const size = this.#sized((buffer) => this.#get(path, name, buffer, buffer.length));
      return { name, value: Uint8Array.from(this.#buffer.subarray(0, Math.max(0, size))) };
    });
  }

  /** Calls until the buffer is large enough (ERANGE); the kernel's bound is 64 KiB for lists and values. */
  #sized(call: (buffer: Buffer) => number): number {
    for (;;) {
      const length = Number(call(this.#buffer));
      if (length >= 0) return length;
      const code = this.#library.errorName();
      if (code === "ERANGE" && this.#buffer.length < 1 << 20) {
        this.#buffer = Buffer.alloc(this.#buffer.length * 4);
        continue;
      }
      if (code === "EOPNOTSUPP" || code === "ENOTSUP" || code === "ENODATA") return 0;
      throw Object.assign(new Error(code), { code });
    }
  }
}
