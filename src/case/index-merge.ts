/**
 * Brings the segments of the indexes into one each: a search then looks a word up once, and the index is smaller. Done in steps,
 * each a transaction of its own, so that an interruption costs one step; a merge that was begun is readable at any time.
 */
import { indexNames } from "./posting-pages.ts";
import type { Database } from "./sqlite.ts";

/** Pages (4 KiB) that a step writes. */
const pagesPerStep = 4000;

export function mergeIndexes(database: Database): void {
  const changes = database.prepare<{ n: number }>("SELECT total_changes() AS n");
  for (const index of indexNames) {
    // A negative number begins: all segments become one level, whatever their sizes. A positive one goes on.
    for (let pages = -pagesPerStep; ; pages = pagesPerStep) {
      const before = changes.get([])?.n ?? 0;
      database.prepare(`INSERT INTO ${index} (${index}, rank) VALUES ('merge', ?)`).run([pages]);
      // The command itself is one change; a step that wrote something is more.
      if ((changes.get([])?.n ?? 0) - before < 2) break;
    }
  }
}
