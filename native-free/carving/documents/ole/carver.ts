/**
 * OLE compound files (MS-CFB 8.0), versions 3 and 4 with sectors of 512 and 4 096 bytes, told apart by what they hold. The file ends behind the
 * last sector that its allocation table has in use: sectors that are free at the end of the original cannot be told from what lies behind.
 *
 * `complete`: the table's sectors are marked as such in it; directory, mini table and every stream are chains that end, that share no sector,
 * that are as long as their sizes say; property sets and the main streams begin as they must. Contents have no checksum: a
 * cluster of words or noise that begins in the middle of a chain is told as damage.
 * Not checked: the balance of the directory's trees. Not supported: files above 512 MiB.
 */
import { refineCfb } from "../../../typing/cfb-kind.ts";
import { Probe } from "../../../typing/probe.ts";
import type { ByteSource } from "../../../bytes/byte-source.ts";
import { JoinedSource } from "../../archives/joined-source.ts";
import { complete, damagedInside, firstBytes, truncated, typedKind } from "../../archives/verdict.ts";
import { CarveWindow } from "../../carve-window.ts";
import { type Carved, type Carver, signature } from "../../carver.ts";
import { foreignFrom, usualClusterBytes } from "../../foreign-bytes.ts";
import { checkStreams } from "./chains.ts";
import { header, sector } from "./layouts.ts";
import { type Fat, readFat, sectorAt } from "./tables.ts";

const kindIds = [
  ...[
    "ole",
    "doc",
    "xls",
    "ppt",
    "msg",
    "msi",
    "thumbs-db",
    "vsd",
    "pub",
    "mpp",
    "hwp",
    "wps",
    "jumplist",
    "ooxml-encrypted",
  ],
];
const known = new Set(kindIds);
const byteOrder = 0xfffe;

export const oleCarver: Carver = {
  id: "ole",
  family: "carver",
  name: "OLE compound file",
  spec: "MS-CFB 8.0",
  level: "partial",
  kinds: kindIds.map(typedKind),
  signatures: [signature("d0 cf 11 e0 a1 b1 1a e1")],
  limitBytes: 2 ** 29,
  unchecked: "holder",
  carve(source, at, end) {
    return isHeader(source, at, end) ? carveOle(source, at, Math.min(end, at + 2 ** 29)) : null;
  },
};

function isHeader(source: ByteSource, at: number, end: number): boolean {
  const head = firstBytes(source, at, end, 64);
  if (head === null) return false;
  const { offsets } = header;
  const shift = head.getUint16(offsets.sectorShift, true);
  return (
    head.getUint16(offsets.byteOrder, true) === byteOrder &&
    (shift === 9 || shift === 12) &&
    head.getUint16(offsets.miniShift, true) === 6 &&
    head.getUint32(offsets.miniCutoff, true) === 4096
  );
}

function carveOle(source: ByteSource, at: number, end: number): Carved | null {
  const window = new CarveWindow(source, end);
  const fat = readFat(window, at);
  if (fat === null) return null;
  const length = sectorAt(fat, lastUsed(fat) + 1) - at;
  const kind = kindOf(source, at, Math.min(length, window.end - at));
  const checked = checkStreams(window, fat);
  if (!checked.hasRoot) return null;
  if (length > window.end - at || !fat.isWhole) return truncated(kind, Math.min(length, window.end - at));
  const damagedAt = checked.damagedAt ?? foreignSector(window, fat, at + length);
  return damagedAt === null ? complete(kind, length) : damagedInside(kind, length, damagedAt - at);
}

/** Where in the middle of a chain a cluster of written words or of bytes without a pattern begins; null where none does. */
function foreignSector(window: CarveWindow, fat: Fat, end: number): number | null {
  const { start, sectorBytes, next } = fat;
  const isJoint = (place: number): boolean => {
    const index = (place - start) / sectorBytes - 1;
    // Room of one value is usual in streams.
    return next[index - 1] === index && window.u8(place) !== window.u8(place + 1);
  };
  const found = foreignFrom(window, start, { from: start, to: end, clusterBytes: usualClusterBytes }, isJoint);
  return found < 0 ? null : found;
}

function lastUsed(fat: Fat): number {
  let last = fat.next.length - 1;
  while (last > 0 && fat.next[last] === sector.free) last--;
  return last;
}

function kindOf(source: ByteSource, at: number, length: number): string {
  const kind = refineCfb(new Probe(new JoinedSource(source, [{ start: at, length }]))) ?? "ole";
  return known.has(kind) ? kind : "ole";
}
