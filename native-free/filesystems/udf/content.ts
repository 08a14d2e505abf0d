/** Content of a file entry as extents of the volume, and what lies behind its size. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { ExtentSource } from "../extent-source.ts";
import type { ExtentState, FileExtent } from "../file-system.ts";
import { allocationOf, piece, pieceNumbers, type Allocation } from "./allocation.ts";
import { allocation, type FileRecord } from "./record.ts";
import type { UdfVolume } from "./volume.ts";

/** Whether the blocks of a stretch still are those of the file: called with first block and count, calls back with each stretch of one state. */
export type StateOf = (block: number, count: number, emit: (state: ExtentState, count: number) => void) => void;

type Extents = { start: number | null; length: number; state: ExtentState }[];

const always: StateOf = (_block, count, emit) => emit("intact", count);

/** As many bytes as the size says. Those without a place that are not sparse are missing. */
export function extentsOfRecord(volume: UdfVolume, record: FileRecord, stateOf: StateOf = always): FileExtent[] {
  return extentsUpTo(volume, record, record.size, stateOf);
}

function extentsUpTo(volume: UdfVolume, record: FileRecord, size: number, stateOf: StateOf): FileExtent[] {
  const out: Extents = [];
  let left = size;
  if (record.allocation === allocation.embedded) {
    const { start, length } = record.allocationArea;
    const here = Math.min(left, length);
    stateOf(record.block, 1, (state) => add(out, record.block * volume.blockBytes + start, here, state));
    left -= here;
  } else {
    const { pieces } = allocationOf(volume, record);
    for (let i = 0; i < pieces.length && left > 0; i += pieceNumbers) {
      const bytes = Math.min(left, pieces[i + 2]!);
      left -= bytes;
      addPiece(volume, out, pieces[i]!, pieces[i + 1]!, bytes, stateOf);
    }
  }
  add(out, null, left, "missing");
  return out;
}

function addPiece(
  { blockBytes }: UdfVolume,
  out: Extents,
  kind: number,
  block: number,
  bytes: number,
  stateOf: StateOf,
): void {
  if (kind !== piece.recorded) {
    // Blocks that were never written read as zeros, whatever they hold.
    add(out, null, bytes, kind === piece.lost ? "missing" : "intact");
    return;
  }
  let [at, left] = [block * blockBytes, bytes];
  stateOf(block, Math.ceil(bytes / blockBytes), (state, count) => {
    const here = Math.min(left, count * blockBytes);
    add(out, at, here, state);
    at += here;
    left -= here;
  });
}

function add(out: Extents, start: number | null, length: number, state: ExtentState): void {
  if (length <= 0) return;
  const last = out.at(-1);
  const touches =
    last !== undefined &&
    last.state === state &&
    (start === null ? last.start === null : last.start !== null && last.start + last.length === start);
  if (touches) last.length += length;
  else out.push({ start, length, state });
}

export function contentOf(volume: UdfVolume, record: FileRecord): ByteSource {
  return new ExtentSource(volume.source, extentsOfRecord(volume, record));
}

/** All that a directory has, whole blocks: entries that were taken out at its end may still stand there. */
export function wholeExtents(volume: UdfVolume, record: FileRecord): FileExtent[] {
  if (record.allocation === allocation.embedded) {
    const { start } = record.allocationArea;
    const at = record.block * volume.blockBytes;
    return [{ start: at + start, length: volume.blockBytes - start, state: "intact" }];
  }
  const out: Extents = [];
  const { pieces } = allocationOf(volume, record);
  for (let i = 0; i < pieces.length; i += pieceNumbers) {
    const isLast = i + pieceNumbers === pieces.length;
    const bytes = pieces[i + 2]!;
    const whole = isLast && pieces[i + 1]! >= 0 ? Math.ceil(bytes / volume.blockBytes) * volume.blockBytes : bytes;
    addPiece(volume, out, pieces[i]!, pieces[i + 1]!, whole, always);
  }
  return out;
}

/** Calls back with stretches of blocks that the content takes: those that hold bytes of it, how many, and those beyond its size. */
export function eachRun(
  { pieces }: Allocation,
  size: number,
  blockBytes: number,
  visit: (block: number, count: number, usedBytes: number) => void,
): void {
  let left = size;
  for (let i = 0; i < pieces.length; i += pieceNumbers) {
    const used = Math.min(left, pieces[i + 2]!);
    left -= used;
    if (pieces[i + 1]! < 0) continue;
    visit(pieces[i + 1]!, Math.ceil(pieces[i + 2]! / blockBytes), pieces[i] === piece.recorded ? used : 0);
  }
}
