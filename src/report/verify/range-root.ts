/**
 * The root that some leaves in a row and a path give: RFC 9162 section 2.1.3 for one leaf, and for several its generalisation
 * (custody format, "Proofs"). Written from the format's description, apart from the program that makes the paths.
 */
import { LineRoot } from "./line-root.ts";
import { sha256 } from "./sha256.ts";

const branchMark = Uint8Array.of(0x01);

/** The root of `count` leaves; null where leaves from number `first` on and path do not fit such a tree. */
export function rootOfRange(
  leaves: readonly Uint8Array[],
  first: number,
  count: number,
  path: readonly Uint8Array[],
): Uint8Array | null {
  const end = first + leaves.length;
  if (![first, count].every((value) => Number.isSafeInteger(value) && value >= 0)) return null;
  if (leaves.length === 0 || end > count) return null;
  const rest = [...path];
  const root = rootOfPart(0, count);
  return root !== null && rest.length === 0 ? root : null;

  /** The root over the leaves `from` to `to`, of which some are proved; null where the path ends too early. */
  function rootOfPart(from: number, to: number): Uint8Array | null {
    if (first <= from && to <= end) {
      const tree = new LineRoot();
      for (const leaf of leaves.slice(from - first, to - first)) tree.addLeaf(leaf);
      return tree.root();
    }
    const middle = from + halfOf(to - from);
    // The proved parts come first in the path, then the hash of the part without proved leaves.
    const left = first < middle ? rootOfPart(from, middle) : undefined;
    const right = end > middle ? rootOfPart(middle, to) : (rest.shift() ?? null);
    const other = left === undefined ? (rest.shift() ?? null) : left;
    return other && right ? sha256(branchMark, other, right) : null;
  }
}

/** The largest power of two below a number above 1. */
function halfOf(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
