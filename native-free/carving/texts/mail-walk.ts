/**
 * Walks a message: header fields, then a body that a closing boundary ends where it is in parts, and otherwise the end of text.
 * Spec: RFC 5322 sections 2.1, 2.2 and 3.6; RFC 2046 section 5.1.1 (boundaries); RFC 4155 appendix A (what parts messages of a mailbox).
 */
import type { CarveWindow } from "../carve-window.ts";
import { behindLineEnds, isPadded, isTextByte, Line } from "./text-bytes.ts";

const colon = 0x3a;
const longestName = 76;
const fieldLimit = 2000;

/** Fields that mail has; those that may come only once (RFC 5322 section 3.6) are bits below 8. */
const once = ["from", "date", "subject", "message-id", "to", "cc", "reply-to", "in-reply-to"];
const others = ["received", "return-path", "delivered-to", "mime-version", "content-type", "sender", "references"];
const known: ReadonlyMap<string, number> = new Map([...once, ...others].map((name, i) => [name, 1 << i]));
const onceMask = (1 << once.length) - 1;
const origins = ["from", "received", "return-path", "sender"].reduce((bits, name) => bits | known.get(name)!, 0);

/** Of one message; all but `end` are found in its header. */
export interface Message {
  /** Where the body begins, or the header ends where there is none. */
  readonly bodyAt: number;
  /** Known fields, each counted once. */
  readonly fields: number;
  readonly hasOrigin: boolean;
  readonly boundary: string | null;
  readonly subject: string | null;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Bytes of the name of a field before its colon; 0 where the line is none (printable ASCII but space and colon). */
function nameBytes(line: Line): number {
  const limit = Math.min(line.length, longestName);
  for (let i = 0; i < limit; i++) {
    const byte = line.window.u8(line.start + i);
    if (byte === colon) return i;
    if (byte <= 0x20 || byte > 0x7e) return 0;
  }
  return 0;
}

/** The header at `at`; null where its lines are no fields, one that comes once comes twice, or it does not end. */
export function readHeader(window: CarveWindow, at: number): Message | null {
  const line = new Line(window);
  let [place, bits, isType] = [at, 0, false];
  let [type, subject] = ["", null as string | null];
  for (let fields = 0; fields < fieldLimit;) {
    if (!line.read(place)) break;
    const first = window.u8(line.start);
    if (line.end === line.start) {
      place = line.to;
      break;
    }
    if ((first === 0x20 || first === 9) && fields > 0) {
      if (isType && type.length < 2000) type += line.text();
    } else {
      const length = nameBytes(line);
      if (length === 0) return null;
      const text = line.text();
      const name = text.slice(0, length).toLowerCase();
      const bit = known.get(name) ?? 0;
      if ((bit & bits & onceMask) !== 0) return null;
      bits |= bit;
      isType = name === "content-type";
      if (isType) type = text;
      if (name === "subject") subject = text.slice(length + 1).trim();
      fields++;
    }
    place = line.to;
    if (!line.isWhole) break;
  }
  // A header that is cut inside a line says nothing of what would have come; only padding may end it.
  if (!line.isWhole && !isPadded(window, place)) return null;
  return {
    bodyAt: place,
    fields: countBits(bits),
    hasOrigin: (bits & origins) !== 0,
    boundary: boundaryOf(type),
    subject,
  };
}

function boundaryOf(type: string): string | null {
  const [, quoted, bare] = /\bboundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
  return /^content-type:\s*multipart\//i.test(type) && boundary !== undefined ? boundary : null;
}

export interface Body {
  readonly end: number;
  /** A closing boundary, or text that ends as files of text do. */
  readonly isWhole: boolean;
  /** Another message of a mailbox begins at `end`. */
  readonly isFollowed: boolean;
}

const days = /^From \S.{0,300}?\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(\d{1,2} +)?[A-Z][a-z]{2}\b.{0,40}\d{4}/;

/** Whether a line parts two messages of a mailbox: sender and date (RFC 4155). */
export function isSeparator(line: Line): boolean {
  return line.startsWith("From ") && days.test(line.text());
}

/** The body from `at` on. In a mailbox a boundary does not end it: what follows up to the next message belongs to it. */
export function readBody(window: CarveWindow, at: number, boundary: string | null, isMailbox: boolean): Body {
  const line = new Line(window);
  const closing = boundary === null ? null : `--${boundary}--`;
  let [place, hasClosed] = [at, false];
  while (line.read(place)) {
    const first = window.u8(place);
    const isOpen = closing !== null && !isMailbox;
    if (first === 0x46 && !isOpen && isSeparator(line))
      return { end: place, isWhole: closing === null || hasClosed, isFollowed: true };
    if (closing !== null && first === 0x2d && window.isText(place, closing)) {
      hasClosed = true;
      if (!isMailbox) return { end: behindClosing(window, line), isWhole: true, isFollowed: false };
    }
    if (!line.isWhole) break;
    place = line.to;
  }
  const to = line.to;
  if (isPadded(window, to)) return { end: to, isWhole: closing === null || hasClosed, isFollowed: false };
  // Bytes that are no text begin inside a line: the line is theirs.
  return { end: place, isWhole: (closing === null || hasClosed) && place > at, isFollowed: false };
}

function behindClosing(window: CarveWindow, line: Line): number {
  let to = line.end;
  // Bytes of something else may stand right behind the boundary.
  for (let at = line.start; at < line.end; at++)
    if (!isTextByte(window.u8(at)) || window.u8(at) > 0x7e) to = Math.min(to, at);
  return Math.max(behindLineEnds(window, to, 4), to);
}
