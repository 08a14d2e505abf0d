/** An ISO 9660 volume as a file system. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { ContentClaim } from "../../model/item.ts";
import { completeAccount } from "../byte-account.ts";
import { ExtentSource } from "../extent-source.ts";
import type {
  ClassedRange,
  EntriesOptions,
  FileExtent,
  FileSystem,
  FileSystemEntry,
  SlackRange,
} from "../file-system.ts";
import { classify } from "./account.ts";
import type { ReadSession } from "./descriptors.ts";
import { IsoEntry, PlacedEntry, type EntryOwner } from "./entry.ts";
import { findingsOfEntry } from "./entry-findings.ts";
import { factsOfVolume, variantOf } from "./facts.ts";
import { goneExtents, claimOfGone } from "./gone.ts";
import { findHidden } from "./hidden.ts";
import type { DirectoryRef } from "./records.ts";
import { extentsOfSection } from "./sections.ts";
import type { FoundSessions } from "./sessions.ts";
import { bootFindings, gapEntry, gapWithKey, orphanEntry, structureEntries } from "./structures.ts";
import { Survey } from "./survey.ts";
import { childOf, rootOf, TreeWalk } from "./walk.ts";
import { IsoVolume, type Tree } from "./volume.ts";
import { packedProblem, UnpackedSource } from "./zisofs.ts";

export class IsoFileSystem implements FileSystem, EntryOwner {
  readonly format = "iso9660";
  readonly variant: string;
  readonly label: string | null;
  readonly blockBytes: number;
  readonly size: number;
  readonly facts: readonly Fact[];
  readonly volume: IsoVolume;
  readonly #others: readonly ReadSession[];
  readonly #shown: Tree;
  readonly #found: Finding[] = [];
  #survey: Survey | null = null;

  constructor(source: ByteSource, { current, others }: FoundSessions) {
    const { session, damaged, differing } = current;
    this.volume = new IsoVolume(
      source,
      session,
      others.map((each) => each.session),
    );
    this.#others = others;
    this.#shown = { ...session.roots[0]!, session, rank: 0 };
    this.variant = variantOf(session);
    this.label = session.label;
    this.blockBytes = session.blockBytes;
    this.size = session.end;
    this.facts = factsOfVolume(current, others.length + 1);
    for (const structure of damaged) {
      this.#found.push(finding("filesystem/structure-damaged", { structure, problem: "contents" }));
    }
    for (const field of differing) this.#found.push(finding("iso9660/byte-orders-differ", { field }));
    if (session.end > source.size) {
      this.#found.push(finding("filesystem/truncated", { bytes: source.size, expected: session.end }));
    }
  }

  get findings(): readonly Finding[] {
    return this.#found;
  }

  *entries(options: EntriesOptions = {}): Generator<FileSystemEntry> {
    const survey = this.#surveyed();
    yield* structureEntries(this.volume, survey);
    const walk = new TreeWalk(this);
    yield* this.#below(walk, rootOf(this.volume, this.#shown));
    for (const entry of walk.relocated) {
      const child = childOf(this.volume, entry);
      if (child && walk.listed.has(child.start / this.blockBytes)) continue;
      yield entry;
      if (child) yield* this.#below(walk, child);
    }
    for (const orphan of survey.orphans) {
      yield orphanEntry(orphan, survey);
      yield* this.#below(walk, orphan.ref);
    }
    if (!(options.searchUnallocated ?? true)) return;
    for (let i = 0; i < survey.gaps.length; i += 2) {
      yield gapEntry(this.volume, survey.gaps.at(i), survey.gaps.at(i + 1));
    }
  }

  *#below(walk: TreeWalk, top: DirectoryRef): Generator<FileSystemEntry> {
    const { overlays } = this.#surveyed();
    for (const visit of walk.from(top)) {
      const { directory } = visit;
      yield* this.#told(walk, visit.entries);
      if (directory.tree.rank > 0 && directory.mirrors) continue;
      for (const mirror of overlays.mirrors.get(directory.key ?? "") ?? []) {
        yield* this.#told(walk, walk.visit(mirror).entries);
      }
    }
  }

  *#told(walk: TreeWalk, entries: Iterable<IsoEntry>): Generator<FileSystemEntry> {
    const { overlays } = this.#surveyed();
    for (const entry of entries) {
      if (!overlays.isShown(entry)) continue;
      yield entry;
      const child = entry.isDirectory ? childOf(this.volume, entry) : null;
      if (child) walk.push(child);
    }
  }

  entryOf(key: string): FileSystemEntry | null {
    const survey = this.#surveyed();
    if (/^\d+$/.test(key)) return this.#recordAt(Number(key));
    const orphan = survey.orphans.find(({ ref }) => ref.key === key);
    if (orphan) return orphanEntry(orphan, survey);
    const gap = gapWithKey(this.volume, survey, key);
    return gap ?? structureEntries(this.volume, survey).find((each) => each.key === key) ?? null;
  }

  #recordAt(offset: number): IsoEntry | null {
    const survey = this.#surveyed();
    const directory = survey.directoryOf(offset);
    if (!directory) return null;
    const walk = new TreeWalk(this);
    for (const entry of walk.visit(directory).entries) {
      if (entry.offset === offset) return survey.overlays.isShown(entry) ? entry : null;
    }
    return walk.relocated.find((entry) => entry.offset === offset) ?? null;
  }

  *list(directory: FileSystemEntry | null): Generator<FileSystemEntry> {
    const survey = this.#surveyed();
    const ref = this.#refOf(directory);
    const walk = new TreeWalk(this);
    const later: IsoEntry[] = [];
    const refs = [...(ref ? [ref] : []), ...(survey.overlays.mirrors.get(directory?.key ?? "") ?? [])];
    for (const each of refs) {
      for (const entry of walk.visit(each).entries) {
        if (!survey.overlays.isShown(entry)) continue;
        if (entry.live) yield entry;
        else later.push(entry);
      }
    }
    yield* later;
    for (const orphan of survey.orphans) {
      if (orphan.parent !== null && orphan.parent === directory?.key) yield orphanEntry(orphan, survey);
    }
  }

  #refOf(directory: FileSystemEntry | null): DirectoryRef | null {
    if (directory === null) return rootOf(this.volume, this.#shown);
    if (directory.kind !== "directory") throw new EvidenceError("filesystem/no-directory", { kind: directory.kind });
    return directory instanceof PlacedEntry ? directory.directory : childOf(this.volume, own(directory));
  }

  open(entry: FileSystemEntry): ByteSource {
    if (entry instanceof PlacedEntry) return new ExtentSource(this.volume.source, entry.extents);
    const stored = this.#stored(own(entry));
    const { packed } = own(entry).use;
    return packed && this.#packedProblem(own(entry)) === null ? new UnpackedSource(stored, packed) : stored;
  }

  #stored(entry: IsoEntry): ExtentSource {
    return new ExtentSource(this.volume.source, this.#storedExtents(entry));
  }

  /** Null where the file is not packed, too. */
  #packedProblem(entry: IsoEntry): string | null {
    const { packed } = entry.use;
    return packed === null || entry.isDirectory ? null : packedProblem(this.#stored(entry), packed);
  }

  sizeOf(entry: IsoEntry): number {
    if (entry.isDirectory) return childOf(this.volume, entry)?.bytes ?? 0;
    const { packed } = entry.use;
    return packed && this.#packedProblem(entry) === null ? packed.bytes : entry.storedBytes;
  }

  /** Of a packed file: what is stored, as long as it goes, and a stretch without a place for what it is longer unpacked. */
  extentsOf(entry: FileSystemEntry | null): readonly FileExtent[] {
    if (entry instanceof PlacedEntry) return entry.extents;
    if (entry === null) {
      const { start, bytes } = rootOf(this.volume, this.#shown);
      return bytes > 0 ? [{ start, length: bytes, state: "intact" }] : [];
    }
    const stored = this.#storedExtents(own(entry));
    return own(entry).use.packed === null ? stored : fitted(stored, this.sizeOf(own(entry)));
  }

  #storedExtents(entry: IsoEntry): readonly FileExtent[] {
    if (entry.isDirectory) {
      const child = childOf(this.volume, entry);
      return child ? [{ start: child.start, length: child.bytes, state: "intact" }] : [];
    }
    const extents = entry.sections.flatMap((section) => extentsOfSection(this.volume, section));
    return entry.live ? extents : goneExtents(this.#surveyed().claims, extents);
  }

  claimOf(entry: IsoEntry): ContentClaim {
    if (entry.live || entry.isDirectory) return "allocated";
    return claimOfGone(this.#storedExtents(entry));
  }

  findingsOf(entry: IsoEntry): readonly Finding[] {
    const stored = this.#storedExtents(entry);
    return findingsOfEntry(this.volume, this.#surveyed(), entry, stored, this.#packedProblem(entry));
  }

  slackOf(entry: FileSystemEntry | null): readonly SlackRange[] {
    if (entry === null || entry instanceof PlacedEntry || entry.nameClaim !== "allocated") return [];
    if (entry.kind === "directory") return [];
    return own(entry).sections.flatMap((section) => {
      const last = extentsOfSection(this.volume, section).at(-1);
      if (!last || last.start === null) return [];
      const start = last.start + last.length;
      const end = Math.min(this.volume.source.size, Math.ceil(start / this.blockBytes) * this.blockBytes);
      return end > start ? [{ start, length: end - start, what: "file slack" }] : [];
    });
  }

  account(): Iterable<ClassedRange> {
    return completeAccount(this.volume.source, classify(this.volume, this.#surveyed()));
  }

  /** Everything is looked at once, when something first needs it. */
  #surveyed(): Survey {
    if (this.#survey === null) {
      this.#survey = new Survey(this, this.#others);
      this.#found.push(...this.#survey.findings, ...(this.#survey.troubles.get(-1) ?? []));
      this.#found.push(...bootFindings(this.#survey.boot), ...findHidden(this.volume, this.#survey));
    }
    return this.#survey;
  }
}

function own(entry: FileSystemEntry): IsoEntry {
  if (entry instanceof IsoEntry) return entry;
  throw new Error("an entry of another file system");
}

/** Extents of as many bytes as `size`. */
function fitted(extents: readonly FileExtent[], size: number): FileExtent[] {
  const out: FileExtent[] = [];
  let left = size;
  for (const extent of extents) {
    const length = Math.min(left, extent.length);
    if (length > 0) out.push({ ...extent, length });
    left -= length;
  }
  if (left > 0) out.push({ start: null, length: left, state: "intact" });
  return out;
}
