/**
 * Extended attributes, which Node does not read: Linux `llistxattr` and `lgetxattr` through the optional package koffi
 * (attr(5), acl(5): POSIX ACLs are the attributes `system.posix_acl_access` and `_default`). Elsewhere, or without the
 * package, the answer says why they are not recorded.
 */
import { createRequire } from "node:module";

export interface ExtendedAttribute {
  /** Name with its name space, for example `user.comment`. */
  readonly name: string;
  readonly value: Uint8Array;
}

export interface AttributeReader {
  /** Attributes of the entry itself, links not followed, in name order. Throws an error with the system's `code`. */
  read(systemPath: Uint8Array): ExtendedAttribute[];
}

/** Why attributes cannot be read on this machine: goes into the manifest as `not recorded`. */
export type AttributesUnavailable = "platform" | "no-native-calls";

type ListCall = (path: Uint8Array, list: Uint8Array, size: number) => number;
type GetCall = (path: Uint8Array, name: string, value: Uint8Array, size: number) => number;

interface Koffi {
  load(library: string): { func(prototype: string): unknown };
  errno(): number;
  os: { errno: Record<string, number> };
}

const zero = Buffer.from([0]);

/** A reader, or the reason why there is none. */
export function openAttributeReader(): AttributeReader | AttributesUnavailable {
  if (process.platform !== "linux") return "platform";
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    return "no-native-calls";
  }
  // glibc first, then musl's name for the same calls.
  for (const library of ["libc.so.6", "libc.so"]) {
    try {
      const c = koffi.load(library);
      const list = c.func("int64_t llistxattr(const uint8_t *path, _Out_ uint8_t *list, size_t size)") as ListCall;
      const get = c.func(
        "int64_t lgetxattr(const uint8_t *path, const char *name, _Out_ uint8_t *value, size_t size)",
      ) as GetCall;
      return new LinuxAttributes(koffi, list, get);
    } catch {
      continue;
    }
  }
  return "no-native-calls";
}

class LinuxAttributes implements AttributeReader {
  readonly #koffi: Koffi;
  readonly #list: ListCall;
  readonly #get: GetCall;
  #buffer = Buffer.alloc(256);

  constructor(koffi: Koffi, list: ListCall, get: GetCall) {
    this.#koffi = koffi;
    this.#list = list;
    this.#get = get;
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
      const errno = this.#koffi.errno();
      const codes = this.#koffi.os.errno;
      if (errno === codes.ERANGE && this.#buffer.length < 1 << 20) {
        this.#buffer = Buffer.alloc(this.#buffer.length * 4);
        continue;
      }
      if (errno === codes.EOPNOTSUPP || errno === codes.ENOTSUP || errno === codes.ENODATA) return 0;
      const name = Object.keys(codes).find((key) => codes[key] === errno) ?? `errno ${errno}`;
      throw Object.assign(new Error(name), { code: name });
    }
  }
}
