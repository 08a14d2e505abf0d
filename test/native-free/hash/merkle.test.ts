import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BlockTree,
  checkInclusion,
  hexOf,
  inclusionProof,
  leafHash,
  LineTree,
  MerkleFrontier,
  merkleRoot,
  nodeHash,
} from "../../../native-free/hash/merkle.ts";

/** RFC 9162 section 2.1.1, word for word. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return createHash("sha256").digest();
  if (leaves.length === 1) return leafHash(leaves[0] as Uint8Array);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

/** Packed leaves, 32 bytes each, in hex. */
const leafList = (leaves: Uint8Array): string[] =>
  Array.from({ length: leaves.length / 32 }, (_, at) => hexOf(leaves.subarray(at * 32, (at + 1) * 32)));

const leavesOf = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 40 });

describe("Merkle tree (RFC 9162)", () => {
  it("prefixes leaves with 0x00 and nodes with 0x01", () => {
    expect(hexOf(leafHash(new Uint8Array(0)))).toBe(createHash("sha256").update("\0").digest("hex"));
    const [a, b] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
    expect(hexOf(nodeHash(a, b))).toBe(createHash("sha256").update("\x01").update(a).update(b).digest("hex"));
  });

  it("has the root of its definition, at every length of the stream", () => {
    fc.assert(
      fc.property(leavesOf, (leaves) => {
        const tree = new MerkleFrontier();
        expect(hexOf(tree.root())).toBe(hexOf(definition([])));
        leaves.forEach((leaf, index) => {
          tree.addLeaf(leaf);
          expect(hexOf(tree.root())).toBe(hexOf(definition(leaves.slice(0, index + 1))));
        });
        expect(hexOf(merkleRoot(leaves.map(leafHash)))).toBe(hexOf(definition(leaves)));
      }),
    );
  });

  it("goes on from a stored frontier", () => {
    fc.assert(
      fc.property(leavesOf, leavesOf, (first, second) => {
        const before = new MerkleFrontier();
        first.forEach((leaf) => before.addLeaf(leaf));
        const after = new MerkleFrontier(before.count, before.frontier);
        second.forEach((leaf) => after.addLeaf(leaf));
        expect(hexOf(after.root())).toBe(hexOf(definition([...first, ...second])));
      }),
    );
    expect(() => new MerkleFrontier(3, [new Uint8Array(32)])).toThrow(RangeError);
    expect(() => new MerkleFrontier(1, [new Uint8Array(31)])).toThrow(RangeError);
    expect(() => new MerkleFrontier(-1)).toThrow(RangeError);
  });

  it("proves every leaf, and nothing else", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (count, pick, flip) => {
        const leaves = Array.from({ length: count }, (_, at) => leafHash(Uint8Array.of(at)));
        const root = merkleRoot(leaves);
        const index = pick % count;
        const leaf = leaves[index] as Uint8Array;
        const proof = inclusionProof(leaves, index);
        expect(checkInclusion(leaf, index, count, proof, root)).toBe(true);
        for (let other = 0; other < count; other++) {
          if (other !== index) expect(checkInclusion(leaf, other, count, proof, root)).toBe(false);
        }
        expect(checkInclusion(leafHash(Uint8Array.of(200)), index, count, proof, root)).toBe(false);
        expect(checkInclusion(leaf, index, count, [...proof, leaf], root)).toBe(false);
        if (proof.length === 0) return;
        expect(checkInclusion(leaf, index, count, proof.slice(1), root)).toBe(false);
        const changed = proof.map((hash) => Uint8Array.from(hash));
        const at = flip % changed.length;
        (changed[at] as Uint8Array)[flip % 32] = ((changed[at] as Uint8Array)[flip % 32] as number) ^ 1;
        expect(checkInclusion(leaf, index, count, changed, root)).toBe(false);
      }),
      { numRuns: 60 },
    );
    expect(() => inclusionProof([], 0)).toThrow(RangeError);
    expect(checkInclusion(new Uint8Array(32), 0, 0, [], new Uint8Array(32))).toBe(false);
  });
});

describe("block and line trees", () => {
  it("cut a stream the same way whatever the pieces", () => {
    const bytes = randomBytes(10_007);
    for (const piece of [1, 7, 1000, 20_000]) {
      const tree = new BlockTree(1000);
      for (let at = 0; at < bytes.length; at += piece) tree.update(bytes.subarray(at, at + piece));
      const { leaves, root } = tree.finish();
      const blocks = Array.from({ length: 11 }, (_, at) => bytes.subarray(at * 1000, at * 1000 + 1000));
      expect(leafList(leaves)).toEqual(blocks.map((block) => hexOf(leafHash(block))));
      expect(hexOf(root)).toBe(hexOf(definition(blocks)));
    }
    expect(new BlockTree().finish().leaves).toEqual(new Uint8Array());
    expect(() => new BlockTree(0)).toThrow(RangeError);
  });

  it("tell of their leaves as they are complete", () => {
    const bytes = randomBytes(3500);
    const tree = new BlockTree(1000);
    tree.update(bytes.subarray(0, 2500));
    const [first, second] = [bytes.subarray(0, 1000), bytes.subarray(1000, 2000)].map((block) =>
      hexOf(leafHash(block)),
    );
    expect([tree.count, leafList(tree.leavesFrom(0)), leafList(tree.leavesFrom(1))]).toEqual([
      2,
      [first, second],
      [second],
    ]);
    tree.update(bytes.subarray(2500));
    expect(leafList(tree.finish().leaves)).toHaveLength(4);
    expect(leafList(tree.leavesFrom(3))).toEqual([hexOf(leafHash(bytes.subarray(3000)))]);
    const many = new BlockTree(1);
    many.update(randomBytes(5000));
    expect(many.finish().leaves.length).toBe(5000 * 32);
  });

  it("localise one changed byte to one block", () => {
    const bytes = randomBytes(8192);
    const leavesOfBytes = (data: Uint8Array) => {
      const tree = new BlockTree(1024);
      tree.update(data);
      return leafList(tree.finish().leaves);
    };
    const before = leavesOfBytes(bytes);
    for (const at of [0, 1023, 1024, 5000, 8191]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x80;
      const after = leavesOfBytes(changed);
      expect(after.flatMap((leaf, index) => (leaf === before[index] ? [] : [index]))).toEqual([at >> 10]);
    }
  });

  it("say of a line file what sha256sum says of its bytes", () => {
    const lines = ["a", "", "ü"].map((line) => Buffer.from(line));
    const tree = new LineTree();
    lines.forEach((line) => tree.add(line));
    expect(tree.finish()).toEqual({
      sha256: createHash("sha256").update("a\n\nü\n").digest("hex"),
      lines: 3,
      root: hexOf(definition(lines)),
    });
  });
});
