/** The files that a descriptor names, by the names that it gives or by those of the set that it was found in. */
import { readHead } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { ImageSegment, ImageSurroundings } from "../image-format.ts";
import { openCowd } from "./cowd.ts";
import type { DeclaredExtent } from "./descriptor.ts";
import { isDescriptor, mostDescriptorBytes, resemblesDescriptor } from "./descriptor.ts";
import type { TableCache } from "./grain-tables.ts";
import { cowdSignature, sectorBytes, sparseSignature } from "./layouts.ts";
import { extentNameOf, fileNameOf, isExtentName } from "./names.ts";
import { isSeSparse, openSeSparse } from "./se-sparse.ts";
import { openSparse } from "./sparse.ts";
import type { SparseExtent } from "./sparse-extent.ts";
import { findFooter, sparseHeaderAt } from "./sparse-header.ts";

export type FileKind = "descriptor" | "sparse" | "cowd" | "seSparse" | "other";

/** By its first bytes. */
export function fileKindOf(head: Uint8Array): FileKind {
  if (head.length >= 4) {
    const signature = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    if (signature === sparseSignature) return "sparse";
    if (signature === cowdSignature) return "cowd";
  }
  if (isSeSparse(head)) return "seSparse";
  return isDescriptor(head) || resemblesDescriptor(head) ? "descriptor" : "other";
}

export function kindOf({ source }: ImageSegment): FileKind {
  return fileKindOf(readHead(source, 4096));
}

/** By its signature; a stream whose first header is gone is known by its footer. Throws EvidenceError where it is no extent. */
export function openExtent(segment: ImageSegment, cache: TableCache): SparseExtent {
  const kind = kindOf(segment);
  if (kind === "cowd") return openCowd(segment, cache);
  if (kind === "seSparse") return openSeSparse(segment, cache);
  return openSparse(segment, cache);
}

/** The text that a file has as a descriptor or in front of its grains; null where it has none. */
export function descriptorBytesOf(segment: ImageSegment): Uint8Array | null {
  const kind = kindOf(segment);
  if (kind === "descriptor") return readHead(segment.source, mostDescriptorBytes);
  const header = sparseHeaderAt(segment.source, 0) ?? (isExtentName(segment.name) ? null : findFooter(segment.source));
  const at = (header?.descriptorOffset ?? 0) * sectorBytes;
  if (!header || at === 0 || at >= segment.source.size) return null;
  const length = Math.min(header.descriptorSectors * sectorBytes, mostDescriptorBytes, segment.source.size - at);
  const text = new Uint8Array(Math.max(0, length));
  segment.source.readInto(text, at);
  return isDescriptor(text) ? text : null;
}

export interface FoundFile {
  readonly segment: ImageSegment;
  /** The descriptor calls it otherwise. */
  readonly renamed: boolean;
}

/** Finds files within the set and beside it; each is used once for whole files. */
export class ExtentFiles {
  readonly #segments: readonly ImageSegment[];
  readonly #beside: ImageSurroundings;
  readonly #main: ImageSegment;
  readonly #used = new Set<string>();

  constructor(main: ImageSegment, segments: readonly ImageSegment[], beside: ImageSurroundings) {
    this.#main = main;
    this.#segments = segments;
    this.#beside = beside;
    this.#used.add(main.name);
  }

  /** Null where it is not there, or lies in a device. */
  find(declared: DeclaredExtent, isNamed: (name: string) => boolean): FoundFile | null {
    const name = fileNameOf(declared.path);
    if (name === "") return null;
    const given = this.#among(name);
    const found = given ?? this.#beside.segment(name) ?? null;
    if (found) {
      this.#used.add(found.name);
      return { segment: found, renamed: false };
    }
    const renamed = this.#byNumber(declared, name, isNamed);
    if (renamed) this.#used.add(renamed.name);
    return renamed ? { segment: renamed, renamed: true } : null;
  }

  /** Files of the set that the descriptor has no use for. */
  get unused(): number {
    return this.#segments.filter(({ name }) => !this.#used.has(name)).length;
  }

  #among(name: string): ImageSegment | undefined {
    const lower = name.toLowerCase();
    return (
      this.#segments.find((segment) => segment.name === name) ??
      this.#segments.find((segment) => segment.name.toLowerCase() === lower)
    );
  }

  /** The file of the set that has the ending of the one that is named. */
  #byNumber(declared: DeclaredExtent, name: string, isNamed: (name: string) => boolean): ImageSegment | undefined {
    const stem = extentNameOf(this.#main.name)?.stem.toLowerCase();
    const wanted = extentNameOf(name);
    return this.#segments.find((segment) => {
      const own = extentNameOf(segment.name);
      if (!own || own.kind === "" || own.stem.toLowerCase() !== stem) return false;
      if (this.#used.has(segment.name) || isNamed(segment.name)) return false;
      if (wanted && wanted.kind !== "") return own.kind === wanted.kind && own.number === wanted.number;
      return own.number === declared.number;
    });
  }
}

/** No more files are looked at in search of a descriptor. */
const mostSearched = 256;

/** Descriptors of the disks that lie beside, with the name of the file. */
export function* descriptorsBeside(beside: ImageSurroundings): Iterable<{ segment: ImageSegment; bytes: Uint8Array }> {
  const names = beside.names.filter((name) => /\.vmdk/i.test(name) && !name.includes("/")).slice(0, mostSearched);
  for (const name of names) {
    const segment = beside.segment(name);
    const bytes = segment && descriptorBytesOf(segment);
    if (segment && bytes) yield { segment, bytes };
  }
}

/** What is thrown where a set has nothing that could be read. */
export function notRecognised(segments: readonly ImageSegment[]): EvidenceError {
  return new EvidenceError("image/not-recognised", { segments: segments.length });
}
