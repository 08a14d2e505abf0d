/**
 * Objects that are embedded in a compound document, each a storage (MS-OLEDS 2.3): packaged files, documents of newer
 * formats in one stream, and documents that are compound files themselves, which are rebuilt as such.
 */
import type { Extraction } from "../model/extraction.ts";
import type { ItemTime } from "../model/item.ts";
import { childOf } from "./child-of.ts";
import type { Compound, CompoundEntry } from "./compound.ts";
import { fileTimeText } from "./file-time.ts";
import { baseName, readOlePackage } from "./ole-package.ts";
import { rebuildStorage } from "./rebuild.ts";

/** Times of a storage; streams have none. */
export function timesOf(entry: CompoundEntry): ItemTime[] {
  const times: ItemTime[] = [];
  const [created, modified] = [fileTimeText(entry.created), fileTimeText(entry.modified)];
  if (created !== null) times.push({ kind: "b", value: created, zone: "utc", source: "compound" });
  if (modified !== null) times.push({ kind: "m", value: modified, zone: "utc", source: "compound" });
  return times;
}

/** Streams that hold a whole document of another format. */
const wholeStreams = ["Package", "CONTENTS", "EmbeddedOdf"];

/** What a storage of an object holds. `name` is used where the object has none of its own. */
export function* embeddedObject(
  compound: Compound,
  storage: CompoundEntry,
  name = storage.name,
): Generator<Extraction> {
  const key = `entry:${storage.index}`;
  const within = (stream: string): CompoundEntry | null =>
    compound.childrenOf(storage).find((entry) => entry.kind === "stream" && entry.name === stream) ?? null;
  const native = within("\u0001Ole10Native");
  const packed = native && readOlePackage(compound.open(native));
  const times = timesOf(storage);
  if (packed) {
    const path = packed.path || packed.temporaryPath;
    if (path !== "") yield { what: "field", name: "originalPath", value: path, source: "ole-package" };
    const shown = baseName(packed.path) || packed.label || name;
    yield { what: "child", child: childOf(key, shown, packed.data, { times }) };
    return;
  }
  const whole = wholeStreams.map(within).find((entry) => entry !== null && entry.size > 0);
  if (whole) {
    yield { what: "child", child: childOf(key, name, compound.open(whole), { times }) };
    return;
  }
  const rebuilt = rebuildStorage(compound, storage);
  if (rebuilt) yield { what: "child", child: childOf(key, name, rebuilt, { times }) };
}
