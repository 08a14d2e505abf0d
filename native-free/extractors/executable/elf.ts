/**
 * ELF programs and libraries: System V gABI chapters 4 and 5. Machine, needed libraries, own name, search paths, build id,
 * symbols of the dynamic table (of the ordinary one where there is no other), compiler's comment. Not read: versions of
 * symbols, DWARF; symbols of a file without section headers.
 */
import type { Extraction } from "../../model/extraction.ts";
import { type ProgramRun, textField } from "./program-run.ts";

const machines: Readonly<Record<number, string>> = {
  2: "SPARC",
  3: "x86",
  4: "68000",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC 64",
  22: "S/390",
  40: "ARM",
  42: "SuperH",
  43: "SPARC V9",
  50: "Itanium",
  62: "x86-64",
  83: "AVR",
  94: "Xtensa",
  183: "ARM64",
  243: "RISC-V",
  247: "BPF",
  258: "LoongArch",
};
const loaded = 1;
const dynamic = 2;
const notes = 4;
const sectionSymbols = 2;
const sectionDynamicSymbols = 11;
const mostEntries = 65_536;
const mostSymbols = 1 << 20;

interface Segment {
  readonly type: number;
  readonly at: number;
  readonly address: number;
  readonly size: number;
}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly at: number;
  readonly size: number;
  readonly link: number;
}

export async function* elfExtractions(run: ProgramRun): AsyncGenerator<Extraction> {
  const { reader } = run;
  const wide = reader.u8(4) === 2;
  reader.little = reader.u8(5) === 1;
  const machine = reader.u16(18);
  yield* textField("machine", machines[machine] ?? `ELF machine ${machine}`, "header");
  let segments: Segment[] = [];
  yield* run.part("segments", function* read() {
    segments = readSegments(run, wide);
    yield* dynamicFields(run, segments, wide);
    for (const segment of segments) if (segment.type === notes) yield* buildId(run, segment.at, segment.size);
  });
  yield* run.part("sections", () => sectionFields(run, wide));
}

function readSegments({ reader }: ProgramRun, wide: boolean): Segment[] {
  const start = wide ? reader.u64(32) : reader.u32(28);
  const size = reader.u16(wide ? 54 : 42);
  const count = start === 0 ? 0 : reader.u16(wide ? 56 : 44);
  return Array.from({ length: count }, (_, index) => {
    const at = start + size * index;
    return wide
      ? { type: reader.u32(at), at: reader.u64(at + 8), address: reader.u64(at + 16), size: reader.u64(at + 32) }
      : { type: reader.u32(at), at: reader.u32(at + 4), address: reader.u32(at + 8), size: reader.u32(at + 16) };
  });
}

const dynamicNames = { 1: "importedLibrary", 14: "internalName", 15: "custom", 29: "custom" } as const;
const stringTableTag = 5;

function* dynamicFields(run: ProgramRun, segments: readonly Segment[], wide: boolean): Generator<Extraction> {
  const { reader } = run;
  const segment = segments.find(({ type }) => type === dynamic);
  if (!segment) return;
  const tags: [tag: number, value: number][] = [];
  const width = wide ? 8 : 4;
  const end = Math.min(segment.at + segment.size, run.source.size);
  for (let at = segment.at; at + 2 * width <= end && tags.length < mostEntries; at += 2 * width) {
    const [tag, value] = wide ? [reader.u64(at), reader.u64(at + 8)] : [reader.u32(at), reader.u32(at + 4)];
    if (tag === 0) break;
    tags.push([tag, value]);
  }
  const strings = offsetOf(segments, tags.find(([tag]) => tag === stringTableTag)?.[1] ?? -1);
  for (const [tag, value] of tags) {
    const field = dynamicNames[tag as keyof typeof dynamicNames];
    if (!field || strings < 0) continue;
    const text = reader.text(strings + value, 1024);
    yield* textField(field, field === "custom" ? `library path = ${text}` : text, "dynamic section");
  }
}

function offsetOf(segments: readonly Segment[], address: number): number {
  const found = segments.find(
    (each) => each.type === loaded && address >= each.address && address < each.address + each.size,
  );
  return found ? found.at + address - found.address : -1;
}

/** Notes: length of the name, of the value, kind; both padded to four bytes. */
function* buildId(run: ProgramRun, start: number, size: number): Generator<Extraction> {
  const { reader } = run;
  const end = Math.min(start + size, run.source.size);
  for (let at = start, count = 0; at + 12 <= end && count < 256; count++) {
    const [nameBytes, valueBytes, kind] = [reader.u32(at), reader.u32(at + 4), reader.u32(at + 8)];
    const valueAt = at + 12 + ((nameBytes + 3) & ~3);
    if (kind === 3 && nameBytes === 4 && valueBytes <= 64 && reader.latin1(at + 12, 3) === "GNU") {
      yield* textField("documentId", Buffer.from(reader.bytes(valueAt, valueBytes)).toString("hex"), "build id");
    }
    at = valueAt + ((valueBytes + 3) & ~3);
  }
}

function* sectionFields(run: ProgramRun, wide: boolean): Generator<Extraction> {
  const { reader } = run;
  const start = wide ? reader.u64(40) : reader.u32(32);
  const entry = reader.u16(wide ? 58 : 46);
  const count = start === 0 ? 0 : reader.u16(wide ? 60 : 48);
  const sections = Array.from({ length: count }, (_, index): Section => {
    const at = start + entry * index;
    const [name, type] = [reader.u32(at), reader.u32(at + 4)];
    return wide
      ? { name, type, at: reader.u64(at + 24), size: reader.u64(at + 32), link: reader.u32(at + 40) }
      : { name, type, at: reader.u32(at + 16), size: reader.u32(at + 20), link: reader.u32(at + 24) };
  });
  const names = sections[reader.u16(wide ? 62 : 50)];
  const comment =
    names && sections.find(({ name, type }) => type === 1 && reader.text(names.at + name, 16) === ".comment");
  if (comment) {
    const text = reader
      .latin1(comment.at, Math.min(comment.size, 4096))
      .split("\0")
      .filter((each) => each !== "");
    for (const each of new Set(text)) yield* textField("software", each, ".comment");
  }
  const symbols =
    sections.find(({ type }) => type === sectionDynamicSymbols) ?? sections.find(({ type }) => type === sectionSymbols);
  const strings = symbols && sections[symbols.link];
  if (symbols && strings) yield* symbolFields(run, symbols, strings, wide);
}

/** Global symbols without a section come from elsewhere, the others are offered. */
function* symbolFields(run: ProgramRun, symbols: Section, strings: Section, wide: boolean): Generator<Extraction> {
  const { reader } = run;
  const size = wide ? 24 : 16;
  const count = Math.min(mostSymbols, Math.floor(symbols.size / size));
  for (let index = 1; index < count && !run.isFull; index++) {
    const at = symbols.at + size * index;
    const info = reader.u8(at + (wide ? 4 : 12));
    const section = reader.u16(at + (wide ? 6 : 14));
    const isFunction = (info & 15) <= 2 || (info & 15) === 10;
    if (info >> 4 === 0 || !isFunction) continue;
    const name = reader.text(strings.at + reader.u32(at), 512);
    yield* run.name(section === 0 ? "importedFunction" : "exportedFunction", name, "symbols");
  }
}
