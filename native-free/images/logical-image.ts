/** What every format of logical evidence offers: single files with what was known of them, and no medium. */
import { createHash } from "node:crypto";
import { isLost, type ByteSource } from "../bytes/byte-source.ts";
import type { Fact } from "../model/facts.ts";
import { finding, type Finding } from "../model/findings.ts";
import type { EvidenceName, ItemKind, ItemTime } from "../model/item.ts";
import type { Registration } from "../model/registration.ts";
import type { Certainty, ImageProbe, ImageSegment, SetMember } from "./image-format.ts";

/** A file or folder of the evidence. */
export interface LogicalEntry {
  /** Names from the top on, its own last. */
  readonly path: readonly EvidenceName[];
  readonly kind: ItemKind;
  /** Bytes of the content; 0 of what is no file. */
  readonly size: number;
  readonly times: readonly ItemTime[];
  /** Of the content, lower-case hexadecimal by algorithm (`md5`, `sha1`, `sha256`), as the container states them. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What else the container says: technical names in lower case, values of the evidence. */
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly findings: readonly Finding[];
  /** Where the entry stands in the container, without names: the same however often it is opened. */
  readonly key: string;
  /**
   * The content of a file; empty of all else. Bytes that are not there are named by `runsIn`. Throws EvidenceError where nothing
   * of it can be had.
   */
  open(): ByteSource;
}

export interface LogicalImage {
  /** Of the registration. */
  readonly format: string;
  readonly facts: readonly Fact[];
  /** About the container; complete when `entries` has come to its end. */
  readonly findings: readonly Finding[];
  /** In the order of the container, folders in front of what they hold, each read when it is asked for. Never throws. */
  entries(): Iterable<LogicalEntry>;
}

export interface LogicalFormat {
  readonly registration: Registration;
  /** Whether a file belongs to evidence of this format; never throws. `certain` takes a signature. */
  detect(probe: ImageProbe): Certainty;
  /** Which of the names in a folder belong to the set of `name`, in order and with it. */
  segmentsOf(name: string, namesInFolder: readonly string[]): string[];
  /** As of `ImageFormat`. */
  memberOf?(segment: ImageSegment): SetMember | null;
  /** Throws EvidenceError where no entry can be had. */
  open(segments: readonly ImageSegment[]): LogicalImage;
}

const algorithms = ["md5", "sha1", "sha256"] as const;
const WINDOW_BYTES = 1 << 20;

/** More that is declared empty is not hashed: a few bytes of a list can claim any size. */
const MOST_SPARSE = 64 * 2 ** 30;

/** Whether every byte is there, and can be read in reasonable time. */
function isWhole(source: ByteSource): boolean {
  let sparse = 0;
  for (const { kind, length } of source.runsIn(0, source.size)) {
    if (isLost(kind)) return false;
    if (kind === "sparse") sparse += length;
  }
  return sparse <= MOST_SPARSE;
}

/**
 * Reads the content of an entry and compares it with the hashes that the container states: `logical/hash-differs` for each that
 * is another. Nothing is compared where bytes of it are not there, or more than 64 GiB of it are declared empty. Throws what
 * `open` throws.
 */
export function checkLogicalEntry(entry: LogicalEntry): Finding[] {
  const stated = algorithms.filter((algorithm) => entry.hashes[algorithm] !== undefined);
  if (entry.kind !== "file" || stated.length === 0) return [];
  const source = entry.open();
  if (!isWhole(source)) return [];
  const digests = stated.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
  const window = new Uint8Array(Math.min(WINDOW_BYTES, source.size));
  for (let at = 0; at < source.size; at += window.length) {
    const piece = window.subarray(0, source.readInto(window, at));
    for (const { hash } of digests) hash.update(piece);
  }
  // Reading shows what is damaged.
  if (!isWhole(source)) return [];
  return digests
    .filter(({ algorithm, hash }) => hash.digest("hex") !== entry.hashes[algorithm])
    .map(({ algorithm }) => finding("logical/hash-differs", { algorithm }));
}
