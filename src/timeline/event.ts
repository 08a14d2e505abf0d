/**
 * What an event of the timeline is: one date that the evidence gives, of one item. It is a time of the item (MACB, with where it
 * was read: `$SI`, `$FN`, `stat`, `zip` …), or a date that the content says of itself (`sent`, `received`, `created`, `taken`,
 * `printed` …: every field of the kind `date`). A content with several items makes its events for each of them.
 */
import type { ZoneKnowledge } from "../case/event-time.ts";

/** The facts of an item that stand beside each of its events. */
export interface EventItem {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly size: number | null;
  /** Null where the content is not described. */
  readonly type: string | null;
  /** Hex. */
  readonly sha256: string | null;
  readonly md5: string | null;
}

export interface TimelineEvent {
  /** Milliseconds since 1970 UTC; a local time as the zone of the question makes it. Null where the date has no place in time. */
  readonly at: number | null;
  /** The date as it is recorded, with the digits of its source. */
  readonly value: string;
  /** `m`, `a`, `c`, `b`, or the name of a field. */
  readonly kind: string;
  /** Where in the evidence it was read: `$SI`, `header`, `exif` … */
  readonly source: string;
  readonly zone: ZoneKnowledge;
  readonly exhibit: string;
  /** Forensic path, with the exhibit. */
  readonly path: string;
  readonly item: EventItem;
  /** With it `after` goes on behind this event. */
  readonly cursor: string;
}

/** Of everything that was asked for. */
export interface TimelineCounts {
  readonly events: number;
  /** Items that have them. */
  readonly items: number;
  /** Those among the events that are local times without a zone. */
  readonly localTimes: number;
  /** Dates that have no place in time: no dates of the calendar, before 1601, after 2200. They are none of the events. */
  readonly notPlaced: number;
}

export const bucketSizes = ["year", "month", "day", "hour"] as const;
export type BucketSize = (typeof bucketSizes)[number];

/** A stretch of the histogram, in UTC. */
export interface Bucket {
  /** `2019`, `2019-03`, `2019-03-04`, `2019-03-04T05`. */
  readonly bucket: string;
  /** Its first millisecond since 1970 UTC. */
  readonly from: number;
  readonly events: number;
  readonly localTimes: number;
}
