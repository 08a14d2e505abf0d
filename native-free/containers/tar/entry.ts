/** One entry of a tar archive: its header with what long names and pax records change in it, as a child. */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { unixTime } from "../../filesystems/unix-time.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nameFromBytes } from "../../model/forensic-path.ts";
import type { ItemKind, ItemTime, TimeKind } from "../../model/item.ts";
import { hostilityOf } from "../../unpack/entry-names.ts";
import { copyRange } from "../../unpack/stream-child.ts";
import { BLOCK_BYTES, isHeader, isZeroBlock, type TarHeader } from "./header.ts";
import type { PaxValues } from "./pax.ts";
import { expand, isMapSound, readOldMap, readPaxMap, type SparseMap } from "./sparse.ts";

/** All that the headers before the data say. */
export interface EntryHeaders {
  /** Offset of the first header, long names and pax records included. */
  readonly at: number;
  /** Offset behind the entry's own header block. */
  readonly dataAt: number;
  readonly header: TarHeader;
  readonly longName: Uint8Array | null;
  readonly longLink: Uint8Array | null;
  readonly pax: PaxValues;
  readonly isPaxDamaged: boolean;
}

export type Content = Child["content"];

export interface TarEntry {
  readonly child: Child;
  /** Bytes of data in the archive, before they are filled up to a block. */
  readonly dataAt: number;
  readonly dataBytes: number;
  /** True where the header's size is no number: nothing says where the next entry begins. */
  readonly isLost: boolean;
}

const kinds: Readonly<Record<string, ItemKind>> = {
  "2": "symlink",
  "3": "special",
  "4": "special",
  "5": "directory",
  "6": "special",
  D: "directory",
};

/** Whether the bytes behind the header are the entry's: of links and folders old writers gave the size of the file. */
const hasData = (type: string): boolean => !"23456".includes(type);

/** Old writers gave hard links the size of the file and no data; pax allows them to have some. */
function isBareLink(source: ByteSource, { header, dataAt }: EntryHeaders): boolean {
  if (header.type !== "1") return false;
  const block = readRange(source, dataAt, BLOCK_BYTES);
  return block.length < BLOCK_BYTES || isHeader(block) || isZeroBlock(block);
}

/** `linked` gives the content of an entry that came before, by name. */
export function makeEntry(
  source: ByteSource,
  headers: EntryHeaders,
  linked: (name: string) => Content | null,
): TarEntry {
  const { header, pax, at } = headers;
  const findings: Finding[] = [];
  const rawName = pax.bytes("GNU.sparse.name") ?? pax.bytes("path") ?? headers.longName ?? header.name;
  const name = nameFromBytes(rawName);
  const hostility = hostilityOf(name.text);
  if (hostility) findings.push(finding("archive/name-hostile", { why: hostility }));
  if (headers.isPaxDamaged) findings.push(finding("archive/damaged", { problem: "pax-records" }));
  const kind = kinds[header.type] ?? (header.variant === "v7" && name.text.endsWith("/") ? "directory" : "file");
  const declared = pax.number("size") ?? header.size;
  const usable = declared !== null && declared >= 0 ? declared : 0;
  const isWithData = hasData(header.type) && !isBareLink(source, headers);
  const plan = planData(source, headers, isWithData ? usable : 0, findings);
  const content = contentOf(source, headers, kind, plan, linked, findings);
  const missing = plan.dataAt + plan.dataBytes - source.size;
  if (missing > 0) findings.push(finding("archive/truncated-entry", { bytes: missing }));
  const size = kind === "file" && header.type !== "1" ? (plan.map?.size ?? plan.dataBytes) : null;
  const packedSize = kind === "file" ? plan.dataBytes : null;
  const times = timesOf(header, pax, findings);
  const child: Child = {
    key: `${at}`,
    name: name.text === "" ? { text: "-", bytes: name.bytes } : name,
    kind,
    origin: "entry",
    size,
    packedSize,
    times,
    findings,
    content,
  };
  return { child, dataAt: plan.dataAt, dataBytes: plan.dataBytes, isLost: declared !== usable };
}

interface DataPlan {
  readonly dataAt: number;
  readonly dataBytes: number;
  readonly map: SparseMap | null;
}

function planData(source: ByteSource, headers: EntryHeaders, dataBytes: number, findings: Finding[]): DataPlan {
  const { header, pax } = headers;
  let dataAt = headers.dataAt;
  let map: SparseMap | "damaged" | null;
  if (header.type === "S") {
    const old = readOldMap(source, header, dataAt);
    dataAt += old.blocks * BLOCK_BYTES;
    const size = header.realSize;
    map = old.stretches && size !== null ? { stretches: old.stretches, size, mapBytes: 0 } : "damaged";
  } else map = readPaxMap(source, pax, dataAt, dataBytes);
  if (map !== null && map !== "damaged" && isMapSound(map, dataBytes)) return { dataAt, dataBytes, map };
  if (map !== null) findings.push(finding("archive/sparse-map"));
  return { dataAt, dataBytes, map: null };
}

function contentOf(
  source: ByteSource,
  { header, pax, longLink }: EntryHeaders,
  kind: ItemKind,
  plan: DataPlan,
  linked: (name: string) => Content | null,
  findings: Finding[],
): Content {
  if (kind === "directory") return { missing: "none" };
  if (kind === "special") return { missing: "special" };
  const link = pax.bytes("linkpath") ?? longLink ?? header.link;
  if (kind === "symlink") return { open: () => once(link) };
  if (header.type === "1" && plan.dataBytes === 0) {
    const target = linked(nameFromBytes(link).text);
    if (!target) findings.push(finding("archive/link-absent"));
    return target ?? { missing: "absent" };
  }
  const { dataAt, dataBytes, map } = plan;
  if (map) return { open: () => whole(expand(source, dataAt + map.mapBytes, map), source, dataAt + dataBytes) };
  return { open: () => whole(copyRange(source, dataAt, dataBytes), source, dataAt + dataBytes) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes.slice();
}

/** Throws `archive/truncated-entry` behind the last byte where the data run out of the source. */
async function* whole(pieces: AsyncIterable<Uint8Array>, source: ByteSource, end: number): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (end > source.size) throw new EvidenceError("archive/truncated-entry", { bytes: end - source.size });
}

/** Years that ISO 8601 writes with four digits. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

function timesOf(header: TarHeader, pax: PaxValues, findings: Finding[]): ItemTime[] {
  const times: ItemTime[] = [];
  const keys: readonly (readonly [TimeKind, string, number | null])[] = [
    ["m", "mtime", header.mtime],
    ["a", "atime", header.atime],
    ["c", "ctime", header.ctime],
    ["b", "LIBARCHIVE.creationtime", null],
  ];
  for (const [kind, key, plain] of keys) {
    const precise = pax.time(key);
    const seconds = precise?.seconds ?? plain;
    if (seconds === null) continue;
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND) findings.push(finding("archive/time-invalid"));
    else times.push(unixTime(kind, precise ? "pax" : "tar", seconds, precise?.nanoseconds ?? -1));
  }
  return times;
}
