/** Thread entry: whole-stream hashes of a ring, and where it is asked to, the leaves of the block tree as they come. */
import { BlockTree, hexOf } from "../../../native-free/hash/merkle.ts";
import { RingReader, type RingMemory } from "../../../workers/ring.ts";
import type { HashName } from "./image-body.ts";
import { runPart } from "../part.ts";
import { streamHash } from "./stream-hash.ts";

export interface HashStreamData {
  readonly ring: RingMemory;
  readonly reader: number;
  readonly algorithms: readonly HashName[];
  /** Bytes of a block of the tree, null for no tree. */
  readonly blockBytes: number | null;
}

export interface HashedStream {
  /** Hex, by algorithm. */
  readonly hashes: Readonly<Record<string, string>>;
  /** 32 bytes a block, in order. */
  readonly tree: { readonly leaves: Uint8Array; readonly root: string } | null;
}

/** Said by the thread of the tree: the leaves since the last time, 32 bytes each. */
export interface LeavesNote {
  readonly leaves: Uint8Array;
}

const tellEveryLeaves = 16;

await runPart<HashStreamData, HashedStream>(async ({ ring, reader, algorithms, blockBytes }, _, note) => {
  const stream = new RingReader(ring, reader);
  const hashes = algorithms.map(streamHash);
  const tree = blockBytes === null ? null : new BlockTree(blockBytes);
  let told = 0;
  const tell = (): void => {
    if (!tree || tree.count === told) return;
    note({ leaves: tree.leavesFrom(told) } satisfies LeavesNote);
    told = tree.count;
  };
  for (let bytes = stream.next(tell); bytes !== null; bytes = stream.next(tell)) {
    for (const hash of hashes) hash.update(bytes);
    tree?.update(bytes);
    if (tree && tree.count - told >= tellEveryLeaves) tell();
    stream.release();
  }
  const ended = tree?.finish() ?? null;
  tell();
  return {
    hashes: Object.fromEntries(algorithms.map((name, index) => [name, hashes[index].digest()])),
    tree: ended && { leaves: ended.leaves, root: hexOf(ended.root) },
  };
});
