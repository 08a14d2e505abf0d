/** Codestreams of JPEG 2000, Fujifilm's raw (RAF: a JPEG with all metadata at a place that the header names) and Photoshop documents (Adobe, PSD). */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { stretchChild } from "../part-child.ts";
import { jpegParts } from "./jpeg-parts.ts";
import { addText, damage } from "./part-damage.ts";
import { nothing, type PictureParts } from "./picture-parts.ts";

const rafHead = 92;

export function rafParts(source: ByteSource, limitBytes: number): PictureParts {
  const parts = nothing(limitBytes);
  const head = Buffer.from(readRange(source, 0, rafHead));
  const [at, length] = head.length < rafHead ? [0, 0] : [head.readUInt32BE(84), head.readUInt32BE(88)];
  if (at < rafHead || at + length > source.size || length < 4) {
    damage(parts, "RAF", "no preview", 84);
    return parts;
  }
  const inner = jpegParts(new Stretch(source, at, length), limitBytes);
  const children = [stretchChild(source, `raf/${at}`, "preview.jpg", at, length)];
  return { ...parts, packets: inner.packets, exif: inner.exif.map((place) => at + place), children };
}

/** A part of a source, from its own zero on. */
class Stretch implements ByteSource {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #at: number;

  constructor(source: ByteSource, at: number, size: number) {
    this.#source = source;
    this.#at = at;
    this.size = size;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    return count === 0 ? 0 : this.#source.readInto(target.subarray(0, count), this.#at + at);
  }

  *runsIn(at: number, length: number): ReturnType<ByteSource["runsIn"]> {
    const count = Math.min(length, this.size - at);
    for (const run of this.#source.runsIn(this.#at + at, count)) yield { ...run, start: run.start - this.#at };
  }
}

const comment = 0xff64;
const tilePart = 0xff90;
const mostMarkers = 1024;

/** Comments in the main header of a codestream (ISO/IEC 15444-1 A.9.2): kind 1 is Latin-1. */
export function codestreamParts(source: ByteSource, limitBytes: number): PictureParts {
  const parts = nothing(limitBytes);
  for (let at = 2, count = 0; count < mostMarkers; count++) {
    const head = Buffer.from(readRange(source, at, 6));
    const marker = head.length < 6 ? 0 : head.readUInt16BE(0);
    if (marker < 0xff00) damage(parts, "JPEG 2000", "marker expected", at);
    if (marker < 0xff00 || marker === tilePart) break;
    const length = head.readUInt16BE(2);
    const isText = marker === comment && head.readUInt16BE(4) === 1 && length > 4;
    if (isText) addText(parts, Buffer.from(readRange(source, at + 6, length - 4)), "comment");
    at += 2 + Math.max(2, length);
  }
  return parts;
}

const psdHead = 26;

/** Header, colour table, resources; the layers behind them are pixels. */
export function psdParts(source: ByteSource, limitBytes: number): PictureParts {
  const parts = nothing(limitBytes);
  const lengthAt = (at: number): number => {
    const bytes = Buffer.from(readRange(source, at, 4));
    return bytes.length < 4 ? -1 : bytes.readUInt32BE(0);
  };
  const colours = lengthAt(psdHead);
  const start = psdHead + 4 + Math.max(0, colours);
  const length = colours < 0 ? -1 : lengthAt(start);
  if (length < 0 || start + 4 + length > source.size) damage(parts, "PSD", "resources longer than the file", start);
  const taken = parts.packets.take(Math.max(0, Math.min(length, source.size - start - 4)));
  parts.packets.photoshop.push(Buffer.from(readRange(source, start + 4, taken)));
  return parts;
}
