/** Logical volume integrity (ECMA-167 3/8.8.2 and 3/10.10, OSTA 2.2.6): the last descriptor of the sequence counts. */
import type { Finding } from "../../model/findings.ts";
import type { Blocks } from "./blocks.ts";
import { damagedAt, type Descriptor, type Structure } from "./descriptors.ts";
import * as layout from "./layouts.ts";
import { entityName } from "./names.ts";
import { tagProblem } from "./tag.ts";
import { stampOf } from "./times.ts";

export interface Integrity {
  readonly isClosed: boolean;
  /** When the volume was last opened or closed. */
  readonly recorded: string | null;
  /** Free blocks of each partition; null where it is not known. */
  readonly free: readonly (number | null)[];
  readonly files: number | null;
  readonly directories: number | null;
  readonly minimumRead: number | null;
  readonly implementation: string;
  readonly structures: readonly Structure[];
}

const logical = layout.logical.cursor();
const fields = layout.integrity.cursor();
const use = layout.integrityUse.cursor();
const count = layout.shortAd.cursor();
const mostExtents = 1024;
const mostBlocks = 4096;
const unknownCount = 0xffff_ffff;

export function readIntegrity(blocks: Blocks, volume: Descriptor | null, findings: Finding[]): Integrity | null {
  if (volume === null) return null;
  let { integrityBlock: block, integrityLength: length } = logical.over(volume.bytes);
  const structures: Structure[] = [];
  const seen = new Set<number>();
  let last: Uint8Array | null = null;
  while (length > 0 && block < blocks.count && seen.size < mostExtents && !seen.has(block)) {
    seen.add(block);
    const size = Math.min(Math.ceil(length / blocks.blockBytes), mostBlocks, blocks.count - block);
    structures.push({ block, count: size, what: "logical volume integrity" });
    length = 0;
    for (let at = block, end = block + size; at < end; at++) {
      const bytes = blocks.read(at);
      const id = blocks.tagOf(at);
      if (id === 0 && bytes[0] === 0) break;
      if (id === layout.tagId.terminator) break;
      if (id !== layout.tagId.integrity || tagProblem(bytes, 0, at) !== null) {
        findings.push(damagedAt(blocks, "logical volume integrity descriptor", at, "tag"));
        break;
      }
      last = bytes;
      ({ nextBlock: block, nextLength: length } = fields.over(bytes));
    }
  }
  return last === null ? null : integrityOf(last, structures);
}

function integrityOf(bytes: Uint8Array, structures: readonly Structure[]): Integrity {
  const { recorded, type, partitions, useBytes } = fields.over(bytes);
  const free: (number | null)[] = [];
  for (let index = 0; index < partitions; index++) {
    const at = layout.integrity.size + index * 4;
    if (at + layout.shortAd.size > bytes.length) break;
    const value = count.over(bytes, at).length;
    free.push(value === unknownCount ? null : value);
  }
  const useAt = layout.integrity.size + partitions * 8;
  const hasUse = useBytes >= layout.integrityUse.size && useAt + layout.integrityUse.size <= bytes.length;
  if (hasUse) use.over(bytes, useAt);
  return {
    ...{ free, structures, isClosed: type === 1 },
    recorded: stampOf(recorded)?.value ?? null,
    files: hasUse ? use.files : null,
    directories: hasUse ? use.directories : null,
    minimumRead: hasUse && use.minimumRead > 0 ? use.minimumRead : null,
    implementation: hasUse ? entityName(use.implementation) : "",
  };
}
