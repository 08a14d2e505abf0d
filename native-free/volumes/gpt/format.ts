/**
 * GUID partition table. Volumes are called by the number of their entry; those that only the boot record of a hybrid medium has
 * follow behind the last possible entry, so that names stay the same whatever is found. The primary table is used while it is
 * intact, else the backup, else what is left of either. UEFI Specification 2.10, section 5.3. Read: every sector size, entries
 * longer than 128 bytes, arrays to 16 MiB.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { layOut, VolumeSlice } from "../layout.ts";
import { mbrVolume } from "../mbr/format.ts";
import type { TableArea, Volume, VolumeFlag, VolumeSystem, VolumeSystemFormat } from "../volume-system.ts";
import { differences, identifiersTwice } from "./compare.ts";
import type { GptEntry } from "./header.ts";
import { besideGpt } from "./protective.ts";
import { readGptTable, type GptTable } from "./table.ts";
import { gptTypes } from "./types.ts";

const sectorSizes: readonly number[] = [512, 4096, 2048, 1024];

export const gptFormat: VolumeSystemFormat = {
  registration: {
    id: "gpt",
    family: "volume",
    name: "GUID partition table",
    spec: "UEFI Specification 2.10, section 5.3",
    level: "complete",
  },
  open(source, { sectorBytes }) {
    const tables = findTables(source, [sectorBytes, ...sectorSizes.filter((size) => size !== sectorBytes)]);
    const used = pick(tables);
    return used && gptSystem(source, tables, used, sectorBytes);
  },
};

interface Tables {
  readonly primary: GptTable | null;
  readonly backup: GptTable | null;
}

const isIntact = (table: GptTable | null): boolean => table !== null && table.problems.length === 0;

function findTables(source: ByteSource, sizes: readonly number[]): Tables {
  let primary: GptTable | null = null;
  for (const size of sizes) {
    const found = readGptTable(source, size, size);
    if (found && (!primary || (isIntact(found) && !isIntact(primary)))) primary = found;
  }
  const own = primary?.sectorBytes;
  if (primary && primary.header.problem === null) {
    const named = readGptTable(source, primary.header.otherSector * primary.sectorBytes, primary.sectorBytes);
    if (named && named.sector !== primary.sector) return { primary, backup: named };
  }
  for (const size of own === undefined ? sizes : [own]) {
    const last = Math.floor(source.size / size) - 1;
    const backup = last > 1 ? readGptTable(source, last * size, size) : null;
    if (backup) return { primary, backup };
  }
  return { primary, backup: null };
}

/** An intact one; else one whose header is, and then one with any entries. */
function pick({ primary, backup }: Tables): GptTable | null {
  const both = [primary, backup].filter((each) => each !== null);
  return (
    both.find(isIntact) ??
    both.find(({ header }) => header.problem === null) ??
    both.find(({ entries }) => entries.length > 0) ??
    both[0] ??
    null
  );
}

function gptSystem(source: ByteSource, tables: Tables, used: GptTable, expected: number): VolumeSystem {
  const { sectorBytes } = used;
  const last = Math.floor(source.size / sectorBytes) - 1;
  const findings: Finding[] = [...stateFindings(tables, used, last), ...identifiersTwice(used.entries)];
  if (sectorBytes !== expected) findings.push(finding("volume/sector-size", { bytes: sectorBytes, expected }));
  const volumes = used.entries.flatMap((entry) => gptVolume(source, entry, used, findings));
  if (used.more > 0) findings.push(finding("volume/gpt-many", { listed: used.entries.length, more: used.more }));
  const known = new Set(used.entries.map(({ first, last: end }) => `${first}:${end - first + 1}`));
  const beside = besideGpt({ source, sectorBytes, known });
  const behind = used.header.entryCount;
  for (const entry of beside.own) {
    const name = `p${behind + entry.slot}`;
    volumes.push(mbrVolume(entry, { name, flags: [], source, sectorBytes, format: "gpt" }));
  }
  const areas = [...tableAreas(tables, sectorBytes), ...beside.links];
  const facts = factsOf({ uuid: used.header.diskIdentity, "block-bytes": sectorBytes });
  const parts = { source, volumes, tables: areas, findings: [...findings, ...beside.findings] };
  return { format: "gpt", sectorBytes, facts, ...layOut(parts) };
}

function stateFindings({ primary, backup }: Tables, used: GptTable, last: number): Finding[] {
  const found: Finding[] = [];
  const say = (which: string, table: GptTable | null): void => {
    if (!table || isIntact(table)) return;
    const place = { offset: table.sector * table.sectorBytes, length: table.sectorBytes };
    found.push(finding("volume/gpt-header-damaged", { which, problem: table.problems.join(", ") }, place));
  };
  say("primary", primary);
  say("backup", backup);
  if (!primary) found.push(finding("volume/gpt-header-damaged", { which: "primary", problem: "not there" }));
  if (used === backup) found.push(finding("volume/gpt-copy-used"));
  const expected = primary?.header.problem === null ? primary.header.otherSector : last;
  if (!backup) found.push(finding("volume/gpt-backup-missing", { sector: expected }));
  else if (backup.sector !== expected) found.push(finding("volume/gpt-backup-missing", { sector: expected }));
  if (backup && backup.sector !== last) {
    found.push(finding("volume/gpt-backup-place", { sector: backup.sector, last }));
  }
  if (primary && backup && isIntact(primary) && isIntact(backup)) found.push(...differences(primary, backup));
  return found;
}

function tableAreas({ primary, backup }: Tables, sectorBytes: number): TableArea[] {
  const areas: TableArea[] = [{ start: 0, length: sectorBytes, what: "boot record" }];
  const add = (table: GptTable | null, header: string, entries: string): void => {
    if (!table) return;
    areas.push({ start: table.sector * table.sectorBytes, length: table.sectorBytes, what: header });
    // A header that does not hold may name any place: what stands there is not claimed.
    if (table.entriesAt && table.header.problem === null) areas.push({ ...table.entriesAt, what: entries });
  };
  add(primary, "primary header", "partition entries");
  add(backup, "backup header", "backup entries");
  return areas;
}

const highBits: readonly (readonly [bit: number, flag: VolumeFlag])[] = [
  [0x1000_0000, "read-only"],
  [0x4000_0000, "hidden"],
  [0x8000_0000, "no-automount"],
];
/** Types whose upper attributes mean read-only, hidden and no drive letter. */
const microsoftData = "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7";

function flagsOf({ attributes, typeAttributes, type }: GptEntry): VolumeFlag[] {
  const flags: VolumeFlag[] = [];
  if ((attributes & 1) !== 0) flags.push("required");
  if ((attributes & 4) !== 0) flags.push("bootable");
  if (type === microsoftData) {
    for (const [bit, flag] of highBits) if ((typeAttributes & bit) !== 0) flags.push(flag);
  }
  return flags;
}

/** None where the entry names no stretch that bytes can be counted in. */
function gptVolume(source: ByteSource, entry: GptEntry, table: GptTable, findings: Finding[]): Volume[] {
  const name = `p${entry.number}`;
  const { sectorBytes, header } = table;
  const start = entry.first * sectorBytes;
  const end = (entry.last + 1) * sectorBytes;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end <= start) {
    findings.push(finding("volume/entry-odd", { entry: name, problem: "it ends before it begins or is too large" }));
    return [];
  }
  if (header.problem === null && (entry.first < header.firstUsable || entry.last > header.lastUsable)) {
    findings.push(finding("volume/gpt-outside-usable", { volume: name }, { offset: start, length: end - start }));
  }
  return [
    {
      name,
      start,
      length: end - start,
      type: entry.type,
      typeName: gptTypes[entry.type] ?? null,
      label: entry.name === "" ? null : entry.name,
      uuid: entry.identity,
      flags: flagsOf(entry),
      source: new VolumeSlice("gpt", source, start, end - start),
    },
  ];
}
