/**
 * gzip streams (RFC 1952): header, deflate to its true end, CRC-32 and size. Members that follow directly belong to the file.
 *
 * A stream of one deflate block that breaks gives no sign but noise that goes on being decoded: `truncated` needs a block that ended and the
 * header of another that proves itself. Not carved: empty members. Beyond 4 GiB of output a member is given up.
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";
import { inflateShort } from "./inflate-short.ts";
import { inflateAt, type Inflated } from "./inflate.ts";
import { chained, firstBytes, typedKind } from "./verdict.ts";

/** RFC 1952, 2.3 */
const header = struct("carve.gzip.header", 10, {
  signature: [0, u16],
  method: [2, u8, "8"],
  flags: [3, u8],
  time: [4, u32],
  extraFlags: [8, u8],
  system: [9, u8],
});
const trailerBytes = 8;
const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
const newestSystem = 19;
const longestText = 4096;
const outputLimit = 2 ** 32;
const soundLength = 1024;

export const gzipCarver: Carver = {
  id: "gzip",
  family: "carver",
  name: "gzip stream",
  spec: "RFC 1952",
  level: "complete",
  kinds: [typedKind("gzip")],
  signatures: [signature("1f 8b 08")],
  limitBytes: 2 ** 34,
  carve(source, at, end) {
    if (!isHeader(source, at, end)) return null;
    const window = new CarveWindow(source, end);
    return chained("gzip", at, (place) =>
      place === at || isHeader(source, place, end) ? readMember(window, place) : null,
    );
  },
};

function isHeader(source: ByteSource, at: number, end: number): boolean {
  const head = firstBytes(source, at, end, header.size + trailerBytes);
  if (head === null || head.getUint16(0) !== 0x1f8b || head.getUint8(header.offsets.method) !== 8) return false;
  const system = head.getUint8(header.offsets.system);
  const extraFlags = head.getUint8(header.offsets.extraFlags);
  const isKnown = (system <= newestSystem || system === 255) && (extraFlags & 0xf9) === 0;
  return isKnown && (head.getUint8(header.offsets.flags) & flag.reserved) === 0;
}

interface Member {
  readonly isWhole: boolean;
  readonly end: number;
}

function readMember(window: CarveWindow, at: number): Member | null {
  const dataAt = behindHeader(window, at);
  if (dataAt === null) return null;
  const short = inflateShort(window.source, dataAt, window.end);
  if (short && agrees(window, short)) return { isWhole: true, end: short.end + trailerBytes };
  const found = inflateAt(window.source, dataAt, window.end, outputLimit);
  if (found.stop === "end" && agrees(window, found)) return { isWhole: true, end: found.end + trailerBytes };
  return found.soundBlocks > 0 && found.soundEnd - at >= soundLength ? { isWhole: false, end: found.soundEnd } : null;
}

/** Whether the trailer behind the stream speaks of what came out. */
function agrees(
  window: CarveWindow,
  { end, outputBytes, crc }: Pick<Inflated, "end" | "outputBytes" | "crc">,
): boolean {
  if (outputBytes === 0 || !window.has(end, trailerBytes)) return false;
  return window.u32(end) === crc && window.u32(end + 4) === outputBytes % 2 ** 32;
}

/** Behind the fields that the flags name; null where they make no sense. */
function behindHeader(window: CarveWindow, at: number): number | null {
  const flags = window.u8(at + header.offsets.flags);
  let next = at + header.size;
  if ((flags & flag.extra) !== 0) next += 2 + window.u16(next);
  for (const field of [flag.name, flag.comment]) {
    if ((flags & field) === 0) continue;
    const to = Math.min(window.end, next + longestText);
    while (next < to && window.u8(next) >= 32) next++;
    if (next >= to || window.u8(next) !== 0) return null;
    next++;
  }
  if ((flags & flag.headerCrc) === 0) return next;
  const isRight = (crc32(window.bytes(at, next - at)) & 0xffff) === window.u16(next);
  return isRight ? next + 2 : null;
}
