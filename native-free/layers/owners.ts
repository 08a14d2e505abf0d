/** To what the bytes of a medium belong: volume by volume, and in file systems that are read file by file. */
import type { ByteSource, Run } from "../bytes/byte-source.ts";
import type { FileSystem } from "../filesystems/file-system.ts";
import { pathName } from "../model/forensic-path.ts";
import { keyInPath } from "./resolve.ts";
import type { TableArea } from "../volumes/volume-system.ts";
import { fileSystemOf, type VolumeNode } from "./volume-tree.ts";

/** Bytes in a row that belong to one thing. */
export interface OwnedRange {
  /** In bytes of the source that was asked about. */
  readonly start: number;
  readonly length: number;
  /** Forensic path without label: of a volume, a gap, a file; "" for the medium. */
  readonly path: string;
  /** Of `start` in what the path names; of a file in its content where that can be told, else in the volume. */
  readonly offset: number;
  /** Table or class: `boot record`, `metadata`, `slack` …; null for plain content. */
  readonly what: string | null;
}

/** From `at` to `at + length`, in order and without gaps, clipped to the medium. Where volumes overlap the first one counts. */
export function* ownersIn(root: VolumeNode, at: number, length: number): Iterable<OwnedRange> {
  const end = Math.min(root.source.size, at + length);
  for (let start = at; start < end;) {
    const { node, area, stop } = leafAt(root, start);
    const to = Math.min(end, stop);
    const offset = start - (node.start ?? 0);
    if (area) yield { start, length: to - start, path: node.path, offset, what: area.what };
    else yield* filesIn(node, start, to);
    start = to;
  }
}

interface Leaf {
  readonly node: VolumeNode;
  readonly area: TableArea | null;
  /** The leaf holds all up to there. */
  readonly stop: number;
}

function leafAt(root: VolumeNode, at: number): Leaf {
  let node = root;
  let stop = root.source.size;
  for (;;) {
    const base = node.start ?? 0;
    const child = node.children.find(({ start, source }) => start !== null && start <= at && at < start + source.size);
    const next = node.children.flatMap(({ start }) => (start !== null && start > at ? [start] : []));
    const area = node.system?.tables.find(({ start, length }) => base + start <= at && at < base + start + length);
    stop = Math.min(stop, ...next);
    if (area) return { node, area, stop: Math.min(stop, base + area.start + area.length) };
    const after = node.system?.tables.flatMap(({ start }) => (base + start > at ? [base + start] : [])) ?? [];
    stop = Math.min(stop, ...after);
    if (!child) return { node, area: null, stop };
    stop = Math.min(stop, (child.start ?? 0) + child.source.size);
    node = child;
  }
}

function* filesIn(node: VolumeNode, start: number, end: number): Iterable<OwnedRange> {
  const base = node.start ?? 0;
  const { fileSystem } = node.kind === "gap" ? { fileSystem: null } : fileSystemOf(node);
  if (!fileSystem) return yield { start, length: end - start, path: node.path, offset: start - base, what: null };
  const prefix = `${node.path === "" ? "" : `${node.path}/`}${fileSystem.format}:`;
  const claims = claimsIn(fileSystem, start - base, end - base);
  for (const { start: from, length, what } of fileSystem.account()) {
    if (base + from >= end) break;
    const last = Math.min(end - base, from + length);
    for (let at = Math.max(start - base, from); at < last;) {
      const claim = claims.find((each) => each.start <= at && at < each.end);
      const next = claims.flatMap((each) => (each.start > at ? [each.start] : []));
      const to = Math.min(last, claim?.end ?? Infinity, ...next);
      const range = { start: base + at, length: to - at };
      if (claim)
        yield { ...range, path: `${prefix}${claim.path}`, offset: claim.offset + at - claim.start, what: claim.what };
      else yield { ...range, path: node.path, offset: at, what };
      at = to;
    }
  }
}

/** Bytes of a volume that a file has, or had. */
interface FileClaim {
  readonly start: number;
  readonly end: number;
  /** Below the root. */
  readonly path: string;
  /** Of `start` in the content; of slack behind its end. */
  readonly offset: number;
  readonly what: string | null;
}

/** Allocated files first, then deleted ones as far as their bytes are still theirs. */
function claimsIn(fileSystem: FileSystem, start: number, end: number): FileClaim[] {
  const allocated: FileClaim[] = [];
  const deleted: FileClaim[] = [];
  const directories = new Map<string, string>();
  for (const entry of fileSystem.entries({ searchUnallocated: false })) {
    const live = entry.nameClaim === "allocated";
    const parent = entry.parent === null ? "" : (directories.get(entry.parent) ?? "");
    const path = `${parent}/${pathName(entry.name, keyInPath(entry))}`;
    if (entry.kind === "directory") directories.set(entry.key, path);
    let offset = 0;
    for (const { start: first, length, state } of fileSystem.extentsOf(entry)) {
      const held = first !== null && first < end && first + length > start && (live || state === "intact");
      if (held) (live ? allocated : deleted).push({ start: first, end: first + length, path, offset, what: null });
      offset += length;
    }
    for (const { start: first, length, what } of live ? fileSystem.slackOf(entry) : []) {
      if (first < end && first + length > start)
        allocated.push({ start: first, end: first + length, path, offset, what });
    }
  }
  return [...allocated, ...deleted];
}

/** Owners and runs together: bytes in a row with one owner, one kind and one place. */
export function* placesIn(
  source: ByteSource,
  owners: Iterable<OwnedRange>,
): Iterable<{ readonly owner: OwnedRange; readonly run: Run }> {
  for (const owner of owners) {
    for (const run of source.runsIn(owner.start, owner.length)) {
      const offset = owner.offset + run.start - owner.start;
      yield { owner: { ...owner, start: run.start, length: run.length, offset }, run };
    }
  }
}
