/** What one directory holds: by its index, then by what records say of themselves, then what is left of former names. */
import type { FileSystemEntry } from "../file-system.ts";
import { isSequence } from "./attribute-list.ts";
import { blockExtents, namesIn, nodesOf } from "./directory-index.ts";
import type { NtfsFileSystem } from "./file-system.ts";
import { fileAt, type NtfsFile } from "./file.ts";
import { slackEntries } from "./slack-entry.ts";
import { mark } from "./marks.ts";

type Entries = Generator<FileSystemEntry>;

/** Null, of a directory whose record is lost: nothing. */
export function* listDirectory(fs: NtfsFileSystem, directory: NtfsFile | null): Entries {
  if (directory === null) return;
  const listed = new Set<number>();
  yield* indexed(fs, directory, listed);
  const found = recordsNaming(fs, directory.number).filter((number) => !listed.has(number));
  const { marks } = fs.known().survey;
  for (const wanted of [mark.inUse, 0]) {
    for (const number of found) {
      if ((marks[number]! & mark.inUse) !== wanted) continue;
      const file = fileAt(fs.volume, number);
      if (file) yield* entriesIn(fs, directory, file);
    }
  }
  yield* slackEntries(fs, directory, fs.judged(directory, blockExtents(directory)));
}

/** Allocated files of the index, whose records say that they are here. */
function* indexed(fs: NtfsFileSystem, directory: NtfsFile, listed: Set<number>): Entries {
  for (const node of nodesOf(directory, fs.judged(directory, blockExtents(directory)))) {
    for (const { reference } of namesIn(node)) {
      if (reference === null || listed.has(reference.number)) continue;
      const file = fileAt(fs.volume, reference.number);
      if (file === null || !file.inUse || !isSequence(file.sequence, reference.sequence, true)) continue;
      listed.add(reference.number);
      yield* entriesIn(fs, directory, file);
    }
  }
}

/** Entries of a file that are in the directory; its streams go with the first name. */
function* entriesIn(fs: NtfsFileSystem, directory: NtfsFile, file: NtfsFile): Entries {
  const isIn = file.names().map((name) => fs.parentOf(file, name) === directory.number);
  for (const entry of fs.entriesOf(file)) {
    const name = entry.nameOf;
    const here = name === null ? isIn[0] === true : fs.parentOf(file, name) === directory.number;
    if (here) yield entry;
  }
}

/** Numbers of records with a name in a directory, in order. */
function recordsNaming(fs: NtfsFileSystem, directory: number): number[] {
  const { survey, tree } = fs.known();
  const found = new Set<number>();
  for (let at = survey.parents.indexOf(directory); at >= 0; at = survey.parents.indexOf(directory, at + 1)) {
    if ((survey.marks[at]! & mark.continuation) === 0 && tree.parentOf(at) === directory) found.add(at);
  }
  const links = survey.links.toArray();
  for (let i = 0; i < links.length; i += 2) if (links[i] === directory) found.add(links[i + 1]!);
  return [...found].sort((a, b) => a - b);
}
