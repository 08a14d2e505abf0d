/** Content inside of an address (RFC 2397): pictures and fonts that a page or a drawing carries in itself. */
import { Buffer } from "node:buffer";
import type { Child } from "../model/extraction.ts";
import { bytesChild } from "./part-child.ts";

/** A page that carries more than this in itself is read without the rest, which stays text. */
const MOST_CHILDREN = 10_000;

/** Makes children of such addresses, numbered in the order of the document. */
export class EmbeddedAddresses {
  #count = 0;

  /** Null for any other address, and for one without content. */
  childOf(address: string): Child | null {
    if (!/^\s*data:/i.test(address) || this.#count >= MOST_CHILDREN) return null;
    const bytes = contentOf(address);
    if (!bytes || bytes.length === 0) return null;
    this.#count += 1;
    return bytesChild(`data:${this.#count}`, `data-${this.#count}`, bytes);
  }
}

function contentOf(address: string): Uint8Array | null {
  const comma = address.indexOf(",");
  if (comma < 0) return null;
  const body = address.slice(comma + 1);
  if (/;\s*base64\s*$/i.test(address.slice(0, comma)))
    return Buffer.from(unescapeBytes(body).toString("latin1"), "base64");
  return unescapeBytes(body);
}

/** Percent escapes as bytes; anything else as UTF-8. */
function unescapeBytes(text: string): Buffer {
  if (!text.includes("%")) return Buffer.from(text, "utf8");
  const parts = text.split(/((?:%[0-9A-Fa-f]{2})+)/);
  return Buffer.concat(
    parts.map((part, index) => (index % 2 === 1 ? Buffer.from(part.replaceAll("%", ""), "hex") : Buffer.from(part))),
  );
}
