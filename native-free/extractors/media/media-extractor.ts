/**
 * Audio and video: tags, playing time, coding through music-metadata, which reads at random through a view of the source, so
 * that a film of gigabytes costs kilobytes; times, places and sizes of films by readers of our own. Covers are children, and
 * some pictures of films whose coding keeps each picture by itself. Values that cannot be are findings, not fields. Not read:
 * subtitles, pictures of films in other codings.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { callQuietly } from "../library-call.ts";
import { withFieldText } from "../field-text.ts";
import { bytesChild } from "../part-child.ts";
import { aviExtractions } from "./avi-fields.ts";
import { aviFrames } from "./avi-frames.ts";
import { missingBytes } from "./declared-length.ts";
import { frameExtractions } from "./frame.ts";
import { type IsoFacts, isoFacts } from "./iso-fields.ts";
import { isoFrames } from "./iso-frames.ts";
import { type KnownMedia, type MediaMetadata, mediaFields } from "./media-fields.ts";

/** Type of the typing registry → MIME type that music-metadata chooses its parser by. */
const parsers: Readonly<Record<string, string>> = {
  mp3: "audio/mpeg",
  mpa: "audio/mpeg",
  aac: "audio/aac",
  m4a: "audio/mp4",
  mp4: "video/mp4",
  m4v: "video/mp4",
  "iso-bmff": "video/mp4",
  quicktime: "video/quicktime",
  "3gp": "video/mp4",
  "3g2": "video/mp4",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  ogv: "video/ogg",
  flac: "audio/flac",
  wav: "audio/wav",
  aiff: "audio/aiff",
  ape: "audio/ape",
  wavpack: "audio/wavpack",
  musepack: "audio/musepack",
  dsf: "audio/dsf",
  dff: "audio/dff",
  asf: "audio/x-ms-asf",
  wma: "audio/x-ms-asf",
  wmv: "audio/x-ms-asf",
  matroska: "video/matroska",
  webm: "video/webm",
  ebml: "video/matroska",
  avi: "video/avi",
};

export const mediaExtractor: Extractor = {
  id: "media",
  family: "extractor",
  name: "Audio and video: tags, playing time, coding, places, covers",
  spec: "ID3v2.4; ISO/IEC 14496-12; RFC 9559; RFC 3533; RFC 9639; RFC 2361; ASF 1.2",
  level: "partial",
  types: Object.keys(parsers),
  extract: (source) => withFieldText(extractMedia(source)),
};

/** Reads may visit so many bytes of one file: damaged structures make parsers walk in circles. */
const maxReadBytes = 256 << 20;
const maxReads = 200_000;

/** Covers of one file; some tags repeat the same one. */
const mostCovers = 32;

async function* extractMedia(source: ByteSource): AsyncGenerator<Extraction> {
  const head = Buffer.from(readRange(source, 0, 12)).toString("latin1");
  if (/^RIFF[^]{4}AVI /.test(head)) {
    yield* aviExtractions(source);
    yield* frameExtractions(source, aviFrames(source));
    return;
  }
  const missing = missingBytes(source);
  if (missing > 0) {
    const place = { offset: source.size, length: missing };
    yield { what: "finding", finding: finding("media/truncated", { bytes: missing }, place) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  const problems = new Set<string>();
  const report = (what: string): void => void problems.add(what);
  const boxes = /^[^]{4}(?:ftyp|moov|mdat|wide|free|skip|pnot)/.test(head) ? isoFacts(source, report) : null;
  if (boxes) yield* boxes.fields;
  if (boxes) yield* frameExtractions(source, isoFrames(source));
  const metadata = await metadataOf(source);
  if (typeof metadata === "string") {
    yield { what: "finding", finding: finding("media/damaged", { problem: metadata }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  } else {
    yield* mediaFields(metadata, report, boxes ? knownOf(boxes) : undefined);
    yield* covers(metadata);
  }
  for (const what of problems) yield { what: "finding", finding: finding("media/implausible", { what }) };
}

function knownOf({ hasTimes, hasPosition, hasDuration, hasSize }: IsoFacts): KnownMedia {
  return { times: hasTimes, position: hasPosition, duration: hasDuration, size: hasSize };
}

/** What the library says; a word for its error where it threw one. */
async function metadataOf(source: ByteSource): Promise<MediaMetadata | string> {
  const { parseBlob } = await import("music-metadata");
  const { identify } = await import("../../typing/index.ts");
  const mime = parsers[(await identify(source)).id] ?? "audio/mpeg";
  const view = new SourceView(source, 0, source.size, mime, { bytes: 0, reads: 0 }) as unknown as Blob;
  try {
    return (await callQuietly(() =>
      parseBlob(view, { skipCovers: false, duration: false }),
    )) as unknown as MediaMetadata;
  } catch (error) {
    // The library throws its own and built-in errors alike for what the file holds.
    return problemOf(error);
  }
}

function* covers({ common }: MediaMetadata): Generator<Extraction> {
  const pictures = Array.isArray(common.picture) ? (common.picture as readonly { data?: unknown }[]) : [];
  for (const [index, { data }] of pictures.slice(0, mostCovers).entries()) {
    if (!(data instanceof Uint8Array) || data.length === 0) continue;
    yield { what: "child", child: bytesChild(`cover/${index}`, "cover", data) };
  }
}

/** Class names of errors are the library's words; messages may quote the file. */
function problemOf(error: unknown): string {
  const name = (error as { name?: unknown } | null)?.name;
  return typeof name === "string" && /^[A-Za-z]{1,40}$/.test(name) ? name : "error";
}

/** The part of `Blob` that music-metadata uses, over a source. */
class SourceView {
  readonly size: number;
  readonly type: string;
  readonly #source: ByteSource;
  readonly #start: number;
  readonly #spent: { bytes: number; reads: number };

  constructor(source: ByteSource, start: number, end: number, type: string, spent: { bytes: number; reads: number }) {
    this.#source = source;
    this.#start = start;
    this.size = Math.max(0, end - start);
    this.type = type;
    this.#spent = spent;
  }

  slice(start = 0, end = this.size): SourceView {
    const from = Math.min(Math.max(0, start), this.size);
    const to = Math.min(Math.max(from, end), this.size);
    return new SourceView(this.#source, this.#start + from, this.#start + to, this.type, this.#spent);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    this.#spent.bytes += this.size;
    this.#spent.reads++;
    if (this.#spent.bytes > maxReadBytes || this.#spent.reads > maxReads) throw new RangeError("too many reads");
    const bytes = readRange(this.#source, this.#start, this.size);
    return bytes.buffer as ArrayBuffer;
  }
}
