/** Fast commits: small changes behind the last whole transaction (chapter "Journal (jbd2)", section "Fast Commits"). They are counted, not applied. */
import * as layout from "./layouts.ts";
import type { Windows } from "./windows.ts";

const { fastKind } = layout;
const tag = layout.fastTag.cursor();
const head = layout.fastHead.cursor();
const tail = layout.fastTail.cursor();
const inode = layout.pointer.cursor();

/** What the fast commits of a transaction change: how many inodes, and names that they add or remove. */
export interface FastCommits {
  readonly commits: number;
  readonly inodes: number;
  readonly names: number;
}

/** `places`: bytes of the volume of the blocks of the area, in order. Null where the area holds none of the transaction. */
export function fastCommitsIn(
  windows: Windows,
  places: Iterable<number>,
  blockBytes: number,
  sequence: number,
): FastCommits | null {
  const inodes = new Set<number>();
  let [commits, names, isOpen] = [0, 0, false];
  const found = (): FastCommits | null => (isOpen ? { commits, inodes: inodes.size, names } : null);
  for (const place of places) {
    let at = windows.seek(place);
    const end = at + blockBytes;
    const { bytes } = windows;
    for (; at + layout.fastTag.size <= end; at += layout.fastTag.size + tag.length) {
      const { kind, length } = tag.over(bytes, at);
      const value = at + layout.fastTag.size;
      if (value + length > end || kind === 0 || kind > fastKind.head) return found();
      if (kind === fastKind.head) isOpen = head.over(bytes, value).sequence === sequence;
      if (!isOpen) return null;
      if (kind === fastKind.tail) {
        // The next block begins the next one, or holds one of an older transaction.
        if (tail.over(bytes, value).sequence !== sequence) return found();
        commits++;
        break;
      }
      if (kind === fastKind.inode) inodes.add(inode.over(bytes, value).value);
      if (kind === fastKind.create || kind === fastKind.link || kind === fastKind.unlink) names++;
    }
  }
  return found();
}
