/** Reads `files.jsonl` line by line with flat memory. */
import { readSync, statSync } from "node:fs";
import { diskFiles, linesOf } from "../custody/journal-files.ts";
import type { ManifestEntry } from "./manifest-entry.ts";

/** A line holds one entry; attributes may hold 64 KiB each, so this is beyond anything a file system gives. */
const lineLimitBytes = 64 << 20;

export interface ManifestLine {
  readonly entry: ManifestEntry;
  /** Without the line feed; borrowed until the next one is asked for. */
  readonly bytes: Uint8Array;
  readonly start: number;
}

/**
 * The whole lines of a manifest from byte `from` on. Stops before a torn or malformed line: the caller compares the count
 * with what was signed.
 */
export function* manifestLines(file: string, from = 0): Generator<ManifestLine> {
  for (const line of linesOf(diskFiles, file, from, statSync(file).size, lineLimitBytes)) {
    const entry = line.terminated ? parseEntry(line.bytes) : null;
    if (entry === null) return;
    yield { entry, bytes: line.bytes, start: line.start };
  }
}

/** The entry whose line starts at byte `order` of an open manifest. */
export function entryAt(manifest: number, order: number): ManifestEntry {
  for (let length = 4096; ; length *= 4) {
    const bytes = Buffer.alloc(length);
    const count = readSync(manifest, bytes, 0, length, order);
    const end = bytes.subarray(0, count).indexOf(0x0a);
    if (end >= 0) return JSON.parse(bytes.toString("utf8", 0, end)) as ManifestEntry;
    if (count < length) throw new Error(`no manifest line at byte ${order}`);
  }
}

function parseEntry(bytes: Uint8Array): ManifestEntry | null {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")) as ManifestEntry;
  } catch {
    return null;
  }
}
