/** Page one: what became of every file, so that the sums add up or the report says that they do not. */
import type { ItemGroup } from "../case/report-figures.ts";
import { fileStates, type Completeness, type FileState, type StateSums, type Sum, type WhyRow } from "./content.ts";

/** The state of a group of files; files without a final word are `pending`. */
function stateOfGroup(group: ItemGroup): FileState {
  // A type that nobody knows leaves strings at best: that is less than a known format without a reader.
  if (group.typeUnknown && (group.status === "done" || group.reason === "unsupported")) return "not-understood";
  if (group.status !== "done") return group.status;
  return group.undescribed ? "pending" : "read";
}

const nothing: Sum = { items: 0, bytes: 0 };

export function addSums(a: Sum, b: Sum): Sum {
  const sum = { items: a.items + b.items, bytes: a.bytes + b.bytes };
  if (!Number.isSafeInteger(sum.bytes)) throw new RangeError("more bytes than a number holds exactly");
  return sum;
}

function emptyStates(): Record<FileState, Sum> {
  return Object.fromEntries(fileStates.map((state) => [state, nothing])) as Record<FileState, Sum>;
}

function totalOf(states: StateSums): Sum {
  return fileStates.reduce((sum, state) => addSums(sum, states[state]), nothing);
}

/**
 * The completeness of one exhibit. `manifestFiles` are the files that its manifest lists; those that no group holds are
 * `pending` (processing has not reached them), and a work file with more than the manifest does not add up.
 */
export function completenessOf(groups: readonly ItemGroup[], manifestFiles: Sum | null): Completeness {
  const files = emptyStates();
  const inside = emptyStates();
  const others = new Map<string, number>();
  const why = new Map<string, WhyRow>();
  for (const group of groups) {
    addWhy(why, group);
    if (group.kind !== "file") others.set(group.kind, (others.get(group.kind) ?? 0) + group.items);
    else {
      const states = group.inside ? inside : files;
      const state = stateOfGroup(group);
      states[state] = addSums(states[state], group);
    }
  }
  const held = totalOf(files);
  const missing = manifestFiles ? manifestFiles.items - held.items : 0;
  if (manifestFiles && missing > 0) {
    const bytes = Math.max(0, manifestFiles.bytes - held.bytes);
    files.pending = addSums(files.pending, { items: missing, bytes });
  }
  const filesTotal = totalOf(files);
  return {
    files,
    filesTotal,
    inside,
    insideTotal: totalOf(inside),
    others: [...others].map(([kind, items]) => ({ kind, items })),
    why: [...why.values()].sort((a, b) => (`${a.status} ${a.reason}` < `${b.status} ${b.reason}` ? -1 : 1)),
    manifestFiles,
    addsUp: manifestFiles === null || sameSum(filesTotal, manifestFiles),
  };
}

function sameSum(a: Sum, b: Sum): boolean {
  return a.items === b.items && a.bytes === b.bytes;
}

function addWhy(why: Map<string, WhyRow>, group: ItemGroup): void {
  if (group.status === "done") return;
  const reason = group.reason ?? "unknown";
  // By the state that page one counts it under, so that the two tables say the same.
  const status = stateOfGroup(group);
  const key = `${status} ${reason}`;
  const before = why.get(key) ?? { status, reason, items: 0, bytes: 0 };
  why.set(key, { ...before, ...addSums(before, group) });
}

/** The sum over exhibits. */
export function joinCompleteness(parts: readonly Completeness[]): Completeness {
  const joinStates = (pick: (part: Completeness) => StateSums) => {
    const states = emptyStates();
    for (const part of parts) for (const state of fileStates) states[state] = addSums(states[state], pick(part)[state]);
    return states;
  };
  const files = joinStates((part) => part.files);
  const inside = joinStates((part) => part.inside);
  const others = new Map<string, number>();
  const why = new Map<string, WhyRow>();
  for (const part of parts) {
    for (const { kind, items } of part.others) others.set(kind, (others.get(kind) ?? 0) + items);
    for (const row of part.why) {
      const key = `${row.status} ${row.reason}`;
      const before = why.get(key);
      why.set(key, before ? { ...before, ...addSums(before, row) } : row);
    }
  }
  const manifests = parts.flatMap((part) => (part.manifestFiles ? [part.manifestFiles] : []));
  return {
    files,
    filesTotal: totalOf(files),
    inside,
    insideTotal: totalOf(inside),
    others: [...others].map(([kind, items]) => ({ kind, items })),
    why: [...why.values()].sort((a, b) => (`${a.status} ${a.reason}` < `${b.status} ${b.reason}` ? -1 : 1)),
    manifestFiles: manifests.length === 0 ? null : manifests.reduce(addSums, nothing),
    addsUp: parts.every((part) => part.addsUp),
  };
}
