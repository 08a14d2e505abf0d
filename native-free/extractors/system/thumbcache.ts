/**
 * Windows thumbnail caches (thumbcache_*.db of Vista to 11): every picture is a child under the identifier that the file has
 * in the search index. Layout after libyal, "Windows Explorer Thumbnail Cache database format". Not read: the index beside it.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { u32 } from "../../bytes/struct.ts";
import { wide } from "../../bytes/field-types.ts";
import { struct } from "../../bytes/struct.ts";
import type { Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { ByteReader } from "../byte-reader.ts";
import { stretchChild } from "../part-child.ts";

export const thumbcacheExtractor: Extractor = {
  id: "thumbcache",
  family: "extractor",
  name: "Windows thumbnail cache: its pictures",
  spec: "Windows Explorer Thumbnail Cache database format (libyal)",
  level: "complete",
  types: ["thumbcache"],
  extract: extractCache,
};

const mark = "CMMM";
const entryHead = { mark: [0, u32], entryBytes: [4, u32], hash: [8, wide] } as const;
/** By version: Vista has the extension before the sizes, Windows 8 and later the dimensions behind them. */
const vista = struct("thumbcache.entryVista", 56, {
  ...entryHead,
  nameBytes: [24, u32],
  paddingBytes: [28, u32],
  dataBytes: [32, u32],
});
const seven = struct("thumbcache.entrySeven", 48, {
  ...entryHead,
  nameBytes: [16, u32],
  paddingBytes: [20, u32],
  dataBytes: [24, u32],
});
const later = struct("thumbcache.entry", 56, {
  ...entryHead,
  nameBytes: [16, u32],
  paddingBytes: [20, u32],
  dataBytes: [24, u32],
});
const mostEntries = 1_000_000;

async function* extractCache(source: ByteSource): AsyncGenerator<Extraction> {
  const reader = new ByteReader(source, true, "system/damaged", "thumbnail cache");
  const version = reader.u32(4);
  const layout = version <= 0x14 ? vista : version === 0x15 ? seven : later;
  const cursor = layout.cursor();
  // From Windows 8 on one more number stands before it.
  let at = reader.u32(version >= 0x1e ? 16 : 12);
  if (at < 24 || at > source.size) at = version >= 0x1e ? 28 : 24;
  for (let count = 0; count < mostEntries && at + layout.size <= source.size; count++) {
    const entry = cursor.over(reader.bytes(at, layout.size));
    if (reader.latin1(at, 4) !== mark || entry.entryBytes < layout.size) {
      // What is not used yet is zero.
      if (entry.mark === 0) return;
      yield {
        what: "finding",
        finding: finding("system/damaged", { what: "cache entry" }, { offset: at, length: null }),
      };
      yield { what: "status", status: "partial", reason: "damaged" };
      return;
    }
    const { nameBytes, paddingBytes, dataBytes } = entry;
    const dataAt = at + layout.size + nameBytes + paddingBytes;
    const name = nameBytes > 0 && nameBytes <= 1024 ? reader.wideText(at + layout.size, nameBytes) : "";
    if (dataBytes > 0 && dataAt < source.size) {
      const child = stretchChild(source, `entry/${at}`, name || `entry at ${at}`, dataAt, dataBytes, {
        origin: "entry",
      });
      yield { what: "child", child };
    } else if (name !== "") yield { what: "text", label: "entries without a picture", text: `${name}\n` };
    at += entry.entryBytes;
  }
}
