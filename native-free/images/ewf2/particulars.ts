/** What the small sections of a set say: device, case, hashes, bad sectors, sessions. */
import { Buffer } from "node:buffer";
import { adler32 } from "../../kernels/adler32.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { ENTRIES_AT, errorEntry, listHeader, memoryEntry, sessionEntry } from "./layouts.ts";
import { decodeObjectText, mainObject } from "./object-text.ts";
import { dataOf, sectionHolds, type Ewf2Section, type Ewf2Segment } from "./sections.ts";
import { joinedSectors } from "../sector-ranges.ts";

const CHECKSUM = 4;
const MAX_OBJECT_BYTES = 4 << 20;
/** Far above any list that a program writes: four million ranges. */
const MAX_LIST_BYTES = 64 << 20;
const AUDIO = 1;

export type Tags = ReadonlyMap<string, string>;

export interface SectorRange {
  readonly first: number;
  readonly count: number;
}

export function damaged(segment: Ewf2Segment, section: Ewf2Section): Finding {
  return finding("image/section-damaged", { segment: segment.number, section: section.type });
}

function* sectionsOf(segments: readonly Ewf2Segment[], type: string): Iterable<[Ewf2Segment, Ewf2Section]> {
  for (const segment of segments) {
    for (const section of segment.sections) if (section.type === type) yield [segment, section];
  }
}

/** The objects of all sections of a type that hold, with the segments that they stand in. */
export function objectsOf(
  segments: readonly Ewf2Segment[],
  type: string,
  findings: Finding[],
): { readonly segment: number; readonly tags: Tags }[] {
  const found: { segment: number; tags: Tags }[] = [];
  for (const [segment, section] of sectionsOf(segments, type)) {
    const text = decodeObjectText(dataOf(segment, section, MAX_OBJECT_BYTES), segment.compression);
    const tags = text === null ? null : mainObject(text);
    if (!tags || !sectionHolds(segment, section)) findings.push(damaged(segment, section));
    if (tags) found.push({ segment: segment.number, tags });
  }
  return found;
}

/** A whole number of a tag; null where there is none or it cannot be. */
export function numberOf(tags: Tags, tag: string): number | null {
  const text = tags.get(tag) ?? "";
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

/** Seconds since 1970 as ISO 8601 UTC; what is no number stands as it is. */
function dateOf(text: string): string {
  return /^\d{1,11}$/.test(text) ? new Date(Number(text) * 1000).toISOString().replace(".000Z", "Z") : text;
}

export function readHashes(segments: readonly Ewf2Segment[], findings: Finding[]): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [algorithm, length] of [
    ["md5", 16],
    ["sha1", 20],
  ] as const) {
    for (const [segment, section] of sectionsOf(segments, algorithm)) {
      const data = dataOf(segment, section, length + CHECKSUM);
      if (!summed(data, 0, length) || !sectionHolds(segment, section)) {
        findings.push(damaged(segment, section));
        continue;
      }
      const hash = Buffer.from(data.subarray(0, length)).toString("hex");
      if (hashes[algorithm] !== undefined && hashes[algorithm] !== hash) {
        findings.push(finding("ewf/hashes-differ", { algorithm }));
      }
      if (!/^0+$/.test(hash)) hashes[algorithm] = hash;
    }
  }
  return hashes;
}

/** Whether the Adler-32 of `bytes[from, to)` stands behind them. */
function summed(bytes: Uint8Array, from: number, to: number): boolean {
  if (to + CHECKSUM > bytes.length) return false;
  const stored = new DataView(bytes.buffer, bytes.byteOffset + to, CHECKSUM).getUint32(0, true);
  return adler32(bytes, from, to) === stored;
}

/** The bytes of the entries of a list with header and footer; null where one of the checksums fails. */
export function entriesIn(segment: Ewf2Segment, section: Ewf2Section, entrySize: number): Uint8Array | null {
  const data = dataOf(segment, section, MAX_LIST_BYTES);
  if (!summed(data, 0, listHeader.size - CHECKSUM) || data.length < ENTRIES_AT) return null;
  const end = ENTRIES_AT + listHeader.cursor().over(data).entryCount * entrySize;
  return summed(data, ENTRIES_AT, end) ? data.subarray(ENTRIES_AT, end) : null;
}

/** Sectors that the acquisition could not read: sorted, merged, clipped to the medium. */
export function readErrors(segments: readonly Ewf2Segment[], sectorCount: number, findings: Finding[]): SectorRange[] {
  const ranges: SectorRange[] = [];
  const cursor = errorEntry.cursor();
  for (const [segment, section] of sectionsOf(segments, "errors")) {
    const entries = entriesIn(segment, section, errorEntry.size);
    if (!entries) findings.push(damaged(segment, section));
    for (let at = 0; at < (entries?.length ?? 0); at += errorEntry.size) {
      const { first, count } = cursor.over(entries!, at);
      if (first < sectorCount && count > 0) ranges.push({ first, count: Math.min(count, sectorCount - first) });
    }
  }
  return joinedSectors(ranges);
}

/** The tracks of an optical disc, and the extents of acquired memory, as facts. */
export function readPlaces(segments: readonly Ewf2Segment[], findings: Finding[]): { facts: Fact[]; audio: number } {
  const facts: Fact[] = [];
  let audio = 0;
  const session = sessionEntry.cursor();
  for (const [segment, section] of sectionsOf(segments, "sessions")) {
    const entries = entriesIn(segment, section, sessionEntry.size);
    if (!entries) findings.push(damaged(segment, section));
    for (let at = 0; at < (entries?.length ?? 0); at += sessionEntry.size) {
      const { start, flags } = session.over(entries!, at);
      const isAudio = (flags & AUDIO) !== 0;
      if (isAudio) audio++;
      facts.push({ name: "track", value: `${facts.length + 1}: ${isAudio ? "audio" : "data"} from sector ${start}` });
    }
  }
  const memory = memoryEntry.cursor();
  for (const [segment, section] of sectionsOf(segments, "memory")) {
    // Whether this table has a header and a footer is not published: with them where their checksums hold.
    const entries = entriesIn(segment, section, memoryEntry.size) ?? dataOf(segment, section, MAX_LIST_BYTES);
    for (let at = 0; at + memoryEntry.size <= entries.length && facts.length < 1000; at += memoryEntry.size) {
      const { start, count } = memory.over(entries, at);
      if (count > 0) facts.push({ name: "memory-extents", value: `${count} pages from page ${start}` });
    }
  }
  return { facts, audio };
}

const driveTypes: Readonly<Record<string, string>> = {
  a: "RAM disk",
  c: "optical",
  f: "fixed",
  l: "logical evidence",
  m: "memory",
  p: "PALM",
  r: "removable",
};
const writeBlockers: Readonly<Record<string, string>> = { 1: "FastBloc", 2: "Tableau" };
const compressions: Readonly<Record<number, string>> = { 1: "zlib", 2: "bzip2" };

export function factsOfObjects(device: Tags, kase: Tags, compression: number): Fact[] {
  const drive = driveTypes[device.get("dt") ?? ""] ?? device.get("dt") ?? "";
  const logs = numberOf(device, "ls") ?? 0;
  const palm = numberOf(device, "rs") ?? 0;
  const features = [
    logs > 0 ? `SMART or ATA logs in ${logs} sectors` : "",
    palm > 0 ? `PALM RAM of ${palm} sectors` : "",
  ];
  const process = device.get("pid");
  return factsOf({
    creator: kase.get("av"),
    "creator-platform": kase.get("os"),
    acquired: dateOf(kase.get("tt") ?? ""),
    "system-date": dateOf(kase.get("at") ?? ""),
    "case-number": kase.get("cn"),
    "evidence-number": kase.get("en"),
    examiner: kase.get("ex"),
    description: kase.get("nm"),
    notes: kase.get("nt"),
    model: device.get("md"),
    serial: device.get("sn"),
    label: device.get("lb"),
    "media-kind": drive === "" ? null : `${drive}, ${device.get("ph") === "1" ? "physical" : "logical"}`,
    "write-blocker": writeBlockers[kase.get("wb") ?? ""] ?? null,
    "error-granularity": numberOf(kase, "gr") || null,
    "hpa-sectors": numberOf(device, "hs") || null,
    "dco-sectors": numberOf(device, "dc") || null,
    process: process === "0" ? null : process,
    compression: compressions[compression] ?? null,
    features: features.filter((text) => text !== "").join(", "),
  });
}
