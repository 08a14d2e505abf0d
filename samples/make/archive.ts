/** ZIP archives with deflated members whose bytes are the same everywhere. */
import { zip, type ZipEntrySpec } from "../../test/fixtures/zip-writer.ts";
import { deflateFixed } from "./deflate.ts";

/** `zip` with our own DEFLATE wherever an entry asks for none in particular. Strings are UTF-8. */
export function steadyZip(entries: readonly ZipEntrySpec[]): Uint8Array {
  return zip(entries.map(withSteadyData));
}

function withSteadyData(entry: ZipEntrySpec): ZipEntrySpec {
  if (entry.method !== undefined || entry.data.length === 0) return entry;
  return { ...entry, packed: deflateFixed(Buffer.from(entry.data)) };
}

/** A package of named parts (OOXML, ODF): `stored` names stay uncompressed and come first. */
export function partsZip(
  parts: Readonly<Record<string, string | Uint8Array>>,
  stored: readonly string[] = [],
): Uint8Array {
  const names = [...stored, ...Object.keys(parts).filter((name) => !stored.includes(name))];
  return steadyZip(
    names.map((name) => ({ name, data: parts[name] ?? "", ...(stored.includes(name) ? { method: 0 } : {}) })),
  );
}
