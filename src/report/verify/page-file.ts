/** A file as the page sees it: bytes read in slices, so that size does not matter; its lines; its SHA-256. */
import { Sha256 } from "./sha256.ts";

export interface PageFile {
  /** As the officer's system gives it. Shown as text, never trusted. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` to `end`. Rejects where the file can no longer be read. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Called after each slice with the bytes done so far, so that the page can show progress and stay alive. */
export type Progress = (done: number, total: number) => Promise<void>;

const sliceBytes = 4 * 1024 * 1024;

/** The slices of a file in order. */
export async function* slicesOf(file: PageFile, progress: Progress): AsyncIterable<Uint8Array> {
  for (let at = 0; at < file.size; at += sliceBytes) {
    yield await file.read(at, Math.min(file.size, at + sliceBytes));
    await progress(Math.min(file.size, at + sliceBytes), file.size);
  }
}

/** SHA-256 of the whole file, 32 bytes. */
export async function hashFile(file: PageFile, progress: Progress): Promise<Uint8Array> {
  const hash = new Sha256();
  for await (const slice of slicesOf(file, progress)) hash.update(slice);
  return hash.digest();
}

export interface PageLine {
  /** 1 for the first. */
  readonly number: number;
  /** Without the line feed. */
  readonly bytes: Uint8Array;
  /** False where the file ends without a line feed. */
  readonly terminated: boolean;
}

/** A line longer than this is cut; nothing that Vestige writes comes near it. */
const lineLimitBytes = 64 * 1024 * 1024;

/** The lines of a file, and the SHA-256 of the bytes read so far, for files whose hash and lines are both wanted. */
export async function* linesOfFile(file: PageFile, whole: Sha256, progress: Progress): AsyncIterable<PageLine> {
  let held = new Uint8Array(0);
  let number = 0;
  for await (const slice of slicesOf(file, progress)) {
    whole.update(slice);
    let begin = 0;
    for (let end = slice.indexOf(10); end >= 0; end = slice.indexOf(10, begin)) {
      yield { number: ++number, bytes: joined(held, slice.subarray(begin, end)), terminated: true };
      held = new Uint8Array(0);
      begin = end + 1;
    }
    held = joined(held, slice.subarray(begin)).slice();
    if (held.length > lineLimitBytes) {
      yield { number: ++number, bytes: held, terminated: true };
      held = new Uint8Array(0);
    }
  }
  if (held.length > 0) yield { number: ++number, bytes: held, terminated: false };
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  if (head.length === 0) return tail as Uint8Array<ArrayBuffer>;
  const out = new Uint8Array(head.length + tail.length);
  out.set(head);
  out.set(tail, head.length);
  return out;
}
