/**
 * The medium of an image of an optical disc: the user data of its data tracks, by logical address from the first of them on.
 * Every track is also there by itself, as it is stored.
 */
import { readRange } from "../bytes/byte-source.ts";
import { factsOf, type Fact } from "../model/facts.ts";
import { finding, type Finding } from "../model/findings.ts";
import { checkTrack } from "./disc-check.ts";
import { addressOf, hasSync, sectorHead, userBytes, type SectorMode } from "./disc-sectors.ts";
import type { DiskImage, ImageSegment } from "./image-format.ts";
import { MappedImage, type Extent } from "./mapped-image.ts";

export interface DiscTrack {
  readonly number: number;
  /** From 1. */
  readonly session: number;
  readonly mode: SectorMode;
  readonly segment: ImageSegment;
  /** Of the first sector in the file. */
  readonly offset: number;
  readonly sectors: number;
  /** Logical address of the first sector; null where nothing says so. */
  readonly address: number | null;
  /** Stored sectors in front of the first one: a gap that may hold something. */
  readonly gapSectors: number;
}

export interface DiscParts {
  readonly format: string;
  readonly tracks: readonly DiscTrack[];
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
}

interface Part {
  /** In bytes of the medium. */
  readonly start: number;
  readonly end: number;
  readonly track: DiscTrack;
}

/** Of the largest discs, with room for oddities; beyond is damage. */
const mostSectors = 2 ** 26;
/** Raw sectors are those of compact discs, which have some 450,000. */
const mostRawSectors = 2 ** 20;

export class DiscImage extends MappedImage {
  readonly others: DiskImage["others"];
  readonly #parts: readonly Part[];

  constructor({ format, tracks, facts, findings }: DiscParts) {
    const modes = tracks.map((track) => trackInside(track));
    const odd = modes.flatMap(({ found }) => found);
    const parts = layTracks(modes.map(({ track }) => track));
    const size = parts.reduce((end, part) => Math.max(end, part.end), 0);
    const listed = modes.flatMap(({ track }) => factsOf({ track: trackText(track) }));
    super({ format, size, bytesPerSector: userBytes, facts: [...facts, ...listed], findings: [...findings, ...odd] });
    this.#parts = parts;
    this.others = othersOf(
      format,
      modes.map(({ track }) => track),
    );
  }

  protected override extentAt(at: number): Extent {
    const part = this.#parts.find(({ start, end }) => at >= start && at < end);
    if (!part) {
      const next = this.#parts.reduce((first, { start }) => (start > at ? Math.min(first, start) : first), this.size);
      // Sound, or what lies between sessions: no data, and not empty.
      return { kind: "unknown", start: at, end: next };
    }
    const { mode, segment, offset } = part.track;
    if (mode.stored === userBytes) return { kind: "stored", start: part.start, end: part.end, segment, offset };
    const sector = Math.floor((at - part.start) / userBytes);
    const start = part.start + sector * userBytes;
    return {
      kind: "stored",
      start,
      end: start + userBytes,
      segment,
      offset: offset + sector * mode.stored + mode.offset,
    };
  }

  protected override checkContainer(): void {
    for (const { track, start } of this.#parts) for (const found of checkTrack(track, start)) this.addFinding(found);
  }
}

/** A track as it is stored, sector by sector. */
class TrackImage extends MappedImage {
  readonly #track: DiscTrack;

  constructor(format: string, track: DiscTrack) {
    const { sectors, mode } = track;
    super({
      format,
      size: sectors * mode.stored,
      bytesPerSector: mode.stored,
      facts: factsOf({ track: trackText(track) }),
    });
    this.#track = track;
  }

  protected override extentAt(): Extent {
    const { segment, offset } = this.#track;
    return { kind: "stored", start: 0, end: this.size, segment, offset };
  }
}

/** Raw sectors say themselves how they are made and where they lie; that is believed. */
function trackInside(told: DiscTrack): { track: DiscTrack; found: Finding[] } {
  const { mode, segment, offset, number } = told;
  const most = mode.stored === userBytes ? mostSectors : mostRawSectors;
  const track = { ...told, sectors: Math.min(told.sectors, most), gapSectors: Math.min(told.gapSectors, most) };
  const cut = track.sectors < told.sectors ? [finding("image/disc-track", { track: number, problem: "length" })] : [];
  const head = mode.raw ? readRange(segment.source, offset, sectorHead.size) : new Uint8Array(0);
  if (head.length < sectorHead.size || !hasSync(head)) return { track, found: cut };
  const inside = sectorHead.cursor().over(head);
  const address = addressOf(inside) ?? track.address;
  const own = inside.mode;
  if (own === (mode.offset === 16 ? 1 : 2) || (own !== 1 && own !== 2))
    return { track: { ...track, address }, found: cut };
  const fitting = { ...mode, name: mode.name.replace(/\d/, String(own)), offset: own === 1 ? 16 : 24 };
  const found = finding("image/disc-mode", { track: number, mode: own });
  return { track: { ...track, address, mode: fitting }, found: [...cut, found] };
}

/** Data tracks by address; where addresses fail, one behind the other. */
function layTracks(tracks: readonly DiscTrack[]): Part[] {
  const data = tracks.filter(({ mode, sectors }) => !mode.audio && sectors > 0);
  const base = data[0]?.address ?? 0;
  const parts: Part[] = [];
  let end = 0;
  for (const track of data) {
    const wanted = ((track.address ?? Infinity) - base) * userBytes;
    const start = wanted >= end && wanted < mostSectors * userBytes ? wanted : end;
    end = start + track.sectors * userBytes;
    parts.push({ start, end, track });
  }
  return parts;
}

function othersOf(format: string, tracks: readonly DiscTrack[]): NonNullable<DiskImage["others"]> {
  // The only track with nothing around its data is the medium itself.
  if (tracks.length === 1 && tracks[0]!.mode.stored === userBytes && tracks[0]!.gapSectors === 0) return [];
  return tracks.flatMap((track) => {
    const name = `track ${track.number}`;
    const { gapSectors, offset, mode } = track;
    const gap = { ...track, sectors: gapSectors, offset: offset - gapSectors * mode.stored };
    const gaps = gapSectors > 0 ? [{ name: `${name} gap`, open: () => new TrackImage(format, gap) }] : [];
    return [...gaps, { name, open: () => new TrackImage(format, track) }];
  });
}

function trackText({ number, session, mode, sectors, address }: DiscTrack): string {
  const from = address === null ? "" : ` from ${address}`;
  return `${number}: ${mode.name}, ${sectors} sectors${from}, session ${session}`;
}
