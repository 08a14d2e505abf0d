/** Names of other files as these images write them: paths of the machine that they were made on. */
import { lastParts } from "../parent-image.ts";

/** The name without folders and without `file:`; null where it is no file (a protocol, `json:`). Drive letters are folders. */
export function fileNameOf(written: string): string | null {
  const name = written.replace(/^file:(\/\/)?/i, "");
  return /^[a-z][a-z0-9+.-]+:/i.test(name) ? null : (lastParts([name])[0] ?? null);
}
