/** The members of a ZIP archive from its first local header on, up to the first thing that is none (APPNOTE 6.3.10, 4.3.6). */
import type { CarveWindow } from "../../carve-window.ts";
import { mark } from "./layouts.ts";
import { readMember } from "./member.ts";

/** Places of so many members are kept, to compare with the directory. */
const keptMembers = 1 << 20;
const androidTrailer = "APK Sig Block 42";
const androidLeast = 32;

export interface Walked {
  /** Where each member begins, with its CRC-32 (null: not known), as far as they are kept. */
  readonly crcs: ReadonlyMap<number, number | null>;
  /** Members that agree with their CRC-32 and are not empty. */
  readonly checked: number;
  readonly checkedBytes: number;
  /** Members whose lengths lead to another record. */
  readonly members: number;
  /** Beginning of the first member that is damaged, null where none is. */
  readonly damagedAt: number | null;
  /** Behind the last sound member. */
  readonly end: number;
  /** Why it ended: the directory's first record, or a member that leads nowhere, or bytes that are no record. */
  readonly stop: "directory" | "member" | "nothing";
}

export function walkMembers(window: CarveWindow, start: number): Walked {
  const crcs = new Map<number, number | null>();
  let checked = 0;
  let checkedBytes = 0;
  let members = 0;
  let damagedAt: number | null = null;
  let at = start;
  const done = (stop: Walked["stop"]): Walked => ({ crcs, checked, checkedBytes, members, damagedAt, end: at, stop });
  for (;;) {
    if (!window.has(at, 4)) return done("nothing");
    const found = window.u32(at);
    if (found !== mark.local) {
      if (found === mark.central || found === mark.end || found === mark.end64) return done("directory");
      const next = stepOver(window, at, found);
      if (next === null) return done("nothing");
      at = next;
      continue;
    }
    const member = readMember(window, at);
    if (member === null) return done("nothing");
    // Damaged inside, and yet a record stands where the next one should: the damage is the member's alone.
    if (member.end === null || (member.state === "damaged" && !leadsOn(window, member.end))) return done("member");
    if (crcs.size < keptMembers) crcs.set(at, member.crc);
    if (member.state === "damaged") damagedAt ??= at;
    members++;
    if (member.bytes > 0) checked++;
    checkedBytes += member.bytes;
    at = member.end;
  }
}

function leadsOn(window: CarveWindow, at: number): boolean {
  const found = window.has(at, 4) ? window.u32(at) : 0;
  return found === mark.local || found === mark.central || found === mark.extraData;
}

/** Behind what may stand between members and directory: the archive extra data record (4.3.11) and Android's signing block. */
function stepOver(window: CarveWindow, at: number, found: number): number | null {
  if (found === mark.extraData && window.has(at, 8)) return at + 8 + window.u32(at + 4);
  const length = window.u64(at);
  if (length < androidLeast || !window.has(at, 8 + length)) return null;
  const end = at + 8 + length;
  return window.isText(end - androidTrailer.length, androidTrailer) && window.u64(end - 24) === length ? end : null;
}
