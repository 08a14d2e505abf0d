/** A disk that is a folder: its description, and for each part of the medium a chain of images. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError, isEvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { DiskImage, ImageSegment, ImageSurroundings } from "../image-format.ts";
import { MappedImage, type Extent } from "../mapped-image.ts";
import { lastParts } from "../parent-image.ts";
import { readDescriptor, type DiskDescriptor, type Storage } from "./descriptor.ts";
import { ParallelsImage } from "./image.ts";
import { SECTOR } from "./layouts.ts";

export const DESCRIPTOR_NAME = "DiskDescriptor.xml";

/** The current state, unless `TopGUID` says otherwise. */
const CURRENT = "5fbaabe3-6958-40ff-92a7-860e329aab41";
const MOST_TEXT = 4 << 20;
/** Chains are not longer. */
const MOST_LAYERS = 1024;

/** Sectors of a storage and what holds them; null where the file of its current state is not there. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly segment: ImageSegment | null;
}

/** Throws EvidenceError `image/not-recognised` where it describes no disk. */
export function descriptorOf({ source }: ImageSegment): DiskDescriptor {
  const descriptor = readDescriptor(new TextDecoder().decode(readRange(source, 0, MOST_TEXT)));
  if (descriptor.storages.length === 0) throw new EvidenceError("image/not-recognised", { segments: 1 });
  return descriptor;
}

/** Throws EvidenceError as `descriptorOf`, and `image/encrypted`, `image/unsupported`. */
export function openBundle(description: ImageSegment, beside: ImageSurroundings): DiskImage {
  const descriptor = descriptorOf(description);
  if (descriptor.encrypted) throw new EvidenceError("image/encrypted", { scheme: "Parallels" });
  if (descriptor.padding) throw new EvidenceError("image/unsupported", { feature: "padding" });
  const top = topOf(descriptor);
  const others = guidsOf(descriptor)
    .filter((guid) => guid !== top)
    .map((guid) => ({ name: guid, open: () => stateOf(descriptor, guid, beside) }));
  return stateOf(descriptor, top, beside, others);
}

function guidsOf({ storages }: DiskDescriptor): string[] {
  return [...new Set(storages.flatMap(({ parts }) => parts.map(({ guid }) => guid)))];
}

/** The state that was in use: as told, else the usual one, else the one that is nobody's parent. */
function topOf(descriptor: DiskDescriptor): string {
  const guids = guidsOf(descriptor);
  const told = [descriptor.topGuid, CURRENT].find((guid) => guid !== null && guids.includes(guid));
  const parents = new Set(descriptor.parents.values());
  const top = told ?? guids.findLast((guid) => !parents.has(guid)) ?? guids.at(-1);
  if (top === undefined) throw new EvidenceError("image/not-recognised", { segments: 1 });
  return top;
}

function stateOf(
  descriptor: DiskDescriptor,
  guid: string,
  beside: ImageSurroundings,
  others: NonNullable<DiskImage["others"]> = [],
): BundleImage {
  const findings = disagreementsOf(descriptor);
  const storages = [...descriptor.storages].sort((a, b) => a.start - b.start);
  const spans: Span[] = storages.map((storage, index) => {
    const { start, end } = storage;
    const source = layersOf(descriptor, storage, guid, beside, findings);
    if (!source) findings.push(finding("image/segment-missing", { segment: index }));
    return { start: start * SECTOR, end: end * SECTOR, segment: source };
  });
  return new BundleImage(descriptor, guid, spans, findings, others);
}

function disagreementsOf(descriptor: DiskDescriptor): Finding[] {
  const { whole, sectors, storages } = descriptor;
  const findings: Finding[] = [];
  const structure = DESCRIPTOR_NAME;
  if (!whole) findings.push(finding("image/structure-damaged", { structure, problem: "not well-formed" }));
  const sorted = storages.toSorted((a, b) => a.start - b.start);
  const joined = sorted.every(({ start }, index) => start === (index === 0 ? 0 : sorted[index - 1]!.end));
  if (!joined) findings.push(finding("image/structure-damaged", { structure, problem: "gaps between the storages" }));
  if (sectors !== null && sectors !== sorted.at(-1)!.end) {
    findings.push(finding("image/structures-differ", { structure: "The size of the medium", field: "sectors" }));
  }
  if (!statesAgree(descriptor)) findings.push(finding("image/structure-damaged", { structure, problem: "snapshots" }));
  return findings;
}

/** Every image is of a state that is told of, each with a parent that is, and so is the state that was in use. */
function statesAgree(descriptor: DiskDescriptor): boolean {
  const { states, statesHold, topGuid } = descriptor;
  const guids = guidsOf(descriptor);
  const isKnown = states.size === 0 ? guids.length === 1 : guids.every((guid) => states.has(guid));
  return statesHold && isKnown && (topGuid === null || guids.includes(topGuid));
}

/** From the image of a state down to the root; null where that of the state is not there. */
function layersOf(
  descriptor: DiskDescriptor,
  storage: Storage,
  guid: string,
  beside: ImageSurroundings,
  findings: Finding[],
): ImageSegment | null {
  const chain: { file: string; type: string }[] = [];
  const seen = new Set<string>();
  let cut = false;
  for (let at: string | undefined = guid; at !== undefined; at = descriptor.parents.get(at)) {
    const part = storage.parts.find((each) => each.guid === at);
    if (!part || seen.has(at) || chain.length >= MOST_LAYERS) {
      // Whatever ends the chain here, what lies below is not known.
      if (part) findings.push(finding("image/parent-cycle"));
      cut = true;
      break;
    }
    seen.add(at);
    chain.push(part);
  }
  let below: ByteSource | null | undefined = cut ? null : undefined;
  if (cut && chain.length > 0) findings.push(finding("image/parent-missing"));
  let segment: ImageSegment | null = null;
  for (const { file, type } of chain.toReversed()) {
    segment = segmentOf(file, beside);
    const layer: ByteSource | null = segment && openLayer(segment, type, storage, below, findings);
    if (!layer && file !== chain[0]!.file) findings.push(finding("image/parent-missing"));
    below = layer;
    segment = segment && layer ? { name: segment.name, source: layer } : null;
  }
  return segment;
}

/** By its path within the folder, else by its last part. */
function segmentOf(file: string, beside: ImageSurroundings): ImageSegment | null {
  const path = file.replaceAll("\\", "/").replace(/^\.\//, "");
  const name = beside.names.includes(path) ? path : lastParts([path])[0];
  return name === undefined ? null : beside.segment(name);
}

function openLayer(
  segment: ImageSegment,
  type: string,
  storage: Storage,
  below: ByteSource | null | undefined,
  findings: Finding[],
): ByteSource | null {
  if (type === "Plain") return segment.source;
  try {
    const image = new ParallelsImage(segment, below);
    const differs = (field: string) =>
      findings.push(finding("image/structures-differ", { structure: "The description of a storage", field }));
    if (image.size !== (storage.end - storage.start) * SECTOR) differs("size");
    if (storage.blockSectors !== null && image.clusterBytes !== storage.blockSectors * SECTOR) differs("block size");
    return image;
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    findings.push(finding(error.code, error.params));
    return null;
  }
}

/** What lies below an image that is one of a bundle; undefined where nothing does. */
export function belowInBundle(
  own: ImageSegment,
  beside: ImageSurroundings,
): { readonly below: ByteSource | null; readonly findings: readonly Finding[] } | undefined {
  const description = beside.segment(DESCRIPTOR_NAME);
  if (!description) return undefined;
  const descriptor = readDescriptor(new TextDecoder().decode(readRange(description.source, 0, MOST_TEXT)));
  for (const storage of descriptor.storages) {
    const part = storage.parts.find(({ file }) => segmentOf(file, beside)?.name === own.name);
    const parent = part && descriptor.parents.get(part.guid);
    if (parent === undefined) continue;
    const findings: Finding[] = [];
    const segment = layersOf(descriptor, storage, parent, beside, findings);
    if (!segment) findings.push(finding("image/parent-missing"));
    return { below: segment?.source ?? null, findings };
  }
  return undefined;
}

class BundleImage extends MappedImage {
  readonly others: NonNullable<DiskImage["others"]>;
  readonly #spans: readonly Span[];

  constructor(
    descriptor: DiskDescriptor,
    guid: string,
    spans: readonly Span[],
    findings: readonly Finding[],
    others: NonNullable<DiskImage["others"]>,
  ) {
    const { sectorBytes } = descriptor;
    super({
      format: "parallels",
      size: spans.at(-1)!.end,
      bytesPerSector: sectorBytes !== null && sectorBytes >= SECTOR && sectorBytes <= 4096 ? sectorBytes : SECTOR,
      facts: factsOfBundle(descriptor, guid),
      findings,
    });
    this.#spans = spans;
    this.others = others;
  }

  override get findings(): readonly Finding[] {
    return [...super.findings, ...this.#spans.flatMap((span) => shifted(imageOf(span)?.findings ?? [], span.start))];
  }

  protected extentAt(at: number): Extent {
    const span = this.#spans.find(({ start, end }) => start <= at && at < end);
    if (!span)
      return { kind: "missing", start: at, end: this.#spans.find(({ start }) => start > at)?.start ?? this.size };
    const { start, end, segment } = span;
    return segment ? { kind: "stored", start, end, segment, offset: 0 } : { kind: "missing", start, end };
  }

  protected override checkContainer(): void {
    for (const span of this.#spans) imageOf(span)?.check();
  }
}

function imageOf({ segment }: Span): ParallelsImage | null {
  return segment?.source instanceof ParallelsImage ? segment.source : null;
}

function shifted(findings: readonly Finding[], by: number): Finding[] {
  return findings.map((found) => (found.offset === null ? found : { ...found, offset: found.offset + by }));
}

function factsOfBundle(descriptor: DiskDescriptor, guid: string): Fact[] {
  const { storages, geometry, uuid, name, parents } = descriptor;
  return [
    ...factsOf({
      kind: storages.length > 1 ? `${storages.length} storages` : "one storage",
      label: name,
      uuid,
      "state-uuid": guid,
      "parent-uuid": parents.get(guid),
      geometry,
      "block-bytes": storages[0]!.blockSectors === null ? null : storages[0]!.blockSectors * SECTOR,
    }),
    ...guidsOf(descriptor)
      .filter((each) => each !== guid)
      .map((value): Fact => ({ name: "snapshot", value })),
  ];
}
