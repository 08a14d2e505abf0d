/** Opens a virtual disk from any of its files. */
import { EvidenceError, isEvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nothingBeside, type DiskImage, type ImageSegment, type ImageSurroundings } from "../image-format.ts";
import { findParent } from "../parent-image.ts";
import { assemble, type Assembly } from "./assembly.ts";
import { isCowdChild } from "./cowd.ts";
import { hasParent, noParent, parseDescriptor, type Descriptor } from "./descriptor.ts";
import { descriptorBytesOf, descriptorsBeside, kindOf, openExtent } from "./extent-files.ts";
import { TableCache } from "./grain-tables.ts";
import { VmdkImage } from "./image.ts";
import { assembleLoose, isChangesName } from "./loose-extents.ts";
import { fileNameOf } from "./names.ts";

/** The identifier stands in `ddb.longContentID` instead. */
const longIdentifierOnly = 0xffff_fffe;
/** Named in the facts one by one. */
const mostMembers = 64;

interface MainFile {
  readonly segment: ImageSegment;
  readonly bytes: Uint8Array;
  /** The text is the file. */
  readonly apart: boolean;
}

/**
 * Throws EvidenceError: `image/not-recognised`, `image/no-volume` where nothing says how large the disk is, what opening its
 * only extent throws, `structure/number-too-large`.
 */
export function openVmdk(segments: readonly ImageSegment[], beside: ImageSurroundings = nothingBeside): VmdkImage {
  const cache = new TableCache();
  const main = findMain(segments, beside);
  const descriptor = main && parseDescriptor(main.bytes);
  const own = main && !main.apart ? openExtent(main.segment, cache) : null;
  const overlay = descriptor ? hasParent(descriptor) : segments.some(({ name }) => isChangesName(name));
  const isWhole = main !== null && descriptor !== null && descriptor.extents.length > 0;
  const assembly = isWhole
    ? assemble({ descriptor, main: main.segment, own, segments, beside, overlay, cache })
    : assembleLoose({ segments, beside, overlay: overlay || segments.some(isCowdChild), cache, opened: own });
  const { parts, extents } = assembly;
  if (assembly.error) throw assembly.error;
  if (parts.length === 0) throw new EvidenceError("image/no-volume");
  if (!Number.isSafeInteger(parts.at(-1)!.end)) throw new EvidenceError("structure/number-too-large");
  const parent = openParent(descriptor, extents, overlay, parts.at(-1)!.end, beside);
  return new VmdkImage({
    parts,
    partFindings: extents.map(({ findings }) => findings),
    facts: [...factsOfDescriptor(descriptor), ...(extents[0]?.facts ?? [])],
    findings: [...problemsOf(descriptor), ...assembly.findings, ...parent.findings],
    parent: parent.image,
    contentId: descriptor?.contentId ?? null,
    text: main?.apart ? { segment: main.segment, length: textLength(main.bytes) } : null,
  });
}

/** The file with the descriptor: one of those given, else one beside that names the first of them. */
function findMain(segments: readonly ImageSegment[], beside: ImageSurroundings): MainFile | null {
  for (const segment of segments) {
    const bytes = descriptorBytesOf(segment);
    if (bytes) return { segment, bytes, apart: kindOf(segment) === "descriptor" };
  }
  const [first] = segments;
  const lower = first?.name.toLowerCase();
  for (const { segment, bytes } of first ? descriptorsBeside(beside) : []) {
    const named = parseDescriptor(bytes).extents.some(({ path }) => fileNameOf(path).toLowerCase() === lower);
    if (named && kindOf(segment) === "descriptor") return { segment, bytes, apart: true };
  }
  return null;
}

function textLength(bytes: Uint8Array): number {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const end = utf16 ? -1 : bytes.indexOf(0);
  return end === -1 ? bytes.length : end;
}

function problemsOf(descriptor: Descriptor | null): Finding[] {
  const problems = descriptor?.problems ?? [];
  return problems.map((problem) => finding("image/structure-damaged", { structure: "descriptor", problem }));
}

interface Parent {
  readonly image: DiskImage | null | undefined;
  readonly findings: readonly Finding[];
}

function openParent(
  descriptor: Descriptor | null,
  extents: Assembly["extents"],
  overlay: boolean,
  size: number,
  beside: ImageSurroundings,
): Parent {
  const inHeader = extents.flatMap(({ parentPath }) => parentPath ?? [])[0];
  const hint = descriptor?.parentHint || inHeader;
  if (!overlay && inHeader === undefined) return { image: undefined, findings: [] };
  const wanted = descriptor?.parentContentId ?? null;
  const fits = (image: DiskImage) => mismatch(image, wanted, size) === null;
  const found = findParent({ paths: hint === undefined ? [] : [hint], beside, fits });
  const byIdentifier = found.image ? null : parentByIdentifier(wanted, beside);
  const image = found.image ?? byIdentifier;
  if (!image) return found;
  const field = mismatch(image, wanted, size);
  return {
    image,
    findings: [
      ...(byIdentifier ? [finding("image/vmdk-parent-by-identifier")] : []),
      ...(field === null ? [] : [finding("image/parent-mismatch", { field })]),
    ],
  };
}

/** What of the parent is not as the disk says; null where all of it is. */
function mismatch(parent: DiskImage, wanted: number | null, size: number): string | null {
  if (!(parent instanceof VmdkImage)) return "format";
  const { contentId } = parent;
  const told = wanted !== null && wanted !== longIdentifierOnly && contentId !== longIdentifierOnly;
  const fields = [
    ...(told && contentId !== wanted ? ["content identifier"] : []),
    ...(parent.size === size ? [] : ["size"]),
  ];
  return fields.length === 0 ? null : fields.join(", ");
}

/** A parent that was renamed. Identifiers are random; those that stand for none do not count. */
function parentByIdentifier(wanted: number | null, beside: ImageSurroundings): DiskImage | null {
  if (wanted === null || wanted === noParent || wanted === longIdentifierOnly) return null;
  for (const { segment, bytes } of descriptorsBeside(beside)) {
    if (parseDescriptor(bytes).contentId !== wanted) continue;
    try {
      const image = beside.image(segment.name);
      if (image) return image;
    } catch (error) {
      // It is no parent that can be had; that there is none is said.
      if (!isEvidenceError(error)) throw error;
    }
  }
  return null;
}

function hex(identifier: number | null): string | null {
  return identifier === null ? null : identifier.toString(16).padStart(8, "0");
}

function factsOfDescriptor(descriptor: Descriptor | null): Fact[] {
  if (!descriptor) return [];
  const { values, contentId, parentContentId, extents } = descriptor;
  const ddb = (key: string) => values.get(`ddb.${key.toLowerCase()}`) ?? "";
  const geometry = ["cylinders", "heads", "sectors"].map((part) => ddb(`geometry.${part}`));
  const changes = values.get("changetrackpath");
  const features = [
    ...(ddb("thinProvisioned") === "1" ? ["thin provisioning"] : []),
    ...(changes === undefined ? [] : [`change tracking in ${changes}`]),
    ...(values.get("isnativesnapshot") === "yes" ? ["native snapshot"] : []),
  ];
  const parent = hasParent(descriptor);
  const names = extents.flatMap(({ path }) => (path === "" ? [] : [path])).slice(0, mostMembers);
  return [
    ...factsOf({
      kind: descriptor.createType,
      uuid: ddb("uuid") || ddb("uuid.image"),
      "content-uuid": ddb("longContentID") || hex(contentId),
      "parent-uuid": parent ? hex(parentContentId) : null,
      parent: descriptor.parentHint,
      geometry: geometry.includes("") ? null : geometry.join("/"),
      adapter: ddb("adapterType"),
      "hardware-version": ddb("virtualHWVersion"),
      notes: ddb("comment"),
      features: features.join(", "),
    }),
    ...names.map((value): Fact => ({ name: "members", value })),
  ];
}
