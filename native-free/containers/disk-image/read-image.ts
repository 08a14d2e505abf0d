/** Opens an image of a medium with what lies beside it, and goes through its volumes. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import {
  imageFormatOf,
  probeOf,
  type DiskImage,
  type ImageSegment,
  type ImageSurroundings,
} from "../../images/index.ts";
import { nameAmong } from "../../images/image-format.ts";
import { mediumOf } from "../../layers/resolve.ts";
import { fileSystemOf, mayHoldFiles, nodesOf, type VolumeNode } from "../../layers/volume-tree.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Beside, Child, ExtractContext, Extraction } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { copyRange } from "../../unpack/stream-child.ts";
import { childrenOfFileSystem } from "./file-children.ts";

const LONGEST_CHAIN = 16;
/** Opened as the bytes that they are: a volume as large as them is them. */
const plainFormats: ReadonlySet<string> = new Set(["raw", "iso"]);

export async function* readImage(source: ByteSource, context: ExtractContext): AsyncIterable<Extraction> {
  const opened = open({ name: context.beside?.self ?? "content", source }, context.beside, []);
  const { image, parts } = opened;
  const here = parts > 1 ? ({ here: true } as const) : {};
  if (parts > 1) yield { what: "finding", finding: finding("packed/joined", { parts }), ...here };
  const { volumes } = mediumOf(image);
  for (const found of image.findings) yield { what: "finding", finding: found, ...here };
  for (const node of nodesOf(volumes)) {
    for (const found of node.system?.findings ?? []) yield { what: "finding", finding: found, ...here };
    if (!mayHoldFiles(node)) continue;
    yield* readVolume(node, plainFormats.has(image.format) && node.path === "", here);
  }
}

interface Opened {
  readonly image: DiskImage;
  /** Files that it consists of. */
  readonly parts: number;
}

/** `chain`: names that are being opened. Throws EvidenceError. */
function open(own: ImageSegment, beside: Beside | null, chain: readonly string[]): Opened {
  if (chain.includes(own.name) || chain.length >= LONGEST_CHAIN) throw new EvidenceError("image/parent-cycle");
  const format = imageFormatOf(probeOf(own));
  const names = beside?.names() ?? [own.name];
  let parts = 1;
  const segment = (wanted: string): ImageSegment | null => {
    const name = nameAmong(names, wanted);
    if (name === own.name) return own;
    const found = name === null ? null : (beside?.open(name) ?? null);
    if (found) parts += 1;
    return found && name !== null ? { name, source: found } : null;
  };
  const surroundings: ImageSurroundings = {
    names,
    segment,
    image(name) {
      const parent = segment(name);
      return parent && open(parent, beside, [...chain, own.name]).image;
    },
  };
  const members = format.segmentsOf(own.name, names);
  const segments = members.includes(own.name) ? members.flatMap((name) => segment(name) ?? []) : [own];
  const image = format.open(segments, surroundings);
  return { image, parts };
}

async function* readVolume(node: VolumeNode, isContent: boolean, here: { here?: true }): AsyncIterable<Extraction> {
  const { fileSystem, problem } = fileSystemOf(node);
  const name = volumeWord(node);
  if (fileSystem) return yield* childrenOfFileSystem(fileSystem, node, here);
  const tell = (found: Finding): Extraction => ({ what: "finding", finding: found, ...here });
  if (problem) {
    yield tell(problem);
    yield tell(finding("packed/image-refused", { volume: name }));
    yield { what: "status", status: "partial", reason: "damaged", ...here };
  }
  if (!isContent) return yield { what: "child", child: volumeChild(node) };
  if (problem) return;
  yield tell(finding("packed/image-unread", { kind: node.recognised[0]?.kind ?? "unknown" }));
  yield { what: "status", status: "partial", reason: "unsupported", ...here };
}

const volumeWord = ({ path }: VolumeNode): string => (path === "" ? "medium" : path);

/** What no file system is read of, as it is. */
function volumeChild(node: VolumeNode): Child {
  const { source } = node;
  return {
    key: `volume:${node.path}`,
    name: { text: volumeWord(node), bytes: null },
    kind: "file",
    origin: "embedded",
    size: source.size,
    packedSize: null,
    times: [],
    findings: [],
    content: { open: () => copyRange(source, 0, source.size) },
  };
}
