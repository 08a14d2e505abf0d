/**
 * MPEG programme streams (VOB, MPG of discs): packs of packets with start codes and lengths, to the end code or to where packs end.
 * Spec: ISO/IEC 11172-1 section 2.4, ISO/IEC 13818-1 section 2.5.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const prefix = 0x0000_0100;
const endCode = 0x1b9;
const packCode = 0x1ba;
const systemCode = 0x1bb;
const leastPackets = 4;
const leastBytes = 512;

/** Bytes of a pack header: 12 in MPEG-1, 14 and up to seven of stuffing in MPEG-2; 0 where its fixed bits are wrong. */
function packHeaderBytes(window: CarveWindow, at: number): number {
  const first = window.u8(at + 4);
  if (first >> 6 === 1) {
    const isMarked = (first & 4) !== 0 && (window.u8(at + 6) & 4) !== 0 && (window.u8(at + 8) & 4) !== 0;
    const isEnded = (window.u8(at + 9) & 1) !== 0 && (window.u8(at + 12) & 3) === 3;
    return isMarked && isEnded ? 14 + (window.u8(at + 13) & 7) : 0;
  }
  if (first >> 4 !== 2) return 0;
  const isMarked = (first & 1) !== 0 && (window.u8(at + 6) & 1) !== 0 && (window.u8(at + 8) & 1) !== 0;
  return isMarked && (window.u8(at + 9) & 0x80) !== 0 && (window.u8(at + 11) & 1) !== 0 ? 12 : 0;
}

/** Streams of packets: private, padding, sound, video, navigation. */
const isPacket = (code: number): boolean => code >= 0x1bc && code <= 0x1ff;

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (head[4]! >> 6 !== 1 && head[4]! >> 4 !== 2) return null;
  const window = new CarveWindow(source, end);
  if (packHeaderBytes(window, at) === 0 || repeatsItself(window, at)) return null;
  let [to, packets] = [at, 0];
  let verdict: "complete" | "truncated" = "truncated";
  while (window.has(to, 4)) {
    const code = window.u32be(to);
    let length = 0;
    if (code === packCode) {
      length = packHeaderBytes(window, to);
    } else if (code === systemCode || isPacket(code)) {
      length = 6 + window.u16be(to + 4);
      packets++;
    } else if (code === endCode) {
      to += 4;
      verdict = "complete";
      break;
    } else if (code >>> 8 !== prefix >>> 8) {
      // Zeros up to the next pack are allowed in MPEG-1, and at most a sector of them is met.
      const next = nextPack(window, to);
      if (next < 0) {
        // Recorders leave the end code out: a stream that stops between two packets has ended.
        verdict = "complete";
        break;
      }
      length = next - to;
    }
    if (length === 0 || !window.has(to, length)) break;
    to += length;
  }
  return packets < leastPackets || to - at < leastBytes ? null : carvedAs("mpeg-ps", verdict, to - at);
}

function nextPack(window: CarveWindow, at: number): number {
  for (let to = at; to < at + 2352 && window.has(to, 4); to++) {
    if (window.u32be(to) === packCode || window.u32be(to) === endCode) return to;
    if (window.u8(to) !== 0) return -1;
  }
  return -1;
}

export const mpegProgramCarver: Carver = {
  id: "mpeg-ps",
  family: "carver",
  name: "MPEG programme stream",
  spec: "ISO/IEC 13818-1 section 2.5",
  level: "partial",
  kinds: [{ id: "mpeg-ps", name: "MPEG programme stream", extension: "mpg" }],
  signatures: [signature("00 00 01 ba")],
  limitBytes: 2 ** 40,
  carve,
};
