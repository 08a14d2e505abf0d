/** The medium of a redolog: extents that the catalog names, each with a bitmap of the sectors that were written. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError, isEvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { checkClaims } from "../file-claims.ts";
import { nothingBeside, type ImageSegment, type ImageSurroundings } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import { TableWindows } from "../table-windows.ts";
import {
  BOCHS_MAGIC,
  bochsHeader,
  catalogEntry,
  diskSize1,
  diskSize2,
  NO_EXTENT,
  VERSION_1,
  VERSION_2,
} from "./layouts.ts";

const SECTOR = 512;
/** Extents are joined up to this number. */
const MOST_JOINED = 64;
const MOST_SECTORS = 65536;

interface Header {
  readonly version: number;
  readonly subtype: string;
  readonly size: number;
  readonly headerBytes: number;
  readonly entries: number;
  readonly extentBytes: number;
  /** Bytes of bitmap in front of an extent, in whole sectors. */
  readonly bitmapBytes: number;
  /** Bits of a bitmap. */
  readonly bits: number;
}

/** Throws EvidenceError: `image/not-recognised`, `image/unsupported`, `image/structure-damaged`, `structure/number-too-large`. */
export function openBochs(segments: readonly ImageSegment[], beside: ImageSurroundings = nothingBeside): BochsImage {
  const segment = segments[0];
  if (!segment) throw new EvidenceError("image/not-recognised", { segments: 0 });
  const header = readHeader(segment.source);
  const parent = parentOf(header, segment.name, beside);
  return new BochsImage(segment, header, parent.below, [...disagreementsOf(header, segment), ...parent.findings]);
}

function readHeader(source: ByteSource): Header {
  const head = readRange(source, 0, bochsHeader.size + diskSize2.size);
  if (head.length < bochsHeader.size + diskSize2.size) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const raw = bochsHeader.cursor().over(head);
  const { magic, type, subtype, version, headerBytes, entries, bitmapBytes, extentBytes } = raw;
  if (magic !== BOCHS_MAGIC || type !== "Redolog") throw new EvidenceError("image/not-recognised", { segments: 1 });
  if (version !== VERSION_1 && version !== VERSION_2) {
    throw new EvidenceError("image/unsupported", { feature: `version 0x${version.toString(16)}` });
  }
  const { size } = (version === VERSION_1 ? diskSize1 : diskSize2).cursor().over(head, bochsHeader.size);
  if (!Number.isSafeInteger(size)) throw new EvidenceError("structure/number-too-large");
  if (extentBytes === 0 || extentBytes % SECTOR !== 0 || bitmapBytes === 0) {
    throw new EvidenceError("image/structure-damaged", { structure: "header", problem: "size of an extent" });
  }
  return {
    version: version >>> 16,
    subtype,
    size,
    headerBytes,
    entries,
    extentBytes,
    bitmapBytes: Math.ceil(bitmapBytes / SECTOR) * SECTOR,
    bits: bitmapBytes * 8,
  };
}

/** Only growing images stand alone; the others are named after what they change. */
function parentOf({ subtype }: Header, name: string, beside: ImageSurroundings) {
  const none: readonly Finding[] = [];
  if (subtype === "Growing") return { below: undefined, findings: none };
  const base = /^(.+)\.redolog(\.\w+)?$/is.exec(name)?.[1];
  try {
    const below = base === undefined ? null : beside.image(base);
    return { below, findings: below ? none : [finding("image/parent-missing")] };
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return { below: null, findings: [finding(error.code, error.params)] };
  }
}

function disagreementsOf(header: Header, { name, source }: ImageSegment): Finding[] {
  const { entries, extentBytes, size, headerBytes, bits } = header;
  const tell = (structure: string, problem: string) => finding("image/structure-damaged", { structure, problem });
  const expected = headerBytes + entries * catalogEntry.size;
  const rows: readonly (readonly [boolean, () => Finding])[] = [
    [headerBytes < bochsHeader.size, () => tell("header", "length")],
    [entries * extentBytes < size, () => tell("catalog", "too short for the medium")],
    [bits * SECTOR < extentBytes, () => tell("bitmap", "too short for an extent")],
    [expected > source.size, () => finding("image/truncated", { segment: name, bytes: source.size, expected })],
  ];
  return rows.filter(([wrong]) => wrong).map(([, found]) => found());
}

export class BochsImage extends MappedImage {
  readonly #segment: ImageSegment;
  readonly #header: Header;
  readonly #tables: TableWindows;
  readonly #entry = catalogEntry.cursor();
  #last: Extent = { kind: "sparse", start: 0, end: 0 };

  constructor(
    segment: ImageSegment,
    header: Header,
    below: ByteSource | null | undefined,
    findings: readonly Finding[],
  ) {
    const { version, subtype, size, extentBytes } = header;
    super({
      format: "bochs",
      size,
      below,
      facts: factsOf({ version, kind: subtype, "block-bytes": extentBytes }),
      findings,
    });
    this.#segment = segment;
    this.#header = header;
    this.#tables = new TableWindows(segment.source);
  }

  protected extentAt(at: number): Extent {
    if (at < this.#last.start || at >= this.#last.end) this.#last = this.#extent(at);
    return this.#last;
  }

  /** Place of the bitmap of an extent; 0 for none, −1 where the catalog ends. */
  #placeOf(number: number): number {
    const { entries, headerBytes, bitmapBytes, extentBytes } = this.#header;
    if (number >= entries) return -1;
    const index = this.#tables.find(headerBytes + number * catalogEntry.size, catalogEntry.size);
    if (index === -1) return -1;
    const { extent } = this.#entry.over(this.#tables.window, index);
    if (extent === NO_EXTENT) return 0;
    return headerBytes + entries * catalogEntry.size + extent * (bitmapBytes + extentBytes);
  }

  #extent(at: number): Extent {
    const { extentBytes } = this.#header;
    const number = Math.floor(at / extentBytes);
    const place = this.#placeOf(number);
    // Where the catalog ends it does so for all that follow.
    if (place === -1) return { kind: "missing", start: number * extentBytes, end: Infinity };
    if (place > 0) return this.#sectors(at, number * extentBytes, place);
    let count = 1;
    while (count < MOST_JOINED && (number + count) * extentBytes < this.size) {
      if (this.#placeOf(number + count) !== place) break;
      count++;
    }
    const stretch = { start: number * extentBytes, end: (number + count) * extentBytes };
    return { kind: this.#empty, ...stretch };
  }

  get #empty(): "below" | "sparse" {
    return this.below === undefined ? "sparse" : "below";
  }

  /** Sectors from that of `at` on that are alike, within the extent at `start`. */
  #sectors(at: number, start: number, place: number): Extent {
    const { extentBytes, bitmapBytes } = this.#header;
    const from = Math.floor((at - start) / SECTOR);
    const written = this.#isWritten(place, from);
    const end = Math.min(extentBytes / SECTOR, from + MOST_SECTORS);
    let to = from + 1;
    while (to < end && this.#isWritten(place, to) === written) to++;
    const stretch = { start: start + from * SECTOR, end: start + to * SECTOR };
    if (written === null) return { kind: "missing", ...stretch };
    if (!written) return { kind: this.#empty, ...stretch };
    return { kind: "stored", ...stretch, segment: this.#segment, offset: place + bitmapBytes + from * SECTOR };
  }

  /** Null where the file or the bitmap does not say. */
  #isWritten(place: number, sector: number): boolean | null {
    if (sector >= this.#header.bits) return null;
    const index = this.#tables.find(place + Math.floor(sector / 8), 1);
    return index === -1 ? null : ((this.#tables.window[index]! >>> (sector % 8)) & 1) === 1;
  }

  /** Stretches of sectors that the bitmap at `place` says were written: extents begin as zeros, so that the others are. */
  #eachWritten(place: number, visit: (from: number, to: number) => void): void {
    const sectors = this.#header.extentBytes / SECTOR;
    for (let from = 0; from < sectors; from++) {
      if (this.#isWritten(place, from) !== true) continue;
      let to = from + 1;
      while (to < sectors && this.#isWritten(place, to) === true) to++;
      visit(from, to);
      from = to;
    }
  }

  /** Compares the catalog with the file. */
  protected override checkContainer(): void {
    const { entries, headerBytes, bitmapBytes } = this.#header;
    const { size } = this.#segment.source;
    const each = (visit: (place: number) => void) => {
      for (let number = 0; number < entries; number++) {
        const place = this.#placeOf(number);
        if (place === -1) break;
        if (place !== 0) visit(place);
      }
    };
    let outside = 0;
    each((place) => {
      // The last extent of the file ends with the last sector that was written.
      if (place + bitmapBytes > size) outside++;
    });
    if (outside > 0) this.addFinding(finding("image/outside-file", { blocks: outside }));
    const found = checkClaims(this.#segment, size, (claim) => {
      claim(0, headerBytes + entries * catalogEntry.size);
      each((place) => {
        claim(place, bitmapBytes);
        this.#eachWritten(place, (from, to) => claim(place + bitmapBytes + from * SECTOR, (to - from) * SECTOR));
      });
    });
    for (const each of found) this.addFinding(each);
  }
}
