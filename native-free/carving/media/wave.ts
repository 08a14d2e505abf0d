/**
 * WAVE: RIFF chunks to the end that the outermost one names, and samples that can be those of a recording. A header of 44 bytes in front of
 * anything at all is a formally sound file: so what stands in the data is looked at too.
 * Spec: RFC 2361, Multimedia Programming Interface 1.0 (RIFF), EBU Tech 3306 (RF64, BW64), RIFX as its byte order reversed.
 * Not supported: data in `wavl` lists. Of codings with neither plain samples nor blocks with a header only those with a chunk behind the
 * data, or a count of samples that fits, are believed.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs, isZeros } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";
import { isSound, leastSound, soundEnd } from "./samples.ts";
import type { SampleFormat } from "./samples.ts";

const headerBytes = 12;
const chunkHeaderBytes = 8;
const unknownSize = 0xffff_ffff;
const extensible = 0xfffe;
const chunkLimit = 1000;

/** What the chunks say. */
interface Wave {
  format: SampleFormat | null;
  tag: number;
  blockBytes: number;
  channels: number;
  /** Samples as `fact` counts them; 0 where it is missing. */
  samples: number;
  dataAt: number;
  /** Null where the writer left it open. */
  dataBytes: number | null;
  /** Sound chunks behind the data. */
  chunksBehind: number;
  /** Behind the last sound chunk. */
  end: number;
}

interface Reader {
  readonly window: CarveWindow;
  u32(at: number): number;
  u16(at: number): number;
}

function readerOf(window: CarveWindow, isBigEndian: boolean): Reader {
  return isBigEndian
    ? { window, u32: (at) => window.u32be(at), u16: (at) => window.u16be(at) }
    : { window, u32: (at) => window.u32(at), u16: (at) => window.u16(at) };
}

/** The `fmt ` chunk; false where its numbers cannot be. */
function readFormat(reader: Reader, at: number, size: number, isBigEndian: boolean, wave: Wave): boolean {
  const [channels, bits] = [reader.u16(at + 2), reader.u16(at + 14)];
  wave.tag = reader.u16(at);
  if (wave.tag === extensible && size >= 40) wave.tag = reader.u16(at + 24);
  wave.channels = channels;
  wave.blockBytes = reader.u16(at + 12);
  if (size < 14 || channels === 0 || channels > 64 || reader.u32(at + 4) === 0 || wave.blockBytes === 0) return false;
  const coding = ({ 1: "linear", 3: "float", 6: "a-law", 7: "u-law" } as const)[wave.tag];
  if (coding === undefined) return true;
  const bytes = wave.blockBytes / channels;
  if (!Number.isInteger(bytes) || bytes > 8 || bits > bytes * 8 || bytes !== Math.ceil(bits / 8)) return false;
  if ((coding === "float" && bytes < 4) || (coding === "linear" && bytes > 4)) return false;
  wave.format = { coding, bytes, channels, isBigEndian, isSigned: false };
  return true;
}

/** Four letters, digits or spaces: names of chunks are never anything else. */
function isName(window: CarveWindow, at: number): boolean {
  for (let i = 0; i < 4; i++) {
    const byte = window.u8(at + i);
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return window.has(at, chunkHeaderBytes);
}

/** Walks the chunks up to `to`; null where the format is missing or wrong, or no data follow. */
function walkChunks(reader: Reader, at: number, to: number, isBigEndian: boolean): Wave | null {
  const { window } = reader;
  const wave: Wave = {
    format: null,
    tag: -1,
    blockBytes: 0,
    channels: 0,
    samples: 0,
    dataAt: -1,
    dataBytes: null,
    chunksBehind: 0,
    end: at,
  };
  let longData = -1;
  for (let i = 0, place = at; i < chunkLimit && place < to && isName(window, place); i++) {
    const body = place + chunkHeaderBytes;
    let size = reader.u32(place + 4);
    if (window.isText(place, "ds64")) longData = window.u64(body + 8);
    else if (window.isText(place, "fmt ")) {
      if (wave.tag >= 0 || !readFormat(reader, body, size, isBigEndian, wave)) return null;
    } else if (window.isText(place, "fact")) wave.samples = reader.u32(body);
    else if (window.isText(place, "data")) {
      if (wave.tag < 0 || wave.dataAt >= 0) break;
      wave.dataAt = body;
      if (size === unknownSize) size = longData;
      if (size < 0) return wave;
      wave.dataBytes = size;
    } else if (wave.dataAt >= 0 && !window.has(body, size)) break;
    if (wave.dataAt >= 0 && wave.dataAt !== body) wave.chunksBehind++;
    wave.end = body + size;
    // Chunks begin at even places; not every writer knows.
    place = body + size + (size & 1 && !isName(window, body + size) ? 1 : 0);
    if (!window.has(place, 1) && wave.dataAt < 0) return null;
  }
  return wave.dataAt < 0 ? null : wave;
}

/** Whether the head of a block can be one: IMA ADPCM has a step index up to 88 and a zero, MS ADPCM a predictor up to 6, for each channel. */
function isBlock(window: CarveWindow, wave: Wave, at: number): boolean {
  for (let channel = 0; channel < wave.channels; channel++) {
    const place = at + channel * 4;
    if (wave.tag === 0x11 && (window.u8(place + 2) > 88 || window.u8(place + 3) !== 0)) return false;
    if (wave.tag === 2 && window.u8(at + channel) > 6) return false;
  }
  return true;
}

const leastBlocks = 4;
const blockLimit = 1 << 22;

/** Whether the first blocks can be some, and are not all the same. */
function areBlocks(window: CarveWindow, wave: Wave, to: number): boolean {
  let blocks = 0;
  let isVaried = false;
  for (let at = wave.dataAt; at + wave.blockBytes <= to && blocks < 16; at += wave.blockBytes, blocks++) {
    isVaried ||= window.u32(at) !== window.u32(wave.dataAt);
    if (!isBlock(window, wave, at)) return false;
  }
  return blocks >= leastBlocks && isVaried;
}

/** The first block whose head is none; -1 where all are, and for other codings. */
function brokenBlock(window: CarveWindow, wave: Wave, to: number): number {
  if (wave.tag !== 0x11 && wave.tag !== 2) return -1;
  const last = Math.min(to, wave.dataAt + blockLimit * wave.blockBytes);
  for (let at = wave.dataAt; at + wave.blockBytes <= last; at += wave.blockBytes) {
    if (!isBlock(window, wave, at)) return at;
  }
  return -1;
}

const clusterBytes = 4096;
const leastSilence = 1024;

/**
 * Silence from the first to the last sample cannot be told from a header in front of room that was never written, but by where it ends: at
 * the end that both lengths name, or with the sector or cluster that this end lies in.
 */
function isSilentToEnd(window: CarveWindow, wave: Wave, at: number, end: number): boolean {
  if (end - wave.dataAt < leastSilence || end > window.end) return false;
  for (let place = wave.dataAt; place < end; place += clusterBytes) {
    if (!isZeros(window.view(place, Math.min(clusterBytes, end - place)))) return false;
  }
  let behind = end;
  const last = at + Math.ceil((end - at) / clusterBytes) * clusterBytes;
  while (behind < last && window.u8(behind) === 0) behind++;
  return behind < last || (window.has(last, 1) && window.u8(last) !== 0);
}

/** Whether the data can be what the format says. */
function isBelievable(window: CarveWindow, wave: Wave, to: number): boolean {
  // A chunk that stands where the data end is as good as their sound: recordings of silence have one.
  if (wave.chunksBehind > 0) return true;
  if (wave.format !== null) return isSound(window, wave.dataAt, to, wave.format);
  if (wave.tag === 0x11 || wave.tag === 2) return areBlocks(window, wave, to);
  // GSM 6.10: 320 samples in 65 bytes.
  return wave.tag === 0x31 && wave.samples > 0 && Math.ceil(wave.samples / 320) * 65 === wave.dataBytes;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (!startsWith(head, "WAVE", 8) || head[12]! < 0x20 || head[12]! > 0x7e) return null;
  const window = new CarveWindow(source, end);
  if (repeatsItself(window, at)) return null;
  const isBigEndian = window.isText(at, "RIFX");
  const reader = readerOf(window, isBigEndian);
  const isLong = !window.isText(at, "RIFF") && !isBigEndian;
  const named = isLong && window.isText(at + headerBytes, "ds64") ? window.u64(at + 20) : reader.u32(at + 4);
  const isOpen = named === unknownSize || named === 0;
  const named8 = at + chunkHeaderBytes + named;
  const wave = walkChunks(reader, at + headerBytes, isOpen ? window.end : named8, isBigEndian);
  if (wave === null) return null;
  if (wave.dataBytes === null || (wave.dataBytes === 0 && isOpen)) return openEnded(window, wave, at);
  const dataEnd = wave.dataAt + wave.dataBytes;
  if (wave.dataBytes > 0 && dataEnd > window.end && wave.format !== null) return openEnded(window, wave, at);
  if (wave.dataBytes === 0) return null;
  const isSilent = named8 === dataEnd && wave.format?.coding === "linear" && isSilentToEnd(window, wave, at, dataEnd);
  if (!isSilent && !isBelievable(window, wave, Math.min(dataEnd, window.end))) return null;
  const broken = brokenBlock(window, wave, Math.min(dataEnd, window.end));
  if (broken >= 0) return carvedAs("wav", "truncated", broken - at);
  // A writer that was stopped names a size that is not that of the data: the data are what there is.
  const to = isOpen || named8 < dataEnd ? Math.max(wave.end, dataEnd) : named8;
  if (to > window.end) return carvedAs("wav", "truncated", window.end - at);
  if (wave.end < to - 1) return carvedAs("wav", "truncated", wave.end - at);
  return carvedAs("wav", "complete", to - at);
}

/** Without a length the data reach as far as they sound. */
function openEnded(window: CarveWindow, wave: Wave, at: number): Carved | null {
  if (wave.format === null) return null;
  const to = soundEnd(window, wave.dataAt, wave.format);
  return to - wave.dataAt < leastSound ? null : carvedAs("wav", "truncated", to - at);
}

export const waveCarver: Carver = {
  id: "wav",
  family: "carver",
  name: "WAVE audio",
  spec: "RFC 2361; EBU Tech 3306",
  level: "partial",
  kinds: [{ id: "wav", name: "WAVE audio", extension: "wav" }],
  signatures: ["52 49 46 46", "52 49 46 58", "52 46 36 34", "42 57 36 34"].map((name) =>
    signature(`${name} ?? ?? ?? ?? 57 41 56 45`),
  ),
  limitBytes: 2 ** 40,
  unchecked: "plain",
  carve,
};
