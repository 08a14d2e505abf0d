/** The medium of a sparse image. */
import { readHead } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { factsOf } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { checkClaims } from "../file-claims.ts";
import type { ImageSegment } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import { BandTable } from "./band-table.ts";
import { headerLayout, nodeBytes, sectorBytes, signature } from "./layouts.ts";

const knownVersion = 3;

export class SparseImage extends MappedImage {
  readonly #segment: ImageSegment;
  readonly #table: BandTable;
  readonly #bandBytes: number;

  /** Throws EvidenceError `image/not-recognised`, `image/structure-damaged`. */
  constructor(segment: ImageSegment) {
    const { size, bandBytes, version, findings } = headerOf(segment);
    const table = new BandTable(segment.source, { bandBytes, bands: Math.ceil(size / bandBytes) });
    const last = Math.max(0, ...table.offsets());
    const cut = last > 0 && last < segment.source.size && last + bandBytes > segment.source.size;
    const truncated = cut
      ? [finding("image/truncated", { segment: segment.name, bytes: segment.source.size, expected: last + bandBytes })]
      : [];
    super({
      format: "sparseimage",
      size,
      facts: factsOf({ version, "block-bytes": bandBytes, "used-blocks": table.count }),
      findings: [...findings, ...table.findings, ...truncated],
    });
    this.#segment = segment;
    this.#table = table;
    this.#bandBytes = bandBytes;
  }

  protected override extentAt(at: number): Extent {
    const number = Math.floor(at / this.#bandBytes);
    const start = number * this.#bandBytes;
    const offset = this.#table.find(number);
    if (offset < 0) return { kind: "sparse", start, end: Math.min(this.size, (-offset - 1) * this.#bandBytes) };
    return { kind: "stored", start, end: start + this.#bandBytes, segment: this.#segment, offset };
  }

  protected override checkContainer(): void {
    const found = checkClaims(this.#segment, this.#segment.source.size, (claim) => {
      for (const at of this.#table.nodes) claim(at, nodeBytes);
      for (const at of this.#table.offsets()) claim(at, this.#bandBytes);
    });
    for (const each of found) this.addFinding(each);
  }
}

function headerOf({ source }: ImageSegment) {
  const bytes = readHead(source, nodeBytes);
  if (bytes.length < nodeBytes) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const head = headerLayout.cursor().over(bytes);
  if (head.signature !== signature) throw new EvidenceError("image/not-recognised", { segments: 1 });
  const { version, bandSectors, sectorsLow } = head;
  const findings: Finding[] = [];
  // Early programs filled the lower half only.
  const sectors = head.sectors === 0 ? sectorsLow : head.sectors;
  const size = sectors * sectorBytes;
  if (bandSectors === 0 || !Number.isSafeInteger(size)) {
    throw new EvidenceError("image/structure-damaged", { structure: "header", problem: "sizes" });
  }
  if (head.sectors !== 0 && head.sectors % 2 ** 32 !== sectorsLow) {
    findings.push(finding("image/structures-differ", { structure: "size of the medium", field: "sectors" }));
  }
  if (version !== knownVersion) {
    findings.push(finding("image/structure-damaged", { structure: "header", problem: "version" }));
  }
  return { size, bandBytes: bandSectors * sectorBytes, version, findings };
}
