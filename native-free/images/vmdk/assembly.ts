/** Lays the extents of a disk one behind the other: as its descriptor says, or without one by names and headers. */
import { isEvidenceError, type EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment, ImageSurroundings } from "../image-format.ts";
import type { DeclaredExtent, Descriptor } from "./descriptor.ts";
import { ExtentFiles, kindOf, openExtent } from "./extent-files.ts";
import { GrainPart } from "./grain-part.ts";
import type { TableCache } from "./grain-tables.ts";
import { sectorBytes } from "./layouts.ts";
import { fileNameOf, isDevice } from "./names.ts";
import { EmptyPart, FlatPart, type DiskPart } from "./parts.ts";
import type { SparseExtent } from "./sparse-extent.ts";

export interface Assembly {
  readonly parts: readonly DiskPart[];
  /** Those of the parts that are sparse. */
  readonly extents: readonly SparseExtent[];
  readonly findings: readonly Finding[];
  /** Where the disk has no extent but one that cannot be opened. */
  readonly error: EvidenceError | null;
}

export interface AssemblyInput {
  readonly descriptor: Descriptor;
  /** The file that the descriptor is in. */
  readonly main: ImageSegment;
  /** That file where it is an extent itself. */
  readonly own: SparseExtent | null;
  readonly segments: readonly ImageSegment[];
  readonly beside: ImageSurroundings;
  readonly overlay: boolean;
  readonly cache: TableCache;
}

const flatTypes: ReadonlySet<string> = new Set(["FLAT", "VMFS", "VMFSRDM", "VMFSRAW"]);
const sparseTypes: ReadonlySet<string> = new Set(["SPARSE", "VMFSSPARSE", "SESPARSE"]);

export function assemble(input: AssemblyInput): Assembly {
  return new Assembling(input).run();
}

export function partOfExtent(extent: SparseExtent, start: number, end: number, overlay: boolean): GrainPart {
  const { tables, packing } = extent;
  return new GrainPart({ start, end, tables, packing, overlay, check: (part) => extent.check(part) });
}

class Assembling {
  readonly #input: AssemblyInput;
  readonly #files: ExtentFiles;
  readonly #names: ReadonlySet<string>;
  readonly #ownNumber: number;
  readonly #parts: DiskPart[] = [];
  readonly #extents: SparseExtent[] = [];
  readonly #findings: Finding[] = [];
  #error: EvidenceError | null = null;
  #at = 0;

  constructor(input: AssemblyInput) {
    this.#input = input;
    const { descriptor, main, own, segments, beside } = input;
    this.#files = new ExtentFiles(main, segments, beside);
    this.#names = new Set(descriptor.extents.map(({ path }) => fileNameOf(path).toLowerCase()));
    this.#ownNumber = own ? ownExtent(descriptor.extents, main.name) : 0;
  }

  run(): Assembly {
    const { extents } = this.#input.descriptor;
    for (const extent of extents) this.#add(extent, extent === extents.at(-1));
    const foreign = this.#files.unused;
    if (foreign > 0) this.#findings.push(finding("image/segment-foreign", { files: foreign }));
    return {
      ...{ parts: this.#parts, extents: this.#extents, findings: this.#findings },
      error: this.#parts.length <= 1 ? this.#error : null,
    };
  }

  #add(declared: DeclaredExtent, last: boolean): void {
    const { own } = this.#input;
    if (declared.number === this.#ownNumber && own) return this.#addSparse(declared, own, last);
    if (declared.type === "ZERO" || declared.type === "") return this.#addEmpty(declared, null);
    const found = this.#files.find(declared, (name) => this.#names.has(name.toLowerCase()));
    if (!found) return this.#addMissing(declared);
    const { segment, renamed } = found;
    const extent = declared.number;
    if (renamed) this.#findings.push(finding("image/vmdk-extent-renamed", { extent, segment: segment.name }));
    const kind = kindOf(segment);
    const known = kind === "sparse" || kind === "cowd" || kind === "seSparse";
    if (flatTypes.has(declared.type)) this.#addFlat(declared, segment);
    else if (sparseTypes.has(declared.type) || known) this.#openSparse(declared, segment, last);
    else if (segment.source.size === (declared.sectors ?? 0) * sectorBytes) this.#addFlat(declared, segment);
    else this.#addUnsupported(declared, segment);
  }

  #push(part: DiskPart): void {
    this.#at = part.end;
    // A damaged line may leave an extent without a size.
    if (part.end > part.start) this.#parts.push(part);
  }

  #addEmpty({ sectors }: DeclaredExtent, name: string | null): void {
    this.#push(new EmptyPart(this.#at, this.#at + (sectors ?? 0) * sectorBytes, name));
  }

  #addMissing(declared: DeclaredExtent): void {
    const { path, number: extent } = declared;
    const device = isDevice(path);
    const segment = device ? path : fileNameOf(path) || "-";
    const code = device ? "image/vmdk-device-extent" : "image/vmdk-extent-missing";
    const length = (declared.sectors ?? 0) * sectorBytes;
    this.#findings.push(finding(code, { extent, segment }, { offset: this.#at, length }));
    this.#addEmpty(declared, segment);
  }

  #addUnsupported(declared: DeclaredExtent, { name }: ImageSegment): void {
    this.#findings.push(finding("image/unsupported", { feature: `extents of type ${declared.type}` }));
    this.#addEmpty(declared, name);
  }

  #addFlat({ sectors, offset }: DeclaredExtent, segment: ImageSegment): void {
    const at = offset * sectorBytes;
    const { size } = segment.source;
    const length = sectors === null ? Math.max(0, size - at) : sectors * sectorBytes;
    if (at + length > size) {
      this.#findings.push(finding("image/truncated", { segment: segment.name, bytes: size, expected: at + length }));
    }
    this.#push(new FlatPart(this.#at, this.#at + length, segment, at));
  }

  #openSparse(declared: DeclaredExtent, segment: ImageSegment, last: boolean): void {
    try {
      this.#addSparse(declared, openExtent(segment, this.#input.cache), last);
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      this.#error ??= error;
      const problem = String(error.params["problem"] ?? error.code);
      const place = { offset: this.#at, length: (declared.sectors ?? 0) * sectorBytes };
      const params = { extent: declared.number, segment: segment.name, problem };
      this.#findings.push(finding("image/vmdk-extent-damaged", params, place));
      this.#addEmpty(declared, segment.name);
    }
  }

  #addSparse({ number, sectors }: DeclaredExtent, extent: SparseExtent, last: boolean): void {
    const { capacity, plausible, tables } = extent;
    const declared = sectors === null ? capacity : sectors * sectorBytes;
    // Some programs round what stands in the header up to whole grains.
    const rounded = capacity >= declared && capacity - declared < tables.layout.grainBytes;
    if (!rounded) {
      const params = { extent: number, declared: declared / sectorBytes, own: capacity / sectorBytes };
      this.#findings.push(finding("image/vmdk-extent-size", params));
    }
    const length = last && plausible && !rounded ? Math.max(declared, capacity) : declared;
    this.#extents.push(extent);
    this.#push(partOfExtent(extent, this.#at, this.#at + length, this.#input.overlay));
  }
}

/** Which of the extents is the file that the descriptor is in: it may have been renamed. */
function ownExtent(extents: readonly DeclaredExtent[], name: string): number {
  const byName = extents.find(({ path }) => fileNameOf(path).toLowerCase() === name.toLowerCase());
  return (byName ?? extents.find(({ type }) => !flatTypes.has(type) && type !== "ZERO") ?? extents[0])?.number ?? 0;
}
