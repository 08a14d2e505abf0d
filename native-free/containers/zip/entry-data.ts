/**
 * The decoded bytes of a ZIP entry. Methods: stored, shrunk, reduced, imploded, deflate, Deflate64, bzip2, LZMA, Zstandard, xz, PPMd.
 * Everything that can be decoded is delivered, also beyond the declared size; what is wrong is thrown after it.
 */
import { crc32, inflateRawSync } from "node:zlib";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { PIECE_BYTES, type Unpacked, type UnpackedLater } from "../../unpack/byte-feed.ts";
import { bunzip2 } from "../../unpack/bzip2.ts";
import { inflateSteps } from "../../unpack/inflate.ts";
import { inflateStream, isZlibError } from "../../unpack/inflate-stream.ts";
import { unlzmaZip } from "../../unpack/lzma.ts";
import { unxz } from "../../unpack/xz.ts";
import { unzstd } from "../../unpack/zstd.ts";
import { explode } from "./implode.ts";
import { unppmd } from "./ppmd.ts";
import { unreduce } from "./reduce.ts";
import { unshrink } from "./shrink.ts";

export interface PackedData {
  readonly source: ByteSource;
  /** Offset of the packed bytes in the source. */
  readonly at: number;
  readonly packedSize: number;
  /** A method of `isReadable`. */
  readonly method: number;
  /** General purpose flags, some of which belong to the method. */
  readonly flags: number;
  /** Declared size and CRC-32 of the decoded bytes; null where nothing declares them. */
  readonly size: number | null;
  readonly crc: number | null;
}

const STORED = 0;
const DEFLATE = 8;
/** The end of LZMA data is marked. */
const LZMA_MARKED = 2;
/** Below these sizes one call of zlib is much cheaper than a stream. */
const AT_ONCE_PACKED_BYTES = 256 * 1024;
const AT_ONCE_BYTES = 4 * 1024 * 1024;

type Decoder = (data: PackedData) => Unpacked | UnpackedLater;

/** How long the output is, for methods that do not mark their end. */
const sizeOf = (data: PackedData): number => data.size ?? Number.MAX_SAFE_INTEGER;
const reduced: Decoder = (data) => unreduce(data.source, data.at, data.packedSize, sizeOf(data), data.method - 1);
const zstd: Decoder = ({ source, at, packedSize }) => unzstd(source, at, Math.min(source.size, at + packedSize));

const decoders: Readonly<Record<number, Decoder>> = {
  [STORED]: copyStored,
  1: (data) => unshrink(data.source, data.at, data.packedSize, sizeOf(data)),
  2: reduced,
  3: reduced,
  4: reduced,
  5: reduced,
  6: (data) => explode(data.source, data.at, data.packedSize, sizeOf(data), data.flags),
  [DEFLATE]: inflate,
  9: ({ source, at, packedSize }) => inflateSteps(source, at, packedSize, true),
  12: ({ source, at, packedSize }) => bunzip2(source, at, at + packedSize),
  14: (data) => {
    const size = (data.flags & LZMA_MARKED) === 0 ? data.size : null;
    return unlzmaZip(data.source, data.at, data.at + data.packedSize, size);
  },
  // 20 is what the first writers of Zstandard used.
  20: zstd,
  93: zstd,
  95: ({ source, at, packedSize }) => unxz(source, at, at + packedSize),
  98: unppmd,
};

export function isReadable(method: number): boolean {
  return Object.hasOwn(decoders, method);
}

/**
 * Yields the decoded bytes. After the last one it throws EvidenceError `zip/data-damaged` (the stream broke or was cut
 * short), `zip/crc-mismatch` or `zip/size-mismatch` (all bytes were delivered but are not what the archive declares).
 */
export async function* decodeEntry(data: PackedData): AsyncGenerator<Uint8Array> {
  let [crc, size] = [0, 0];
  const pieces = decoders[data.method]!(data);
  let step = await pieces.next();
  try {
    while (!step.done) {
      if (step.value.length > 0) {
        crc = crc32(step.value, crc);
        size += step.value.length;
        yield step.value;
      }
      step = await pieces.next();
    }
  } finally {
    if (!step.done) await pieces.return({ problem: null, end: 0 });
  }
  const { problem } = step.value;
  if (problem !== null) throw new EvidenceError("zip/data-damaged", { problem, size });
  if (data.crc !== null && crc !== data.crc) throw new EvidenceError("zip/crc-mismatch", { size });
  if (data.size !== null && size !== data.size) {
    throw new EvidenceError("zip/size-mismatch", { declared: data.size, size });
  }
}

function* copyStored({ source, at, packedSize }: PackedData): Unpacked {
  const end = Math.min(at + packedSize, source.size);
  for (let next = at; next < end; next += PIECE_BYTES) yield readRange(source, next, Math.min(PIECE_BYTES, end - next));
  return { problem: end < at + packedSize ? "truncated" : null, end };
}

async function* inflate(data: PackedData): UnpackedLater {
  const whole = inflateAtOnce(data);
  if (!whole) return yield* inflateStream(data.source, data.at, data.packedSize);
  yield whole;
  return { problem: null, end: data.at + data.packedSize };
}

/** Null where the entry is too large, or broken and therefore needs the way that keeps what comes before the break. */
function inflateAtOnce({ source, at, packedSize, size }: PackedData): Uint8Array | null {
  if (packedSize > AT_ONCE_PACKED_BYTES || (size ?? 0) > AT_ONCE_BYTES) return null;
  try {
    // The default piece of 16 KiB would be kept alive by each small entry.
    const chunkSize = Math.max(64, Math.min(PIECE_BYTES, size ?? PIECE_BYTES));
    const maxOutputLength = Math.max(64, size ?? AT_ONCE_BYTES);
    return inflateRawSync(readRange(source, at, packedSize), { maxOutputLength, chunkSize });
  } catch (error) {
    // Larger than declared or broken: the stream decodes it again and says which.
    if (isZlibError(error) || (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw error;
  }
}
