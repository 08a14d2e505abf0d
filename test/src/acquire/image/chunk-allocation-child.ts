/**
 * Sends chunks from a ring through encoder, packed slots, writer and segment files, all on one thread, and prints how many bytes
 * were allocated for each: one line of JSON. Arguments: format, compression, chunks.
 */
import process from "node:process";
import { Aff4Writer } from "../../../../native-free/images/aff4/writer.ts";
import type { EncodedChunk } from "../../../../native-free/images/encoded-chunk.ts";
import { EwfWriter } from "../../../../native-free/images/ewf/writer.ts";
import {
  aff4Methods,
  chunkBytesOf,
  digestBytes,
  ewfLevels,
  SlotEncoder,
  type ChunkFormat,
} from "../../../../src/acquire/image/chunk-encoder.ts";
import type { Compression } from "../../../../src/acquire/image/image-body.ts";
import { packedSlotBytes, SlotUnpacker } from "../../../../src/acquire/image/packed-slot.ts";
import { SegmentFiles } from "../../../../src/acquire/image/segment-files.ts";
import type { TargetFiles } from "../../../../src/acquire/image/target-files.ts";
import { RingReader, ringMemory, RingWriter } from "../../../../workers/ring.ts";
import { aff4Options } from "../../../fixtures/aff4-image.ts";
import { noise, optionsFor } from "../../../fixtures/ewf-set.ts";

const [format, compression, count] = process.argv.slice(2) as [ChunkFormat, Compression, string];
const chunkBytes = chunkBytesOf(format, 512);
const warmUpChunks = 24_000;
/** More than the acquisition has, so that what a slot costs is not taken for what its chunks cost. */
const slotBytes = 64 * chunkBytes;
const sampleSlots = 8;

/** Takes everything and keeps nothing. */
const nowhere: TargetFiles = {
  exists: () => false,
  create: () => 1,
  open: () => 1,
  write: (_descriptor, _bytes, _from, length) => length,
  truncate: () => undefined,
  sync: () => undefined,
  startSync: (_descriptor, done) => done(null),
  close: () => undefined,
  copy: () => undefined,
  remove: () => undefined,
  syncFolder: () => undefined,
  free: () => Number.MAX_SAFE_INTEGER,
};

function openWriter(files: SegmentFiles): { addChunk(chunk: EncodedChunk): void } {
  if (format === "e01")
    return new EwfWriter({ ...optionsFor(0), sizeBytes: null, level: ewfLevels[compression] }, files);
  files.beginSegment(1);
  return new Aff4Writer(aff4Options(null, { compression: aff4Methods[compression] }), files);
}

/** Text, noise and zeros, a slot of each, and one of all three. */
function fill(slot: Uint8Array, index: number): void {
  const text = Buffer.from("2026-11-21;customs declaration;4711;office payment account\n".repeat(slot.length / 50));
  for (let at = 0; at < slot.length; at += chunkBytes) {
    const kind = index % 4 === 3 ? at / chunkBytes : index;
    const chunk = slot.subarray(at, at + chunkBytes);
    if (kind % 3 === 0) chunk.set(text.subarray(at, at + chunk.length));
    if (kind % 3 === 1) chunk.set(noise(chunk.length, at + 1));
    if (kind % 3 === 2) chunk.fill(0);
  }
}

const medium = ringMemory(4, slotBytes, 1);
const packed = ringMemory(4, Math.ceil(packedSlotBytes(slotBytes, chunkBytes, digestBytes[format]) / 4) * 4, 1);
const [reading, encoding] = [new RingWriter(medium), new RingReader(medium, 0)];
const [handing, writing] = [new RingWriter(packed), new RingReader(packed, 0)];
const encoder = new SlotEncoder(format, compression, chunkBytes);
const unpacker = new SlotUnpacker(digestBytes[format]);
const files = new SegmentFiles({
  folders: ["/nowhere"],
  nameOf: (number) => `x.${number}`,
  waitForSpace: false,
  onNote: () => undefined,
  isGivenUp: () => false,
  files: nowhere,
});
const writer = openWriter(files);

function passSlot(slotNumber: number): void {
  const slot = reading.acquire();
  if (slotNumber < medium.slots) fill(slot, slotNumber);
  reading.publish(slot.length);
  handing.publish(encoder.encode(encoding.next()!, 0, handing.acquire()));
  encoding.release();
  unpacker.open(writing.next()!);
  for (let chunk = unpacker.next(); chunk !== null; chunk = unpacker.next()) writer.addChunk(chunk);
  writing.release();
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

const slotChunks = slotBytes / chunkBytes;
const warmUpSlots = warmUpChunks / slotChunks;
allocatedBy(warmUpSlots, 0);
globalThis.gc?.();
const slots = Math.ceil(Number(count) / slotChunks / sampleSlots) * sampleSlots;
const bytesPerChunk = allocatedBy(slots, warmUpSlots) / (slots * slotChunks);
process.stdout.write(`${JSON.stringify({ bytesPerChunk })}\n`);
