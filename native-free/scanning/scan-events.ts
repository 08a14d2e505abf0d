/** What a scan of bytes gives: features, terms of watch-lists and carved files, each with its place. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Carved } from "../carving/carver.ts";
import type { Quality } from "../entities/entity.ts";
import type { RawEncoding } from "../watchlists/raw-encodings.ts";

export type ScanEncoding = RawEncoding;

/** `gzip@1024`, `zip@0/word/document.xml`: what was decoded on the way to the bytes, outermost first; empty for the source itself. */
export type StreamPath = readonly string[];

export interface FoundFeature {
  /** Id of a kind of entity. */
  readonly kind: string;
  readonly value: string;
  readonly quality: Quality;
  /** Bytes of the source or of the decoded stream. */
  readonly offset: number;
  readonly length: number;
  readonly encoding: ScanEncoding;
  /** The text around, one line; evidence text. */
  readonly context: string;
}

export interface FoundTerm {
  /** Id of the list. */
  readonly list: string;
  /** The entry as the list writes it. */
  readonly entry: string;
  /** Which rule of the entry matched: `word`, `code` … */
  readonly rule: string;
  /** As it stands there; evidence text. */
  readonly text: string;
  readonly offset: number;
  readonly length: number;
  readonly encoding: ScanEncoding;
  readonly context: string;
}

export interface FoundFile {
  /** Id of the registration of the carver. */
  readonly carver: string;
  /** First byte, in the source or in the decoded stream. */
  readonly offset: number;
  readonly carved: Carved;
  /** The bytes of it, valid during the call. */
  readonly content: ByteSource;
}

/** Each call says in which stream the thing was found. */
export interface ScanSink {
  feature(inside: StreamPath, feature: FoundFeature): void;
  term(inside: StreamPath, term: FoundTerm): void;
  file(inside: StreamPath, file: FoundFile): void;
  /** A stream that was not decoded to its end because a budget was spent. */
  cut(inside: StreamPath, why: "depth" | "bytes"): void;
}
