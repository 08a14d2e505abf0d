/** The resource tree (Microsoft PE/COFF, ".rsrc"): version, manifest, strings, dialogs and menus, icons, files. */
import { MemorySource } from "../../bytes/byte-source.ts";
import { addToHistogram, entropyOf } from "../../typing/entropy.ts";
import type { Extraction } from "../../model/extraction.ts";
import { bytesChild } from "../part-child.ts";
import { extractStrings } from "../strings.ts";
import { offsetOf, type PeImage } from "./pe-image.ts";
import type { ProgramRun } from "./program-run.ts";
import { versionExtractions } from "./pe-version.ts";

interface Resource {
  readonly type: number | string;
  readonly id: number | string;
  readonly language: number;
  readonly at: number;
  readonly size: number;
}

const mostResources = 20_000;
const longestResource = 64 << 20;
const kinds = { icon: 3, menu: 4, dialog: 5, strings: 6, message: 11, iconGroup: 14, version: 16, manifest: 24 };
const stringsPerBlock = 16;

export async function* resourceExtractions(run: ProgramRun, image: PeImage): AsyncGenerator<Extraction> {
  const directory = image.directories[2];
  const root = directory?.address ? offsetOf(image, directory.address) : -1;
  if (root < 0) return;
  const resources = [...treeOf(run, image, root)];
  for (const resource of resources) {
    if (resource.size === 0 || resource.size > longestResource) continue;
    const bytes = run.reader.bytes(resource.at, resource.size);
    yield* resourceParts(resource, bytes, resources, run);
  }
}

/** Three levels: type, name, language; each node once. */
function* treeOf(run: ProgramRun, image: PeImage, root: number): Generator<Resource> {
  let left = mostResources;
  for (const [type, types] of entries(run, root, root)) {
    if (types < 0) continue;
    for (const [id, names] of entries(run, root, root + types)) {
      if (names < 0) continue;
      for (const [language, leaf] of entries(run, root, root + names)) {
        if (left-- <= 0) return;
        if (leaf >= 0) continue;
        const entry = root + ~leaf;
        const at = offsetOf(image, run.reader.u32(entry));
        const size = run.reader.u32(entry + 4);
        if (at >= 0) yield { type, id, language: Number(language) || 0, at, size };
      }
    }
  }
}

/** Name or number, and the offset of the node below; of a leaf the complement of its offset. */
function* entries(run: ProgramRun, root: number, at: number): Generator<[number | string, number]> {
  const { reader } = run;
  const count = Math.min(mostResources, reader.u16(at + 12) + reader.u16(at + 14));
  for (let index = 0; index < count; index++) {
    const name = reader.u32(at + 16 + 8 * index);
    const below = reader.u32(at + 20 + 8 * index);
    yield [
      name >= 0x8000_0000 ? nameAt(run, root + (name & 0x7fff_ffff)) : name,
      below >= 0x8000_0000 ? below & 0x7fff_ffff : ~below,
    ];
  }
}

function nameAt(run: ProgramRun, at: number): string {
  return run.reader.wideText(at + 2, 2 * Math.min(256, run.reader.u16(at)));
}

async function* resourceParts(
  resource: Resource,
  bytes: Uint8Array,
  all: readonly Resource[],
  run: ProgramRun,
): AsyncGenerator<Extraction> {
  const { type, id, language } = resource;
  if (type === kinds.version) yield* versionExtractions(bytes);
  else if (type === kinds.manifest) yield* textOf(plain(bytes), "manifest");
  else if (type === kinds.strings) yield* textOf(stringTable(bytes), "string table");
  else if (type === kinds.dialog) yield* textOf(wideRuns(bytes), "dialog");
  else if (type === kinds.menu) yield* textOf(wideRuns(bytes), "menu");
  else if (type === kinds.message) yield* textOf(wideRuns(bytes), "messages");
  else if (type === kinds.iconGroup) {
    const icon = iconFile(bytes, language, all, run);
    if (icon) yield { what: "child", child: bytesChild(`icon/${id}/${language}`, `icon ${id}.ico`, icon) };
  } else if (type !== kinds.icon && bytes.length >= 64) {
    const { identify } = await import("../../typing/index.ts");
    const found = await identify(new MemorySource(bytes));
    if (found.certainty === "none") return;
    const extension = found.extensions[0] ?? "bin";
    yield {
      what: "child",
      child: bytesChild(`resource/${type}/${id}/${language}`, `resource ${type} ${id}.${extension}`, bytes),
    };
  }
}

function* textOf(text: string, label: string): Generator<Extraction> {
  if (text.trim() !== "") yield { what: "text", label, text: `${text.trimEnd()}\n` };
}

function plain(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? "utf-16le" : "utf-8").decode(bytes);
}

/** Blocks of sixteen, each with its length in units before it. */
function stringTable(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: string[] = [];
  for (let at = 0, index = 0; index < stringsPerBlock && at + 2 <= bytes.length; index++) {
    const length = 2 * view.getUint16(at, true);
    const text = Buffer.from(bytes.subarray(at + 2, at + 2 + length)).toString("utf16le");
    if (text.trim() !== "") lines.push(text.toWellFormed());
    at += 2 + length;
  }
  return lines.join("\n");
}

const wideRuns = (bytes: Uint8Array): string =>
  [...extractStrings(new MemorySource(bytes), { minLength: 3 })].join("").replaceAll("&", "");

/** The icon as a file of its own: the group's entries end in an id, those of a file in an offset. */
function iconFile(group: Uint8Array, language: number, all: readonly Resource[], run: ProgramRun): Uint8Array | null {
  const entriesOf = Buffer.from(group);
  const count =
    entriesOf.length < 6 ? 0 : Math.min(entriesOf.readUInt16LE(4), Math.floor((entriesOf.length - 6) / 14), 64);
  const found = Array.from({ length: count }, (_, index) => {
    const entry = entriesOf.subarray(6 + 14 * index, 20 + 14 * index);
    const id = entry.readUInt16LE(12);
    const images = all.filter((each) => each.type === kinds.icon && each.id === id && each.size <= longestResource);
    const image = images.find((each) => each.language === language) ?? images[0];
    return image ? { entry, bytes: run.reader.bytes(image.at, image.size) } : null;
  }).filter((each) => each !== null);
  if (found.length === 0) return null;
  const head = Buffer.alloc(6 + 16 * found.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(found.length, 4);
  let at = head.length;
  for (const [index, { entry, bytes }] of found.entries()) {
    entry.copy(head, 6 + 16 * index, 0, 8);
    head.writeUInt32LE(bytes.length, 14 + 16 * index);
    head.writeUInt32LE(at, 18 + 16 * index);
    at += bytes.length;
  }
  return Buffer.concat([head, ...found.map(({ bytes }) => bytes)]);
}

const windowBytes = 1 << 20;

/** A line per section: name, bytes, entropy in bits per byte, as packed and encrypted code shows it. */
export function* sectionText(run: ProgramRun, image: PeImage): Generator<Extraction> {
  const lines = image.sections.map(({ name, at, bytes, memoryBytes }) => {
    const histogram = new Float64Array(256);
    const end = Math.min(at + bytes, run.source.size);
    for (let place = at; place < end; place += windowBytes) {
      addToHistogram(histogram, run.reader.bytes(place, Math.min(windowBytes, end - place)));
    }
    return `${name}\t${bytes}\t${memoryBytes}\t${entropyOf(histogram, Math.max(0, end - at))}`;
  });
  // eslint-disable-next-line no-control-regex
  const text = lines.join("\n").replaceAll(/[\u0000-\u0008\u000b-\u001f]/g, "");
  if (text !== "") yield { what: "text", label: "sections", text: `${text}\n` };
}
