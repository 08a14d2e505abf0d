/**
 * ELF programs, libraries and object files, 32 and 64 bit, both byte orders: the end is that of the last section, segment or header table.
 * System V gABI, chapters 4 and 5. Not supported: what a program adds behind its end (AppImage, self-extracting archives).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const identBytes = 16;
const limitBytes = 2 ** 34;
const mostHeaders = 0x1_0000;
const noBits = 8;
const stringTable = 3;
const loadSegment = 1;
/** Segments that every system knows; further ones are in ranges of systems and processors. */
const lastCommonSegment = 7;
const firstSystemSegment = 0x6000_0000;
const lastSegment = 0x7fff_ffff;
const lastCommonSection = 0x13;

const head = new FirstBytes(64);

/** Numbers of one file, of its class and byte order. */
class ElfNumbers {
  readonly window: CarveWindow;
  readonly at: number;
  readonly wide: boolean;
  readonly #big: boolean;

  constructor(window: CarveWindow, at: number, wide: boolean, big: boolean) {
    this.window = window;
    this.at = at;
    this.wide = wide;
    this.#big = big;
  }

  half(at: number): number {
    return this.#big ? this.window.u16be(this.at + at) : this.window.u16(this.at + at);
  }
  word(at: number): number {
    return this.#big ? this.window.u32be(this.at + at) : this.window.u32(this.at + at);
  }
  long(at: number): number {
    return this.#big ? this.window.u64be(this.at + at) : this.window.u64(this.at + at);
  }
  /** At one offset in 64 bit files, at another in 32 bit ones. */
  size(at64: number, at32: number): number {
    return this.wide ? this.long(at64) : this.word(at32);
  }
}

interface Extent {
  readonly end: number;
  readonly sound: boolean;
}

/** End of the segments; not sound where one is of a type that nobody has, or none is loaded from the file. */
function segmentsEnd(numbers: ElfNumbers, table: number, count: number): Extent {
  const size = numbers.wide ? 56 : 32;
  if (count === 0) return { end: 0, sound: true };
  let end = table + count * size;
  let loaded = 0;
  if (!numbers.window.has(numbers.at + table, count * size)) return { end, sound: false };
  for (let i = 0; i < count; i++) {
    const at = table + i * size;
    const type = numbers.word(at);
    if (type > lastCommonSegment && (type < firstSystemSegment || type > lastSegment)) return { end, sound: false };
    const offset = numbers.size(at + 8, at + 4);
    const bytes = numbers.size(at + 32, at + 16);
    if (bytes > 0) end = Math.max(end, offset + bytes);
    if (type === loadSegment && bytes > 0) loaded++;
    if (end > limitBytes) return { end, sound: false };
  }
  return { end, sound: loaded > 0 };
}

interface Sections extends Extent {
  /** Offset and length of the table of names. */
  readonly names: number;
  readonly namesLength: number;
}

function sectionsEnd(numbers: ElfNumbers, table: number, count: number, namesIndex: number): Sections {
  const size = numbers.wide ? 64 : 40;
  let end = table + count * size;
  let names = 0;
  let namesLength = 0;
  for (let i = 0; i < count; i++) {
    const at = table + i * size;
    const type = numbers.word(at + 4);
    if (type > lastCommonSection && type < firstSystemSegment) return { end, sound: false, names, namesLength };
    const offset = numbers.size(at + 24, at + 16);
    const bytes = numbers.size(at + 32, at + 20);
    if (i === namesIndex && type === stringTable) {
      names = offset;
      namesLength = bytes;
    }
    if (type !== 0 && type !== noBits && bytes > 0) end = Math.max(end, offset + bytes);
    if (end > limitBytes) return { end, sound: false, names, namesLength };
  }
  return { end, sound: true, names, namesLength };
}

/** Every section's name begins in the table of names, which begins and ends with NUL. */
function namesHold(numbers: ElfNumbers, table: number, count: number, { names, namesLength }: Sections): boolean {
  const { window, at } = numbers;
  if (namesLength === 0 || !window.has(at + names, namesLength)) return false;
  if (window.u8(at + names) !== 0 || window.u8(at + names + namesLength - 1) !== 0) return false;
  const size = numbers.wide ? 64 : 40;
  for (let i = 0; i < count; i++) if (numbers.word(table + i * size) >= namesLength) return false;
  return true;
}

function carveNumbers(numbers: ElfNumbers, end: number): Carved | null {
  const { wide, window, at } = numbers;
  const headerBytes = wide ? 64 : 52;
  const segmentTable = numbers.size(32, 28);
  const sectionTable = numbers.size(40, 32);
  const [segments, sectionBytes, sections, names] = wide
    ? [numbers.half(56), numbers.half(58), numbers.half(60), numbers.half(62)]
    : [numbers.half(44), numbers.half(46), numbers.half(48), numbers.half(50)];
  const segmentBytes = numbers.half(wide ? 54 : 42);
  if (segments > 0 && (segmentBytes !== (wide ? 56 : 32) || segmentTable < headerBytes)) return null;
  if (sections > 0 && (sectionBytes !== (wide ? 64 : 40) || sectionTable < headerBytes)) return null;
  if (segments + sections === 0 || sectionTable > limitBytes || sections > mostHeaders) return null;
  const loaded = segmentsEnd(numbers, segmentTable, segments);
  if (!loaded.sound) return null;
  const tableEnd = sectionTable + sections * sectionBytes;
  if (sections === 0) {
    const whole = window.has(at, loaded.end);
    return segments === 0 ? null : carvedAs("elf", whole ? "complete" : "truncated", whole ? loaded.end : end - at);
  }
  if (!window.has(at + sectionTable, tableEnd - sectionTable))
    return segments === 0 ? null : carvedAs("elf", "truncated", end - at);
  const listed = sectionsEnd(numbers, sectionTable, sections, names);
  const length = Math.max(loaded.end, listed.end, headerBytes);
  if (listed.sound && window.has(at, length) && namesHold(numbers, sectionTable, sections, listed))
    return carvedAs("elf", "complete", length);
  const holds = Math.min(loaded.end, end - at);
  return segments === 0 ? null : carvedAs("elf", "truncated", holds);
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const wide = head.u8(4) === 2;
  const big = head.u8(5) === 2;
  const halfAt = (place: number) => head.view.getUint16(place, !big);
  if (head.u8(4) > 2 || head.u8(4) === 0 || head.u8(5) > 2 || head.u8(5) === 0 || head.u8(6) !== 1) return null;
  const type = halfAt(identBytes);
  if (type === 0 || (type > 4 && type < 0xfe00) || head.view.getUint32(20, !big) !== 1) return null;
  if (halfAt(wide ? 52 : 40) !== (wide ? 64 : 52)) return null;
  return carveNumbers(new ElfNumbers(new CarveWindow(source, end), at, wide, big), end);
}

export const elfCarver: Carver = {
  id: "elf",
  family: "carver",
  name: "ELF program or library",
  spec: "System V gABI chapters 4 and 5",
  level: "complete",
  kinds: [{ id: "elf", name: "ELF program or library", extension: "elf" }],
  signatures: [
    signature("7f 45 4c 46 01 01 01"),
    signature("7f 45 4c 46 01 02 01"),
    signature("7f 45 4c 46 02 01 01"),
    signature("7f 45 4c 46 02 02 01"),
  ],
  limitBytes,
  carve,
};
