/**
 * ar archives and Debian packages (System V and BSD variants; deb(5)): member headers, each with its two end bytes. The format has no end: a package
 * is whole with its `data.tar`; a library where its symbol table names the last members that stand; any other archive is `truncated`, as nobody
 * can tell whether a member followed.
 */
import { CarveWindow } from "../carve-window.ts";
import { type Carved, type Carver, textSignature } from "../carver.ts";
import { complete, firstBytes, truncated, typedKind } from "./verdict.ts";

const magicBytes = 8;
/** System V ABI, archive header: 60 bytes of text. */
const member = { bytes: 60, size: 48, sizeLength: 10, ends: 58 } as const;
const mostMembers = 1 << 20;
const mostSymbols = 1 << 20;
const soundMembers = 2;

export const arCarver: Carver = {
  id: "ar",
  family: "carver",
  name: "ar archive",
  spec: "System V ABI 7; deb(5)",
  level: "partial",
  kinds: [typedKind("ar"), typedKind("deb")],
  signatures: [textSignature("!<arch>\n")],
  limitBytes: 2 ** 34,
  carve(source, at, end) {
    const head = firstBytes(source, at, end, 64);
    if (head === null) return null;
    const window = new CarveWindow(source, end);
    return window.isText(at + magicBytes, "debian-binary") ? carvePackage(window, at) : carveLibrary(window, at);
  },
};

/** Bytes of the member's data; -1 where no header is. */
function readSize(window: CarveWindow, at: number): number {
  if (!window.has(at, member.bytes) || !window.isText(at + member.ends, "`\n")) return -1;
  for (let i = 0; i < member.size; i++) {
    const byte = window.u8(at + i);
    if (byte < 32 || byte > 126) return -1;
  }
  const text = Buffer.from(window.view(at + member.size, member.sizeLength))
    .toString("latin1")
    .trimEnd();
  return /^\d+$/.test(text) ? Number(text) : -1;
}

interface Member {
  readonly at: number;
  readonly size: number;
  /** Behind the data, without the byte that makes them even. */
  readonly end: number;
}

/** Members from the first on, as long as headers stand and data lie before the end. */
function* members(window: CarveWindow, start: number): Iterable<Member> {
  let at = start + magicBytes;
  for (let i = 0; i < mostMembers; i++) {
    const size = readSize(window, at);
    const end = at + member.bytes + size;
    if (size < 0 || !window.has(at, end - at)) return;
    yield { at, size, end };
    at = end + (size % 2);
  }
}

function carvePackage(window: CarveWindow, at: number): Carved | null {
  let end = at;
  let count = 0;
  let hasControl = false;
  for (const one of members(window, at)) {
    count++;
    end = one.end + (one.size % 2);
    if (window.isText(one.at, "control.tar")) hasControl = true;
    if (!window.isText(one.at, "data.tar")) continue;
    // Signatures of some distributions stand behind.
    const length = behindSignatures(window, at, one) - at;
    return hasControl ? complete("deb", length) : null;
  }
  return count >= soundMembers && hasControl ? truncated("deb", Math.min(end, window.end) - at) : null;
}

function behindSignatures(window: CarveWindow, start: number, data: Member): number {
  let last = data;
  for (const one of members(window, start)) {
    if (one.at > data.at && window.isText(one.at, "_gpg")) last = one;
  }
  return padded(window, last);
}

/** Behind the member; data of odd length are followed by a line feed. */
const padded = (window: CarveWindow, { size, end }: Member): number =>
  size % 2 === 1 && window.has(end, 1) && window.u8(end) === 10 ? end + 1 : end;

function carveLibrary(window: CarveWindow, at: number): Carved | null {
  const places = new Set<number>();
  let table: Member | null = null;
  let last: Member | null = null;
  for (const one of members(window, at)) {
    places.add(one.at - at);
    if (last === null && window.isText(one.at, "/               ")) table = one;
    last = one;
  }
  if (last === null) return null;
  const end = padded(window, last);
  if (table !== null && namesLast(window, table, places)) return complete("ar", end - at);
  return places.size >= soundMembers ? truncated("ar", end - at) : null;
}

/** Whether every place in the symbol table is a member's, and the last member's is among them or a table of names. */
function namesLast(window: CarveWindow, table: Member, places: ReadonlySet<number>): boolean {
  const dataAt = table.at + member.bytes;
  const count = window.u32be(dataAt);
  if (count === 0 || count > mostSymbols || 4 + 4 * count > table.size) return false;
  let highest = 0;
  for (let i = 1; i <= count; i++) {
    const place = window.u32be(dataAt + 4 * i);
    if (!places.has(place)) return false;
    highest = Math.max(highest, place);
  }
  return highest === [...places].at(-1);
}
