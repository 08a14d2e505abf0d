/**
 * What boxes of films say that the library leaves out: times of the film, size and coding of its tracks, and where it was
 * taken. ISO/IEC 14496-12 8.2.2, 8.3.2, 8.5.2; QuickTime File Format, "User data" and "Metadata"; 3GPP TS 26.244 8.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { unixTimeText } from "../../filesystems/unix-time.ts";
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { boxesIn, type IsoBox } from "../iso-boxes.ts";
import { degrees, isoDate, pixels, tagText } from "../plausible.ts";

/** Boxes that hold boxes. */
const nested = new Set(["moov", "trak", "mdia", "minf", "stbl", "udta", "edts"]);
const mostBoxes = 20_000;
const deepest = 8;
const longestText = 1 << 16;
/** Seconds from 1904 to 1970. */
const macEpoch = 2_082_844_800;

const texts: Readonly<Record<string, FieldName>> = {
  "com.apple.quicktime.make": "camera",
  "com.apple.quicktime.model": "cameraModel",
  "com.apple.quicktime.software": "software",
  "com.apple.quicktime.title": "title",
  "com.apple.quicktime.author": "author",
  "com.apple.quicktime.comment": "comment",
  "com.apple.quicktime.description": "description",
  "com.apple.quicktime.keywords": "keywords",
  "com.android.manufacturer": "camera",
  "com.android.model": "cameraModel",
  "\xa9mak": "camera",
  "\xa9mod": "cameraModel",
  "\xa9swr": "software",
  "\xa9nam": "title",
  "\xa9aut": "author",
  "\xa9cmt": "comment",
  "\xa9des": "description",
  "\xa9cpy": "copyright",
};

export interface IsoFacts {
  readonly fields: Extraction[];
  /** Whether the film's own times were found. */
  readonly hasTimes: boolean;
  readonly hasPosition: boolean;
  readonly hasDuration: boolean;
  readonly hasSize: boolean;
}

class IsoRun {
  readonly fields: Extraction[] = [];
  readonly source: ByteSource;
  readonly report: (what: string) => void;
  hasTimes = false;
  hasPosition = false;
  hasDuration = false;
  hasSize = false;
  keys: string[] = [];
  left = mostBoxes;

  constructor(source: ByteSource, report: (what: string) => void) {
    this.source = source;
    this.report = report;
  }

  read(at: number, length: number): Buffer {
    return Buffer.from(readRange(this.source, at, Math.min(length, longestText)));
  }

  add(name: FieldName, value: string | null, source: string): void {
    if (value !== null && value !== "") this.fields.push({ what: "field", name, value, source });
  }

  /** ISO 6709: latitude, longitude, height. */
  place(text: string, source: string): void {
    const match = /^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?(?:CRS[^/]*)?\/?/.exec(text.trim());
    const latitude = match && degrees(Number(match[1]), 90);
    const longitude = match && degrees(Number(match[2]), 180);
    if (!match || latitude === null || longitude === null) return this.report("position");
    if (this.hasPosition) return;
    this.hasPosition = true;
    this.add("latitude", latitude, source);
    this.add("longitude", longitude, source);
    if (match[3] && Math.abs(Number(match[3])) <= 100_000) this.add("altitude", String(Number(match[3])), source);
  }
}

export function isoFacts(source: ByteSource, report: (what: string) => void): IsoFacts {
  const run = new IsoRun(source, report);
  walk(run, 0, source.size, 0);
  return run;
}

function walk(run: IsoRun, from: number, to: number, depth: number): void {
  for (const box of boxesIn(run.source, from, to)) {
    if (run.left-- <= 0) return;
    if (box.kind === "mvhd") filmTimes(run, box);
    else if (box.kind === "tkhd") trackSize(run, box);
    else if (box.kind === "stsd") coding(run, box);
    else if (box.kind === "loci") threeGppPlace(run, box);
    else if (box.kind === "keys") run.keys = keysOf(run, box);
    else if (box.kind === "ilst" && run.keys.length > 0) values(run, box);
    else if (box.kind === "meta" && depth < deepest) metaBox(run, box, depth);
    else if (box.kind.startsWith("\xa9")) userText(run, box);
    if (nested.has(box.kind) && depth < deepest) walk(run, box.bodyAt, box.end, depth + 1);
  }
}

/** ISO has a version before the boxes, QuickTime has none. */
function metaBox(run: IsoRun, box: IsoBox, depth: number): void {
  const isPlain = /^[ -~]{4}$/.test(run.read(box.bodyAt + 4, 4).toString("latin1"));
  walk(run, box.bodyAt + (isPlain ? 0 : 4), box.end, depth + 1);
}

function filmTimes(run: IsoRun, { bodyAt }: IsoBox): void {
  const head = run.read(bodyAt, 32);
  if (head.length < 32) return;
  const isWide = head[0] === 1;
  filmLength(
    run,
    isWide ? head.readUInt32BE(20) : head.readUInt32BE(12),
    isWide ? Number(head.readBigUInt64BE(24)) : head.readUInt32BE(16),
  );
  const times = isWide
    ? [head.readBigUInt64BE(4), head.readBigUInt64BE(12)]
    : [head.readUInt32BE(4), head.readUInt32BE(8)];
  for (const [index, name] of (["created", "modified"] as const).entries()) {
    const seconds = Number(times[index]!);
    if (seconds === 0) continue;
    run.hasTimes = true;
    // Some writers count from 1970 after all.
    const unix = seconds >= macEpoch ? seconds - macEpoch : seconds;
    const value = unix <= 4e9 ? isoDate(unixTimeText(unix, -1)) : null;
    if (value) run.add(name, value, "mvhd");
    else run.report("date");
  }
}

const unknownLength = 0xffff_ffff;
const maxSeconds = 366 * 86_400;

/** Fragments leave a length of zero: then the library knows better. */
function filmLength(run: IsoRun, scale: number, length: number): void {
  if (scale === 0 || length === 0 || length >= unknownLength) return;
  const seconds = Math.round((length / scale) * 1000) / 1000;
  if (seconds > maxSeconds) return run.report("duration");
  run.hasDuration = true;
  run.add("duration", String(seconds), "mvhd");
}

/** Width and height are fixed-point numbers at the end of the box; tracks of sound have zeros. */
function trackSize(run: IsoRun, { bodyAt, end }: IsoBox): void {
  const bytes = run.read(end - 8, 8);
  if (end - bodyAt < 84 || bytes.length < 8) return;
  const [width, height] = [pixels(bytes.readUInt32BE(0) >>> 16), pixels(bytes.readUInt32BE(4) >>> 16)];
  if (width === null || height === null || run.hasSize) return;
  run.hasSize = true;
  run.add("width", width, "tkhd");
  run.add("height", height, "tkhd");
}

/** Four characters name the coding of a track. */
function coding(run: IsoRun, { bodyAt }: IsoBox): void {
  const code = run.read(bodyAt + 12, 4).toString("latin1");
  if (/^[ -~]{4}$/.test(code)) run.add("codec", code.trim(), "stsd");
}

/** 3GPP: version, language, name, role, then longitude, latitude, altitude as fixed-point numbers. */
function threeGppPlace(run: IsoRun, { bodyAt, end }: IsoBox): void {
  const bytes = run.read(bodyAt, end - bodyAt);
  const isWide = bytes[6] === 0xfe && bytes[7] === 0xff;
  let at = 6;
  if (isWide) {
    while (at + 2 <= bytes.length && bytes.readUInt16BE(at) !== 0) at += 2;
    at += 3;
  } else at = bytes.indexOf(0, 6) + 2;
  if (at < 8 || at + 12 > bytes.length) return;
  const fixed = (place: number): number => Math.round((bytes.readInt32BE(place) / 65_536) * 1e6) / 1e6;
  const sign = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(6)}`;
  run.place(`${sign(fixed(at + 4))}${sign(fixed(at))}${sign(fixed(at + 8))}/`, "loci");
}

/** QuickTime's user data: length, language, text; tags of iTunes with the same names hold a box instead. */
function userText(run: IsoRun, { kind, bodyAt, end }: IsoBox): void {
  const bytes = run.read(bodyAt, end - bodyAt);
  if (bytes.length < 5 || bytes.toString("latin1", 4, 8) === "data") return;
  const text = bytes.toString("utf8", 4, Math.min(bytes.length, 4 + bytes.readUInt16BE(0)));
  if (kind === "\xa9xyz") return run.place(text, "\xa9xyz");
  const name = texts[kind];
  if (name) run.add(name, tagText(text), "user data");
  else if (kind === "\xa9day") run.add("taken", isoDate(text), "user data");
}

/** Names of values, each with its length and a name space before it. */
function keysOf(run: IsoRun, { bodyAt, end }: IsoBox): string[] {
  const bytes = run.read(bodyAt, end - bodyAt);
  const keys: string[] = [];
  for (let at = 8; at + 8 <= bytes.length && keys.length < 1024;) {
    const length = bytes.readUInt32BE(at);
    if (length < 8) break;
    keys.push(bytes.toString("utf8", at + 8, at + length));
    at += length;
  }
  return keys;
}

const textValue = 1;

/** Values by the number of their key, each in a box `data` with its kind. */
function values(run: IsoRun, list: IsoBox): void {
  for (let at = list.bodyAt, count = 0; at + 24 <= list.end && count < 1024; count++) {
    const head = run.read(at, 24);
    const length = head.length < 24 ? 0 : head.readUInt32BE(0);
    if (length < 24) return;
    const key = run.keys[head.readUInt32BE(4) - 1] ?? "";
    if (head.readUInt32BE(16) === textValue) {
      const text = run.read(at + 24, length - 24).toString("utf8");
      const name = texts[key];
      if (key.endsWith("location.ISO6709")) run.place(text, "quicktime metadata");
      else if (key.endsWith("creationdate")) run.add("taken", isoDate(text), "quicktime metadata");
      else if (name) run.add(name, tagText(text), "quicktime metadata");
    }
    at += length;
  }
}
