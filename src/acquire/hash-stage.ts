/** The hashing half of a stage: starts the hash threads on a ring and puts their results together. */
import { entryUrl } from "../../workers/entry-url.ts";
import type { RingMemory } from "../../workers/ring.ts";
import type { HashedStream, HashStreamData } from "./hash-stream-thread.ts";
import { hashGroups, treeBlockBytes } from "./image-plan.ts";
import type { Stage } from "./stage.ts";

export interface StreamHashes {
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

export interface StreamDigest {
  /** Hex. */
  readonly hashes: StreamHashes;
  /** Leaves of the block tree, 32 bytes each, and its root (hex). */
  readonly leaves: Uint8Array;
  readonly root: string;
}

/** Starts the threads as readers `firstReader` … of the ring; `hashGroups(cores)` says how many. */
export function startHashing(
  stage: Stage,
  ring: RingMemory,
  firstReader: number,
  cores: number,
): Promise<StreamDigest> {
  const entry = entryUrl(import.meta.url, "./hash-stream-thread");
  const parts = hashGroups(cores).map(({ algorithms, tree }, index) => {
    const reader = firstReader + index;
    const data: HashStreamData = { ring, reader, algorithms, blockBytes: tree ? treeBlockBytes : null };
    return stage.start<HashedStream>(entry, data).result;
  });
  const all = Promise.all(parts).then(joined);
  all.catch(() => undefined);
  return all;
}

function joined(parts: readonly HashedStream[]): StreamDigest {
  const { md5, sha1, sha256 } = Object.assign({}, ...parts.map(({ hashes }) => hashes)) as Partial<StreamHashes>;
  const tree = parts.find((part) => part.tree !== null)?.tree;
  if (md5 === undefined || sha1 === undefined || sha256 === undefined || !tree) {
    throw new Error("a hash thread left its result out");
  }
  return { hashes: { md5, sha1, sha256 }, leaves: tree.leaves, root: tree.root };
}
