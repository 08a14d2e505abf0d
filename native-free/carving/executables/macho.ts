/**
 * Mach-O programs, libraries and object files, 32 and 64 bit, both byte orders, and universal ("fat") files of several: the end is that of
 * the last segment, symbol table or signature. Apple, mach-o/loader.h and mach-o/fat.h. Java classes begin like universal files and are
 * told apart by the programs inside.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const limitBytes = 2 ** 34;
const mostCommands = 4096;
const mostCommandBytes = 1 << 20;
const mostPrograms = 30;
const segmentCommand = 0x1;
const symbolCommand = 0x2;
const wideSegmentCommand = 0x19;
const required = 0x8000_0000;
const lastCommand = 0x40;
/** Commands with an offset and a size of data in the file, from the signature to the chained fixups. */
const dataCommands = [0x1d, 0x1e, 0x26, 0x29, 0x2b, 0x2e, 0x33, 0x34, 0x36];

const head = new FirstBytes(32);

interface Program {
  /** Bytes from its header on. */
  readonly length: number;
  readonly whole: boolean;
}

class Numbers {
  readonly window: CarveWindow;
  readonly #big: boolean;
  constructor(window: CarveWindow, big: boolean) {
    this.window = window;
    this.#big = big;
  }
  word(at: number): number {
    return this.#big ? this.window.u32be(at) : this.window.u32(at);
  }
  long(at: number): number {
    return this.#big ? this.window.u64be(at) : this.window.u64(at);
  }
}

/** Where a section's data and relocations end. */
function sectionsEnd(numbers: Numbers, at: number, wide: boolean, count: number): number {
  const size = wide ? 80 : 68;
  let end = 0;
  for (let i = 0; i < count; i++) {
    const section = at + i * size;
    const relocationsAt = numbers.word(section + (wide ? 56 : 48));
    const relocations = numbers.word(section + (wide ? 60 : 52));
    if (relocations > 0) end = Math.max(end, relocationsAt + 8 * relocations);
  }
  return end;
}

/** Where what a load command names ends; -1 where the command is none. */
function commandEnd(numbers: Numbers, at: number, size: number): number {
  const kind = numbers.word(at);
  const plain = kind >= required ? kind - required : kind;
  if (plain === 0 || plain > lastCommand) return -1;
  if (kind === segmentCommand || kind === wideSegmentCommand) {
    const wide = kind === wideSegmentCommand;
    const [offset, bytes, sections, headBytes] = wide
      ? [numbers.long(at + 40), numbers.long(at + 48), numbers.word(at + 64), 72]
      : [numbers.word(at + 32), numbers.word(at + 36), numbers.word(at + 48), 56];
    if (sections > 255 || headBytes + sections * (wide ? 80 : 68) > size) return -1;
    return Math.max(bytes === 0 ? 0 : offset + bytes, sectionsEnd(numbers, at + headBytes, wide, sections));
  }
  if (kind === symbolCommand) {
    const symbols = numbers.word(at + 12);
    const strings = numbers.word(at + 20);
    return Math.max(symbols === 0 ? 0 : numbers.word(at + 8), strings === 0 ? 0 : numbers.word(at + 16) + strings);
  }
  if (dataCommands.includes(plain)) {
    const bytes = numbers.word(at + 12);
    return bytes === 0 ? 0 : numbers.word(at + 8) + bytes;
  }
  return 0;
}

/** The program whose header is at `at`; null where there is none. */
function readProgram(window: CarveWindow, at: number): Program | null {
  if (!window.has(at, 32)) return null;
  const magic = window.u32be(at);
  const big = magic === 0xfeed_face || magic === 0xfeed_facf;
  if (!big && magic !== 0xcefa_edfe && magic !== 0xcffa_edfe) return null;
  const numbers = new Numbers(window, big);
  const wide = (magic & 0xff) === 0xcf || magic === 0xcffa_edfe;
  const headerBytes = wide ? 32 : 28;
  const type = numbers.word(at + 12);
  const commands = numbers.word(at + 16);
  const commandBytes = numbers.word(at + 20);
  if (type === 0 || type > 12 || commands === 0 || commands > mostCommands) return null;
  if (commandBytes > mostCommandBytes || commandBytes < commands * 8) return null;
  if (!window.has(at + headerBytes, commandBytes)) return null;
  let place = at + headerBytes;
  let end = headerBytes + commandBytes;
  for (let i = 0; i < commands; i++) {
    const size = numbers.word(place + 4);
    if (size < 8 || size % 4 !== 0 || place + size > at + headerBytes + commandBytes) return null;
    const covered = commandEnd(numbers, place, size);
    if (covered < 0 || covered > limitBytes) return null;
    end = Math.max(end, covered);
    place += size;
  }
  if (place !== at + headerBytes + commandBytes) return null;
  return { length: end, whole: window.has(at, end) };
}

function carveProgram(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const type = head.view.getUint32(12, head.u8(0) !== 0xfe);
  if (type === 0 || type > 12) return null;
  const program = readProgram(new CarveWindow(source, end), at);
  if (program === null) return null;
  return carvedAs("macho", program.whole ? "complete" : "truncated", program.whole ? program.length : end - at);
}

function carveFat(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const count = head.u32be(4);
  if (count === 0 || count > mostPrograms) return null;
  const wide = head.u8(3) === 0xbf;
  const window = new CarveWindow(source, end);
  const entryBytes = wide ? 32 : 20;
  let length = 8 + count * entryBytes;
  let whole = true;
  for (let i = 0; i < count; i++) {
    const entry = at + 8 + i * entryBytes;
    const offset = wide ? window.u64be(entry + 8) : window.u32be(entry + 8);
    const bytes = wide ? window.u64be(entry + 16) : window.u32be(entry + 12);
    if (offset < 8 + count * entryBytes || bytes < 28 || offset + bytes > limitBytes) return null;
    length = Math.max(length, offset + bytes);
    const program = readProgram(window, at + offset);
    const isArchive = program === null && window.isText(at + offset, "!<arch>\n");
    if (i === 0 && program === null && !isArchive) return null;
    whole &&= isArchive || (program?.whole ?? false);
  }
  const there = window.has(at, length);
  return carvedAs("macho-fat", whole && there ? "complete" : "truncated", there ? length : end - at);
}

const shared = { family: "carver", level: "complete", limitBytes } as const;

export const machoCarver: Carver = {
  ...shared,
  id: "macho",
  name: "Mach-O program",
  spec: "Apple, mach-o/loader.h",
  kinds: [{ id: "macho", name: "Mach-O program", extension: "macho" }],
  signatures: [signature("fe ed fa ce"), signature("fe ed fa cf"), signature("ce fa ed fe"), signature("cf fa ed fe")],
  carve: carveProgram,
};

export const fatMachoCarver: Carver = {
  ...shared,
  id: "macho-fat",
  name: "Mach-O universal program",
  spec: "Apple, mach-o/fat.h",
  kinds: [{ id: "macho-fat", name: "Mach-O universal program", extension: "macho" }],
  signatures: [signature("ca fe ba be 00 00 00"), signature("ca fe ba bf 00 00 00")],
  carve: carveFat,
};
