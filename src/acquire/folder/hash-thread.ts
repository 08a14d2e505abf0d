/** Thread entry: hashes batches of entries of a folder and returns their manifest lines, ready to be written. */
import { serveTasks } from "../../../workers/thread-port.ts";
import { openAttributeReader } from "../../platform/extended-attributes.ts";
import { EntryDescriber } from "../../source/describe-entry.ts";
import { FolderReader } from "../../source/folder-reader.ts";
import { lineOf, tallyOf, type EntryTally } from "./entry-line.ts";
import { EntryHasher } from "./read-entry.ts";

export interface HashThreadData {
  readonly root: string;
  /** Start of the acquisition, nanoseconds since 1970. */
  readonly nowNs: bigint;
}

export interface HashedBatch {
  readonly lines: readonly string[];
  readonly tallies: readonly EntryTally[];
}

await serveTasks<HashThreadData, readonly Uint8Array[], HashedBatch>((data, heartbeat) => {
  const reader = new FolderReader(data.root);
  const describer = new EntryDescriber(reader, openAttributeReader(), data.nowNs);
  const hasher = new EntryHasher(reader, describer, () => heartbeat.beat());
  return async (paths) => {
    const entries = paths.map((path) => hasher.read(path));
    return { lines: entries.map(lineOf), tallies: entries.map(tallyOf) };
  };
});
