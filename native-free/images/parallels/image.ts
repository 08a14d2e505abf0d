/** The medium of one expanding image: a table names the cluster of the file for each cluster of the medium. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { checkClaims } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import { TableWindows } from "../table-windows.ts";
import { readParallelsHeader, type ParallelsHeader } from "./header.ts";
import { parallelsHeader, tableEntry } from "./layouts.ts";

/** Clusters are joined up to this number. */
const MOST_JOINED = 64;

export class ParallelsImage extends MappedImage {
  readonly #segment: ImageSegment;
  readonly #header: ParallelsHeader;
  readonly #table: TableWindows;
  readonly #entry = tableEntry.cursor();
  #last: Extent = { kind: "sparse", start: 0, end: 0 };

  /** `below` as `MappedImageOptions.below`. Throws EvidenceError as `readParallelsHeader`. */
  constructor(segment: ImageSegment, below?: ByteSource | null, findings: readonly Finding[] = []) {
    const header = readParallelsHeader(segment);
    super({
      format: "parallels",
      size: header.size,
      below,
      facts: factsOf({
        version: 2,
        kind: header.magic,
        "block-bytes": header.clusterBytes,
        geometry: header.geometry,
        features: header.features.join(", "),
        clean: header.closed === null ? null : header.closed ? "yes" : "no",
      }),
      findings: [...header.findings, ...findings],
    });
    this.#segment = segment;
    this.#header = header;
    this.#table = new TableWindows(segment.source);
  }

  get clusterBytes(): number {
    return this.#header.clusterBytes;
  }

  protected extentAt(at: number): Extent {
    if (at < this.#last.start || at >= this.#last.end) this.#last = this.#extent(at);
    return this.#last;
  }

  /** In bytes of the file; 0 for none, −1 where the table ends. */
  #placeOf(cluster: number): number {
    if (cluster >= this.#header.entries) return -1;
    const index = this.#table.find(parallelsHeader.size + cluster * tableEntry.size, tableEntry.size);
    return index === -1 ? -1 : this.#entry.over(this.#table.window, index).place * this.#header.unit;
  }

  #extent(at: number): Extent {
    const { clusterBytes, dataOffset } = this.#header;
    const cluster = Math.floor(at / clusterBytes);
    const first = this.#placeOf(cluster);
    // Where the table ends it does so for all that follow.
    if (first === -1) return { kind: "missing", start: cluster * clusterBytes, end: Infinity };
    let count = 1;
    for (; count < MOST_JOINED && (cluster + count) * clusterBytes < this.size; count++) {
      if (this.#placeOf(cluster + count) !== (first > 0 ? first + count * clusterBytes : first)) break;
    }
    const stretch = { start: cluster * clusterBytes, end: (cluster + count) * clusterBytes };
    if (first === 0) return { kind: this.below === undefined ? "sparse" : "below", ...stretch };
    // In front of the data lie header and table.
    if (first < dataOffset) return { kind: "unreadable", ...stretch };
    return { kind: "stored", ...stretch, segment: this.#segment, offset: first };
  }

  /** Compares the table with the file. */
  protected override checkContainer(): void {
    const { entries, clusterBytes, dataOffset, extra, empty } = this.#header;
    const { size } = this.#segment.source;
    let used = 0;
    let outside = 0;
    let misplaced = 0;
    const each = (visit: (at: number) => void) => {
      for (let cluster = 0; cluster < entries; cluster++) {
        const place = this.#placeOf(cluster);
        if (place === -1) break;
        if (place !== 0) visit(place);
      }
    };
    each((place) => {
      used++;
      if (place + clusterBytes > size) outside++;
      if (place < dataOffset || (place - dataOffset) % clusterBytes !== 0) misplaced++;
    });
    const tell = (structure: string, problem: string) =>
      this.addFinding(finding("image/structure-damaged", { structure, problem }));
    if (outside > 0) this.addFinding(finding("image/outside-file", { blocks: outside }));
    if (misplaced > 0) tell("table of clusters", `${misplaced} places that cannot be`);
    if (empty && used > 0) tell("header", "marked as empty");
    const found = checkClaims(this.#segment, size, (claim) => {
      claim(0, parallelsHeader.size + entries * tableEntry.size);
      for (const place of extra) claim(place, clusterBytes);
      each((place) => claim(place, clusterBytes));
    });
    for (const each of found) this.addFinding(each);
  }
}
