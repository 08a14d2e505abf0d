/**
 * `work/<label>/listing.jsonl`: every item of an image before its bytes are looked at, in the order of examination. The first line says
 * of what it is the list; each further one is an item and a unit of work, known by the byte at which its line begins. It appears whole
 * or not at all, and is made once.
 */
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import type { SpaceRange } from "../../../native-free/layers/derived.ts";
import type { ItemRow } from "../../../native-free/model/item.ts";
import type { Treatment } from "../../../native-free/model/prepared.ts";
import { diskFiles, linesOf } from "../../custody/journal-files.ts";
import { entryAt } from "../../source/read-manifest.ts";
import { ranks, type Rank } from "./ranking.ts";
import { openSynced, writeAll } from "./synced-file.ts";

/** Another shape, another way of listing: lists of an earlier one are made anew. */
export const listingSchema = "vestige.listing/2";

/** Where a medium lies: null for that of the exhibit, else the file of an image in a file system. */
export type ListedMedium = null | {
  readonly path: string;
  /** Index of the medium that holds it. */
  readonly host: number;
  readonly volume: string;
  readonly fileSystem: string;
  readonly key: string;
  /** Key of its directory; null for the root. */
  readonly directory: string | null;
};

interface InVolume {
  /** Index in the list of media. */
  readonly medium: number;
  /** Volume tokens, joined by "/"; "" for the medium itself. */
  readonly volume: string;
}

/** Where the bytes of an item are. */
export type ListedPlace =
  | (InVolume & {
      /** `entry`: of a file system by its key, or the root directory (null); `slack`: what it occupies and does not use. */
      readonly what: "entry" | "slack";
      readonly fileSystem: string;
      readonly key: string | null;
      /** Key of the directory of a file; null for the root and where there is none. */
      readonly directory: string | null;
      /** False where only the extents are wanted. */
      readonly read: boolean;
      readonly treatment: Treatment;
    })
  | (InVolume & { readonly what: "space"; readonly ranges: readonly SpaceRange[] });

/** An item as far as it is known without its content. `depth` is 0 and left out, as are empty lists. */
export interface ListedItem extends Pick<
  ItemRow,
  "id" | "parent" | "path" | "name" | "kind" | "nameClaim" | "contentClaim" | "origin" | "status" | "reason" | "size"
> {
  /** Structural keys from the exhibit down. */
  readonly chain: readonly string[];
  readonly times?: ItemRow["times"];
  readonly findings?: ItemRow["findings"];
  /** Null where nothing is to be opened. */
  readonly place: ListedPlace | null;
}

export interface ListingHead {
  readonly schema: typeof listingSchema;
  /** Of image and profile. */
  readonly identity: string;
  readonly media: readonly ListedMedium[];
  readonly items: number;
  /** Sum of the known sizes. */
  readonly bytes: number;
}

/** The head of a finished listing of that identity; null where there is none. */
export function readHead(file: string, identity: string): ListingHead | null {
  if (!existsSync(file)) return null;
  const descriptor = openSync(file, "r");
  try {
    const head = listedAt<ListingHead>(descriptor, 0);
    return head.schema === listingSchema && head.identity === identity ? head : null;
  } catch {
    // Not whole: it is made anew.
    return null;
  } finally {
    closeSync(descriptor);
  }
}

/** The line that begins at a byte of an open listing. */
export function listedAt<Line = ListedItem>(descriptor: number, at: number): Line {
  return entryAt(descriptor, at) as unknown as Line;
}

/** A line holds the ranges of a window of free space, each some 30 bytes. */
const lineLimitBytes = 256 << 20;

/** The items of a listing with the bytes at which their lines begin. */
export function* listedItems(file: string): Generator<{ readonly item: ListedItem; readonly start: number }> {
  let isHead = true;
  for (const { bytes, start } of linesOf(diskFiles, file, 0, statSync(file).size, lineLimitBytes)) {
    if (!isHead) yield { item: JSON.parse(Buffer.from(bytes).toString("utf8")) as ListedItem, start };
    isHead = false;
  }
}

const flushBytes = 1 << 20;

/** Takes items in the order of the walk and writes them in the order of their ranks, with flat memory. */
export class ListingWriter {
  readonly #file: string;
  readonly #parts: RankFile[];
  items = 0;
  #bytes = 0;

  constructor(file: string) {
    this.#file = file;
    this.#parts = ranks.map((rank) => new RankFile(`${file}.${rank}`));
  }

  add(rank: Rank, item: ListedItem): void {
    this.items += 1;
    this.#bytes += item.size ?? 0;
    this.#parts[rank]?.add(`${JSON.stringify(item)}\n`);
  }

  /** Puts the parts together behind the head. Throws what the system throws (a full disk). */
  finish(identity: string, media: readonly ListedMedium[]): ListingHead {
    const head = { schema: listingSchema, identity, media, items: this.items, bytes: this.#bytes } as const;
    const fresh = `${this.#file}.new`;
    const descriptor = openSynced(fresh);
    try {
      writeAll(descriptor, Buffer.from(`${JSON.stringify(head)}\n`));
      for (const part of this.#parts) part.copyTo(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, this.#file);
    this.discard();
    return head;
  }

  discard(): void {
    for (const part of this.#parts) part.remove();
  }
}

class RankFile {
  readonly #file: string;
  readonly #descriptor: number;
  #held: string[] = [];
  #heldChars = 0;

  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, "w+", 0o644);
  }

  add(line: string): void {
    this.#held.push(line);
    this.#heldChars += line.length;
    if (this.#heldChars >= flushBytes) this.#flush();
  }

  copyTo(target: number): void {
    this.#flush();
    const chunk = Buffer.allocUnsafe(flushBytes);
    for (let at = 0; ;) {
      const count = readSync(this.#descriptor, chunk, 0, chunk.length, at);
      if (count === 0) return;
      writeAll(target, chunk.subarray(0, count));
      at += count;
    }
  }

  remove(): void {
    closeSync(this.#descriptor);
    rmSync(this.#file, { force: true });
  }

  #flush(): void {
    if (this.#heldChars > 0) writeAll(this.#descriptor, Buffer.from(this.#held.join(""), "utf8"));
    this.#held = [];
    this.#heldChars = 0;
  }
}

/** Removes a listing and what an interrupted one left. */
export function removeListing(file: string): void {
  for (const suffix of ["", ".new", ...ranks.map((rank) => `.${rank}`)]) rmSync(`${file}${suffix}`, { force: true });
}
