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
    // Where the own table demands a structure and did not find it, a bare signature is no news.
    return id !== null && typeRegistry.get(id)?.row.check === undefined ? id : null;
  } catch {
    // The package throws on some truncated structures; that is the same as no opinion.
    return null;
  }
}
