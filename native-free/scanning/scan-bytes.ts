/**
 * One pass over bytes for signatures, features and terms together. Pages of 1 MiB share a margin, so that nothing is lost or counted
 * twice at a seam: what begins in a page is the page's. Streams that are found (gzip, ZIP members, PDF, base64) are decoded and scanned
 * the same way, within budgets.
 */
import { MemorySource, type ByteSource } from "../bytes/byte-source.ts";
import type { Carver, Signature } from "../carving/carver.ts";
import { entityMarginBytes, type EntityMatch, type Recogniser, type TextView } from "../entities/entity.ts";
import { EntityFinder } from "../entities/find-entities.ts";
import { PatternScanner, type ScanPattern } from "../kernels/pattern-scan.ts";
import { forEachWideRun } from "../kernels/wide-runs.ts";
import { CarveLedger } from "./carve-ledger.ts";
import { contextOf, wideContextOf } from "./context.ts";
import type { FoundTerm, ScanEncoding, ScanSink, StreamPath } from "./scan-events.ts";
import type { DecodedStream, StreamDecoder } from "./stream-decoder.ts";
import { decodeBase64, forEachBase64 } from "./streams/base64.ts";

/** Terms of watch-lists as bytes. */
export interface RawTerms {
  readonly patterns: readonly ScanPattern[];
  /** What stands around a find of a pattern, given by its index: null where it is no hit. Offsets are those of `bytes`. */
  confirm(bytes: Uint8Array, at: number, pattern: number): Omit<FoundTerm, "context"> | null;
}

export interface ScanParts {
  readonly carvers: readonly Carver[];
  readonly recognisers: readonly Recogniser[];
  readonly terms: RawTerms | null;
  readonly decoders: readonly StreamDecoder[];
}

export interface ScanBudget {
  /** Of one decoded stream. */
  readonly streamBytes: number;
  /** Streams inside one another. */
  readonly depth: number;
  /** Decoded bytes for each call of `scan`, as a multiple of the bytes that are scanned, and at least `streamBytes`. */
  readonly ratio: number;
}

export const usualScanBudget: ScanBudget = { streamBytes: 32 << 20, depth: 5, ratio: 50 };

export interface ScanRange {
  /** What begins in it is looked for, in bytes of the source; `to` is exclusive. Files may go on behind it. */
  readonly from: number;
  readonly to: number;
  /** Whether files are carved. */
  readonly carve: boolean;
  /** Bytes of a cluster, for files in pieces. */
  readonly blockBytes: number;
  /** What stands in front of the source, an even number of bytes: what began there is not found a second time. */
  readonly lead?: Uint8Array;
}

const pageBytes = 1 << 20;
/** Least characters of a run of two-byte text. */
const wideChars = 6;
const noBytes = new Uint8Array(0);
/** Bytes; the lists look no further either. */
const longestTerm = 256;
const emptyPath: StreamPath = [];

/** What stands behind a pattern of the scanner. */
type Target =
  | { readonly what: "carver"; readonly carver: number; readonly offset: number }
  | { readonly what: "decoder"; readonly decoder: StreamDecoder; readonly offset: number }
  | { readonly what: "term"; readonly term: number };

interface Pass {
  readonly source: ByteSource;
  readonly inside: StreamPath;
  readonly sink: ScanSink;
  readonly ledger: CarveLedger | null;
  /** Decoded bytes that are still allowed. */
  readonly purse: { bytes: number };
}

/** One per thread. */
export class ByteScanner {
  readonly #parts: ScanParts;
  readonly #budget: ScanBudget;
  readonly #targets: readonly Target[];
  readonly #patterns: PatternScanner;
  readonly #finder: EntityFinder | null;
  readonly #margin: number;
  /** Furthest from the first byte of a file to behind its signature. */
  readonly #reach: number;
  readonly #beat: () => void;

  constructor(parts: ScanParts, { budget = usualScanBudget, beat = () => undefined }: ScannerOptions = {}) {
    const { targets, patterns } = patternsOf(parts);
    this.#parts = parts;
    this.#budget = budget;
    this.#targets = targets;
    this.#patterns = new PatternScanner(patterns);
    this.#finder = parts.recognisers.length > 0 ? new EntityFinder(parts.recognisers) : null;
    const longest = patterns.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
    this.#margin = Math.max(4096, 2 * entityMarginBytes, longest + 64);
    this.#reach = parts.carvers
      .flatMap(({ signatures }) => signatures)
      .reduce((most, { offset, bytes }) => Math.max(most, offset + bytes.length), this.#margin);
    this.#beat = beat;
  }

  /** Scans a range of a source. Reads every byte of it once, and those of files that are carved once more. */
  scan(source: ByteSource, range: ScanRange, sink: ScanSink): void {
    const { streamBytes, ratio } = this.#budget;
    const purse = { bytes: Math.max(streamBytes, (range.to - range.from) * ratio) };
    this.#pass(
      { source, inside: emptyPath, sink, ledger: this.#ledgerFor(source, range, emptyPath, sink), purse },
      range,
    );
  }

  #ledgerFor(
    source: ByteSource,
    { carve, blockBytes }: ScanRange,
    inside: StreamPath,
    sink: ScanSink,
  ): CarveLedger | null {
    if (!carve || this.#parts.carvers.length === 0) return null;
    return new CarveLedger(this.#parts.carvers, source, blockBytes, (file) => sink.file(inside, file));
  }

  #pass(pass: Pass, { from, to, lead = noBytes }: ScanRange): void {
    const { source } = pass;
    const last = Math.min(to, source.size);
    // Of its own: the pass over a decoded stream happens in the middle of another's page.
    const buffer = new Uint8Array(1 + lead.length + Math.min(pageBytes + this.#margin + this.#reach, source.size));
    for (let page = from; page < last; page += pageBytes) {
      this.#beat();
      const start = Math.max(-lead.length, page - this.#margin);
      const end = Math.min(last, page + pageBytes);
      // A file that begins in the range may have its signature behind it.
      const behind = end === last ? this.#reach : this.#margin;
      const odd = isAtOddPlace(source, Math.max(0, start)) ? 1 : 0;
      buffer[0] = noText;
      const aligned = buffer.subarray(0, odd + Math.min(source.size, end + behind) - start);
      const bytes = aligned.subarray(odd);
      if (start < 0) bytes.set(lead.subarray(start + lead.length));
      source.readInto(start < 0 ? bytes.subarray(-start) : bytes, Math.max(0, start));
      if (isZero(bytes)) continue;
      this.#page(pass, {
        bytes,
        aligned,
        start,
        from: page - start,
        to: end - start,
        range: { from, to: last },
        told: new Set(),
      });
    }
  }

  #page(pass: Pass, page: Page): void {
    const { bytes, from, to } = page;
    const starts: { readonly carver: number; readonly at: number }[] = [];
    const streams: { readonly decoder: StreamDecoder | null; readonly at: number }[] = [];
    const isLast = page.start + to === page.range.to;
    // What is looked for of a term may stand in the middle of it.
    const last = Math.min(bytes.length, to + (isLast ? this.#reach : longestTerm));
    this.#patterns.scan(bytes, from, last, (pattern, at) => {
      const target = this.#targets[pattern]!;
      if (target.what === "term") {
        this.#term(pass, page, target.term, at);
        return;
      }
      const first = page.start + at - target.offset;
      if ((at >= to && !isLast) || first < page.range.from || first >= page.range.to) return;
      if (target.what === "carver") starts.push({ carver: target.carver, at: first });
      else streams.push({ decoder: target.decoder, at: first });
    });
    if (this.#finder) this.#features(pass, page, this.#finder);
    if (this.#parts.decoders.length > 0) {
      forEachBase64(bytes, from, to, (at) => streams.push({ decoder: null, at: page.start + at }));
    }
    pass.ledger?.take(starts);
    for (const stream of streams) this.#stream(pass, stream);
  }

  #features(pass: Pass, { bytes, aligned, start, from, to }: Page, finder: EntityFinder): void {
    for (const match of finder.find({ bytes, from: 0, to: bytes.length })) {
      if (match.from < from || match.from >= to) continue;
      const context = contextOf(bytes, match.from, match.to);
      this.#feature(pass, match, {
        offset: start + match.from,
        length: match.to - match.from,
        encoding: "ascii",
        context,
      });
    }
    const first = bytes.length - aligned.length;
    forEachWideRun(aligned, 0, aligned.length, wideChars, (text: TextView, at, encoding) => {
      for (const match of finder.find(text)) {
        const place = first + at + 2 * (match.from - text.from);
        if (place < from || place >= to) continue;
        const context = wideContextOf(text, match.from, match.to);
        this.#feature(pass, match, { offset: start + place, length: 2 * (match.to - match.from), encoding, context });
      }
    });
  }

  #feature(
    { sink, inside }: Pass,
    { kind, value, quality }: EntityMatch,
    place: {
      readonly offset: number;
      readonly length: number;
      readonly encoding: ScanEncoding;
      readonly context: string;
    },
  ): void {
    sink.feature(inside, { kind, value, quality, ...place });
  }

  #term({ sink, inside }: Pass, { bytes, start, from, to, told }: Page, index: number, at: number): void {
    const hit = this.#parts.terms?.confirm(bytes, at, index);
    if (!hit) return;
    const { offset, length } = hit;
    if (offset < from || offset >= to) return;
    // Several spellings of an entry may have found the same place.
    const key = `${hit.list} ${hit.entry} ${offset}`;
    if (told.has(key)) return;
    told.add(key);
    const isWide = hit.encoding.startsWith("utf-16");
    const context = isWide ? hit.text : contextOf(bytes, offset, offset + length);
    sink.term(inside, { ...hit, offset: start + offset, context });
  }

  #stream(pass: Pass, { decoder, at }: { readonly decoder: StreamDecoder | null; readonly at: number }): void {
    const { source, inside, purse, sink } = pass;
    if (at < 0) return;
    if (inside.length >= this.#budget.depth || purse.bytes <= 0) {
      sink.cut(inside, purse.bytes <= 0 ? "bytes" : "depth");
      return;
    }
    const limit = Math.min(this.#budget.streamBytes, purse.bytes);
    const decoded = decoder ? decoder.decode(source, at, source.size, limit) : base64At(source, at, limit);
    if (!decoded || decoded.bytes.length === 0) return;
    purse.bytes -= decoded.bytes.length;
    const path = [...inside, streamName(decoder?.id ?? "base64", at, decoded.name)];
    if (decoded.isCut) sink.cut(path, "bytes");
    const inner = new MemorySource(decoded.bytes);
    const range = { from: 0, to: inner.size, carve: pass.ledger !== null, blockBytes: 0 };
    // What a member of an archive is, the archive's carver tells: files are carved out of what has no carver of its own.
    const ledger = decoder?.id === "zip" ? null : this.#ledgerFor(inner, range, path, sink);
    this.#pass({ source: inner, inside: path, sink, ledger, purse }, range);
  }
}

export interface ScannerOptions {
  readonly budget?: ScanBudget;
  /** Sign of life, for each page. */
  readonly beat?: () => void;
}

interface Page {
  readonly bytes: Uint8Array;
  /** The same, with one byte in front where they begin at an odd place of the exhibit: text of two bytes lies at even ones. */
  readonly aligned: Uint8Array;
  /** Of the first byte of `bytes` in the source. */
  readonly start: number;
  /** Of `bytes`: what begins in between is the page's. */
  readonly from: number;
  readonly to: number;
  /** Of the source: files and streams that begin in between are told. */
  readonly range: Pick<ScanRange, "from" | "to">;
  /** Terms that were told of it. */
  readonly told: Set<string>;
}

function patternsOf({ carvers, terms, decoders }: ScanParts): { targets: Target[]; patterns: ScanPattern[] } {
  const targets: Target[] = [];
  const patterns: ScanPattern[] = [];
  const add = (target: Target, pattern: ScanPattern): void => {
    targets.push(target);
    patterns.push(pattern);
  };
  const plain = ({ bytes, fold = false }: Signature): ScanPattern => ({ bytes, fold });
  carvers.forEach(({ signatures }, carver) => {
    for (const each of signatures) add({ what: "carver", carver, offset: each.offset }, plain(each));
  });
  for (const decoder of decoders) {
    for (const each of decoder.signatures) add({ what: "decoder", decoder, offset: each.offset }, plain(each));
  }
  terms?.patterns.forEach((pattern, term) => add({ what: "term", term }, pattern));
  return { targets, patterns };
}

function base64At(source: ByteSource, at: number, limitBytes: number): DecodedStream {
  return { ...decodeBase64(source, at, source.size, limitBytes), name: null };
}

function streamName(id: string, at: number, name: string | null): string {
  return name === null ? `${id}@${at}` : `${id}@${at}/${name}`;
}

/** A byte that is part of no text of two bytes. */
const noText = 0xff;

function isAtOddPlace(source: ByteSource, at: number): boolean {
  for (const { place } of source.runsIn(at, 1)) return place.offset % 2 === 1;
  return false;
}

const zeros = Buffer.alloc(1 << 16);

/** True where there is nothing but zeros. */
function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const length = Math.min(zeros.length, bytes.length - at);
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
    if (!piece.equals(length === zeros.length ? zeros : zeros.subarray(0, length))) return false;
  }
  return true;
}
