/**
 * ZIP archives as containers: every entry is a child. APPNOTE 6.3.10; methods as in `entry-data.ts`; the traditional cipher and AES of WinZip
 * with the passwords of the case; archives in several files, where they lie beside. Encrypted entries without a password and other methods
 * (DCL, MP3, JPEG, WavPack) are listed with the reason. Writers tested: Info-ZIP, 7-Zip, Windows, macOS, Java, WinZip, PKZIP.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { isEvidenceError, type EvidenceError } from "../../model/errors.ts";
import type { Beside, Child, ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { copyRange } from "../../unpack/stream-child.ts";
import { openZip, type Stretch, type ZipArchive } from "./archive.ts";
import { decodeCp437 } from "./entry-name.ts";
import { Keyring } from "./keyring.ts";
import { findSet, type ZipSet } from "./split.ts";

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
    "3mf",
    "pages",
    "iwork",
    "numbers",
    "keynote",
    "kra",
    "ora",
    "hwpx",
  ],
  extract: (source, context) => extractZip(source, context),
};

async function* extractZip(content: ByteSource, context: ExtractContext): AsyncIterable<Extraction> {
  const found = await openWithParts(content, context.beside);
  const { archive, source, notes } = found;
  yield* notes;
  if (!archive) return;
  const here = source === content ? {} : ({ here: true } as const);
  for (const note of archive.findings) yield { what: "finding", finding: note, ...here };
  if (archive.damaged) yield { what: "status", status: "partial", reason: "damaged", ...here };
  if (archive.truncated) yield { what: "status", status: "partial", reason: "budget", ...here };
  // Text may not come from other files.
  if (source === content && archive.comment.length > 0) {
    yield { what: "text", text: decodeText(archive.comment), label: "archive comment" };
  }
  if (archive.before) yield { what: "child", child: stretchOf(source, archive.before, "before") };
  const keyring = new Keyring(context.passwords);
  for (const entry of archive.entries) {
    if (source === content && entry.comment.length > 0) {
      yield { what: "text", text: decodeText(entry.comment), label: "entry comment" };
    }
    const child = await keyring.childOf(entry);
    for (const note of keyring.takeFindings()) yield { what: "finding", finding: note, ...here };
    yield { what: "child", child };
  }
  for (const note of keyring.failures()) yield { what: "finding", finding: note, ...here };
  if (archive.after) yield { what: "child", child: stretchOf(source, archive.after, "after") };
}

interface Opened {
  /** Null where another file of the set lists the entries. */
  readonly archive: ZipArchive | null;
  readonly source: ByteSource;
  readonly notes: readonly Extraction[];
}

/** The archive of the content alone where it is whole, else of it and the other parts beside it. */
async function openWithParts(content: ByteSource, beside: Beside | null): Promise<Opened> {
  const alone = await openAlone(content);
  const archive = isEvidenceError(alone) ? null : alone;
  const disk = archive?.disk ?? 0;
  // Whole archives may have names like parts: copies that a program numbered.
  const isWhole = archive !== null && !archive.damaged && disk === 0 && archive.before === null;
  const search = beside && !isWhole ? findSet(content, beside, disk) : null;
  if (search && "set" in search) return openSet(search.set);
  if (search && "another" in search) return { archive: null, source: content, notes: [noteOf(finding("zip/part"))] };
  if (isEvidenceError(alone)) throw alone;
  const isShort = search !== null && (alone.damaged || disk > 0);
  const notes: Extraction[] = isShort ? [noteOf(finding("zip/part-missing", { part: search.missing }))] : [];
  if (isShort) notes.push({ what: "status", status: "partial", reason: "absent", here: true });
  return { archive: alone, source: content, notes };
}

async function openAlone(content: ByteSource): Promise<ZipArchive | EvidenceError> {
  try {
    return await openZip(content);
  } catch (error) {
    if (isEvidenceError(error)) return error;
    throw error;
  }
}

const noteOf = (found: Finding): Extraction => ({ what: "finding", finding: found, here: true });

async function openSet({ source, disks, parts }: ZipSet): Promise<Opened> {
  const archive = await openZip(source, undefined, disks);
  return { archive, source, notes: [noteOf(finding("zip/joined", { parts }))] };
}

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
    content: { open: () => copyRange(source, at, length) },
  };
}

/** Comments have no encoding of their own: UTF-8 where they are valid as such, else code page 437. */
function decodeText(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8").decode(bytes);
  return text.includes("\ufffd") ? decodeCp437(bytes) : text;
}
