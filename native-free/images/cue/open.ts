/** Opens a disc that a CUE sheet describes, or a file of raw sectors without one. */
import { readHead } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { DiscImage, type DiscTrack } from "../disc-image.ts";
import { addressOf, hasSync, rawBytes, sectorHead, sectorModes } from "../disc-sectors.ts";
import type { ImageSegment, ImageSurroundings } from "../image-format.ts";
import { parseSheet, type Sheet, type SheetTrack } from "./sheet.ts";

/** A sheet of 99 tracks has some 10 KB. */
const mostSheetBytes = 1 << 20;
/** Of a WAVE file with nothing but sound. */
const waveHeaderBytes = 44;
/** Lead-out of the first session, lead-in and pregap of the next (ECMA-394, 5.2); later lead-outs have 2250 sectors. */
const firstSessionGap = 11_400;
const laterSessionGap = 6900;

export function isSheetName(name: string): boolean {
  return /\.cue$/i.test(name);
}

/** Throws EvidenceError `image/not-recognised`, `image/structure-damaged`, `image/segment-missing`. */
export function openCue(segments: readonly ImageSegment[], beside: ImageSurroundings): DiscImage {
  const sheet = segments.find(({ name }) => isSheetName(name));
  const [first] = segments;
  if (!sheet) {
    if (!first) throw new EvidenceError("image/not-recognised", { segments: 0 });
    return withoutSheet(first);
  }
  return withSheet(parseSheet(sheetText(sheet)), sheet.name, segments, beside);
}

export function sheetText({ source }: ImageSegment): string {
  const bytes = readHead(source, mostSheetBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Older programs wrote the code page of the system; names in it are matched as far as they are ASCII.
    return new TextDecoder("latin1").decode(bytes);
  }
}

function withoutSheet({ name, source }: ImageSegment): DiscImage {
  const head = readHead(source, sectorHead.size);
  if (head.length < sectorHead.size || !hasSync(head)) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const { mode, minute, second, frame } = sectorHead.cursor().over(head);
  const sectors = Math.ceil(source.size / rawBytes);
  const track: DiscTrack = {
    ...{ number: 1, session: 1, segment: { name, source }, offset: 0, sectors, gapSectors: 0 },
    mode: mode === 2 ? sectorModes.mode2Raw : sectorModes.mode1Raw,
    address: addressOf({ minute, second, frame }),
  };
  const findings = source.size % rawBytes === 0 ? [] : [truncated(track.segment, sectors * rawBytes)];
  return new DiscImage({ format: "cue", tracks: [track], facts: factsOf({ kind: "sectors without sheet" }), findings });
}

function withSheet(
  sheet: Sheet,
  name: string,
  segments: readonly ImageSegment[],
  beside: ImageSurroundings,
): DiscImage {
  if (sheet.tracks.length === 0)
    throw new EvidenceError("image/structure-damaged", { structure: name, problem: "no tracks" });
  const findings: Finding[] = [];
  const files = sheet.files.map((file, index) => {
    const track = sheet.tracks.find((each) => each.file === index)?.number;
    return track === undefined
      ? null
      : fileOf(file.name, { track, name, segments, beside, only: sheet.files.length === 1 }, findings);
  });
  if (sheet.odd > 0)
    findings.push(finding("image/structure-damaged", { structure: "sheet", problem: "unknown lines" }));
  const tracks = tracksOf(sheet, files, findings);
  if (tracks.length === 0) throw new EvidenceError("image/segment-missing", { segment: 1 });
  const facts = factsOf({ serial: sheet.catalog, creator: sheet.creator });
  return new DiscImage({ format: "cue", tracks, facts, findings });
}

interface Wanted {
  readonly track: number;
  /** Of the sheet. */
  readonly name: string;
  readonly segments: readonly ImageSegment[];
  readonly beside: ImageSurroundings;
  readonly only: boolean;
}

function fileOf(named: string, wanted: Wanted, findings: Finding[]): ImageSegment | null {
  const { track, name, segments, beside, only } = wanted;
  // Sheets hold paths of the machine that wrote them; nothing outside of the folder is opened.
  const own = named.replace(/^.*[\\/]/s, "");
  const found = segments.find((each) => each.name === own) ?? (own === "" ? null : beside.segment(own));
  if (found) return found;
  const other = only ? (segments.find((each) => !isSheetName(each.name)) ?? sameStem(name, beside)) : null;
  findings.push(finding(other ? "image/disc-file-renamed" : "image/disc-file-missing", { track }));
  return other;
}

function sameStem(name: string, beside: ImageSurroundings): ImageSegment | null {
  const stem = name.slice(0, -".cue".length);
  for (const candidate of [stem, `${stem}.bin`, `${stem}.img`, `${stem}.iso`]) {
    const found = beside.segment(candidate);
    if (found) return found;
  }
  return null;
}

/** How far a file is taken up. */
interface Position {
  readonly file: number;
  /** -1: not yet. */
  readonly sector: number;
  readonly byte: number;
  /** Bytes of the sectors from there on. */
  readonly stored: number;
}

function tracksOf(sheet: Sheet, files: readonly (ImageSegment | null)[], findings: Finding[]): DiscTrack[] {
  const tracks: DiscTrack[] = [];
  let address = 0;
  let known = true;
  let session = 1;
  let before: Position | null = null;
  for (const [index, track] of sheet.tracks.entries()) {
    const segment = files[track.file];
    if (!segment) {
      known = false;
      continue;
    }
    const next = sheet.tracks[index + 1];
    const head = sheet.files[track.file]!.type === "WAVE" ? waveHeaderBytes : 0;
    const from = before?.file === track.file ? before : { sector: -1, byte: head, stored: 0 };
    const place = placeOf(track, { next: next?.file === track.file ? next : undefined, segment, from });
    if (typeof place === "string") {
      findings.push(finding("image/disc-track", { track: track.number, problem: place }));
      known = false;
      continue;
    }
    for (; session < track.session && known; session++) address += session === 1 ? firstSessionGap : laterSessionGap;
    address += track.pregap + place.gapSectors;
    const made = { number: track.number, session: track.session, mode: track.mode, segment, ...place };
    const end = place.offset + place.sectors * track.mode.stored;
    if (end > segment.source.size) findings.push(truncated(segment, end));
    tracks.push({ ...made, address: known ? address : null });
    address += place.sectors + track.postgap;
    before = { file: track.file, sector: track.indexes.get(1)!, byte: place.offset, stored: track.mode.stored };
  }
  return tracks;
}

interface Placed {
  /** In the same file. */
  readonly next: SheetTrack | undefined;
  readonly segment: ImageSegment;
  readonly from: Omit<Position, "file">;
}

/** Where a track lies in its file, or a word for what cannot be. */
function placeOf(track: SheetTrack, { next, segment, from }: Placed) {
  const start = track.indexes.get(1);
  if (start === undefined) return "no index 1";
  // What lies in front of the first track of a file is its gap, said or not.
  const first = from.sector === -1;
  const gapStart = track.indexes.get(0) ?? (first ? 0 : start);
  if (gapStart > start) return "index 0 behind index 1";
  if (gapStart < from.sector) return "begins before the track in front";
  const { stored } = track.mode;
  const offset =
    from.byte + (first ? gapStart * stored : (gapStart - from.sector) * from.stored) + (start - gapStart) * stored;
  const left = Math.ceil((segment.source.size - offset) / stored);
  if (left < 0) return "begins behind the end of the file";
  const end = next ? (next.indexes.get(0) ?? next.indexes.get(1) ?? start) : start + left;
  if (end < start) return "begins behind the next";
  return { offset, sectors: end - start, gapSectors: start - gapStart };
}

function truncated({ name, source }: ImageSegment, expected: number): Finding {
  return finding("image/truncated", { segment: name, bytes: source.size, expected });
}
