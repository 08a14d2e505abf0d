/** Names in directories behind the end of what counts: of files that were there once. */
import type { Finding } from "../../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../../model/item.ts";
import type { FileExtent, FileSystemEntry, FileSystemEntryKind } from "../file-system.ts";
import { isSequence } from "./attribute-list.ts";
import { indexedText, namesIn, nodesOf, remainsIn, type IndexedName, type IndexNode } from "./directory-index.ts";
import { fileAt, type NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { ntfsTime } from "./times.ts";
import { fileKey, nameText } from "./values.ts";

const fileName = layout.fileName.cursor();
const fileTime = layout.fileTime.cursor();
/** In the copies of the flags that indexes keep. */
const directoryFlag = 0x1000_0000;

/** What such an entry asks of its file system. */
export interface SlackOwner {
  contentClaimOfFile(file: NtfsFile): ContentClaim;
  /** Key of a directory; null for the root. */
  keyOfDirectory(directory: NtfsFile): string | null;
}

export class SlackEntry implements FileSystemEntry {
  readonly key: string;
  readonly parent: string | null;
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim = "deleted";
  readonly origin: Origin = "entry";
  readonly times: readonly ItemTime[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly target = null;
  readonly findings: readonly Finding[] = [];
  /** The deleted file that this was the name of, where its record still is there without one. */
  readonly file: NtfsFile | null;
  readonly #owner: SlackOwner;

  constructor(owner: SlackOwner, directory: NtfsFile, node: IndexNode, { at, reference }: IndexedName) {
    const { bytes, place } = node;
    this.#owner = owner;
    this.key = slackKey(directory, node, at);
    this.parent = owner.keyOfDirectory(directory);
    this.name = indexedText(bytes, at);
    const { flags, size } = fileName.over(bytes, at);
    this.kind = (flags & directoryFlag) !== 0 ? "directory" : "file";
    this.times = timesAt(bytes, at + layout.nameTimesAt);
    this.file = reference && namelessFile(directory, reference);
    this.attributes = {
      ...(reference ? { inode: String(reference.number), sequence: String(reference.sequence) } : {}),
      ...(Number.isSafeInteger(size) && this.kind === "file" ? { "stated-size": String(size) } : {}),
      "found-in": place === "root" ? "$I30 slack of the record" : "$I30 slack",
    };
  }

  get size(): number {
    return this.file?.content()?.size ?? 0;
  }

  get contentClaim(): ContentClaim {
    return this.file ? this.#owner.contentClaimOfFile(this.file) : "none";
  }
}

function timesAt(bytes: Uint8Array, at: number): ItemTime[] {
  return layout.timeKinds.flatMap((kind, i) => {
    const { low, high } = fileTime.over(bytes, at + i * layout.timeBytes);
    const time = low === 0 && high === 0 ? null : ntfsTime(kind, "$I30", low, high);
    return time ? [time] : [];
  });
}

/** The deleted file of a reference, where nothing else names it. */
function namelessFile(directory: NtfsFile, reference: { number: number; sequence: number }): NtfsFile | null {
  const file = fileAt(directory.volume, reference.number);
  if (file === null || file.inUse || !isSequence(file.sequence, reference.sequence, false)) return null;
  return file.attributes.length > 0 && file.allNames().length === 0 ? file : null;
}

/** Structural: where in the record's value or in the stream of blocks the name stands. */
function slackKey(directory: NtfsFile, { place, start }: IndexNode, at: number): string {
  return `${fileKey(directory)}-${place === "root" ? `root-${at}` : `i30-${place + at - start}`}`;
}

/**
 * Every name of a directory that counts no longer, once, but for those that the record of their file still has. `visit` is called for each node of
 * the index on the way.
 */
export function* slackEntries(
  owner: SlackOwner,
  directory: NtfsFile,
  extents: readonly FileExtent[],
  visit: ((node: IndexNode) => void) | null = null,
): Generator<SlackEntry> {
  const seen = new Set<string>();
  let live: ReadonlySet<string> | null = null;
  for (const node of nodesOf(directory, extents)) {
    visit?.(node);
    for (const found of formerNames(directory, node)) {
      const text = indexedText(node.bytes, found.at);
      const same = `${found.reference?.number}-${found.reference?.sequence}-${text.bytes ?? text.text}`;
      if (seen.has(same)) continue;
      seen.add(same);
      // Whose the name was is overwritten: where it still is in use, nothing is learnt.
      if (found.reference === null && (live ??= namesOf(directory, extents)).has(text.text)) continue;
      if (!isNamed(directory, found, text)) yield new SlackEntry(owner, directory, node, found);
    }
  }
}

function namesOf(directory: NtfsFile, extents: readonly FileExtent[]): Set<string> {
  const out = new Set<string>();
  for (const node of nodesOf(directory, extents)) {
    for (const { at } of namesIn(node)) out.add(indexedText(node.bytes, at).text);
  }
  return out;
}

/** In a deleted directory every name is a former one. */
function* formerNames(directory: NtfsFile, node: IndexNode): Generator<IndexedName> {
  if (!directory.inUse) yield* namesIn(node);
  yield* remainsIn(node, directory.number, node.used);
}

/** Whether the file is there, allocated or deleted, and has the name in the directory. */
function isNamed(directory: NtfsFile, { reference }: IndexedName, text: EvidenceName): boolean {
  if (reference === null) return false;
  const file = fileAt(directory.volume, reference.number);
  if (file === null || !isSequence(file.sequence, reference.sequence, file.inUse)) return false;
  return file.allNames().some((name) => {
    if (name.parent !== directory.number) return false;
    const other = nameText(file, name);
    return other.text === text.text && other.bytes === text.bytes;
  });
}
