/** The directory of a compound file (MS-CFB 2.6): every record, its place in the tree, and what no tree leads to. */
import { Buffer } from "node:buffer";
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { noEntry, record } from "./layouts.ts";

export type EntryKind = "root" | "storage" | "stream";

/** A record of the directory. */
export interface CompoundEntry {
  /** Number of the record in the directory. */
  readonly index: number;
  /** As written; may begin with a control character. */
  readonly name: string;
  /** Names from the root's children on, joined with "/"; of orphans and deleted entries the name alone. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Number of the record that holds it; null for the root and where no tree leads to it. */
  readonly parent: number | null;
  /** `listed`: the tree names it. `orphan`: in use, but no tree leads to it. `deleted`: its record is marked as free. */
  readonly state: "listed" | "orphan" | "deleted";
  /** 32 hexadecimal digits in the order of the bytes; null where it is all zeros. */
  readonly classId: string | null;
  /** FILETIME in steps of 100 ns; 0n where it is not set. */
  readonly created: bigint;
  readonly modified: bigint;
  /** Bytes as declared; 0 for storages. */
  readonly size: number;
  /** First sector. */
  readonly start: number;
}

interface Links {
  readonly left: number;
  readonly right: number;
  readonly child: number;
}

export interface Directory {
  readonly entries: readonly CompoundEntry[];
  /** What is wrong with the tree, in technical words; empty where nothing is. */
  readonly problems: readonly string[];
}

const mostEntries = 1 << 18;
const nilClass = "0".repeat(32);

interface RawEntry extends Omit<CompoundEntry, "path" | "parent" | "state"> {
  readonly type: number;
  readonly links: Links;
}

/** `wide`: sizes are 64 bits (version 4). */
export function readDirectory(source: ByteSource, wide: boolean): Directory {
  const raw = readRecords(source, wide);
  const problems: string[] = [];
  const parents = placeAll(raw, problems);
  const entries = new Map<number, CompoundEntry>();
  for (const entry of raw) {
    const made = entryOf(entry, parents);
    if (made) entries.set(entry.index, made);
  }
  const paths = new Map<number, string>();
  const listed = [...entries.values()].map((entry) => ({ ...entry, path: pathOf(entry, entries, paths) }));
  if (!raw.some(({ type }) => type === 5)) problems.push("no root");
  if (source.size / record.size > mostEntries) problems.push("too many entries");
  return { entries: listed, problems };
}

function readRecords(source: ByteSource, wide: boolean): RawEntry[] {
  const raw: RawEntry[] = [];
  const cursor = record.cursor();
  const step = 512 * record.size;
  let window: Uint8Array = new Uint8Array(0);
  const count = Math.min(mostEntries, Math.floor(source.size / record.size));
  for (let index = 0; index < count; index++) {
    const within = (index * record.size) % step;
    if (within === 0) window = readRange(source, index * record.size, step);
    raw.push(readRecord(cursor.over(window, within), index, wide));
  }
  return raw;
}

type RecordCursor = ReturnType<typeof record.cursor>;

function readRecord(cursor: RecordCursor, index: number, wide: boolean): RawEntry {
  const { type } = cursor;
  const length = Math.max(0, Math.min(64, cursor.nameLength) - 2);
  const name = Buffer.from(cursor.name.subarray(0, length & ~1))
    .toString("utf16le")
    .toWellFormed();
  const size = cursor.size + (wide ? cursor.sizeHigh * 2 ** 32 : 0);
  const classId = Buffer.from(cursor.classId).toString("hex");
  return {
    index,
    name: name.split("\0")[0] ?? "",
    type,
    kind: type === 5 ? "root" : type === 1 ? "storage" : "stream",
    links: { left: cursor.left, right: cursor.right, child: cursor.child },
    classId: classId === nilClass ? null : classId,
    created: (BigInt(cursor.createdHigh) << 32n) | BigInt(cursor.createdLow),
    modified: (BigInt(cursor.modifiedHigh) << 32n) | BigInt(cursor.modifiedLow),
    size: type === 1 ? 0 : size,
    start: cursor.start,
  };
}

/** Which storage holds each record: over the sibling trees, each cut where it meets a record for the second time. */
function placeAll(raw: readonly RawEntry[], problems: string[]): Map<number, number> {
  const parents = new Map<number, number>();
  const root = raw.find(({ type }) => type === 5);
  if (!root) return parents;
  const storages = [root.index];
  for (let holder = storages.pop(); holder !== undefined; holder = storages.pop()) {
    const waiting = [raw[holder]!.links.child];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (index === noEntry) continue;
      const entry = raw[index];
      if (!entry || entry.type === 0 || entry.type === 5 || parents.has(index)) {
        if (problems.length === 0) problems.push(entry && parents.has(index) ? "loop in tree" : "link to nothing");
        continue;
      }
      parents.set(index, holder);
      waiting.push(entry.links.right, entry.links.left);
      if (entry.type === 1) storages.push(index);
    }
  }
  return parents;
}

function entryOf(raw: RawEntry, parents: ReadonlyMap<number, number>): CompoundEntry | null {
  const { type, links: _links, ...rest } = raw;
  const parent = parents.get(raw.index) ?? null;
  if (type === 5) return { ...rest, path: "", parent: null, state: "listed" };
  if (type === 1 || type === 2) return { ...rest, path: "", parent, state: parent === null ? "orphan" : "listed" };
  // A free record is zeroed by most writers; one that still has name and size is what is left of a stream.
  if (type === 0 && raw.name !== "" && raw.size > 0) return { ...rest, path: "", parent: null, state: "deleted" };
  return null;
}

function pathOf(entry: CompoundEntry, entries: Map<number, CompoundEntry>, known: Map<number, string>): string {
  if (entry.kind === "root") return "";
  const steps: CompoundEntry[] = [];
  let at: CompoundEntry | undefined = entry;
  while (at && at.kind !== "root" && !known.has(at.index)) {
    steps.push(at);
    at = at.parent === null ? undefined : entries.get(at.parent);
  }
  let path = at && at.kind !== "root" ? known.get(at.index)! : "";
  for (const step of steps.reverse()) {
    // Bounded, so that a deep chain of storages does not make paths of its length squared.
    path = path.length > 4096 ? step.name : path === "" ? step.name : `${path}/${step.name}`;
    known.set(step.index, path);
  }
  return path;
}
