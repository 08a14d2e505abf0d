/** A volume group as its metadata text states it: sizes in bytes, everything bounded by the text. */
import { listOf, parseConfig, textOf, wholeOf, type Section } from "./config.ts";

export interface GroupMember {
  /** Without dashes. */
  readonly identity: string;
  /** First byte of the first extent. */
  readonly extentsAt: number;
  readonly extentCount: number;
  /** Device that it was last seen as: evidence text. */
  readonly device: string | null;
}

export interface Stripe {
  /** Name of a physical volume in the text, or of another logical volume. */
  readonly on: string;
  /** Extent of it. */
  readonly extent: number;
}

export interface Segment {
  /** Extents of the logical volume. */
  readonly start: number;
  readonly count: number;
  readonly type: string;
  readonly stripes: readonly Stripe[];
  /** Bytes that lie on one stripe in turn. */
  readonly stripeBytes: number;
}

export interface LogicalVolume {
  readonly name: string;
  readonly identity: string | null;
  readonly status: readonly string[];
  readonly segments: readonly Segment[];
  /** Segments that the text announces. */
  readonly segmentCount: number;
}

export interface VolumeGroup {
  /** "" where the text holds no group. */
  readonly name: string;
  readonly identity: string;
  readonly sequence: number;
  readonly extentBytes: number;
  readonly members: ReadonlyMap<string, GroupMember>;
  readonly volumes: readonly LogicalVolume[];
  readonly created: number | null;
  readonly createdOn: string | null;
  readonly createdBy: string | null;
  /** Character at which the text ceases to make sense. */
  readonly brokenAt: number | null;
}

const sectorBytes = 512;
const nothing: Section = { values: new Map(), sections: new Map() };

export function readGroup(text: string): VolumeGroup {
  const { root, brokenAt } = parseConfig(text);
  const [name = "", group = nothing] = [...root.sections].find(([, each]) => each.values.has("extent_size")) ?? [];
  const members = group.sections.get("physical_volumes") ?? nothing;
  const volumes = group.sections.get("logical_volumes") ?? nothing;
  return {
    name,
    identity: textOf(group, "id") ?? "",
    sequence: wholeOf(group, "seqno") ?? 0,
    extentBytes: (wholeOf(group, "extent_size") ?? 0) * sectorBytes,
    members: new Map([...members.sections].map(([each, section]) => [each, memberFrom(section)])),
    volumes: [...volumes.sections].map(([each, section]) => volumeFrom(each, section)),
    created: wholeOf(root, "creation_time"),
    createdOn: textOf(root, "creation_host"),
    createdBy: textOf(root, "description"),
    brokenAt,
  };
}

export const plainIdentity = (text: string): string => text.replaceAll("-", "");

function memberFrom(section: Section): GroupMember {
  return {
    identity: plainIdentity(textOf(section, "id") ?? ""),
    extentsAt: (wholeOf(section, "pe_start") ?? 0) * sectorBytes,
    extentCount: wholeOf(section, "pe_count") ?? 0,
    device: textOf(section, "device"),
  };
}

function volumeFrom(name: string, section: Section): LogicalVolume {
  const segments = [...section.sections].filter(([each]) => /^segment\d+$/.test(each));
  return {
    name,
    identity: textOf(section, "id"),
    status: listOf(section, "status").map(String),
    segments: segments.map(([, each]) => segmentFrom(each)),
    segmentCount: wholeOf(section, "segment_count") ?? segments.length,
  };
}

function segmentFrom(section: Section): Segment {
  const flat = listOf(section, "stripes");
  const stripes: Stripe[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    stripes.push({ on: String(flat[at]), extent: Number(flat[at + 1]) });
  }
  return {
    start: wholeOf(section, "start_extent") ?? 0,
    count: wholeOf(section, "extent_count") ?? 0,
    type: textOf(section, "type") ?? "",
    stripes,
    stripeBytes: (wholeOf(section, "stripe_size") ?? 0) * sectorBytes,
  };
}
