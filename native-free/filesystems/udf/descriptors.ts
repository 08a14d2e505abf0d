/** Volume descriptor sequences (ECMA-167 3/8.4): main, else reserve; of descriptors of one kind the highest sequence number prevails. */
import { finding, type Finding } from "../../model/findings.ts";
import type { Anchor } from "./anchors.ts";
import type { Blocks } from "./blocks.ts";
import * as layout from "./layouts.ts";
import { tagIdAt, tagProblem } from "./tag.ts";

/** A stretch of blocks with what it is for: of the accounting. */
export interface Structure {
  readonly block: number;
  readonly count: number;
  readonly what: string;
}

/** Where a descriptor lies; its bytes are those of its block. */
export interface Descriptor {
  readonly block: number;
  readonly bytes: Uint8Array;
}

export interface DescriptorSet {
  readonly primary: Descriptor | null;
  readonly logical: Descriptor | null;
  /** By partition number. */
  readonly partitions: ReadonlyMap<number, Descriptor>;
  readonly unallocated: Descriptor | null;
  readonly structures: readonly Structure[];
}

interface Collected {
  primary: Descriptor | null;
  logical: Descriptor | null;
  unallocated: Descriptor | null;
  readonly partitions: Map<number, Descriptor>;
  readonly structures: Structure[];
  readonly damaged: number[];
}

const { tagId } = layout;
const pointer = layout.pointer.cursor();
const partition = layout.partition.cursor();
const sequenced = layout.pointer.cursor();
/** Sequences that pointers may lead to. */
const mostSequences = 64;
const mostBlocks = 4096;

/** Both sequences of an anchor; what one lacks comes from the other. */
export function readDescriptors(blocks: Blocks, anchor: Anchor, found: Finding[]): DescriptorSet {
  const main = collect(blocks, anchor.main, "volume descriptor sequence");
  const reserve = collect(blocks, anchor.reserve, "reserve volume descriptor sequence");
  for (const [{ damaged }, structure] of [
    [main, "volume descriptor"],
    [reserve, "reserve volume descriptor"],
  ] as const) {
    for (const block of damaged) found.push(damagedAt(blocks, structure, block, "tag"));
  }
  const missing = isWhole(reserve) && !isWhole(main);
  if (missing) found.push(finding("filesystem/structure-replaced", { structure: "volume descriptor sequence" }));
  const field = isWhole(main) && isWhole(reserve) ? difference(main, reserve) : null;
  if (field !== null) {
    found.push(finding("filesystem/structures-differ", { structure: "volume descriptor sequence", field }));
  }
  return {
    primary: main.primary ?? reserve.primary,
    logical: main.logical ?? reserve.logical,
    unallocated: main.unallocated ?? reserve.unallocated,
    partitions: new Map([...reserve.partitions, ...main.partitions]),
    structures: [...main.structures, ...reserve.structures],
  };
}

export function damagedAt(blocks: Blocks, structure: string, block: number, problem: string): Finding {
  const place = { offset: block * blocks.blockBytes, length: blocks.blockBytes };
  return finding("filesystem/structure-damaged", { structure, problem }, place);
}

const isWhole = ({ logical, partitions }: Collected): boolean => logical !== null && partitions.size > 0;

function collect(blocks: Blocks, extent: { block: number; bytes: number }, what: string): Collected {
  const out: Collected = {
    ...{ primary: null, logical: null, unallocated: null },
    ...{ partitions: new Map(), structures: [], damaged: [] },
  };
  let next: { block: number; bytes: number } | null = extent;
  const seen = new Set<number>();
  for (let count = 0; next !== null && count < mostSequences; count++) {
    if (next.bytes === 0 || seen.has(next.block)) break;
    seen.add(next.block);
    const size = Math.min(mostBlocks, Math.ceil(next.bytes / blocks.blockBytes));
    if (next.block < blocks.count) {
      out.structures.push({ block: next.block, count: Math.min(size, blocks.count - next.block), what });
    }
    next = sequence(blocks, next.block, size, out);
  }
  return out;
}

/** Reads one extent up to its terminator; where a pointer leads on. */
function sequence(
  blocks: Blocks,
  first: number,
  count: number,
  out: Collected,
): { block: number; bytes: number } | null {
  let next: { block: number; bytes: number } | null = null;
  for (let block = first; block < Math.min(first + count, blocks.count); block++) {
    const bytes = blocks.read(block);
    const id = tagIdAt(bytes, 0);
    if (id === tagId.terminator) break;
    if (id === 0) {
      // Empty blocks end a sequence; what has bytes was a descriptor.
      if (bytes.every((byte) => byte === 0)) break;
      out.damaged.push(block);
      continue;
    }
    if (tagProblem(bytes, 0, block) !== null) {
      out.damaged.push(block);
      continue;
    }
    if (id === tagId.pointer) next = { block: pointer.over(bytes).nextBlock, bytes: pointer.nextLength };
    else keep(out, id, { block, bytes });
  }
  return next;
}

function keep(out: Collected, id: number, descriptor: Descriptor): void {
  if (id === tagId.primary) out.primary = newer(out.primary, descriptor);
  else if (id === tagId.logical) out.logical = newer(out.logical, descriptor);
  else if (id === tagId.unallocated) out.unallocated = newer(out.unallocated, descriptor);
  else if (id === tagId.partition) {
    const { number } = partition.over(descriptor.bytes);
    out.partitions.set(number, newer(out.partitions.get(number) ?? null, descriptor));
  }
}

/** Of the same number the later one (ECMA-167 3/8.4.3). */
function newer(known: Descriptor | null, other: Descriptor): Descriptor {
  if (known === null) return other;
  return sequenceOf(other) >= sequenceOf(known) ? other : known;
}

const sequenceOf = ({ bytes }: Descriptor): number => sequenced.over(bytes).sequence;

/** What prevails in both is compared behind the tag, which holds the block. */
function difference(main: Collected, reserve: Collected): string | null {
  const differ = (a: Descriptor | null, b: Descriptor | null): boolean =>
    a !== null && b !== null && Buffer.compare(body(a), body(b)) !== 0;
  if (differ(main.primary, reserve.primary)) return "primary volume descriptor";
  if (differ(main.logical, reserve.logical)) return "logical volume descriptor";
  for (const [number, descriptor] of main.partitions) {
    if (differ(descriptor, reserve.partitions.get(number) ?? null)) return `descriptor of partition ${number}`;
  }
  return null;
}

/** Behind the number in the sequence, which some writers count on. */
const body = ({ bytes }: Descriptor): Uint8Array => bytes.subarray(layout.tag.size + 4, 512);

/** Descriptors wherever they lie in a stretch of blocks: for volumes whose anchors or sequences are gone. */
export function gather(blocks: Blocks, ranges: readonly { from: number; to: number }[]): DescriptorSet {
  const out: Collected = {
    ...{ primary: null, logical: null, unallocated: null },
    ...{ partitions: new Map(), structures: [], damaged: [] },
  };
  for (const { from, to } of ranges) {
    for (let block = Math.max(0, from); block < Math.min(to, blocks.count); block++) {
      const id = blocks.tagOf(block);
      if (id === 0 || id > tagId.integrity) continue;
      const bytes = blocks.read(block);
      if (tagProblem(bytes, 0, block) !== null) continue;
      keep(out, id, { block, bytes });
      out.structures.push({ block, count: 1, what: "volume descriptor" });
    }
  }
  return { ...out, structures: joined(out.structures) };
}

function joined(structures: readonly Structure[]): Structure[] {
  const out: { block: number; count: number; what: string }[] = [];
  for (const each of structures.toSorted((a, b) => a.block - b.block)) {
    const last = out.at(-1);
    if (last && last.block + last.count >= each.block) last.count = Math.max(last.count, each.block + 1 - last.block);
    else out.push({ ...each });
  }
  return out;
}
