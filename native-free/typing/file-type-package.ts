/** The package file-type (22) for what the own table does not know. Its answers are translated to ids of the registry. */
import { idForPackageExtension } from "./file-type-ids.ts";
import { typeRegistry } from "./registry.ts";
import type { TypeId } from "./type-row.ts";

/** Type id, or null where the package knows nothing either. Loads the package (40 ms) on first use. */
export async function identifyByPackage(head: Uint8Array): Promise<TypeId | null> {
  const { fileTypeFromBuffer } = await import("file-type");
  try {
    const found = await fileTypeFromBuffer(head);
    const id = found ? idForPackageExtension(found.ext) : null;
    const row = id === null ? undefined : typeRegistry.get(id)?.row;
    // Where the own table has a signature or demands a structure and did not find it, fewer bytes of the same are no news.
    return row && !row.check && !row.sig ? id : null;
  } catch {
    // The package throws on some truncated structures; that is the same as no opinion.
    return null;
  }
}
