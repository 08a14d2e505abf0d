/** How far the writer of a ring is, told a few times a second. */
import { RingControl, type RingMemory } from "../../workers/ring.ts";

const tellEveryMs = 250;

/** Watches a ring; returns how to stop that. `total` caps what is told. */
export function tellProgress(ring: RingMemory, total: number, onProgress: (bytes: number) => void): () => void {
  const control = new RingControl(ring);
  const timer = setInterval(() => onProgress(Math.min(total, control.published * ring.slotBytes)), tellEveryMs);
  return () => clearInterval(timer);
}
