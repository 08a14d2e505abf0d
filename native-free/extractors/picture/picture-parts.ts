/** What lies in a picture file beside the pixels. */
import type { FieldName } from "../../model/fields.ts";
import type { Finding } from "../../model/findings.ts";

export interface PictureParts {
  /** A TIFF structure with EXIF, for exifr. */
  readonly exif: Uint8Array | null;
  /** A JPEG of segments without pixels, for exifr. */
  readonly segments: Uint8Array | null;
  /** XMP packets that exifr does not get to see. */
  readonly xmp: readonly string[];
  readonly fields: readonly { readonly name: FieldName; readonly value: string; readonly source: string }[];
  readonly texts: readonly { readonly text: string; readonly label: string }[];
  readonly findings: readonly Finding[];
  /** The structure ends or breaks before its end. */
  readonly damaged: boolean;
}
