/**
 * The extended chain: each link is a boot record with volumes, counted from the link, and the next link, counted from the
 * extended partition. What programs write has one of each; whatever else stands there is followed once and no further.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { tableBytes } from "../layout.ts";
import { bootRecord } from "../table-layouts.ts";
import type { TableArea } from "../volume-system.ts";
import { bootEntriesOf, isExtended, type BootEntry } from "./boot-record.ts";

/** Systems mount some dozens; Windows stops at letters, Linux at 60. */
const mostLinks = 1024;

/** A volume of the chain, `first` in sectors of the medium. */
export interface LogicalEntry extends BootEntry {
  readonly link: number;
}

export interface Chain {
  readonly logical: readonly LogicalEntry[];
  readonly links: readonly TableArea[];
  readonly findings: readonly Finding[];
}

export interface ChainOptions {
  readonly source: ByteSource;
  readonly sectorBytes: number;
}

/** `extended`: the entry of the boot record. Ends always. */
export function readChain(extended: BootEntry, { source, sectorBytes }: ChainOptions): Chain {
  const logical: LogicalEntry[] = [];
  const links: TableArea[] = [];
  const findings: Finding[] = [];
  const end = extended.first + extended.count;
  const visited = new Set<number>();
  const waiting = [extended.first];
  const say = (code: string, sector: number, params: Record<string, string | number> = {}): void => {
    const place = { offset: sector * sectorBytes, length: sectorBytes };
    findings.push(finding(code, { ...params, sector }, place));
  };
  for (let link = waiting.shift(); link !== undefined; link = waiting.shift()) {
    if (visited.has(link)) {
      say("volume/chain-loop", link);
      continue;
    }
    if (visited.size === mostLinks) {
      findings.push(finding("volume/chain-long", { links: mostLinks }));
      break;
    }
    visited.add(link);
    if (link < extended.first || link >= end) say("volume/chain-leaves", link, { what: "link" });
    const entries = bootEntriesOf(tableBytes(source, link * sectorBytes, bootRecord.size));
    if (!entries) {
      say("volume/chain-broken", link);
      continue;
    }
    links.push({ start: link * sectorBytes, length: sectorBytes, what: "extended boot record" });
    for (const entry of entries) {
      if (isExtended(entry.type)) {
        waiting.push(extended.first + entry.first);
        continue;
      }
      const first = link + entry.first;
      if (first < extended.first || first + entry.count > end) say("volume/chain-leaves", first, { what: "volume" });
      logical.push({ ...entry, first, link });
    }
  }
  return { logical, links, findings };
}
