/** Times of inodes: seconds since 1970 with two further bits and nanoseconds (chapter "Index Nodes", section "Inode Timestamps"). */
export { unixTimeText as timeText } from "../unix-time.ts";

/** Seconds of a field and of its further bits. */
export function secondsOf(field: number, extra: number): number {
  return (field | 0) + (extra & 3) * 2 ** 32;
}

export function nanosecondsOf(extra: number): number {
  return extra >>> 2;
}
