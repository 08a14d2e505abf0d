/**
 * AMR, the speech of telephones: a line of text, then frames whose first byte tells their length.
 * Spec: RFC 4867 section 5. Several channels in one file (`#!AMR_MC1.0`) are not supported: no telephone writes them.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";

/** Bytes of a frame with its first byte, by frame type; 0 where the type is none (3GPP TS 26.101 table 1a, TS 26.201 table 2). */
const narrow = [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1];
const wide = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1];
const leastFrames = 8;
/** The rates of the first second of speech are those of the rest: a byte of noise behind the end is seldom one of them. */
const learningFrames = 50;
const noData = 15;

/** Bytes of the frame whose first byte this is: reserved bits are zero, and the quality bit is set. 0 for anything else. */
const lengthOf = (first: number, table: readonly number[]): number =>
  (first & 0x87) === 4 ? table[(first >> 3) & 15]! : 0;

function walkFrames(window: CarveWindow, from: number, table: readonly number[]): { frames: number; to: number } {
  let seen = 1 << noData;
  let frames = 0;
  let to = from;
  // An empty frame is one byte: many of them in a row are a pattern, not speech.
  for (let empty = 0; empty < 1500; frames++) {
    const first = window.u8(to);
    const length = window.has(to, 1) ? lengthOf(first, table) : 0;
    if (length === 0 || !window.has(to, length)) break;
    const bit = 1 << ((first >> 3) & 15);
    if (frames < learningFrames) seen |= bit;
    // Comfort noise may come late.
    else if ((seen & bit) === 0 && length !== 6) break;
    empty = length === 1 ? empty + 1 : 0;
    to += length;
  }
  return { frames, to };
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const isWide = startsWith(head, "#!AMR-WB\n");
  if (!isWide && !startsWith(head, "#!AMR\n")) return null;
  const table = isWide ? wide : narrow;
  const from = at + (isWide ? 9 : 6);
  const firstLength = lengthOf(head[from - at]!, table);
  if (firstLength === 0) return null;
  const window = new CarveWindow(source, end);
  const { frames, to } = walkFrames(window, from, table);
  if (frames < leastFrames || to - from < 128 || repeatsItself(window, at)) return null;
  // A frame that begins before the end and reaches behind it was cut.
  const isCut = to < window.end && lengthOf(window.u8(to), table) > window.end - to;
  return carvedAs("amr", isCut ? "truncated" : "complete", to - at);
}

export const amrCarver: Carver = {
  id: "amr",
  family: "carver",
  name: "AMR speech",
  spec: "RFC 4867 section 5",
  level: "partial",
  kinds: [{ id: "amr", name: "AMR speech", extension: "amr" }],
  signatures: [textSignature("#!AMR\n"), textSignature("#!AMR-WB\n")],
  limitBytes: 2 ** 30,
  carve,
};
