/** Which program wrote an OLE compound file: by the names of the root's streams and by its class (MS-CFB 2.6). */
import type { Probe } from "./probe.ts";

const byName: readonly (readonly [RegExp, string])[] = [
  [/^EncryptedPackage$/, "ooxml-encrypted"],
  [/^WordDocument$/, "doc"],
  [/^(Workbook|Book|WORKBOOK|BOOK)$/, "xls"],
  [/^(PowerPoint Document|PP97_DUALSTORAGE|PP40)$/, "ppt"],
  [/^__properties_version1\.0$/, "msg"],
  [/^__nameid_version1\.0$/, "msg"],
  [/^VisioDocument$/, "vsd"],
  [/^Quill$/, "pub"],
  [/^DestList$/, "jumplist"],
  [/^Catalog$/, "thumbs-db"],
  [/^HwpSummaryInformation$/, "hwp"],
  [/^(MatOST|MM)$/, "wps"],
  [/^(Props9|Props12|Props14|   1[0-9]{2})$/, "mpp"],
  [/^(StarWriterDocument|StarCalcDocument|StarDrawDocument3?)$/, "stardoc"],
];

const byClass: Readonly<Record<string, string>> = {
  "84100c0000000000c000000000000046": "msi",
  "86100c0000000000c000000000000046": "msi",
  "82100c0000000000c000000000000046": "msi",
  "0609020000000000c000000000000046": "doc",
  "0009020000000000c000000000000046": "doc",
  "1008020000000000c000000000000046": "xls",
  "2008020000000000c000000000000046": "xls",
  "108d81649b4fcf1186ea00aa00b929e8": "ppt",
  "0b0d020000000000c000000000000046": "msg",
  "141a020000000000c000000000000046": "vsd",
};

interface Entry {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly classId: string;
}

/** The type, or null where neither streams nor class are known. */
export function refineCfb(probe: Probe): string | null {
  const entries = readDirectory(probe);
  const root = entries[0];
  if (!root) return byFirstSector(probe);
  const names = childNames(entries, root.child);
  for (const [pattern, id] of byName) if (names.some((name) => pattern.test(name))) return id;
  return byClass[root.classId] ?? null;
}

/** A file cut before its directory: the first sector usually starts the main stream (MS-XLS 2.4.21, MS-DOC 2.5.1, MS-PPT 2.4.1). */
function byFirstSector(probe: Probe): string | null {
  const mark = probe.u32be(1 << Math.min(12, Math.max(9, probe.u16le(30))));
  if (mark >>> 16 === 0x0908) return "xls";
  if (mark >>> 16 === 0xeca5) return "doc";
  return mark === 0x0f00e803 ? "ppt" : null;
}

/** Names of one level, over the sibling tree; damaged trees are cut where they loop. */
function childNames(entries: readonly Entry[], first: number): string[] {
  const names: string[] = [];
  const seen = new Set<number>();
  const waiting = [first];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const entry = entries[index];
    if (!entry || seen.has(index)) continue;
    seen.add(index);
    names.push(entry.name);
    waiting.push(entry.left, entry.right);
  }
  return names;
}

function readDirectory(probe: Probe): Entry[] {
  const shift = probe.u16le(30);
  if (shift !== 9 && shift !== 12) return [];
  const sectorBytes = 1 << shift;
  const entries: Entry[] = [];
  const seen = new Set<number>();
  let sector = probe.u32le(48);
  while (sector < 0xfffffffa && !seen.has(sector) && entries.length < 4096) {
    seen.add(sector);
    const at = (sector + 1) * sectorBytes;
    if (at + 128 > probe.size) break;
    for (let entry = at; entry < at + sectorBytes && entry + 128 <= probe.size; entry += 128)
      entries.push(readEntry(probe, entry));
    sector = nextSector(probe, sector, sectorBytes);
  }
  return entries;
}

/** Through the first 109 sectors of the allocation table, which cover 6.8 MB at least; a directory behind them is cut. */
function nextSector(probe: Probe, sector: number, sectorBytes: number): number {
  const perSector = sectorBytes / 4;
  const table = Math.floor(sector / perSector);
  if (table >= 109) return 0xfffffffe;
  const at = (probe.u32le(76 + 4 * table) + 1) * sectorBytes + 4 * (sector % perSector);
  return at + 4 <= probe.size ? probe.u32le(at) : 0xfffffffe;
}

function readEntry(probe: Probe, at: number): Entry {
  const length = Math.min(64, probe.u16le(at + 64));
  const name = Buffer.from(probe.bytes(at, Math.max(0, length - 2))).toString("utf16le");
  return {
    name,
    left: probe.u32le(at + 68),
    right: probe.u32le(at + 72),
    child: probe.u32le(at + 76),
    classId: Buffer.from(probe.bytes(at + 80, 16)).toString("hex"),
  };
}
