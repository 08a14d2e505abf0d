/**
 * OLE compound files of all kinds that have no reader of their own (MS-CFB 8.0): each stream is a child, summary fields and
 * macro source are read, packaged files come out as what they were. Encrypted Office packages are opened with the
 * passwords of the case, pictures of Thumbs.db get their names and times, names of installer tables are decoded. Not read:
 * tables of installers, shapes of drawings and publications, which are searched as strings.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { childOf } from "../../compound/child-of.ts";
import { type Compound, type CompoundEntry, openCompound } from "../../compound/compound.ts";
import { baseName, readOlePackage } from "../../compound/ole-package.ts";
import { isSummaryStream, summaryExtractions } from "../../compound/summary-fields.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { vbaExtractions, vbaStreams } from "../../vba/project.ts";
import { readEncryptedPackage } from "./encrypted-package.ts";
import { readHangul } from "./hangul.ts";
import { isInstaller, readInstallerStrings, tableName } from "./installer.ts";
import { readThumbnails } from "./thumbnails.ts";

export const compoundContainer: Extractor = {
  id: "compound",
  family: "container",
  name: "OLE compound file",
  spec: "MS-CFB 8.0",
  level: "partial",
  types: ["ole", "msi", "vsd", "pub", "wps", "hwp", "mpp", "stardoc", "jumplist", "thumbs-db", "ooxml-encrypted"],
  extract: (source, context) => extractCompound(source, context),
};

async function* extractCompound(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const compound = openCompound(source);
  yield* summaryExtractions(compound);
  const read = new Set<CompoundEntry>();
  if (compound.find("EncryptedPackage")) yield* readEncryptedPackage(compound, context, read);
  yield* vbaExtractions(compound);
  for (const entry of vbaStreams(compound)) read.add(entry);
  yield* readThumbnails(compound, read);
  yield* readHangul(compound, context, read);
  if (isInstaller(compound)) yield* readInstallerStrings(compound, context);
  for (const entry of compound.entries) {
    if (entry.kind !== "stream" || read.has(entry) || isSummaryStream(entry.path)) continue;
    yield* readStream(compound, entry);
  }
  yield* damageOf(compound);
}

/** What was noted on the way, with the status that follows from it. */
function* damageOf(compound: Compound): Generator<Extraction> {
  const notes = compound.takeFindings();
  for (const note of notes) yield { what: "finding", finding: note };
  if (notes.length > 0) yield { what: "status", status: "partial", reason: "damaged" };
}

function* readStream(compound: Compound, entry: CompoundEntry): Generator<Extraction> {
  const stream = compound.open(entry);
  const key = `entry:${entry.index}`;
  const packed = entry.name === "\u0001Ole10Native" ? readOlePackage(stream) : null;
  if (packed) {
    const path = packed.path || packed.temporaryPath;
    if (path !== "") yield { what: "field", name: "originalPath", value: path, source: "ole-package" };
    yield { what: "child", child: childOf(key, baseName(path) || packed.label, packed.data) };
    return;
  }
  const findings = entry.state === "listed" ? [] : [finding("compound/unlisted", { state: entry.state })];
  const name = entry.path.split("/").map(tableName).join("/");
  yield { what: "child", child: childOf(key, name, stream, { origin: "entry", findings }) };
}
