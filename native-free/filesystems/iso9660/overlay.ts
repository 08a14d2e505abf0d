/**
 * Trees behind the one that is shown: other trees of the same session, trees of earlier sessions. What they have and the trees before them do not is
 * put into the directory of the same name; where there is none, their own directory is shown.
 */
import { BlockSet } from "../block-set.ts";
import { RankClaims } from "./claims.ts";
import type { EntryOwner, IsoEntry } from "./entry.ts";
import { fileFlag } from "./layouts.ts";
import type { DirectoryRef } from "./records.ts";
import { childOf, rootOf, TreeWalk, type Visit } from "./walk.ts";
import type { Tree } from "./volume.ts";

/** A directory of such a tree, while the tree is gone through. */
interface Node {
  readonly ref: DirectoryRef;
  /** The directory of the shown tree that it stands for. */
  readonly twin: DirectoryRef | null;
  readonly parent: number;
  /** Of its own entry, where it is shown itself; else -1. */
  readonly offset: number;
  /** Whether it has something to show, or only what has no content. */
  extra: boolean;
  empty: boolean;
}

const folded = (text: string): string => text.toLowerCase();

export class Overlays {
  /** Directories with something to show, by the key of the directory in which it is shown; "" for the root. */
  readonly mirrors = new Map<string, DirectoryRef[]>();
  readonly ranks: RankClaims[] = [];
  /** Offsets of the records of directories that are shown themselves. */
  readonly #shown = new Set<number>();
  /** Keys of shown directories by key of the parent and name. */
  readonly #keys = new Map<string, string>();
  readonly #owner: EntryOwner;
  #shownKind: Tree["kind"] | null = null;

  constructor(owner: EntryOwner) {
    this.#owner = owner;
  }

  rankOf(rank: number): RankClaims {
    return (this.ranks[rank] ??= new RankClaims());
  }

  /** Whether an entry is told: all of the shown tree, of the others what no tree before them has. */
  isShown(entry: IsoEntry): boolean {
    const { tree, state } = entry.directory;
    if (tree.rank === 0) return true;
    if (entry.isDirectory) return state === "orphan" || this.#shown.has(entry.offset);
    if (entry.firstBlock !== null) return this.#isNew(entry);
    return this.#hasMoreEmpties(tree, state) && this.#isNew(entry);
  }

  /** Names of trees of one session differ, so that only their number tells whether one has an empty file that the other has not. */
  #hasMoreEmpties(tree: Tree, state: DirectoryRef["state"]): boolean {
    return state === "deleted" || this.rankOf(tree.rank).empties > this.rankOf(0).empties;
  }

  #isNew(entry: IsoEntry): boolean {
    const { tree, state } = entry.directory;
    const block = entry.firstBlock;
    let [claimed, named] = [false, false];
    for (let rank = 0; rank < tree.rank; rank++) {
      const claims = this.ranks[rank];
      if (!claims) continue;
      claimed ||= block !== null && claims.starts.has(block);
      named ||= claims.hasName(block, entry.name.text);
    }
    if (block === null) return !named;
    // In an earlier session a name of the same content may be another.
    return !claimed || (state === "deleted" && tree.kind === this.#shownKind && !named);
  }

  /** Goes through a tree; `record` is called for every entry of it that is no directory, `visited` for every directory. */
  add(
    walk: TreeWalk,
    tree: Tree,
    shown: Tree,
    record: (entry: IsoEntry) => void,
    visited: (visit: Visit) => void,
  ): void {
    this.#shownKind = shown.kind;
    const { volume } = this.#owner;
    const nodes: Node[] = [];
    const root: Node = {
      ...{ ref: rootOf(volume, tree), twin: rootOf(volume, shown), parent: -1, offset: -1 },
      ...{ extra: false, empty: false },
    };
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const index = nodes.push(node) - 1;
      const children: IsoEntry[] = [];
      const visit = walk.visit(node.ref);
      for (const entry of visit.entries) {
        if (entry.isDirectory) children.push(entry);
        else {
          record(entry);
          if (this.#isNew(entry)) node[entry.firstBlock === null ? "empty" : "extra"] = true;
        }
      }
      visited(visit);
      stack.push(...this.#childNodes(node, index, children).toReversed());
    }
    this.#choose(nodes, tree);
  }

  #childNodes(node: Node, parent: number, children: readonly IsoEntry[]): Node[] {
    if (children.length === 0) return [];
    const twins = node.twin === null ? new Map<string, DirectoryRef>() : this.#directoriesIn(node.twin);
    return children.flatMap((entry) => {
      const child = childOf(this.#owner.volume, entry);
      const name = folded(entry.name.text);
      const twin = twins.get(name) ?? null;
      const key = twin?.key ?? this.#keys.get(`${node.ref.key ?? ""}/${name}`) ?? null;
      const base = { twin, parent, extra: false, empty: false };
      if (key !== null) return child ? [{ ...base, ref: { ...child, key, mirrors: true }, offset: -1 }] : [];
      if (entry.directory.state === "deleted") {
        this.#shown.add(entry.offset);
        this.#keys.set(`${node.ref.key ?? ""}/${name}`, entry.key);
        node.extra = true;
      }
      return child ? [{ ...base, ref: child, offset: entry.offset }] : [];
    });
  }

  #directoriesIn(directory: DirectoryRef): Map<string, DirectoryRef> {
    const found = new Map<string, DirectoryRef>();
    for (const entry of new TreeWalk(this.#owner).visit(directory).entries) {
      // Asked first: most entries are files.
      if ((entry.flags & fileFlag.directory) === 0 && entry.use.childBlock < 0) continue;
      const child = childOf(this.#owner.volume, entry);
      if (child) found.set(folded(entry.name.text), child);
    }
    return found;
  }

  /** From the leaves up: a directory is shown where it has something to show. */
  #choose(nodes: readonly Node[], tree: Tree): void {
    const withEmpties = this.#hasMoreEmpties(tree, nodes[0]!.ref.state);
    for (let index = nodes.length - 1; index >= 0; index--) {
      const node = nodes[index]!;
      const shown = node.extra || (withEmpties && node.empty);
      if (!shown) continue;
      const { ref, parent, offset } = node;
      if (offset >= 0) {
        this.#shown.add(offset);
        nodes[parent]!.extra = true;
      } else {
        const key = ref.key ?? "";
        const known = this.mirrors.get(key);
        if (known) known.push(ref);
        else this.mirrors.set(key, [ref]);
      }
    }
  }
}

/** Blocks of a tree that is only accounted for. */
export function markTree(walk: TreeWalk, owner: EntryOwner, tree: Tree, visited: (visit: Visit) => void): void {
  const seen = new BlockSet();
  for (const visit of walk.from(rootOf(owner.volume, tree))) {
    for (const entry of visit.entries) {
      const child = entry.isDirectory ? childOf(owner.volume, entry) : null;
      if (child && seen.add(child.start / owner.volume.blockBytes)) walk.push(child);
    }
    visited(visit);
  }
}
