/** What a compressed stream yields: one child with its content, and one more for bytes behind the end of the stream. */
import { type ByteSource, readRange } from "../bytes/byte-source.ts";
import { EvidenceError } from "../model/errors.ts";
import type { Child, Extraction } from "../model/extraction.ts";
import { finding } from "../model/findings.ts";
import type { EvidenceName, ItemTime } from "../model/item.ts";
import { type Ending, PIECE_BYTES, type Unpacked, type UnpackedLater } from "./byte-feed.ts";

export interface StreamContent {
  /** Offset of the stream, which is the key of the child. */
  readonly at: number;
  /** Null where the stream has no name. */
  readonly name: EvidenceName | null;
  readonly times: readonly ItemTime[];
  readonly unpack: () => Unpacked | UnpackedLater;
}

/** Yields the child; returns how its stream ended, null where it was not read to the end. */
export async function* streamChild(
  source: ByteSource,
  content: StreamContent,
): AsyncGenerator<Extraction, Ending | null> {
  const state: { ending: Ending | null } = { ending: null };
  const child: Child = {
    key: `${content.at}`,
    name: content.name ?? { text: "content", bytes: null },
    kind: "file",
    origin: "embedded",
    size: null,
    packedSize: source.size - content.at,
    times: content.times,
    findings: [],
    content: { open: () => deliver(content.unpack(), (ending) => (state.ending = ending)) },
  };
  yield { what: "child", child };
  return state.ending;
}

/** A stream that is all that the source holds. */
export async function* wholeStream(source: ByteSource, unpack: StreamContent["unpack"]): AsyncIterable<Extraction> {
  const ending = yield* streamChild(source, { at: 0, name: null, times: [], unpack });
  yield* trailingOf(source, ending);
}

/** Throws EvidenceError `stream/…` after the last byte where something is wrong. */
export async function* deliver(
  pieces: Unpacked | UnpackedLater,
  onEnd: (ending: Ending) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  let step = await pieces.next();
  try {
    for (; !step.done; step = await pieces.next()) {
      size += step.value.length;
      if (step.value.length > 0) yield step.value;
    }
  } finally {
    if (!step.done) await pieces.return({ problem: null, end: 0 });
  }
  onEnd(step.value);
  const { problem } = step.value;
  if (problem === "checksum") throw new EvidenceError("stream/checksum", { size });
  if (problem === "size") throw new EvidenceError("stream/size-mismatch", { size });
  if (problem?.startsWith("unsupported")) throw new EvidenceError("stream/unsupported", { problem, size });
  if (problem !== null) throw new EvidenceError("stream/damaged", { problem, size });
}

/** Bytes behind a stream that ended as it should, unless they are all zeros: tapes and blocks are filled up so. */
export async function* trailingOf(source: ByteSource, ending: Ending | null): AsyncGenerator<Extraction> {
  if (ending === null || ending.problem !== null || ending.end >= source.size) return;
  if (isZero(source, ending.end)) return;
  yield { what: "child", child: stretchChild(source, ending.end, source.size - ending.end, "stream/trailing") };
}

/** True where nothing but zeros stands from `at` on. */
export function isZero(source: ByteSource, at: number): boolean {
  const piece = new Uint8Array(PIECE_BYTES);
  for (let next = at; next < source.size; next += PIECE_BYTES) {
    const length = source.readInto(piece, next);
    for (let index = 0; index < length; index++) if (piece[index] !== 0) return false;
  }
  return true;
}

/** Bytes that lie behind the stream or archive in the same file. */
export function stretchChild(
  source: ByteSource,
  at: number,
  length: number,
  code: "stream/trailing" | "archive/trailing",
): Child {
  return {
    key: `after:${at}`,
    name: { text: "bytes-behind-the-end", bytes: null },
    kind: "file",
    origin: "embedded",
    size: length,
    packedSize: length,
    times: [],
    findings: [finding(code, { bytes: length }, { offset: at, length })],
    content: { open: () => copyRange(source, at, length) },
  };
}

/** The bytes of a range in pieces, as many as the source has. */
export async function* copyRange(source: ByteSource, at: number, length: number): AsyncGenerator<Uint8Array> {
  const end = Math.min(at + length, source.size);
  for (let next = at; next < end; next += PIECE_BYTES) yield readRange(source, next, Math.min(PIECE_BYTES, end - next));
}
