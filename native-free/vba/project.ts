/**
 * Visual Basic projects in a compound file (MS-OVBA 2.3): names and source text of the modules. Where the list of modules is
 * damaged, every stream of the project is searched for compressed source. Not supported: compiled code whose source was
 * removed, and the layout of forms.
 */
import { Buffer } from "node:buffer";
import { type ByteSource, readWhole } from "../bytes/byte-source.ts";
import { decodeCodePage } from "../compound/code-page.ts";
import type { Compound, CompoundEntry } from "../compound/compound.ts";
import type { Extraction } from "../model/extraction.ts";
import { finding } from "../model/findings.ts";
import { decompressVba } from "./decompress.ts";

interface Module {
  readonly name: string;
  readonly stream: string;
  readonly offset: number;
}

const mostStreamBytes = 32 << 20;
const mostSourceBytes = 16 << 20;
/** How compressed source begins: a flag byte, then "Attribut" as literals (MS-OVBA 2.3.4.3 begins with attributes). */
const sourceMark = Buffer.from("\0Attribut", "latin1");

/** Storages `VBA` of the projects in the file, wherever they stand. */
function projectsOf(compound: Compound): CompoundEntry[] {
  return compound.entries.filter(
    ({ kind, state, name }) => kind === "storage" && state === "listed" && name.toUpperCase() === "VBA",
  );
}

/** Streams of the projects, which need no reading besides. */
export function vbaStreams(compound: Compound): Set<CompoundEntry> {
  return new Set(projectsOf(compound).flatMap((storage) => [...compound.childrenOf(storage)]));
}

/** Each module as a field `macro` and its source as text under the label `macro NAME`. */
export function* vbaExtractions(compound: Compound): Generator<Extraction> {
  for (const storage of projectsOf(compound)) yield* readProject(compound, storage);
}

function* readProject(compound: Compound, storage: CompoundEntry): Generator<Extraction> {
  const streams = compound.childrenOf(storage).filter(({ kind }) => kind === "stream");
  const byName = new Map(streams.map((entry) => [entry.name.toLowerCase(), entry]));
  const directory = byName.get("dir");
  const { modules, codePage } = readModules(directory ? readStream(compound.open(directory)) : null);
  const done = new Set<CompoundEntry | undefined>([directory, byName.get("_vba_project")]);
  let lost = modules.length === 0 && streams.length > 0 ? 1 : 0;
  for (const module of modules) {
    const entry = byName.get(module.stream.toLowerCase());
    const bytes = entry ? readStream(compound.open(entry)) : null;
    done.add(entry);
    const source = bytes && sourceOf(bytes, module.offset);
    yield { what: "field", name: "macro", value: module.name, source: "vba" };
    if (source) yield textOf(module.name, decodeCodePage(source, codePage));
    else lost++;
  }
  for (const entry of streams) {
    if (done.has(entry) || /^__SRP_/i.test(entry.name)) continue;
    const bytes = readStream(compound.open(entry));
    const source = bytes && sourceOf(bytes, -1);
    if (!source) continue;
    yield { what: "field", name: "macro", value: entry.name, source: "vba-unlisted" };
    yield textOf(entry.name, decodeCodePage(source, codePage));
  }
  if (lost > 0) {
    yield { what: "finding", finding: finding("vba/source-lost", { modules: lost }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
}

function textOf(name: string, text: string): Extraction {
  return { what: "text", text, label: `macro ${name}` };
}

const readStream = (stream: ByteSource): Uint8Array | null => readWhole(stream, mostStreamBytes);

/** At the declared place, else where compressed source begins; null where there is none. */
function sourceOf(bytes: Uint8Array, offset: number): Uint8Array | null {
  const declared = offset >= 0 ? decompressVba(bytes, offset, mostSourceBytes) : null;
  if (declared && declared.length > 0) return declared;
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(sourceMark);
  return at < 3 ? null : decompressVba(bytes, at - 3, mostSourceBytes);
}

/** Records of the stream `dir` that matter here (MS-OVBA 2.3.4.2). */
const id = {
  codePage: 0x0003,
  version: 0x0009,
  moduleName: 0x0019,
  streamName: 0x001a,
  moduleEnd: 0x002b,
  offset: 0x0031,
  streamNameWide: 0x0032,
  moduleNameWide: 0x0047,
} as const;

function readModules(packed: Uint8Array | null): { modules: Module[]; codePage: number } {
  const bytes = packed && decompressVba(packed, 0, mostSourceBytes);
  const modules: Module[] = [];
  let codePage = 1252;
  if (!bytes) return { modules, codePage };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [name, stream, offset] = ["", "", -1];
  for (let at = 0; at + 6 <= bytes.length;) {
    const kind = view.getUint16(at, true);
    // The version's record is two bytes longer than its size says.
    const size = kind === id.version ? 6 : view.getUint32(at + 2, true);
    const data = bytes.subarray(at + 6, at + 6 + size);
    at += 6 + size;
    if (kind === id.codePage && size === 2) codePage = data[0]! | ((data[1] ?? 0) << 8);
    else if (kind === id.moduleName) [name, stream, offset] = [decodeCodePage(data, codePage), "", -1];
    else if (kind === id.moduleNameWide) name = wide(data) || name;
    else if (kind === id.streamName) stream = decodeCodePage(data, codePage);
    else if (kind === id.streamNameWide) stream = wide(data) || stream;
    else if (kind === id.offset && data.length >= 4)
      offset = data[0]! + data[1]! * 2 ** 8 + data[2]! * 2 ** 16 + data[3]! * 2 ** 24;
    else if (kind === id.moduleEnd && name !== "") {
      modules.push({ name, stream: stream || name, offset });
      [name, stream, offset] = ["", "", -1];
    }
  }
  return { modules, codePage };
}

const wide = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf16le").toWellFormed();
