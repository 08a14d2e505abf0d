/**
 * Sends slots of a ring through one whole-stream hash and prints how many bytes were allocated for each chunk of 32 KiB: one line
 * of JSON. Arguments: algorithm, chunks.
 */
import process from "node:process";
import type { HashName } from "../../../../src/acquire/image/image-body.ts";
import { slotBytes } from "../../../../src/acquire/image/image-plan.ts";
import { streamHash } from "../../../../src/acquire/image/stream-hash.ts";
import { RingReader, ringMemory, RingWriter } from "../../../../workers/ring.ts";
import { noise } from "../../../fixtures/ewf-set.ts";

const [algorithm, count] = process.argv.slice(2) as [HashName, string];
const slotChunks = slotBytes / 32_768;
const sampleSlots = 8;
const memory = ringMemory(4, slotBytes, 1);
const [reading, hashing] = [new RingWriter(memory), new RingReader(memory, 0)];
const hash = streamHash(algorithm);
const block = noise(slotBytes);

function passSlot(slotNumber: number): void {
  const slot = reading.acquire();
  if (slotNumber < memory.slots) slot.set(block);
  reading.publish(slot.length);
  hash.update(hashing.next()!);
  hashing.release();
}

/** What was allocated, on the heap and outside it; a collection that comes between makes less of it, never more. */
function allocatedBy(slots: number, first: number): number {
  let allocated = 0;
  let before = process.memoryUsage();
  for (let slot = 0; slot < slots; slot++) {
    passSlot(first + slot);
    if ((slot + 1) % sampleSlots !== 0) continue;
    const now = process.memoryUsage();
    allocated += Math.max(0, now.heapUsed - before.heapUsed) + Math.max(0, now.external - before.external);
    before = now;
  }
  return allocated;
}

const warmUpSlots = 128;
allocatedBy(warmUpSlots, 0);
globalThis.gc?.();
const slots = Math.ceil(Number(count) / slotChunks / sampleSlots) * sampleSlots;
const bytesPerChunk = allocatedBy(slots, warmUpSlots) / (slots * slotChunks);
process.stdout.write(`${JSON.stringify({ bytesPerChunk })}\n`);
