/** A set of logical evidence that is open: the tree of its files, over the data of the set. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { EvidenceName } from "../../model/item.ts";
import type { LogicalEntry, LogicalImage } from "../logical-image.ts";
import { logicalEntry, type Referred } from "./entry.ts";
import { linesIn, TreeReader, type TreeEntry, type Values } from "./tree-text.ts";

/** Where the text of the tree lies. */
export interface TreeText {
  readonly source: ByteSource;
  readonly at: number;
  readonly length: number;
}

export interface Evidence {
  readonly format: string;
  readonly facts: readonly Fact[];
  /** Of opening; findings of reading follow. */
  readonly findings: readonly Finding[];
  readonly tree: TreeText;
  readonly medium: ByteSource & { readonly findings: readonly Finding[] };
}

/** Sources and groups of permissions that are kept in memory; a set has some dozens. */
const MOST_REFERRED = 100_000;

export class LogicalEvidence implements LogicalImage {
  readonly format: string;
  readonly facts: readonly Fact[];
  readonly #evidence: Evidence;
  /** By code and problem, since `entries` may be asked for again. */
  readonly #found = new Map<string, Finding>();

  constructor(evidence: Evidence) {
    this.format = evidence.format;
    this.facts = evidence.facts;
    this.#evidence = evidence;
  }

  get findings(): readonly Finding[] {
    return [...this.#evidence.findings, ...this.#evidence.medium.findings, ...this.#found.values()];
  }

  *entries(): Generator<LogicalEntry> {
    const { source, at, length } = this.#evidence.tree;
    const reader = new TreeReader(linesIn(source, at, length));
    const sources = new Map<number, Values>();
    const permissions: Values[][] = [];
    let hasEntries = false;
    for (let category = reader.nextCategory(); category; category = reader.nextCategory()) {
      const { name, values } = category;
      if (values) continue;
      if (name === "entry") {
        hasEntries = true;
        yield* this.#filesOf(reader.entries(), { sources, permissions });
      } else if (name === "srce" || name === "perm") collect(name, reader.entries(), sources, permissions);
      else for (const _ of reader.entries()) continue;
      if (reader.problem !== null) break;
    }
    if (reader.problem !== null || !hasEntries) this.#add(reader.problem ?? "no-entries");
  }

  *#filesOf(entries: Iterable<TreeEntry>, referred: Referred): Generator<LogicalEntry> {
    // Of the parents of the entry in hand, the root of the category left out.
    const names: EvidenceName[] = [];
    const places: number[] = [];
    for (const { values, children, depth, index } of entries) {
      if (depth === 0) continue;
      names.length = depth - 1;
      places.length = depth - 1;
      names.push({ text: (values.get("n") ?? "").toWellFormed(), bytes: null });
      places.push(index);
      const described = { path: [...names], key: places.join("/"), values, children };
      yield logicalEntry(described, this.#evidence.medium, referred);
    }
  }

  #add(problem: string): void {
    if (!this.#found.has(problem)) this.#found.set(problem, finding("logical/tree-damaged", { problem }));
  }
}

function collect(
  name: string,
  entries: Iterable<TreeEntry>,
  sources: Map<number, Values>,
  permissions: Values[][],
): void {
  let kept = 0;
  for (const { values, depth } of entries) {
    if (depth === 0 || kept++ > MOST_REFERRED) continue;
    const id = Number(values.get("id") || Number.NaN);
    if (name === "srce") {
      if (Number.isSafeInteger(id) && !sources.has(id)) sources.set(id, values);
    } else if (depth === 1) permissions.push([]);
    else permissions.at(-1)?.push(values);
  }
}

/** The size of all data of a set, as the category `rec` says; null where it does not. */
export function dataSizeOf({ source, at, length }: TreeText): number | null {
  const reader = new TreeReader(linesIn(source, at, Math.min(length, 1 << 20)));
  const category = reader.nextCategory();
  const text = category?.values?.get("tb") ?? "";
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
