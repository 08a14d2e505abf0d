/**
 * SQLite databases: the end is the number of pages, and a complete one has every page in a tree, an overflow chain or the free list.
 * SQLite, "Database File Format". Wallets of Bitcoin Core that are SQLite have an application id of their own. Not supported: encrypted
 * databases (they have no header), rollback journals.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { struct, u8, type Cursor } from "../../bytes/struct.ts";
import { u16be, u32be } from "../../bytes/field-types.ts";
import type { Carved, Carver } from "../carver.ts";
import { textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { leafTable, interiorTable } from "./sqlite-cells.ts";
import { fileHeaderBytes, PageWalk, type DatabaseShape } from "./sqlite-tree.ts";

const layout = {
  pageBytes: [16, u16be, "1 stands for 65,536"],
  writeVersion: [18, u8],
  readVersion: [19, u8],
  reserved: [20, u8, "bytes at the end of each page"],
  largestFraction: [21, u8],
  smallestFraction: [22, u8],
  leafFraction: [23, u8],
  changes: [24, u32be],
  pages: [28, u32be],
  firstTrunk: [32, u32be],
  schemaFormat: [44, u32be],
  largestRoot: [52, u32be, "0 without auto-vacuum"],
  encoding: [56, u32be],
  applicationId: [68, u32be],
  validFor: [92, u32be, "the number of changes when the number of pages was right"],
  firstPageType: [100, u8],
} as const;
const header = struct("sqlite.header", fileHeaderBytes + 8, layout);
const cursor = header.cursor();
const head = new FirstBytes(header.size);
const limitBytes = 2 ** 38;

/** Bitcoin Core keeps the magic of the network: main, test, signet, regtest. */
const walletIds = [0xf9be_b4d9, 0x0b11_0907, 0x0a03_cf40, 0xfabf_b5da];

function shapeOf(fields: Cursor<typeof layout>): DatabaseShape | null {
  const pageBytes = fields.pageBytes === 1 ? 65_536 : fields.pageBytes;
  const { writeVersion, readVersion, encoding, schemaFormat, firstPageType } = fields;
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0 || writeVersion > 2 || readVersion > 2) return null;
  if (fields.largestFraction !== 64 || fields.smallestFraction !== 32 || fields.leafFraction !== 32) return null;
  if (encoding > 3 || schemaFormat > 4 || (firstPageType !== leafTable && firstPageType !== interiorTable)) return null;
  const stated = fields.changes === fields.validFor ? fields.pages : 0;
  const usable = pageBytes - fields.reserved;
  if (usable < 480 || stated * pageBytes > limitBytes) return null;
  return { pageBytes, usable, pages: stated, firstTrunk: fields.firstTrunk, autoVacuum: fields.largestRoot !== 0 };
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const fields = cursor.over(head.bytes);
  const shape = shapeOf(fields);
  if (shape === null) return null;
  const kind = walletIds.includes(fields.applicationId) ? "bitcoin-wallet-sqlite" : "sqlite";
  const window = new CarveWindow(source, end);
  if (!window.has(at, shape.pageBytes)) return null;
  const walk = new PageWalk(window, at, shape);
  walk.run();
  if (walk.sound === 0) return null;
  const pages = shape.pages || walk.highest;
  if (!walk.broken && walk.sound === pages) return carvedAs(kind, "complete", pages * shape.pageBytes);
  // A first page alone is hardly more than a header.
  return walk.trees === 0 ? null : carvedAs(kind, "truncated", walk.highestSound * shape.pageBytes);
}

export const sqliteCarver: Carver = {
  id: "sqlite",
  family: "carver",
  name: "SQLite database",
  spec: "SQLite, Database File Format",
  level: "complete",
  kinds: [
    { id: "sqlite", name: "SQLite database", extension: "sqlite" },
    { id: "bitcoin-wallet-sqlite", name: "Bitcoin Core wallet (SQLite)", extension: "dat" },
  ],
  signatures: [textSignature("SQLite format 3\0")],
  limitBytes,
  carve,
};
