/** The child that an entry of an archive becomes. Its content comes out when it is asked for. */
import { Buffer } from "node:buffer";
import { EvidenceError } from "../../model/errors.ts";
import type { Child } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { SevenZipArchive, Taken } from "../../seven-zip/archive.ts";
import type { ListedEntry } from "../../seven-zip/listing.ts";
import { PIECE_BYTES } from "../../unpack/byte-feed.ts";
import { hostilityOf } from "../../unpack/entry-names.ts";

export interface Circumstances {
  /** False where no password opens the entry. */
  readonly isOpen: boolean;
  readonly limit: number;
  /** The entry whose content it shares; null where it has its own. */
  readonly linked: ListedEntry | null;
}

/** Whether there is something that a key would open. */
export const needsKey = ({ isEncrypted, kind, packedSize, hardLink, symlink }: ListedEntry): boolean =>
  isEncrypted && kind !== "directory" && packedSize !== 0 && hardLink === null && symlink === null;

/** Methods that 7-Zip does not know are listed by number. */
const unknownMethod = /(?:^| )[0-9A-F]{6,16}(?: |$)/;

export function childOf(archive: SevenZipArchive, entry: ListedEntry, around: Circumstances): Child {
  const findings: Finding[] = [];
  const hostility = hostilityOf(entry.name.text);
  if (hostility) findings.push(finding("archive/name-hostile", { why: hostility }));
  const content = contentOf(archive, entry, around, findings);
  const { index, name, kind, packedSize, times } = entry;
  const isFile = kind === "file";
  return {
    key: `${index}`,
    name,
    kind,
    origin: "entry",
    size: isFile ? entry.size : null,
    packedSize: isFile ? packedSize : null,
    times,
    findings,
    content,
  };
}

function contentOf(
  archive: SevenZipArchive,
  entry: ListedEntry,
  { isOpen, limit, linked }: Circumstances,
  findings: Finding[],
): Child["content"] {
  const { kind, symlink, hardLink, size, method } = entry;
  if (kind === "directory") return { missing: "none" };
  if (kind === "special") return { missing: "special" };
  if (symlink !== null) return { open: () => inPieces(Buffer.from(symlink, "utf8")) };
  if (hardLink !== null) {
    const target = linked && linked.hardLink === null && linked.index !== entry.index ? linked : null;
    if (!target) findings.push(finding("archive/link-absent"));
    return target ? { open: () => deliver(archive, target, limit) } : { missing: "absent" };
  }
  if (!isOpen) return { missing: "encrypted" };
  const unknown = unknownMethod.exec(method)?.[0].trim();
  if (unknown !== undefined && size !== 0) {
    findings.push(finding("packed/unsupported", { method: unknown }));
    return { missing: "unsupported" };
  }
  if ((size ?? 0) > limit) {
    findings.push(finding("packed/too-large", { limit }));
    return { missing: "budget" };
  }
  return { open: () => deliver(archive, entry, limit) };
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

async function* deliver(archive: SevenZipArchive, entry: ListedEntry, limit: number): AsyncGenerator<Uint8Array> {
  const taken = await archive.take(entry);
  if ("bytes" in taken) yield* inPieces(taken.bytes);
  const error = errorOf(taken, limit, entry);
  if (error) throw error;
}

function errorOf(taken: Taken, limit: number, { size }: ListedEntry): EvidenceError | null {
  if (taken.problem === null) return null;
  if (taken.problem === "too-large") return new EvidenceError("packed/too-large", { limit });
  // Files without content need not come out at all.
  if (taken.problem === "absent" && size === 0) return null;
  if (taken.problem === "unsupported") return new EvidenceError("packed/unsupported", { method: "unknown" });
  const came = "bytes" in taken ? taken.bytes.length : 0;
  return new EvidenceError("packed/entry-damaged", { problem: taken.problem, size: came });
}
