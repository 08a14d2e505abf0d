/** The entries of a file system as children, with their whole path as name: `p1/Users/x.doc`. */
import { Buffer } from "node:buffer";
import { type ByteSource, isLost } from "../../bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../../filesystems/file-system.ts";
import { openRanges, spaceItems } from "../../layers/derived.ts";
import type { VolumeNode } from "../../layers/volume-tree.ts";
import { isEvidenceError } from "../../model/errors.ts";
import type { Child, Extraction } from "../../model/extraction.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { nameBytes } from "../../model/forensic-path.ts";
import type { EvidenceName, ItemKind } from "../../model/item.ts";
import { copyRange, isZero } from "../../unpack/stream-child.ts";

/** Of one file system; budgets of the unit end long before. */
const MOST_ENTRIES = 1_000_000;
const SLASH = Buffer.from("/");

const kinds: Readonly<Record<FileSystemEntry["kind"], ItemKind>> = {
  ...{ file: "file", directory: "directory", symlink: "symlink", special: "special", metadata: "file", stream: "file" },
};

/** Names of directories and files, by key; those of files for the streams that follow them. */
class Paths {
  readonly #directories = new Map<string, EvidenceName>();
  #file: { readonly key: string; readonly path: EvidenceName } | null = null;
  readonly #root: EvidenceName | null;

  constructor(volume: string) {
    this.#root = volume === "" ? null : { text: volume, bytes: null };
  }

  pathOf({ key, parent, kind, name }: FileSystemEntry): EvidenceName {
    const holder =
      parent === null ? this.#root : (this.#directories.get(parent) ?? this.#ownerOf(parent) ?? this.#root);
    const path = holder === null ? name : joined(holder, name);
    if (kind === "directory") this.#directories.set(key, path);
    else if (kind !== "stream") this.#file = { key, path };
    return path;
  }

  #ownerOf(key: string): EvidenceName | null {
    return this.#file?.key === key ? this.#file.path : null;
  }
}

function joined(above: EvidenceName, name: EvidenceName): EvidenceName {
  const text = `${above.text}/${name.text}`;
  if (above.bytes === null && name.bytes === null) return { text, bytes: null };
  return { text, bytes: Buffer.concat([nameBytes(above), SLASH, nameBytes(name)]).toString("base64") };
}

export async function* childrenOfFileSystem(
  fileSystem: FileSystem,
  node: VolumeNode,
  here: { here?: true },
): AsyncIterable<Extraction> {
  const paths = new Paths(node.path);
  const prefix = `${node.path === "" ? "" : `${node.path}/`}${fileSystem.format}:`;
  try {
    let count = 0;
    for (const entry of fileSystem.entries()) {
      count += 1;
      if (count > MOST_ENTRIES) {
        yield { what: "finding", finding: finding("packed/image-cut", { limit: MOST_ENTRIES }), ...here };
        yield { what: "status", status: "partial", reason: "budget", ...here };
        break;
      }
      // A boot sector that was kept as a file is no volume: as its own child it would be one again, without end.
      if (count === 1 && entry.kind === "metadata" && entry.size >= node.source.size) break;
      yield { what: "child", child: childOf(fileSystem, entry, paths.pathOf(entry), `${prefix}${entry.key}`) };
    }
    yield* unallocated(fileSystem, node, prefix);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    yield { what: "finding", finding: finding(error.code, error.params), ...here };
    yield { what: "status", status: "partial", reason: "damaged", ...here };
  }
  for (const found of fileSystem.findings) yield { what: "finding", finding: found, ...here };
}

function childOf(fileSystem: FileSystem, entry: FileSystemEntry, name: EvidenceName, key: string): Child {
  const { kind, nameClaim, contentClaim, origin, times } = entry;
  const findings: Finding[] = [...entry.findings];
  const isDeleted = nameClaim === "deleted" || nameClaim === "orphan" || origin !== "entry";
  if (isDeleted) findings.push(finding("packed/deleted", { state: contentClaim }));
  return {
    key,
    name,
    kind: kinds[kind],
    origin: isDeleted ? "embedded" : "entry",
    size: kind === "directory" ? null : entry.size,
    packedSize: null,
    times,
    findings,
    content: contentOf(fileSystem, entry, findings),
  };
}

function contentOf(fileSystem: FileSystem, entry: FileSystemEntry, findings: Finding[]): Child["content"] {
  if (entry.kind === "directory") return { missing: "none" };
  if (entry.kind === "special") return { missing: "special" };
  if (entry.kind === "symlink") {
    const target = entry.target && nameBytes(entry.target);
    return { open: () => once(target) };
  }
  if (entry.contentClaim === "overwritten") return { missing: "absent" };
  try {
    const source = fileSystem.open(entry);
    const lost = lostBytes(source);
    if (lost > 0) findings.push(finding("packed/overwritten", { bytes: lost }));
    return { open: () => copyRange(source, 0, source.size) };
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    findings.push(finding(error.code, error.params));
    return { missing: "unreadable" };
  }
}

async function* once(bytes: Uint8Array | null): AsyncGenerator<Uint8Array> {
  if (bytes !== null && bytes.length > 0) yield new Uint8Array(bytes);
}

function lostBytes(source: ByteSource): number {
  let lost = 0;
  for (const { kind, length } of source.runsIn(0, source.size)) if (isLost(kind)) lost += length;
  return lost;
}

/** Space that belongs to no file, in windows, but for those that hold nothing but zeros. */
function* unallocated(fileSystem: FileSystem, node: VolumeNode, prefix: string): Iterable<Extraction> {
  for (const item of spaceItems(fileSystem, node.source.size)) {
    if (item.what !== "unallocated") continue;
    const source = openRanges(node.source, item.ranges);
    if (isZero(source, 0)) continue;
    const text = `${node.path === "" ? "" : `${node.path}/`}#${item.key}`;
    const child: Child = {
      ...{ key: `${prefix}#${item.key}`, name: { text, bytes: null }, kind: "file", origin: "carved" },
      ...{ size: source.size, packedSize: null, times: [], findings: [] },
      content: { open: () => copyRange(source, 0, source.size) },
    };
    yield { what: "child", child };
  }
}
