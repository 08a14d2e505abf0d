/** Every entry of a volume: directories in the order of their tree, then files in the order of their records, then what is left of others. */
import { BlockSet } from "../block-set.ts";
import { GrowingNumbers } from "../../bytes/growing-numbers.ts";
import type { FileSystemEntry } from "../file-system.ts";
import { blockExtents } from "./directory-index.ts";
import type { Known, NtfsFileSystem } from "./file-system.ts";
import { fileAt, NtfsFile } from "./file.ts";
import { IndexCheck } from "./index-check.ts";
import * as layout from "./layouts.ts";
import { bootCopy } from "./placed-entry.ts";
import { PlainEntry } from "./plain-entry.ts";
import { placedNumber, recordState } from "./records.ts";
import { recordsIn } from "./scattered.ts";
import { slackEntries } from "./slack-entry.ts";
import { mark } from "./marks.ts";
import { sparse } from "./run-list.ts";

type Entries = Generator<FileSystemEntry>;

export function* walkVolume(fs: NtfsFileSystem, known: Known, searchUnallocated: boolean): Entries {
  const copy = bootCopy(fs.volume);
  if (copy) yield copy;
  yield* ofRecord(fs, layout.known.root);
  for (const directory of known.tree.directories()) {
    fs.volume.records.follow(directory);
    yield* ofRecord(fs, directory);
  }
  const nameless = new GrowingNumbers();
  yield* files(fs, known, nameless);
  const adopted = new BlockSet();
  yield* remains(fs, known, adopted);
  for (const number of nameless.toArray()) {
    // What a name was found for is an entry already, unless further streams need one.
    const file = fileAt(fs.volume, number);
    if (file === null) continue;
    const entries = fs.entriesOf(file);
    if (!adopted.has(number) || entries.length > 1) yield* entries;
  }
  yield* lostContinuations(fs, known);
  if (searchUnallocated) yield* foundRecords(fs, known);
}

function* ofRecord(fs: NtfsFileSystem, number: number): Entries {
  const file = fileAt(fs.volume, number);
  if (file) yield* fs.entriesOf(file);
}

const skipped = mark.directory | mark.continuation;

function* files(fs: NtfsFileSystem, { survey }: Known, nameless: GrowingNumbers): Entries {
  const { marks } = survey;
  const { records } = fs.volume;
  for (let number = 0; number < marks.length; number++) {
    const marked = marks[number]!;
    if ((marked & (mark.filled | skipped)) !== mark.filled) continue;
    if ((marked & (mark.named | mark.inUse)) === 0) {
      nameless.push(number);
      continue;
    }
    if (number === layout.known.root) continue;
    records.scan(number);
    if ((marked & mark.plain) !== 0) {
      yield new PlainEntry(fs, survey, number);
      continue;
    }
    // No generator for each record.
    const entries = fs.entriesOf(new NtfsFile(fs.volume, number));
    for (let i = 0; i < entries.length; i++) yield entries[i]!;
  }
}

/** Names in the slack of directories; `adopted` gets the records that they name. */
function* remains(fs: NtfsFileSystem, { survey, tree }: Known, adopted: BlockSet): Entries {
  const { marks } = survey;
  const check = new IndexCheck(survey, tree);
  for (let number = 0; number < marks.length; number++) {
    if ((marks[number]! & (mark.directory | mark.filled | mark.continuation)) !== (mark.directory | mark.filled))
      continue;
    fs.volume.records.follow(number);
    const file = fileAt(fs.volume, number);
    if (file === null) continue;
    for (const entry of slackEntries(fs, file, fs.judged(file, blockExtents(file)), check.of(file))) {
      if (entry.file) adopted.add(entry.file.number);
      yield entry;
    }
  }
  fs.noteIndexes(check);
}

/** Records that continue a file which does not know of them. */
function* lostContinuations(fs: NtfsFileSystem, { survey }: Known): Entries {
  for (let number = 0; number < survey.marks.length; number++) {
    if ((survey.marks[number]! & mark.continuation) === 0) continue;
    const file = lostContinuation(fs, number, survey.parents[number]!);
    if (file) yield* fs.entriesOf(file);
  }
}

/** Null where the file that a record continues knows of it, or nothing in it would be an entry. */
export function lostContinuation(fs: NtfsFileSystem, number: number, base: number): NtfsFile | null {
  if (fs.volume.records.at(number) < recordState.torn) return null;
  if (fileAt(fs.volume, base)?.continuation?.records.includes(number)) return null;
  const file = new NtfsFile(fs.volume, number);
  return isWorth(file) ? file : null;
}

const isWorth = (file: NtfsFile): boolean =>
  file.find(layout.type.data) !== null || file.find(layout.type.fileName) !== null;

/** Records behind the end of the table in its own clusters, and in clusters that nothing has. */
function* foundRecords(fs: NtfsFileSystem, { survey }: Known): Entries {
  const { volume } = fs;
  const { clusterBytes, clusters } = volume.geometry;
  for (const { start, length } of tableTail(fs)) yield* recordsOf(fs, start, length);
  const last = Math.min(clusters, Math.ceil(volume.source.size / clusterBytes)) - 1;
  for (let cluster = 0; cluster <= last;) {
    if (survey.claimed.has(cluster)) {
      cluster++;
      continue;
    }
    const next = survey.claimed.next(cluster, last);
    const end = next < 0 ? last + 1 : next;
    yield* recordsOf(fs, cluster * clusterBytes, (end - cluster) * clusterBytes);
    cluster = end;
  }
}

function* recordsOf(fs: NtfsFileSystem, start: number, length: number): Entries {
  for (const { place } of recordsIn(fs.volume.source, fs.volume.records.recordBytes, start, length)) {
    const file = new NtfsFile(fs.volume, placedNumber(place));
    if (isWorth(file)) yield* fs.entriesOf(file);
  }
}

function* tableTail({ volume }: NtfsFileSystem): Generator<{ start: number; length: number }> {
  const { clusterBytes, clusters } = volume.geometry;
  const runs = fileAt(volume, layout.known.table)?.stream(layout.type.data, "")?.runs ?? [];
  let skip = volume.records.table.size;
  for (let i = 0; i < runs.length; i += 2) {
    const length = runs[i + 1]! * clusterBytes;
    const place = runs[i]!;
    if (skip < length && place > sparse && place < clusters) {
      yield {
        start: place * clusterBytes + skip,
        length: Math.min(length - skip, (clusters - place) * clusterBytes - skip),
      };
    }
    skip = Math.max(0, skip - length);
  }
}
