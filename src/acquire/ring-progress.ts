/** How far the writer of a ring is, told a few times a second. */
import { RingControl, type RingMemory } from "../../workers/ring.ts";

const tellEveryMs = 250;

/** Watches a ring; returns how to stop that. `total` caps what is told; null where it is not known. */
export function tellProgress(ring: RingMemory, total: number | null, onProgress: (bytes: number) => void): () => void {
  const control = new RingControl(ring);
  const told = () => onProgress(Math.min(total ?? Infinity, control.published * ring.slotBytes));
  const timer = setInterval(told, tellEveryMs);
  return () => clearInterval(timer);
}
