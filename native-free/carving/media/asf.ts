/**
 * ASF (WMV, WMA): objects with a GUID and a length each; those of the header fill it, the data object holds as many packets of one size as
 * the header says, and indexes follow. Spec: Advanced Systems Format 1.2 (sections 2.3, 3, 5, 6).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const objectHeaderBytes = 24;
const headerBytes = 30;
const dataHeaderBytes = 50;
const objectLimit = 4096;

/** First eight bytes of the GUIDs, as two numbers: enough to tell objects apart. */
const guids = {
  data: [0x75b2_2636, 0x11cf_668e],
  fileProperties: [0x8cab_dca1, 0x11cf_a947],
  streamProperties: [0xb7dc_0791, 0x11cf_a9b7],
  simpleIndex: [0x3300_0890, 0x11cf_e5b1],
  index: [0xd6e2_29d3, 0x11d1_35da],
  mediaIndex: [0xfeb1_03f8, 0x4c64_12ad],
  timecodeIndex: [0x3cb7_3fd0, 0x4803_0c4a],
  audio: [0xf869_9e40, 0x11cf_5b4d],
  video: [0xbc19_efc0, 0x11cf_5b4d],
} as const;

const isGuid = (window: CarveWindow, at: number, [low, high]: readonly [number, number]): boolean =>
  window.u32(at) === low && window.u32(at + 4) === high;

interface Head {
  kind: "asf" | "wma" | "wmv";
  packets: number;
  packetBytes: number;
  fileBytes: number;
  isBroadcast: boolean;
}

/** The objects of the header, which fill it; null where they do not, or none describes the file. */
function readHead(window: CarveWindow, at: number, end: number): Head | null {
  const head: Head = { kind: "asf", packets: 0, packetBytes: 0, fileBytes: 0, isBroadcast: false };
  const objects = window.u32(at + 24);
  let place = at + headerBytes;
  for (let i = 0; i < objects && i < objectLimit; i++) {
    if (!window.has(place, objectHeaderBytes)) return null;
    const length = window.u64(place + 16);
    if (length < objectHeaderBytes || place + length > end) return null;
    if (isGuid(window, place, guids.fileProperties)) {
      head.fileBytes = window.u64(place + 40);
      head.packets = window.u64(place + 56);
      head.isBroadcast = (window.u32(place + 88) & 1) !== 0;
      head.packetBytes = window.u32(place + 92);
    } else if (isGuid(window, place, guids.streamProperties)) {
      if (isGuid(window, place + 24, guids.video)) head.kind = "wmv";
      else if (isGuid(window, place + 24, guids.audio) && head.kind === "asf") head.kind = "wma";
    }
    place += length;
  }
  return place === end && head.packetBytes > 0 ? head : null;
}

/**
 * Behind the last sound packet: they begin with error correction of two zero bytes, or without any with flags of lengths (section 5.2).
 */
function packetsEnd(window: CarveWindow, at: number, to: number, bytes: number): number {
  let place = at;
  while (place + bytes <= Math.min(to, window.end)) {
    const first = window.u8(place);
    const isSound = first === 0x82 ? window.u16(place + 1) === 0 : first < 0x80 && window.u8(place + 1) === 0x5d;
    if (!isSound) break;
    place += bytes;
  }
  return place;
}

/** Behind the indexes that follow the data. */
function behindIndexes(window: CarveWindow, at: number): number {
  let to = at;
  for (let i = 0; i < objectLimit; i++) {
    const kinds = [guids.simpleIndex, guids.index, guids.mediaIndex, guids.timecodeIndex];
    if (!window.has(to, objectHeaderBytes) || !kinds.some((guid) => isGuid(window, to, guid))) break;
    const length = window.u64(to + 16);
    if (length < objectHeaderBytes || !window.has(to, length)) break;
    to += length;
  }
  return to;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const first = peek(source, at, end);
  // Reserved bytes of the header object.
  if (first[28] !== 1 || first[29] !== 2) return null;
  const window = new CarveWindow(source, end);
  const headEnd = at + window.u64(at + 16);
  if (!window.has(headEnd, dataHeaderBytes) || headEnd - at < headerBytes || !isGuid(window, headEnd, guids.data))
    return null;
  const head = readHead(window, at, headEnd);
  if (head === null) return null;
  const packetsAt = headEnd + dataHeaderBytes;
  const size = window.u64(headEnd + 16);
  // A broadcast does not know how much there will be.
  const dataEnd = size > dataHeaderBytes ? headEnd + size : packetsAt + head.packets * head.packetBytes;
  const soundEnd = packetsEnd(window, packetsAt, dataEnd, head.packetBytes);
  if (soundEnd === packetsAt) return null;
  if (soundEnd + head.packetBytes <= dataEnd) return carvedAs(head.kind, "truncated", soundEnd - at);
  const to = behindIndexes(window, dataEnd);
  const isWhole = head.isBroadcast || head.fileBytes === to - at;
  return carvedAs(head.kind, isWhole ? "complete" : "truncated", to - at);
}

export const asfCarver: Carver = {
  id: "asf",
  family: "carver",
  name: "Windows Media",
  spec: "Advanced Systems Format 1.2",
  level: "partial",
  kinds: [
    { id: "wmv", name: "Windows Media video", extension: "wmv" },
    { id: "wma", name: "Windows Media audio", extension: "wma" },
    { id: "asf", name: "Advanced Systems Format", extension: "asf" },
  ],
  signatures: [signature("30 26 b2 75 8e 66 cf 11 a6 d9 00 aa 00 62 ce 6c")],
  limitBytes: 2 ** 42,
  carve,
};
