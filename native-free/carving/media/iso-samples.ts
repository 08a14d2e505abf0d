/**
 * Samples of a film where its tables say that they lie: those of H.264 and H.265 are units with a length in front that fill the sample to
 * its last byte, those of AAC begin with an element and end with the end mark. What has no such form is believed.
 * Spec: ISO/IEC 14496-12 8.6 and 8.7, 14496-15 5.3.3 and 8.3.3, 14496-3 4.4.2.1 (raw_data_block) and 4.4.2.7.
 * Not supported: fragments (`moof`), encrypted samples, several descriptions of samples in one track: these are not looked at.
 */
import type { CarveWindow } from "../carve-window.ts";
import { findBox, walkBoxes } from "../iso-bmff.ts";
import type { Box } from "../iso-bmff.ts";

const trackLimit = 64;
/** Samples of one track that are looked at, evenly over all of them. */
const samplesLooked = 8192;
const unitLimit = 4096;
const chunkLimit = 1 << 20;

type Form = { readonly what: "units"; readonly lengthBytes: number } | { readonly what: "aac" };

interface Tables {
  readonly form: Form;
  readonly sizes: Box;
  readonly runs: Box;
  readonly chunks: Box;
}

/** The first place in the source at which a sample is none, of all tracks; -1 where all that were looked at are. */
export function brokenSample(window: CarveWindow, at: number, movie: Box): number {
  let broken = -1;
  let tracks = 0;
  for (const track of walkBoxes(window, movie.bodyAt, movie.end)) {
    if (track.type !== "trak" || tracks++ === trackLimit) continue;
    const tables = tablesOf(window, track);
    const place = tables === null ? -1 : brokenIn(window, at, tables);
    if (place >= 0 && (broken < 0 || place < broken)) broken = place;
  }
  return broken;
}

function tablesOf(window: CarveWindow, track: Box): Tables | null {
  let inner: Box | null = track;
  for (const type of ["mdia", "minf", "stbl"]) inner = inner && findBox(window, inner.bodyAt, inner.end, type);
  if (inner === null) return null;
  const table = (type: string): Box | null => findBox(window, inner.bodyAt, inner.end, type);
  const [descriptions, sizes, runs, chunks] = [
    table("stsd"),
    table("stsz"),
    table("stsc"),
    table("stco") ?? table("co64"),
  ];
  const form = descriptions && formOf(window, descriptions);
  return form && sizes && runs && chunks ? { form, sizes, runs, chunks } : null;
}

/** Bytes of a description of pictures in front of its boxes (14496-12 12.1.3), and of one of sound, version 0 (12.2.3). */
const visualBytes = 78;
const soundBytes = 28;

function formOf(window: CarveWindow, descriptions: Box): Form | null {
  if (window.u32be(descriptions.bodyAt + 4) !== 1) return null;
  const [entry] = walkBoxes(window, descriptions.bodyAt + 8, descriptions.end);
  if (!entry?.whole) return null;
  const boxes = (from: number, type: string): Box | null => findBox(window, entry.bodyAt + from, entry.end, type);
  if (/^avc[13]$/.test(entry.type)) {
    const settings = boxes(visualBytes, "avcC");
    return settings && { what: "units", lengthBytes: (window.u8(settings.bodyAt + 4) & 3) + 1 };
  }
  if (/^h(vc|ev)1$/.test(entry.type)) {
    const settings = boxes(visualBytes, "hvcC");
    return settings && { what: "units", lengthBytes: (window.u8(settings.bodyAt + 21) & 3) + 1 };
  }
  if (entry.type !== "mp4a" || window.u16be(entry.bodyAt + 8) !== 0) return null;
  const settings = boxes(soundBytes, "esds");
  return settings && isAac(window, settings) ? { what: "aac" } : null;
}

/** The descriptor of the decoder (tag 4) names the coding 0x40, and its settings (tag 5) the object AAC LC (14496-1 7.2.6.6). */
function isAac(window: CarveWindow, { bodyAt, end }: Box): boolean {
  let codingAt = -1;
  for (let at = bodyAt + 4, i = 0; at < end && i < 8; i++) {
    const tag = window.u8(at++);
    let length = 0;
    for (let more = true; more && at < end;) {
      const byte = window.u8(at++);
      length = (length << 7) | (byte & 0x7f);
      more = byte > 0x7f;
    }
    if (tag === 3) at += 3;
    else if (tag === 4) {
      codingAt = at;
      at += 13;
    } else if (tag === 5)
      return codingAt >= 0 && window.u8(codingAt) === 0x40 && window.u8(at) >> 3 === 2 && length >= 2;
    else return false;
  }
  return false;
}

function brokenIn(window: CarveWindow, at: number, { form, sizes, runs, chunks }: Tables): number {
  const [fixed, count] = [window.u32be(sizes.bodyAt + 4), window.u32be(sizes.bodyAt + 8)];
  const width = chunks.type === "stco" ? 4 : 8;
  const chunkCount = Math.min(chunkLimit, window.u32be(chunks.bodyAt + 4), (chunks.end - chunks.bodyAt - 8) / width);
  const runCount = Math.min(window.u32be(runs.bodyAt + 4), (runs.end - runs.bodyAt - 8) / 12);
  if (fixed === 0 && sizes.bodyAt + 12 + 4 * count > sizes.end) return -1;
  const step = Math.max(1, Math.ceil(count / samplesLooked));
  let [sample, run, perChunk] = [0, 0, 0];
  for (let chunk = 0; chunk < chunkCount && sample < count; chunk++) {
    if (run < runCount && window.u32be(runs.bodyAt + 8 + 12 * run) === chunk + 1) {
      perChunk = window.u32be(runs.bodyAt + 12 + 12 * run++);
    }
    const place = chunks.bodyAt + 8 + chunk * width;
    let from = at + (width === 4 ? window.u32be(place) : window.u64be(place));
    for (let i = 0; i < perChunk && sample < count; i++, sample++) {
      const size = fixed === 0 ? window.u32be(sizes.bodyAt + 12 + 4 * sample) : fixed;
      if (!window.has(from, size)) return -1;
      if (sample % step === 0 && size > 0 && !isSample(window, from, size, form)) return from;
      from += size;
    }
  }
  return -1;
}

const bytes = new Uint8Array(8);

function isSample({ source }: CarveWindow, from: number, size: number, form: Form): boolean {
  return form.what === "units" ? areUnits(source, from, from + size, form.lengthBytes) : isBlock(source, from, size);
}

/** Lengths are read alone: films are far apart in their tables. */
function areUnits(source: CarveWindow["source"], from: number, end: number, lengthBytes: number): boolean {
  let at = from;
  for (let units = 0; at < end && units < unitLimit; units++) {
    if (at + lengthBytes > end) return false;
    source.readInto(bytes.subarray(0, lengthBytes + 1), at);
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + bytes[i]!;
    // The first bit of a unit is zero (forbidden_zero_bit).
    if (length === 0 || bytes[lengthBytes]! > 0x7f) return false;
    at += lengthBytes + length;
  }
  return at <= end;
}

/** Begins with an element other than the end mark, and ends with it and up to seven zero bits. */
function isBlock(source: CarveWindow["source"], from: number, size: number): boolean {
  if (size < 2) return false;
  source.readInto(bytes.subarray(0, 1), from);
  if (bytes[0]! >> 5 === 7) return false;
  source.readInto(bytes.subarray(0, 2), from + size - 2);
  const last = bytes[0]! * 256 + bytes[1]!;
  let zeros = 0;
  while (zeros < 8 && ((last >> zeros) & 1) === 0) zeros++;
  return zeros < 8 && ((last >> zeros) & 7) === 7;
}
