/**
 * ZIP archives as containers: every entry is a child. APPNOTE 6.3.10; stored, deflate and Deflate64 are decoded, other
 * methods and encrypted entries are listed with the reason. Writers tested: Info-ZIP, 7-Zip, Windows, macOS, Java.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import type { Child, Extraction, Extractor } from "../../model/extraction.ts";
import { openZip, type Stretch } from "./archive.ts";
import { decodeCp437 } from "./entry-name.ts";
import type { ZipEntry } from "./entry.ts";

export const zipContainer: Extractor = {
  id: "zip",
  family: "container",
  name: "ZIP archive",
  spec: "PKWARE APPNOTE 6.3.10",
  level: "partial",
  types: [
    "zip",
    "jar",
    "apk",
    "ipa",
    "xpi",
    "appx",
    "nupkg",
    "wheel",
    "vsix",
    "kmz",
    "asice",
    "epub",
    "xps",
    "3mf",
    "pages",
    "iwork",
    "numbers",
    "keynote",
    "kra",
    "ora",
    "hwpx",
  ],
  extract: (source) => extractZip(source),
};

async function* extractZip(source: ByteSource): AsyncIterable<Extraction> {
  const archive = await openZip(source);
  for (const found of archive.findings) yield { what: "finding", finding: found };
  if (archive.damaged) yield { what: "status", status: "partial", reason: "damaged" };
  if (archive.truncated) yield { what: "status", status: "partial", reason: "budget" };
  if (archive.comment.length > 0) {
    yield { what: "text", text: decodeText(archive.comment), label: "archive comment" };
  }
  if (archive.before) yield { what: "child", child: stretchOf(source, archive.before, "before") };
  for (const entry of archive.entries) {
    if (entry.comment.length > 0) yield { what: "text", text: decodeText(entry.comment), label: "entry comment" };
    yield { what: "child", child: childOf(entry) };
  }
  if (archive.after) yield { what: "child", child: stretchOf(source, archive.after, "after") };
}

/** The child that an entry becomes: named by the archive's directory, with its whole path as name. */
export function childOf(entry: ZipEntry, origin: Child["origin"] = "entry"): Child {
  const { key, name, kind, size, packedSize, times, findings, content } = entry;
  return { key, name, kind, origin, size, packedSize, times, findings, content };
}

const STEP_BYTES = 64 * 1024;

/** Bytes that lie around the archive in the same file: a self-extractor's program, or something hidden. */
function stretchOf(source: ByteSource, { at, length }: Stretch, where: "before" | "after"): Child {
  return {
    key: `${where}:${at}`,
    name: { text: `bytes-${where}-archive`, bytes: null },
    kind: "file",
    origin: "embedded",
    size: length,
    packedSize: length,
    times: [],
    findings: [],
    content: { open: () => copy(source, at, length) },
  };
}

async function* copy(source: ByteSource, at: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += STEP_BYTES) {
    yield readRange(source, at + done, Math.min(STEP_BYTES, length - done));
  }
}

/** Comments have no encoding of their own: UTF-8 where they are valid as such, else code page 437. */
function decodeText(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8").decode(bytes);
  return text.includes("\ufffd") ? decodeCp437(bytes) : text;
}
