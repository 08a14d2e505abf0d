/** The medium of a VHDX. */
import { finding } from "../../model/findings.ts";
import { checkClaims, type Claim } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent, type MappedImageOptions } from "../mapped-image.ts";
import { BlockTable } from "./block-table.ts";
import type { Header, Regions } from "./headers.ts";
import { fileIdentifier, headerBytes, headerOffsets, regionTableOffsets, tableBytes } from "./layouts.ts";
import type { Metadata } from "./metadata.ts";

export interface VhdxContent {
  /** With the changes of the log. */
  readonly file: ImageSegment;
  /** Null where neither of the two is intact. */
  readonly header: Header | null;
  readonly regions: Regions;
  readonly metadata: Metadata;
  /** Of the file as it is. */
  readonly fileBytes: number;
}

export class VhdxImage extends MappedImage {
  /** What children call this state of the medium by; null where no header is intact. */
  readonly contentUuid: string | null;
  readonly #content: VhdxContent;
  readonly #table: BlockTable;

  constructor(content: VhdxContent, options: Pick<MappedImageOptions, "facts" | "findings" | "below">) {
    const { file, regions, metadata, header } = content;
    super({ ...options, format: "vhdx", size: metadata.size, bytesPerSector: metadata.logicalSectorBytes });
    this.contentUuid = header?.dataWriteGuid ?? null;
    this.#content = content;
    this.#table = new BlockTable(file, regions.table, metadata);
    this.#compareTable();
  }

  #compareTable(): void {
    const { neededEntries: needed, entries } = this.#table;
    const { file, regions } = this.#content;
    if (needed > entries) this.addFinding(finding("image/vhd-table-short", { blocks: needed, entries }));
    const expected = regions.table.offset + Math.min(needed, entries) * 8;
    if (expected > file.source.size) {
      this.addFinding(finding("image/truncated", { segment: file.name, bytes: file.source.size, expected }));
    }
  }

  protected extentAt(at: number): Extent {
    return this.#table.extentAt(at);
  }

  protected override checkContainer(): void {
    const { file } = this.#content;
    const { outside, undefinedState, bitmapMissing } = this.#table.count();
    if (outside > 0) this.addFinding(finding("image/outside-file", { blocks: outside }));
    if (undefinedState > 0) this.addFinding(finding("image/vhdx-block-state", { blocks: undefinedState }));
    if (bitmapMissing > 0) this.addFinding(finding("image/vhdx-bitmap-missing", { blocks: bitmapMissing }));
    const found = checkClaims(file, this.#content.fileBytes, (claim) => this.#claimAll(claim));
    for (const each of found) this.addFinding(each);
  }

  /** Of unknown regions and of the log all is claimed. */
  #claimAll(claim: Claim): void {
    const { header, regions, metadata } = this.#content;
    claim(0, fileIdentifier.size);
    for (const at of headerOffsets) claim(at, headerBytes);
    for (const at of regionTableOffsets) claim(at, tableBytes);
    for (const { offset, length } of regions.others) claim(offset, length);
    for (const { at, length } of metadata.places) claim(at, length);
    if (header) claim(header.logOffset, header.logLength);
    claim(regions.table.offset, Math.min(this.#table.neededEntries, this.#table.entries) * 8);
    this.#table.claim(claim);
  }
}
