/** Opens a Nero image: the chain of chunks behind the sectors, and the tracks that it describes. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { DiscImage, type DiscTrack } from "../disc-image.ts";
import { addressOf, bcd, sectorModes, type SectorMode } from "../disc-sectors.ts";
import type { ImageSegment } from "../image-format.ts";
import * as layouts from "./layouts.ts";

export interface Footer {
  readonly version: 1 | 2;
  /** Offset of the first chunk. */
  readonly chunks: number;
  /** Of the footer itself. */
  readonly at: number;
}

/** Chunks of 99 tracks have some 10 KB. */
const mostChunkBytes = 1 << 20;
const mostTracks = 99;

const modes: Readonly<Record<number, SectorMode>> = {
  0: sectorModes.mode1,
  2: sectorModes.mode2Form1,
  3: sectorModes.mode2,
  5: sectorModes.mode1Raw,
  6: sectorModes.mode2Raw,
  7: sectorModes.audio,
  15: sectorModes.mode1Subchannels,
  16: sectorModes.audioSubchannels,
  17: sectorModes.mode2Subchannels,
};

/** Of the end of a file of `size` bytes; null where there is none. */
export function footerOf(tail: Uint8Array, size: number): Footer | null {
  if (tail.length < layouts.footer2.size) return null;
  const second = layouts.footer2.cursor().over(tail, tail.length - layouts.footer2.size);
  const at2 = size - layouts.footer2.size;
  if (second.id === "NER5" && second.chunks < at2) return { version: 2, chunks: second.chunks, at: at2 };
  const first = layouts.footer1.cursor().over(tail, tail.length - layouts.footer1.size);
  const at1 = size - layouts.footer1.size;
  return first.id === "NERO" && first.chunks < at1 ? { version: 1, chunks: first.chunks, at: at1 } : null;
}

interface Told {
  readonly tracks: DiscTrack[];
  readonly findings: Finding[];
  /** Addresses by track number, from the cue chunks. */
  readonly addresses: Map<number, number>;
  /** Tracks of each session. */
  readonly sessions: number[];
  catalog: string | null;
  media: number | null;
  ended: boolean;
}

/** Throws EvidenceError `image/not-recognised`, `image/structure-damaged`. */
export function openNrg(segment: ImageSegment): DiscImage {
  const { source } = segment;
  const footer = footerOf(readRange(source, Math.max(0, source.size - 16), 16), source.size);
  if (!footer) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const told: Told = {
    ...{ tracks: [], findings: [], addresses: new Map(), sessions: [], catalog: null, media: null, ended: false },
  };
  for (const { id, bytes } of chunksOf(source, footer)) take(id, bytes, segment, told);
  if (!told.ended) told.findings.push(finding("image/structure-damaged", { structure: "chunks", problem: "no end" }));
  if (told.tracks.length === 0)
    throw new EvidenceError("image/structure-damaged", { structure: "chunks", problem: "no tracks" });
  const sessions = told.sessions.reduce((sum, count) => sum + count, 0);
  if (sessions !== told.tracks.length || (told.addresses.size > 0 && told.addresses.size !== daoTracks(told))) {
    told.findings.push(finding("image/structures-differ", { structure: "list of tracks", field: "number" }));
  }
  const tracks = told.tracks.map((track, index) => ({
    ...track,
    session: sessionOf(index, told.sessions),
    address: track.address ?? told.addresses.get(track.number) ?? null,
  }));
  const end = Math.max(...tracks.map(({ offset, sectors, mode }) => offset + sectors * mode.stored));
  if (end > footer.chunks) {
    told.findings.push(finding("image/truncated", { segment: segment.name, bytes: footer.chunks, expected: end }));
  }
  return new DiscImage({
    format: "nrg",
    tracks,
    facts: factsOf({ version: footer.version, serial: told.catalog, "media-kind": told.media }),
    findings: told.findings,
  });
}

/** Tracks that cue chunks name: those written at once. */
function daoTracks({ tracks }: Told): number {
  return tracks.filter(({ address }) => address === null).length;
}

function sessionOf(index: number, sessions: readonly number[]): number {
  let before = 0;
  for (const [place, count] of sessions.entries()) {
    before += count;
    if (index < before) return place + 1;
  }
  return Math.max(1, sessions.length);
}

function* chunksOf(source: ByteSource, footer: Footer): Iterable<{ id: string; bytes: Uint8Array }> {
  const head = layouts.chunkHead;
  let read = 0;
  for (let at = footer.chunks; at + head.size <= footer.at && read < mostChunkBytes;) {
    const { id, length } = head.cursor().over(readRange(source, at, head.size));
    if (at + head.size + length > footer.at || length > mostChunkBytes) return;
    read += head.size + length;
    yield { id, bytes: readRange(source, at + head.size, length) };
    if (id === "END!") return;
    at += head.size + length;
  }
}

function take(id: string, bytes: Uint8Array, segment: ImageSegment, told: Told): void {
  if (id === "END!") told.ended = true;
  else if (id === "CUEX" || id === "CUES") takeCues(id, bytes, told);
  else if (id === "DAOX") takeDao(layouts.daoTrack2, bytes, segment, told);
  else if (id === "DAOI") takeDao(layouts.daoTrack1, bytes, segment, told);
  else if (id === "ETN2") takeEtn(layouts.etnTrack2, bytes, segment, told);
  else if (id === "ETNF") takeEtn(layouts.etnTrack1, bytes, segment, told);
  else if (id === "SINF" && bytes.length >= 4) {
    told.sessions.push(layouts.sessionChunk.cursor().over(bytes).tracks);
  } else if (id === "MTYP" && bytes.length >= 4) told.media = layouts.mediaChunk.cursor().over(bytes).type;
}

function takeCues(id: string, bytes: Uint8Array, told: Told): void {
  const { size } = layouts.cueEntry;
  const entry = layouts.cueEntry.cursor();
  for (let at = 0; at + size <= bytes.length; at += size) {
    const { track, index, minute, second, frame } = entry.over(bytes, at);
    const number = bcd(track);
    // The first index of each track is its gap.
    if (number === null || number === 0 || bcd(index) !== 1) continue;
    const address =
      id === "CUEX" ? layouts.cueAddress.cursor().over(bytes, at).address | 0 : addressOf({ minute, second, frame });
    if (address !== null && !told.addresses.has(number)) told.addresses.set(number, address);
  }
}

function takeDao(
  layout: typeof layouts.daoTrack1 | typeof layouts.daoTrack2,
  bytes: Uint8Array,
  segment: ImageSegment,
  told: Told,
): void {
  if (bytes.length < layouts.daoHead.size) return;
  const { catalog, first } = layouts.daoHead.cursor().over(bytes);
  if (/^\d{13}$/.test(catalog)) told.catalog ??= catalog;
  const track = layout.cursor();
  let number = first;
  for (let at = layouts.daoHead.size; at + layout.size <= bytes.length; at += layout.size, number++) {
    const { sectorBytes, mode: code, index0, index1, end } = track.over(bytes, at);
    const mode = modes[code];
    const whole = [index1 - index0, end - index1].every((length) => length >= 0 && length % sectorBytes === 0);
    const problem = !mode ? "mode" : mode.stored !== sectorBytes ? "bytes of a sector" : whole ? null : "offsets";
    if (problem !== null || !mode) {
      told.findings.push(finding("image/disc-track", { track: number, problem: problem ?? "mode" }));
      continue;
    }
    add({ number, mode, segment, offset: index1, gapBytes: index1 - index0, bytes: end - index1, address: null }, told);
  }
}

function takeEtn(
  layout: typeof layouts.etnTrack1 | typeof layouts.etnTrack2,
  bytes: Uint8Array,
  segment: ImageSegment,
  told: Told,
): void {
  const track = layout.cursor();
  for (let at = 0; at + layout.size <= bytes.length; at += layout.size) {
    const { offset, length, mode: code, address } = track.over(bytes, at);
    const number = told.tracks.length + 1;
    const mode = modes[code];
    if (!mode || !Number.isSafeInteger(offset + length)) {
      told.findings.push(finding("image/disc-track", { track: number, problem: mode ? "offsets" : "mode" }));
      continue;
    }
    add({ number, mode, segment, offset, gapBytes: 0, bytes: length, address: address | 0 }, told);
  }
}

interface Added extends Pick<DiscTrack, "number" | "mode" | "segment" | "offset" | "address"> {
  readonly gapBytes: number;
  readonly bytes: number;
}

function add({ gapBytes, bytes, ...track }: Added, told: Told): void {
  if (told.tracks.length >= mostTracks || !Number.isSafeInteger(track.offset + bytes)) return;
  const { stored } = track.mode;
  if (bytes % stored !== 0) {
    told.findings.push(finding("image/disc-track", { track: track.number, problem: "length" }));
  }
  told.tracks.push({
    ...track,
    session: 1,
    sectors: Math.ceil(bytes / stored),
    gapSectors: Math.floor(gapBytes / stored),
  });
}
