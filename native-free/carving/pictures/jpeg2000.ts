/**
 * JPEG 2000: code streams by themselves and in boxes (JP2, JPX). The main header, then tile-parts by their lengths; inside of them no
 * marker may stand, which tells foreign data.
 *
 * Spec: ISO/IEC 15444-1 annexes A and I, B.10.1; 15444-2 annex M.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { boxesFill, brandsAt, walkBoxes } from "../iso-bmff.ts";

const head = new FirstBytes(12);
const signatureBox = 12;
const outer: ReadonlySet<string> = new Set(
  "ftyp jp2h jp2c uuid uinf xml  jp2i rreq asoc nlst mdat dtbl ftbl jpch jplh comp free res ".match(/.{4}(?= |$)/g) ??
    [],
);

const startOfStream = 0xff4f;
const size = 0xff51;
const startOfTile = 0xff90;
const startOfData = 0xff93;
const endOfStream = 0xffd9;
const markerLimit = 100_000;
/** Markers that may stand in data: start of packet, end of packet header. */
const packetMarkers: readonly number[] = [0x91, 0x92];

export const jpeg2000Carver: Carver = {
  id: "jp2",
  family: "carver",
  name: "JPEG 2000 pictures",
  spec: "ISO/IEC 15444-1",
  level: "partial",
  kinds: [
    { id: "jp2", name: "JPEG 2000 picture", extension: "jp2" },
    { id: "jpx", name: "JPEG 2000 extended", extension: "jpx" },
    { id: "j2c", name: "JPEG 2000 code stream", extension: "j2c" },
  ],
  signatures: [signature("00 00 00 0c 6a 50 20 20 0d 0a 87 0a"), signature("ff 4f ff 51 00")],
  limitBytes: 4 * 2 ** 30,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end)) return null;
    const window = new CarveWindow(source, end);
    return head.u8(0) === 0 ? carveBoxes(window, at) : carveStream(window, at);
  },
};

function carveBoxes(window: CarveWindow, at: number): Carved | null {
  const brands = brandsAt(window, at + signatureBox, window.end);
  if (brands === null) return null;
  const kind = brands.all[0] === "jpx " ? "jpx" : "jp2";
  let last = at;
  let pictures = 0;
  let header = false;
  for (const box of walkBoxes(window, at + signatureBox, window.end)) {
    if (!outer.has(box.type) || (box.type === "ftyp" && last > at)) break;
    if (box.type === "jp2h" && !boxesFill(window, box.bodyAt, box.end)) return null;
    header ||= box.type === "jp2h";
    if (box.type === "jp2c") {
      const stream = walkStream(window, box.bodyAt, box.whole ? box.end : window.end);
      if (stream.tiles === 0) return null;
      pictures++;
      last = stream.end;
      if (!stream.whole) return carvedAs(kind, "truncated", stream.end - at);
      if (box.open) break;
    }
    if (!box.whole) return pictures > 0 ? carvedAs(kind, "truncated", last - at) : null;
    last = box.end;
  }
  return header && pictures > 0 ? carvedAs(kind, "complete", last - at) : null;
}

function carveStream(window: CarveWindow, at: number): Carved | null {
  const stream = walkStream(window, at, window.end);
  if (stream.tiles === 0) return null;
  return carvedAs("j2c", stream.whole ? "complete" : "truncated", stream.end - at);
}

interface StreamWalk {
  readonly end: number;
  readonly whole: boolean;
  readonly tiles: number;
}

function walkStream(window: CarveWindow, at: number, to: number): StreamWalk {
  let place = at + 2;
  let tiles = 0;
  let sized = false;
  if (window.u16be(at) !== startOfStream) return { end: at, whole: false, tiles };
  for (let i = 0; i < markerLimit && place + 2 <= to; i++) {
    const marker = window.u16be(place);
    if (marker === endOfStream) return { end: place + 2, whole: tiles > 0, tiles };
    if (marker === startOfTile) {
      const next = tileEnd(window, place, to);
      if (!sized || next.at < 0) return { end: next.broken, whole: false, tiles };
      tiles++;
      place = next.at;
      continue;
    }
    const length = window.u16be(place + 2);
    if (tiles > 0 || marker < 0xff30 || length < 2 || (sized ? marker === size : marker !== size)) break;
    if (marker === size && !isSize(window, place + 2, length)) break;
    sized = true;
    place += 2 + length;
  }
  return { end: Math.min(place, to), whole: false, tiles };
}

/** A.5.1: components, and an image that begins inside of its first tile. */
function isSize(window: CarveWindow, at: number, length: number): boolean {
  const components = window.u16be(at + 36);
  const [width, height] = [window.u32be(at + 4), window.u32be(at + 8)];
  return (
    components > 0 && length === 38 + 3 * components && width > window.u32be(at + 12) && height > window.u32be(at + 16)
  );
}

/** A.4.2: the tile-part whose SOT stands at `at`. `broken`: how far it holds where it does not to its end. */
function tileEnd(window: CarveWindow, at: number, to: number): { at: number; broken: number } {
  const said = window.u32be(at + 6);
  if (window.u16be(at + 2) !== 10 || (said !== 0 && said < 14)) return { at: -1, broken: at };
  let place = at + 12;
  for (let i = 0; window.u16be(place) !== startOfData; i++) {
    const length = window.u16be(place + 2);
    if (i > 1000 || window.u16be(place) < 0xff50 || length < 2 || place + length > to) return { at: -1, broken: at };
    place += 2 + length;
  }
  // A length of 0 is that of the last one: up to the end of the stream.
  const end = said === 0 ? to : Math.min(to, at + said);
  const marker = markerIn(window, place + 2, end);
  if (said === 0)
    return marker < to && window.u16be(marker) === endOfStream
      ? { at: marker, broken: marker }
      : { at: -1, broken: marker };
  return marker === end && at + said <= to ? { at: end, broken: end } : { at: -1, broken: marker };
}

const ff = Uint8Array.of(0xff);

/** Place of the first marker that packets cannot have; `end` without one. */
function markerIn(window: CarveWindow, from: number, end: number): number {
  for (let at = from; ; at++) {
    at = window.find(ff, at, end);
    if (at < 0 || at + 1 >= end) return end;
    const code = window.u8(at + 1);
    if (code > 0x8f && !packetMarkers.includes(code)) return at;
  }
}
