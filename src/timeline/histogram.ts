/** How many events fall into each year, month, day or hour of UTC. Memory does not grow with their number. */
import type { Bucket, BucketSize } from "./event.ts";
import type { ExhibitEvents } from "./exhibit-events.ts";

const msPerHour = 3_600_000;
const digits: Readonly<Record<BucketSize, number>> = { year: 4, month: 7, day: 10, hour: 13 };

/** First millisecond of a bucket and of the one behind it. */
function boundsOf(at: number, size: BucketSize): readonly [from: number, next: number] {
  if (size === "hour" || size === "day") {
    const length = size === "hour" ? msPerHour : 24 * msPerHour;
    const from = Math.floor(at / length) * length;
    return [from, from + length];
  }
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), size === "year" ? 0 : date.getUTCMonth()];
  return [Date.UTC(year, month), size === "year" ? Date.UTC(year + 1, 0) : Date.UTC(year, month + 1)];
}

interface Count {
  readonly from: number;
  readonly events: number;
}

function* countsOf(instants: Iterator<number>, size: BucketSize): Generator<Count> {
  let [from, next, events] = [0, -Infinity, 0];
  for (let step = instants.next(); !step.done; step = instants.next()) {
    if (step.value >= next) {
      if (events > 0) yield { from, events };
      [from, next] = boundsOf(step.value, size);
      events = 0;
    }
    events += 1;
  }
  if (events > 0) yield { from, events };
}

/** Buckets that hold events, in order. */
export function* histogramOf(exhibits: readonly ExhibitEvents[], size: BucketSize): Generator<Bucket> {
  const open = exhibits
    .flatMap((exhibit) => exhibit.instants())
    .map(({ isLocal, instants }) => ({ isLocal, counts: countsOf(instants, size) }))
    .map(({ isLocal, counts }) => ({ isLocal, counts, head: counts.next() }));
  for (;;) {
    const from = Math.min(...open.map(({ head }) => (head.done ? Infinity : head.value.from)));
    if (from === Infinity) return;
    let [events, localTimes] = [0, 0];
    for (const part of open) {
      if (part.head.done || part.head.value.from !== from) continue;
      events += part.head.value.events;
      if (part.isLocal) localTimes += part.head.value.events;
      part.head = part.counts.next();
    }
    yield { bucket: new Date(from).toISOString().slice(0, digits[size]), from, events, localTimes };
  }
}
