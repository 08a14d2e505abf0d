/**
 * The compressing half of a stage: every n-th slot of the ring goes to one of n threads, each of which has a ring of its
 * own to the one writer, which takes from them in turn. So the order of chunks does not depend on who is faster.
 */
import { SECTORS_PER_CHUNK } from "../../native-free/images/ewf/layouts.ts";
import { entryUrl } from "../../workers/entry-url.ts";
import { ringMemory, type RingMemory } from "../../workers/ring.ts";
import type { BadRange } from "../source/block-source.ts";
import type { CompressData } from "./compress-thread.ts";
import { packedSlotBytes } from "./packed-slot.ts";
import { slotBytes, type ImagePlan } from "./image-plan.ts";
import type { WrittenSegment } from "./segment-files.ts";
import type { Part, Stage } from "./stage.ts";
import type { WriteEwfData } from "./write-ewf-thread.ts";

/** What the writer of an E01 is told when everything was read. Hashes in hex. */
export interface EwfEnding {
  readonly md5: string;
  readonly sha1: string;
  readonly badRanges: readonly BadRange[];
}

export interface Compression {
  readonly rings: readonly RingMemory[];
  start(stage: Stage): Part<readonly WrittenSegment[]>;
}

const outSlots = 16;

/** `firstReader`: the readers of `ring` from there on are the threads'. */
export function startCompression(ring: RingMemory, firstReader: number, threads: number, plan: ImagePlan): Compression {
  const chunkBytes = SECTORS_PER_CHUNK * plan.sectorBytes;
  if (slotBytes % chunkBytes !== 0) throw new RangeError(`no E01 chunks of ${plan.sectorBytes}-byte sectors`);
  const outBytes = packedSlotBytes(slotBytes, chunkBytes);
  const rings = Array.from({ length: threads }, () => ringMemory(outSlots, outBytes, 1));
  return {
    rings,
    start(stage) {
      for (const [share, out] of rings.entries()) {
        const level = ({ none: 0, fast: 1, best: 9 } as const)[plan.compression];
        const data: CompressData = { ring, reader: firstReader + share, share, of: threads, out, chunkBytes, level };
        stage.start<null>(entryUrl(import.meta.url, "./compress-thread"), data);
      }
      const data: WriteEwfData = { rings, plan };
      return stage.start(entryUrl(import.meta.url, "./write-ewf-thread"), data);
    },
  };
}
