/**
 * Items that no entry of a file system is, each with an address in forensic paths: what an allocated file occupies and does not use
 * (`PATH#slack`; of the root directory `fat:/#slack`), and the space of a volume that belongs to no entry, in windows of 64 MiB (`fat:/#unallocated@START`, `#volume-slack@START`,
 * `#not-understood@START`, `#unreadable@START`, directly below the reader; START is the first byte of the window in the volume). So every byte that
 * the account of a file system knows can be opened, read again and shown under the same name.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { ExtentSource } from "../filesystems/extent-source.ts";
import type { ClassedRange, FileSystem, FileSystemEntry, SlackRange } from "../filesystems/file-system.ts";

/** Windows begin at multiples of it. */
export const spaceWindowBytes = 64 * 2 ** 20;

/** The key of the slack of a file: `letter.doc#slack`. */
export const slackKey = "slack";

export type SpaceKind = "unallocated" | "volume slack" | "not-understood" | "unreadable" | "root slack";

/** In bytes of the volume. */
export interface SpaceRange {
  readonly start: number;
  readonly length: number;
}

export interface SpaceItem {
  /** `unallocated@67108864`: what stands behind the `#` of a nameless entry below the reader. */
  readonly key: string;
  readonly what: SpaceKind;
  /** All of the kind that lies in the window, in order; they do not touch. */
  readonly ranges: readonly SpaceRange[];
  /** Sum of the ranges, above 0. */
  readonly size: number;
}

/** In windows. */
type AccountKind = Exclude<SpaceKind, "root slack">;

const keyWords: Readonly<Record<AccountKind, string>> = {
  unallocated: "unallocated",
  "volume slack": "volume-slack",
  "not-understood": "not-understood",
  unreadable: "unreadable",
};
const spaceKinds = Object.keys(keyWords) as AccountKind[];
const spaceKey = /^(unallocated|volume-slack|not-understood|unreadable)@(0|[1-9]\d{0,15})$/;

/** The kind and the window of a key of a space item; null where it is none. */
export function parseSpaceKey(key: string): { readonly what: AccountKind; readonly start: number } | null {
  const [, word, start] = spaceKey.exec(key) ?? [];
  const what = spaceKinds.find((kind) => keyWords[kind] === word);
  if (what === undefined || Number(start) % spaceWindowBytes !== 0) return null;
  return { what, start: Number(start) };
}

/**
 * The space items of a volume but for `rootSlack`, by window and in it in the order of `SpaceKind`. `volumeSize` in bytes, what lies
 * behind is left out. What the volume source lacks is `unreadable`, whatever it would belong to: named, and never read as anything.
 * Goes through the account once and keeps one window.
 */
export function* spaceItems(fileSystem: FileSystem, volumeSize: number): Generator<SpaceItem> {
  yield* itemsOf(fileSystem, volumeSize, 0, spaceKinds);
}

/** The space item of a key; null where it is no such key or nothing of the kind lies in its window. */
export function spaceItemOf(fileSystem: FileSystem, volumeSize: number, key: string): SpaceItem | null {
  if (key === slackKey) return rootSlack(fileSystem);
  const wanted = parseSpaceKey(key);
  if (!wanted) return null;
  const end = Math.min(volumeSize, wanted.start + spaceWindowBytes);
  for (const item of itemsOf(fileSystem, end, wanted.start, [wanted.what])) if (item.key === key) return item;
  return null;
}

/** The slack of the root directory, which no entry is; null where there is none. */
export function rootSlack(fileSystem: FileSystem): SpaceItem | null {
  const ranges = usedRanges(fileSystem.slackOf(null));
  if (ranges.length === 0) return null;
  return { key: slackKey, what: "root slack", ranges, size: ranges.reduce((sum, { length }) => sum + length, 0) };
}

const usedRanges = (slack: readonly SlackRange[]): SpaceRange[] =>
  slack.filter(({ length }) => length > 0).map(({ start, length }) => ({ start, length }));

function* itemsOf(
  fileSystem: FileSystem,
  end: number,
  from: number,
  kinds: readonly AccountKind[],
): Generator<SpaceItem> {
  let window = from;
  let held = new Map<AccountKind, { start: number; length: number }[]>();
  for (const range of fileSystem.account()) {
    if (range.start >= end) break;
    const kind = kindOf(range);
    if (kind === null || !kinds.includes(kind)) continue;
    const last = Math.min(end, range.start + range.length);
    for (let at = Math.max(from, range.start); at < last;) {
      const here = at - (at % spaceWindowBytes);
      if (here > window) {
        yield* finished(held, window);
        held = new Map();
        window = here;
      }
      const length = Math.min(last, here + spaceWindowBytes) - at;
      add(held, kind, at, length);
      at += length;
    }
  }
  yield* finished(held, window);
}

function add(
  held: Map<AccountKind, { start: number; length: number }[]>,
  kind: AccountKind,
  start: number,
  length: number,
): void {
  const ranges = held.get(kind);
  const before = ranges?.at(-1);
  // Ranges of two words (free and bad clusters) may touch.
  if (before && before.start + before.length === start) before.length += length;
  else if (ranges) ranges.push({ start, length });
  else held.set(kind, [{ start, length }]);
}

function* finished(held: ReadonlyMap<AccountKind, readonly SpaceRange[]>, window: number): Generator<SpaceItem> {
  for (const what of spaceKinds) {
    const ranges = held.get(what);
    if (!ranges) continue;
    const size = ranges.reduce((sum, { length }) => sum + length, 0);
    yield { key: `${keyWords[what]}@${window}`, what, ranges, size };
  }
}

/** Slack that `slackOf` of an entry gives is no space of the volume. */
function kindOf(range: ClassedRange): AccountKind | null {
  if (range.class === "unallocated" || range.class === "not-understood" || range.class === "unreadable")
    return range.class;
  return range.class === "slack" && !slackOfEntries.has(range.what) ? "volume slack" : null;
}

const slackOfEntries: ReadonlySet<string> = new Set(["file slack", "directory slack", "ram slack", "drive slack"]);

/** Ranges of a volume as one source, in their order. Places lead into the volume. */
export function openRanges(volume: ByteSource, ranges: readonly SpaceRange[]): ByteSource {
  return new ExtentSource(
    volume,
    ranges.map(({ start, length }) => ({ start, length, state: "intact" as const })),
  );
}

/** What an entry occupies and does not use, as one source; null where there is none (of entries that are not allocated always). */
export function slackSource(fileSystem: FileSystem, volume: ByteSource, entry: FileSystemEntry): ByteSource | null {
  const ranges = usedRanges(fileSystem.slackOf(entry));
  return ranges.length === 0 ? null : openRanges(volume, ranges);
}
