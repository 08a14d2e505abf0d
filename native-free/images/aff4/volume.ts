/**
 * One volume of an AFF4 image: a ZIP file, or a folder whose files are the members; its members under their URNs, and what its
 * description says.
 */
import { readWhole } from "../../bytes/byte-source.ts";
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

/** A part of a volume. */
export interface Member {
  /** Bytes of the content. */
  readonly size: number;
  /** The whole content, null where it cannot be read or is larger; `sound` is false where a checksum fails. */
  read(limitBytes: number): { readonly bytes: Uint8Array; readonly sound: boolean } | null;
  /** Where its bytes lie as they are; null where they are packed. */
  place(): Place | null;
}

export interface Place {
  readonly file: ImageSegment;
  readonly at: number;
  readonly length: number;
}

export interface Volume {
  /** That it lies in; of a folder its description. */
  readonly file: ImageSegment;
  /** From 1, in the order given. */
  readonly number: number;
  /** "" where neither the member nor the comment names it. */
  readonly urn: string;
  /** By full URN. */
  readonly members: ReadonlyMap<string, Member>;
  /** Null where it is gone. */
  readonly turtle: Turtle | null;
}

/** Bytes of a member that are used as they are, and the volume that holds them. */
export interface Located {
  readonly volume: Volume;
  readonly member: Member;
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
  const byUrn = new Map<string, Member>();
  for (const member of members) byUrn.set(urnOf(member.name, urn), zipped(file, member));
  // Where a description was appended to, the last one counts.
  const description = members.findLast(({ name }) => name === TURTLE_MEMBER);
  const turtle = description ? turtleOf(zipped(file, description), number, findings) : null;
  return { file, number, urn, members: byUrn, turtle };
}

function zipped(file: ImageSegment, member: ZipMember): Member {
  return {
    size: member.size,
    read: (limitBytes) => readMember(file.source, member, limitBytes),
    place() {
      const at = member.method === 0 ? memberDataAt(file.source, member) : null;
      return at === null ? null : { file, at, length: member.compressedSize };
    },
  };
}

/** A folder as a volume: its files are the members, under the same names as in a ZIP file (sections 5.1 and 5.3). */
export function openFolderVolume(files: readonly ImageSegment[], findings: Finding[]): Volume | null {
  const named = (name: string): Member | null => {
    const file = files.find((each) => each.name === name);
    return file ? plain(file) : null;
  };
  const description = files.find(({ name }) => name === DESCRIPTION_MEMBER);
  const described = description ? plain(description).read(MAX_DESCRIPTION_BYTES) : null;
  const urn = described ? urnIn(described.bytes) : "";
  const turtle = named(TURTLE_MEMBER);
  const [file] = description ? [description] : files;
  if (!file) return null;
  const members = new Map(files.map((each) => [urnOf(each.name, urn), plain(each)]));
  return { file, number: 1, urn, members, turtle: turtle && turtleOf(turtle, 1, findings) };
}

function plain(file: ImageSegment): Member {
  const { size } = file.source;
  return {
    size,
    read(limitBytes) {
      const bytes = readWhole(file.source, limitBytes);
      return bytes && { bytes, sound: true };
    },
    place: () => ({ file, at: 0, length: size }),
  };
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
  return (described && urnIn(described.bytes)) || urnIn(comment);
}

/** "" where there is none. */
function urnIn(bytes: Uint8Array): string {
  return URN.exec(utf8.decode(bytes))?.[0].replace(/\/$/, "") ?? "";
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

function turtleOf(member: Member, number: number, findings: Finding[]): Turtle | null {
  const read = member.read(MAX_TURTLE_BYTES);
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
  const read = member.read(limitBytes);
  if (read && !read.sound) findings.push(finding("aff4/member-damaged", { volume: volume.number, member: kind }));
  return read?.bytes ?? null;
}
