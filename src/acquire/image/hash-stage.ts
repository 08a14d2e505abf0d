/** The hashing half of a stage: starts the hash threads on a ring and puts their results together. */
import { entryUrl } from "../../../workers/entry-url.ts";
import type { RingMemory } from "../../../workers/ring.ts";
import type { HashedStream, HashStreamData, LeavesNote } from "./hash-stream-thread.ts";
import { hashGroups } from "./hash-groups.ts";
import type { HashName, StreamHashes } from "./image-body.ts";
import { treeBlockBytes } from "./image-plan.ts";
import type { Stage } from "../stage.ts";

export interface StreamDigest {
  /** Hex. */
  readonly hashes: StreamHashes;
  /** Leaves of the block tree, 32 bytes each, and its root (hex). */
  readonly leaves: Uint8Array;
  readonly root: string;
}

export interface HashingOptions {
  readonly ring: RingMemory;
  /** The readers of the ring from there on are the threads': as many as `hashGroups(hashes, cores)` has. */
  readonly firstReader: number;
  readonly hashes: readonly HashName[];
  readonly cores: number;
  /** Hears of leaves (32 bytes each, in order) as blocks are complete. */
  readonly onLeaves?: (leaves: Uint8Array) => void;
}

export function startHashing(stage: Stage, options: HashingOptions): Promise<StreamDigest> {
  const { ring, firstReader, hashes, cores, onLeaves } = options;
  const entry = entryUrl(import.meta.url, "./hash-stream-thread");
  const parts = hashGroups(hashes, cores).map(({ algorithms, tree }, index) => {
    const reader = firstReader + index;
    const data: HashStreamData = { ring, reader, algorithms, blockBytes: tree ? treeBlockBytes : null };
    return stage.start<HashedStream>(entry, data, (note) => onLeaves?.((note as LeavesNote).leaves)).result;
  });
  const all = Promise.all(parts).then((results) => joined(results, hashes));
  all.catch(() => undefined);
  return all;
}

function joined(parts: readonly HashedStream[], names: readonly HashName[]): StreamDigest {
  const found = Object.assign({}, ...parts.map(({ hashes }) => hashes)) as Record<string, string>;
  const tree = parts.find((part) => part.tree !== null)?.tree;
  if (!tree || names.some((name) => found[name] === undefined)) throw new Error("a hash thread left its result out");
  const hashes = Object.fromEntries(names.map((name) => [name, found[name]])) as unknown as StreamHashes;
  return { hashes, leaves: tree.leaves, root: tree.root };
}
