/**
 * Outlook data files, ANSI and Unicode, with pages of 512 bytes and of 4 KiB (MS-PST 2.2.2.6): header with its CRC, length by `ibFileEof`, the root pages
 * of both B-trees with their CRCs, and every allocation page in its fixed place.
 *
 * Blocks of messages are not read. Of files with pages of 4 KiB, which MS-PST does not describe, the allocation pages are not looked at.
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { wide } from "../../bytes/field-types.ts";
import { bytes, struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { complete, damagedInside, firstBytes, truncated, typedKind } from "../archives/verdict.ts";
import { CarveWindow } from "../carve-window.ts";
import { type Carved, type Carver, signature } from "../carver.ts";

/** MS-PST 2.2.2.6, as far as both forms agree. */
const header = struct("carve.pst.header", 16, {
  magic: [0, u32],
  crc: [4, u32, "of 471 bytes from the next field on"],
  client: [8, u16, "SM, SO or AB"],
  version: [10, u16, "14 or 15: ANSI; 23: Unicode; 36: Unicode with pages of 4 KiB"],
  clientVersion: [12, u16],
  create: [14, u8],
  access: [15, u8],
});
/** The same and MS-PST 2.2.2.5, from the beginning of the file. */
const unicode = struct("carve.pst.unicode", 528, {
  fileEnd: [184, wide, "bytes"],
  nodeRoot: [224, wide, "place of a page"],
  blockRoot: [240, wide, "place of a page"],
  mapsValid: [248, u8, "0: the allocation pages may be behind"],
  sentinel: [512, u8, "0x80"],
  full: [524, u32, "CRC of 516 bytes from `client` on"],
});
const ansi = struct("carve.pst.ansi", 512, {
  fileEnd: [168, u32, "bytes"],
  nodeRoot: [188, u32],
  blockRoot: [196, u32],
  mapsValid: [200, u8],
  padding: [201, bytes(3)],
  sentinel: [460, u8, "0x80"],
});
const partialBytes = 471;
const fullBytes = 516;
const sentinel = 0x80;
const pageType = { blocks: 0x80, nodes: 0x81, map: 0x84 } as const;
const firstMap = 0x4400;
/** 496 bytes of bits, each for 64 bytes. */
const mapSpan = 496 * 8 * 64;

/** Where a page has its trailer (2.2.2.7.1), and in it its CRC. */
interface PageForm {
  readonly bytes: number;
  readonly trailerAt: number;
  readonly crcAt: number;
}
const forms: Readonly<Record<"ansi" | "unicode" | "large", PageForm>> = {
  ansi: { bytes: 512, trailerAt: 500, crcAt: 508 },
  unicode: { bytes: 512, trailerAt: 496, crcAt: 500 },
  large: { bytes: 4096, trailerAt: 4072, crcAt: 4076 },
};

export const pstCarver: Carver = {
  id: "pst",
  family: "carver",
  name: "Outlook data file",
  spec: "MS-PST 2.2.2.6",
  level: "partial",
  kinds: [typedKind("pst"), typedKind("ost")],
  signatures: ["53 4d", "53 4f", "41 42"].map((client) => signature(`21 42 44 4e ?? ?? ?? ?? ${client}`)),
  limitBytes: 2 ** 37,
  carve(source, at, end) {
    const head = firstBytes(source, at, end, header.size);
    if (head === null) return null;
    const version = head.getUint16(header.offsets.version, true);
    const form =
      version === 14 || version === 15 ? "ansi" : version === 23 ? "unicode" : version === 36 ? "large" : null;
    return form === null ? null : carvePst(source, at, Math.min(end, source.size), form);
  },
};

/** Polynomial of CRC-32, from 0 on and not inverted (MS-PST 5.3). */
const pstCrc = (data: Uint8Array): number => (crc32(data, 0xffff_ffff) ^ 0xffff_ffff) >>> 0;

function carvePst(source: ByteSource, at: number, end: number, form: keyof typeof forms): Carved | null {
  const window = new CarveWindow(source, end);
  const layout = form === "ansi" ? ansi : unicode;
  if (!window.has(at, unicode.size) || window.u8(at + layout.offsets.sentinel) !== sentinel) return null;
  const crcs = [{ length: partialBytes, expected: window.u32(at + header.offsets.crc) }];
  if (form !== "ansi") crcs.push({ length: fullBytes, expected: window.u32(at + unicode.offsets.full) });
  for (const { length, expected } of crcs)
    if (pstCrc(window.view(at + header.offsets.client, length)) !== expected) return null;
  const number = (place: number): number => (form === "ansi" ? window.u32(at + place) : window.u64(at + place));
  const length = number(layout.offsets.fileEnd);
  const kind = window.isText(at + header.offsets.client, "SO") ? "ost" : "pst";
  const pages = new Pages(source, at, end, forms[form]);
  const areMapsValid = window.u8(at + layout.offsets.mapsValid) !== 0;
  const maps =
    form === "large" ? { met: 0, brokenAt: null } : walkMaps(pages, Math.min(length, end - at), areMapsValid);
  const nodeRoot = number(layout.offsets.nodeRoot);
  const roots =
    pages.is(nodeRoot, pageType.nodes, true) && pages.is(number(layout.offsets.blockRoot), pageType.blocks, true);
  if (!window.has(at, length) || maps.brokenAt !== null) {
    const holds = Math.min(end - at, firstMap + maps.met * mapSpan, maps.brokenAt ?? Infinity);
    return maps.met > 0 ? truncated(kind, Math.min(holds, length)) : null;
  }
  if (roots) return complete(kind, length);
  return maps.met > 0 ? damagedInside(kind, length, nodeRoot) : null;
}

/** Allocation pages in their places, up to the first that is none. */
function walkMaps(pages: Pages, length: number, areValid: boolean): { met: number; brokenAt: number | null } {
  let met = 0;
  for (let place = firstMap; place < length; place += mapSpan, met++) {
    if (!pages.is(place, pageType.map, areValid)) return { met, brokenAt: place };
  }
  return { met, brokenAt: null };
}

/** Pages, read one at a time. */
class Pages {
  readonly #source: ByteSource;
  readonly #at: number;
  readonly #end: number;
  readonly #form: PageForm;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(source: ByteSource, at: number, end: number, form: PageForm) {
    this.#source = source;
    this.#at = at;
    this.#end = end;
    this.#form = form;
    this.#bytes = new Uint8Array(form.bytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Whether the page at `place` of the file is of the type, and, where that is asked for, agrees with its CRC. */
  is(place: number, type: number, withCrc: boolean): boolean {
    const { trailerAt, crcAt } = this.#form;
    if (place <= 0 || this.#at + place + this.#form.bytes > this.#end) return false;
    this.#source.readInto(this.#bytes, this.#at + place);
    if (this.#bytes[trailerAt] !== type || this.#bytes[trailerAt + 1] !== type) return false;
    return !withCrc || this.#view.getUint32(crcAt, true) === pstCrc(this.#bytes.subarray(0, trailerAt));
  }
}
