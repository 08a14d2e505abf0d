/**
 * Android: class names of Dalvik byte code (Android, "Dalvik Executable format") and binary XML as text, of an application's
 * manifest the package, version and permissions as fields (ResourceTypes.h of the Android sources).
 */
import type { Extraction } from "../../model/extraction.ts";
import { type ProgramRun, textField } from "./program-run.ts";

const mostClasses = 1 << 20;
const classBytes = 32;
const flushChars = 32_768;

/** `Lorg/example/Name;` is given as `org.example.Name`. */
export function* dexExtractions({ reader }: ProgramRun): Generator<Extraction> {
  reader.little = reader.u32(40) !== 0x7856_3412;
  const [strings, types] = [reader.u32(60), reader.u32(68)];
  const count = Math.min(mostClasses, reader.u32(96));
  const start = reader.u32(100);
  let text = "";
  for (let index = 0; index < count; index++) {
    const type = reader.u32(start + classBytes * index);
    const at = reader.u32(strings + 4 * reader.u32(types + 4 * type));
    // The length in units stands before the text, seven bits a byte.
    let from = at;
    for (let step = 0; step < 5 && reader.u8(from++) >= 0x80; step++);
    text += `${reader
      .text(from, 1024)
      .replace(/^L(.*);$/, "$1")
      .replaceAll("/", ".")}\n`;
    if (text.length < flushChars) continue;
    yield { what: "text", label: "classes", text };
    text = "";
  }
  if (text !== "") yield { what: "text", label: "classes", text };
}

const chunk = { strings: 1, start: 0x102, end: 0x103, characters: 0x104 };
const utf8Flag = 0x100;
const noString = 0xffff_ffff;
const valueKind = { reference: 1, text: 3, number: 0x10, hex: 0x11, truth: 0x12 };
const mostStrings = 1 << 20;
const mostChunks = 1 << 20;
const mostAttributes = 4096;
const attributeBytes = 20;

export function* axmlExtractions(run: ProgramRun): Generator<Extraction> {
  const { reader } = run;
  let pool: StringPool | null = null;
  let text = "";
  let at = reader.u16(2);
  for (let count = 0; count < mostChunks && at + 8 <= run.source.size; count++) {
    const kind = reader.u16(at);
    const size = reader.u32(at + 4);
    if (size < 8) reader.fail("binary XML");
    if (kind === chunk.strings && pool === null) pool = new StringPool(run, at);
    else if (kind === chunk.start && pool) {
      const element = readElement(run, pool, at);
      text += `${element.name}${element.attributes.map(([name, value]) => ` ${name}="${value}"`).join("")}\n`;
      yield* manifestFields(element);
    } else if (kind === chunk.characters && pool) text += `${pool.at(reader.u32(at + 16))}\n`;
    if (text.length > flushChars) {
      yield { what: "text", label: null, text };
      text = "";
    }
    at += size;
  }
  if (text !== "") yield { what: "text", label: null, text };
}

interface Element {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

function readElement({ reader }: ProgramRun, pool: StringPool, at: number): Element {
  const start = at + 16 + reader.u16(at + 24);
  const count = Math.min(mostAttributes, reader.u16(at + 28));
  const attributes = Array.from({ length: count }, (_, index): [string, string] => {
    const entry = start + attributeBytes * index;
    const data = reader.u32(entry + 16);
    const raw = reader.u32(entry + 8);
    const kind = reader.u8(entry + 15);
    const value = raw !== noString ? pool.at(raw) : kind === valueKind.text ? pool.at(data) : valueText(kind, data);
    return [pool.at(reader.u32(entry + 4)), value];
  });
  return { name: pool.at(reader.u32(at + 20)), attributes };
}

function valueText(kind: number, data: number): string {
  if (kind === valueKind.truth) return data === 0 ? "false" : "true";
  if (kind === valueKind.number) return String(data | 0);
  return `${kind === valueKind.reference ? "@" : ""}0x${data.toString(16)}`;
}

function* manifestFields({ name, attributes }: Element): Generator<Extraction> {
  const of = (wanted: string): string => attributes.find(([key]) => key === wanted)?.[1] ?? "";
  const source = "AndroidManifest";
  if (name === "manifest") {
    yield* textField("internalName", of("package"), source);
    yield* textField("productVersion", of("versionName"), source);
    yield* textField("fileVersion", of("versionCode"), source);
  }
  if (name === "uses-permission" && of("name") !== "") yield* textField("custom", `permission = ${of("name")}`, source);
  if (name === "application" && of("label") !== "") yield* textField("productName", of("label"), source);
}

/** Strings by number, UTF-8 or UTF-16, each with its length before it. */
class StringPool {
  readonly #run: ProgramRun;
  readonly #offsets: number;
  readonly #count: number;
  readonly #texts: number;
  readonly #isUtf8: boolean;

  constructor(run: ProgramRun, at: number) {
    const { reader } = run;
    this.#run = run;
    this.#count = Math.min(mostStrings, reader.u32(at + 8));
    this.#isUtf8 = (reader.u32(at + 16) & utf8Flag) !== 0;
    this.#offsets = at + reader.u16(at + 2);
    this.#texts = at + reader.u32(at + 20);
  }

  at(index: number): string {
    if (index >= this.#count) return "";
    const { reader } = this.#run;
    const at = this.#texts + reader.u32(this.#offsets + 4 * index);
    if (!this.#isUtf8) {
      const isLong = reader.u16(at) >= 0x8000;
      return reader.wideText(at + (isLong ? 4 : 2), 65_536);
    }
    // Length in units, then in bytes; each in two bytes where the first has its highest bit set.
    const second = at + (reader.u8(at) >= 0x80 ? 2 : 1);
    return reader.text(second + (reader.u8(second) >= 0x80 ? 2 : 1), 32_768);
  }
}
