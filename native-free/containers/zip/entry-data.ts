/**
 * The decoded bytes of a ZIP entry: stored, deflate and Deflate64. Everything that can be decoded is delivered, also
 * beyond the declared size; what is wrong is thrown after it.
 */
import type { Buffer } from "node:buffer";
import { crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { inflateSteps, type InflateProblem } from "./inflate.ts";

export interface PackedData {
  readonly source: ByteSource;
  /** Offset of the packed bytes in the source. */
  readonly at: number;
  readonly packedSize: number;
  /** A method of `isReadable`. */
  readonly method: number;
  /** Declared size and CRC-32 of the decoded bytes; null where nothing declares them. */
  readonly size: number | null;
  readonly crc: number | null;
}

const STORED = 0;
const DEFLATE = 8;
const DEFLATE64 = 9;
const STEP_BYTES = 64 * 1024;
/** Below these sizes one call of zlib is much cheaper than a stream. */
const AT_ONCE_PACKED_BYTES = 256 * 1024;
const AT_ONCE_BYTES = 4 * 1024 * 1024;

export function isReadable(method: number): boolean {
  return method === STORED || method === DEFLATE || method === DEFLATE64;
}

/**
 * Yields the decoded bytes. After the last one it throws EvidenceError `zip/data-damaged` (the stream broke or was cut
 * short), `zip/crc-mismatch` or `zip/size-mismatch` (all bytes were delivered but are not what the archive declares).
 */
export async function* decodeEntry(data: PackedData): AsyncGenerator<Uint8Array> {
  let [crc, size] = [0, 0];
  const pieces = decodePieces(data);
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
    await pieces.return(null);
  }
  const problem = step.value;
  if (problem !== null) throw new EvidenceError("zip/data-damaged", { problem, size });
  if (data.crc !== null && crc !== data.crc) throw new EvidenceError("zip/crc-mismatch", { size });
  if (data.size !== null && size !== data.size) {
    throw new EvidenceError("zip/size-mismatch", { declared: data.size, size });
  }
}

type Pieces = AsyncGenerator<Uint8Array, InflateProblem | null>;

async function* decodePieces(data: PackedData): Pieces {
  if (data.method === STORED) return yield* copyStored(data);
  if (data.method === DEFLATE64) return yield* inflateSteps(data.source, data.at, data.packedSize, true);
  const whole = inflateAtOnce(data);
  if (whole) {
    yield whole;
    return null;
  }
  return yield* inflateStream(data);
}

async function* copyStored({ source, at, packedSize }: PackedData): Pieces {
  const end = Math.min(at + packedSize, source.size);
  for (let next = at; next < end; next += STEP_BYTES) yield readRange(source, next, Math.min(STEP_BYTES, end - next));
  return end < at + packedSize ? "truncated" : null;
}

/** Null where the entry is too large, or broken and therefore needs the way that keeps what comes before the break. */
function inflateAtOnce({ source, at, packedSize, size }: PackedData): Uint8Array | null {
  if (packedSize > AT_ONCE_PACKED_BYTES || (size ?? 0) > AT_ONCE_BYTES) return null;
  try {
    // The default piece of 16 KiB would be kept alive by each small entry.
    const chunkSize = Math.max(64, Math.min(STEP_BYTES, size ?? STEP_BYTES));
    const maxOutputLength = Math.max(64, size ?? AT_ONCE_BYTES);
    return inflateRawSync(readRange(source, at, packedSize), { maxOutputLength, chunkSize });
  } catch (error) {
    // Larger than declared or broken: the stream decodes it again and says which.
    if (isZlibError(error) || (error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw error;
  }
}

async function* inflateStream(data: PackedData): Pieces {
  const { source, at, packedSize } = data;
  const end = Math.min(at + packedSize, source.size);
  const inflate = createInflateRaw({ chunkSize: STEP_BYTES });
  let next = at;
  const feed = (): void => {
    try {
      while (next < end && !inflate.destroyed) {
        const piece = readRange(source, next, Math.min(STEP_BYTES, end - next));
        next += piece.length;
        if (!inflate.write(piece)) return;
      }
      inflate.end();
    } catch (error) {
      // Called from an event: an error of the source has to reach the loop below, not the process.
      inflate.destroy(error as Error);
    }
  };
  let delivered = 0;
  // The loop below gets the error; this only keeps one that comes after an abandoned loop from being unhandled.
  inflate.on("error", () => undefined);
  inflate.on("drain", feed);
  feed();
  try {
    for await (const piece of inflate) {
      const bytes: Buffer = piece;
      delivered += bytes.length;
      yield bytes;
    }
    return null;
  } catch (error) {
    // zlib drops what it decoded of the piece that breaks; decode again up to the very place.
    if (!isZlibError(error)) throw error;
  } finally {
    inflate.destroy();
  }
  return yield* inflateAgain(data, delivered);
}

function isZlibError(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith("Z_");
}

/** Decodes from the start, skipping the `delivered` bytes, up to where the stream breaks. */
function* inflateAgain(data: PackedData, delivered: number): Generator<Uint8Array, InflateProblem | null> {
  const pieces = inflateSteps(data.source, data.at, data.packedSize, false);
  let skip = delivered;
  let step = pieces.next();
  while (!step.done) {
    if (skip < step.value.length) yield step.value.subarray(skip);
    skip = Math.max(0, skip - step.value.length);
    step = pieces.next();
  }
  // Both decoders agree on what is valid; should they ever not, the bytes are not to be called sound.
  return step.value ?? "symbol";
}
