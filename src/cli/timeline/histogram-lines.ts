/** The histogram of a timeline as lines for a terminal. */
import { timelineSays } from "../../messages/en.ts";
import type { Bucket, BucketSize } from "../../timeline/event.ts";
import type { Timeline } from "../../timeline/timeline.ts";

const barLength = 50;
const msPerHour = 3_600_000;

/** A line for each bucket with events, and one for each gap between them. */
export function* histogramLines(timeline: Timeline, size: BucketSize): Generator<string> {
  let most = 0;
  for (const { events } of timeline.histogram(size)) most = Math.max(most, events);
  let last: Bucket | null = null;
  for (const bucket of timeline.histogram(size)) {
    const gap = last === null ? 0 : numberOf(bucket.from, size) - numberOf(last.from, size) - 1;
    if (gap > 0) yield timelineSays.emptyBuckets(gap, size);
    // The smallest bucket is seen, too.
    const bar = "#".repeat(Math.max(1, Math.round((bucket.events / most) * barLength)));
    yield timelineSays.bucketLine(bucket.bucket, bucket.events, bar, bucket.localTimes);
    last = bucket;
  }
}

/** Buckets counted from a beginning. */
function numberOf(from: number, size: BucketSize): number {
  if (size === "hour" || size === "day") return Math.floor(from / (size === "hour" ? msPerHour : 24 * msPerHour));
  const date = new Date(from);
  return size === "year" ? date.getUTCFullYear() : date.getUTCFullYear() * 12 + date.getUTCMonth();
}
