/** The medium of a virtual disk: its extents one behind the other, above the disk below where it is a snapshot. */
import type { Fact } from "../../model/facts.ts";
import type { Finding } from "../../model/findings.ts";
import { checkClaims } from "../file-claims.ts";
import type { DiskImage, ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent, type PackedExtent } from "../mapped-image.ts";
import { FlatPart, type DiskPart } from "./parts.ts";

export interface VmdkImageOptions {
  /** In order, without gaps, at least one. */
  readonly parts: readonly DiskPart[];
  /** Lists that may grow while the disk is read. */
  readonly partFindings: readonly (readonly Finding[])[];
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
  /** Null where there should be one. */
  readonly parent: DiskImage | null | undefined;
  readonly contentId: number | null;
  /** The file of the descriptor and the bytes of it that are text; null where it is not in a file of its own. */
  readonly text: { readonly segment: ImageSegment; readonly length: number } | null;
}

export class VmdkImage extends MappedImage {
  /** Changed by programs when the content is; null where the descriptor does not say it. */
  readonly contentId: number | null;
  readonly #options: VmdkImageOptions;
  #part: DiskPart;
  #extent: Extent | null = null;

  constructor(options: VmdkImageOptions) {
    const { parts, facts, findings, parent } = options;
    const below = parent === undefined ? {} : { below: parent };
    super({ format: "vmdk", size: parts.at(-1)!.end, facts, findings, ...below });
    this.contentId = options.contentId;
    this.#options = options;
    this.#part = parts[0]!;
  }

  override get findings(): readonly Finding[] {
    const { partFindings } = this.#options;
    return [...super.findings, ...partFindings.flat()];
  }

  protected override extentAt(at: number): Extent {
    const last = this.#extent;
    if (last && at >= last.start && at < last.end) return last;
    this.#extent = this.#partAt(at).extentAt(at);
    return this.#extent;
  }

  protected override unpack(packed: Uint8Array, target: Uint8Array, extent: PackedExtent): string | null {
    const part = this.#partAt(extent.start);
    return part.unpack ? part.unpack(packed, target, extent) : super.unpack(packed, target, extent);
  }

  /** Again and again has no effect. */
  protected override checkContainer(): void {
    const { parts, text } = this.#options;
    for (const part of parts) for (const found of part.check?.() ?? []) this.addFinding(found);
    for (const found of this.#checkFlatFiles()) this.addFinding(found);
    const { segment, length } = text ?? { segment: null, length: 0 };
    if (segment) {
      for (const found of checkClaims(segment, segment.source.size, (claim) => claim(0, length)))
        this.addFinding(found);
    }
  }

  #checkFlatFiles(): Finding[] {
    const byFile = new Map<string, FlatPart[]>();
    for (const part of this.#options.parts) {
      if (!(part instanceof FlatPart)) continue;
      const others = byFile.get(part.segment.name) ?? [];
      others.push(part);
      byFile.set(part.segment.name, others);
    }
    return [...byFile.values()].flatMap((parts) => {
      const { segment } = parts[0]!;
      return checkClaims(segment, segment.source.size, (claim) => {
        for (const { start, end, offset } of parts) claim(offset, end - start);
      });
    });
  }

  #partAt(at: number): DiskPart {
    if (at >= this.#part.start && at < this.#part.end) return this.#part;
    const { parts } = this.#options;
    let [low, high] = [0, parts.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at < parts[middle]!.end) high = middle;
      else low = middle + 1;
    }
    this.#part = parts[low]!;
    return this.#part;
  }
}
