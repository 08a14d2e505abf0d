/**
 * Single leaf pages of SQLite tables in space without a database: the page's length is the power of two at which its cells end. SQLite,
 * "Database File Format" 1.6. Not supported: pages with reserved bytes at their end, interior and index pages (they hold no rows).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { FirstBytes } from "../first-bytes.ts";
import { sqliteRecords } from "./sqlite-records.ts";

const head = new FirstBytes(10);
const smallestPage = 512;
const largestPage = 65_536;
const mostCells = 8192;

/** A page whose last cell ends at its end, as the first one that was written does; null where no length fits. */
function pageOf(window: CarveWindow, at: number, from: number) {
  for (let bytes = smallestPage; bytes <= largestPage; bytes *= 2) {
    if (bytes <= from) continue;
    const page = window.view(at, bytes);
    if (page.length < bytes) return null;
    const rows = sqliteRecords(page);
    if (rows === null) continue;
    const live = rows.filter((row) => row.live);
    const end = Math.max(0, ...live.map((row) => row.at + row.length));
    if (end === bytes) return { bytes, live: live.length, freed: rows.length - live.length };
  }
  return null;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const cells = head.view.getUint16(3);
  const content = head.view.getUint16(5);
  const first = head.view.getUint16(8);
  if (cells === 0 || cells > mostCells || content < 8 + 2 * cells || first < content || head.u8(7) > 60) return null;
  const found = pageOf(new CarveWindow(source, end), at, first);
  if (found === null) return null;
  return {
    kind: "sqlite-page",
    verdict: "fragment",
    length: found.bytes,
    title: null,
    findings: [
      { code: "carving/sqlite-rows", offset: null, length: null, params: { rows: found.live, freed: found.freed } },
    ],
  };
}

export const sqlitePageCarver: Carver = {
  id: "sqlite-page",
  family: "carver",
  name: "SQLite page with rows",
  spec: "SQLite, Database File Format 1.6",
  level: "partial",
  kinds: [{ id: "sqlite-page", name: "SQLite page with rows", extension: "sqlite-page" }],
  signatures: [signature("0d 00 00 00")],
  limitBytes: largestPage,
  carve,
};
