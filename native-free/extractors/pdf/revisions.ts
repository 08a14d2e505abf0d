/**
 * Earlier states of a PDF (ISO 32000-2, 7.5.6): an incremental update leaves the file before it as it was, so that every
 * earlier end of file is the end of a whole older document. Ends inside of embedded files are told by their
 * cross-reference, which does not lie where they say. Not seen: states that a later full save has removed.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Child, Extraction } from "../../model/extraction.ts";

const MARK = "%%EOF";
const END_LIMIT = 4096;

/** Lengths of the earlier documents, shortest first; the document itself is none of them. */
export function earlierEnds(document: Uint8Array): number[] {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.length);
  const ends: number[] = [];
  for (let at = bytes.indexOf(MARK); at >= 0 && ends.length < END_LIMIT; at = bytes.indexOf(MARK, at + 5)) {
    if (isDocumentEnd(bytes, at)) ends.push(at + MARK.length);
  }
  // A linearized file has the end of its first page's section in front (Annex F): no document ends there.
  if (bytes.subarray(0, 1024).includes("/Linearized")) ends.shift();
  ends.pop();
  return ends;
}

/** A `startxref` stands before it and leads back to a cross-reference table or stream. */
function isDocumentEnd(bytes: Buffer, at: number): boolean {
  const before = bytes.toString("latin1", Math.max(0, at - 64), at);
  const offset = Number(/startxref\s+(\d{1,12})\s+$/.exec(before)?.[1] ?? -1);
  if (offset <= 0 || offset >= at) return false;
  return /^\s*(xref\b|\d{1,10}\s+\d{1,5}\s+obj\b)/.test(bytes.toString("latin1", offset, offset + 40));
}

/** What a document showed, to tell what an earlier one showed besides. */
export class SeenContent {
  readonly #lines = new Set<string>();
  readonly #fields = new Set<string>();
  readonly #files = new Set<string>();

  /** What is new of an extraction of an earlier document, told as of that revision; null where nothing is. */
  async filter(found: Extraction, revision: number): Promise<Extraction | null> {
    const label = `revision ${revision}`;
    if (found.what === "text") {
      const lines = found.text.split("\n").filter((line) => this.#isNew(this.#lines, line.trim()));
      const place = found.label === null ? label : `${label}, ${found.label}`;
      return lines.length === 0 ? null : { what: "text", text: `${lines.join("\n")}\n`, label: place };
    }
    if (found.what === "field" && this.#isNew(this.#fields, `${found.name}\0${found.value}`)) {
      return { what: "text", text: `${found.name}: ${found.value}\n`, label: `${label}, properties` };
    }
    if (found.what !== "child" || !(await this.#isNewFile(found.child))) return null;
    return { what: "child", child: { ...found.child, key: `revision:${revision}:${found.child.key}` } };
  }

  #isNew(seen: Set<string>, value: string): boolean {
    if (value === "" || seen.has(value)) return false;
    seen.add(value);
    return true;
  }

  async #isNewFile({ name, content }: Child): Promise<boolean> {
    const hash = createHash("sha256").update(name.text);
    if ("open" in content) for await (const piece of content.open()) hash.update(piece);
    return this.#isNew(this.#files, hash.digest("hex"));
  }
}
