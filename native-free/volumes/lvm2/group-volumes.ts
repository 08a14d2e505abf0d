/** The logical volumes of a group on those of its members that are there. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { Stretch } from "../layout.ts";
import { Slice } from "../slice.ts";
import type { Volume, VolumeFlag } from "../volume-system.ts";
import { SegmentSource, type Piece } from "./segment-source.ts";
import type { GroupMember, LogicalVolume, Segment, Stripe, VolumeGroup } from "./volume-group.ts";

export interface GroupOptions {
  readonly group: VolumeGroup;
  /** Members by identifier. */
  readonly sources: ReadonlyMap<string, ByteSource>;
  /** The only member, whose bytes places are in; null for several. */
  readonly alone: ByteSource | null;
}

export interface GroupVolumes {
  readonly volumes: readonly Volume[];
  /** Stretches of the only member that belong to volumes. */
  readonly occupied: readonly Stretch[];
  readonly findings: readonly Finding[];
}

/** A type as a finding may name it: text of the evidence is not passed on. */
const typeWord = (type: string): string => (/^[a-z0-9_+-]{1,32}$/.test(type) ? type : "unknown");
const readTypes = new Set(["striped", "linear"]);

export function groupVolumes(options: GroupOptions): GroupVolumes {
  const { group, sources } = options;
  const findings: Finding[] = [];
  const occupied: Stretch[] = [];
  for (const { identity } of group.members.values()) {
    if (!sources.has(identity)) findings.push(finding("volume/lvm-member-missing", { member: identityWord(identity) }));
  }
  const volumes = group.volumes.map((logical, index) => {
    const name = `lv${index + 1}`;
    const pieces = piecesOf(name, logical, options, findings);
    const whole = new SegmentSource(pieces.map(({ piece }) => piece));
    for (const { stretches } of pieces) occupied.push(...stretches);
    const types = [...new Set(logical.segments.map(({ type }) => type))];
    return {
      name,
      start: startOf(logical, pieces),
      length: whole.size,
      type: types.join(", "),
      typeName: typeNameOf(logical, types),
      label: logical.name,
      uuid: logical.identity,
      flags: flagsOf(logical),
      source: whole,
    };
  });
  return { volumes, occupied, findings };
}

export const identityWord = (identity: string): string => (/^[A-Za-z0-9]{1,38}$/.test(identity) ? identity : "unknown");

function flagsOf({ status }: LogicalVolume): VolumeFlag[] {
  const flags: VolumeFlag[] = ["logical"];
  if (!status.includes("VISIBLE")) flags.push("hidden");
  if (!status.includes("WRITE")) flags.push("read-only");
  return flags;
}

function typeNameOf({ segments }: LogicalVolume, types: readonly string[]): string | null {
  if (!types.every((type) => readTypes.has(type))) return null;
  const most = Math.max(0, ...segments.map(({ stripes }) => stripes.length));
  return most > 1 ? `striped over ${most}` : "linear";
}

interface Laid {
  readonly piece: Piece;
  /** Of the only member. */
  readonly stretches: readonly Stretch[];
}

/** A volume of one segment on one stretch of the only member begins there. */
function startOf({ segments }: LogicalVolume, pieces: readonly Laid[]): number | null {
  const [only] = pieces;
  if (segments.length !== 1 || pieces.length !== 1 || only?.stretches.length !== 1) return null;
  return only.piece.stripes.length === 1 ? only.stretches[0]!.start : null;
}

/** In order and without gaps: what no segment covers is a piece that nothing is known of. */
function piecesOf(name: string, logical: LogicalVolume, options: GroupOptions, findings: Finding[]): Laid[] {
  const { extentBytes } = options.group;
  const pieces: Laid[] = [];
  const odd = (problem: string): void => void findings.push(finding("volume/entry-odd", { entry: name, problem }));
  let at = 0;
  const unknown = (length: number): Laid => ({
    piece: { start: at, length, stripes: [], stripeBytes: 0, kind: "unknown" },
    stretches: [],
  });
  if (logical.segmentCount !== logical.segments.length) odd("number of segments");
  for (const segment of [...logical.segments].sort((a, b) => a.start - b.start)) {
    const start = segment.start * extentBytes;
    const length = segment.count * extentBytes;
    if (!Number.isSafeInteger(start + length) || length === 0) {
      odd("length of a segment");
      continue;
    }
    if (start < at) {
      odd("segments overlap");
      continue;
    }
    if (start > at) {
      odd("no segment for a stretch");
      pieces.push(unknown(start - at));
    }
    at = start;
    pieces.push(laySegment(name, { segment, start, length }, options, findings) ?? unknown(length));
    at = start + length;
  }
  return pieces;
}

interface Placed {
  readonly segment: Segment;
  readonly start: number;
  readonly length: number;
}

const kinds: Readonly<Record<string, Piece["kind"]>> = { zero: "sparse", error: "unreadable" };

/** Null where what the segment says cannot be followed. */
function laySegment(name: string, placed: Placed, options: GroupOptions, findings: Finding[]): Laid | null {
  const { segment, start, length } = placed;
  const { type, stripes, stripeBytes } = segment;
  const kind = kinds[type];
  if (kind) return { piece: { start, length, stripes: [], stripeBytes: 0, kind }, stretches: [] };
  if (!readTypes.has(type)) {
    findings.push(finding("volume/lvm-type-not-read", { volume: name, type: typeWord(type) }));
    return null;
  }
  const each = length / Math.max(1, stripes.length);
  const even = stripes.length === 1 || (stripeBytes > 0 && each % stripeBytes === 0);
  const members = stripes.map((stripe) => options.group.members.get(stripe.on));
  if (stripes.length === 0 || !even || members.includes(undefined)) {
    findings.push(finding("volume/entry-odd", { entry: name, problem: "stripes" }));
    return null;
  }
  const laid = stripes.map((stripe, index) => layStripe(stripe, members[index]!, each, options));
  if (laid.includes(null)) {
    findings.push(finding("volume/entry-odd", { entry: name, problem: "place of a stripe" }));
    return null;
  }
  const piece = { start, length, stripes: laid.map((one) => one!.source), stripeBytes, kind: "data" as const };
  return { piece, stretches: laid.flatMap((one) => one!.stretch ?? []) };
}

interface LaidStripe {
  readonly source: ByteSource;
  readonly stretch: Stretch | null;
}

/** A member that is not there is a source without bytes: all of its stretch is missing. */
const absent: ByteSource = { size: 0, readInto: () => 0, runsIn: () => [] };

function layStripe(stripe: Stripe, member: GroupMember, length: number, options: GroupOptions): LaidStripe | null {
  const start = member.extentsAt + stripe.extent * options.group.extentBytes;
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(start + length)) return null;
  const source = options.sources.get(member.identity) ?? absent;
  const inside = source !== absent && source === options.alone;
  return { source: new Slice(source, start, length), stretch: inside ? { start, length } : null };
}
