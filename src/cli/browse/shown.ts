/** Which entries a listing leaves out as long as not everything is asked for. */
import type { FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { findings as kinds } from "../../../native-free/model/findings.ts";

/**
 * What the file system keeps for itself is left out; not where it is deleted, and not where something is odd about it: a label that has a
 * content may be a file that somebody hides. Asking for the findings may take a look at the whole volume, once.
 */
export function isHousekeeping(entry: FileSystemEntry): boolean {
  if (entry.kind !== "metadata" || entry.nameClaim === "deleted") return false;
  return entry.findings.every(({ code }) => kinds[code]?.severity === "note");
}
