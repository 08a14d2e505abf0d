/**
 * Lists everything that a medium holds, layer by layer: volumes, the entries of their file systems (allocated, deleted, orphan), slack,
 * free space, gaps, volumes that nobody reads, and the images of media among the files. Contents are not read. The list depends on the
 * bytes of the medium and the budgets alone; memory grows with the number of directories only.
 */
import { spaceWindowBytes, type SpaceRange } from "../../../native-free/layers/derived.ts";
import type { Medium } from "../../../native-free/layers/resolve.ts";
import { fileSystemOf, mayHoldFiles, nodesOf, type VolumeNode } from "../../../native-free/layers/volume-tree.ts";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import type { ItemRow } from "../../../native-free/model/item.ts";
import { nameOf } from "../../../workers/examine-content.ts";
import { isMachineFault } from "../../../workers/machine-fault.ts";
import { FileSystemListing } from "./enumerate-files.ts";
import { listSpace, plainItem, type Enumeration, type EnumerationOptions, type NestedMedium } from "./enumeration.ts";
import type { ListedMedium } from "./listing.ts";
import { spaceRank } from "./ranking.ts";
import { idOf, keysOfVolumes, type Keys } from "./volume-keys.ts";

interface ListedVolume {
  readonly medium: Medium;
  readonly index: number;
  readonly depth: number;
  readonly node: VolumeNode;
  readonly keys: Keys;
  readonly parent: string | null;
}

/** Lists a medium and what is inside of it. Returns where each medium lies. */
export function enumerate(medium: Medium, options: EnumerationOptions): readonly ListedMedium[] {
  const shared: Enumeration = { ...options, media: [null], queue: [], images: 0 };
  const keys = ["image"];
  const id = idOf(keys);
  listMedium(shared, { medium, index: 0, depth: 0, keys, id });
  options.emit(1, {
    ...plainItem(keys, null, ""),
    findings: [...medium.image.findings, ...(medium.volumes.system?.findings ?? [])],
    place: null,
  });
  for (let next = shared.queue.shift(); next; next = shared.queue.shift()) listMedium(shared, next);
  return shared.media;
}

function listMedium(shared: Enumeration, { medium, index, depth, keys, id }: NestedMedium): void {
  const all = keysOfVolumes(medium.volumes, keys);
  const parents = new Map<VolumeNode, string>([[medium.volumes, id]]);
  for (const node of nodesOf(medium.volumes)) {
    const own = all.get(node) ?? keys;
    const parent = parents.get(node) ?? id;
    const volume: ListedVolume = { medium, index, depth, node, keys: own, parent };
    if (node.kind === "gap") listGap(shared, volume);
    else if (mayHoldFiles(node)) listLeaf(shared, volume);
    if (!node.system) continue;
    if (node !== medium.volumes) listTable(shared, volume, node.system.findings);
    for (const child of node.children) parents.set(child, node === medium.volumes ? id : idOf(own));
  }
}

/** A volume that holds volumes. */
function listTable({ emit }: Enumeration, volume: ListedVolume, findings: readonly Finding[]): void {
  emit(1, { ...plainItem(volume.keys, volume.parent, pathOf(volume)), findings, place: null });
}

function listLeaf(shared: Enumeration, volume: ListedVolume): void {
  const id = idOf(volume.keys);
  const avoided = shared.avoid.get(id);
  if (avoided) return listUnread(shared, volume, [avoided.finding], { status: "failed", reason: avoided.reason });
  shared.onVolume(id);
  try {
    const { fileSystem, problem } = fileSystemOf(volume.node);
    // What lies under the tables of a disc that is a disk as well is listed volume by volume all the same.
    if (!fileSystem && volume.node.system && !problem) return;
    if (!fileSystem) return listUnknown(shared, volume, problem);
    const prefix = [pathOf(volume), `${fileSystem.format}:`].filter((part) => part !== "").join("/");
    new FileSystemListing(shared, { ...volume, fileSystem, prefix }).run();
  } catch (error) {
    if (isMachineFault(error)) throw error;
    shared.onFault(id, "filesystem", error);
    const found = finding("engine/fault", { reader: "filesystem", error: nameOf(error) });
    listUnread(shared, volume, [found], { status: "failed", reason: "fault" });
  }
}

function listUnknown(shared: Enumeration, volume: ListedVolume, problem: Finding | null): void {
  const { recognised, source } = volume.node;
  const [first] = recognised;
  const kind = recognised.map((each) => each.kind).join(", ");
  if (first?.role === "encrypted") {
    return shared.emit(spaceRank, {
      ...plainItem([...volume.keys, "raw"], volume.parent, `${slashed(pathOf(volume))}raw:/`),
      kind: "space",
      contentClaim: "allocated",
      ...{ status: "skipped", reason: "encrypted", size: source.size },
      findings: [finding("medium/volume-encrypted", { kind })],
      place: null,
    });
  }
  const done = { status: "done", reason: null } as const;
  if (problem) return listUnread(shared, volume, [problem], { status: "failed", reason: "damaged" });
  if (!first) return listUnread(shared, volume, [finding("medium/volume-unknown")], done);
  const isRead = first.role === "swap" || first.role === "other";
  if (isRead) return listUnread(shared, volume, [finding("medium/volume-other", { kind })], done);
  const found = finding("medium/volume-not-read", { kind });
  listUnread(shared, volume, [found], { status: "partial", reason: "unsupported" });
}

/** A volume whose structures are not read: an item for it, and its bytes in windows. */
function listUnread(
  shared: Enumeration,
  volume: ListedVolume,
  findings: readonly Finding[],
  outcome: Pick<ItemRow, "status" | "reason">,
): void {
  const keys = [...volume.keys, "raw"];
  const path = `${slashed(pathOf(volume))}raw:/`;
  shared.emit(1, { ...plainItem(keys, volume.parent, path), ...outcome, findings, place: null });
  for (const { start, length } of windowsOf(volume.node.source.size)) {
    const key = `unallocated@${start}`;
    listSpace(shared, volume, {
      ...{ keys: [...keys, key], parent: idOf(keys), path: `${path}#${key}`, name: key },
      ...{ origin: "unallocated", ranges: [{ start, length }], findings: [] },
    });
  }
}

function listGap(shared: Enumeration, volume: ListedVolume): void {
  const { size } = volume.node.source;
  const path = pathOf(volume);
  for (const { start, length } of windowsOf(size)) {
    const isWhole = length === size;
    const key = `gap@${start}`;
    listSpace(shared, volume, {
      ...{ keys: isWhole ? volume.keys : [...volume.keys, key], parent: volume.parent },
      ...{ path: isWhole ? path : `${path}/raw:/#${key}`, name: path.slice(path.lastIndexOf("/") + 1) },
      ...{ origin: "gap", ranges: [{ start, length }], findings: [] },
    });
  }
}

function* windowsOf(size: number): Iterable<SpaceRange> {
  for (let start = 0; start < size; start += spaceWindowBytes) {
    yield { start, length: Math.min(spaceWindowBytes, size - start) };
  }
}

function pathOf({ medium, node }: Pick<ListedVolume, "medium" | "node">): string {
  return [medium.path, node.path].filter((part) => part !== "").join("/");
}

const slashed = (path: string): string => (path === "" ? "" : `${path}/`);
