/**
 * cpio archives as containers: every entry is a child. Old binary of both byte orders, odc, newc and crc; the content of names of one file
 * that stand without data (newc) is that of the name with the data. Not supported: HP-UX device numbers, afio's own headers.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { unixTime } from "../../filesystems/unix-time.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child, Extraction, Extractor } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nameFromBytes } from "../../model/forensic-path.ts";
import type { ItemKind } from "../../model/item.ts";
import { hostilityOf } from "../../unpack/entry-names.ts";
import { copyRange, isZero, stretchChild } from "../../unpack/stream-child.ts";
import { type CpioHeader, readCpioHeader } from "./layouts.ts";

export const cpioContainer: Extractor = {
  id: "cpio",
  family: "container",
  name: "cpio archive",
  spec: "POSIX.1-2001 pax, cpio Interchange Format; cpio(5)",
  level: "partial",
  types: ["cpio"],
  extract: (source) => extractCpio(source),
};

const TRAILER = "TRAILER!!!";
/** Names of one file that wait for the one with its data; more are given without. */
const MOST_WAITING = 100_000;
const SEARCH_BYTES = 64 * 1024;

async function* extractCpio(source: ByteSource): AsyncGenerator<Extraction> {
  const waiting = new Map<string, CpioHeader[]>();
  let header = readCpioHeader(source, 0);
  if (!header) throw new EvidenceError("archive/damaged", { problem: "header" });
  let [waits, at] = [0, 0];
  for (; header !== null; header = readCpioHeader(source, at)) {
    at = header.next;
    if (isTrailer(header)) {
      const again = nextArchive(source, at);
      if (again === null) break;
      at = again;
      continue;
    }
    const isWaiting = header.links > 1 && header.size === 0 && kindOf(header) === "file";
    if (isWaiting && waits < MOST_WAITING) {
      waits += 1;
      waiting.set(header.inode, [...(waiting.get(header.inode) ?? []), header]);
      continue;
    }
    for (const other of waiting.get(header.inode) ?? []) yield { what: "child", child: childOf(source, other, header) };
    waiting.delete(header.inode);
    yield { what: "child", child: childOf(source, header, header) };
    if (header.dataAt + header.size > source.size) yield { what: "status", status: "partial", reason: "damaged" };
    if (readCpioHeader(source, at) || at >= source.size) continue;
    const found = search(source, at);
    if (found === null) break;
    yield* skipped(at, found);
    at = found;
  }
  for (const others of waiting.values()) {
    for (const other of others) yield { what: "child", child: childOf(source, other, other) };
  }
  yield* rest(source, at, header !== null && isTrailer(header));
}

/** A link may have that name; the trailer has no data. */
const isTrailer = (header: CpioHeader): boolean =>
  header.size === 0 && header.name.length === TRAILER.length && nameFromBytes(header.name).text === TRAILER;

function* skipped(at: number, found: number): Generator<Extraction> {
  const place = { offset: at, length: found - at };
  yield { what: "finding", finding: finding("archive/skipped", { bytes: found - at }, place) };
  yield { what: "status", status: "partial", reason: "damaged" };
}

function* rest(source: ByteSource, at: number, isEnded: boolean): Generator<Extraction> {
  if (at < source.size && !isZero(source, at)) {
    yield { what: "child", child: stretchChild(source, at, source.size - at, "archive/trailing") };
  }
  if (isEnded) return;
  yield {
    what: "finding",
    finding: finding("archive/damaged", { problem: "no-trailer" }, { offset: at, length: null }),
  };
  yield { what: "status", status: "partial", reason: "damaged" };
}

/** Archives one behind the other, as in the start-up file systems of Linux, filled up with zeros. */
function nextArchive(source: ByteSource, from: number): number | null {
  for (let at = from; at < source.size; at += SEARCH_BYTES) {
    const first = readRange(source, at, SEARCH_BYTES).findIndex((byte) => byte !== 0);
    if (first >= 0) return readCpioHeader(source, at + first) ? at + first : null;
  }
  return null;
}

/** The next header of the text forms, which have a signature of six bytes. */
function search(source: ByteSource, from: number): number | null {
  for (let at = from; at < source.size; at += SEARCH_BYTES) {
    const text = String.fromCharCode(...readRange(source, at, SEARCH_BYTES + 5));
    for (let found = text.indexOf("07070"); found >= 0; found = text.indexOf("07070", found + 1)) {
      if (readCpioHeader(source, at + found)) return at + found;
    }
  }
  return null;
}

function kindOf({ mode }: CpioHeader): ItemKind {
  const type = mode & 0o170000;
  if (type === 0o040000) return "directory";
  if (type === 0o120000) return "symlink";
  return type === 0o100000 || type === 0 ? "file" : "special";
}

/** `holder` has the data: the header itself, or another name of the file. */
function childOf(source: ByteSource, header: CpioHeader, holder: CpioHeader): Child {
  const findings: Finding[] = [];
  const name = nameFromBytes(header.name);
  const hostility = hostilityOf(name.text);
  if (hostility) findings.push(finding("archive/name-hostile", { why: hostility }));
  const missing = holder.dataAt + holder.size - source.size;
  if (missing > 0) findings.push(finding("archive/truncated-entry", { bytes: missing }));
  const kind = kindOf(header);
  return {
    key: `${header.at}`,
    name: name.text === "" ? { text: "-", bytes: name.bytes } : name,
    kind,
    origin: "entry",
    size: kind === "file" ? holder.size : null,
    packedSize: kind === "file" ? header.size : null,
    times: header.time === 0 ? [] : [unixTime("m", "cpio", header.time, -1)],
    findings,
    content:
      kind === "directory"
        ? { missing: "none" }
        : kind === "special"
          ? { missing: "special" }
          : { open: () => read(source, holder) },
  };
}

/** Writers give links no sum. Throws EvidenceError `archive/truncated-entry` or `archive/checksum` behind the last byte. */
async function* read(source: ByteSource, holder: CpioHeader): AsyncGenerator<Uint8Array> {
  const { dataAt, size } = holder;
  const sum = kindOf(holder) === "file" ? holder.sum : null;
  let total = 0;
  for await (const piece of copyRange(source, dataAt, size)) {
    if (sum !== null) for (const byte of piece) total = (total + byte) >>> 0;
    yield piece;
  }
  const missing = dataAt + size - source.size;
  if (missing > 0) throw new EvidenceError("archive/truncated-entry", { bytes: missing });
  if (sum !== null && total !== sum) throw new EvidenceError("archive/checksum", { size });
}
