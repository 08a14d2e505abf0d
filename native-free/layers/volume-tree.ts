/**
 * The volumes of a medium, and the volumes in them (BSD labels, logical volumes), as a tree: every byte of the medium is in a
 * leaf, a table or a gap. A medium without a table is one volume, the root itself.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { fileSystemFormats } from "../filesystems/index.ts";
import type { FileSystem } from "../filesystems/file-system.ts";
import { recogniseVolume, type RecognisedVolume } from "../filesystems/signatures.ts";
import { isEvidenceError } from "../model/errors.ts";
import { finding, type Finding } from "../model/findings.ts";
import type { Member } from "../volumes/assembly.ts";
import { memberFormats } from "../volumes/index.ts";
import { openVolumes } from "../volumes/open-volumes.ts";
import { LogicalMedium } from "./logical-medium.ts";
import type { Volume, VolumeGap, VolumeSystem } from "../volumes/volume-system.ts";

export interface VolumeNode {
  /** Volume tokens from the medium down, joined by "/"; "" for the medium itself. */
  readonly path: string;
  readonly kind: "medium" | "volume" | "gap";
  /** What the table says of it; null for the medium and for gaps. */
  readonly volume: Volume | null;
  readonly source: ByteSource;
  /** First byte in the medium; null where it is not one stretch of it. */
  readonly start: number | null;
  /** File systems, encryption and memberships that its first bytes show; empty where it holds volumes. */
  readonly recognised: readonly RecognisedVolume[];
  /** The tables inside it; null where there are none. */
  readonly system: VolumeSystem | null;
  /** Its volumes and gaps. */
  readonly children: readonly VolumeNode[];
  /** A disc that is a disk as well: a file system of the whole lies under the tables, and none of the volumes is that file system. */
  readonly hybrid: boolean;
}

/** Whether files are looked for in the node itself. */
export const mayHoldFiles = (node: VolumeNode): boolean => node.kind !== "gap" && (node.system === null || node.hybrid);

/** BSD labels lie in partitions, logical volumes in those or in each other. */
const deepest = 4;

export function volumeTree(medium: ByteSource, sectorBytes: number): VolumeNode {
  const root = { path: "", kind: "medium" as const, volume: null, source: medium, start: 0 };
  const grown = grow(root, sectorBytes, 0);
  return joined(grown, assembledSets(grown));
}

/** For members of sets of which this medium has several: the volumes of the whole set at its first member, none at the others. */
function assembledSets(root: VolumeNode): ReadonlyMap<VolumeNode, VolumeSystem | null> {
  const systems = new Map<VolumeNode, VolumeSystem | null>();
  for (const format of memberFormats) {
    const sets = new Map<string, { readonly node: VolumeNode; readonly member: Member }[]>();
    const silent: { readonly node: VolumeNode; readonly member: Member }[] = [];
    for (const node of nodesOf(root)) {
      const member = node.system?.format === format.registration.id ? format.recognise(node.source) : null;
      if (member && member.set === null) silent.push({ node, member });
      else if (member) sets.set(String(member.set), [...(sets.get(String(member.set)) ?? []), { node, member }]);
    }
    for (const known of sets.values()) {
      // A member that does not say to which set it belongs is known by the others.
      const members = [...known, ...silent];
      if (members.length < 2) continue;
      const whole = format.assemble(members.map(({ member }) => member));
      members.forEach(({ node }, index) => systems.set(node, index === 0 ? whole : null));
    }
  }
  return systems;
}

function joined(node: VolumeNode, sets: ReadonlyMap<VolumeNode, VolumeSystem | null>): VolumeNode {
  const whole = sets.get(node);
  if (whole === undefined || !node.system) {
    return { ...node, children: node.children.map((child) => joined(child, sets)) };
  }
  const { volumes, findings } = whole ?? { volumes: [], findings: [] };
  const children = volumes.map((volume) => {
    const bare = {
      path: `${node.path}/${volume.name}`.replace(/^\//, ""),
      kind: "volume" as const,
      volume,
      start: null,
    };
    return grow({ ...bare, source: volume.source }, node.system?.sectorBytes ?? 512, deepest - 1);
  });
  const gaps = node.children.filter(({ kind }) => kind === "gap");
  return { ...node, system: { ...node.system, volumes, findings }, children: [...children, ...gaps] };
}

type Bare = Omit<VolumeNode, "recognised" | "system" | "children" | "hybrid">;

function grow(bare: Bare, sectorBytes: number, depth: number): VolumeNode {
  const { source } = bare;
  const system = depth < deepest ? openVolumes(source, { sectorBytes }) : null;
  const recognised = bare.kind === "gap" ? [] : recogniseVolume(source);
  if (!system) return { ...bare, recognised, system, children: [], hybrid: false };
  const inner = (name: string, part: Volume | VolumeGap) => ({
    path: bare.path === "" ? name : `${bare.path}/${name}`,
    source: part.source,
    start: bare.start === null || part.start === null ? null : bare.start + part.start,
  });
  const volumes = system.volumes.map((volume) =>
    grow({ ...inner(volume.name, volume), kind: "volume", volume }, system.sectorBytes, depth + 1),
  );
  const gaps = system.gaps.map((gap): VolumeNode => {
    return {
      ...inner(gap.name, gap),
      kind: "gap",
      volume: null,
      recognised: [],
      system: null,
      children: [],
      hybrid: false,
    };
  });
  const children = [...volumes, ...gaps].sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
  return { ...bare, recognised, system, children, hybrid: recognised.some(isDisc) && !volumes.some(isWhole) };
}

const isDisc = ({ kind }: RecognisedVolume): boolean => kind === "ISO 9660" || kind === "UDF";
/** The volume that begins where the disc does is opened as the disc. */
const isWhole = ({ volume, recognised }: VolumeNode): boolean => volume?.start === 0 && recognised.some(isDisc);

/** The node itself and all below it, each before its children. */
export function* nodesOf(node: VolumeNode): Iterable<VolumeNode> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}

/** The node of a list of tokens; null where there is none. */
export function nodeAt(root: VolumeNode, tokens: readonly string[]): VolumeNode | null {
  const path = tokens.join("/");
  for (const node of nodesOf(root)) if (node.path === path) return node;
  return null;
}

export interface OpenedFileSystem {
  /** Null where none that is read is there, or it could not be opened. */
  readonly fileSystem: FileSystem | null;
  /** Why it could not be opened. */
  readonly problem: Finding | null;
}

/** The file system of a volume; of one reader only where its id is given. */
export function fileSystemOf({ source }: Pick<VolumeNode, "source">, reader?: string): OpenedFileSystem {
  if (source instanceof LogicalMedium) {
    const fits = reader === undefined || reader === source.format;
    return { fileSystem: fits ? source.fileSystem : null, problem: null };
  }
  for (const { registration, open } of fileSystemFormats) {
    if (reader !== undefined && registration.id !== reader) continue;
    try {
      const fileSystem = open(source);
      if (fileSystem) return { fileSystem, problem: null };
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      return { fileSystem: null, problem: finding(error.code, error.params) };
    }
  }
  return { fileSystem: null, problem: null };
}
