/** Thread entry: whole-stream hashes of a ring, and where it is asked to, the leaves of the block tree. */
import { createHash } from "node:crypto";
import { BlockTree, hexOf } from "../../native-free/hash/merkle.ts";
import { RingReader, type RingMemory } from "../../workers/ring.ts";
import { runPart } from "./part.ts";

export interface HashStreamData {
  readonly ring: RingMemory;
  readonly reader: number;
  /** Names as node:crypto knows them. */
  readonly algorithms: readonly string[];
  /** Bytes of a block of the tree, null for no tree. */
  readonly blockBytes: number | null;
}

export interface HashedStream {
  /** Hex, by algorithm. */
  readonly hashes: Readonly<Record<string, string>>;
  /** 32 bytes a block, in order. */
  readonly tree: { readonly leaves: Uint8Array; readonly root: string } | null;
}

await runPart<HashStreamData, HashedStream>(({ ring, reader, algorithms, blockBytes }) => {
  const stream = new RingReader(ring, reader);
  const hashes = algorithms.map((name) => createHash(name));
  const tree = blockBytes === null ? null : new BlockTree(blockBytes);
  for (let bytes = stream.next(); bytes !== null; bytes = stream.next()) {
    for (const hash of hashes) hash.update(bytes);
    tree?.update(bytes);
    stream.release();
  }
  const ended = tree?.finish() ?? null;
  return {
    hashes: Object.fromEntries(algorithms.map((name, index) => [name, hashes[index].digest("hex")])),
    tree: ended && { leaves: Uint8Array.from(Buffer.concat(ended.leaves)), root: hexOf(ended.root) },
  };
});
