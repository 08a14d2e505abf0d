/** The entries of a file: one for each name (or for the record that has none), then its further streams. */
import { attributeName } from "./attributes.ts";
import { FileEntry, type EntryOwner, type NtfsEntry } from "./entry.ts";
import type { NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import type { Stream } from "./streams.ts";

const efs = "$EFS";

export function entriesOfFile(owner: EntryOwner, file: NtfsFile): NtfsEntry[] {
  const out: NtfsEntry[] = [];
  for (const name of file.names()) out.push(new FileEntry(owner, file, name, null));
  if (out.length === 0) out.push(new FileEntry(owner, file, null, null));
  if (!mayHaveStreams(owner, file)) return out;
  for (const stream of furtherStreams(owner, file)) out.push(new FileEntry(owner, file, null, stream));
  return out;
}

/** Nearly all files have one value, and end here. */
function mayHaveStreams(owner: EntryOwner, file: NtfsFile): boolean {
  let data = file.isDirectory ? 1 : 0;
  for (const { type, nonResident } of file.attributes) {
    if (type === layout.type.data && data++ > 0) return true;
    if (type === layout.type.loggedUtilityStream) return true;
    const isIndex = type === layout.type.bitmap || type === layout.type.indexAllocation;
    if (nonResident && isIndex && owner.isSystem(file)) return true;
  }
  for (const { type, nameLength } of file.attributes) if (type === layout.type.data && nameLength > 0) return true;
  return false;
}

function* furtherStreams(owner: EntryOwner, file: NtfsFile): Generator<Stream> {
  const content = file.content();
  for (const stream of file.streams(layout.type.data)) if (stream !== content) yield stream;
  for (const found of file.attributes) {
    if (found.type !== layout.type.loggedUtilityStream || attributeName(file.volume.records, found) !== efs) continue;
    yield* file.streams(layout.type.loggedUtilityStream).filter(({ name }) => name === efs);
    break;
  }
  if (!owner.isSystem(file)) return;
  for (const type of [layout.type.indexAllocation, layout.type.bitmap]) {
    for (const stream of file.streams(type)) if (stream !== content && !stream.resident) yield stream;
  }
}
