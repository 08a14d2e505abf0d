/** The boot record in front of a GUID partition table: protective, absent, or with volumes of its own (hybrid). UEFI 5.2.3. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { tableBytes } from "../layout.ts";
import { bootEntriesOf, isExtended, protectiveType, type BootEntry } from "../mbr/boot-record.ts";
import { readChain } from "../mbr/chain.ts";
import { bootRecord } from "../table-layouts.ts";
import type { TableArea } from "../volume-system.ts";

export interface BesideGpt {
  /** Volumes that only the boot record has, `first` in sectors; with the slot or the running number of the chain from 5. */
  readonly own: readonly BootEntry[];
  readonly links: readonly TableArea[];
  readonly findings: readonly Finding[];
}

export interface BesideOptions {
  readonly source: ByteSource;
  readonly sectorBytes: number;
  /** Stretches of the volumes that GPT has, `first:count` in sectors. */
  readonly known: ReadonlySet<string>;
}

export function besideGpt({ source, sectorBytes, known }: BesideOptions): BesideGpt {
  const entries = bootEntriesOf(tableBytes(source, 0, bootRecord.size));
  if (!entries) return { own: [], links: [], findings: [unprotected("no boot record")] };
  const findings: Finding[] = [];
  const protective = entries.find(({ type }) => type === protectiveType);
  if (!protective) findings.push(unprotected("no entry of the type 0xee"));
  else if (protective.first !== 1) findings.push(unprotected("begins elsewhere"));
  const links: TableArea[] = [];
  const others = entries.filter(({ type }) => type !== protectiveType);
  const listed = others.flatMap((entry) => {
    if (!isExtended(entry.type)) return [entry];
    const chain = readChain(entry, { source, sectorBytes });
    links.push(...chain.links);
    findings.push(...chain.findings);
    return chain.logical.map((logical) => ({ ...logical, slot: 0 }));
  });
  let logicalNumber = 5;
  const numbered = listed.map((entry) => (entry.slot === 0 ? { ...entry, slot: logicalNumber++ } : entry));
  const own = numbered.filter(({ first, count }) => !known.has(`${first}:${count}`));
  if (numbered.length > 0) findings.push(finding("volume/hybrid", { volumes: numbered.length, own: own.length }));
  // Of a medium of 2^32 sectors and more, what the field holds at most.
  const needed = Math.min(0xffff_ffff, Math.floor(source.size / sectorBytes) - 1);
  const short = protective !== undefined && others.length === 0 && protective.count < needed;
  if (short) findings.push(unprotected("does not cover the medium"));
  return { own, links, findings };
}

const unprotected = (problem: string): Finding => finding("volume/gpt-no-protection", { problem });
