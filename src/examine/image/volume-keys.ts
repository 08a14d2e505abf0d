/** Structural keys of volumes: where they lie in what holds them, never how they are numbered. */
import type { VolumeNode } from "../../../native-free/layers/volume-tree.ts";
import { itemId } from "../../../native-free/model/item-id.ts";

export type Keys = readonly string[];

/** Chains of all nodes below (and with) a root, whose chain is that of its medium. */
export function keysOfVolumes(root: VolumeNode, keys: Keys): ReadonlyMap<VolumeNode, Keys> {
  const all = new Map<VolumeNode, Keys>();
  const visit = (node: VolumeNode, own: Keys): void => {
    all.set(node, own);
    const taken = new Map<string, number>();
    for (const child of node.children) {
      const place = placeOf(child);
      const before = taken.get(place) ?? 0;
      taken.set(place, before + 1);
      // Two entries of a damaged table may name the same stretch.
      visit(child, [...own, before === 0 ? place : `${place}#${before}`]);
    }
  };
  visit(root, keys);
  return all;
}

/** First sector and size; of logical volumes, which are no one stretch, their name in the table. */
function placeOf({ kind, start, source, volume }: VolumeNode): string {
  if (start === null) return `${kind}:${volume?.name ?? ""}`;
  return `${kind}:${start / 512}+${source.size}`;
}

export function idOf(keys: Keys): string {
  return itemId(keys.map((key) => Buffer.from(key, "utf8")));
}
