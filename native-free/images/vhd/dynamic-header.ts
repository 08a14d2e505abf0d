/** The header of dynamic and differencing disks: where the block table is, how large blocks are, which parent they have. */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { nilGuid, uuidText } from "../../bytes/guid.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { complementSum, headerCookie, headerLayout, locatorLayout, sectorBytes } from "./layouts.ts";

/** One place where the image says how its parent is called. */
export interface Locator {
  /** Path as it is written. */
  readonly path: string;
  /** Of the data in the file. */
  readonly at: number;
  readonly length: number;
}

export interface DynamicHeader {
  /** Offset in the file. */
  readonly at: number;
  readonly tableOffset: number;
  readonly tableEntries: number;
  readonly blockBytes: number;
  /** `nilGuid` where there is none. */
  readonly parentUuid: string;
  /** Seconds since 2000-01-01 UTC; 0 where there is none. */
  readonly parentTime: number;
  readonly parentName: string;
  /** The most trusted first. */
  readonly locators: readonly Locator[];
  readonly findings: readonly Finding[];
}

/** Behind the copy of the footer, where every program puts it. */
const usualOffset = 512;
/** Paths are not longer. */
const mostPathBytes = 64 << 10;

/**
 * The header at the first of the offsets where an intact one is, else where at least its cookie is. Throws EvidenceError
 * `image/structure-damaged` where there is none, or its blocks have no size that can be.
 */
export function readDynamicHeader(file: ByteSource, offsets: readonly number[]): DynamicHeader {
  const found = [...new Set([...offsets, usualOffset])].flatMap((at) => candidateAt(file, at) ?? []);
  const best = found.find(({ intact }) => intact) ?? found[0];
  if (!best) throw damage("absent");
  const findings: Finding[] = [];
  if (!best.intact) findings.push(finding("image/structure-damaged", { structure, problem: "checksum" }));
  if (best.at !== offsets[0]) findings.push(finding("image/structure-damaged", { structure, problem: "place" }));
  const cursor = headerLayout.cursor().over(best.bytes);
  const { blockBytes, tableOffset, tableEntries, parentTime } = cursor;
  if (blockBytes === 0 || blockBytes % sectorBytes !== 0) throw damage("block size");
  if (!Number.isSafeInteger(tableOffset) || tableOffset > file.size) throw damage("table offset");
  if ((blockBytes & (blockBytes - 1)) !== 0) findings.push(finding("image/vhd-block-size", { bytes: blockBytes }));
  return {
    ...{ at: best.at, tableOffset, tableEntries, blockBytes, parentTime, findings },
    parentUuid: uuidText(cursor.parentUuid),
    parentName: utf16BeText(cursor.parentName),
    locators: locatorsOf(file, cursor.locators),
  };
}

export function hasParent(header: DynamicHeader): boolean {
  return header.parentUuid !== nilGuid;
}

const structure = "dynamic disk header";

function damage(problem: string): EvidenceError {
  return new EvidenceError("image/structure-damaged", { structure, problem });
}

function candidateAt(file: ByteSource, at: number): { at: number; bytes: Uint8Array; intact: boolean } | null {
  if (!Number.isSafeInteger(at) || at + headerLayout.size > file.size) return null;
  const bytes = readRange(file, at, headerLayout.size);
  const cursor = headerLayout.cursor().over(bytes);
  if (cursor.cookie !== headerCookie) return null;
  return { at, bytes, intact: complementSum(bytes, 36) === cursor.checksum };
}

/** By trust: relative before absolute, Unicode before the code page of some machine. */
const platforms = ["W2ru", "W2ku", "MacX", "Wi2r", "Wi2k", "Mac "] as const;

function locatorsOf(file: ByteSource, table: Uint8Array): Locator[] {
  const cursor = locatorLayout.cursor();
  const found: { rank: number; locator: Locator }[] = [];
  for (let at = 0; at + locatorLayout.size <= table.length; at += locatorLayout.size) {
    const { platform, dataLength, dataOffset } = cursor.over(table, at);
    const rank = platforms.findIndex((known) => known === platform);
    if (rank === -1 || !Number.isSafeInteger(dataOffset) || dataOffset >= file.size) continue;
    const data = readRange(file, dataOffset, Math.min(dataLength, mostPathBytes));
    const path = pathOf(platform, data);
    found.push({ rank, locator: { path, at: dataOffset, length: data.length } });
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ locator }) => locator);
}

function pathOf(platform: string, data: Uint8Array): string {
  const bytes = Buffer.from(data);
  if (platform === "W2ru" || platform === "W2ku") {
    return upToNul(bytes.toString("utf16le", 0, bytes.length & ~1).toWellFormed());
  }
  if (platform === "MacX") return percentDecoded(upToNul(bytes.toString("utf8")));
  if (platform === "Mac ") return aliasName(bytes);
  return upToNul(bytes.toString("latin1"));
}

function upToNul(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** Of a file URL; as it is where the escapes are damaged. */
function percentDecoded(url: string): string {
  return /%(?![0-9a-f]{2})/i.test(url)
    ? url
    : Buffer.from(
        url.replace(/%([0-9a-f]{2})|[^%]/gi, (all, hex: string | undefined) =>
          hex === undefined ? Buffer.from(all).toString("latin1") : String.fromCharCode(parseInt(hex, 16)),
        ),
        "latin1",
      ).toString("utf8");
}

/** Of an alias record: the name of the file is a counted string of up to 63 bytes. */
function aliasName(record: Buffer): string {
  const [nameAt, most] = [50, 63];
  const length = Math.min(record[nameAt] ?? 0, most);
  return record.toString("latin1", nameAt + 1, nameAt + 1 + length);
}

function utf16BeText(bytes: Uint8Array): string {
  return upToNul(Buffer.from(bytes).swap16().toString("utf16le").toWellFormed());
}
