/** Opens an AFF4 image: volumes, description, maps and streams. Specification: AFF4 Standard 1.0a. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ImageSegment } from "../image-format.ts";
import { Description } from "./description.ts";
import { Aff4Image } from "./image.ts";
import { Layers } from "./layers.ts";
import { Aff4Map } from "./map.ts";
import type { Filling } from "./symbolic.ts";
import { DESCRIPTION_MEMBER, properties, types } from "./vocabulary.ts";
import { checkBlockMaps } from "./block-map.ts";
import { factsOfImage } from "./image-facts.ts";
import { openFolderVolume, openVolume, type Volume } from "./volume.ts";

export interface Aff4OpenOptions {
  /** What stands for bytes that could not be read; zeros by default. Stored hashes follow it. */
  readonly filling?: Filling;
}

interface Root {
  /** Null where no Image is described. */
  readonly image: string | null;
  readonly urn: string;
  readonly medium: ByteSource;
}

const USUAL_SECTOR_BYTES = 512;
const MAX_SECTOR_BYTES = 65_536;

/**
 * Opens the volumes of one image, given in any order. Throws EvidenceError `image/not-recognised`, `image/encrypted`,
 * `aff4/logical` or `aff4/no-image`; all other damage is a finding.
 */
export function openAff4(files: readonly ImageSegment[], options: Aff4OpenOptions = {}): Aff4Image {
  const filling = options.filling ?? "zeros";
  const findings: Finding[] = [];
  const isFolder = files.some(({ name }) => name === DESCRIPTION_MEMBER);
  const volumes = isFolder
    ? [openFolderVolume(files, findings)].filter((volume) => volume !== null)
    : files.flatMap((file, index) => openVolume(file, index + 1, findings) ?? []);
  if (!volumes.some(({ urn, turtle, members }) => urn !== "" || turtle || [...members.keys()].some(isBevy))) {
    throw new EvidenceError("image/not-recognised", { segments: files.length });
  }
  const description = new Description(volumes);
  const layers = new Layers(volumes, description, filling);
  if (!volumes.some(({ turtle }) => turtle)) findings.push(finding("aff4/metadata-lost"));
  const root = rootOf(volumes, description, layers, findings);
  const { image, urn, medium } = root;
  const blockSize = image === null ? null : description.number(image, properties.blockSize);
  const bytesPerSector = blockSize && blockSize <= MAX_SECTOR_BYTES ? blockSize : USUAL_SECTOR_BYTES;
  const foreign = isFolder ? 0 : files.length - layers.used.size;
  if (foreign > 0) reportUnused(files.length, volumes, layers.used, root, findings);
  if (layers.absent > 0) findings.push(finding("aff4/stream-missing", { streams: layers.absent }));
  const identity = medium instanceof Aff4Map ? medium.identity : medium;
  const filled = reportFilled(medium, bytesPerSector, findings);
  return new Aff4Image({
    urn: image ?? urn,
    medium,
    identity,
    streams: layers.streams,
    bytesPerSector,
    storedHashes: hashesOf(root, description, layers, filled && filling === "zeros", findings),
    metadata: image === null ? {} : description.facts(image),
    facts: factsOfImage(image ?? urn, volumes, description, layers.streams),
    findings,
    later: layers.findings,
    check: () => checkBlockMaps(volumes),
  });
}

const isBevy = (urn: string): boolean => /\/\d{8}$/.test(urn);

function rootOf(volumes: readonly Volume[], description: Description, layers: Layers, findings: Finding[]): Root {
  const subjects = [...description.subjects];
  const images = subjects.filter(
    (subject) =>
      description.isA(subject, types.image) &&
      !description.isA(subject, types.logical) &&
      description.iris(subject, properties.dataStream).length > 0,
  );
  for (const image of images) {
    const urns = description.iris(image, properties.dataStream);
    const medium = firstOf(urns, layers);
    if (!medium) continue;
    if (images.length > 1) findings.push(finding("aff4/several-images", { images: images.length }));
    const declared = description.number(image, properties.size);
    if (declared !== null && declared !== medium.medium.size) {
      findings.push(finding("aff4/sizes-differ", { declared, mapped: medium.medium.size }));
    }
    return { image, ...medium };
  }
  if (images.length === 0 && subjects.some((subject) => description.isA(subject, types.logical))) {
    throw new EvidenceError("aff4/logical");
  }
  if (subjects.some((subject) => description.isA(subject, types.encrypted))) {
    throw new EvidenceError("image/encrypted", { scheme: "AFF4" });
  }
  const { maps, streams } = layers.stored;
  const described = (wanted: readonly string[]): string[] => subjects.filter((each) => description.isA(each, wanted));
  const medium = firstOf([...described(types.map), ...maps, ...described(types.stream), ...streams], layers);
  if (!medium) throw new EvidenceError("aff4/no-image", { volumes: volumes.length });
  return { image: images[0] ?? null, ...medium };
}

function firstOf(urns: readonly string[], layers: Layers): Omit<Root, "image"> | null {
  for (const urn of urns) {
    const medium = layers.of(urn);
    if (medium) return { urn, medium };
  }
  return null;
}

/** Volumes that hold nothing of the image, and do not name it either: stripes may be empty. */
function reportUnused(
  files: number,
  volumes: readonly Volume[],
  used: ReadonlySet<Volume>,
  { image, urn }: Root,
  findings: Finding[],
): void {
  const named = volumes.filter((volume) => used.has(volume) || volume.turtle?.subjects.has(image ?? urn));
  const foreign = files - named.length;
  if (foreign > 0) findings.push(finding("aff4/volume-foreign", { files: foreign }));
}

/** Whether there are bytes that stand for what was not read. */
function reportFilled(medium: ByteSource, bytesPerSector: number, findings: Finding[]): boolean {
  if (!(medium instanceof Aff4Map)) return false;
  const { unreadable, unknown } = medium.notRead;
  if (unreadable > 0) {
    findings.push(finding("image/source-errors", { sectors: Math.ceil(unreadable / bytesPerSector) }));
  }
  if (unknown > 0) findings.push(finding("aff4/unknown-data", { bytes: unknown }));
  return unreadable + unknown > 0;
}

/**
 * Section 6.1: hashes of an Image are those of its data stream, with text in place of what was not read. Zero-filled ones are
 * in our own namespace. Where the map only hands through one stream, the hashes of that stream are those of the medium.
 */
function hashesOf(
  { image, urn, medium }: Root,
  description: Description,
  layers: Layers,
  zeroFilled: boolean,
  findings: Finding[],
): Record<string, string> {
  const whole = medium instanceof Aff4Map ? medium.whole : medium;
  const stream = layers.streams.find((each) => each === whole);
  const standard = {
    ...(stream ? description.hashes(stream.urn) : {}),
    ...description.hashes(urn),
    ...(image === null ? {} : description.hashes(image)),
  };
  if (!zeroFilled) return standard;
  const ours = image === null ? {} : description.hashes(image, true);
  for (const algorithm of Object.keys(standard)) {
    if (!Object.hasOwn(ours, algorithm)) findings.push(finding("aff4/hash-over-filler", { algorithm }));
  }
  return ours;
}
