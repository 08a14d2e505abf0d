/**
 * ZIP archives (APPNOTE 6.3.10), told apart by what they hold. Walks the local headers, checks stored and deflated members against their
 * CRC-32, then the directory against the members, to the end record and its comment.
 *
 * A local header is also inside every archive. One from which the walk reaches a directory that names members before it is the rest of
 * an archive whose beginning is lost: `fragment`. One without a directory behind it is `truncated`; whether others stood before it, nobody
 * can say. An archive behind a program (self-extracting) is carved from its first local header; its offsets count the program.
 *
 * Not checked: members that are encrypted or packed by other methods than deflate (their lengths are). Not supported: split archives,
 * archives without a member.
 */
import { Probe } from "../../../typing/probe.ts";
import { refineZip } from "../../../typing/zip-kind.ts";
import type { ByteSource } from "../../../bytes/byte-source.ts";
import { CarveWindow } from "../../carve-window.ts";
import { type Carved, type Carver, signature } from "../../carver.ts";
import { JoinedSource } from "../joined-source.ts";
import { complete, damagedInside, firstBytes, fragment, truncated, typedKind } from "../verdict.ts";
import { findEnd, readDirectory } from "./directory.ts";
import { local } from "./layouts.ts";
import { joinZip } from "./pieces.ts";
import { walkMembers, type Walked } from "./walk.ts";

/** Bytes between members that no record accounts for, as some updates leave them. */
const strayBytes = 1 << 20;
/** A beginning alone is believed from here on: two members, or one with so many bytes in an archive that long. */
const soundMembers = 2;
const soundBytes = 64;
const soundLength = 256;
const newestVersion = 100;

const kindIds = [
  ...["zip", "docx", "docm", "dotx", "xlsx", "xlsm", "xlsb", "pptx", "pptm", "ppsx", "vsdx", "xps", "ooxml"],
  ...["odt", "ods", "odp", "odg", "epub", "jar", "apk", "ipa", "appx", "kmz", "asice"],
];
const known = new Set(kindIds);

export const zipCarver: Carver = {
  id: "zip",
  family: "carver",
  name: "ZIP archive",
  spec: "PKWARE APPNOTE 6.3.10",
  level: "partial",
  kinds: kindIds.map(typedKind),
  signatures: [signature("50 4b 03 04")],
  limitBytes: 2 ** 38,
  carve(source, at, end) {
    return isHeader(source, at, end) ? carveZip(source, at, end) : null;
  },
  carveInPieces(source, at, end, blockBytes) {
    if (!isHeader(source, at, end)) return null;
    const pieces = joinZip(source, at, end, blockBytes);
    if (pieces === null) return null;
    const joined = new JoinedSource(source, pieces);
    const whole = carveZip(joined, 0, joined.size);
    return whole?.verdict === "complete" && whole.length === joined.size ? { ...whole, pieces } : null;
  },
};

function isHeader(source: ByteSource, at: number, end: number): boolean {
  const head = firstBytes(source, at, end, local.size);
  if (head === null) return false;
  const { method, nameLength, versionNeeded } = local.offsets;
  const name = head.getUint16(nameLength, true);
  return (
    (head.getUint16(versionNeeded, true) & 0xff) <= newestVersion && head.getUint16(method, true) <= 99 && name < 4096
  );
}

function carveZip(source: ByteSource, at: number, end: number): Carved | null {
  const window = new CarveWindow(source, end);
  const walked = walkMembers(window, at);
  if (walked.members === 0) return null;
  const whole = walked.stop === "directory" ? atDirectory(window, at, walked) : pastStrays(window, at, walked);
  return whole ?? beginning(source, at, walked);
}

function atDirectory(window: CarveWindow, at: number, walked: Walked): Carved | null {
  const directory = readDirectory(window, at, walked.end, walked.crcs);
  if (directory === null || directory.records === 0) return null;
  const length = directory.end - at;
  const kind = kindOf(window.source, at, length);
  if (directory.before > 0) {
    // An empty first member is made of any bytes whose lengths happen to be zeros.
    const isSound = walked.damagedAt === null && walked.checked > 0 && (walked.crcs.get(at) ?? 0) !== 0;
    return isSound ? fragment(kind, length) : null;
  }
  if (walked.damagedAt !== null) return damagedInside(kind, length, walked.damagedAt - at);
  return directory.strays === 0 && directory.shift >= 0 ? complete(kind, length) : null;
}

/** Members that the walk does not reach: the directory knows them, if an end record close by leads to it. */
function pastStrays(window: CarveWindow, at: number, walked: Walked): Carved | null {
  const found = findEnd(window, walked.end, Math.min(window.end, walked.end + strayBytes));
  if (found === null || at + found.directoryAt + found.directorySize !== found.endAt) return null;
  const directoryAt = at + found.directoryAt;
  const directory = readDirectory(window, at, directoryAt, null);
  if (directory === null || directoryAt < walked.end) return null;
  const length = directory.end - at;
  return damagedInside(kindOf(window.source, at, length), length, walked.end - at);
}

function beginning(source: ByteSource, at: number, walked: Walked): Carved | null {
  const length = walked.end - at;
  const sound = walked.checked >= soundMembers || (walked.checked > 0 && walked.checkedBytes >= soundBytes);
  return sound && length >= soundLength ? truncated(kindOf(source, at, length), length) : null;
}

function kindOf(source: ByteSource, at: number, length: number): string {
  const kind = refineZip(new Probe(new JoinedSource(source, [{ start: at, length }]))) ?? "zip";
  return known.has(kind) ? kind : "zip";
}
