/**
 * MPEG transport streams, of broadcasts (188 bytes a packet) and of camcorders (192, with a time code in front): begins with the table of
 * programmes, whose checksum is verified, and ends where packets do. Spec: ISO/IEC 13818-1 sections 2.4.3 and 2.4.4; BDAV for 192 bytes.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const packetBytes = 188;
const sync = 0x47;
const leastPackets = 8;

/** CRC-32 with the polynomial 04c11db7, not reflected, beginning at all ones (annex A): 0 over a table with its checksum. */
function crcOf(window: CarveWindow, from: number, to: number): number {
  let crc = -1;
  for (let at = from; at < to; at++) {
    crc ^= window.u8(at) << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  }
  return crc >>> 0;
}

/** Whether the packet at `at` begins a table, and the table's checksum is right where it fits into the packet. */
function isTable(window: CarveWindow, at: number): boolean {
  if (window.u8(at) !== sync || (window.u8(at + 1) & 0xc0) !== 0x40) return false;
  // A payload and no adaptation field, or one that is stepped over.
  const control = (window.u8(at + 3) >> 4) & 3;
  const body = control === 3 ? at + 5 + window.u8(at + 4) : at + 4;
  if (control === 0 || control === 2 || body >= at + packetBytes) return false;
  const from = body + 1 + window.u8(body);
  const to = from + 3 + (window.u16be(from + 1) & 0xfff);
  return to <= at + packetBytes && to - from > 8 && crcOf(window, from, to) === 0;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const offset = head[0] === sync ? 0 : 4;
  if (head[offset] !== sync) return null;
  const window = new CarveWindow(source, end);
  const step = packetBytes + offset;
  if (!isTable(window, at + offset)) return null;
  let [to, packets, sameProgram] = [at, 0, 0];
  const seen = new Set<number>();
  while (window.has(to, step) && window.u8(to + offset) === sync) {
    const second = window.u8(to + offset + 1);
    const control = window.u8(to + offset + 3) & 0x30;
    // Marked as damaged, or without payload and field: not what a recorder keeps.
    if ((second & 0x80) !== 0 || control === 0) break;
    if (packets < 4096) seen.add(window.u16be(to + offset + 1) & 0x1fff);
    else if (!seen.has(window.u16be(to + offset + 1) & 0x1fff)) sameProgram++;
    if (sameProgram > 4096) break;
    to += step;
    packets++;
  }
  if (packets < leastPackets || seen.size < 2) return null;
  const isCut = to < window.end && !window.has(to, step) && window.u8(to + offset) === sync;
  return carvedAs("mpeg-ts", isCut ? "truncated" : "complete", to - at);
}

export const mpegTransportCarver: Carver = {
  id: "mpeg-ts",
  family: "carver",
  name: "MPEG transport stream",
  spec: "ISO/IEC 13818-1 section 2.4",
  level: "partial",
  kinds: [{ id: "mpeg-ts", name: "MPEG transport stream", extension: "ts" }],
  // Table of programmes, or of services, which some writers put first; each also behind a time code.
  signatures: [0, 4].flatMap((offset) => [
    signature("47 40 00 ?? 00 00 b0", offset),
    signature("47 40 11 ?? 00 42 f0", offset),
  ]),
  limitBytes: 2 ** 42,
  carve,
};
