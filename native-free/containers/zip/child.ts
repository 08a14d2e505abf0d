/** The child that a ZIP entry becomes. */
import type { Child } from "../../model/extraction.ts";
import type { ZipEntry } from "./entry.ts";

/** Named by the archive's directory, with its whole path as name. */
export function childOf(entry: ZipEntry, origin: Child["origin"] = "entry"): Child {
  const { key, name, kind, size, packedSize, times, findings, content } = entry;
  return { key, name, kind, origin, size, packedSize, times, findings, content };
}
