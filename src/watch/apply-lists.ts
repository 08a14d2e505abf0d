/**
 * Applies watch-lists to the work file of one exhibit: to every text, field, identifier, name and folder in it; no evidence is opened.
 * How far it came is stored with the hits, so that it goes on where it was stopped, or killed. The caller holds the exhibit's lock.
 */
import type { AppliedList, WatchBatch, WatchStore } from "../case/watch-store.ts";
import { watchSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import type { CaseList } from "./case-lists.ts";
import { runInOrder, taskRunner } from "./run-tasks.ts";
import type { WatchResult, WatchTask } from "./watch-job.ts";

/** Row numbers of one task. */
const contentsPerTask = 128;
const itemsPerTask = 4096;
/** Fewer contents than these are looked through sooner than threads start. */
const contentsHere = 1000;
const commitRows = 20_000;
const commitMs = 1000;

export interface ListToApply extends CaseList {
  /** Processing of this exhibit looked for it in texts. */
  readonly own: boolean;
}

export interface ApplyOptions {
  readonly workFile: string;
  /** For the sentence of an interruption. */
  readonly label: string;
  readonly lists: readonly ListToApply[];
  /** Hits of one list that are kept of one content. */
  readonly limit: number;
  /** Threads; null takes those that are worth it, up to `most`. */
  readonly workers: number | null;
  readonly most: number;
  readonly tool: string;
  /** For tests: hits after which they are committed. */
  readonly commitRows?: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: WatchProgress) => void;
}

export interface WatchProgress {
  /** 0 to 1. */
  readonly share: number;
  /** UTF-16 units of text. */
  readonly chars: number;
}

/** How a list stands before it is applied. */
export type ListStanding = "new" | "changed" | "begun" | "unchanged";

export function standingOf(list: ListToApply, applied: readonly AppliedList[], corpus: string): ListStanding {
  const before = applied.find((one) => one.list === list.id);
  if (!before) return "new";
  if (before.sha256 !== list.sha256 || before.own !== list.own || before.corpus !== corpus) return "changed";
  return before.finished === null ? "begun" : "unchanged";
}

/** Applies the lists that are not applied as they are. Throws OperatorError `watch/interrupted` (4) at a stop. */
export async function applyLists(store: WatchStore, corpus: string, options: ApplyOptions): Promise<void> {
  const applied = store.lists();
  const open = options.lists.filter((list) => standingOf(list, applied, corpus) !== "unchanged");
  const started = new Date().toISOString();
  for (const list of open) {
    if (standingOf(list, applied, corpus) === "begun") continue;
    const { id, version, title, file, sha256, entries, own } = list;
    store.begin({ list: id, version, title, file, sha256, entries, own, corpus, tool: options.tool, started });
  }
  for (const group of groupsOf(open, store.lists())) await new Application(store, group, options).run();
}

interface Group {
  readonly lists: readonly ListToApply[];
  readonly contents: number;
  readonly items: number;
}

/** Lists that were stopped at the same place go on together. */
function groupsOf(lists: readonly ListToApply[], applied: readonly AppliedList[]): Group[] {
  const groups = new Map<string, Group & { lists: ListToApply[] }>();
  for (const list of lists) {
    const { contents, items } = applied.find((one) => one.list === list.id) ?? { contents: 0, items: 0 };
    const key = `${contents} ${items}`;
    const group = groups.get(key) ?? { lists: [], contents, items };
    group.lists.push(list);
    groups.set(key, group);
  }
  return [...groups.values()];
}

class Application {
  readonly #store: WatchStore;
  readonly #group: Group;
  readonly #options: ApplyOptions;
  readonly #ids: readonly string[];
  readonly #ends: { readonly contents: number; readonly items: number };
  #held: WatchBatch[] = [];
  #heldRows = 0;
  #heldSince = 0;
  #chars = 0;

  constructor(store: WatchStore, group: Group, options: ApplyOptions) {
    this.#store = store;
    this.#group = group;
    this.#options = options;
    this.#ids = group.lists.map(({ id }) => id);
    this.#ends = store.ends();
  }

  async run(): Promise<void> {
    const { workFile, limit, signal, workers, most } = this.#options;
    const lists = this.#group.lists.map(({ id, file, text, own }) => ({ id, name: file, text, own }));
    const isShort = this.#ends.contents - this.#group.contents <= contentsHere;
    const runner = taskRunner({ workFile, lists, limit }, workers ?? (isShort ? 0 : most));
    try {
      await runInOrder(runner, this.#tasks(), signal, (result) => this.#take(result));
    } finally {
      try {
        this.#commit();
      } finally {
        await runner.close();
      }
    }
    if (signal.aborted) throw new OperatorError("watch/interrupted", watchSays.interrupted(), exitCodes.stopped);
    this.#store.finish(this.#ids, new Date().toISOString());
  }

  *#tasks(): Generator<WatchTask, undefined> {
    const { contents, items } = this.#group;
    for (let from = contents + 1; from <= this.#ends.contents; from += contentsPerTask) {
      yield { what: "contents", from, to: Math.min(this.#ends.contents, from + contentsPerTask - 1) };
    }
    for (let from = items + 1; from <= this.#ends.items; from += itemsPerTask) {
      yield { what: "items", from, to: Math.min(this.#ends.items, from + itemsPerTask - 1) };
    }
  }

  #take(result: WatchResult): void {
    // How far it came is told by the last of a row: one of contents never waits behind one of items.
    if (this.#held.at(-1)?.what !== result.what) this.#commit();
    if (this.#held.length === 0) this.#heldSince = performance.now();
    this.#held.push(result);
    this.#heldRows += result.text.length + result.places.length;
    this.#chars += result.chars;
    if (this.#heldRows >= (this.#options.commitRows ?? commitRows) || performance.now() - this.#heldSince >= commitMs)
      this.#commit();
    const done = result.what === "contents" ? result.upTo : this.#ends.contents + result.upTo;
    const all = this.#ends.contents + this.#ends.items;
    this.#options.onProgress({ share: all === 0 ? 1 : done / all, chars: this.#chars });
  }

  #commit(): void {
    if (this.#held.length > 0) this.#store.add(this.#ids, this.#held);
    this.#held = [];
    this.#heldRows = 0;
  }
}
