/**
 * Which sessions a volume has, and which of them counts. Every session repeats the whole tree as it should be seen then, with descriptors 32 KiB behind its begin; nothing but
 * a scan finds them where the table of contents is not at hand.
 */
import { viewRange, type ByteSource } from "../../bytes/byte-source.ts";
import { directoryAt, hasMark, readSession, type ReadSession } from "./descriptors.ts";
import { descriptorType, sectorBytes, systemAreaBytes } from "./layouts.ts";

/** What lies between two sessions of a compact disc: lead-out, lead-in and pre-gap, 11,400 sectors after the first, and room. */
const mostBetween = 12_000 * sectorBytes;
const windowBytes = 1 << 20;
const mostSessions = 128;

export interface FoundSessions {
  /** The one whose tree is shown. */
  readonly current: ReadSession;
  readonly others: readonly ReadSession[];
}

/**
 * Null where the volume does not begin with a session, `damaged` where it does and nothing leads to a root. Sessions inside of the first one's space are found
 * when the volume is surveyed.
 */
export function findSessions(source: ByteSource): FoundSessions | "damaged" | null {
  const first = readSession(source, 0);
  if (first === null && !isMarked(source)) return null;
  const known: ReadSession[] = first ? [first] : [];
  let from = first ? Math.max(systemAreaBytes + sectorBytes, first.session.end) : systemAreaBytes;
  while (known.length < mostSessions) {
    const next = nextSession(source, from, Math.min(source.size, from + mostBetween));
    if (next === null) break;
    known.push(next);
    from = Math.max(next.session.start + systemAreaBytes + sectorBytes, next.session.end);
  }
  if (known.length === 0) return "damaged";
  const current = currentOf(known);
  return { current, others: known.filter((each) => each !== current && !isCopy(each, current)).toReversed() };
}

/** Whether one of the first sectors behind the system area is a descriptor. */
function isMarked(source: ByteSource): boolean {
  const window = viewRange(source, systemAreaBytes, 4 * sectorBytes);
  return [0, 1, 2, 3].some((index) => hasMark(window, index * sectorBytes));
}

/** The first descriptors that lead to a root of their own behind them. */
function nextSession(source: ByteSource, from: number, end: number): ReadSession | null {
  for (let start = Math.floor(from / sectorBytes) * sectorBytes; start < end; start += windowBytes) {
    const window = viewRange(source, start, Math.min(windowBytes, end - start));
    for (let at = 0; at + sectorBytes <= window.length; at += sectorBytes) {
      const found = sessionAt(source, window, at, start + at);
      if (found) return found;
    }
  }
  return null;
}

/** Whether a sector begins the descriptors of a session: what they name must lie behind them. Images that are files do not count. */
export function sessionAt(source: ByteSource, window: Uint8Array, at: number, place: number): ReadSession | null {
  if (!hasMark(window, at) || window[at] !== descriptorType.primary || place < systemAreaBytes) return null;
  const read = readSession(source, place - systemAreaBytes);
  const root = read?.session.roots.find(({ kind }) => kind === "primary");
  if (!read || !root || root.rootStart <= place) return null;
  const { blockBytes } = read.session;
  return directoryAt(source, root.rootStart / blockBytes, blockBytes) === null ? null : read;
}

/** Media that can be written again keep a copy of the newest descriptors at their begin; else the last session counts. */
function currentOf(known: readonly ReadSession[]): ReadSession {
  const [first] = known;
  const last = known.at(-1)!;
  const newest = rootOf(first!) > rootOf(last) ? first! : last;
  return known.find((each) => each === first && rootOf(each) === rootOf(newest)) ?? newest;
}

function rootOf({ session }: ReadSession): number {
  return Math.max(...session.roots.map(({ rootStart }) => rootStart));
}

/** Whether two sets of descriptors lead to the same tree. */
export function isCopy(a: ReadSession, b: ReadSession): boolean {
  return a.session.roots.some(({ rootStart }) => b.session.roots.some((other) => other.rootStart === rootStart));
}
