/** What lies in a picture file beside the pixels. */
import type { Child } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import type { Finding } from "../../model/findings.ts";

/** Packets of metadata that any kind of picture may carry, up to a limit for all of them together. */
export class Packets {
  readonly xmp: Buffer[] = [];
  readonly iptc: Buffer[] = [];
  readonly photoshop: Buffer[] = [];
  readonly icc: Buffer[] = [];
  readonly limitBytes: number;
  /** Whether something was longer than the limit allowed. */
  isCut = false;
  #left: number;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
    this.#left = limitBytes;
  }

  /** How many of so many bytes may be taken. */
  take(length: number): number {
    const taken = Math.min(length, this.#left);
    if (taken < length) this.isCut = true;
    this.#left -= taken;
    return taken;
  }
}

export interface PictureParts {
  /** TIFF structures with EXIF: places of their first bytes in the file. */
  readonly exif: readonly number[];
  /** Canon's raw has a structure of its own for each directory: that of EXIF and that of positions. */
  readonly directories: readonly { readonly at: number; readonly role: "exif" | "gps" | "canon" }[];
  /** TIFF structures that do not lie in the file as they are. */
  readonly decodedExif: readonly Uint8Array[];
  readonly packets: Packets;
  readonly fields: readonly { readonly name: FieldName; readonly value: string; readonly source: string }[];
  readonly texts: readonly { readonly text: string; readonly label: string }[];
  readonly children: readonly Child[];
  readonly findings: readonly Finding[];
  /** The structure ends or breaks before its end. */
  readonly damaged: boolean;
}

export interface Collected extends PictureParts {
  exif: number[];
  directories: { at: number; role: "exif" | "gps" | "canon" }[];
  decodedExif: Uint8Array[];
  fields: { name: FieldName; value: string; source: string }[];
  texts: { text: string; label: string }[];
  children: Child[];
  findings: Finding[];
  damaged: boolean;
}

export function nothing(limitBytes: number): Collected {
  const packets = new Packets(limitBytes);
  return {
    exif: [],
    directories: [],
    decodedExif: [],
    packets,
    fields: [],
    texts: [],
    children: [],
    findings: [],
    damaged: false,
  };
}
