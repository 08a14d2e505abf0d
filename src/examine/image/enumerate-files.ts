/** Lists a file system: every entry with its slack, the space that belongs to none, and the media among the files. */
import { slackKey, slackSource, spaceItems, type SpaceItem } from "../../../native-free/layers/derived.ts";
import type { FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import type { ImageFormat } from "../../../native-free/images/index.ts";
import { imageIn, mayHoldMedium, openNested } from "../../../native-free/layers/nested-image.ts";
import { keyInPath, mediumOf, type Medium } from "../../../native-free/layers/resolve.ts";
import type { VolumeNode } from "../../../native-free/layers/volume-tree.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import { pathName } from "../../../native-free/model/forensic-path.ts";
import type { ItemKind, Origin, Reason, Status } from "../../../native-free/model/item.ts";
import type { Treatment } from "../../../native-free/model/prepared.ts";
import { nameOf } from "../../../workers/examine-content.ts";
import { isMachineFault } from "../../../workers/machine-fault.ts";
import { listSpace, plainItem, type Enumeration } from "./enumeration.ts";
import { opensSet } from "./nested.ts";
import { isSystemFolder, rankOf, slackRank } from "./ranking.ts";
import { idOf, type Keys } from "./volume-keys.ts";

interface ListedFileSystem {
  readonly index: number;
  readonly depth: number;
  readonly node: VolumeNode;
  readonly keys: Keys;
  readonly parent: string | null;
  readonly fileSystem: FileSystem;
  /** Forensic path of the root without its slash. */
  readonly prefix: string;
}

/** What holds entries. */
interface Holder {
  readonly id: string;
  readonly path: string;
  readonly inSystem: boolean;
}

const kinds: Readonly<Record<FileSystemEntry["kind"], ItemKind>> = {
  ...{ file: "file", directory: "directory", symlink: "symlink", special: "special", metadata: "file", stream: "file" },
};

/** Files that the next entries may be streams of. */
const recentFiles = 64;

export class FileSystemListing {
  readonly #shared: Enumeration;
  readonly #of: ListedFileSystem;
  readonly #root: Holder;
  readonly #rootKeys: Keys;
  readonly #directories = new Map<string, Holder>();
  readonly #recent = new Map<string, Holder>();

  constructor(shared: Enumeration, of: ListedFileSystem) {
    this.#shared = shared;
    this.#of = of;
    this.#rootKeys = [...of.keys, `${of.fileSystem.format}:`];
    this.#root = { id: idOf(this.#rootKeys), path: of.prefix, inSystem: false };
  }

  /** A mistake of ours costs what it keeps from being listed, and is said at the root. */
  run(): void {
    const { fileSystem, node, parent, prefix } = this.#of;
    const faults: Finding[] = [];
    this.#guarded(faults, () => {
      for (const entry of fileSystem.entries()) this.#entry(entry);
    });
    this.#guarded(faults, () => {
      this.#rootSlack();
      for (const item of spaceItems(fileSystem, node.source.size)) this.#space(item);
    });
    const place = {
      what: "entry",
      key: null,
      directory: null,
      read: false,
      treatment: "full",
      ...this.#volume(),
    } as const;
    this.#shared.emit(1, {
      ...plainItem(this.#rootKeys, parent, `${prefix}/`),
      ...(faults.length > 0 ? { status: "partial", reason: "fault" } : {}),
      findings: [...fileSystem.findings, ...faults],
      place,
    });
  }

  #guarded(faults: Finding[], work: () => void): void {
    try {
      work();
    } catch (error) {
      if (isMachineFault(error)) throw error;
      if (isEvidenceError(error)) {
        faults.push(finding(error.code, error.params));
        return;
      }
      this.#shared.onFault(this.#root.id, this.#of.fileSystem.format, error);
      faults.push(finding("engine/fault", { reader: this.#of.fileSystem.format, error: nameOf(error) }));
    }
  }

  #volume() {
    const { index, node, fileSystem } = this.#of;
    return { medium: index, volume: node.path, fileSystem: fileSystem.format };
  }

  #entry(entry: FileSystemEntry): void {
    const holder = this.#holderOf(entry);
    const keys = [...this.#of.keys, `${this.#of.fileSystem.format}:${entry.key}`];
    const own: Holder = {
      id: idOf(keys),
      path: `${holder.path}/${pathName(entry.name, keyInPath(entry, entry.parent === null || this.#directories.has(entry.parent)))}`,
      inSystem: holder === this.#root ? isSystemFolder(entry.name.text) : holder.inSystem,
    };
    this.#remember(entry, own);
    const inSystem = holder !== this.#root ? holder.inSystem : entry.kind === "directory" && own.inSystem;
    const rank = rankOf(entry, inSystem);
    const nested = this.#nestedIn(entry, own, keys);
    const content = contentOf(entry);
    const findings = [...entry.findings, ...nested.findings, ...content.findings];
    const { nameClaim, contentClaim, origin, name, times } = entry;
    this.#shared.emit(rank, {
      ...{ id: own.id, parent: holder.id, path: own.path, name, kind: kinds[entry.kind] },
      ...{ nameClaim, contentClaim, origin, ...content.outcome },
      size: entry.kind === "directory" ? null : entry.size,
      chain: keys,
      ...(times.length > 0 ? { times } : {}),
      ...(findings.length > 0 ? { findings } : {}),
      place: {
        what: "entry",
        key: entry.key,
        directory: entry.parent,
        read: content.read,
        treatment: content.treatment ?? nested.treatment,
        ...this.#volume(),
      },
    });
    if (nameClaim === "allocated" && origin === "entry") this.#slack(entry, own, holder, keys);
  }

  #holderOf({ parent, kind }: FileSystemEntry): Holder {
    if (parent === null) return this.#root;
    const known = this.#directories.get(parent) ?? this.#recent.get(parent);
    if (known) return known;
    const file = kind === "stream" ? this.#of.fileSystem.entryOf(parent) : null;
    // What holds it was not listed, or is no directory: it stands in the root, like an orphan.
    if (!file) return this.#root;
    const { format } = this.#of.fileSystem;
    const path = `${this.#root.path}/${pathName(file.name, file.key)}`;
    return { id: idOf([...this.#of.keys, `${format}:${file.key}`]), path, inSystem: true };
  }

  #remember(entry: FileSystemEntry, own: Holder): void {
    if (entry.kind === "directory") this.#directories.set(entry.key, own);
    else if (entry.kind !== "stream") {
      if (this.#recent.size >= recentFiles) this.#recent.delete(this.#recent.keys().next().value as string);
      this.#recent.set(entry.key, own);
    }
  }

  #slack(entry: FileSystemEntry, own: Holder, holder: Holder, keys: Keys): void {
    const source = slackSource(this.#of.fileSystem, this.#of.node.source, entry);
    if (!source) return;
    this.#shared.emit(slackRank, {
      ...plainItem([...keys, slackKey], own.id, `${holder.path}/${pathName(entry.name, slackKey)}`),
      ...{ name: entry.name, kind: "space", nameClaim: "none", contentClaim: "allocated", origin: "slack" },
      size: source.size,
      place: { what: "slack", key: entry.key, directory: null, read: true, treatment: "strings", ...this.#volume() },
    });
  }

  #rootSlack(): void {
    const ranges = this.#of.fileSystem.slackOf(null).filter(({ length }) => length > 0);
    if (ranges.length === 0) return;
    const at = { keys: [...this.#rootKeys, slackKey], parent: this.#root.id, path: `${this.#root.path}/#${slackKey}` };
    listSpace(this.#shared, this.#of, {
      ...{ ...at, name: slackKey, origin: "slack", findings: [] },
      ranges: ranges.map(({ start, length }) => ({ start, length })),
    });
  }

  #space({ key, what, ranges, size }: SpaceItem): void {
    const origin: Origin = what === "volume slack" ? "slack" : "unallocated";
    const findings = what === "not-understood" ? [finding("medium/not-understood", { bytes: size })] : [];
    listSpace(this.#shared, this.#of, {
      ...{ keys: [...this.#rootKeys, key], parent: this.#root.id, path: `${this.#root.path}/#${key}`, name: key },
      ...{ origin, ranges, findings },
    });
  }

  /** Opens an image of a medium among the files, within the budgets; it is listed when this file system is. */
  #nestedIn(entry: FileSystemEntry, own: Holder, keys: Keys): { treatment: Treatment; findings: Finding[] } {
    const plain = { treatment: "full" as const, findings: [] };
    const { fileSystem, depth, index, node } = this.#of;
    if (!mayHoldMedium(entry)) return plain;
    try {
      const format = imageIn(fileSystem, entry);
      if (!format || !opensSet(fileSystem, entry, format)) return plain;
      const over = this.#overBudget();
      if (over) return { ...plain, findings: [over] };
      const directory = entry.parent === null ? null : fileSystem.entryOf(entry.parent);
      const medium = mediumOf(openNested(fileSystem, { format, entry, directory }), own.path);
      if (!holdsSomething(medium, format)) return plain;
      this.#shared.images += 1;
      const { media, queue } = this.#shared;
      media.push({ path: own.path, host: index, volume: node.path, ...this.#keysOf(entry) });
      queue.push({ medium, index: media.length - 1, depth: depth + 1, keys: [...keys, "image"], id: own.id });
      const said = finding("medium/nested", { format: format.registration.id });
      const findings = [said, ...medium.image.findings, ...(medium.volumes.system?.findings ?? [])];
      return { treatment: "typed", findings };
    } catch (error) {
      if (isMachineFault(error)) throw error;
      if (isEvidenceError(error)) return { ...plain, findings: [finding(error.code, error.params)] };
      this.#shared.onFault(own.id, "image", error);
      return { ...plain, findings: [finding("engine/fault", { reader: "image", error: nameOf(error) })] };
    }
  }

  #keysOf({ key, parent }: FileSystemEntry) {
    return { fileSystem: this.#of.fileSystem.format, key, directory: parent };
  }

  #overBudget(): Finding | null {
    const { budgets, images } = this.#shared;
    const over = (of: string, limit: number): Finding => finding("medium/nested-budget", { of, limit });
    if (this.#of.depth >= budgets.depth) return over("depth", budgets.depth);
    return images >= budgets.images ? over("images", budgets.images) : null;
  }
}

/** A file that is called like a raw image and holds nothing known is just a file. */
function holdsSomething({ volumes }: Medium, { registration }: ImageFormat): boolean {
  return registration.id !== "raw" || volumes.system !== null || volumes.recognised.length > 0;
}

interface ListedContent {
  readonly read: boolean;
  /** Null where the place decides. */
  readonly treatment: Treatment | null;
  readonly outcome: { readonly status: Status; readonly reason: Reason | null };
  readonly findings: readonly Finding[];
}

function contentOf(entry: FileSystemEntry): ListedContent {
  const plain = { read: true, treatment: null, outcome: { status: "done", reason: null }, findings: [] } as const;
  if (entry.kind === "directory" || entry.kind === "symlink" || entry.kind === "special") {
    return { ...plain, read: false };
  }
  if (entry.contentClaim === "none") return { ...plain, read: false };
  if (entry.contentClaim === "overwritten") {
    return { ...plain, read: false, findings: [finding("medium/overwritten")] };
  }
  // Structures of the file system are no documents: words may stand anywhere in them.
  if (entry.kind === "metadata") return { ...plain, treatment: "strings" };
  if (entry.attributes["encryption"] === undefined) return plain;
  // Ciphertext gives noise: it is hashed, and nothing is looked for in it.
  return { ...plain, treatment: "typed", outcome: { status: "failed", reason: "encrypted" } };
}
