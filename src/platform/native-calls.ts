/** The C library through the optional package koffi, for the few calls that Node lacks. */
import { createRequire } from "node:module";

/** Why native calls cannot be had: goes into manifests as `not recorded`. */
export type NativeUnavailable = "platform" | "no-native-calls";

export interface NativeLibrary {
  /** A C function by its prototype in koffi's notation. Throws where the library has none of that name. */
  func(prototype: string): unknown;
  /** errno of the last call, by name (`ERANGE`); `errno 123` where it has none. */
  errorName(): string;
}

interface Koffi {
  load(library: string): { func(prototype: string): unknown };
  errno(): number;
  os: { errno: Record<string, number> };
}

let loaded: NativeLibrary | NativeUnavailable | undefined;

/** The C library of Linux, loaded once, or the reason why there is none. */
export function nativeLibrary(): NativeLibrary | NativeUnavailable {
  loaded ??= load();
  return loaded;
}

function load(): NativeLibrary | NativeUnavailable {
  if (process.platform !== "linux") return "platform";
  try {
    const koffi = createRequire(import.meta.url)("koffi") as Koffi;
    const library = loadFirst(koffi, ["libc.so.6", "libc.so"]);
    const names = new Map(Object.entries(koffi.os.errno).map(([name, code]) => [code, name]));
    return {
      func: (prototype) => library.func(prototype),
      errorName: () => names.get(koffi.errno()) ?? `errno ${koffi.errno()}`,
    };
  } catch {
    // Not installed, not made for this machine, or addons are refused: every caller says so in what it records.
    return "no-native-calls";
  }
}

/** glibc's name first, then musl's. */
function loadFirst(koffi: Koffi, [first, ...others]: readonly string[]): ReturnType<Koffi["load"]> {
  try {
    return koffi.load(first);
  } catch (error) {
    if (others.length === 0) throw error;
    return loadFirst(koffi, others);
  }
}
