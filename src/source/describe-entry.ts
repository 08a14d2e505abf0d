/** Turns what the system says of an entry (lstat, attributes) into its manifest entry. */
import type { BigIntStats } from "node:fs";
import { finding, type Finding } from "../../native-free/model/findings.ts";
import { nameFromBytes } from "../../native-free/model/forensic-path.ts";
import type { ItemKind, Reason, Status } from "../../native-free/model/item.ts";
import type { AttributeReader } from "../platform/extended-attributes.ts";
import type { NativeUnavailable } from "../platform/native-calls.ts";
import type { FolderReader } from "./folder-reader.ts";
import { isoFromNanoseconds, manifestSchema, type ManifestEntry, type NotRecorded } from "./manifest-entry.ts";

export interface Digests {
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

export interface Outcome {
  readonly status: Status;
  readonly reason: Reason | null;
  readonly digests: Digests | null;
  readonly size: number | null;
  readonly findings: readonly Finding[];
}

/** File, directory, link, or one of the things that must never be opened. */
export function kindOf(stat: BigIntStats): ItemKind {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  return stat.isSymbolicLink() ? "symlink" : "special";
}

/** The word for a special file in findings. */
export function specialTypeOf(stat: BigIntStats): string {
  if (stat.isFIFO()) return "named pipe";
  if (stat.isSocket()) return "socket";
  if (stat.isBlockDevice()) return "block device";
  return stat.isCharacterDevice() ? "character device" : "special file";
}

const year1980 = 315_532_800_000_000_000n;

/** Anomalies of the entry's own times: before 1980, or later than the acquisition (`nowNs`). */
function timeFindings(stat: BigIntStats, nowNs: bigint): Finding[] {
  const times = { modified: stat.mtimeNs, accessed: stat.atimeNs };
  return Object.entries(times)
    .filter(([, ns]) => ns < year1980 || ns > nowNs + 86_400_000_000_000n)
    .map(([kind]) => finding("folder/time-odd", { kind }));
}

export class EntryDescriber {
  readonly #reader: FolderReader;
  readonly #attributes: AttributeReader | NativeUnavailable;
  readonly #nowNs: bigint;

  constructor(reader: FolderReader, attributes: AttributeReader | NativeUnavailable, nowNs: bigint) {
    this.#reader = reader;
    this.#attributes = attributes;
    this.#nowNs = nowNs;
  }

  /** The manifest entry of `path` with the outcome of reading it. Never throws for what the system refuses. */
  describe(path: Uint8Array, stat: BigIntStats, outcome: Outcome): ManifestEntry {
    const notRecorded: NotRecorded[] = [];
    const findings = [...outcome.findings, ...timeFindings(stat, this.#nowNs)];
    const kind = kindOf(stat);
    if (kind === "file" && stat.nlink > 1n) findings.push(finding("folder/hard-link", { links: Number(stat.nlink) }));
    // Linux reports a birth time of zero on file systems that keep none.
    const born = stat.birthtimeNs > 0n ? isoFromNanoseconds(stat.birthtimeNs) : null;
    if (born === null) notRecorded.push({ what: "birth-time", why: "not kept by the file system" });
    if (kind === "file" && outcome.digests !== null && !this.#reader.keepsAccessTime) {
      notRecorded.push({ what: "access-time", why: "recorded before reading, which may move it" });
    }
    if (kind === "directory" && !this.#reader.keepsDirectoryTime) {
      notRecorded.push({ what: "access-time", why: "recorded before listing, which may move it" });
    }
    const target = kind === "symlink" ? this.#target(path, findings) : null;
    const xattrs = this.#xattrs(path, notRecorded);
    // In canonical order, see `lineOf`.
    return {
      device: stat.dev.toString(),
      findings,
      gid: Number(stat.gid),
      inode: stat.ino.toString(),
      kind,
      links: Number(stat.nlink),
      md5: outcome.digests?.md5 ?? null,
      mode: stat.mode.toString(8),
      notRecorded,
      path: nameFromBytes(path),
      reason: outcome.reason,
      schema: manifestSchema,
      sha1: outcome.digests?.sha1 ?? null,
      sha256: outcome.digests?.sha256 ?? null,
      size: outcome.size,
      status: outcome.status,
      target,
      times: {
        a: isoFromNanoseconds(stat.atimeNs),
        b: born,
        c: isoFromNanoseconds(stat.ctimeNs),
        m: isoFromNanoseconds(stat.mtimeNs),
      },
      uid: Number(stat.uid),
      xattrs,
    };
  }

  /** The manifest entry of a name of which the system tells nothing (lstat refused with `code`). */
  describeRefused(path: Uint8Array, code: string): ManifestEntry {
    return {
      schema: manifestSchema,
      path: nameFromBytes(path),
      kind: "special",
      status: "failed",
      reason: "unreadable",
      size: null,
      md5: null,
      sha1: null,
      sha256: null,
      times: { m: null, a: null, c: null, b: null },
      mode: null,
      uid: null,
      gid: null,
      device: null,
      inode: null,
      links: null,
      target: null,
      xattrs: null,
      notRecorded: [{ what: "xattrs", why: code }],
      findings: [finding("folder/unreadable", { error: code })],
    };
  }

  #target(path: Uint8Array, findings: Finding[]): ManifestEntry["target"] {
    try {
      return nameFromBytes(this.#reader.linkTarget(path));
    } catch (error) {
      findings.push(finding("folder/unreadable", { error: errorCode(error) }));
      return null;
    }
  }

  #xattrs(path: Uint8Array, notRecorded: NotRecorded[]): ManifestEntry["xattrs"] {
    if (typeof this.#attributes === "string") {
      notRecorded.push({ what: "xattrs", why: whyUnavailable[this.#attributes] });
      return null;
    }
    try {
      const found = this.#attributes.read(this.#reader.systemPath(path));
      return found.map(({ name, value }) => ({ name, value: Buffer.from(value).toString("base64") }));
    } catch (error) {
      notRecorded.push({ what: "xattrs", why: errorCode(error) });
      return null;
    }
  }
}

const whyUnavailable: Record<NativeUnavailable, string> = {
  platform: "not read on this operating system",
  "no-native-calls": "native calls are not available here",
};

/** The system's code of an error (`EACCES`), which holds no evidence text. */
export function errorCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === "string" ? code : "error";
}
