/**
 * What every carver offers: signatures at which a file of its format may begin, and a walk along the format's own structure to its true
 * end. A carver believes no header: what it cannot follow it does not give out.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Finding } from "../model/findings.ts";
import type { Registration } from "../model/registration.ts";

/**
 * Bytes that a file of the format has at `offset` from its first byte. Found at every byte of what is scanned, so at least three of them
 * are fixed, better four.
 */
export interface Signature {
  /** Null stands for any byte. The first and the last are fixed. */
  readonly bytes: readonly (number | null)[];
  readonly offset: number;
  /** ASCII letters match in either case. Default false. */
  readonly fold?: boolean;
}

/**
 * `complete`: the structure holds from the first byte to its end, and so do the checksums that the format has. `truncated`: it begins
 * soundly and is cut off or damaged behind; `length` says how far it holds. `fragment`: a sound part of a larger whole, which has no
 * beginning of its own (a page, a chunk, a record).
 */
export type Verdict = "complete" | "truncated" | "fragment";

/** A stretch of the source, in bytes. */
export interface CarvedPiece {
  readonly start: number;
  readonly length: number;
}

export interface Carved {
  /** Id of one of the carver's kinds. */
  readonly kind: string;
  readonly verdict: Verdict;
  /** Bytes of the content, above 0. Contiguous from where the carver was asked unless there are `pieces`. */
  readonly length: number;
  /** Of a file put together from two or more pieces, in the order of the content; their lengths add up to `length`. */
  readonly pieces?: readonly CarvedPiece[];
  /** What the content itself calls itself; evidence text. Null where it does not. */
  readonly title: string | null;
  readonly findings: readonly Finding[];
}

/** A format that a carver tells apart from others: of a ZIP `docx`, `jar`, `apk`. */
export interface CarvedKind {
  /** Stable string in JSON and paths: `jpeg`, `docx`, `mft-records`. Where the typing registry knows the format, its id there. */
  readonly id: string;
  /** For people: "JPEG picture". */
  readonly name: string;
  /** Without the dot, lower case; of what is written out. */
  readonly extension: string;
}

export interface Carver extends Registration {
  readonly family: "carver";
  readonly kinds: readonly CarvedKind[];
  readonly signatures: readonly Signature[];
  /** No file longer than this is believed, in bytes. */
  readonly limitBytes: number;
  /**
   * Of formats in whose contents nothing would show a foreign cluster: neither a checksum nor a coding. `plain`: samples and pixels, in
   * which no other file lies. `packets`: of coded sound and pictures, which may be files of their own. `holder`: of anything, other files
   * and text as well; its carver looks for foreign bytes itself.
   */
  readonly unchecked?: "plain" | "packets" | "holder";
  /**
   * The file that begins at `at`, where one of the signatures stands; null where there is none (a signature by chance, a header without a
   * body). Reads between `at` and `end` (at most the size of the source) only, as few bytes as the format allows: it steps over what
   * lengths let it step over. `truncated` where `end` comes first. What the source lacks (unreadable runs) is zeros, and damage.
   * Depends on the bytes alone. Throws nothing for any bytes; ends always; memory does not grow with what lengths claim.
   */
  carve(source: ByteSource, at: number, end: number): Carved | null;
  /**
   * A file whose first part is at `at` and whose rest lies behind a gap of whole blocks of `blockBytes`, asked for where `carve` gave
   * `truncated`. Bounded by count, never by time. Null where no pieces fit together, which a checksum or a decoder must say.
   */
  carveInPieces?(source: ByteSource, at: number, end: number, blockBytes: number): Carved | null;
}

/** `"ff d8 ff ?? 00"` as the bytes of a signature. Throws Error for anything else: signatures are declared at module scope. */
export function signature(text: string, offset = 0): Signature {
  const bytes = text.split(/\s+/).map((part) => {
    if (part === "??") return null;
    if (!/^[0-9a-f]{2}$/.test(part)) throw new Error(`not the bytes of a signature: ${text}`);
    return Number.parseInt(part, 16);
  });
  if (bytes[0] === null || bytes.at(-1) === null) throw new Error(`a signature begins and ends with a byte: ${text}`);
  return { bytes, offset };
}

/** ASCII text as a signature. */
export function textSignature(text: string, { offset = 0, fold = false } = {}): Signature {
  return { bytes: Array.from(text, (character) => character.charCodeAt(0)), offset, fold };
}
