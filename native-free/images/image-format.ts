/** What every image format offers: the medium as a ByteSource, and what its container says of it. */
import type { ByteSource } from "../bytes/byte-source.ts";
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
}

export type Certainty = "no" | "possible" | "certain";

export interface ImageFormat {
  readonly registration: Registration;
  /** From the first 512 bytes of a file and its size; never throws. */
  detect(head: Uint8Array, size: number): Certainty;
  /** Which of the names in a folder belong to the set of `name`, in order and with it. */
  segmentsOf(name: string, namesInFolder: readonly string[]): string[];
  /** Throws EvidenceError where nothing of the medium can be had. */
  open(segments: readonly ImageSegment[]): DiskImage;
}
