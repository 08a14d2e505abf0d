/** AVI films: size, playing time, coding and the tags of the INFO list (Microsoft, "AVI RIFF File Reference"; RFC 2361). */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { finding } from "../../model/findings.ts";
import { isoDate, pixels, tagText } from "../plausible.ts";

const tags: Readonly<Record<string, FieldName>> = {
  INAM: "title",
  IART: "artist",
  ICMT: "comment",
  ICOP: "copyright",
  ISFT: "software",
  ISBJ: "subject",
  IKEY: "keywords",
  IGNR: "genre",
  IENG: "author",
  IPRD: "album",
  IMAK: "camera",
};
const mostChunks = 4096;
const longestTag = 65_536;
const deepest = 4;

export function* aviExtractions(source: ByteSource): Generator<Extraction> {
  yield { what: "field", name: "codec", value: "AVI", source: "header" };
  yield* chunks(source, 12, source.size, 0, { left: mostChunks });
  const head = Buffer.from(readRange(source, 4, 4));
  const missing = head.length < 4 ? 0 : 8 + head.readUInt32LE(0) - source.size;
  if (missing > 1 && missing < 0x7fff_0000) {
    yield {
      what: "finding",
      finding: finding("media/truncated", { bytes: missing }, { offset: source.size, length: missing }),
    };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
}

function* chunks(
  source: ByteSource,
  from: number,
  to: number,
  depth: number,
  budget: { left: number },
): Generator<Extraction> {
  for (let at = from; at + 8 <= to && budget.left-- > 0;) {
    const head = Buffer.from(readRange(source, at, 12));
    const kind = head.toString("latin1", 0, 4);
    const length = head.readUInt32LE(4);
    const end = Math.min(at + 8 + length, to);
    const list = head.toString("latin1", 8, 12);
    if (kind === "LIST" && list !== "movi" && depth < deepest) yield* chunks(source, at + 12, end, depth + 1, budget);
    else if (kind !== "LIST" && length <= longestTag)
      yield* chunk(kind, Buffer.from(readRange(source, at + 8, end - at - 8)));
    at += 8 + length + (length & 1);
  }
}

function* chunk(kind: string, data: Buffer): Generator<Extraction> {
  if (kind === "avih" && data.length >= 40) yield* header(data);
  else if (kind === "strh" && data.length >= 8) {
    const code = tagText(data.toString("latin1", 4, 8)) ?? "";
    if (code !== "")
      yield { what: "field", name: "codec", value: `${data.toString("latin1", 0, 4)}/${code}`, source: "strh" };
  } else if (kind === "IDIT" || kind === "ICRD") {
    const value = isoDate(plainDate(data.toString("latin1").replace(/\0[^]*$/, "")));
    if (value) yield { what: "field", name: kind === "IDIT" ? "taken" : "created", value, source: kind };
  }
  // The format of a sound (RFC 2361): tag, channels, samples, bytes a second; that of pictures begins with its own length of 40.
  if (kind === "strf" && data.length >= 16 && data.readUInt32LE(0) !== 40) {
    yield { what: "field", name: "sampleRate", value: String(data.readUInt32LE(4)), source: "strf" };
    yield { what: "field", name: "channels", value: String(data.readUInt16LE(2)), source: "strf" };
  }
  const name = tags[kind];
  const utf8 = data.toString("utf8");
  const text = name ? tagText(utf8.includes("\ufffd") ? data.toString("latin1") : utf8, longestTag) : null;
  if (name && text !== null) yield { what: "field", name, value: text, source: `INFO ${kind}` };
}

/** Microseconds of a picture, number of pictures, width and height. */
function* header(data: Buffer): Generator<Extraction> {
  const [micros, frames] = [data.readUInt32LE(0), data.readUInt32LE(16)];
  if (micros > 0 && frames > 0) {
    yield {
      what: "field",
      name: "duration",
      value: String(Math.round((micros / 1000) * frames) / 1000),
      source: "avih",
    };
    yield { what: "field", name: "frameRate", value: String(Math.round(1e9 / micros) / 1000), source: "avih" };
  }
  const [width, height] = [pixels(data.readUInt32LE(32)), pixels(data.readUInt32LE(36))];
  if (width === null || height === null) return;
  yield { what: "field", name: "width", value: width, source: "avih" };
  yield { what: "field", name: "height", value: height, source: "avih" };
}

/** `Mon Mar 10 15:04:43 2003`, as cameras write it, in the order that dates are read in. */
function plainDate(text: string): string {
  const match = /^[A-Za-z]{3} +([A-Za-z]{3}) +(\d{1,2}) +(\d\d:\d\d:\d\d) +(\d{4})/.exec(text.trim());
  return match
    ? `${match[2]} ${match[1]!.slice(0, 1).toUpperCase()}${match[1]!.slice(1).toLowerCase()} ${match[4]} ${match[3]}`
    : text.trim();
}
