/** What music-metadata returns, turned into fields. */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { degrees, isoDate, tagText } from "../plausible.ts";

export interface MediaMetadata {
  readonly common: Readonly<Record<string, unknown>>;
  readonly format: Readonly<Record<string, unknown>>;
}

const texts: readonly (readonly [string, FieldName])[] = [
  ["title", "title"],
  // As the tag has them, and apart.
  ["artist", "artist"],
  ["artists", "artist"],
  ["album", "album"],
  ["genre", "genre"],
  ["composer", "author"],
  ["comment", "comment"],
  ["description", "description"],
  ["copyright", "copyright"],
  ["encodedby", "software"],
  ["keywords", "keywords"],
];

/** A year of playing time; nothing real is longer. */
const maxSeconds = 366 * 86_400;

/** What was found already, by a reader that knows more of it. */
export interface KnownMedia {
  readonly times: boolean;
  readonly position: boolean;
  readonly duration: boolean;
  readonly size: boolean;
}

const nothingKnown: KnownMedia = { times: false, position: false, duration: false, size: false };

export function* mediaFields(
  { common, format }: MediaMetadata,
  report: (what: string) => void,
  known: KnownMedia = nothingKnown,
): Generator<Extraction> {
  const said = new Set<string>();
  for (const [key, name] of texts) {
    for (const value of valuesOf(common[key])) {
      if (said.has(`${name} ${value}`)) continue;
      said.add(`${name} ${value}`);
      yield { what: "field", name, value, source: "tags" };
    }
  }
  const track = (common.track as { no?: unknown } | undefined)?.no;
  if (typeof track === "number" && track > 0) yield field("track", track, "tags");
  yield* dates(common, known.times ? {} : format, report);
  const seconds = known.duration ? null : format.duration;
  if (typeof seconds === "number") {
    if (seconds >= 0 && seconds <= maxSeconds) yield field("duration", Math.round(seconds * 1000) / 1000, "stream");
    else report("duration");
  }
  const codec = tagText([format.container, format.codec].filter((part) => typeof part === "string").join("/"), 200);
  if (codec) yield { what: "field", name: "codec", value: codec, source: "stream" };
  const software = tagText(format.tool, 400);
  if (software) yield { what: "field", name: "software", value: software, source: "stream" };
  yield* number("bitrate", format.bitrate, 1e10, report);
  yield* number("sampleRate", format.sampleRate, 1e8, report);
  yield* number("channels", format.numberOfChannels, 1024, report);
  if (!known.size) yield* videoSize(format.trackInfo);
  if (!known.position) yield* location(common, report);
}

function field(name: FieldName, value: number, source: string): Extraction {
  return { what: "field", name, value: String(value), source };
}

function valuesOf(raw: unknown): string[] {
  if (Array.isArray(raw)) return raw.slice(0, 64).flatMap(valuesOf);
  if (raw !== null && typeof raw === "object" && "text" in raw) return valuesOf((raw as { text: unknown }).text);
  const text = tagText(raw, 1 << 16);
  return text === null ? [] : [text];
}

function* dates(
  common: Readonly<Record<string, unknown>>,
  format: Readonly<Record<string, unknown>>,
  report: (what: string) => void,
): Generator<Extraction> {
  const tagged = common.date ?? common.year;
  if (tagText(tagged) !== null) {
    const date = isoDate(String(tagged));
    if (date) yield { what: "field", name: "created", value: date, source: "tags" };
    else report("date");
  }
  for (const [key, name] of [
    ["creationTime", "created"],
    ["modificationTime", "modified"],
  ] as const) {
    const time = format[key];
    if (!(time instanceof Date)) continue;
    const millis = time.getTime();
    // Zero of the format's own clock (1904) or of Unix means that nothing was set.
    if (Number.isNaN(millis) || millis <= 0) continue;
    const date = isoDate(time.toISOString().replace(/\.000Z$/, "Z"));
    if (date) yield { what: "field", name, value: date, source: "stream" };
    else report("date");
  }
}

function* number(
  name: FieldName,
  value: unknown,
  limit: number,
  report: (what: string) => void,
): Generator<Extraction> {
  if (typeof value !== "number") return;
  if (Number.isFinite(value) && value > 0 && value <= limit) yield field(name, Math.round(value), "stream");
  else if (value !== 0) report(name);
}

function* videoSize(tracks: unknown): Generator<Extraction> {
  if (!Array.isArray(tracks)) return;
  for (const track of tracks.slice(0, 64) as readonly { video?: { pixelWidth?: unknown; pixelHeight?: unknown } }[]) {
    const { pixelWidth, pixelHeight } = track.video ?? {};
    if (
      typeof pixelWidth !== "number" ||
      typeof pixelHeight !== "number" ||
      !(pixelWidth > 0 && pixelHeight > 0 && pixelWidth < 1e6 && pixelHeight < 1e6)
    )
      continue;
    yield field("width", Math.round(pixelWidth), "stream");
    yield field("height", Math.round(pixelHeight), "stream");
    return;
  }
}

/** ISO 6709 as QuickTime writes it: `+48.8577+002.2950+035.000/`. */
function* location(common: Readonly<Record<string, unknown>>, report: (what: string) => void): Generator<Extraction> {
  const text = tagText(common.gpsLocation ?? common.location, 100);
  if (text === null) return;
  const match = /^([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?\/?$/.exec(text);
  const latitude = match && degrees(Number(match[1]), 90);
  const longitude = match && degrees(Number(match[2]), 180);
  if (!latitude || !longitude) {
    report("position");
    return;
  }
  yield { what: "field", name: "latitude", value: latitude, source: "tags" };
  yield { what: "field", name: "longitude", value: longitude, source: "tags" };
}
