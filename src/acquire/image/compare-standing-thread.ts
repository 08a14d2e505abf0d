/** Thread entry: reads what two targets of an interrupted acquisition hold and says up to where they hold the same. */
import { openReplay, type ReplaySpec } from "./replay.ts";
import { runPart } from "../part.ts";

export interface CompareStandingData {
  /** Holds at least as much as the other. */
  readonly most: ReplaySpec;
  readonly other: ReplaySpec;
}

const windowBytes = 1 << 20;

/** Bytes that are the same, in whole windows where they differ. */
await runPart<CompareStandingData, number>(({ most, other }) => {
  const first = openReplay(most);
  const second = openReplay(other);
  const [ours, theirs] = [Buffer.allocUnsafeSlow(windowBytes), Buffer.allocUnsafeSlow(windowBytes)];
  try {
    for (let at = 0; at < other.bytes; at += windowBytes) {
      const count = Math.min(windowBytes, other.bytes - at);
      first.source.readInto(ours.subarray(0, count), at);
      second.source.readInto(theirs.subarray(0, count), at);
      if (ours.compare(theirs, 0, count, 0, count) !== 0) return at;
    }
    return other.bytes;
  } finally {
    first.close();
    second.close();
  }
});
