/**
 * Address cards and calendars: lines of a name and a value between BEGIN and END, of which inner ones close first. Cards that follow each
 * other are one file, as telephones export them. Spec: RFC 6350 (vCard), RFC 5545 (iCalendar), vCard 2.1, vCalendar 1.0.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs } from "../first-bytes.ts";
import { beginsAsText, behindLineEnds, Line } from "./text-bytes.ts";

interface Kind {
  readonly id: "vcard" | "icalendar";
  readonly outer: string;
  /** Names that a line begins with. */
  readonly names: RegExp;
  /** Of components inside of the outermost. */
  readonly inner: RegExp;
}

const card: Kind = {
  id: "vcard",
  outer: "VCARD",
  names:
    /^([\w-]+\.)?(VERSION|FN|N|NICKNAME|PHOTO|BDAY|ANNIVERSARY|GENDER|ADR|LABEL|TEL|EMAIL|MAILER|IMPP|LANG|TZ|GEO|TITLE|ROLE|LOGO|AGENT|ORG|MEMBER|RELATED|CATEGORIES|NOTE|PRODID|REV|SORT-STRING|SOUND|UID|CLIENTPIDMAP|URL|KEY|FBURL|CALADRURI|CALURI|KIND|SOURCE|NAME|PROFILE|CLASS|XML|X-[\w-]+)[:;]/i,
  inner: /^VCARD$/i,
};
const calendar: Kind = {
  id: "icalendar",
  outer: "VCALENDAR",
  names:
    /^(VERSION|PRODID|CALSCALE|METHOD|NAME|UID|DTSTAMP|DTSTART|DTEND|DUE|DURATION|SUMMARY|DESCRIPTION|LOCATION|GEO|STATUS|CLASS|TRANSP|SEQUENCE|PRIORITY|CREATED|LAST-MODIFIED|COMPLETED|PERCENT-COMPLETE|ORGANIZER|ATTENDEE|CONTACT|RELATED-TO|URL|CATEGORIES|COMMENT|RESOURCES|ATTACH|RRULE|RDATE|EXDATE|EXRULE|RECURRENCE-ID|TZID|TZNAME|TZOFFSETFROM|TZOFFSETTO|TZURL|ACTION|TRIGGER|REPEAT|FREEBUSY|REQUEST-STATUS|BUSYTYPE|REFRESH-INTERVAL|SOURCE|COLOR|IMAGE|CONFERENCE|ACKNOWLEDGED|STRUCTURED-DATA|STYLED-DESCRIPTION|TZ|DAYLIGHT|AALARM|DALARM|MALARM|PALARM|DCREATED|RNUM|X-[\w-]+)[:;]/i,
  inner:
    /^(VTODO|V(EVENT|JOURNAL|FREEBUSY|TIMEZONE|ALARM|AVAILABILITY|RESOURCE|LOCATION)|STANDARD|DAYLIGHT|AVAILABLE|PARTICIPANT|X-[\w-]+)$/i,
};

const depthLimit = 16;
/** A beginning is believed with this many sound lines over this many bytes. */
const leastLines = 8;
const leastBytes = 192;
const leastInCard = 2;

interface Walk {
  readonly open: string[];
  lines: number;
  /** The value of the line before goes on in this one, of version 2.1: base64, or quoted-printable that ends in `=`. */
  goesOn: boolean;
  /** The line before ended in the `=` of quoted-printable. */
  softEnd: boolean;
  /** Of the card or calendar that is open. */
  versions: number;
  title: string | null;
}

/** Takes one line; false where it cannot be one of the kind. */
function take(line: Line, kind: Kind, walk: Walk): boolean {
  const first = line.window.u8(line.start);
  const text = line.text();
  if (first === 0x20 || first === 9) return walk.lines > 0;
  if (line.isBlank) return walk.goesOn || walk.lines > 0;
  const [, mark, name] = /^(BEGIN|END):\s*([\w-]+)\s*$/i.exec(text) ?? lastMark(line, text, kind, walk);
  if (mark === undefined || name === undefined) return takeProperty(text, kind, walk);
  walk.lines++;
  walk.goesOn = false;
  if (mark.toUpperCase() === "END") return walk.open.pop() === name.toUpperCase();
  const isOuter = walk.open.length === 0;
  if (isOuter) walk.versions = 0;
  if (isOuter ? name.toUpperCase() !== kind.outer : !kind.inner.test(name) || walk.open.length === depthLimit)
    return false;
  walk.open.push(name.toUpperCase());
  return true;
}

/** The file may end without a line end, and the bytes of something else stand right behind its last mark. */
function lastMark(line: Line, text: string, kind: Kind, walk: Walk): readonly string[] {
  const isLast = !line.isWhole && walk.open.length === 1 && line.startsWith(`END:${kind.outer}`);
  return isLast ? [text, "END", kind.outer] : [];
}

function takeProperty(text: string, kind: Kind, walk: Walk): boolean {
  if (kind.names.test(text)) {
    // A file names its version once: a second one is another file's, or a pattern.
    if (/^VERSION[:;]/i.test(text) && walk.versions++ > 0) return false;
    walk.lines++;
    walk.softEnd = text.endsWith("=");
    walk.goesOn = walk.softEnd || /;(ENCODING=)?(BASE64|B|QUOTED-PRINTABLE)[;:]/i.test(text);
    if (walk.title === null && /^(FN|SUMMARY)[:;]/i.test(text)) walk.title = text.slice(text.indexOf(":") + 1);
    return true;
  }
  // Base64 of version 2.1 need not be indented.
  const isSo = walk.softEnd || (walk.goesOn && /^[A-Za-z0-9+/]+={0,2}$/.test(text));
  walk.softEnd = text.endsWith("=");
  return isSo;
}

function carveKind(kind: Kind, source: ByteSource, at: number, end: number): Carved | null {
  if (!beginsAsText(source, at, end, 24)) return null;
  const window = new CarveWindow(source, end);
  const line = new Line(window);
  const walk: Walk = { open: [], lines: 0, goesOn: false, softEnd: false, versions: 0, title: null };
  let [to, whole] = [at, at];
  while (line.read(to)) {
    const isFirst = walk.open.length === 0;
    // Behind a closed file only another of the same may follow.
    if (isFirst && whole > at && !line.isBlank && !line.startsWith(`BEGIN:${kind.outer}`)) break;
    if (isFirst && whole === at && !line.startsWith(`BEGIN:${kind.outer}`)) return null;
    const before = walk.lines;
    if (!take(line, kind, walk)) break;
    to = line.to;
    if (walk.open.length === 0 && walk.lines > before)
      whole = line.isWhole ? line.to : line.start + `END:${kind.outer}`.length;
    if (!line.isWhole) break;
  }
  if (whole > at) {
    if (walk.lines <= leastInCard + 1) return null;
    return carvedAs(kind.id, "complete", Math.max(whole, behindBlank(window, whole)) - at, walk.title);
  }
  const isBeginning = walk.lines >= leastLines && to - at >= leastBytes;
  return isBeginning && !repeatsItself(window, at) ? carvedAs(kind.id, "truncated", to - at, walk.title) : null;
}

/** Blank lines at the end belong to the file where nothing else follows. */
function behindBlank(window: CarveWindow, at: number): number {
  const to = behindLineEnds(window, at);
  return !window.has(to, 1) || window.u8(to) === 0 ? to : at;
}

export const vcardCarver: Carver = {
  id: "vcard",
  family: "carver",
  name: "Address cards",
  spec: "RFC 6350; vCard 2.1",
  level: "complete",
  kinds: [{ id: "vcard", name: "Address cards", extension: "vcf" }],
  signatures: [textSignature("BEGIN:VCARD", { fold: true })],
  limitBytes: 2 ** 28,
  carve: (source, at, end) => carveKind(card, source, at, end),
};

export const icalendarCarver: Carver = {
  id: "icalendar",
  family: "carver",
  name: "Calendar",
  spec: "RFC 5545; vCalendar 1.0",
  level: "complete",
  kinds: [{ id: "icalendar", name: "Calendar", extension: "ics" }],
  signatures: [textSignature("BEGIN:VCALENDAR", { fold: true })],
  limitBytes: 2 ** 28,
  carve: (source, at, end) => carveKind(calendar, source, at, end),
};
