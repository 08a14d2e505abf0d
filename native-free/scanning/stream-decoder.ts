/** What every decoder of streams offers: signatures at which one may begin, and its decoded bytes. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Signature } from "../carving/carver.ts";

export interface DecodedStream {
  /** As many bytes as could be had; owned by the caller. */
  readonly bytes: Uint8Array;
  /** What the stream calls itself (a member's name); evidence text. Null where it has no name. */
  readonly name: string | null;
  /** First byte behind it in the source, as far as it was followed. */
  readonly end: number;
  /** True where there was more than allowed. */
  readonly isCut: boolean;
}

export interface StreamDecoder {
  /** In paths: `gzip`, `zip`, `pdf`, `base64`. */
  readonly id: string;
  readonly signatures: readonly Signature[];
  /**
   * What is encoded at `at`, where a signature stands, decoded, at most `limitBytes`; null where nothing is. Damaged and cut streams give
   * what comes before. Reads no further than `end`. Throws nothing.
   */
  decode(source: ByteSource, at: number, end: number, limitBytes: number): DecodedStream | null;
}
