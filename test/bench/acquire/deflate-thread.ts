/** Thread entry: reads every `of`-th 256 KiB of a file and encodes it as E01 "fast" does, into nothing: the limit of compression. */
import { closeSync, openSync, readSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { chunkEncoder } from "../../../src/acquire/image/chunk-encoder.ts";

const { file, share, of, bytes } = workerData as { file: string; share: number; of: number; bytes: number };
const slot = Buffer.allocUnsafeSlow(256 * 1024);
const chunkBytes = 32_768;
const encoder = chunkEncoder("e01", "fast", chunkBytes);
const descriptor = openSync(file, "r");
for (let at = share * slot.length; at < bytes; at += of * slot.length) {
  const got = readSync(descriptor, slot, 0, Math.min(slot.length, bytes - at), at);
  for (let from = 0; from < got; from += chunkBytes)
    encoder.encode(slot.subarray(from, Math.min(got, from + chunkBytes)));
}
closeSync(descriptor);
