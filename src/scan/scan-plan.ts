/** What a scan goes through, in its order: the items of an image from its listing, or the files of a folder. */
import type { BigIntStats } from "node:fs";
import { usualBudgets } from "../../native-free/layers/budgets.ts";
import { spaceWindowBytes } from "../../native-free/layers/derived.ts";
import type { Medium } from "../../native-free/layers/resolve.ts";
import { nameFromBytes, pathName } from "../../native-free/model/forensic-path.ts";
import { enumerate } from "../examine/image/enumerate.ts";
import { listSpace } from "../examine/image/enumeration.ts";
import { listedItems, ListingWriter, type ListedItem } from "../examine/image/listing.ts";
import { openDirectoryLister, type ListedName } from "../platform/directory-listing.ts";
import { FolderReader } from "../source/folder-reader.ts";
import type { ScanPart } from "./scan-job.ts";
import type { ScanScope } from "./scan-scopes.ts";

export interface PlannedPart extends ScanPart {
  readonly isSpace: boolean;
  /** Bytes of the whole item. */
  readonly size: number;
}

export interface ListedScan {
  readonly items: number;
  readonly bytes: number;
}

/** Writes the listing of a medium to a file. `onItem` is called for each item. */
export function listMedium(
  medium: Medium,
  scope: ScanScope,
  file: string,
  onItem: (items: number) => void,
): ListedScan {
  const writer = new ListingWriter(file);
  let bytes = 0;
  const emit = (rank: Parameters<ListingWriter["add"]>[0], item: ListedItem): void => {
    if (!isScanned(item, scope)) return;
    bytes += item.size ?? 0;
    writer.add(rank, item);
    onItem(writer.items);
  };
  if (scope === "whole") {
    listWhole(medium, emit);
    writer.finish("scan", [null]);
  } else {
    const media = enumerate(medium, {
      ...{ budgets: usualBudgets, avoid: new Map(), emit },
      onVolume: () => undefined,
      onFault: (_id, _reader, error) => {
        throw error;
      },
    });
    writer.finish("scan", media);
  }
  return { items: writer.items, bytes };
}

function isScanned({ place, size, kind }: ListedItem, scope: ScanScope): boolean {
  if (place === null || (size ?? 0) === 0 || kind === "directory") return false;
  if (place.what !== "entry") return true;
  // What an image holds is listed by itself.
  return scope === "all" && place.read && place.treatment !== "typed";
}

const wholeVolume = { index: 0, node: { path: "" } };

function listWhole(medium: Medium, emit: (rank: 4, item: ListedItem) => void): void {
  const keys = ["image", "raw"];
  const { size } = medium.volumes.source;
  for (let start = 0; start < size; start += spaceWindowBytes) {
    const key = `unallocated@${start}`;
    const space = { keys: [...keys, key], parent: null, path: `raw:/#${key}`, name: key };
    const emitSpace = (_: unknown, item: ListedItem): void => emit(4, item);
    listSpace({ emit: emitSpace }, wholeVolume, {
      ...{ ...space, origin: "unallocated", findings: [] },
      ranges: [{ start, length: Math.min(spaceWindowBytes, size - start) }],
    });
  }
}

/** The parts of a listing; contents above 64 MiB in several. */
export function* partsOfListing(file: string): Generator<PlannedPart> {
  for (const { item, start } of listedItems(file)) {
    const isDeleted = item.nameClaim === "deleted" || item.nameClaim === "orphan";
    const about = { item: item.path, isDeleted, isSpace: item.place?.what === "space", line: start, path: null };
    yield* stretches(item.size ?? 0, about);
  }
}

/**
 * The regular files of a folder, names in the order of their bytes; links and other file systems are not followed, access times not moved
 * where the system allows it. Throws the system's error where the folder itself cannot be opened.
 */
export function* partsOfFolder(
  folder: string,
  onSkipped: (path: string, code: string) => void,
): Generator<PlannedPart> {
  const reader = new FolderReader(folder, openDirectoryLister());
  try {
    const { dev } = reader.stat(Buffer.alloc(0));
    const waiting: Buffer[] = [Buffer.alloc(0)];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const folders: Buffer[] = [];
      for (const { name } of listed(reader, folder, at, onSkipped)) {
        const path = at.length === 0 ? name : Buffer.concat([at, Buffer.of(slash), name]);
        const stat = statOf(reader, folder, path, onSkipped);
        if (stat?.isDirectory() && stat.dev === dev) folders.push(path);
        if (!stat?.isFile() || stat.size === 0n) continue;
        const about = { item: shownPath(folder, path), isDeleted: false, isSpace: false, line: null };
        yield* stretches(Number(stat.size), { ...about, path: path.toString("latin1") });
      }
      waiting.push(...folders.toReversed());
    }
  } finally {
    reader.close();
  }
}

type OnSkipped = (path: string, code: string) => void;

/** Undefined for what is gone meanwhile, and for what the system does not give. */
function statOf(reader: FolderReader, folder: string, path: Buffer, onSkipped: OnSkipped): BigIntStats | undefined {
  try {
    return reader.stat(path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") onSkipped(shownPath(folder, path), code);
    return undefined;
  }
}

function listed(reader: FolderReader, folder: string, path: Buffer, onSkipped: OnSkipped): readonly ListedName[] {
  try {
    return reader.list(path);
  } catch (error) {
    onSkipped(shownPath(folder, path), (error as NodeJS.ErrnoException).code ?? "");
    return [];
  }
}

/** As a forensic path shows it where its bytes are no UTF-8. */
function shownPath(folder: string, path: Buffer): string {
  const name = nameFromBytes(path);
  const parts = path.toString("latin1").split("/");
  const shown =
    name.bytes === null
      ? name.text
      : parts.map((part) => pathName(nameFromBytes(Buffer.from(part, "latin1")))).join("/");
  return folder.endsWith("/") ? `${folder}${shown}` : `${folder}/${shown}`;
}

const slash = 0x2f;

function* stretches(size: number, about: Omit<PlannedPart, "from" | "to" | "size">): Generator<PlannedPart> {
  for (let from = 0; from < size; from += spaceWindowBytes) {
    yield { ...about, size, from, to: Math.min(size, from + spaceWindowBytes) };
  }
}

/** Small parts together: a round trip costs more than they do. */
const batchBytes = 4 << 20;
const batchParts = 64;

export function* batchesOf(parts: Iterable<PlannedPart>): Generator<PlannedPart[]> {
  let batch: PlannedPart[] = [];
  let bytes = 0;
  for (const part of parts) {
    batch.push(part);
    bytes += part.to - part.from;
    if (bytes < batchBytes && batch.length < batchParts) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
