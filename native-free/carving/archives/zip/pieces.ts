/**
 * ZIP archives in two parts with a gap of whole blocks between. The gap follows from an end record behind it: the directory stands a
 * known way from the beginning, and where it stands too far, the rest is the gap. Where the first part ends, the member that breaks says:
 * it lies between the last member that holds and the place where the walk failed, and with the right cut its CRC-32 agrees.
 *
 * Bounds: end records within 64 MiB behind the break, at most 32 of them; at most 1 024 cuts tried for each, 4 096 in all, nearest to the
 * break first, and 1 GiB of packed data read for them. A break inside the directory is found where its records then lead to the end record.
 */
import type { ByteSource } from "../../../bytes/byte-source.ts";
import { CarveWindow } from "../../carve-window.ts";
import type { CarvedPiece } from "../../carver.ts";
import { JoinedSource } from "../joined-source.ts";
import { findEnd, type FoundEnd, readDirectory } from "./directory.ts";
import { endRecord, mark } from "./layouts.ts";
import { reachOf, readMember } from "./member.ts";
import { walkMembers } from "./walk.ts";

const searchBytes = 1 << 26;
const mostEnds = 32;
const mostCutsEach = 1024;
const mostCuts = 4096;
const mostReadBytes = 2 ** 30;

interface Budget {
  cuts: number;
  bytes: number;
}

/** The two parts, the archive's to its very end; null where none fit. */
export function joinZip(source: ByteSource, at: number, end: number, blockBytes: number): CarvedPiece[] | null {
  const window = new CarveWindow(source, end);
  const walked = walkMembers(window, at);
  // What holds may hold by chance of lengths alone only up to the first damage.
  const holdsTo = walked.damagedAt ?? walked.end;
  const budget: Budget = { cuts: mostCuts, bytes: mostReadBytes };
  let from = holdsTo;
  for (let tried = 0; tried < mostEnds; tried++) {
    const found = findEnd(window, from, Math.min(window.end, holdsTo + searchBytes));
    if (found === null) return null;
    const pieces = joinAt(window, at, holdsTo, found, blockBytes, budget);
    if (pieces !== null) return pieces;
    from = found.endAt + endRecord.size;
  }
  return null;
}

function joinAt(
  window: CarveWindow,
  at: number,
  holdsTo: number,
  found: FoundEnd,
  blockBytes: number,
  budget: Budget,
): CarvedPiece[] | null {
  const endAt = found.directoryAt + found.directorySize;
  const gap = found.endAt - at - endAt;
  if (gap <= 0 || gap % blockBytes !== 0) return null;
  const commentLength = window.u16(found.endAt + endRecord.offsets.commentLength);
  const length = endAt + endRecord.size + commentLength;
  if (!window.has(at, length + gap)) return null;
  // What holds not begins before the gap or at it, and is decoded a little into the gap at most: the last cut comes first.
  const first = Math.max(1, Math.ceil((holdsTo - at) / blockBytes));
  const reach = Math.min(reachOf(window, holdsTo) - at, length - 1);
  const last = Math.max(first, Math.floor(reach / blockBytes));
  for (let tried = 0; tried < mostCutsEach && last - tried >= first; tried++) {
    if (budget.cuts-- <= 0 || budget.bytes <= 0) return null;
    const cut = (last - tried) * blockBytes;
    const pieces = [
      { start: at, length: cut },
      { start: at + cut + gap, length: length - cut },
    ];
    if (agrees(new JoinedSource(window.source, pieces), holdsTo - at, budget)) return pieces;
  }
  return null;
}

/** Whether what broke at `at` holds in the pieces: a member by its CRC-32, the directory by its end. */
function agrees(joined: JoinedSource, at: number, budget: Budget): boolean {
  const window = new CarveWindow(joined, joined.size);
  if (!window.has(at, 4)) return false;
  if (window.u32(at) === mark.central) return readDirectory(window, 0, at, null) !== null;
  const member = readMember(window, at);
  budget.bytes -= Math.max(1 << 16, (member?.end ?? at) - at);
  if (member === null || member.end === null || member.state !== "checked") return false;
  const next = window.u32(member.end);
  return next === mark.local || next === mark.central || next === mark.extraData;
}
