/**
 * Photoshop documents, PSD and PSB: the sections by their lengths, the image resources one by one, and the merged picture at the end: its
 * packed lines are unpacked to count their samples, plain ones must look like those of a picture.
 *
 * Spec: Adobe Photoshop File Formats Specification (2019), "Photoshop File Format". Not followed: a merged picture in ZIP coding, which no
 * program writes.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { looksLikePixels, repeatsItself } from "./pixels.ts";

const head = new FirstBytes(34);
const headerBytes = 26;
const resourceLimit = 10_000;
const resourcesWanted = 3;
const depths: readonly number[] = [1, 8, 16, 32];
const modes: readonly number[] = [0, 1, 2, 3, 4, 7, 8, 9];

export const psdCarver: Carver = {
  id: "psd",
  family: "carver",
  name: "Photoshop documents",
  spec: "Adobe Photoshop File Formats (2019)",
  level: "partial",
  kinds: [{ id: "psd", name: "Photoshop document", extension: "psd" }],
  signatures: [
    signature("38 42 50 53 00 01 00 00 00 00 00 00 00"),
    signature("38 42 50 53 00 02 00 00 00 00 00 00 00"),
  ],
  limitBytes: 8 * 2 ** 30,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end)) return null;
    const canvas = canvasOf();
    if (canvas === null) return null;
    const window = new CarveWindow(source, end);
    const resourcesAt = at + headerBytes + 4 + head.u32be(headerBytes);
    const resources = resourcesEnd(window, resourcesAt);
    // Every writer leaves some, and nothing else in front of the picture is sure.
    if (resources.end < 0 || resources.count === 0) return null;
    const layers = layersEnd(window, resources.end, canvas.large);
    if (layers < 0 || repeatsItself(window, at, headerBytes, at + headerBytes, resources.end)) return null;
    const last = window.has(layers, 2) ? pictureEnd(window, layers, canvas) : 0;
    if (last > 0) return carvedAs("psd", "complete", last - at);
    // One length by chance leads to the next resource; several do not.
    if (resources.count < resourcesWanted) return null;
    return carvedAs("psd", "truncated", Math.min(layers, window.end) - at);
  },
};

interface Canvas {
  readonly large: boolean;
  /** Lines of all channels. */
  readonly lines: number;
  readonly lineBytes: number;
}

function canvasOf(): Canvas | null {
  const large = head.view.getUint16(4) === 2;
  const [channels, height, width] = [head.view.getUint16(12), head.u32be(14), head.u32be(18)];
  const [depth, mode] = [head.view.getUint16(22), head.view.getUint16(24)];
  const most = large ? 300_000 : 30_000;
  if (channels < 1 || channels > 56 || height < 1 || height > most || width < 1 || width > most) return null;
  if (!depths.includes(depth) || !modes.includes(mode) || head.u32be(headerBytes) > 1 << 20) return null;
  return { large, lines: channels * height, lineBytes: Math.ceil((width * depth) / 8) };
}

/** -1 where one of the resources cannot be. */
function resourcesEnd(window: CarveWindow, at: number): { end: number; count: number } {
  const failed = { end: -1, count: 0 };
  if (!window.has(at, 4)) return failed;
  const to = at + 4 + window.u32be(at);
  let place = at + 4;
  let count = 0;
  for (; count < resourceLimit && place < to; count++) {
    // Other programs of the maker write signatures of their own.
    if (!["8BIM", "MeSa", "AgHg", "PHUT", "DCSR"].some((word) => window.isText(place, word))) return failed;
    const nameBytes = (window.u8(place + 6) + 2) & ~1;
    const lengthAt = place + 6 + nameBytes;
    const length = window.u32be(lengthAt);
    place = lengthAt + 4 + length + (length & 1);
    if (!window.has(place, 0)) return failed;
  }
  return place === to ? { end: to, count } : failed;
}

/** Behind the layers; -1 where their inner length is more than the outer one. */
function layersEnd(window: CarveWindow, at: number, large: boolean): number {
  const each = large ? 8 : 4;
  const length = large ? window.u64be(at) : window.u32be(at);
  const inner = large ? window.u64be(at + each) : window.u32be(at + each);
  return length > 0 && (length < each || inner > length) ? -1 : at + each + length;
}

/** Exclusive; 0 where the samples are not there or are none. */
function pictureEnd(window: CarveWindow, at: number, canvas: Canvas): number {
  const { lines, lineBytes } = canvas;
  const coding = window.u16be(at);
  if (coding === 0) {
    const rows = { at: at + 2, stride: lineBytes, used: lineBytes, rows: lines };
    const end = at + 2 + lines * lineBytes;
    return end <= window.end && looksLikePixels(window, rows) ? end : 0;
  }
  return coding === 1 ? packedEnd(window, at + 2, canvas) : 0;
}

/** A table of the length of each packed line, then the lines. */
function packedEnd(window: CarveWindow, tableAt: number, { large, lines, lineBytes }: Canvas): number {
  const each = large ? 4 : 2;
  const tableEnd = tableAt + lines * each;
  if (tableEnd > window.end) return 0;
  // The table is read in stretches: it and the lines would take the window from each other.
  const stretch = 8192;
  let line = tableEnd;
  for (let from = 0; from < lines; from += stretch) {
    const lengths = window.view(tableAt + from * each, Math.min(stretch, lines - from) * each).slice();
    const view = new DataView(lengths.buffer);
    for (let i = 0; i < lengths.length; i += each) {
      const length = large ? view.getUint32(i) : view.getUint16(i);
      if (!window.has(line, length) || unpackedBytes(window, line, length) !== lineBytes) return 0;
      line += length;
    }
  }
  return line;
}

/** PackBits: what a line unpacks to; -1 where its last run goes beyond it. */
function unpackedBytes(window: CarveWindow, at: number, length: number): number {
  const end = at + length;
  let total = 0;
  let place = at;
  while (place < end) {
    const code = window.u8(place);
    if (code < 128) {
      total += code + 1;
      place += code + 2;
    } else if (code > 128) {
      total += 257 - code;
      place += 2;
    } else {
      place++;
    }
  }
  return place === end ? total : -1;
}
