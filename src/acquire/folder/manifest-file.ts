/**
 * `files.jsonl` while it is made: lines are added in walk order to `files.jsonl.partial`, synced now and then, and the file
 * is renamed when it is whole. An interrupted acquisition takes over the lines whose entries are unchanged.
 */
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { LineTree } from "../../../native-free/hash/merkle.ts";
import { asOperatorError, syncFolder } from "../../case/atomic-file.ts";
import type { EntryTally } from "./entry-line.ts";

const writeAtBytes = 1 << 20;
const syncAtBytes = 32 << 20;

/** What the signed manifest says of its line file. Hashes in hex. */
export interface ManifestFacts {
  readonly sha256: string;
  readonly lines: number;
  readonly root: string;
}

export function partialOf(file: string): string {
  return `${file}.partial`;
}

export class ManifestFile {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #tree = new LineTree();
  #size: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #unsyncedBytes = 0;

  /** Continues the partial file of `file` behind its first `keepBytes` bytes (0: from the start). Throws OperatorError. */
  constructor(file: string, keepBytes: number) {
    this.#file = file;
    this.#size = keepBytes;
    try {
      this.#descriptor = openSync(partialOf(file), constants.O_RDWR | constants.O_CREAT, 0o644);
      ftruncateSync(this.#descriptor, keepBytes);
    } catch (error) {
      throw asOperatorError(error, dirname(file));
    }
  }

  /** Counts a line that is already in the partial file; without its line feed. */
  keep(line: Uint8Array): void {
    this.#tree.add(line);
  }

  /** Adds a line with its line feed. Throws OperatorError (exit 4) on a full disk; what was synced stays. */
  add(line: string): void {
    const bytes = Buffer.from(line, "utf8");
    this.#tree.add(bytes.subarray(0, bytes.length - 1));
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= writeAtBytes) this.#write();
  }

  /** Makes everything added so far durable and closes; the next run continues here. */
  pause(): void {
    this.#write();
    this.#sync();
    closeSync(this.#descriptor);
  }

  /** Ends the file under its final name. */
  finish(): ManifestFacts {
    this.pause();
    renameSync(partialOf(this.#file), this.#file);
    syncFolder(dirname(this.#file));
    return this.#tree.finish();
  }

  #write(): void {
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    try {
      for (let at = 0; at < bytes.length;) {
        at += writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#size + at);
      }
    } catch (error) {
      throw asOperatorError(error, dirname(this.#file));
    }
    this.#size += bytes.length;
    this.#unsyncedBytes += bytes.length;
    if (this.#unsyncedBytes >= syncAtBytes) this.#sync();
  }

  #sync(): void {
    try {
      fsyncSync(this.#descriptor);
    } catch (error) {
      throw asOperatorError(error, dirname(this.#file));
    }
    this.#unsyncedBytes = 0;
  }
}

/** Sums over the entries of a manifest. */
export class ManifestTotals {
  entries = 0;
  bytes = 0;
  readonly kinds: Record<string, number> = {};
  readonly statuses: Record<string, number> = {};
  readonly findings: Record<string, number> = {};
  readonly notRecorded: Record<string, number> = {};

  add(tally: EntryTally): void {
    this.entries += 1;
    this.bytes += tally.bytes;
    count(this.kinds, tally.kind);
    count(this.statuses, tally.status);
    for (const code of tally.codes) count(this.findings, code);
    for (const what of tally.notRecorded) count(this.notRecorded, what);
  }
}

function count(into: Record<string, number>, key: string): void {
  into[key] = (into[key] ?? 0) + 1;
}
