/**
 * Body of the manifest of an image, signed where it belongs to a case: what was read from which medium, what was written
 * where, how that was checked. Hashes in hex, sizes and offsets in bytes, times ISO 8601 UTC unless said otherwise.
 */
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import type { DeviceFacts } from "../../platform/block-devices.ts";
import type { WriteProtection } from "../../platform/write-protection.ts";
import type { SegmentPath } from "./open-image.ts";
import type { BadRange, UnstableSector } from "../../source/acquisition-source.ts";

/** In the order in which they are shown; the first three are always computed. */
export const hashNames = ["md5", "sha1", "sha256", "sha512", "sha3-256", "blake3"] as const;
export type HashName = (typeof hashNames)[number];
export const usualHashes: readonly HashName[] = ["md5", "sha1", "sha256"];

/** Whole-stream hashes by algorithm. */
export type StreamHashes = Readonly<Record<"md5" | "sha1" | "sha256", string>> &
  Readonly<Partial<Record<HashName, string>>>;

export const targetFormats = ["raw", "e01", "aff4", "clone"] as const;
/** `clone` writes the bytes onto another device or into a file that is there already. */
export type TargetFormat = (typeof targetFormats)[number];
export const compressions = ["none", "fast", "best"] as const;
export type Compression = (typeof compressions)[number];

export interface SegmentHash {
  readonly file: string;
  readonly size: number;
  /** "" where the file is missing. */
  readonly sha256: string;
  /** Absolute, where the file lies in another folder than its fellows: the one before was full. */
  readonly folder?: string;
}

/** One check of what was written; `tool` names an independent reader, or Vestige itself reading its files again. */
export interface TargetCheck {
  readonly tool: { readonly name: string; readonly version: string };
  readonly ok: boolean;
  /** `disk` where the system was told to forget what it had just written; else its memory may have answered. */
  readonly readFrom: "disk" | "unknown";
  /** Of the medium's bytes as this reader found them; null where it does not compute it. */
  readonly md5: string | null;
  readonly sha256: string | null;
}

/** One thing that was written in the same read. */
export interface TargetRecord {
  readonly format: TargetFormat;
  readonly compression: Compression;
  readonly segmentBytes: number | null;
  /** Absolute folder of the files; null beside the manifest. Of a clone, the device's path. */
  readonly folder: string | null;
  readonly segments: readonly SegmentHash[];
  /** GUID of an E01, URN of an AFF4 volume, else null. */
  readonly identity: string | null;
  /** Unreadable sectors that the format itself has no room to name; the manifest does. */
  readonly unnamedBadSectors: number;
  /** Of a clone: what is known of the device, where the copy ends if it is smaller, and what became of what is larger. */
  readonly clone: {
    readonly device: DeviceFacts;
    readonly truncatedAt: number | null;
    readonly excess: "untouched" | "zeroed" | "none";
  } | null;
  readonly checks: readonly TargetCheck[];
}

/** A continuation after an interruption: the first `at` bytes were read again from the image, not from the medium. */
export interface Resumption {
  readonly utc: string;
  readonly at: number;
}

export interface ImageBody {
  readonly schema: "vestige.acquisition/1";
  /** "" without a case. */
  readonly caseId: string;
  readonly exhibit: string;
  readonly kind: "image";
  /** Real path; "-" for a stream. */
  readonly source: string;
  readonly sourceKind: "device" | "file" | "image" | "stream";
  readonly started: string;
  readonly finished: string;
  readonly zone: string;
  readonly medium: DeviceFacts;
  readonly protection: WriteProtection;
  /** Refusals that the officer overrode, as codes (`source/mounted` …). */
  readonly overridden: readonly string[];
  /** Bytes of the medium, bad sectors included. */
  readonly bytes: number;
  readonly sectorBytes: number;
  /** Zero bytes that were added to fill the last sector of a stream; 0 as a rule. */
  readonly paddedBytes: number;
  /** Where bytes were added: what came without them. */
  readonly received: { readonly bytes: number; readonly sha256: string } | null;
  /** What the officer asked for first, and what was written beside it in the same read. */
  readonly image: TargetRecord;
  readonly further: readonly TargetRecord[];
  readonly hashes: StreamHashes;
  readonly blocks: {
    readonly file: string;
    readonly blockBytes: number;
    readonly count: number;
    readonly root: string;
  };
  /** Logical sectors that could not be read and are zeros in the image. */
  readonly badSectors: number;
  readonly badRanges: readonly BadRange[];
  /** What stands in place of them. */
  readonly fill: "zeros";
  /** Sectors that gave two answers. */
  readonly unstable: readonly UnstableSector[];
  /** Further ones, which were counted only. */
  readonly unlistedUnstable: number;
  readonly retriedReads: number;
  /** What else was noticed about the source, as sentences. */
  readonly notes: readonly string[];
  readonly resumptions: readonly Resumption[];
  /** What the passing bytes looked like; null where it was not asked for. */
  readonly triage: JsonObject | null;
  readonly speed: { readonly readMs: number; readonly verifyMs: number; readonly bytesPerSecond: number };
  readonly selfTest: JsonObject | null;
  readonly tool: { readonly name: string; readonly version: string; readonly build: string };
  readonly runtime: { readonly node: string; readonly platform: string };
  readonly options: { readonly workers: number };
}

/** Files of a target; `folder` is that of the manifest. */
export function pathsOf(target: TargetRecord, folder: string): SegmentPath[] {
  if (target.format === "clone") return target.segments.map(({ file, size }) => ({ folder: "", file, size }));
  return target.segments.map(({ file, size, folder: own }) => ({ folder: own ?? target.folder ?? folder, file, size }));
}
