/**
 * Opens units of a folder exhibit whose files were copied into a logical container: the line of the manifest says what the
 * item is, the container gives its bytes, which are hashed again and compared with what was signed. The folder itself is
 * needed no more.
 */
import { createHash, hash } from "node:crypto";
import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { MemorySource, readRange, type ByteSource } from "../../native-free/bytes/byte-source.ts";
import { hasContent } from "../../native-free/images/aff4l/entry.ts";
import { Ledger } from "../../native-free/images/aff4l/ledger.ts";
import { memberName } from "../../native-free/images/aff4l/member-name.ts";
import { openAff4Logical, type Aff4Logical } from "../../native-free/images/aff4l/reader.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import { finding } from "../../native-free/model/findings.ts";
import { nameBytes, nameFromBytes } from "../../native-free/model/forensic-path.ts";
import { addToHistogram } from "../../native-free/typing/entropy.ts";
import type { Readable } from "../../workers/examine-unit.ts";
import { FileSource } from "../../workers/file-source.ts";
import type { ManifestEntry } from "../source/manifest-entry.ts";
import { listedBeside, type ListedFiles } from "./listed-beside.ts";
import { entryAt, manifestLines } from "../source/read-manifest.ts";
import {
  changed,
  factsOf,
  FolderUnits,
  inMemoryBytes,
  occurrenceOf,
  sourceGone,
  withOpened,
  type Opened,
  type OpenUnit,
} from "./folder-unit.ts";

export interface Units {
  /** The unit whose manifest line starts at byte `order`. With `untouched` its bytes are not read. */
  open(order: number, untouched: boolean): OpenUnit;
}

const chunkBytes = 256 * 1024;
const nothingToClose = () => undefined;

/** Units of a folder, or of the container that `source` is. Throws `sourceGoneCode` without a source. */
export function openUnits(source: string, manifest: string, beat: () => void): Units {
  return isFile(source) ? new ContainerUnits(source, manifest, beat) : new FolderUnits(source, manifest, beat);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    throw sourceGone();
  }
}

class ContainerUnits implements Units {
  readonly #container: Aff4Logical;
  readonly #manifest: number;
  readonly #manifestFile: string;
  readonly #beat: () => void;
  /** Gives the member of every content, as it gave it when the container was written. */
  readonly #ledger = new Ledger();

  constructor(container: string, manifest: string, beat: () => void) {
    this.#container = openContainer(container);
    this.#manifest = openSync(manifest, "r");
    this.#manifestFile = manifest;
    this.#beat = beat;
    for (const { entry } of manifestLines(manifest)) {
      this.#ledger.place(entry);
      beat();
    }
  }

  open(order: number, untouched: boolean): OpenUnit {
    const entry = entryAt(this.#manifest, order);
    const occurrence = occurrenceOf(entry);
    if (entry.kind !== "file" || entry.status === "failed" || untouched) {
      return { occurrence, content: null, close: nothingToClose };
    }
    const opened = this.#openContent(entry, occurrence.path);
    if (!opened.content) return withOpened(occurrence, opened);
    const path = Buffer.from(nameBytes(entry.path));
    const cut = path.lastIndexOf(0x2f);
    const beside = listedBeside(nameFromBytes(path.subarray(cut + 1)).text, () =>
      this.#filesIn(path.subarray(0, Math.max(0, cut))),
    );
    return withOpened(occurrence, { ...opened, content: { ...opened.content, beside } });
  }

  /** Asked for by the few formats that are spread over files: the manifest is read once for each of their folders. */
  #filesIn(folder: Buffer): ListedFiles {
    const files = new Map<string, () => ByteSource | null>();
    for (const { entry } of manifestLines(this.#manifestFile)) {
      this.#beat();
      const path = Buffer.from(nameBytes(entry.path));
      const cut = path.lastIndexOf(0x2f);
      if (entry.kind !== "file" || !path.subarray(0, Math.max(0, cut)).equals(folder)) continue;
      const name = nameFromBytes(path.subarray(cut + 1));
      if (name.bytes === null) files.set(name.text, () => this.#member(entry, "-"));
    }
    return files;
  }

  #openContent(entry: ManifestEntry, forensicPath: string): Opened {
    let source: ByteSource | null;
    try {
      source = this.#member(entry, forensicPath);
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      return failed(error.code, "unreadable");
    }
    if (!source) return failed("aff4l/content-missing", "absent");
    const content = this.#read(source, entry, forensicPath);
    if (content.facts.sha256 !== entry.sha256) return changed("content", content, nothingToClose);
    return { content, findings: [], outcome: { status: "done", reason: null }, close: nothingToClose };
  }

  /** Null where the container has no such member. Throws EvidenceError. */
  #member(entry: ManifestEntry, forensicPath: string): ByteSource | null {
    const name = !hasContent(entry)
      ? null
      : entry.size === 0
        ? memberName(entry.path)
        : (this.#ledger.contents.get(entry.sha256) ?? null);
    const member = name === null ? undefined : this.#container.members.get(name);
    return member ? this.#container.openMember(member, forensicPath) : null;
  }

  /** One pass for SHA-256 and histogram; MD5 and SHA-1 are the manifest's where SHA-256 agrees with it. */
  #read(given: ByteSource, entry: ManifestEntry, forensicPath: string): Readable {
    const histogram = new Float64Array(256);
    if (given.size <= inMemoryBytes) {
      const bytes = given instanceof MemorySource ? given.bytes : readRange(given, 0, given.size);
      this.#beat();
      addToHistogram(histogram, bytes);
      const sha256 = hash("sha256", bytes);
      const others = sha256 === entry.sha256 ? null : { md5: hash("md5", bytes), sha1: hash("sha1", bytes) };
      const source = new MemorySource(bytes, forensicPath);
      return { source, facts: factsOf(sha256, others, entry, histogram) };
    }
    const sha256 = this.#digest(given, "sha256", histogram);
    const others =
      sha256 === entry.sha256
        ? null
        : { md5: this.#digest(given, "md5", null), sha1: this.#digest(given, "sha1", null) };
    return { source: given, facts: factsOf(sha256, others, entry, histogram) };
  }

  #digest(source: ByteSource, algorithm: string, histogram: Float64Array | null): string {
    const digest = createHash(algorithm);
    const chunk = new Uint8Array(chunkBytes);
    for (let at = 0; at < source.size;) {
      const piece = chunk.subarray(0, source.readInto(chunk, at));
      digest.update(piece);
      if (histogram) addToHistogram(histogram, piece);
      at += piece.length;
      this.#beat();
    }
    return digest.digest("hex");
  }
}

/** The descriptor stays open as long as the thread lives. */
function openContainer(path: string): Aff4Logical {
  const descriptor = openSync(path, "r");
  try {
    return openAff4Logical(new FileSource(descriptor, fstatSync(descriptor).size, "-"));
  } catch (error) {
    closeSync(descriptor);
    // Not a container any more: like a folder that is gone.
    if (isEvidenceError(error)) throw sourceGone();
    throw error;
  }
}

function failed(code: string, reason: "absent" | "unreadable"): Opened {
  return { content: null, findings: [finding(code)], outcome: { status: "failed", reason }, close: nothingToClose };
}
