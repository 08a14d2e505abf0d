/** Thread entry: looks at the slots of the ring as they pass and says now and then what it saw. It never holds the read up. */
import { Triage, type TriageFacts, type TriageSummary } from "../../../native-free/triage/triage.ts";
import { RingObserver, type RingMemory } from "../../../workers/ring.ts";
import { runPart } from "../part.ts";

export interface TriageThreadData {
  readonly ring: RingMemory;
  /** Of the medium; null for a stream. */
  readonly size: number | null;
  readonly sectorBytes: number;
  /** Of so many slots one is looked at, beside those in which tables and volumes begin: what the cores can spare. */
  readonly every: number;
}

export interface TriageNote {
  readonly facts: TriageFacts;
  /** At the end. */
  readonly summary: TriageSummary | null;
}

const tellEveryMs = 1000;

await runPart<TriageThreadData, null>(({ ring, size, sectorBytes, every }, _, note) => {
  const observer = new RingObserver(ring);
  const triage = new Triage({ size, sectorBytes });
  const slot = new Uint8Array(ring.slotBytes);
  let toldAt = performance.now();
  let end = 0;
  const isWanted = (number: number): boolean => {
    const at = number * ring.slotBytes;
    end = at + ring.slotBytes;
    return number % every === 0 || triage.wants(at, ring.slotBytes);
  };
  for (let seen = observer.next(slot, isWanted); seen !== null; seen = observer.next(slot, isWanted)) {
    const at = seen.slot * ring.slotBytes;
    end = at + seen.bytes;
    triage.look(seen.bytes === slot.length ? slot : slot.subarray(0, seen.bytes), at);
    if (performance.now() - toldAt < tellEveryMs) continue;
    toldAt = performance.now();
    note({ facts: triage.facts(), summary: null } satisfies TriageNote);
  }
  note({ facts: triage.facts(), summary: triage.summary(size ?? end) } satisfies TriageNote);
  return null;
});
