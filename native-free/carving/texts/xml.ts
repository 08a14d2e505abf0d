/**
 * XML and what is made of it, told apart by the root: from the declaration (or a root that needs none) to where the root closes.
 * Spec: XML 1.0; the kinds as in their rows. In UTF-8 or any encoding of one byte, and in UTF-16.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature, textSignature } from "../carver.ts";
import type { Carved, CarvedKind, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";
import { behindLineEnds, isTextByte } from "./text-bytes.ts";
import { XmlWalk } from "./xml-walk.ts";
import type { Units } from "./xml-walk.ts";

interface XmlKind extends CarvedKind {
  /** Local name of the root. */
  readonly root: string;
  /** Part of the attributes of the root, where other kinds have a root of that name. */
  readonly namespace?: string;
}

const kinds: readonly XmlKind[] = [
  { id: "gpx", name: "GPS track (GPX)", extension: "gpx", root: "gpx" },
  { id: "kml", name: "Google Earth places (KML)", extension: "kml", root: "kml" },
  { id: "tcx", name: "Training track", extension: "tcx", root: "TrainingCenterDatabase" },
  { id: "svg", name: "SVG drawing", extension: "svg", root: "svg" },
  { id: "plist-xml", name: "Property list (XML)", extension: "plist", root: "plist" },
  { id: "rss", name: "RSS feed", extension: "rss", root: "rss" },
  { id: "atom", name: "Atom feed", extension: "atom", root: "feed", namespace: "http://www.w3.org/2005/Atom" },
  { id: "xhtml", name: "XHTML page", extension: "xhtml", root: "html" },
  { id: "word-xml", name: "Word 2003 XML document", extension: "xml", root: "wordDocument" },
  {
    id: "excel-xml",
    name: "Excel 2003 XML workbook",
    extension: "xml",
    root: "Workbook",
    namespace: "urn:schemas-microsoft-com:office:spreadsheet",
  },
  { id: "fb2", name: "FictionBook", extension: "fb2", root: "FictionBook" },
];
const plain: CarvedKind = { id: "xml", name: "XML document", extension: "xml" };

/** A beginning is believed with this many tags over this many bytes. */
const leastTags = 12;
const leastBytes = 256;
const leastWholeTags = 4;
const leastWholeBytes = 128;

function kindOf(walk: XmlWalk): CarvedKind {
  const local = walk.root.slice(walk.root.indexOf(":") + 1);
  const found = kinds.find(
    ({ root, namespace }) => root === local && (namespace === undefined || walk.rootAttributes.includes(namespace)),
  );
  return found ?? plain;
}

function unitsOf(head: Uint8Array): Units | null {
  if (head[0] === 0xff && head[1] === 0xfe) return "little";
  if (head[0] === 0xfe && head[1] === 0xff) return "big";
  if (head[0] === 0x3c && head[1] === 0) return "little";
  if (head[0] === 0 && head[1] === 0x3c) return "big";
  for (let i = 0; i < 24; i++) if (!isTextByte(head[i]!)) return null;
  return "byte";
}

/** A root of a known name with something in it, or some tags: a declaration in front of one tag is found in many a text. */
function isEnough(walk: XmlWalk): boolean {
  return kindOf(walk) === plain
    ? walk.tags >= leastWholeTags && walk.at - walk.start >= leastWholeBytes
    : walk.tags > 1;
}

/** One line end of UTF-16. */
function behindWideLineEnd(window: CarveWindow, at: number, units: Units): number {
  const code = (place: number): number => (units === "little" ? window.u16(place) : window.u16be(place));
  const to = code(at) === 13 ? at + 2 : at;
  return window.has(to, 2) && code(to) === 10 ? to + 2 : at;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const units = unitsOf(head);
  if (units === null) return null;
  const hasMark = head[0] === 0xef;
  const window = new CarveWindow(source, end);
  const walk = new XmlWalk(window, at + (hasMark ? 3 : 0), units);
  const isWhole = walk.toEnd();
  if (walk.root === "" || walk.isOther) return null;
  if (isWhole) {
    if (!isEnough(walk)) return null;
    const to = units === "byte" ? behindLineEnds(window, walk.at) : behindWideLineEnd(window, walk.at, units);
    return carvedAs(kindOf(walk).id, "complete", to - at);
  }
  const isBeginning = walk.tags >= leastTags && walk.held - walk.start >= leastBytes * walk.step;
  return isBeginning ? carvedAs(kindOf(walk).id, "truncated", Math.min(walk.held, window.end) - at) : null;
}

export const xmlCarver: Carver = {
  id: "xml",
  family: "carver",
  name: "XML (GPX, KML, SVG, property lists, feeds)",
  spec: "XML 1.0",
  level: "complete",
  kinds: [plain, ...kinds.map(({ id, name, extension }) => ({ id, name, extension }))],
  signatures: [
    textSignature("<?xml "),
    signature("ef bb bf 3c 3f 78 6d 6c"),
    signature("ff fe 3c 00 3f 00 78 00 6d"),
    signature("fe ff 00 3c 00 3f 00 78 00 6d"),
    signature("3c 00 3f 00 78 00 6d 00 6c"),
    ...["<gpx ", "<kml ", "<svg ", "<plist ", "<!DOCTYPE plist ", "<!DOCTYPE svg "].map((text) => textSignature(text)),
  ],
  limitBytes: 2 ** 31,
  carve,
};
