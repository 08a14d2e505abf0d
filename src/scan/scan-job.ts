/** What the threads of a scan are given and give back: plain data. */
import type { Verdict } from "../../native-free/carving/carver.ts";
import type { FoundFeature, FoundTerm, StreamPath } from "../../native-free/scanning/scan-events.ts";

/** What is looked for. */
export interface ScanWanted {
  /** Ids of kinds that are carved; null for all of them. */
  readonly files: readonly string[] | null;
  /** Ids of kinds of entities; null for all of them. */
  readonly features: readonly string[] | null;
  /** Texts of watch-lists with their file names. */
  readonly lists: readonly { readonly name: string; readonly text: string }[];
  readonly streams: boolean;
}

export interface ScanThreadData {
  readonly wanted: ScanWanted;
  /** Null for an image. */
  readonly folder: string | null;
  /** The image whose media are listed in `listing`; null for a folder. */
  readonly image: { readonly path: string; readonly snapshot: string | null } | null;
  /** A file in the shape of `listing.ts`. */
  readonly listing: string;
}

/** A stretch of an item, or several small items. */
export type ScanTask =
  | { readonly what: "scan"; readonly parts: readonly ScanPart[] }
  /** SHA-256 of whole items. */
  | { readonly what: "hash"; readonly parts: readonly ScanPart[] }
  /** Writes a carved file to `to`, which is not there yet. */
  | { readonly what: "write"; readonly part: ScanPart; readonly file: ScannedFile; readonly to: string };

export interface ScanPart {
  /** Forensic path without label. */
  readonly item: string;
  /** Byte at which the line of the item begins in the listing; null for a file of a folder. */
  readonly line: number | null;
  /** The file of a folder: the bytes of its path below it, each as a character of Latin-1. */
  readonly path: string | null;
  /** What a deleted file has lost is no loss of the evidence. */
  readonly isDeleted: boolean;
  /** Of the content, in bytes. */
  readonly from: number;
  readonly to: number;
}

export interface ScanPlace {
  /** Forensic path of the item, without label. */
  readonly item: string;
  readonly inside: StreamPath;
  /** Byte of the exhibit at which it begins, or at which the outermost stream begins; null where it is in no one place. */
  readonly exhibit: number | null;
}

export interface ScannedFeature extends ScanPlace {
  readonly feature: FoundFeature;
}

export interface ScannedTerm extends ScanPlace {
  readonly term: FoundTerm;
}

export interface ScannedFile extends ScanPlace {
  readonly carver: string;
  readonly kind: string;
  readonly verdict: Verdict;
  /** In the item or in the decoded stream. */
  readonly offset: number;
  readonly length: number;
  /** In the item or stream; one for what lies in one piece. */
  readonly pieces: readonly { readonly start: number; readonly length: number }[];
  /** Pieces in the exhibit, as far as they are told; null inside of streams. */
  readonly extents: readonly { readonly start: number; readonly length: number }[] | null;
  readonly title: string | null;
  readonly findings: readonly string[];
  readonly sha256: string;
}

export interface ScanResult {
  readonly features: readonly ScannedFeature[];
  readonly terms: readonly ScannedTerm[];
  readonly files: readonly ScannedFile[];
  /** Bytes that were scanned. */
  readonly bytes: number;
  /** Bytes that are not there as they were. */
  readonly lost: number;
  /** Streams that were not decoded to their end. */
  readonly cuts: number;
  /** Of `hash`: in the order of the parts. */
  readonly hashes: readonly string[];
  /** Items that could not be read, by path, with the code. */
  readonly failed: readonly { readonly item: string; readonly code: string }[];
}
