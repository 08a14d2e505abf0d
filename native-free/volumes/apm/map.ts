/** Blocks of Apple's partition map, one by one. "Inside Macintosh: Devices", chapter 3; libyal libvsapm. */
import { appleDriver, appleEntry } from "../table-layouts.ts";

export interface AppleEntry {
  /** Entries that the map says it has. */
  readonly mapBlocks: number;
  /** Blocks. */
  readonly first: number;
  readonly count: number;
  readonly dataFirst: number;
  readonly dataCount: number;
  /** Evidence text. */
  readonly name: string;
  readonly type: string;
  readonly status: number;
}

const driver = appleDriver.cursor();
const entry = appleEntry.cursor();
const driverSignature = 0x4552;
const entrySignature = 0x504d;

/** Bytes of a block by the driver descriptor; null where there is none. */
export function driverBlockBytes(head: Uint8Array): number | null {
  const { signature, blockBytes } = driver.over(head);
  return signature === driverSignature && blockBytes > 0 && blockBytes % 512 === 0 ? blockBytes : null;
}

/** Null where the block at `at` is no entry. */
export function appleEntryAt(bytes: Uint8Array, at: number): AppleEntry | null {
  if (at + appleEntry.size > bytes.length || entry.over(bytes, at).signature !== entrySignature) return null;
  const { mapBlocks, first, count, dataFirst, dataCount, name, type, status } = entry;
  return { mapBlocks, first, count, dataFirst, dataCount, name, type, status };
}

/** Entries that are no volumes: the map itself and what it calls free. */
export const isAppleMap = (type: string): boolean => type === "Apple_partition_map";
export const isAppleFree = (type: string): boolean => type === "Apple_Free" || type === "Apple_Extra";
