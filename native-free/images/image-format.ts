/** What every image format offers: the medium as a ByteSource, and what its container says of it. */
import { readRange, type ByteSource } from "../bytes/byte-source.ts";
import type { Fact } from "../model/facts.ts";
import type { Finding } from "../model/findings.ts";
import type { Registration } from "../model/registration.ts";

/** One file of an image. The name is that of the file, without folder. */
export interface ImageSegment {
  readonly name: string;
  readonly source: ByteSource;
}

/** The medium that an image holds. */
export interface DiskImage extends ByteSource {
  /** Of the registration. */
  readonly format: string;
  /** About the container so far: reading may add to them. Offsets are those of the medium where they have one. */
  readonly findings: readonly Finding[];
  readonly bytesPerSector: number;
  /** Hashes of the medium that the image carries, lower-case hexadecimal by algorithm (`md5`, `sha1`). */
  readonly storedHashes: Readonly<Record<string, string>>;
  /** What the container says of itself and of the medium. */
  readonly facts: readonly Fact[];
  /**
   * Media kept beside the current one, by name: internal snapshots, tracks of a disc. Each is opened when it is asked for;
   * `open` throws EvidenceError.
   */
  readonly others?: readonly { readonly name: string; open(): DiskImage }[];
  /**
   * Reads every table and compares what is said twice: references that leave the file, two that claim one place, space that
   * none claims and that is not empty (`image/unclaimed`), checksums. What it finds is in `findings` afterwards.
   */
  check?(): void;
}

export type Certainty = "no" | "possible" | "certain";

/** Bytes at either end of a file that a format is told by. */
export const probeBytes = 4096;

/** What is looked at to tell the format of a file. */
export interface ImageProbe {
  /** Of the file, without folder. */
  readonly name: string;
  /** Of the file. */
  readonly size: number;
  /** The first `probeBytes` bytes, all of a shorter file. */
  readonly head: Uint8Array;
  /** The last `probeBytes` bytes, all of a shorter file. */
  readonly tail: Uint8Array;
  /** `probeBytes` bytes from byte 32768, where optical discs say what they are; fewer where the file ends before. */
  readonly at32k: Uint8Array;
}

export function probeOf({ name, source }: ImageSegment): ImageProbe {
  const { size } = source;
  return {
    name,
    size,
    head: readRange(source, 0, probeBytes),
    tail: readRange(source, Math.max(0, size - probeBytes), probeBytes),
    at32k: readRange(source, Math.min(size, 32_768), probeBytes),
  };
}

/** What lies beside an image: its own folder, or of an image that is a folder that folder. Nothing elsewhere is ever opened. */
export interface ImageSurroundings {
  /** Names of files; those in a folder of an image that is a folder as `bands/0`. */
  readonly names: readonly string[];
  /** Null where there is none of that name or it cannot be read. May be called for very many files: they are not all kept open. */
  segment(name: string): ImageSegment | null;
  /**
   * The medium of another image (parent, backing file), whatever its format; null where there is none of that name. Throws
   * EvidenceError: what opening it throws, `image/parent-cycle` where it is being opened already.
   */
  image(name: string): DiskImage | null;
}

/** A name as it is written there; systems that do not tell cases apart wrote many of these images. Null for none or several. */
export function nameAmong(names: readonly string[], wanted: string): string | null {
  if (names.includes(wanted)) return wanted;
  const alike = names.filter((name) => name.toLowerCase() === wanted.toLowerCase());
  return alike.length === 1 ? (alike[0] ?? null) : null;
}

export const nothingBeside: ImageSurroundings = { names: [], segment: () => null, image: () => null };

export interface SetMember {
  readonly set: string;
  readonly number: number;
  /** The set has no identifier of its own: `set` stands for properties that another may share. */
  readonly likely?: boolean;
}

export interface ImageFormat {
  readonly registration: Registration;
  /** Whether a file belongs to an image of this format; never throws. `certain` takes a signature. */
  detect(probe: ImageProbe): Certainty;
  /** For images that are a folder: whether these names make one up, with `/` as in `ImageSurroundings`. */
  detectFolder?(names: readonly string[]): boolean;
  /**
   * Which of the names in a folder belong to the set of `name`, in order and with it. Of an image that is a folder: `name` is
   * "" and the names are those in it. Files that only the content names (extents, parents) are opened by `open`.
   */
  segmentsOf(name: string, namesInFolder: readonly string[]): string[];
  /**
   * Which set a file belongs to and which part of it it is, by its content; null where it does not say. So segments that were
   * renamed are found. Never throws.
   */
  memberOf?(segment: ImageSegment): SetMember | null;
  /** Throws EvidenceError where nothing of the medium can be had. */
  open(segments: readonly ImageSegment[], beside?: ImageSurroundings): DiskImage;
}
