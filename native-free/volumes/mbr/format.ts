/**
 * Master boot record with extended chains. Volumes are called by slot, p1 to p4, and those of the chain p5 and on, in the order
 * of the chain. A boot sector of a file system that has the same signature is told apart by what the entries lead to. Read:
 * all types; extended partitions 0x05, 0x0f, 0x85. Not read: tables inside partitions other than what other formats read.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { layOut, tableBytes, VolumeSlice } from "../layout.ts";
import { bootRecord } from "../table-layouts.ts";
import type { TableArea, Volume, VolumeFlag, VolumeSystem, VolumeSystemFormat } from "../volume-system.ts";
import { bootEntriesOf, diskSignatureOf, isExtended, protectiveType, typeText, type BootEntry } from "./boot-record.ts";
import { readChain } from "./chain.ts";
import { judgeBootRecord } from "./judge.ts";
import { isHiddenType, mbrTypes } from "./types.ts";

export const mbrFormat: VolumeSystemFormat = {
  registration: {
    id: "mbr",
    family: "volume",
    name: "Master boot record (MBR)",
    spec: "master boot record as all systems write it; libyal libvsmbr",
    level: "complete",
  },
  open(source, options) {
    if (source.size < bootRecord.size) return null;
    const sector = tableBytes(source, 0, bootRecord.size);
    const entries = bootEntriesOf(sector);
    const judged = entries && judgeBootRecord(source, sector, entries, options.sectorBytes);
    return judged && mbrSystem({ source, sector, entries, ...judged, expected: options.sectorBytes });
  },
};

interface Found {
  readonly source: ByteSource;
  readonly sector: Uint8Array;
  readonly entries: readonly BootEntry[];
  readonly sectorBytes: number;
  readonly expected: number;
  /** What begins at the first byte beside the table. */
  readonly beside: readonly string[];
}

function mbrSystem({ source, sector, entries, sectorBytes, expected, beside }: Found): VolumeSystem {
  const volumes: Volume[] = [];
  const tables: TableArea[] = [{ start: 0, length: sectorBytes, what: "boot record" }];
  const findings: Finding[] = beside.map((kind) => finding("volume/also-file-system", { kind }));
  if (sectorBytes !== expected) findings.push(finding("volume/sector-size", { bytes: sectorBytes, expected }));
  if (entries.length === 0) findings.push(finding("volume/empty-table"));
  const volume = (entry: BootEntry, name: string, flags: readonly VolumeFlag[]): Volume =>
    mbrVolume(entry, { name, flags, source, sectorBytes, format: "mbr" });
  let logicalNumber = 5;
  for (const entry of entries) {
    if (entry.flag !== 0 && entry.flag !== 0x80) findings.push(entryOdd(`p${entry.slot}`, "flag"));
    if (entry.type === protectiveType) findings.push(finding("volume/gpt-lost"));
    if (!isExtended(entry.type)) {
      volumes.push(volume(entry, `p${entry.slot}`, []));
      continue;
    }
    const chain = readChain(entry, { source, sectorBytes });
    tables.push(...chain.links);
    findings.push(...chain.findings);
    for (const logical of chain.logical) volumes.push(volume(logical, `p${logicalNumber++}`, ["logical"]));
  }
  const signature = diskSignatureOf(sector);
  const uuid = signature === 0 ? null : signature.toString(16).padStart(8, "0");
  const facts = factsOf({ uuid, "block-bytes": sectorBytes });
  return { format: "mbr", sectorBytes, facts, ...layOut({ source, volumes, tables, findings }) };
}

export const entryOdd = (entry: string, problem: string): Finding => finding("volume/entry-odd", { entry, problem });

export interface MbrVolumeOptions {
  readonly name: string;
  readonly flags: readonly VolumeFlag[];
  readonly source: ByteSource;
  readonly sectorBytes: number;
  /** Of the system that it belongs to: GPT has such volumes, too. */
  readonly format: string;
}

/** An entry as a volume; `first` in sectors of the medium. */
export function mbrVolume(entry: BootEntry, options: MbrVolumeOptions): Volume {
  const { name, source, sectorBytes, format } = options;
  const start = entry.first * sectorBytes;
  const length = entry.count * sectorBytes;
  const flags: VolumeFlag[] = [...options.flags];
  if (entry.flag === 0x80) flags.push("bootable");
  if (isHiddenType(entry.type)) flags.push("hidden");
  return {
    name,
    start,
    length,
    type: typeText(entry.type),
    typeName: mbrTypes[entry.type] ?? null,
    label: null,
    uuid: null,
    flags,
    source: new VolumeSlice(format, source, start, length),
  };
}
