/**
 * Walks an exported folder: parents before children, names in byte order, so that the same folder gives the same list.
 * Directories are described before they are listed, since listing may move their access time. Never enters another file
 * system nor a directory that is its own ancestor (a bind mount), and never throws for what the system refuses.
 */
import type { BigIntStats } from "node:fs";
import { finding } from "../../native-free/model/findings.ts";
import type { ListedName } from "../platform/directory-listing.ts";
import { errorCode, type EntryDescriber, type Outcome } from "./describe-entry.ts";
import type { FolderReader } from "./folder-reader.ts";
import type { ManifestEntry } from "./manifest-entry.ts";

/** A directory comes described; anything else comes as a path to look at. */
export type Walked = { readonly path: Buffer; readonly directory: ManifestEntry | null };

interface Level {
  readonly path: Buffer;
  readonly names: readonly ListedName[];
  next: number;
  readonly identity: string;
}

const done: Outcome = { status: "done", reason: null, digests: null, size: null, findings: [] };

/** Yields every entry below the root of `reader`, not the root itself. Throws only where the root cannot be listed. */
export function* walkFolder(reader: FolderReader, describer: EntryDescriber): Generator<Walked> {
  const rootStat = reader.stat(Buffer.alloc(0));
  const root = Buffer.alloc(0);
  const levels: Level[] = [{ path: root, names: reader.list(root), next: 0, identity: identityOf(rootStat) }];
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const listed = level.names[level.next++];
    if (listed === undefined) {
      levels.pop();
      continue;
    }
    const path = level.path.length === 0 ? listed.name : Buffer.concat([level.path, slash, listed.name]);
    const stat = listed.mayBeDirectory ? tryStat(reader, path) : null;
    if (!stat?.isDirectory()) {
      yield { path, directory: null };
      continue;
    }
    const opened = openDirectory(reader, path, stat, rootStat, levels);
    yield { path, directory: describer.describe(path, stat, opened.outcome) };
    if (opened.names) levels.push({ path, names: opened.names, next: 0, identity: identityOf(stat) });
  }
}

const slash = Buffer.from("/");

function identityOf(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`;
}

/** Null where lstat is refused: whoever reads the entry meets the same refusal and records it. */
function tryStat(reader: FolderReader, path: Buffer): BigIntStats | null {
  try {
    return reader.stat(path);
  } catch {
    return null;
  }
}

function openDirectory(
  reader: FolderReader,
  path: Buffer,
  stat: BigIntStats,
  rootStat: BigIntStats,
  ancestors: readonly Level[],
): { outcome: Outcome; names: ListedName[] | null } {
  const identity = identityOf(stat);
  if (stat.dev !== rootStat.dev || ancestors.some((level) => level.identity === identity)) {
    return {
      outcome: { ...done, status: "skipped", reason: "mount", findings: [finding("folder/mount")] },
      names: null,
    };
  }
  try {
    return { outcome: done, names: reader.list(path) };
  } catch (error) {
    const findings = [finding("folder/unreadable", { error: errorCode(error) })];
    return { outcome: { ...done, status: "failed", reason: "unreadable", findings }, names: null };
  }
}
