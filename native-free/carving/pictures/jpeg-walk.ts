/**
 * Walks along a JPEG picture from SOI to EOI: segments, tables, scans.
 *
 * Spec: ITU-T T.81 annex B. Not followed: pictures whose height comes behind the first scan (DNL), hierarchical ones, and pictures without
 * Huffman tables of their own (single frames of Motion JPEG). Scans with arithmetic codes and lossless ones are walked by their markers.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import type { JpegBits } from "./jpeg-bits.ts";
import { readFrame, readScan } from "./jpeg-frame.ts";
import type { JpegComponent, JpegFrame, JpegTables, ScanHeader } from "./jpeg-frame.ts";
import { huffmanTable } from "./jpeg-huffman.ts";
import { JpegScan } from "./jpeg-scan.ts";

const multiPicture = "MPF\0";
const xmp = "http://ns.adobe.com/xap/1.0/\0";
/** Names of properties: Google's Motion Photo and its forerunner. */
const filmWords = ["MotionPhoto", "MicroVideo"].map((word) => Buffer.from(word, "latin1"));
const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const quantTables = 0xdb;
const restartInterval = 0xdd;
const expand = 0xdf;
const firstApplication = 0xe0;
const lastApplication = 0xef;
const comment = 0xfe;
/** Some progressive pictures have dozens of scans; hundreds are an attack on decoders. */
const scanLimit = 400;
const segmentLimit = 5000;

/** What a walk ended with. `open`: the end of the source, or something that is no JPEG. */
type JpegEnd = "whole" | "open";

export class JpegWalk {
  frame: JpegFrame | null = null;
  /** The scan that a walk failed in. */
  scan: JpegScan | null = null;
  /** Behind what holds so far. */
  at: number;
  /** Scans that were followed to their end. */
  scans = 0;
  /** Whether scans were decoded, not only searched for markers. */
  decoded = true;
  /** Where the index of a multi-picture file stands (CIPA DC-007); -1 without one. */
  pictureIndex = -1;
  /** Its XMP says that a film stands behind it. */
  saysFilm = false;
  readonly #start: number;
  readonly #end: number;
  readonly #window: CarveWindow;
  readonly #tables: JpegTables;
  #interval = 0;

  constructor(window: CarveWindow, at: number, end: number, tables: JpegTables = emptyTables()) {
    this.#window = window;
    this.#start = at;
    this.#end = Math.min(end, window.end);
    this.#tables = tables;
    this.at = at + 2;
  }

  /** A copy that stands where this one does and reads from another source. */
  copy(source: ByteSource, end: number): JpegWalk {
    const { dc, ac, quant } = this.#tables;
    const copy = new JpegWalk(new CarveWindow(source, end), this.#start, end, {
      dc: dc.slice(),
      ac: ac.slice(),
      quant: quant.slice(),
    });
    const components = this.frame?.components.map((one) => ({ ...one, nonzero: one.nonzero?.slice() ?? null })) ?? [];
    copy.frame = this.frame === null ? null : { ...this.frame, components };
    copy.#interval = this.#interval;
    copy.at = this.at;
    copy.scans = this.scans;
    copy.decoded = this.decoded;
    copy.pictureIndex = this.pictureIndex;
    copy.saysFilm = this.saysFilm;
    if (this.scan !== null) copy.scan = this.scan.copy(headerFor(this.scan.header, this.frame, components));
    return copy;
  }

  /** Goes on, from the scan under way where there is one. */
  run(bits: JpegBits): JpegEnd {
    if (this.scan !== null && !this.#followScan(bits)) return "open";
    for (let i = 0; i < segmentLimit; i++) {
      const marker = this.#marker();
      if (marker === endOfImage) {
        if (!this.#isWhole()) return "open";
        this.at += 2;
        return "whole";
      }
      if (marker < 0 || !this.#segment(marker, bits)) return "open";
    }
    return "open";
  }

  /** Code of the marker at `at`, where `at` is set to the last 0xff in front of it; -1 where there is none. */
  #marker(): number {
    const window = this.#window;
    for (let at = this.at; at < this.at + 16 && at + 2 <= this.#end && window.u8(at) === 0xff; at++) {
      const code = window.u8(at + 1);
      if (code === 0xff) continue;
      this.at = at;
      return code;
    }
    return -1;
  }

  #segment(marker: number, bits: JpegBits): boolean {
    const window = this.#window;
    const length = this.at + 4 <= this.#end ? window.u16be(this.at + 2) : 0;
    if (length < 2 || this.at + 2 + length > this.#end) return false;
    const body = this.at + 4;
    const count = length - 2;
    if (!this.#take(marker, body, count)) return false;
    this.at = body + count;
    return marker !== startOfScan || this.#followScan(bits);
  }

  #take(marker: number, body: number, count: number): boolean {
    if (marker >= firstApplication && marker <= lastApplication) this.#takeApplication(marker, body, count);
    if ((marker >= firstApplication && marker <= lastApplication) || marker === comment) return true;
    if (marker === quantTables) return this.#takeQuant(body, count);
    if (marker === 0xc4) return this.#takeHuffman(body, count);
    // Conditioning of arithmetic codes.
    if (marker === 0xcc || marker === expand) return true;
    if (marker === restartInterval) {
      this.#interval = this.#window.u16be(body);
      return count === 2;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) {
      if (this.frame !== null) return false;
      this.frame = readFrame(this.#window, marker, body, count);
      return this.frame !== null;
    }
    return marker === startOfScan && this.#takeScan(body, count);
  }

  #takeApplication(marker: number, body: number, count: number): void {
    const window = this.#window;
    if (marker === 0xe2 && count > 8 && window.isText(body, multiPicture))
      this.pictureIndex = body + multiPicture.length;
    if (marker !== 0xe1 || !window.isText(body, xmp)) return;
    this.saysFilm ||= filmWords.some((word) => window.find(word, body, body + count) >= 0);
  }

  #takeQuant(body: number, count: number): boolean {
    let at = body;
    while (at < body + count) {
      const head = this.#window.u8(at);
      const wide = head >> 4;
      if (wide > 1 || (head & 15) > 3) return false;
      this.#tables.quant[head & 15] = wide === 1 ? this.#window.u16be(at + 1) : this.#window.u8(at + 1);
      if (this.#tables.quant[head & 15] === 0) return false;
      at += 1 + 64 * (wide + 1);
    }
    return at === body + count;
  }

  #takeHuffman(body: number, count: number): boolean {
    let at = body;
    while (at < body + count) {
      const head = this.#window.u8(at);
      if (head >> 4 > 1 || (head & 15) > 3) return false;
      const counts = this.#window.view(at + 1, 16).slice();
      let codes = 0;
      for (const each of counts) codes += each;
      if (codes > 256 || at + 17 + codes > body + count) return false;
      const table = huffmanTable(counts, this.#window.view(at + 17, codes));
      if (table === null) return false;
      (head >> 4 === 0 ? this.#tables.dc : this.#tables.ac)[head & 15] = table;
      at += 17 + codes;
    }
    return at === body + count;
  }

  #takeScan(body: number, count: number): boolean {
    if (this.frame === null || this.scans >= scanLimit) return false;
    const header = readScan(this.#window, body, count, this.frame, this.#tables);
    if (header === null) return false;
    for (const component of header.components) if (header.first === 0 && header.high === 0) component.starts++;
    this.scan = new JpegScan(header, this.frame.progressive, this.#interval, body + count);
    return true;
  }

  #followScan(bits: JpegBits): boolean {
    const scan = this.scan as JpegScan;
    if (this.frame?.opaque === true) {
      this.decoded = false;
      this.at = this.#markerBehind(scan.place);
    } else {
      const sound = scan.run(bits, this.#window.source, this.#end);
      this.at = scan.place;
      if (!sound) return false;
    }
    this.scan = null;
    this.scans++;
    return true;
  }

  /** The first marker behind entropy-coded data that is no restart; the end of what is there where there is none. */
  #markerBehind(from: number): number {
    const window = this.#window;
    for (let at = from; ; at++) {
      at = window.find(markerByte, at, this.#end);
      if (at < 0 || at + 2 > this.#end) return this.#end;
      const code = window.u8(at + 1);
      if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at;
    }
  }

  /** Whether every component has been there: once in sequential pictures. */
  #isWhole(): boolean {
    const { frame } = this;
    if (frame === null || this.scans === 0) return false;
    return frame.opaque || frame.components.every((one) => one.starts === 1);
  }
}

const markerByte = Uint8Array.of(0xff);

const emptyTables = (): JpegTables => ({
  dc: [null, null, null, null],
  ac: [null, null, null, null],
  quant: [0, 0, 0, 0],
});

function headerFor(header: ScanHeader, frame: JpegFrame | null, components: readonly JpegComponent[]): ScanHeader {
  const places = header.components.map((one) => frame?.components.indexOf(one) ?? 0);
  return { ...header, components: places.map((place) => components[place] as JpegComponent) };
}

/** Whether a picture may begin there: SOI and the marker of a segment. */
export const isJpegStart = (head: Uint8Array): boolean =>
  head[0] === 0xff && head[1] === startOfImage && head[2] === 0xff && isFirstMarker(head[3] as number);

/** Tables, frames, applications, comments. */
const isFirstMarker = (code: number): boolean =>
  (code >= firstApplication && code <= lastApplication) ||
  code === comment ||
  code === quantTables ||
  code === 0xc4 ||
  code === restartInterval ||
  (code >= 0xc0 && code <= 0xc2) ||
  code === 0xff;
