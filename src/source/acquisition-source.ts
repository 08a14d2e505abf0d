/**
 * What an acquisition reads: a device, a file, an image or a stream, each as the exact and complete sequence of bytes of a
 * medium, with the list of what could not be read.
 */

/** Unreadable sectors in a row; `first` counted from the start of the medium in its logical sectors. */
export interface BadRange {
  readonly first: number;
  readonly count: number;
}

/**
 * A sector that gave different answers; SHA-256 (hex) of the first of them that is not the kept one, and of the kept one,
 * which is in the image: it came twice alike, or came last where none ever did.
 */
export interface UnstableSector {
  readonly sector: number;
  readonly sha256: readonly [first: string, kept: string];
}

export interface SourceErrors {
  readonly badRanges: readonly BadRange[];
  readonly unstable: readonly UnstableSector[];
  /** Further unstable sectors, which are counted only: the list ends at `mostUnstable`. */
  readonly unlistedUnstable?: number;
  /** Reads that were repeated. */
  readonly retried: number;
}

export interface AcquisitionSource {
  /** Bytes; null for a stream, whose end nobody knows before it is there. */
  readonly size: number | null;
  /** Bytes of a logical sector. */
  readonly sectorBytes: number;
  /**
   * Fills `target` with the bytes at `at`, a multiple of the sector size, and returns how many: fewer than asked for only at
   * the end. A stream gives each byte once, in order. Throws OperatorError (exit 4): ends early, changed its size, gone.
   */
  readInto(target: Uint8Array, at: number): number;
  /** So far, in the order of reading: one and the same object until something is added, and then another. */
  readonly errors: SourceErrors;
  /** What else belongs into the record, as sentences: what is wrong with an image, how bad places were read again. */
  readonly notes: readonly string[];
  /** Of an image taken as a whole: hashes of its medium that it carries, by algorithm. */
  readonly storedHashes?: Readonly<Record<string, string>>;
  /** To be called at the end. Throws OperatorError (exit 4) where the medium is not the one that was announced. */
  checkUnchanged(): void;
  close(): void;
}

/** What is taken of an image. */
export interface SourcePart {
  /** Forensic path without label of a volume, gap or file; null for the medium itself. */
  readonly at: string | null;
  /** Name of a snapshot or track that the image holds beside its medium; null for the medium. */
  readonly other: string | null;
  /** Bytes of what is there. */
  readonly from: number;
  readonly length: number;
}

/** Names a source for the thread that reads it. */
export type SourceSpec =
  | { readonly kind: "medium"; readonly path: string }
  /** Files of an image in order, absolute paths; the format is a registered id of `native-free/images`. */
  | {
      readonly kind: "image";
      readonly format: string;
      readonly files: readonly string[];
      /** All of the medium where it is absent. */
      readonly part?: SourcePart;
    }
  | { readonly kind: "stream"; readonly descriptor: number };
