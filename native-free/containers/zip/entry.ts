/**
 * One entry of a ZIP archive: the directory's record joined with the local header, or a local header alone. Where the
 * two disagree the directory counts, as in most programs, and the disagreement is a finding.
 */
import { Buffer } from "node:buffer";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { EvidenceName, ItemKind, ItemTime, Reason } from "../../model/item.ts";
import { hostilityOf } from "../../unpack/entry-names.ts";
import type { DirectoryRecord } from "./directory.ts";
import { decodeEntry, isReadable } from "./entry-data.ts";
import { decodeName } from "./entry-name.ts";
import { parseExtras, readTimes, type ExtraField } from "./entry-times.ts";
import { readLocalHeader, type FoundEntry, type LocalHeader } from "./local-header.ts";
import type { LockedData } from "./unlock.ts";

export interface ZipEntry {
  /** Local header offset, then the index in the directory, or `s` for one that the directory does not name. */
  readonly key: string;
  readonly headerAt: number;
  /** Null where no local header lies where the directory says. */
  readonly dataAt: number | null;
  /** First byte behind data and descriptor. */
  readonly end: number;
  readonly packedSize: number;
  readonly size: number | null;
  readonly method: number;
  readonly name: EvidenceName;
  readonly kind: ItemKind;
  readonly times: readonly ItemTime[];
  readonly comment: Uint8Array;
  readonly findings: readonly Finding[];
  readonly content: { readonly open: () => AsyncIterable<Uint8Array> } | { readonly missing: Reason | "none" };
  /** What passwords are tried on; null where it is not encrypted, or in a way that is not read. */
  readonly locked: LockedData | null;
}

const ENCRYPTED = 0x1;
const STREAMED = 0x8;
const STRONG = 0x40;
const AES = 99;
const AES_EXTRA = 0x9901;
const UNICODE_PATH = 0x7075;
/** High bytes of "version made by" whose external attributes hold a Unix mode: Unix and OS X. */
const UNIX_HOSTS = new Set([3, 19]);

/** What both ways of finding an entry know of it. */
interface Facts {
  readonly key: string;
  readonly headerAt: number;
  readonly dataAt: number | null;
  readonly end: number;
  readonly flags: number;
  readonly method: number;
  readonly packedSize: number;
  readonly size: number | null;
  readonly crc: number | null;
  readonly date: number;
  readonly time: number;
  readonly mode: number;
  readonly rawName: Uint8Array;
  readonly extras: readonly ExtraField[];
  readonly comment: Uint8Array;
}

/** The entry of a directory record; never throws. */
export function joinRecord(source: ByteSource, record: DirectoryRecord, index: number): ZipEntry {
  const local = readLocalHeader(source, record.headerAt);
  const findings: Finding[] = [];
  if (!local) findings.push(finding("zip/no-local-header"));
  if (local?.extrasDamaged) findings.push(finding("zip/extra-damaged"));
  const differs = local ? findDifference(record, local) : null;
  if (differs) findings.push(finding("zip/local-differs", { what: differs }));
  const dataAt = local?.dataAt ?? null;
  const facts: Facts = {
    ...record,
    key: `${record.headerAt}:${index}`,
    dataAt,
    end: Math.min(source.size, (dataAt ?? 0) + record.packedSize),
    mode: UNIX_HOSTS.has(record.madeBy >> 8) ? record.attributes >>> 16 : 0,
    rawName: record.name,
    // yauzl has refused records whose extra fields are malformed.
    extras: [...(local?.extras ?? []), ...parseExtras(record.extra).fields],
  };
  if (dataAt !== null && dataAt + record.packedSize > source.size) {
    findings.push(finding("zip/truncated-entry", { bytes: dataAt + record.packedSize - source.size }));
  }
  return makeEntry(source, facts, findings);
}

/** The entry of a local header that was found by searching. */
export function salvagedEntry(source: ByteSource, found: FoundEntry): ZipEntry {
  const { header, packedSize, size, crc, end } = found;
  const findings = found.complete ? [] : [finding("zip/truncated-entry", { bytes: missingBytes(found) })];
  // An encrypted directory masks these fields (APPNOTE 7.3); a cut entry keeps its declared packed size, so that the
  // decoder says that it was cut.
  const declared = found.complete ? packedSize : Math.max(packedSize, header.packedSize);
  const facts: Facts = {
    ...header,
    key: `${header.headerAt}:s`,
    end,
    packedSize: declared,
    size,
    crc,
    mode: 0,
    rawName: header.name,
    extras: header.extras,
    comment: new Uint8Array(0),
  };
  if (header.extrasDamaged) findings.push(finding("zip/extra-damaged"));
  return makeEntry(source, facts, [finding("zip/not-in-directory"), ...findings]);
}

function missingBytes({ header, packedSize }: FoundEntry): number {
  return Math.max(0, header.packedSize - packedSize);
}

function makeEntry(source: ByteSource, facts: Facts, before: readonly Finding[]): ZipEntry {
  const unicodePath = facts.extras.find(({ id }) => id === UNICODE_PATH)?.data ?? null;
  const name = decodeName(facts.rawName, facts.flags, unicodePath);
  const { times, invalid } = readTimes(facts.date, facts.time, facts.extras);
  const findings = [...before];
  const hostility = hostilityOf(name.text);
  if (hostility) findings.push(finding("zip/name-hostile", { why: hostility }));
  if (invalid) findings.push(finding("zip/time-invalid"));
  const kind = kindOf(facts, name.text);
  if (kind === "file" && /[/\\]$/.test(name.text)) findings.push(finding("zip/folder-with-data"));
  const content = contentOf(source, facts, kind, findings);
  const locked = "missing" in content && content.missing === "encrypted" ? lockedOf(source, facts) : null;
  const { key, headerAt, dataAt, end, packedSize, size, method, comment } = facts;
  return {
    key,
    headerAt,
    dataAt,
    end,
    packedSize,
    size,
    method,
    name,
    kind,
    times,
    comment,
    findings,
    content,
    locked,
  };
}

/** A folder has no data; one that has would hide them, so it is delivered as a file. */
function kindOf(facts: Facts, name: string): ItemKind {
  const type = facts.mode & 0xf000;
  if (type === 0xa000) return "symlink";
  const isFolder = name.endsWith("/") || type === 0x4000;
  return isFolder && facts.packedSize === 0 ? "directory" : "file";
}

function contentOf(source: ByteSource, facts: Facts, kind: ItemKind, findings: Finding[]): ZipEntry["content"] {
  const { dataAt, method, packedSize, size, crc, flags } = facts;
  if (kind === "directory") return { missing: "none" };
  if (dataAt === null) return { missing: "damaged" };
  if ((flags & (ENCRYPTED | STRONG)) !== 0) {
    findings.push(finding("zip/encrypted", { method: cipherOf(facts) }));
    return { missing: "encrypted" };
  }
  if (!isReadable(method)) {
    findings.push(finding("zip/unsupported-method", { method }));
    return { missing: "unsupported" };
  }
  const data = { source, at: dataAt, packedSize, method, flags, size, crc };
  return { open: () => decodeEntry(data) };
}

/** Null for strong encryption, and where the field that describes AES is not there or makes no sense. */
function lockedOf(source: ByteSource, facts: Facts): LockedData | null {
  const { dataAt, packedSize, method, flags, size, crc, time } = facts;
  if (dataAt === null || (flags & STRONG) !== 0) return null;
  const data = { source, at: dataAt, packedSize, flags, size };
  const check = ((flags & STREAMED) === 0 ? (crc ?? 0) >>> 24 : time >>> 8) & 0xff;
  if (method !== AES) return { ...data, method, crc, cipher: "zipcrypto", strength: 0, check };
  const field = facts.extras.find(({ id }) => id === AES_EXTRA)?.data;
  if (!field || field.length < 7) return null;
  const [version, strength] = [field[0]! | (field[1]! << 8), field[4]!];
  if (strength < 1 || strength > 3) return null;
  // The second version leaves the checksum out, since it would tell of the content.
  const sum = version === 2 ? null : crc;
  return { ...data, method: field[5]! | (field[6]! << 8), crc: sum, cipher: "aes", strength, check };
}

function cipherOf({ method, flags }: Facts): string {
  if (method === AES) return "aes";
  return (flags & STRONG) !== 0 ? "strong" : "zipcrypto";
}

/** What the two headers of an entry disagree on; null where they agree or the local one defers to the descriptor. */
function findDifference(record: DirectoryRecord, local: LocalHeader): string | null {
  if (!Buffer.from(record.name).equals(Buffer.from(local.name))) return "name";
  if (record.method !== local.method) return "method";
  if (((record.flags ^ local.flags) & ENCRYPTED) !== 0) return "encryption";
  const deferred = (local.flags & STREAMED) !== 0;
  const differs = (mine: number, theirs: number): boolean => mine !== theirs && !(deferred && theirs === 0);
  if (differs(record.packedSize, local.packedSize)) return "packed-size";
  if (differs(record.size, local.size)) return "size";
  return differs(record.crc, local.crc) ? "crc" : null;
}
