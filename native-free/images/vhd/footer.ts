/** The footer of a VHD: at the end of the file, and of dynamic and differencing disks as a copy at its start. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { uuidText } from "../../bytes/guid.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import {
  complementSum,
  footerBytes,
  footerCookie,
  footerLayout,
  headerCookie,
  headerLayout,
  oldFooterBytes,
  sectorBytes,
  timeText,
  versionText,
} from "./layouts.ts";

export interface Footer {
  /** Offset in the file. */
  readonly at: number;
  /** Bytes that it has in the file: 511 or 512. */
  readonly length: number;
  /** Whether its checksum holds. */
  readonly intact: boolean;
  /** 512 of them. */
  readonly bytes: Uint8Array;
  readonly features: number;
  readonly version: number;
  readonly dataOffset: number;
  readonly timeStamp: number;
  readonly creator: string;
  readonly creatorVersion: number;
  readonly creatorHost: string;
  readonly originalSize: number;
  readonly currentSize: number;
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
  readonly diskType: number;
  readonly uuid: string;
  readonly savedState: number;
}

/** The footer at `at` of `bytes`, which begin at `base` of the file; null where its cookie is not there. */
export function footerAt(bytes: Uint8Array, at: number, base = 0): Footer | null {
  const length = Math.min(footerBytes, bytes.length - at);
  if (at < 0 || length < oldFooterBytes) return null;
  const copy = new Uint8Array(footerBytes);
  copy.set(bytes.subarray(at, at + length));
  const cursor = footerLayout.cursor().over(copy);
  if (cursor.cookie !== footerCookie) return null;
  const { features, version, dataOffset, timeStamp, creator, creatorVersion, creatorHost, originalSize } = cursor;
  const { currentSize, cylinders, heads, sectorsPerTrack, diskType, savedState } = cursor;
  return {
    at: base + at,
    length,
    intact: complementSum(copy, 64) === cursor.checksum,
    bytes: copy,
    ...{ features, version, dataOffset, timeStamp, creator, creatorVersion, creatorHost, originalSize, currentSize },
    ...{ cylinders, heads, sectorsPerTrack, diskType, savedState },
    uuid: uuidText(cursor.uuid),
  };
}

/**
 * The footer of a file that ends with `tail`: at its very end, of 512 or 511 bytes; else an intact one further in front that
 * is where it says the medium ends.
 */
export function footerInTail(tail: Uint8Array, fileBytes: number): Footer | null {
  const base = fileBytes - tail.length;
  const atEnd = [footerBytes, oldFooterBytes].map((length) => footerAt(tail, tail.length - length, base));
  const whole = atEnd.find((footer) => footer?.intact) ?? atEnd.find((footer) => footer !== null);
  if (whole) return whole;
  for (let at = tail.length - footerBytes - 1; at >= 0; at--) {
    if (tail[at] !== footerCookie.charCodeAt(0)) continue;
    const footer = footerAt(tail, at, base);
    if (footer?.intact && (footer.diskType !== 2 || footer.currentSize === footer.at)) return footer;
  }
  return null;
}

export interface Footers {
  /** The one that was used. */
  readonly footer: Footer;
  /** Where those are that are there. */
  readonly end: Footer | null;
  readonly copy: Footer | null;
  readonly findings: readonly Finding[];
}

/** Null where a file has none. `probeBytes` at its end are searched. */
export function findFooters(file: ByteSource, probeBytes: number): Footers | null {
  const tailAt = Math.max(0, file.size - probeBytes);
  const end = footerInTail(readRange(file, tailAt, probeBytes), file.size);
  const start = footerAt(readRange(file, 0, footerBytes), 0);
  // What a fixed disk begins with is the medium's, and in a file of 512 bytes it is the same footer.
  const copy = start && start.at !== end?.at && !(end?.intact && end.diskType === 2) ? start : null;
  const footer = end?.intact ? end : copy?.intact ? copy : (end ?? copy);
  return footer && { footer, end, copy, findings: compareFooters(footer, end, copy, file.size) };
}

/**
 * What a footer would say of a file that lost it: that it is dynamic where there is a header, else that all of it is the medium.
 * Null for an empty file.
 */
export function withoutFooter(file: ByteSource): Footers | null {
  if (file.size === 0) return null;
  const behind = new Uint8Array(headerLayout.size);
  behind.set(readRange(file, footerBytes, behind.length));
  const header = headerLayout.cursor().over(behind);
  const bytes = new Uint8Array(footerBytes);
  const made = footerLayout.cursor().over(bytes);
  made.cookie = footerCookie;
  const footer = { ...footerAt(bytes, 0)!, at: file.size, length: 0, dataOffset: footerBytes };
  const findings = [damaged("footer", "absent")];
  if (header.cookie !== headerCookie) {
    return { footer: { ...footer, diskType: 2, currentSize: file.size }, end: null, copy: null, findings };
  }
  return {
    footer: { ...footer, currentSize: header.tableEntries * header.blockBytes },
    end: null,
    copy: null,
    findings,
  };
}

function compareFooters(footer: Footer, end: Footer | null, copy: Footer | null, fileBytes: number): Finding[] {
  const found: Finding[] = [];
  if (end && end.at + end.length < fileBytes) {
    found.push(finding("image/vhd-footer-misplaced", { bytes: fileBytes - end.at - end.length }));
  }
  if (!footer.intact) found.push(damaged("footer", "checksum"));
  else if (footer === copy) found.push(finding("image/structure-replaced", { structure: "footer" }));
  else if (footer.diskType !== 2 && !copy) found.push(damaged("copy of the footer", "absent"));
  else if (copy && !copy.intact) found.push(damaged("copy of the footer", "checksum"));
  else if (copy) found.push(...differences(footer, copy));
  if (footer.version >>> 16 !== 1) {
    found.push(finding("image/unsupported", { feature: `version ${versionText(footer.version)}` }));
  }
  if (footer.savedState !== 0) found.push(finding("image/vhd-saved-state"));
  return found;
}

function differences(footer: Footer, copy: Footer): Finding[] {
  const fields = Object.keys(footer) as (keyof Footer)[];
  const differing = fields.filter((field) => !compared.has(field) && footer[field] !== copy[field]);
  if (differing.length > 0) return [finding("image/vhd-footers-differ", { field: differing.join(", ") })];
  const same = footer.bytes.every((byte, at) => byte === copy.bytes[at]);
  return same ? [] : [finding("image/vhd-footers-differ", { field: "reserved bytes" })];
}

/** What differs between two footers of one image anyway. */
const compared: ReadonlySet<keyof Footer> = new Set(["at", "length", "intact", "bytes"] as const);

function damaged(structure: string, problem: string): Finding {
  return finding("image/structure-damaged", { structure, problem });
}

const creators: Readonly<Record<string, string>> = {
  "vpc ": "Virtual PC",
  "vs  ": "Virtual Server",
  "win ": "Windows",
  conx: "Connectix Virtual PC",
  d2v: "Disk2vhd",
  tap: "Xen",
  vbox: "VirtualBox",
  qemu: "QEMU",
  qem2: "QEMU",
};

/** Programs whose machines see what the geometry says. */
const byGeometry: ReadonlySet<string> = new Set(["vpc ", "vs  ", "conx", "qemu"]);

const hosts: Readonly<Record<string, string>> = { Wi2k: "Windows", "Mac ": "Macintosh" };

/** `image/vhd-size-by-geometry` where the machine saw less than the medium has. */
export function geometryFinding({ creator, currentSize, cylinders, heads, sectorsPerTrack }: Footer): Finding[] {
  const geometry = cylinders * heads * sectorsPerTrack * sectorBytes;
  // The largest geometry stands for every larger size.
  const largest = cylinders === 0xffff && heads === 16 && sectorsPerTrack === 255;
  if (!byGeometry.has(creator) || largest || geometry === 0 || geometry === currentSize) return [];
  return [finding("image/vhd-size-by-geometry", { size: currentSize, geometry })];
}

/** None of a footer that is not there. */
export function factsOfFooter(footer: Footer): Fact[] {
  if (footer.length === 0) return [];
  const creator = creators[footer.creator] ?? footer.creator;
  return factsOf({
    version: versionText(footer.version),
    creator: `${creator} ${versionText(footer.creatorVersion)}`,
    "creator-platform": hosts[footer.creatorHost] ?? footer.creatorHost,
    "system-date": timeText(footer.timeStamp),
    uuid: footer.uuid,
    geometry: `${footer.cylinders}/${footer.heads}/${footer.sectorsPerTrack}`,
    features: (footer.features & 1) === 0 ? null : "temporary",
  });
}
