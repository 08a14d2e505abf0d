/** What stands at a forensic path: the medium, a volume, a gap, a file in a file system, an image in that, and so on inwards. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../filesystems/file-system.ts";
import { imageFormatOf, probeOf, type DiskImage } from "../images/index.ts";
import { nameBytes, type ParsedLayer, type ParsedName } from "../model/forensic-path.ts";
import { openNested } from "./nested-image.ts";
import { fileSystemOf, nodeAt, volumeTree, type VolumeNode } from "./volume-tree.ts";

/** A medium with its volumes. */
export interface Medium {
  /** Forensic path without label; "" for the exhibit itself. */
  readonly path: string;
  readonly image: DiskImage;
  readonly volumes: VolumeNode;
}

export type Resolved =
  | { readonly kind: "volume"; readonly medium: Medium; readonly node: VolumeNode; readonly source: ByteSource }
  | {
      readonly kind: "entry";
      readonly medium: Medium;
      readonly fileSystem: FileSystem;
      readonly entry: FileSystemEntry;
      readonly source: ByteSource;
    };

/** Why a path leads nowhere: the part of it that is not there, and what was looked for. */
export interface Unresolved {
  readonly kind: "none";
  readonly part: string;
  readonly wanted: "volume" | "file system" | "entry" | "archive" | "image";
}

export function mediumOf(image: DiskImage, path = ""): Medium {
  return { path, image, volumes: volumeTree(image, image.bytesPerSector) };
}

/** Follows the layers of a parsed path from a medium. Throws EvidenceError where a structure on the way cannot be read. */
export function resolve(medium: Medium, layers: readonly ParsedLayer[]): Resolved | Unresolved {
  const [layer, ...inner] = layers;
  if (!layer) return { kind: "volume", medium, node: medium.volumes, source: medium.image };
  const node = nodeAt(medium.volumes, layer.volumes);
  if (!node) return { kind: "none", part: layer.volumes.join("/"), wanted: "volume" };
  if (layer.reader === null && layer.names.length > 0) {
    return { kind: "none", part: textOf(layer.names), wanted: "archive" };
  }
  if (layer.reader === null) return { kind: "volume", medium, node, source: node.source };
  const { fileSystem } = fileSystemOf(node, layer.reader);
  if (!fileSystem) return { kind: "none", part: layer.reader, wanted: "file system" };
  if (layer.names.length === 0) return { kind: "volume", medium, node, source: node.source };
  const found = entryAt(fileSystem, layer.names);
  if (!found) return { kind: "none", part: textOf(layer.names), wanted: "entry" };
  const source = fileSystem.open(found.entry);
  if (inner.length === 0) return { kind: "entry", medium, fileSystem, entry: found.entry, source };
  if (inner[0]?.reader === null && inner[0].names.length > 0) {
    return { kind: "none", part: textOf(inner[0].names), wanted: "archive" };
  }
  const format = imageFormatOf(probeOf({ name: found.entry.name.text, source }));
  const image = openNested(fileSystem, { format, ...found });
  return resolve(mediumOf(image, pathBelow(medium, layer)), inner);
}

function pathBelow({ path }: Medium, { volumes, reader, names }: ParsedLayer): string {
  const here = [...volumes, `${reader}:`, ...names.map((name) => nameText(name))].join("/");
  return path === "" ? here : `${path}/${here}`;
}

const nameText = ({ bytes }: ParsedName): string => Buffer.from(bytes).toString("utf8");
const textOf = (names: readonly ParsedName[]): string => names.map(nameText).join("/");

/** The entry of a path: allocated names first, a key decides among those of one name. */
function entryAt(
  fileSystem: FileSystem,
  names: readonly ParsedName[],
): { readonly entry: FileSystemEntry; readonly directory: FileSystemEntry | null } | null {
  let directory: FileSystemEntry | null = null;
  for (const [index, name] of names.entries()) {
    const entry = childOf(fileSystem, directory, name);
    if (!entry) return null;
    if (index === names.length - 1) return { entry, directory };
    directory = entry;
  }
  return null;
}

/** Deleted and orphan names carry their key in paths: several may be alike. */
export function keyInPath({ nameClaim, key }: Pick<FileSystemEntry, "nameClaim" | "key">): string | null {
  return nameClaim === "deleted" || nameClaim === "orphan" ? key : null;
}

function childOf(
  fileSystem: FileSystem,
  directory: FileSystemEntry | null,
  wanted: ParsedName,
): FileSystemEntry | null {
  for (const entry of fileSystem.list(directory)) {
    if (Buffer.compare(nameBytes(entry.name), wanted.bytes) !== 0) continue;
    if (wanted.key === null ? keyInPath(entry) === null : entry.key === wanted.key) return entry;
  }
  return null;
}
