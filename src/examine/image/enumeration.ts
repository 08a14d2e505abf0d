/** What the parts of an enumeration share: where items go, what was found on the way, and the shapes that several of them write. */
import type { SurveyBudgets } from "../../../native-free/layers/budgets.ts";
import type { SpaceRange } from "../../../native-free/layers/derived.ts";
import type { Medium } from "../../../native-free/layers/resolve.ts";
import type { Finding } from "../../../native-free/model/findings.ts";
import type { Origin } from "../../../native-free/model/item.ts";
import type { Avoidance } from "../../../workers/examine-unit.ts";
import type { ListedItem, ListedMedium } from "./listing.ts";
import { spaceRank, type Rank } from "./ranking.ts";
import { idOf, type Keys } from "./volume-keys.ts";

export interface EnumerationOptions {
  readonly budgets: SurveyBudgets;
  /** Volumes by the id of their item that ended a thread before: their bytes are listed, their structures not read. */
  readonly avoid: ReadonlyMap<string, Avoidance>;
  readonly emit: (rank: Rank, item: ListedItem) => void;
  /** Said before the structures of a volume are read. */
  readonly onVolume: (id: string) => void;
  /** A mistake of ours. */
  readonly onFault: (id: string, reader: string, error: unknown) => void;
}

/** What all parts of one enumeration share. */
export interface Enumeration extends EnumerationOptions {
  /** By index; the first is the exhibit's own. */
  readonly media: ListedMedium[];
  /** Media found among files, whose content is still to be listed. */
  readonly queue: NestedMedium[];
  /** Images that were opened. */
  images: number;
}

/** A medium whose content is to be listed, below the item with that id. */
export interface NestedMedium {
  readonly medium: Medium;
  readonly index: number;
  readonly depth: number;
  readonly keys: Keys;
  readonly id: string;
}

export interface ListedSpace {
  readonly keys: Keys;
  readonly parent: string | null;
  readonly path: string;
  readonly name: string;
  readonly origin: Origin;
  readonly ranges: readonly SpaceRange[];
  readonly findings: readonly Finding[];
}

/** Bytes of a volume that no entry names. */
export function listSpace(
  { emit }: Pick<Enumeration, "emit">,
  { index, node }: { readonly index: number; readonly node: { readonly path: string } },
  { keys, parent, path, name, origin, ranges, findings }: ListedSpace,
): void {
  emit(spaceRank, {
    ...plainItem(keys, parent, path),
    ...{ name: { text: name, bytes: null }, kind: "space", nameClaim: "none", contentClaim: "unallocated", origin },
    size: ranges.reduce((sum, { length }) => sum + length, 0),
    ...(findings.length > 0 ? { findings } : {}),
    place: { what: "space", medium: index, volume: node.path, ranges },
  });
}

const noName = { text: "", bytes: null };

/** A medium, a volume, a root: something that holds items and is done. */
export function plainItem(keys: Keys, parent: string | null, path: string): Omit<ListedItem, "place"> {
  return {
    ...{ id: idOf(keys), parent, path, chain: keys, name: noName, kind: "directory", nameClaim: "allocated" },
    ...{ contentClaim: "none", origin: "entry", status: "done", reason: null, size: null },
  };
}
