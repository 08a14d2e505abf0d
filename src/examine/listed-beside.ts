/** The files of a folder that is listed rather than read from the system: of a container of files, of a file system in an image. */
import type { ByteSource } from "../../native-free/bytes/byte-source.ts";
import type { Beside } from "../../native-free/model/extraction.ts";
import { isMachineFault } from "../../workers/machine-fault.ts";
import { keptNames } from "./folder-beside.ts";

/** Files by name, each with what opens it. */
export type ListedFiles = ReadonlyMap<string, () => ByteSource | null>;

/** `list` is asked when a reader first looks beside the content; what it throws means that nothing is there. */
export function listedBeside(self: string, list: () => ListedFiles): Beside {
  let files: ListedFiles | null = null;
  const listed = () => (files ??= guarded(list) ?? new Map());
  return {
    self,
    names: () => [...listed().keys()].sort((a, b) => (a < b ? -1 : 1)).slice(0, keptNames),
    open: (name) => guarded(() => listed().get(name)?.() ?? null),
  };
}

/** Damage of what lies beside is found where that is examined itself. */
function guarded<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isMachineFault(error)) throw error;
    return null;
  }
}
