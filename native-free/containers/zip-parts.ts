/**
 * Documents that are ZIP archives (OOXML: ECMA-376 part 2; ODF: ISO/IEC 26300 part 3): their entries by part name, and
 * each part read under a limit. What is wrong with the archive itself is told as by the container.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { EvidenceError } from "../model/errors.ts";
import type { Child, Extraction } from "../model/extraction.ts";
import { openZip, type ZipArchive } from "./zip/archive.ts";
import { childOf } from "./zip/child.ts";
import type { ZipEntry } from "./zip/entry.ts";

export type { ZipEntry } from "./zip/entry.ts";

export interface Parts {
  /** Every entry, in the archive's order. */
  readonly entries: readonly ZipEntry[];
  /** By name, without a leading slash; where names differ only in case or come twice, the first. */
  get(name: string): ZipEntry | null;
  /** Findings and status of the archive, to be yielded first. */
  readonly notes: readonly Extraction[];
}

/** Throws EvidenceError `zip/damaged` where the source is no ZIP archive. */
export async function openParts(source: ByteSource): Promise<Parts> {
  const archive = await openZip(source);
  const byName = new Map<string, ZipEntry>();
  for (const entry of archive.entries) {
    const name = partName(entry);
    if (entry.kind === "file" && !byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), entry);
  }
  return {
    entries: archive.entries,
    get: (name) => byName.get(name.replace(/^\/+/, "").toLowerCase()) ?? null,
    notes: notesOf(archive),
  };
}

/** The name of a part as relationships and manifests write it. */
export function partName(entry: ZipEntry): string {
  return entry.name.text.replaceAll("\\", "/").replace(/^\/+/, "");
}

function notesOf(archive: ZipArchive): Extraction[] {
  const notes: Extraction[] = archive.findings.map((found) => ({ what: "finding", finding: found }));
  if (archive.damaged) notes.push({ what: "status", status: "partial", reason: "damaged" });
  if (archive.truncated) notes.push({ what: "status", status: "partial", reason: "budget" });
  return notes;
}

/** A part as an item of its own: a picture, an embedded object, a macro project. */
export function embeddedChild(entry: ZipEntry): Child {
  return childOf(entry, "embedded");
}

/**
 * The bytes of a part, at most `limitBytes` of them. Throws EvidenceError: those of the entry's data, or
 * `document/part-unreadable` where it has none, or `document/part-limit` after the last byte that the limit allows.
 */
export async function* readPart(entry: ZipEntry, limitBytes: number): AsyncGenerator<Uint8Array> {
  if (!("open" in entry.content)) {
    throw new EvidenceError("document/part-unreadable", { reason: entry.content.missing });
  }
  let left = limitBytes;
  for await (const piece of entry.content.open()) {
    yield piece.length > left ? piece.subarray(0, left) : piece;
    left -= piece.length;
    if (left < 0) throw new EvidenceError("document/part-limit", { limit: limitBytes });
  }
}
