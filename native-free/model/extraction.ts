/**
 * The contract of extractors and containers: `extract(source, context)` yields what it finds, in the order of the
 * document. They are asynchronous because most libraries are; one item per worker at a time, ended by terminating the
 * thread. What they yield depends on the bytes and the limits alone, never on name, path, clock or neighbours.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Finding } from "./findings.ts";
import type { EvidenceName, ItemKind, ItemTime, Origin, Reason } from "./item.ts";
import type { Registration } from "./registration.ts";

/** Something held inside, which becomes an item of its own. */
export interface Child {
  /** Structural key, unique within the parent and independent of names: header offset + index, MIME part path … */
  readonly key: string;
  readonly name: EvidenceName;
  readonly kind: ItemKind;
  /** `entry` for what a directory of the format names, `embedded` for what only lies inside, `carved` for what is known by its form. */
  readonly origin: Extract<Origin, "entry" | "embedded" | "carved">;
  /** Bytes as declared; null where the format does not say. Never trusted for allocation. */
  readonly size: number | null;
  /** Bytes it takes up inside the parent (compressed), for the ratio budget; null where unknown. */
  readonly packedSize: number | null;
  readonly times: readonly ItemTime[];
  readonly findings: readonly Finding[];
  /**
   * Decoded bytes in pieces, or the reason why there are none. The stream is consumed or cancelled (`return()`) before
   * the extractor is asked for its next value. A damaged stream throws EvidenceError after what could be decoded.
   */
  readonly content: { readonly open: () => AsyncIterable<Uint8Array> } | { readonly missing: Reason | "none" };
}

export type Extraction =
  /** Text in reading order. `label` names the place ("page 3"); an extractor may yield many pieces per label. */
  | { readonly what: "text"; readonly text: string; readonly label: string | null }
  | { readonly what: "field"; readonly name: string; readonly value: string; readonly source: string }
  | { readonly what: "child"; readonly child: Child }
  | { readonly what: "charset"; readonly charset: string }
  /** ISO 639-1 as the document itself declares it. */
  | { readonly what: "language"; readonly language: string }
  /** `here`: it holds for this occurrence alone, because it was drawn from files beside it. */
  | { readonly what: "finding"; readonly finding: Finding; readonly here?: true }
  /** Not everything could be read. The worst one counts; without any, the content is `done`. `here` as for findings. */
  | { readonly what: "status"; readonly status: "partial" | "failed"; readonly reason: Reason; readonly here?: true };

/**
 * Files in the folder of the content, for formats that are spread over several files: volumes of an archive, the log of a
 * database. What is drawn from them is no property of the bytes, so the result is not shared with equal contents elsewhere:
 * children may come of them, findings and statuses are marked `here`, text and fields may not.
 */
export interface Beside {
  /** Name of the content itself. */
  readonly self: string;
  /** Names of the regular files of the folder, in the order of their UTF-16 units; at most 10,000. */
  names(): readonly string[];
  /** The file of that name; null where there is none or where it cannot be read. Closed by whoever gave the context. */
  open(name: string): ByteSource | null;
}

export interface ExtractContext {
  /** Passwords of the case, in the order in which they are tried; a success yields the finding `crypto/unlocked`. */
  readonly passwords: readonly string[];
  /** Null where there is nothing beside the content (inside of archives, carved files). */
  readonly beside: Beside | null;
  /** Largest source that may be read whole into memory by libraries that need it so, in bytes. */
  readonly wholeLimitBytes: number;
  /** Largest text of one content, in UTF-16 units; the consumer enforces it, extractors may stop early. */
  readonly textLimitChars: number;
}

export interface Extractor extends Registration {
  readonly family: "extractor" | "container";
  /** Ids of the types (typing registry) that it reads. */
  readonly types: readonly string[];
  /**
   * Damage is yielded as findings and a status; what comes before it is yielded too. EvidenceError means: a structure
   * cannot be read further; the caller turns it into a finding and goes down the ladder (salvage, strings).
   */
  extract(source: ByteSource, context: ExtractContext): AsyncIterable<Extraction>;
}
