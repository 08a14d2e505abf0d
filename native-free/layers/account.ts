/**
 * The account of a medium: every byte of it in one class, from its first to its last. Tables, gaps and the accounts of the file
 * systems put together; what no reader understands is named so.
 */
import { tracedTo } from "../bytes/over-source.ts";
import { withUnreadable } from "../filesystems/byte-account.ts";
import type { ByteClass, ClassedRange } from "../filesystems/file-system.ts";
import type { Medium } from "./resolve.ts";
import { fileSystemOf, mayHoldFiles, nodesOf, type VolumeNode } from "./volume-tree.ts";

export type MediumClass = ByteClass | "gap";

export const mediumClasses: readonly MediumClass[] = [
  ...(["content", "metadata", "slack", "unallocated", "gap", "unreadable", "not-understood"] as const),
];

export interface AccountRange {
  readonly start: number;
  readonly length: number;
  readonly class: MediumClass;
  /** `file slack`, `boot record`, `HFS+, known, not read` … */
  readonly what: string;
  /** Forensic path (without label) of the volume or gap; "" for the medium. */
  readonly path: string;
}

/** From 0 to the size of the medium, in order and without gaps or overlaps. Where volumes overlap the first one counts. */
export function* accountIn({ image, volumes }: Medium): Generator<AccountRange> {
  const loose = scattered(volumes).sort((a, b) => a.start - b.start);
  let at = 0;
  for (const range of ofNode(volumes, 0, image.size, loose)) {
    const start = Math.max(at, range.start);
    const end = Math.min(image.size, range.start + range.length);
    if (end <= start) continue;
    if (start > at) yield unclassed(at, start - at);
    yield start === range.start && end === range.start + range.length
      ? range
      : { ...range, start, length: end - start };
    at = end;
  }
  if (at < image.size) yield unclassed(at, image.size - at);
}

const unclassed = (start: number, length: number): AccountRange => ({
  ...{ start, length },
  ...{ class: "not-understood", what: "unclassed", path: "" },
});

/** Ranges of volumes that are no one stretch of the medium, at their places in it. */
function scattered(root: VolumeNode): AccountRange[] {
  const ranges: AccountRange[] = [];
  for (const node of nodesOf(root)) {
    if (node.start !== null || !mayHoldFiles(node)) continue;
    for (const range of ofContent(node)) {
      for (const { offset, length } of tracedTo(root.source, node.source, range.start, range.length)) {
        ranges.push({ ...range, start: offset, length, path: node.path });
      }
    }
  }
  return ranges;
}

/** What of `from` to `to` of the medium belongs to a node that begins in it at its `start`. */
function* ofNode(node: VolumeNode, from: number, to: number, loose: readonly AccountRange[]): Generator<AccountRange> {
  const base = node.start ?? 0;
  if (!node.system) {
    const ranges = node.kind === "gap" ? inGap(node) : ofContent(node);
    yield* placed(base, node.path, ranges);
    return;
  }
  if (node.hybrid) {
    // The volumes of a hybrid disc are files of its file system or lie in what that does not use.
    const disc = placed(base, node.path, ofContent(node));
    yield* merged(disc, ofNode({ ...node, hybrid: false }, from, to, loose));
    return;
  }
  const parts: { readonly start: number; readonly ranges: () => Iterable<AccountRange> }[] = [];
  for (const { start, length, what } of node.system.tables) {
    const table: ClassedRange = { start, length, class: "metadata", what };
    parts.push({
      start: base + start,
      ranges: () => placed(base, node.path, withUnreadable(node.source, [table])),
    });
  }
  for (const child of node.children) {
    if (child.start === null) continue;
    const end = Math.min(to, child.start + child.source.size);
    parts.push({ start: child.start, ranges: () => ofNode(child, child.start!, end, loose) });
  }
  const inside = loose.filter(({ start }) => start >= from && start < to && !coveredBy(node, start));
  for (const range of inside) parts.push({ start: range.start, ranges: () => [range] });
  for (const { ranges } of parts.sort((a, b) => a.start - b.start)) yield* ranges();
}

/** Ranges of a node below are that node's to tell. */
function coveredBy(node: VolumeNode, at: number): boolean {
  return node.children.some(
    ({ start, source, system }) => system !== null && start !== null && start <= at && at < start + source.size,
  );
}

/** Two accounts of the same bytes: what the first uses is its, of the rest what the second knows. */
function* merged(first: Iterable<AccountRange>, second: Iterable<AccountRange>): Generator<AccountRange> {
  const [ones, others] = [first[Symbol.iterator](), second[Symbol.iterator]()];
  let [one, other] = [ones.next(), others.next()];
  let at = 0;
  while (!one.done) {
    while (!other.done && other.value.start + other.value.length <= at) other = others.next();
    const own = one.value;
    const end = own.start + own.length;
    at = Math.max(at, own.start);
    const beside = other.done || other.value.start >= end ? null : other.value;
    const to = beside === null ? end : Math.min(end, beside.start > at ? beside.start : beside.start + beside.length);
    const chosen = beside !== null && beside.start <= at && yields(own, beside) ? beside : own;
    if (to > at) yield { ...chosen, start: at, length: to - at };
    at = to;
    if (at >= end) one = ones.next();
  }
}

const used: readonly MediumClass[] = ["content", "metadata", "unreadable"];
const unknown: readonly MediumClass[] = ["gap", "not-understood"];

/** Tables are where they are, also in areas that a disc leaves to the system. */
function yields(own: AccountRange, beside: AccountRange): boolean {
  if (own.what === "system area") return beside.class === "metadata";
  return !used.includes(own.class) && !unknown.includes(beside.class);
}

function* placed(base: number, path: string, ranges: Iterable<Omit<AccountRange, "path">>): Generator<AccountRange> {
  for (const range of ranges) yield { ...range, start: base + range.start, path };
}

function* inGap({ source }: VolumeNode): Generator<Omit<AccountRange, "path">> {
  const whole: ClassedRange = { start: 0, length: source.size, class: "unallocated", what: "gap between volumes" };
  for (const range of withUnreadable(source, [whole])) {
    yield range.class === "unallocated" ? { ...range, class: "gap" } : range;
  }
}

function ofContent(node: VolumeNode): Iterable<ClassedRange> {
  const { source } = node;
  if (source.size === 0) return [];
  const { fileSystem, problem } = fileSystemOf(node);
  if (fileSystem) return fileSystem.account();
  const what = unreadWord(node, problem !== null);
  return withUnreadable(source, [{ start: 0, length: source.size, class: "not-understood", what }]);
}

/** Why a volume is not understood; `isDamaged`: by a reader that knows it and could not open it. */
export function unreadWord({ recognised }: VolumeNode, isDamaged = false): string {
  const [first] = recognised;
  if (!first) return isDamaged ? "damaged file system" : "unknown volume";
  const kinds = recognised.map(({ kind }) => kind).join(", ");
  if (first.role === "encrypted") return `encrypted: ${kinds}`;
  if (first.role === "file system")
    return `${kinds}: ${isDamaged ? "damaged, nothing of it could be read" : "known, not read"}`;
  return `${kinds}: not a file system`;
}

/** Sums of a medium or of a part of it, in bytes. */
export type ClassSums = Readonly<Record<MediumClass, number>>;

export interface AccountPart {
  /** Of the volume or gap; "" for the medium. */
  readonly path: string;
  readonly bytes: number;
  readonly sums: ClassSums;
  /** Each class and word with its bytes, the largest first. */
  readonly words: readonly { readonly class: MediumClass; readonly what: string; readonly bytes: number }[];
}

export interface MediumAccount {
  readonly schema: "vestige.account/1";
  readonly bytes: number;
  /** They add up to `bytes`. */
  readonly sums: ClassSums;
  /** In order of their first bytes. */
  readonly parts: readonly AccountPart[];
  /** The medium in cells of equal length, a letter of `cellLetters` for each. */
  readonly strip: string;
  readonly cellBytes: number;
}

/** What a cell of the strip shows. */
export const cellLetters: Readonly<Record<MediumClass, string>> = {
  ...{ content: "c", metadata: "m", slack: "s", unallocated: "u", gap: "g", unreadable: "x", "not-understood": "n" },
};

const noSums = (): Record<MediumClass, number> => ({
  ...{ content: 0, metadata: 0, slack: 0, unallocated: 0, gap: 0, unreadable: 0, "not-understood": 0 },
});

interface OpenPart {
  bytes: number;
  readonly sums: Record<MediumClass, number>;
  readonly words: Map<string, { class: MediumClass; what: string; bytes: number }>;
}

/** Adds the ranges up. `onBytes` hears how far it came. Memory does not grow with the number of ranges. */
export function accountOf(
  medium: Medium,
  { cells = 240, onBytes }: { readonly cells?: number; readonly onBytes?: (bytes: number) => void } = {},
): MediumAccount {
  const bytes = medium.image.size;
  const strip = new Strip(bytes, cells);
  const sums = noSums();
  const parts = new Map<string, OpenPart>();
  for (const range of accountIn(medium)) {
    sums[range.class] += range.length;
    strip.add(range);
    addTo(parts, range);
    onBytes?.(range.start + range.length);
  }
  const told = mediumClasses.reduce((sum, each) => sum + sums[each], 0);
  if (told !== bytes) throw new Error(`the account has ${told} bytes, the medium ${bytes}`);
  return {
    ...{ schema: "vestige.account/1" as const, bytes, sums },
    parts: Array.from(parts, ([path, part]) => ({
      ...{ path, bytes: part.bytes, sums: part.sums },
      words: [...part.words.values()].sort((a, b) => b.bytes - a.bytes || (a.what < b.what ? -1 : 1)),
    })),
    ...{ strip: strip.letters(), cellBytes: strip.cellBytes },
  };
}

function addTo(parts: Map<string, OpenPart>, range: AccountRange): void {
  let part = parts.get(range.path);
  if (!part) parts.set(range.path, (part = { bytes: 0, sums: noSums(), words: new Map() }));
  part.bytes += range.length;
  part.sums[range.class] += range.length;
  const key = `${range.class} ${range.what}`;
  const word = part.words.get(key);
  if (word) word.bytes += range.length;
  else part.words.set(key, { class: range.class, what: range.what, bytes: range.length });
}

/** What must be seen however small it is comes before what has most of the cell. */
const alwaysSeen: readonly MediumClass[] = ["unreadable", "not-understood"];

class Strip {
  readonly cellBytes: number;
  readonly #cells: Float64Array;
  readonly #size: number;

  constructor(bytes: number, cells: number) {
    // Whole sectors, so that a cell begins where a sector does.
    this.cellBytes = Math.max(512, Math.ceil(bytes / cells / 512) * 512);
    this.#size = Math.ceil(bytes / this.cellBytes);
    this.#cells = new Float64Array(this.#size * mediumClasses.length);
  }

  add(range: AccountRange): void {
    const row = mediumClasses.indexOf(range.class);
    const end = range.start + range.length;
    for (let at = range.start; at < end;) {
      const cell = Math.floor(at / this.cellBytes);
      const to = Math.min(end, (cell + 1) * this.cellBytes);
      this.#cells[cell * mediumClasses.length + row]! += to - at;
      at = to;
    }
  }

  letters(): string {
    return Array.from({ length: this.#size }, (_, cell) => cellLetters[this.#classOf(cell)]).join("");
  }

  #classOf(cell: number): MediumClass {
    const of = (each: MediumClass): number =>
      this.#cells[cell * mediumClasses.length + mediumClasses.indexOf(each)] ?? 0;
    const seen = alwaysSeen.find((each) => of(each) > 0);
    if (seen) return seen;
    return mediumClasses.reduce((most, each) => (of(each) > of(most) ? each : most), "content" as MediumClass);
  }
}
