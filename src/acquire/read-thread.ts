/** Thread entry: reads a medium once, from its first sector to its last, into the ring. */
import type { RingMemory } from "../../workers/ring.ts";
import { openMedium } from "../source/medium.ts";
import { runPart } from "./part.ts";
import { pumpMedium, type Pumped } from "./pump.ts";

export interface ReadThreadData {
  readonly ring: RingMemory;
  readonly source: string;
}

await runPart<ReadThreadData, Pumped>(({ ring, source }) => pumpMedium(openMedium(source), ring));
