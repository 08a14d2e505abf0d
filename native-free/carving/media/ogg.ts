/**
 * Ogg: pages with a checksum each, told apart by what their first packet says. Ends where every logical stream has said that it ends.
 * Spec: RFC 3533 section 6, RFC 5334 (kinds). Files chained one behind the other come out as one file each.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const headerBytes = 27;
const flagsAt = 5;
const serialAt = 14;
const numberAt = 18;
const checksumAt = 22;
const segmentsAt = 26;
const firstPage = 2;
const lastPage = 4;
/** More streams than any film has. */
const streamLimit = 64;

/** CRC-32 with the polynomial 04c11db7, not reflected, beginning at 0 (RFC 3533 section 6, field 7). */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value >>> 0;
});

/** Checksum of a page, whose own field counts as zeros. */
function checksum(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < checksumAt; i++) crc = (crc << 8) ^ table[(crc >>> 24) ^ page[i]!]!;
  for (let i = 0; i < 4; i++) crc = (crc << 8) ^ table[crc >>> 24]!;
  for (let i = checksumAt + 4; i < page.length; i++) crc = (crc << 8) ^ table[(crc >>> 24) ^ page[i]!]!;
  return crc >>> 0;
}

/** Bytes of the page at `at` as its segments say; 0 where none begins. */
function pageLength(window: CarveWindow, at: number): number {
  if (!window.isText(at, "OggS\0") || window.u8(at + flagsAt) > 7) return 0;
  const segments = window.u8(at + segmentsAt);
  let length = headerBytes + segments;
  for (let i = 0; i < segments; i++) length += window.u8(at + headerBytes + i);
  return length;
}

/** The streams of a file: number of the next page of each, and how many have not ended. */
interface Streams {
  readonly next: Map<number, number>;
  open: number;
  /** Whether pages with content have come: no new stream begins behind them. */
  isBegun: boolean;
}

/** Whether a page is the next one of its stream. */
function follows(window: CarveWindow, at: number, streams: Streams, isFragment: boolean): boolean {
  const serial = window.u32(at + serialAt);
  const number = window.u32(at + numberAt);
  const flags = window.u8(at + flagsAt);
  const expected = streams.next.get(serial);
  if (expected === undefined) {
    if ((flags & firstPage) === 0 ? !isFragment : streams.isBegun || isFragment) return false;
    if (streams.next.size === streamLimit) return false;
    streams.open++;
  } else {
    if (expected !== number || (flags & firstPage) !== 0) return false;
    streams.isBegun = true;
  }
  if ((flags & lastPage) !== 0) streams.open--;
  streams.next.set(serial, number + 1);
  return true;
}

function kindOf(window: CarveWindow, at: number): string {
  const packet = at + headerBytes + window.u8(at + segmentsAt);
  if (window.isText(packet, "fishead\0")) {
    return window.find(Buffer.from("\x80theora", "latin1"), at, at + 4096) < 0 ? "ogg" : "ogv";
  }
  if (window.isText(packet, "\x80theora") || window.isText(packet, "BBCD") || window.isText(packet, "\x01video")) {
    return "ogv";
  }
  const isSound = ["\x01vorbis", "OpusHead", "Speex   ", "\x7fFLAC", "PCM    "].some((mark) =>
    window.isText(packet, mark),
  );
  return isSound ? "oga" : "ogg";
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (head[4] !== 0 || head[flagsAt]! > 7) return null;
  const window = new CarveWindow(source, end);
  const isFragment = (head[flagsAt]! & firstPage) === 0;
  const streams: Streams = { next: new Map(), open: 0, isBegun: false };
  let kind = "";
  let to = at;
  let pages = 0;
  while (pages === 0 || streams.open > 0) {
    const length = pageLength(window, to);
    if (length === 0 || !window.has(to, length)) break;
    const page = window.view(to, length);
    if (checksum(page) !== window.u32(to + checksumAt) || !follows(window, to, streams, isFragment)) break;
    // A first page of video makes it video, whatever came before; a skeleton or an unknown stream gives way to what is known.
    const isFirst = pages === 0 || (window.u8(to + flagsAt) & firstPage) !== 0;
    const own = isFirst ? kindOf(window, to) : kind;
    if (kind === "" || kind === "ogg" || own === "ogv") kind = own;
    to += length;
    pages++;
  }
  if (pages < 2) return null;
  if (isFragment) return carvedAs(kind, "fragment", to - at);
  return carvedAs(kind, streams.open === 0 ? "complete" : "truncated", to - at);
}

export const oggCarver: Carver = {
  id: "ogg",
  family: "carver",
  name: "Ogg sound and video",
  spec: "RFC 3533; RFC 5334",
  level: "complete",
  kinds: [
    { id: "oga", name: "Ogg audio (Vorbis, Opus, Speex, FLAC)", extension: "ogg" },
    { id: "ogv", name: "Ogg video (Theora, Dirac)", extension: "ogv" },
    { id: "ogg", name: "Ogg", extension: "ogx" },
  ],
  signatures: [signature("4f 67 67 53 00")],
  limitBytes: 2 ** 33,
  carve,
};
