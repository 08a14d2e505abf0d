/**
 * Opens units of a folder exhibit: reads the line of the manifest, opens the file without following anything, hashes it
 * again and compares with what was signed. What differs is a finding, and the bytes as they are now are examined.
 */
import { createHash, hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { finding, type Finding } from "../../native-free/model/findings.ts";
import { folderPath, nameBytes, nameFromBytes } from "../../native-free/model/forensic-path.ts";
import { folderChain, itemId } from "../../native-free/model/item-id.ts";
import { worse, type ItemTime, type Reason, type Status, type TimeKind } from "../../native-free/model/item.ts";
import { MemorySource } from "../../native-free/bytes/byte-source.ts";
import { addToHistogram } from "../../native-free/typing/entropy.ts";
import type { ContentFacts } from "../../workers/child-spool.ts";
import type { Occurrence, Readable } from "../../workers/examine-unit.ts";
import { FileSource } from "../../workers/file-source.ts";
import { sourceGoneCode } from "../../workers/machine-fault.ts";
import { errorCode } from "../source/describe-entry.ts";
import { FolderReader } from "../source/folder-reader.ts";
import { FolderBeside } from "./folder-beside.ts";
import type { ManifestEntry } from "../source/manifest-entry.ts";
import { entryAt } from "../source/read-manifest.ts";

/** Files up to this size are read into memory once. */
export const inMemoryBytes = 8 << 20;
const chunkBytes = 256 * 1024;

export interface OpenUnit {
  readonly occurrence: Occurrence;
  readonly content: Readable | null;
  /** True where there is nothing to make an item of. */
  readonly isEmpty?: boolean;
  readonly close: () => void;
}

export type Opened = {
  content: Readable | null;
  findings: Finding[];
  outcome: { status: Status; reason: Reason | null };
  close: () => void;
};

export class FolderUnits {
  readonly #reader: FolderReader;
  readonly #manifest: number;
  readonly #beat: () => void;
  readonly #root: string | null;
  readonly #chunk = Buffer.allocUnsafeSlow(chunkBytes);

  /** `beat` is called for every chunk that was read. Throws `sourceGoneCode` without a source. */
  constructor(source: string, manifest: string, beat: () => void) {
    try {
      this.#reader = new FolderReader(source);
    } catch {
      throw sourceGone();
    }
    this.#root = identityOf(source);
    this.#manifest = openSync(manifest, "r");
    this.#beat = beat;
  }

  /** The unit whose manifest line starts at byte `order`. With `untouched` its bytes are not read. */
  open(order: number, untouched: boolean): OpenUnit {
    const entry = entryAt(this.#manifest, order);
    const occurrence = occurrenceOf(entry);
    if (entry.kind !== "file" || entry.status === "failed" || untouched) {
      return { occurrence, content: null, close: () => undefined };
    }
    const path = nameBytes(entry.path);
    const opened = this.#openFile(path, entry, occurrence.path);
    if (!opened.content) return withOpened(occurrence, opened);
    const beside = new FolderBeside(this.#reader, Buffer.from(path));
    const close = () => {
      beside.close();
      opened.close();
    };
    return withOpened(occurrence, { ...opened, content: { ...opened.content, beside }, close });
  }

  #openFile(path: Uint8Array, entry: ManifestEntry, forensicPath: string): Opened {
    let descriptor: number;
    try {
      descriptor = this.#reader.open(path);
    } catch (error) {
      return this.#refused(error);
    }
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) {
        closeSync(descriptor);
        return changed("kind", null, () => undefined);
      }
      const { facts, source } = this.#read(descriptor, stat.size, entry, forensicPath);
      const close = () => closeSync(descriptor);
      if (facts.sha256 !== entry.sha256) return changed("content", { source, facts }, close);
      return { content: { source, facts }, findings: [], outcome: { status: "done", reason: null }, close };
    } catch (error) {
      closeSync(descriptor);
      return this.#refused(error);
    }
  }

  #refused(error: unknown): Opened {
    this.#assertSourceIsThere();
    const code = errorCode(error);
    // A link or a socket has taken its place.
    if (code === "ELOOP" || code === "ENXIO") return changed("kind", null, () => undefined);
    const isAbsent = code === "ENOENT" || code === "ENOTDIR";
    const found = isAbsent ? finding("folder/absent") : finding("folder/unreadable", { error: code });
    const reason: Reason = isAbsent ? "absent" : "unreadable";
    return { content: null, findings: [found], outcome: { status: "failed", reason }, close: () => undefined };
  }

  #assertSourceIsThere(): void {
    if (identityOf(this.#reader.root) !== this.#root) throw sourceGone();
  }

  /** One pass for SHA-256 and histogram; MD5 and SHA-1 are the manifest's where SHA-256 agrees with it. */
  #read(descriptor: number, size: number, entry: ManifestEntry, forensicPath: string): Readable {
    const histogram = new Float64Array(256);
    if (size <= inMemoryBytes) {
      const bytes = Buffer.allocUnsafeSlow(size);
      let filled = 0;
      for (let count = -1; filled < size && count !== 0; filled += count) {
        count = readSync(descriptor, bytes, filled, size - filled, filled);
      }
      const whole = bytes.subarray(0, filled);
      this.#beat();
      addToHistogram(histogram, whole);
      const sha256 = hash("sha256", whole);
      const others = sha256 === entry.sha256 ? null : { md5: hash("md5", whole), sha1: hash("sha1", whole) };
      return { source: new MemorySource(whole, forensicPath), facts: factsOf(sha256, others, entry, histogram) };
    }
    const sha256 = this.#digest(descriptor, "sha256", histogram);
    const others =
      sha256 === entry.sha256
        ? null
        : { md5: this.#digest(descriptor, "md5", null), sha1: this.#digest(descriptor, "sha1", null) };
    return { source: new FileSource(descriptor, size, forensicPath), facts: factsOf(sha256, others, entry, histogram) };
  }

  #digest(descriptor: number, algorithm: string, histogram: Float64Array | null): string {
    const digest = createHash(algorithm);
    for (let at = 0; ;) {
      const count = readSync(descriptor, this.#chunk, 0, chunkBytes, at);
      if (count === 0) return digest.digest("hex");
      const piece = this.#chunk.subarray(0, count);
      digest.update(piece);
      if (histogram) addToHistogram(histogram, piece);
      at += count;
      this.#beat();
    }
  }
}

export function sourceGone(): Error {
  return Object.assign(new Error("the source is gone"), { code: sourceGoneCode });
}

/** Device and inode of a folder; null where there is none any more. */
function identityOf(folder: string): string | null {
  try {
    const { dev, ino } = statSync(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

export function factsOf(
  sha256: string,
  others: { md5: string; sha1: string } | null,
  entry: ManifestEntry,
  histogram: Float64Array,
): ContentFacts {
  return { sha256, md5: others?.md5 ?? entry.md5 ?? "", sha1: others?.sha1 ?? entry.sha1 ?? "", histogram };
}

export function changed(what: string, content: Readable | null, close: () => void): Opened {
  const findings = [finding("folder/changed-since-acquisition", { what })];
  return { content, findings, outcome: { status: content ? "partial" : "failed", reason: "changed" }, close };
}

/** The item with what opening its content came to. */
export function withOpened(occurrence: Occurrence, opened: Opened): OpenUnit {
  const outcome = worse(occurrence, opened.outcome);
  const findings = [...occurrence.findings, ...opened.findings];
  return { occurrence: { ...occurrence, ...outcome, findings }, content: opened.content, close: opened.close };
}

/** The item of a manifest entry as it was acquired. */
export function occurrenceOf(entry: ManifestEntry): Occurrence {
  const path = Buffer.from(nameBytes(entry.path));
  const cut = path.lastIndexOf(0x2f);
  const chain = folderChain(path);
  return {
    chain,
    id: itemId(chain),
    parent: cut < 0 ? null : itemId(folderChain(path.subarray(0, cut))),
    path: folderPath(path),
    name: nameFromBytes(path.subarray(cut + 1)),
    kind: entry.kind,
    nameClaim: "allocated",
    contentClaim: entry.kind === "file" ? "allocated" : "none",
    origin: "entry",
    status: entry.status,
    reason: entry.reason,
    size: entry.size,
    depth: 0,
    times: timesOf(entry),
    findings: entry.findings,
  };
}

function timesOf(entry: ManifestEntry): ItemTime[] {
  const times: ItemTime[] = [];
  for (const kind of ["m", "a", "c", "b"] satisfies TimeKind[]) {
    const value = entry.times[kind];
    if (value !== null) times.push({ kind, value, zone: "utc", source: "stat" });
  }
  return times;
}
