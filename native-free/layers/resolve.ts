/**
 * What stands at a forensic path: the medium, a volume, a gap, a file in a file system, its slack, the space that belongs to no file,
 * an image in a file, and so on inwards.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { FileSystem } from "../filesystems/file-system.ts";
import { imageFormatOf, probeOf, type DiskImage } from "../images/index.ts";
import { pathName, type ParsedLayer, type ParsedName } from "../model/forensic-path.ts";
import { openRanges, slackKey, slackSource, spaceItemOf, type SpaceItem } from "./derived.ts";
import { entryAt, type FoundEntry } from "./find-entry.ts";
import { openNested } from "./nested-image.ts";
import { fileSystemOf, nodeAt, volumeTree, type VolumeNode } from "./volume-tree.ts";

export { keyInPath } from "./find-entry.ts";

/** A medium with its volumes. */
export interface Medium {
  /** Forensic path without label; "" for the exhibit itself. */
  readonly path: string;
  readonly image: DiskImage;
  readonly volumes: VolumeNode;
}

/** What every path leads to. */
interface Place {
  readonly medium: Medium;
  /** The volume, or the one that the rest lies in. */
  readonly node: VolumeNode;
  /** Forensic path without label, with names as they are recorded; "" for the exhibit itself. */
  readonly path: string;
  readonly source: ByteSource;
}

export type Resolved =
  /** `fileSystem`: where the path names the root of one (`p1/fat:/`). */
  | (Place & { readonly kind: "volume"; readonly fileSystem: FileSystem | null })
  | (Place & FoundEntry & { readonly kind: "entry"; readonly fileSystem: FileSystem })
  /** What an entry occupies and does not use: `PATH#slack`. */
  | (Place & FoundEntry & { readonly kind: "slack"; readonly fileSystem: FileSystem })
  /** Space of a volume that belongs to no entry: `#unallocated@START` and others. */
  | (Place & { readonly kind: "space"; readonly fileSystem: FileSystem; readonly item: SpaceItem });

/** Why a path leads nowhere: the part of it that is not there, and what was looked for. */
export interface Unresolved {
  readonly kind: "none";
  readonly part: string;
  readonly wanted: "volume" | "file system" | "entry" | "archive" | "image" | "slack" | "space";
}

export function mediumOf(image: DiskImage, path = ""): Medium {
  return { path, image, volumes: volumeTree(image, image.bytesPerSector) };
}

/** The medium itself, as `resolve` gives it for a path without layers. */
export function wholeMedium(medium: Medium): Resolved {
  const node = medium.volumes;
  return { kind: "volume", medium, node, path: medium.path, source: medium.image, fileSystem: null };
}

/** Follows the layers of a parsed path from a medium. Throws EvidenceError where a structure on the way cannot be read. */
export function resolve(medium: Medium, layers: readonly ParsedLayer[]): Resolved | Unresolved {
  const [layer, ...inner] = layers;
  if (!layer) return wholeMedium(medium);
  const node = nodeAt(medium.volumes, layer.volumes);
  if (!node) return { kind: "none", part: layer.volumes.join("/"), wanted: "volume" };
  if (layer.reader === null && layer.names.length > 0) {
    return { kind: "none", part: textOf(layer.names), wanted: "archive" };
  }
  const path = joined(medium.path, node.path);
  const volume = { kind: "volume", medium, node, source: node.source } as const;
  if (layer.reader === null) return { ...volume, path, fileSystem: null };
  const { fileSystem } = fileSystemOf(node, layer.reader);
  if (!fileSystem) return { kind: "none", part: layer.reader, wanted: "file system" };
  const root = readerPath(medium, node, fileSystem);
  if (layer.names.length === 0) return { ...volume, path: `${root}/`, fileSystem };
  if (inner.length === 0) return insideOf({ medium, node, fileSystem, root }, layer.names);
  const found = entryAt(fileSystem, layer.names);
  if (!found) return { kind: "none", part: textOf(layer.names), wanted: "entry" };
  if (inner[0]?.reader === null && inner[0].names.length > 0) {
    return { kind: "none", part: textOf(inner[0].names), wanted: "archive" };
  }
  const source = fileSystem.open(found.entry);
  const format = imageFormatOf(probeOf({ name: found.entry.name.text, source }));
  const image = openNested(fileSystem, { format, ...found });
  return resolve(mediumOf(image, `${root}${found.below}`), inner);
}

interface Inside {
  readonly medium: Medium;
  readonly node: VolumeNode;
  readonly fileSystem: FileSystem;
  /** With the reader: `p1/fat:`. */
  readonly root: string;
}

/** An entry, slack or space of a file system. */
function insideOf({ root, ...inside }: Inside, names: readonly ParsedName[]): Resolved | Unresolved {
  const { fileSystem, node } = inside;
  const last = names.at(-1)!;
  if (names.length === 1 && last.bytes.length === 0 && last.key !== null) {
    const item = spaceItemOf(fileSystem, node.source.size, last.key);
    if (item) {
      const source = openRanges(node.source, item.ranges);
      return { kind: "space", ...inside, path: `${root}/#${item.key}`, item, source };
    }
  }
  const found = entryAt(fileSystem, names);
  if (found)
    return { kind: "entry", ...inside, ...found, path: `${root}${found.below}`, source: fileSystem.open(found.entry) };
  if (last.key !== slackKey) {
    const wanted = last.bytes.length === 0 ? "space" : "entry";
    return { kind: "none", part: textOf(names), wanted };
  }
  const owner = entryAt(fileSystem, [...names.slice(0, -1), { ...last, key: null }]);
  if (!owner) return { kind: "none", part: textOf(names), wanted: "entry" };
  const source = slackSource(fileSystem, node.source, owner.entry);
  if (!source) return { kind: "none", part: textOf(names), wanted: "slack" };
  return { kind: "slack", ...inside, ...owner, path: `${root}${owner.below}#${slackKey}`, source };
}

const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("/");

/** The forensic path of a file system up to its reader: `p1/fat:`. */
export function readerPath(medium: Medium, node: VolumeNode, fileSystem: FileSystem): string {
  return joined(medium.path, node.path, `${fileSystem.format}:`);
}

const nameText = ({ bytes, key }: ParsedName): string =>
  pathName({ text: Buffer.from(bytes).toString("utf8"), bytes: null }, key);
const textOf = (names: readonly ParsedName[]): string => names.map(nameText).join("/");
