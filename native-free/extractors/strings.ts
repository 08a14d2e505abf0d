/**
 * The last resort for everything binary: runs of printable characters in ASCII, Latin-1, UTF-8 and UTF-16 of either byte
 * order. Table driven, no allocation in the hot loops; runs across windows are put together. Which runs are found does not
 * depend on the windows; their order is that of windows, narrow runs before wide ones.
 *
 * Narrow: six characters at least; a byte above ASCII counts when it completes a UTF-8 sequence, or is a letter of Latin-1
 * in a run that is mostly ASCII. Wide: six units of Latin, Greek, Cyrillic, Hebrew or Arabic at even or odd offsets.
 */
import { type ByteSource, viewRange } from "../bytes/byte-source.ts";
import { scanNarrow, scanWide } from "./scan-runs.ts";

export interface StringLimits {
  /** Characters in a run, at least. */
  readonly minLength: number;
  /** Bytes read at a time. */
  readonly windowBytes: number;
}

export const defaultStringLimits: StringLimits = { minLength: 6, windowBytes: 1 << 18 };

const flushChars = 1 << 16;

/** Yields pieces of text, one run a line, some 64 K characters a piece. Memory stays flat whatever the size. */
export function* extractStrings(source: ByteSource, limits: Partial<StringLimits> = {}): Generator<string> {
  const settings = { ...defaultStringLimits, ...limits };
  let batch: string[] = [];
  let batched = 0;
  const emit = (run: string): void => {
    batch.push(run);
    batched += run.length + 1;
  };
  const states = [
    { scan: scanNarrow(settings.minLength, emit), carry: new Uint8Array(0), step: 1 },
    { scan: scanWide(settings.minLength, emit), carry: new Uint8Array(0), step: 1 },
    { scan: scanWide(settings.minLength, emit), carry: new Uint8Array(0), step: 1 },
  ];
  for (let at = 0; at < source.size; at += settings.windowBytes) {
    const fresh = viewRange(source, at, settings.windowBytes);
    const last = at + fresh.length >= source.size;
    for (const [index, state] of states.entries()) {
      // The third scan sees the bytes one later: units at odd offsets.
      const part = index === 2 && at === 0 ? fresh.subarray(1) : fresh;
      const bytes = state.carry.length === 0 ? part : joined(state.carry, part);
      const used = state.scan(bytes, last);
      state.carry = bytes.slice(used);
    }
    if (batched >= flushChars) {
      yield `${batch.join("\n")}\n`;
      batch = [];
      batched = 0;
    }
  }
  if (batched > 0) yield `${batch.join("\n")}\n`;
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(before.length + after.length);
  bytes.set(before);
  bytes.set(after, before.length);
  return bytes;
}
