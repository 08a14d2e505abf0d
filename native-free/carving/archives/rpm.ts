/**
 * RPM packages (LSB 5.0, package file format; rpm 4): lead, signature header, header, payload. The signature names the length of header and payload, and
 * digests of them: MD5 of both, SHA-1 or SHA-256 of the header.
 */
import { createHash } from "node:crypto";
import { struct, u32 } from "../../bytes/struct.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carver, signature } from "../carver.ts";
import { complete, damagedInside, firstBytes, truncated, typedKind } from "./verdict.ts";

/** Big-endian; the name and reserved bytes lie between. */
const lead = { bytes: 96, major: 4, type: 6, signatureType: 78, headerSignature: 5 } as const;
const headerMark = 0x8eade801;
const header = struct("carve.rpm.header", 16, {
  mark: [0, u32],
  reserved: [4, u32, "0"],
  entries: [8, u32],
  storeBytes: [12, u32],
});
const entry = struct("carve.rpm.entry", 16, { tag: [0, u32], type: [4, u32], offset: [8, u32], count: [12, u32] });
const tag = { size: 1000, longSize: 270, md5: 1004, sha1: 269, sha256: 273 } as const;
const mostEntries = 1 << 16;
const mostStoreBytes = 1 << 28;
const chunkBytes = 1 << 16;

export const rpmCarver: Carver = {
  id: "rpm",
  family: "carver",
  name: "RPM package",
  spec: "LSB 5.0, package file format",
  level: "complete",
  kinds: [typedKind("rpm")],
  signatures: [signature("ed ab ee db")],
  limitBytes: 2 ** 36,
  carve(source, at, end) {
    const head = firstBytes(source, at, end, 64);
    if (
      head === null ||
      head.getUint8(lead.major) < 3 ||
      head.getUint8(lead.major) > 4 ||
      head.getUint16(lead.type) > 1
    )
      return null;
    const window = new CarveWindow(source, end);
    if (window.u16be(at + lead.signatureType) !== lead.headerSignature) return null;
    const sums = readHeader(window, at + lead.bytes);
    const mainAt = sums === null ? 0 : at + Math.ceil((sums.end - at) / 8) * 8;
    const main = sums === null ? null : readHeader(window, mainAt);
    if (sums === null || main === null) return null;
    const size = sums.long ?? sums.size;
    if (size === null || size < main.end - mainAt || !headerAgrees(window, sums, mainAt, main.end)) return null;
    if (!window.has(mainAt, size)) return truncated("rpm", window.end - at);
    const length = mainAt + size - at;
    const isSound = sums.md5 === null || digest(window, "md5", mainAt, size) === sums.md5;
    return isSound ? complete("rpm", length) : damagedInside("rpm", length, main.end - at);
  },
};

interface Header {
  readonly end: number;
  readonly size: number | null;
  readonly long: number | null;
  readonly md5: string | null;
  readonly sha1: string | null;
  readonly sha256: string | null;
}

/** Index and store; null where they are none. */
function readHeader(window: CarveWindow, at: number): Header | null {
  if (!window.has(at, header.size) || window.u32be(at) !== headerMark) return null;
  const entries = window.u32be(at + header.offsets.entries);
  const bytes = window.u32be(at + header.offsets.storeBytes);
  const storeAt = at + header.size + entries * entry.size;
  if (entries === 0 || entries > mostEntries || bytes > mostStoreBytes || !window.has(storeAt, bytes)) return null;
  const places = new Map<number, number>();
  for (let i = 0; i < entries; i++) {
    const entryAt = at + header.size + i * entry.size;
    const offset = window.u32be(entryAt + entry.offsets.offset);
    if (offset > bytes) return null;
    places.set(window.u32be(entryAt), storeAt + offset);
  }
  const hex = (which: number, length: number): string | null => {
    const place = places.get(which);
    return place === undefined ? null : Buffer.from(window.view(place, length)).toString("latin1");
  };
  const md5At = places.get(tag.md5);
  const sizeAt = places.get(tag.size);
  const longAt = places.get(tag.longSize);
  return {
    end: storeAt + bytes,
    size: sizeAt === undefined ? null : window.u32be(sizeAt),
    long: longAt === undefined ? null : window.u64be(longAt),
    md5: md5At === undefined ? null : Buffer.from(window.view(md5At, 16)).toString("hex"),
    sha1: hex(tag.sha1, 40),
    sha256: hex(tag.sha256, 64),
  };
}

/** By the digests of the header; one that has none is proved by the MD5 of all. */
function headerAgrees(window: CarveWindow, sums: Header, from: number, to: number): boolean {
  if (sums.sha256 !== null) return digest(window, "sha256", from, to - from) === sums.sha256;
  if (sums.sha1 !== null) return digest(window, "sha1", from, to - from) === sums.sha1;
  return sums.md5 !== null;
}

function digest(window: CarveWindow, name: string, at: number, length: number): string {
  const hash = createHash(name);
  for (let done = 0; done < length; done += chunkBytes)
    hash.update(window.view(at + done, Math.min(chunkBytes, length - done)));
  return hash.digest("hex");
}
