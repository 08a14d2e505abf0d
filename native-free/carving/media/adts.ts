/**
 * AAC in ADTS: a chain of frames whose fixed headers are equal, an ID3 tag in front or behind it.
 * Spec: ISO/IEC 13818-7 section 6.2, ISO/IEC 14496-3 annex 1.A.2. The CRC of protected frames covers coded fields and is not checked.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature, textSignature } from "../carver.ts";
import type { Carved, Carver, Signature } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";
import { behindTags, tailTags } from "./id3.ts";

const headerBytes = 7;
const leastFrames = 8;

/** Bytes of the frame at `at`, 0 where none begins: the layer is always 0, the sampling rate one of thirteen. */
function frameAt(window: CarveWindow, at: number): number {
  if (window.u8(at) !== 0xff || (window.u8(at + 1) & 0xf6) !== 0xf0) return 0;
  if (((window.u8(at + 2) >> 2) & 15) > 12) return 0;
  const length = ((window.u8(at + 3) & 3) << 11) | (window.u8(at + 4) << 3) | (window.u8(at + 5) >> 5);
  return length > headerBytes ? length : 0;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (!startsWith(head, "ID3") && (head[0] !== 0xff || (head[1]! & 0xf6) !== 0xf0)) return null;
  const window = new CarveWindow(source, end);
  const start = behindTags(window, at);
  if (start < 0 || frameAt(window, start) === 0 || repeatsItself(window, at)) return null;
  const fixed = window.u32be(start) & 0xffff_fff0;
  let to = start;
  let frames = 0;
  let isCut = false;
  while (window.has(to, headerBytes)) {
    const length = frameAt(window, to);
    if (length === 0 || ((window.u32be(to) ^ fixed) & 0xffff_ffc0) !== 0) break;
    isCut = !window.has(to, length);
    if (isCut) break;
    to += length;
    frames++;
  }
  if (frames < leastFrames) return null;
  if (isCut || (to < window.end && !window.has(to, headerBytes))) return carvedAs("aac", "truncated", to - at);
  return carvedAs("aac", "complete", to - at + tailTags(window, to));
}

/** MPEG-2 or MPEG-4, with or without CRC; LC profile; sampling rates in use; one or two channels. */
const bareSignatures = (): Signature[] =>
  ["f0", "f1", "f8", "f9"].flatMap((second) =>
    ["4c", "50", "54", "58", "5c", "60", "6c"].flatMap((third) =>
      ["40", "80"].map((fourth) => signature(`ff ${second} ${third} ${fourth}`)),
    ),
  );

export const adtsCarver: Carver = {
  id: "aac",
  family: "carver",
  name: "AAC audio (ADTS)",
  spec: "ISO/IEC 13818-7 section 6.2",
  level: "partial",
  kinds: [{ id: "aac", name: "AAC audio (ADTS)", extension: "aac" }],
  signatures: [textSignature("ID3"), ...bareSignatures()],
  limitBytes: 2 ** 31,
  carve,
};
