/**
 * SHA-256 of a content's text as it is stored: of each block the canonical JSON (RFC 8785) of its number, its labels and its
 * length in UTF-16 units, a line feed, and its UTF-8. Kept with the content, so that results can be compared without reading
 * the text again.
 */
import { createHash, type Hash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import type { PreparedBlock } from "./prepared.ts";

export class TextHash {
  #hash: Hash | null = null;

  /** Takes the blocks in order; `utf8` is the text of the block. */
  add({ index, labels, chars }: Pick<PreparedBlock, "index" | "labels" | "chars">, utf8: Uint8Array): void {
    this.#hash ??= createHash("sha256");
    this.#hash.update(`${canonicalJson({ index, labels, chars })}\n`).update(utf8);
  }

  /** Hex; null where there was no block. Ends the hash. */
  digest(): string | null {
    const hash = this.#hash;
    this.#hash = null;
    return hash?.digest("hex") ?? null;
  }
}
