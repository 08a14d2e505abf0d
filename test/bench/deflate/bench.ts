/**
 * `npm run bench -- deflate`: the deflate kernel against node:zlib at the same level, chunk by chunk as imaging uses them, in turn
 * on the same chunks; ratios of one run, by class of data. Sizes are those of the image: chunks that do not get smaller
 * count as stored, with their checksum.
 *
 *     --bytes N   of each class, default 2e6     --chunk N   default 32768     --rounds N   default 10
 *     --level N   1, which is "fast", or 9, which is "best"; default 1
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { parseArgs } from "node:util";
import { deflateSync, inflateSync } from "node:zlib";
import { decodeChunk } from "../../../native-free/images/ewf/chunk-codec.ts";
import { deflateKernel } from "../../../native-free/kernels/deflate-kernel.ts";
import { chunksOf, evidenceCorpus } from "./corpus.ts";

const { values: flags } = parseArgs({
  options: {
    bytes: { type: "string", default: "2e6" },
    chunk: { type: "string", default: "32768" },
    rounds: { type: "string", default: "10" },
    level: { type: "string", default: "1" },
  },
});
const chunkBytes = Number(flags.chunk);
const level = flags.level === "9" ? 9 : 1;
const kernel = deflateKernel();
const CHECKSUM_BYTES = 4;

/** Bytes in the image. */
function zlibSize(chunk: Buffer): number {
  const { length } = deflateSync(chunk, { level, chunkSize: chunkBytes + 1024 });
  return length < chunkBytes ? length : chunkBytes + CHECKSUM_BYTES;
}

function kernelSize(chunk: Buffer): number {
  const length = kernel.zlib(chunk, true, level);
  if (length === 0) return kernel.adler32(chunk) < 0 ? 0 : chunkBytes + CHECKSUM_BYTES;
  return length;
}

/** What the kernel wrote, read by zlib, is what went in. Throws where it is not. */
function proveRoundTrip(chunks: readonly Buffer[]): void {
  for (const chunk of chunks) {
    const length = kernel.zlib(chunk, false, level);
    if (length > 0 && Buffer.compare(inflateSync(kernel.output.subarray(0, length)), chunk) !== 0)
      throw new Error("a chunk came back changed");
  }
}

const works = ["zlib", "kernel", "inflate", "decode"] as const;
type Times = Record<(typeof works)[number], number>;

/** Seconds: for each chunk and each work the fastest of several turns, summed, so that other programs disturb little. */
function fastest(chunks: readonly Buffer[]): Times {
  const sum: Times = { zlib: 0, kernel: 0, inflate: 0, decode: 0 };
  const best = chunks.map((): Times => ({ zlib: Infinity, kernel: Infinity, inflate: Infinity, decode: Infinity }));
  const packed = chunks.map((chunk) => {
    const length = kernel.zlib(chunk, false, level);
    return length === 0 ? deflateSync(chunk) : kernel.output.slice(0, length);
  });
  const run: Readonly<Record<keyof Times, (at: number) => unknown>> = {
    zlib: (at) => zlibSize(chunks[at]!),
    kernel: (at) => kernelSize(chunks[at]!),
    inflate: (at) => inflateSync(packed[at]!, { maxOutputLength: chunkBytes }),
    decode: (at) => decodeChunk(packed[at]!, true, chunkBytes, chunkBytes),
  };
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const work of works) {
      for (const [at, times] of best.entries()) {
        const begun = process.hrtime.bigint();
        run[work](at);
        times[work] = Math.min(times[work], Number(process.hrtime.bigint() - begun) / 1e9);
      }
    }
  }
  for (const times of best) for (const work of works) sum[work] += times[work];
  return sum;
}

function row(name: string, bytes: number, sizes: readonly [zlib: number, kernel: number], times: Times): void {
  const speed = (seconds: number): string => (bytes / seconds / 1e6).toFixed(0).padStart(6);
  const columns = [
    name.padEnd(18),
    (bytes / 1e6).toFixed(1).padStart(6),
    speed(times.zlib),
    speed(times.kernel),
    (times.zlib / times.kernel).toFixed(2).padStart(7),
    (sizes[0] / bytes).toFixed(3).padStart(7),
    (sizes[1] / sizes[0]).toFixed(4).padStart(8),
    speed(times.inflate),
    speed(times.decode),
  ];
  process.stdout.write(`${columns.join("")}\n`);
}

process.stdout.write(
  `${"class".padEnd(18)}    MB  zlib-${level} kernel  ratio  z/raw    k/z inflate decode   (MB/s of uncompressed bytes)\n`,
);
const sum = { bytes: 0, zlib: 0, kernel: 0, times: { zlib: 0, kernel: 0, inflate: 0, decode: 0 } };
for (const [name, bytes] of evidenceCorpus(Number(flags.bytes))) {
  const chunks = chunksOf(bytes, chunkBytes);
  if (chunks.length === 0) continue;
  proveRoundTrip(chunks);
  const sizes = [zlibSize, kernelSize].map((size) => chunks.reduce((total, chunk) => total + size(chunk), 0));
  const times = fastest(chunks);
  row(name, chunks.length * chunkBytes, [sizes[0]!, sizes[1]!], times);
  sum.bytes += chunks.length * chunkBytes;
  sum.zlib += sizes[0]!;
  sum.kernel += sizes[1]!;
  for (const work of works) sum.times[work] += times[work];
}
row("all", sum.bytes, [sum.zlib, sum.kernel], sum.times);
