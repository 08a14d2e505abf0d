/**
 * Berkeley DB b-trees: every page says its number, the end is the last page of the metadata page. Wallets of Bitcoin Core and its
 * kin are told by the names of their records. Oracle Berkeley DB, dbinc/db_page.h, versions 8 to 10. Not supported: hash and queue
 * databases, encrypted ones.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const head = new FirstBytes(72);
const metadata = 9;
const treeMagic = 0x53162;
const limitBytes = 2 ** 34;
/** Page types of b-trees: free, interior, leaves, overflow, duplicates, metadata. */
const pageTypes = [0, 3, 5, 7, 9, 12, 13];
const leaf = 5;
/** Records that every wallet has, with the length byte before the name. */
const walletNames = ["key", "ckey", "mkey", "minversion", "bestblock", "pool", "keymeta", "defaultkey"].map(
  (name) => String.fromCharCode(name.length) + name,
);
const namesNeeded = 2;

/** Adds the wallet's names on a leaf page to those that were seen. */
function lookForNames(window: CarveWindow, at: number, pageBytes: number, seen: Set<string>): void {
  const page = Buffer.from(window.view(at, pageBytes)).toString("latin1");
  for (const name of walletNames) if (!seen.has(name) && page.includes(name)) seen.add(name);
}

/** Pages from the first on that say their own number and have a known type. */
function walkPages(window: CarveWindow, at: number, pageBytes: number, pages: number, names: Set<string>): number {
  let page = 0;
  for (; page < pages; page++) {
    const place = at + page * pageBytes;
    if (!window.has(place, pageBytes)) break;
    const type = window.u8(place + 25);
    if (page > 0 && (window.u32(place + 8) !== page || !pageTypes.includes(type))) {
      // Pages that were reserved and never written to.
      if (window.u32(place + 8) !== 0 || type !== 0) break;
    }
    if (page > 0 && type === leaf && names.size < namesNeeded) lookForNames(window, place, pageBytes, names);
  }
  return page;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || head.u32(12) !== treeMagic || head.u8(25) !== metadata || head.u32(8) !== 0)
    return null;
  const version = head.u32(16);
  const pageBytes = head.u32(20);
  const last = head.u32(32);
  if (version < 8 || version > 10 || pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0)
    return null;
  if (last === 0 || (last + 1) * pageBytes > limitBytes || head.u8(24) !== 0) return null;
  const window = new CarveWindow(source, end);
  const names = new Set<string>();
  const pages = walkPages(window, at, pageBytes, last + 1, names);
  // The root follows the metadata: without it there is a header only.
  if (pages < 2 || window.u32(at + pageBytes + 8) !== 1) return null;
  const kind = names.size >= namesNeeded ? "bitcoin-wallet" : "bdb";
  return carvedAs(kind, pages === last + 1 ? "complete" : "truncated", pages * pageBytes);
}

export const berkeleyDbCarver: Carver = {
  id: "bdb",
  family: "carver",
  name: "Berkeley DB database",
  spec: "Oracle Berkeley DB, db_page.h",
  level: "partial",
  kinds: [
    { id: "bdb", name: "Berkeley DB database", extension: "db" },
    { id: "bitcoin-wallet", name: "Bitcoin Core wallet", extension: "dat" },
  ],
  signatures: [signature("62 31 05 00", 12)],
  limitBytes,
  carve,
};
