/** Volume descriptors (ECMA-119, 8): the set that stands 32 KiB behind the begin of a session, and the trees that it leads to. */
import { readRange, viewRange, type ByteSource } from "../../bytes/byte-source.ts";
import * as layout from "./layouts.ts";
import { descriptorText } from "./names.ts";
import { chosen, systemUseOf } from "./records.ts";
import { SystemUseReader } from "./system-use.ts";
import type { DescriptorPlace, PathTable, RootRef, Session, TreeKind } from "./volume.ts";

/** Sets of real discs have a handful. */
const mostDescriptors = 64;
const blockSizes = [512, 1024, 2048, 4096];
const cursor = layout.volumeDescriptor.cursor();
const boot = layout.bootRecord.cursor();
const record = layout.directoryRecord.cursor();
const { descriptorType, sectorBytes } = layout;
type Descriptor = typeof cursor;

/** Joliet, "Escape sequences": levels 1 to 3 of UCS-2. */
const jolietEscapes = ["%/@", "%/C", "%/E"];
const torito = "EL TORITO SPECIFICATION";

export interface ReadSession {
  readonly session: Session;
  /** What does not hold in it: structures by name. */
  readonly damaged: readonly string[];
  /** Fields that say one thing in one byte order and another in the other. */
  readonly differing: readonly string[];
  readonly descriptor: DescriptorFacts | null;
}

/** Of the primary descriptor, as it is shown. */
export interface DescriptorFacts {
  readonly system: string;
  readonly set: string;
  readonly publisher: string;
  readonly preparer: string;
  readonly application: string;
  readonly times: Uint8Array;
  readonly setSize: number;
  readonly sequence: number;
}

/** Whether the sector at `at` is a descriptor of ISO 9660, of whatever type. */
export function hasMark(window: Uint8Array, at: number): boolean {
  if (at + 7 > window.length) return false;
  for (let i = 0; i < 5; i++) if (window[at + 1 + i] !== layout.descriptorMark.charCodeAt(i)) return false;
  return true;
}

/** The descriptors of a session that begins at `start`; null where there are none that lead to a root. */
export function readSession(source: ByteSource, start: number): ReadSession | null {
  const reader = new SessionReader(source, start);
  const first = start + layout.systemAreaBytes;
  for (let index = 0; index < mostDescriptors; index++) {
    const at = first + index * sectorBytes;
    const bytes = readRange(source, at, sectorBytes);
    if (bytes.length < sectorBytes) break;
    // The first may be destroyed where the next one is there.
    if (index === 0 && reader.isLost(bytes) && hasMark(readRange(source, at + sectorBytes, sectorBytes), 0)) continue;
    if (!reader.take(bytes, at, index)) break;
  }
  return reader.finish();
}

class SessionReader {
  readonly #source: ByteSource;
  readonly #start: number;
  readonly #places: DescriptorPlace[] = [];
  readonly #roots: RootRef[] = [];
  readonly #damaged: string[] = [];
  readonly #differing = new Set<string>();
  #blockBytes = 0;
  #label: string | null = null;
  #end = 0;
  #catalog: number | null = null;
  #facts: DescriptorFacts | null = null;

  constructor(source: ByteSource, start: number) {
    this.#source = source;
    this.#start = start;
  }

  /** Whether a sector is no descriptor at all. */
  isLost(bytes: Uint8Array): boolean {
    if (hasMark(bytes, 0) || isPlausible(bytes)) return false;
    this.#damaged.push("primary volume descriptor");
    return true;
  }

  /** False where the set has ended. */
  take(bytes: Uint8Array, at: number, index: number): boolean {
    const type = bytes[0]!;
    if (!hasMark(bytes, 0)) {
      // A mark that is damaged does not end the set while the rest of a descriptor is there.
      if (!isPlausible(bytes)) return false;
      this.#damaged.push("mark of a volume descriptor");
    }
    const known = index === 0 && type !== descriptorType.boot ? descriptorType.primary : type;
    this.#places.push({ start: at, length: sectorBytes, what: words[known] ?? "volume descriptor" });
    if (known === descriptorType.end) return false;
    if (known === descriptorType.boot) {
      const { system, catalog } = boot.over(bytes);
      if (system === torito) this.#catalog = catalog * sectorBytes;
    } else if (known === descriptorType.primary || known === descriptorType.supplementary) this.#tree(bytes, known);
    return true;
  }

  #tree(bytes: Uint8Array, type: number): void {
    const primary = type === descriptorType.primary;
    const descriptor = cursor.over(bytes);
    const blockBytes = blockBytesOf(descriptor);
    if (this.#blockBytes === 0) this.#blockBytes = blockBytes;
    const kind = primary ? "primary" : kindOf(descriptor);
    const wide = kind === "joliet";
    const label = descriptorText(descriptor.volume, wide);
    if (primary) this.#primary(descriptor, blockBytes);
    if (label !== "" && (this.#label === null || (wide && label.startsWith(this.#label)))) this.#label = label;
    const root = rootOf(this.#source, descriptor, blockBytes);
    if (root === null) {
      this.#damaged.push(`root of the ${kind} tree`);
      return;
    }
    const { rockRidge, skip } = primary ? systemUseAt(this.#source, root, blockBytes) : { rockRidge: false, skip: 0 };
    const tables = pathTablesOf(cursor.over(bytes), blockBytes);
    this.#roots.push({
      ...{ kind, wide, rockRidge, skip, rootStart: root.start, rootBytes: root.bytes },
      ...{ pathTables: tables, pathTableBytes: pathTableBytesOf(descriptor, this.#source.size) },
    });
  }

  #primary(descriptor: Descriptor, blockBytes: number): void {
    this.#compare(descriptor);
    const { spaceBlocks, spaceBlocksBe } = descriptor;
    const space = chosen(spaceBlocks, spaceBlocksBe, Math.ceil(this.#source.size / blockBytes));
    this.#end = space * blockBytes;
    this.#facts ??= factsIn(descriptor);
  }

  #compare(descriptor: Descriptor): void {
    const pairs: [string, number, number][] = [
      ["blocks of the volume", descriptor.spaceBlocks, descriptor.spaceBlocksBe],
      ["size of the volume set", descriptor.setSize, descriptor.setSizeBe],
      ["number in the volume set", descriptor.sequence, descriptor.sequenceBe],
      ["block size", descriptor.blockBytes, descriptor.blockBytesBe],
      ["size of the path table", descriptor.pathTableBytes, descriptor.pathTableBytesBe],
    ];
    for (const [name, little, big] of pairs) if (little !== big) this.#differing.add(name);
  }

  /** A root that no descriptor leads to. */
  #salvage(): void {
    const blockBytes = this.#blockBytes || sectorBytes;
    const root = searchRoot(this.#source, blockBytes);
    if (root === null) return;
    const { rockRidge, skip } = systemUseAt(this.#source, root, blockBytes);
    this.#blockBytes = blockBytes;
    this.#end ||= this.#source.size;
    this.#roots.push({
      ...{ kind: "primary", wide: false, rockRidge, skip, rootStart: root.start, rootBytes: root.bytes },
      ...{ pathTables: [], pathTableBytes: 0 },
    });
  }

  finish(): ReadSession | null {
    if (this.#roots.length === 0 && this.#start === 0 && this.#places.length > 0) this.#salvage();
    if (this.#roots.length === 0) return null;
    const roots = this.#roots.filter(
      ({ rootStart }, index) => this.#roots.findIndex((other) => other.rootStart === rootStart) === index,
    );
    // Later sessions count their blocks from the begin of the disc or from their own.
    const inside = roots.every(({ rootStart }) => rootStart < this.#end);
    const end = inside ? this.#end : this.#start + this.#end;
    const session: Session = {
      ...{ start: this.#start, end, blockBytes: this.#blockBytes, descriptors: this.#places, label: this.#label },
      ...{ roots: roots.toSorted((a, b) => order(a) - order(b)), bootCatalog: this.#catalog },
      enhanced: this.#roots.some(({ kind }) => kind === "enhanced"),
    };
    return { session, damaged: this.#damaged, differing: [...this.#differing], descriptor: this.#facts };
  }
}

const words: Readonly<Record<number, string>> = {
  [descriptorType.boot]: "boot record",
  [descriptorType.end]: "end of the volume descriptors",
};

/** Rock Ridge first, then Joliet, then what has longer names than the plain tree. */
function order({ kind, rockRidge }: RootRef): number {
  if (rockRidge) return 0;
  return ["joliet", "enhanced", "primary", "supplementary"].indexOf(kind) + 1;
}

function kindOf({ escapes, version }: Descriptor): TreeKind {
  const escape = String.fromCharCode(...escapes.subarray(0, 3));
  if (jolietEscapes.includes(escape)) return "joliet";
  return version === 2 ? "enhanced" : "supplementary";
}

/** Whether a sector without its mark still has the rest of a primary descriptor. */
function isPlausible(bytes: Uint8Array): boolean {
  const { blockBytes, blockBytesBe, spaceBlocks, spaceBlocksBe, root } = cursor.over(bytes);
  return (
    blockBytes === blockBytesBe && blockSizes.includes(blockBytes) && spaceBlocks === spaceBlocksBe && root[0] === 34
  );
}

function blockBytesOf({ blockBytes, blockBytesBe }: Descriptor): number {
  if (blockSizes.includes(blockBytes)) return blockBytes;
  return blockSizes.includes(blockBytesBe) ? blockBytesBe : sectorBytes;
}

/** Directories of small discs stand this near to the begin. */
const searchedBytes = 8 << 20;

export interface Root {
  readonly start: number;
  readonly bytes: number;
}

/** Where the root is: as its record says, in the byte order that leads to a directory, else as the path tables say. */
function rootOf(source: ByteSource, descriptor: Descriptor, blockBytes: number): Root | null {
  const { extent, extentBe, dataBytes: bytes, dataBytesBe: bytesBe, attributeBlocks } = record.over(descriptor.root);
  const { tableL, tableM } = descriptor;
  const places = [extent + attributeBlocks, extentBe + attributeBlocks];
  const stated = bytes === bytesBe && bytes > 0 ? bytes : null;
  for (const block of places) {
    const found = directoryAt(source, block, blockBytes);
    if (found !== null) return { start: block * blockBytes, bytes: stated ?? found };
  }
  const agreed = extent === extentBe && stated !== null && (extent + 1) * blockBytes <= source.size && extent > 0;
  if (agreed && beginsDirectory(source, places[0]! * blockBytes))
    return { start: places[0]! * blockBytes, bytes: stated };
  const first = [pathStart(source, tableL, blockBytes, false), pathStart(source, tableM, blockBytes, true)];
  for (const block of first) {
    const found = block === null ? null : directoryAt(source, block, blockBytes);
    if (block !== null && found !== null) return { start: block * blockBytes, bytes: found };
  }
  // The root's own first records may be damaged: what both byte orders say is believed.
  return agreed ? { start: places[0]! * blockBytes, bytes: stated } : null;
}

/** Of a volume whose descriptors lead nowhere: the first directory near its begin that is its own parent. */
export function searchRoot(source: ByteSource, blockBytes: number): Root | null {
  const window = viewRange(source, 0, searchedBytes);
  for (let at = layout.systemAreaBytes; at + 68 <= window.length; at += blockBytes) {
    if (window[at]! < 34 || window[at + 33] !== 0) continue;
    const bytes = directoryAt(source, at / blockBytes, blockBytes);
    const next = at + window[at]!;
    if (bytes === null || next + 34 > window.length) continue;
    const { nameBytes, extent, extentBe } = record.over(window, next);
    const isOwn = extent * blockBytes === at || extentBe * blockBytes === at;
    if (isOwn && nameBytes === 1 && window[next + 33] === 1) return { start: at, bytes };
  }
  return null;
}

/** Whether a first record of a directory is there, whatever place it names. */
function beginsDirectory(source: ByteSource, start: number): boolean {
  const head = viewRange(source, start, 34);
  return head.length === 34 && head[0]! >= 34 && head[32] === 1 && head[33] === 0;
}

function pathStart(source: ByteSource, block: number, blockBytes: number, big: boolean): number | null {
  const layoutOf = big ? layout.pathRecordM : layout.pathRecordL;
  const bytes = readRange(source, block * blockBytes, layoutOf.size);
  return block === 0 || bytes.length < layoutOf.size ? null : layoutOf.cursor().over(bytes).extent;
}

/** Bytes of the directory whose first record says that it stands at this block; null where it says another. */
export function directoryAt(source: ByteSource, block: number, blockBytes: number): number | null {
  const head = viewRange(source, block * blockBytes, 34);
  if (block < 1 || head.length < 34) return null;
  const { length, extent, extentBe, dataBytes, dataBytesBe, nameBytes, attributeBlocks } = record.over(head);
  if (length < 34 || nameBytes !== 1 || head[33] !== 0) return null;
  const here = extent + attributeBlocks === block || extentBe + attributeBlocks === block;
  return here && (dataBytes > 0 || dataBytesBe > 0) ? chosen(dataBytes, dataBytesBe, source.size) : null;
}

/** SUSP, 5.3: the first field of the root's first record; older Rock Ridge has only fields. */
function systemUseAt(source: ByteSource, root: Root, blockBytes: number): { rockRidge: boolean; skip: number } {
  const window = viewRange(source, root.start, sectorBytes);
  if (window.length < 34 || window[0]! < 34 || window[0]! > window.length) return { rockRidge: false, skip: 0 };
  const { from, end } = systemUseOf({ window, at: 0, offset: 0 }, 0);
  const skips = indicatorSkip(window, from, end);
  const use = new SystemUseReader(source, blockBytes).read(window, from, end);
  const rockRidge = use.mode >= 0 || use.extensions.some((name) => /^(RRIP|IEEE_P1282|IEEE_1282)/.test(name));
  if (skips !== null || rockRidge) return { rockRidge: rockRidge || skips !== null, skip: skips ?? 0 };
  return { rockRidge: false, skip: 0 };
}

const indicatorBytes = 7;

/** The SP field may stand behind the fourteen bytes of CD-ROM XA. */
function indicatorSkip(window: Uint8Array, from: number, end: number): number | null {
  for (const at of [from, from + 14]) {
    if (at + indicatorBytes > end) continue;
    const [s, p, length, , b, e, skip] = window.subarray(at, at + indicatorBytes);
    if (s === 0x53 && p === 0x50 && length === indicatorBytes && b === 0xbe && e === 0xef) return skip!;
  }
  return null;
}

function pathTablesOf(descriptor: Descriptor, blockBytes: number): PathTable[] {
  const { tableL, tableM, optionalTableL, optionalTableM } = descriptor;
  const tables: PathTable[] = [
    { start: tableL * blockBytes, big: false, what: "path table" },
    { start: tableM * blockBytes, big: true, what: "path table" },
    { start: optionalTableL * blockBytes, big: false, what: "optional path table" },
    { start: optionalTableM * blockBytes, big: true, what: "optional path table" },
  ];
  return tables.filter(({ start }) => start > 0);
}

function pathTableBytesOf({ pathTableBytes, pathTableBytesBe }: Descriptor, most: number): number {
  return chosen(pathTableBytes, pathTableBytesBe, most);
}

function factsIn(descriptor: Descriptor): DescriptorFacts {
  const { system, set, publisher, preparer, application, setSize, sequence, created, modified } = descriptor;
  const text = (bytes: Uint8Array): string => descriptorText(bytes, false);
  return {
    ...{ system: text(system), set: text(set), publisher: text(publisher), preparer: text(preparer) },
    ...{ application: text(application), setSize, sequence, times: Uint8Array.from([...created, ...modified]) },
  };
}
