/**
 * AFF4 1.0 disk images: one volume or several (striped), each a ZIP file or a folder. Read: deflate, zlib, LZ4, Snappy and stored
 * chunks, maps of maps, images of Evimetry from before the standard. Written: see writer.ts. Not read: encrypted streams; logical
 * evidence (AFF4-L) has a format of its own; mapPath, which only says in what order points were added, is compared with its hash.
 */
import { Buffer } from "node:buffer";
import type { ImageFormat } from "../image-format.ts";
import { aff4MemberOf } from "./membership.ts";
import { openAff4 } from "./open.ts";
import { DESCRIPTION_MEMBER, TURTLE_MEMBER, VERSION_MEMBER } from "./vocabulary.ts";

const LOCAL_HEADER = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
/** Of the first member, behind the fixed part of its header (APPNOTE 4.3.7). */
const NAME_AT = 30;
const STRIPE = /^(.+_)(\d{1,4})(\.af+4)$/is;

export const aff4Format: ImageFormat = {
  registration: {
    id: "aff4",
    family: "image",
    name: "Advanced Forensic Format 4 disk image",
    spec: "AFF4 Standard 1.0a",
    level: "partial",
  },
  detect({ head }) {
    if (Buffer.compare(head.subarray(0, 4), LOCAL_HEADER) !== 0) return "no";
    const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1");
    const first = (name: string): boolean => text.startsWith(name, NAME_AT);
    if (first(DESCRIPTION_MEMBER)) return text.includes("aff4://", NAME_AT) ? "certain" : "possible";
    const hinted = [TURTLE_MEMBER, VERSION_MEMBER, "aff4%3A%2F%2F", "aff4%3a%2f%2f"].some(first);
    return hinted && text.toLowerCase().includes("aff4") ? "possible" : "no";
  },
  detectFolder: (names) => names.includes(DESCRIPTION_MEMBER) && names.includes(TURTLE_MEMBER),
  segmentsOf(name, namesInFolder) {
    if (name === "") return [DESCRIPTION_MEMBER, ...namesInFolder.filter((other) => other !== DESCRIPTION_MEMBER)];
    const [, stem, , ending] = STRIPE.exec(name) ?? [];
    if (stem === undefined) return [name];
    const stripes = namesInFolder
      .map((other) => ({ other, parts: STRIPE.exec(other) }))
      .filter(({ parts }) => parts?.[1] === stem && parts[3] === ending)
      .map(({ other, parts }) => ({ other, number: Number(parts![2]) }))
      .sort((a, b) => a.number - b.number);
    // 1, 2, … without a gap: what lies behind one, or begins elsewhere, is another image.
    const set = stripes.filter(({ number }, index) => number === index + 1).map(({ other }) => other);
    return set.includes(name) ? set : [name];
  },
  memberOf: aff4MemberOf,
  open: (segments) => openAff4(segments),
};
