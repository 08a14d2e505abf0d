/**
 * ar archives and Debian packages as containers: every member is a child, the tables of symbols among them. Common form of System V and
 * GNU, with names of GNU (`//`, `/N`) and BSD (`#1/N`). ar(5); deb(5). Not supported: AIX big archives; thin archives hold no data.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { ascii, struct } from "../../bytes/struct.ts";
import { unixTime } from "../../filesystems/unix-time.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child, Extraction, Extractor } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nameFromBytes } from "../../model/forensic-path.ts";
import { hostilityOf } from "../../unpack/entry-names.ts";
import { copyRange, isZero, stretchChild } from "../../unpack/stream-child.ts";

export const arContainer: Extractor = {
  id: "ar",
  family: "container",
  name: "ar archive",
  spec: "ar(5); deb(5)",
  level: "partial",
  types: ["ar", "deb"],
  extract: (source) => extractAr(source),
};

const MAGIC = "!<arch>\n";
const HEADER_BYTES = 60;
/** A table of long names beyond this is damage. */
const MOST_NAMES_BYTES = 64 * 1024 * 1024;
const MOST_NAME_BYTES = 65536;

const layout = struct("ar.Header", HEADER_BYTES, {
  name: [0, ascii(16)],
  time: [16, ascii(12), "decimal seconds since 1970"],
  size: [48, ascii(10), "decimal bytes"],
  end: [58, ascii(2)],
});

interface Member {
  readonly at: number;
  readonly rawName: string;
  readonly time: number;
  readonly dataAt: number;
  readonly size: number;
}

/** The header at `at`; null where there is none. */
function readMember(source: ByteSource, at: number): Member | null {
  const bytes = readRange(source, at, HEADER_BYTES);
  if (bytes.length < HEADER_BYTES) return null;
  const header = layout.cursor().over(bytes, 0);
  if (header.end !== "`\n" || !/^\d+ *$/.test(header.size)) return null;
  const time = /^\d+ *$/.test(header.time) ? Number(header.time) : 0;
  return { at, rawName: header.name.trimEnd(), time, dataAt: at + HEADER_BYTES, size: Number(header.size) };
}

async function* extractAr(source: ByteSource): AsyncGenerator<Extraction> {
  if (String.fromCharCode(...readRange(source, 0, MAGIC.length)) !== MAGIC) {
    throw new EvidenceError("archive/damaged", { problem: "signature" });
  }
  let longNames = new Uint8Array(0);
  let at = MAGIC.length;
  while (at < source.size) {
    const member = readMember(source, at);
    if (!member) return yield* stop(source, at);
    if (member.rawName === "//") {
      longNames = new Uint8Array(readRange(source, member.dataAt, Math.min(member.size, MOST_NAMES_BYTES)));
    } else {
      if (member.rawName === "debian-binary") yield* readVersion(source, member);
      yield { what: "child", child: childOf(source, member, longNames) };
    }
    const end = member.dataAt + member.size;
    if (end > source.size) yield { what: "status", status: "partial", reason: "damaged" };
    at = end + (member.size % 2);
  }
}

/** What follows is no header: bytes behind the archive, or damage. */
function* stop(source: ByteSource, at: number): Generator<Extraction> {
  if (isZero(source, at)) return;
  yield { what: "child", child: stretchChild(source, at, source.size - at, "archive/trailing") };
  yield { what: "finding", finding: finding("archive/damaged", { problem: "header" }, { offset: at, length: null }) };
  yield { what: "status", status: "partial", reason: "damaged" };
}

function* readVersion(source: ByteSource, { dataAt, size }: Member): Generator<Extraction> {
  const version = /^\d{1,4}\.\d{1,4}/.exec(String.fromCharCode(...readRange(source, dataAt, Math.min(16, size))))?.[0];
  if (version) yield { what: "field", name: "formatVersion", value: version, source: "debian-binary" };
}

function childOf(source: ByteSource, member: Member, longNames: Uint8Array): Child {
  const { name, nameBytes } = nameOf(source, member, longNames);
  const size = Math.max(0, member.size - nameBytes);
  const dataAt = member.dataAt + nameBytes;
  const findings: Finding[] = [];
  const text = nameFromBytes(name);
  const isTable = name.length === 0;
  const hostility = isTable ? null : hostilityOf(text.text);
  if (hostility) findings.push(finding("archive/name-hostile", { why: hostility }));
  const missing = dataAt + size - source.size;
  if (missing > 0) findings.push(finding("archive/truncated-entry", { bytes: missing }));
  return {
    key: `${member.at}`,
    name: isTable ? { text: "symbol-table", bytes: null } : text,
    kind: "file",
    origin: isTable ? "embedded" : "entry",
    size,
    packedSize: size,
    times: member.time === 0 || member.time > 253_402_300_799 ? [] : [unixTime("m", "ar", member.time, -1)],
    findings,
    content: { open: () => read(source, dataAt, size) },
  };
}

async function* read(source: ByteSource, dataAt: number, size: number): AsyncGenerator<Uint8Array> {
  yield* copyRange(source, dataAt, size);
  const missing = dataAt + size - source.size;
  if (missing > 0) throw new EvidenceError("archive/truncated-entry", { bytes: missing });
}

const latin = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** The name, empty for a table of symbols, and how many bytes of the data it takes up (BSD). */
function nameOf(
  source: ByteSource,
  { rawName, dataAt, size }: Member,
  longNames: Uint8Array,
): { name: Uint8Array; nameBytes: number } {
  const bsd = /^#1\/(\d{1,6})$/.exec(rawName)?.[1];
  if (bsd !== undefined) {
    const nameBytes = Math.min(Number(bsd), size, MOST_NAME_BYTES);
    const raw = readRange(source, dataAt, nameBytes);
    const end = raw.indexOf(0);
    return { name: end < 0 ? raw : raw.slice(0, end), nameBytes };
  }
  if (rawName === "/" || rawName === "/SYM64/" || rawName === "") return { name: new Uint8Array(0), nameBytes: 0 };
  const place = /^\/(\d{1,9})$/.exec(rawName)?.[1];
  if (place === undefined) return { name: latin(rawName.replace(/\/$/, "")), nameBytes: 0 };
  const rest = longNames.subarray(Number(place), Number(place) + MOST_NAME_BYTES);
  const end = rest.findIndex((byte) => byte === 0x0a || byte === 0);
  const name = end < 0 ? rest : rest.subarray(0, end);
  const bare = name.at(-1) === 0x2f ? name.subarray(0, -1) : name;
  return { name: bare.length === 0 ? latin(rawName) : bare.slice(), nameBytes: 0 };
}
