/**
 * LVM2: the logical volumes of a volume group. Opened from one physical volume, what lies on others is missing; put together from
 * several, nothing is. Volumes are called lv1 and on, in the order of the metadata. Read: linear and striped segments, `zero` and
 * `error`; mirrors, RAID, thin, cache and snapshot volumes are listed with their type and without bytes, the hidden volumes that
 * they are made of with theirs. Not read: LVM1. libyal "Logical Volume Manager (LVM) format", lvm2 metadata text.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { Registration } from "../../model/registration.ts";
import type { Member, MemberFormat } from "../assembly.ts";
import { layOut } from "../layout.ts";
import type { VolumeSystem, VolumeSystemFormat } from "../volume-system.ts";
import { groupVolumes, identityWord } from "./group-volumes.ts";
import { readPhysicalVolume, type PhysicalVolume } from "./physical-volume.ts";
import type { VolumeGroup } from "./volume-group.ts";

const registration: Registration = {
  id: "lvm2",
  family: "volume",
  name: "Logical volumes of Linux (LVM2)",
  spec: "libyal LVM format specification; lvm2 metadata text",
  level: "partial",
};

const sectorBytes = 512;

export const lvm2Format: VolumeSystemFormat = {
  registration,
  open(source) {
    const physical = readPhysicalVolume(source);
    return physical && openAlone(source, physical);
  },
};

export const lvm2Members: MemberFormat = {
  registration,
  recognise(source) {
    const physical = readPhysicalVolume(source);
    return physical && memberFrom(source, physical);
  },
  assemble(members) {
    const [only, second] = members;
    if (!only) throw new RangeError("a volume group has members");
    if (!second) {
      const system = lvm2Format.open(only.source, { sectorBytes });
      if (system) return system;
    }
    return assembleSeveral(members);
  },
};

function memberFrom(source: ByteSource, { identity, group, findings }: PhysicalVolume): Member {
  return {
    format: registration.id,
    set: group?.identity ?? null,
    setName: group?.name ?? null,
    member: identity,
    sequence: group?.sequence ?? 0,
    source,
    findings,
  };
}

function openAlone(source: ByteSource, physical: PhysicalVolume): VolumeSystem {
  const { identity, group, tables } = physical;
  const parts = group
    ? groupVolumes({ group, sources: new Map([[identity, source]]), alone: source })
    : { volumes: [], occupied: [], findings: [] };
  const findings = [...physical.findings, ...parts.findings];
  const laid = layOut({ source, volumes: parts.volumes, tables, occupied: parts.occupied, findings });
  return { format: registration.id, sectorBytes, facts: factsAbout(group, identity), ...laid };
}

function assembleSeveral(members: readonly Member[]): VolumeSystem {
  const findings: Finding[] = [];
  const sources = new Map<string, ByteSource>();
  let newest: VolumeGroup | null = null;
  for (const { source, member } of members) {
    const physical = readPhysicalVolume(source);
    if (!physical) continue;
    findings.push(...physical.findings);
    if (sources.has(member)) findings.push(finding("volume/lvm-member-twice", { member: identityWord(member) }));
    else sources.set(member, source);
    const { group } = physical;
    if (newest && group && group.sequence !== newest.sequence) {
      findings.push(finding("volume/lvm-metadata-differ", { first: newest.sequence, second: group.sequence }));
    }
    if (group && (!newest || group.sequence > newest.sequence)) newest = group;
  }
  const made = newest && groupVolumes({ group: newest, sources, alone: null });
  return {
    format: registration.id,
    sectorBytes,
    volumes: made?.volumes ?? [],
    tables: [],
    gaps: [],
    facts: factsAbout(newest, null),
    findings: [...findings, ...(made?.findings ?? [])],
  };
}

function factsAbout(group: VolumeGroup | null, member: string | null): Fact[] {
  const created = group?.created ?? null;
  return factsOf({
    uuid: member === "" ? null : member,
    "volume-group": group?.name,
    "set-uuid": group?.identity,
    members: group?.members.size,
    // Seconds that a date of this calendar has: later ones are damage.
    created: created !== null && created < 253_402_300_800 ? new Date(created * 1000).toISOString() : null,
    "creator-platform": group?.createdOn,
    description: group?.createdBy,
    "block-bytes": group?.extentBytes,
  });
}
