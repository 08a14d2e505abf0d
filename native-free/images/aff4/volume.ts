/** One file of an AFF4 image: a ZIP volume, its members under their URNs, and what its description says. */
import {
  readZipDirectory,
  readMember,
  walkMembers,
  memberDataAt,
  type ZipMember,
} from "../../containers/zip64/read.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import { parseTurtle, type Turtle } from "./turtle.ts";
import { DESCRIPTION_MEMBER, TURTLE_MEMBER } from "./vocabulary.ts";

const MAX_TURTLE_BYTES = 64 << 20;
const MAX_DESCRIPTION_BYTES = 4096;
const URN = /^aff4:\/\/[^\s\0]+/;

export interface Volume {
  readonly file: ImageSegment;
  /** From 1, in the order given. */
  readonly number: number;
  /** "" where neither the member nor the comment names it. */
  readonly urn: string;
  /** By full URN. */
  readonly members: ReadonlyMap<string, ZipMember>;
  /** Null where it is gone. */
  readonly turtle: Turtle | null;
}

/** Bytes of a member that are used as they are, and the volume that holds them. */
export interface Located {
  readonly volume: Volume;
  readonly member: ZipMember;
}

const utf8 = new TextDecoder();

/** Null where the file holds no ZIP member at all. */
export function openVolume(file: ImageSegment, number: number, findings: Finding[]): Volume | null {
  const directory = readZipDirectory(file.source);
  // What a damaged directory no longer names is found without it.
  const members = directory?.whole ? directory.members : [...(directory?.members ?? []), ...walkedMembers(file)];
  if (members.length === 0) return null;
  const urn = volumeUrn(file, members, directory?.comment ?? new Uint8Array(0));
  if (!directory) findings.push(finding("aff4/directory-lost", { volume: number, members: members.length }));
  else if (!directory.whole) findings.push(finding("aff4/directory-damaged", { volume: number }));
  const byUrn = new Map<string, ZipMember>();
  for (const member of members) byUrn.set(urnOf(member.name, urn), member);
  return { file, number, urn, members: byUrn, turtle: turtleOf(file, number, members, findings) };
}

/**
 * Behind a bevy that was never closed come the bytes of the medium: what looks like a member there is none of ours, and a
 * header that still says zero bytes is the sign.
 */
function walkedMembers({ source }: ImageSegment): readonly ZipMember[] {
  const { members } = walkMembers(source);
  const open = members.findIndex(({ name, size }) => size === 0 && /\/\d{8}$/.test(name));
  return open === -1 ? members : members.slice(0, open);
}

/** Section 5.4: from the member, else from the comment. */
function volumeUrn({ source }: ImageSegment, members: readonly ZipMember[], comment: Uint8Array): string {
  const member = members.find(({ name }) => name === DESCRIPTION_MEMBER);
  const described = member ? readMember(source, member, MAX_DESCRIPTION_BYTES) : null;
  for (const bytes of [described?.bytes, comment]) {
    const found = bytes && URN.exec(utf8.decode(bytes));
    if (found) return found[0].replace(/\/$/, "");
  }
  return "";
}

/** Section 5.1 backwards: an escaped URN, or a path in the volume. */
function urnOf(name: string, volume: string): string {
  const path = decoded(name.replace(/^\/+/, ""));
  return path.includes("://") ? path : `${volume}/${path}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    // A name with a stray percent sign is one that nobody escaped.
    return name;
  }
}

/** Where a description was appended to, the last one counts. */
function turtleOf(
  { source }: ImageSegment,
  number: number,
  members: readonly ZipMember[],
  findings: Finding[],
): Turtle | null {
  const member = members.findLast(({ name }) => name === TURTLE_MEMBER);
  const read = member ? readMember(source, member, MAX_TURTLE_BYTES) : null;
  if (!read) return null;
  const turtle = parseTurtle(utf8.decode(read.bytes));
  if (!read.sound || turtle.damaged > 0) {
    findings.push(finding("aff4/metadata-damaged", { volume: number, statements: turtle.damaged }));
  }
  return turtle;
}

export function locate(volumes: readonly Volume[], urn: string): Located | null {
  for (const volume of volumes) {
    const member = volume.members.get(urn);
    if (member) return { volume, member };
  }
  return null;
}

/** The whole of a small member, null where it cannot be read; one that fails its checksum is used, and reported. */
export function bytesOf(
  { volume, member }: Located,
  kind: string,
  limitBytes: number,
  findings: Finding[],
): Uint8Array | null {
  const read = readMember(volume.file.source, member, limitBytes);
  if (read && !read.sound) findings.push(finding("aff4/member-damaged", { volume: volume.number, member: kind }));
  return read?.bytes ?? null;
}

/** Where the bytes of a stored member lie in its file; null for others. */
export function storedAt({ volume, member }: Located): number | null {
  return member.method === 0 ? memberDataAt(volume.file.source, member) : null;
}
