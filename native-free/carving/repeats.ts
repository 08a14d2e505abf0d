/** Tells a test pattern, a header written over and over, from a file that begins with the header once. */
import type { CarveWindow } from "./carve-window.ts";

/** Shortest and longest distance at which a header that repeats itself is looked for. */
const shortestPeriod = 8;
const longestPeriod = 64;

/**
 * Whether the eight bytes at `at` come again within 64 bytes, and at the same distance once more: a test pattern, never the coded frames of
 * a recording.
 */
export function repeatsItself(window: CarveWindow, at: number): boolean {
  for (let period = shortestPeriod; period <= longestPeriod; period++) {
    let i = 0;
    while (i < shortestPeriod && window.u8(at + i) === window.u8(at + period + i)) i++;
    if (i < shortestPeriod) continue;
    i = 0;
    while (i < shortestPeriod && window.u8(at + i) === window.u8(at + 2 * period + i)) i++;
    if (i === shortestPeriod) return true;
  }
  return false;
}
