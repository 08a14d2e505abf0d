/** Archives in several files: which of the files beside one belong to it, by the names that packers give them. */
import { Buffer } from "node:buffer";
import { type ByteSource, readHead, type Run } from "../../bytes/byte-source.ts";
import type { Beside } from "../../model/extraction.ts";
import type { Mounted } from "../../seven-zip/engine.ts";

const MOST_PARTS = 2000;

export interface Parts {
  /** Names as they lie there, the first part first. */
  readonly mounted: readonly Mounted[];
  /** Files that it consists of. */
  readonly count: number;
  /** True where the content is another part than the first, which lies beside it. */
  readonly isInner: boolean;
}

/** Several sources one behind the other. */
class Joined implements ByteSource {
  readonly size: number;
  readonly #parts: readonly { readonly source: ByteSource; readonly start: number }[];

  constructor(sources: readonly ByteSource[]) {
    let size = 0;
    this.#parts = sources.map((source) => {
      const start = size;
      size += source.size;
      return { source, start };
    });
    this.size = size;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (const { source, start } of this.#parts) {
      const from = Math.max(at, start);
      const to = Math.min(at + count, start + source.size);
      if (from < to) source.readInto(target.subarray(from - at, to - at), from - start);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    for (const { source, start } of this.#parts) {
      const from = Math.max(at, start);
      const to = Math.min(at + length, start + source.size);
      if (from >= to) continue;
      for (const run of source.runsIn(from - start, to - from)) yield { ...run, start: run.start + start };
    }
  }
}

/** Null where the names say that the content is an archive of its own. */
export function partsOf(type: string, source: ByteSource, beside: Beside): Parts | null {
  const { self } = beside;
  const cut = /^(.+)\.(\d{3,4})$/.exec(self);
  if (cut) return cutParts(source, beside, cut[1]!, cut[2]!);
  if (type === "rar") return rarParts(source, beside);
  return type === "cab" ? cabinetParts(source, beside) : null;
}

/** `name.7z.001`, `.002` …: one archive that was cut. */
function cutParts(source: ByteSource, beside: Beside, stem: string, number: string): Parts | null {
  const nameOf = (index: number): string => `${stem}.${String(index).padStart(number.length, "0")}`;
  const names = new Set(beside.names());
  if (Number(number) !== 1) return names.has(nameOf(1)) ? { mounted: [], count: 0, isInner: true } : null;
  const sources = [source];
  for (let index = 2; index < MOST_PARTS && names.has(nameOf(index)); index++) {
    const part = beside.open(nameOf(index));
    if (!part) break;
    sources.push(part);
  }
  return sources.length > 1
    ? { mounted: [{ name: stem, source: new Joined(sources) }], count: sources.length, isInner: false }
    : null;
}

/** `name.part1.rar`, `name.part2.rar` …, and `name.rar`, `name.r00`, `name.r01` … */
function rarParts(source: ByteSource, beside: Beside): Parts | null {
  const { self } = beside;
  const numbered = /^(.+\.part)(\d+)(\.(?:rar|exe|sfx))$/i.exec(self);
  const old = /^(.+)\.(rar|exe|sfx|[r-z]\d\d)$/i.exec(self);
  const stem = (numbered?.[1] ?? old?.[1])?.toLowerCase();
  if (stem === undefined) return null;
  const member = numbered ? /^(.+\.part)(\d+)\.(?:rar|exe|sfx)$/i : /^(.+)\.(rar|exe|sfx|[r-z]\d\d)$/i;
  const orderOf = (name: string): number => {
    const part = member.exec(name)?.[2] ?? "";
    if (numbered) return Number(part);
    const letter = part.toLowerCase().charCodeAt(0);
    return /^[r-z]\d\d$/i.test(part) ? 1 + (letter - 0x72) * 100 + Number(part.slice(1)) : 0;
  };
  const names = beside.names().filter((name) => member.exec(name)?.[1]!.toLowerCase() === stem);
  return inOrder(
    source,
    beside,
    names.sort((a, b) => orderOf(a) - orderOf(b)),
    orderOf,
  );
}

const HAS_PREVIOUS = 1;
const HAS_NEXT = 2;
const HAS_RESERVE = 4;
/** The fixed part of CFHEADER, and all that its names can take. */
const CABINET_HEAD_BYTES = 36 + 4 + 65_535 + 4 * 256;

/** Names of the cabinets before and after one (MS-CAB 2.1, CFHEADER). */
function neighboursOf(cabinet: ByteSource): { readonly previous: string | null; readonly next: string | null } {
  const head = Buffer.from(readHead(cabinet, CABINET_HEAD_BYTES));
  if (head.length < 40) return { previous: null, next: null };
  const flags = head.readUInt16LE(30);
  let at = (flags & HAS_RESERVE) === 0 ? 36 : 40 + head.readUInt16LE(36);
  const take = (): string => {
    const end = head.indexOf(0, at);
    const text = head.toString("latin1", at, end < 0 ? at : end);
    at = end < 0 ? head.length : end + 1;
    return text;
  };
  // Each name stands before that of its disk.
  const pair = (): string => {
    const name = take();
    take();
    return name;
  };
  const previous = (flags & HAS_PREVIOUS) === 0 ? null : pair();
  return { previous, next: (flags & HAS_NEXT) === 0 ? null : pair() };
}

/** Cabinets name the ones before and after them. */
function cabinetParts(source: ByteSource, beside: Beside): Parts | null {
  const names = new Map(beside.names().map((name) => [name.toLowerCase(), name]));
  const { previous, next } = neighboursOf(source);
  if (previous !== null && names.has(previous.toLowerCase())) return { mounted: [], count: 0, isInner: true };
  const mounted: Mounted[] = [{ name: beside.self, source }];
  for (let wanted = next; wanted !== null && mounted.length < MOST_PARTS;) {
    const name = names.get(wanted.toLowerCase());
    const part = name === undefined || mounted.some((one) => one.name === name) ? null : beside.open(name);
    if (!part) break;
    // 7-Zip asks for it as it is written there.
    mounted.push({ name: wanted, source: part });
    wanted = neighboursOf(part).next;
  }
  return mounted.length > 1 ? { mounted, count: mounted.length, isInner: false } : null;
}

function inOrder(
  source: ByteSource,
  beside: Beside,
  names: readonly string[],
  orderOf: (name: string) => number,
): Parts | null {
  if (names.length < 2) return null;
  const own = orderOf(beside.self);
  const first = orderOf(names[0]!);
  if (own > first && first <= 1) return { mounted: [], count: 0, isInner: true };
  const later = names.filter((name) => orderOf(name) > own).slice(0, MOST_PARTS);
  const mounted: Mounted[] = [{ name: beside.self, source }];
  for (const name of later) {
    const part = beside.open(name);
    if (!part) break;
    mounted.push({ name, source: part });
  }
  return mounted.length > 1 ? { mounted, count: mounted.length, isInner: false } : null;
}
