/**
 * The descriptor of a virtual disk: a text, in a file of its own or inside of a sparse extent.
 * Virtual Disk Format 5.0, "The Descriptor File".
 */
import { Buffer } from "node:buffer";

export interface DeclaredExtent {
  /** From 1, in the order of the text. */
  readonly number: number;
  /** RW, RDONLY, NOACCESS; anything where the line is damaged. */
  readonly access: string;
  /** Null where it is no number. */
  readonly sectors: number | null;
  /** In upper case. */
  readonly type: string;
  /** As it is written: a path or a device. "" where the type has no file. */
  readonly path: string;
  /** Sector of the file. */
  readonly offset: number;
}

export interface Descriptor {
  readonly contentId: number | null;
  readonly parentContentId: number | null;
  readonly parentHint: string;
  readonly createType: string;
  readonly extents: readonly DeclaredExtent[];
  /** Other values by their key in lower case: `version`, `changetrackpath`, `ddb.uuid`. */
  readonly values: ReadonlyMap<string, string>;
  /** What does not hold in it. */
  readonly problems: readonly string[];
}

/** No program writes more; what follows is not read. */
export const mostDescriptorBytes = 1 << 20;
export const noParent = 0xffff_ffff;

const mostProblems = 8;
const extentLine = /^(RW|RDONLY|NOACCESS)\s+(\S+)(?:\s+([A-Za-z0-9]+)(?:\s+"([^"]*)"?(?:\s+(\d+))?)?)?/i;
/** A line whose first word is damaged. */
const likeExtentLine = /^(\S+)\s+(\d+)\s+(\S+)\s+"([^"]*)"(?:\s+(\d+))?/;

/** Whether a file begins as a descriptor does: with its title, behind nothing but comments and empty lines. */
export function isDescriptor(head: Uint8Array): boolean {
  for (const line of decode(head, "latin1").split("\n")) {
    const text = line.trim();
    if (/^#\s*disk\s+descriptorfile/i.test(text)) return true;
    if (text !== "" && !text.startsWith("#")) return false;
  }
  return false;
}

/** Whether a text has what a descriptor has, its title aside. */
export function resemblesDescriptor(head: Uint8Array): boolean {
  const text = decode(head, "latin1");
  return /^\s*createType\s*=/im.test(text) && /^(?:RW|RDONLY|NOACCESS) +\d+ /m.test(text);
}

export function parseDescriptor(bytes: Uint8Array): Descriptor {
  const reading = new Reading();
  for (const line of textOf(bytes, reading).split(/\r\n|\n|\r/)) reading.line(line.trim());
  return reading.result();
}

/** Up to the first NUL, in the encoding that it names; in windows-1252 where UTF-8 does not hold. */
function textOf(bytes: Uint8Array, reading: Reading): string {
  const plain = decode(bytes, "latin1");
  const [, named = ""] = /^\s*(?:ddb\.)?encoding\s*=\s*"?([\w.:-]+)/im.exec(plain) ?? [];
  const label = named === "" ? "utf-8" : named;
  try {
    return decode(bytes, label, true);
  } catch (error) {
    // Both an unknown name and bytes that the encoding does not have: one byte per character loses nothing.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    if (named !== "") reading.problem("encoding");
    return plain;
  }
}

function decode(bytes: Uint8Array, label: string, fatal = false): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe)
    return upToNul(Buffer.from(bytes.subarray(2)).toString("utf16le").toWellFormed());
  const end = bytes.indexOf(0);
  const text = end === -1 ? bytes : bytes.subarray(0, end);
  if (label === "latin1")
    return Buffer.from(text)
      .toString("latin1")
      .replace(/^\u00ef\u00bb\u00bf/, "");
  return new TextDecoder(label, { fatal }).decode(text);
}

function upToNul(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

class Reading {
  readonly #values = new Map<string, string>();
  readonly #extents: DeclaredExtent[] = [];
  readonly #problems = new Set<string>();

  problem(word: string): void {
    if (this.#problems.size < mostProblems) this.#problems.add(word);
  }

  line(text: string): void {
    if (text === "" || text.startsWith("#")) return;
    const extent = extentLine.exec(text);
    const like = extent ? null : likeExtentLine.exec(text);
    if (like) this.problem("extent line");
    if (extent) this.#extent(extent);
    else if (like) this.#extent(like);
    else this.#value(text);
  }

  #extent([, access = "", sectors = "", type = "", path = "", offset = "0"]: readonly string[]): void {
    const count = /^\d+$/.test(sectors) && Number.isSafeInteger(Number(sectors) * 512) ? Number(sectors) : null;
    const start = Number.isSafeInteger(Number(offset) * 512) ? Number(offset) : null;
    if (count === null) this.problem("extent size");
    if (start === null) this.problem("extent offset");
    const number = this.#extents.length + 1;
    this.#extents.push({ number, access, sectors: count, type: type.toUpperCase(), path, offset: start ?? 0 });
  }

  #value(text: string): void {
    const equals = text.indexOf("=");
    if (equals === -1) return this.problem("line");
    const key = text.slice(0, equals).trim().toLowerCase();
    const value = text
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/s, "$1");
    if (this.#values.has(key)) this.problem("value twice");
    else this.#values.set(key, value);
  }

  #identifier(key: string): number | null {
    const text = this.#values.get(key);
    if (text !== undefined && /^[0-9a-f]{1,8}$/i.test(text)) return parseInt(text, 16);
    this.problem("content identifier");
    return null;
  }

  result(): Descriptor {
    const values = this.#values;
    const contentId = this.#identifier("cid");
    const parentContentId = this.#identifier("parentcid");
    const parentHint = values.get("parentfilenamehint") ?? "";
    if (!["1", "2", "3"].includes(values.get("version") ?? "")) this.problem("version");
    if (!values.get("createtype")) this.problem("type of the disk");
    if (parentContentId === noParent && parentHint !== "") this.problem("parent");
    if (this.#extents.length === 0) this.problem("no extents");
    // The data base stands last: where it is absent the end is lost, and perhaps extents with it.
    if (![...values.keys()].some((key) => key.startsWith("ddb."))) this.problem("cut off");
    return {
      ...{ contentId, parentContentId, parentHint, values, extents: this.#extents, problems: [...this.#problems] },
      createType: values.get("createtype") ?? "",
    };
  }
}

/** Whether what is not in the disk is in another one. */
export function hasParent({ parentContentId, parentHint }: Descriptor): boolean {
  return parentContentId === null ? parentHint !== "" : parentContentId !== noParent;
}
