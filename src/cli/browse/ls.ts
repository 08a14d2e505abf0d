/** What `vestige ls` does. Loaded when it is needed: it brings the reader of every format with it. */
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { mayHoldFiles } from "../../../native-free/layers/volume-tree.ts";
import {
  openRanges,
  rootSlack,
  slackKey,
  slackSource,
  spaceItems,
  type SpaceItem,
} from "../../../native-free/layers/derived.ts";
import type { FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { imageIn } from "../../../native-free/layers/nested-image.ts";
import { PathBook, walkBelow } from "../../../native-free/layers/walk.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { sentenceOf } from "../../../native-free/model/findings.ts";
import { browseSays, infoSays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import { countText } from "../amounts.ts";
import type { CommandContext } from "../command.ts";
import { algorithmsOf, hashContent, hashEntry, isTooLarge, type ContentHashes } from "./content-hash.ts";
import { derivedRow, entryJson, entryRow } from "./entry-row.ts";
import {
  atPlace,
  breathe,
  contentOf,
  findingOf,
  tellFindings,
  treesAt,
  type LookedInto,
  type OpenedPlace,
  type Tree,
} from "./place.ts";
import { pathText, Rows } from "./rows.ts";
import { isHousekeeping } from "./shown.ts";

export async function listOf(context: CommandContext): Promise<ExitCode> {
  return atPlace(context, (opened) => new Listing(context, opened).run());
}

/** Entries between two looks at the signal. */
const breathEvery = 8192;

class Listing {
  readonly #context: CommandContext;
  readonly #opened: OpenedPlace;
  readonly #rows: Rows;
  readonly #algorithms: readonly string[];
  readonly #recursive: boolean;
  readonly #all: boolean;
  readonly #onlyDeleted: boolean;
  readonly #counts = { entries: 0, deleted: 0, hidden: 0, bytes: 0 };
  #lossy = 0;
  #lost = false;

  constructor(context: CommandContext, opened: OpenedPlace) {
    const { flags, output } = context;
    this.#context = context;
    this.#opened = opened;
    this.#rows = new Rows(output);
    this.#algorithms = flags["hash"] === true ? algorithmsOf(flags, ["sha256"]) : [];
    this.#recursive = flags["recursive"] === true;
    this.#all = flags["all"] === true;
    this.#onlyDeleted = flags["deleted"] === true;
  }

  async run(): Promise<ExitCode> {
    const { output } = this.#context;
    const { place } = this.#opened;
    try {
      if (place.kind === "entry" && place.entry.kind !== "directory") await this.#single(place);
      else if (place.kind === "slack" || place.kind === "space") await this.#derived(place);
      else await this.#trees();
    } finally {
      this.#rows.flush();
      this.#opened.progress.end();
    }
    const { entries, deleted, hidden } = this.#counts;
    output.note(browseSays.listed(entries, deleted, hidden));
    if (this.#lossy > 0) output.warn(browseSays.hashLoss(this.#lossy));
    const exit = this.#lost || this.#lossy > 0 ? exitCodes.loss : exitCodes.done;
    output.summary(exit, { ...this.#counts, partial: this.#lossy });
    return exit;
  }

  async #trees(): Promise<void> {
    const looked = [...treesAt(this.#opened.place)];
    const several = this.#opened.place.kind === "volume" && !this.#opened.place.fileSystem;
    if (several && !this.#recursive) this.#volumes(looked);
    else this.#rows.line(browseSays.listHead(this.#algorithms));
    for (const each of looked) {
      if (several) this.#volumeEvent(each);
      this.#untold(each);
      if (!each.tree) continue;
      if (several && !this.#recursive) this.#section(each);
      await this.#tree(each.tree);
    }
  }

  #volumes(looked: readonly LookedInto[]): void {
    this.#rows.line(infoSays.volumeHead());
    for (const each of looked) {
      const { volume, source, start, path: own } = each.node;
      const { output } = this.#context;
      const type = volume
        ? output.safe([volume.type, volume.typeName ?? ""].filter((text) => text !== "").join(" "))
        : "";
      const name = own === "" ? browseSays.wholeMedium() : each.path;
      const place = start === null ? "-" : countText(start);
      this.#rows.line(infoSays.volumeLine(name, place, countText(source.size), type, contentOf(each, output)));
    }
  }

  #volumeEvent(each: LookedInto): void {
    const { node, path, opened } = each;
    const { fileSystem, problem } = opened;
    this.#rows.event("vestige.volume/1", "volume", {
      path,
      kind: node.kind,
      start: node.start,
      length: node.source.size,
      type: node.volume?.type ?? null,
      scheme: node.system?.format ?? null,
      fileSystem: fileSystem && {
        format: fileSystem.format,
        variant: fileSystem.variant,
        label: fileSystem.label,
        blockBytes: fileSystem.blockBytes,
      },
      problem: problem?.code ?? null,
    });
  }

  #section(each: LookedInto): void {
    const { output } = this.#context;
    this.#rows.line("");
    this.#rows.line(browseSays.sectionHead(pathText(`${each.tree?.path}/`), contentOf(each, output)));
    this.#rows.line(browseSays.listHead(this.#algorithms));
  }

  /** A volume whose files are not shown is said, never passed over. */
  #untold(each: LookedInto): void {
    const { output } = this.#context;
    const { node, opened, path } = each;
    const name = path === "" ? browseSays.wholeMedium() : pathText(path);
    if (opened.problem) {
      this.#lost = true;
      output.warn(browseSays.notOpened(name, output.safe(sentenceOf(opened.problem))));
    } else if (!each.tree && mayHoldFiles(node)) {
      output.warn(browseSays.noFileSystem(name, contentOf(each, output)));
    }
  }

  async #tree(tree: Tree): Promise<void> {
    const { fileSystem, directory, path } = tree;
    const { output } = this.#context;
    let seen = 0;
    for (const [entry, full] of this.#entriesOf(tree)) {
      if (++seen % breathEvery === 0) await this.#pause();
      if (!this.#isShown(entry)) continue;
      // Waiting costs more than a row.
      if (this.#algorithms.length === 0) this.#plainEntry(tree, entry, full);
      else await this.#hashedEntry(tree, entry, full);
    }
    if (directory === null && this.#all && !this.#onlyDeleted) {
      for (const item of spaceOf(tree)) {
        await this.#space(`${path}/#${item.key}`, item.what, openRanges(tree.node.source, item.ranges));
      }
    }
    this.#rows.flush();
    if (directory === null && this.#recursive && tellFindings(output, `${path}/`, fileSystem.findings))
      this.#lost = true;
  }

  *#entriesOf(tree: Tree): Iterable<readonly [FileSystemEntry, string]> {
    const { fileSystem, directory, path } = tree;
    if (this.#recursive && directory === null) {
      const book = new PathBook(path);
      for (const entry of fileSystem.entries()) yield [entry, book.pathOf(entry)];
      return;
    }
    const mostDepth = this.#recursive ? undefined : 0;
    const walked = walkBelow(fileSystem, directory, path, {
      ...(mostDepth === undefined ? {} : { mostDepth }),
      onProblem: (where, problem) => {
        this.#lost = true;
        const { output } = this.#context;
        output.warn(browseSays.notListed(pathText(where), output.safe(sentenceOf(findingOf(problem)))));
      },
    });
    for (const { entry, path: full } of walked) yield [entry, full];
  }

  #isShown(entry: FileSystemEntry): boolean {
    const { nameClaim, origin } = entry;
    const gone = nameClaim === "deleted" || nameClaim === "orphan" || origin === "slack";
    if (this.#onlyDeleted && !gone) return false;
    // Reserved records without a name are orphans of the file system's own.
    if (this.#all || !isHousekeeping(entry)) return true;
    this.#counts.hidden += 1;
    return false;
  }

  async #hashedEntry(tree: Tree, entry: FileSystemEntry, path: string): Promise<void> {
    this.#entry(tree, entry, path, await this.#hash(tree, entry, path));
    const slack = this.#slackOf(tree, entry);
    if (slack) await this.#space(`${path}#${slackKey}`, "slack", slack);
  }

  #plainEntry(tree: Tree, entry: FileSystemEntry, path: string): void {
    this.#entry(tree, entry, path, null);
    const slack = this.#slackOf(tree, entry);
    if (slack) this.#spaceRow(`${path}#${slackKey}`, "slack", slack.size, null);
  }

  #slackOf({ fileSystem, node }: Tree, entry: FileSystemEntry): ByteSource | null {
    if (!this.#all || this.#onlyDeleted || entry.nameClaim !== "allocated") return null;
    return slackSource(fileSystem, node.source, entry);
  }

  #entry(tree: Tree, entry: FileSystemEntry, path: string, hashed: ContentHashes | null): void {
    const { output } = this.#context;
    this.#counts.entries += 1;
    if (entry.nameClaim === "deleted" || entry.nameClaim === "orphan") this.#counts.deleted += 1;
    if (output.json) {
      const body = entryJson(entry, path, this.#digestsOf(hashed), hashed?.lost ?? null);
      this.#rows.event("vestige.entry/1", "entry", body);
    } else {
      const shown = this.#recursive ? path : below(tree.path, path);
      this.#rows.line(entryRow(output, entry, shown, this.#columns(hashed)));
    }
  }

  /** Null where there are none, or not of the whole content. */
  #digestsOf(hashed: ContentHashes | null): Record<string, string> | null {
    if (hashed === null || hashed.lost.length > 0) return null;
    return Object.fromEntries(this.#algorithms.map((name, index) => [name, hashed.digests[index]!]));
  }

  #columns(hashed: ContentHashes | null): readonly string[] {
    if (this.#algorithms.length === 0) return this.#algorithms;
    return this.#algorithms.map((name, index) => {
      const lost = hashed?.lost.reduce((sum, { length }) => sum + length, 0) ?? 0;
      const text = hashed === null ? "-" : lost > 0 ? browseSays.noDigest(lost) : (hashed.digests[index] ?? "-");
      return text.padEnd(browseSays.digestWidth(name));
    });
  }

  /** Null where there is nothing to hash, or nothing can be opened. */
  async #hash({ fileSystem, node }: Tree, entry: FileSystemEntry, path: string): Promise<ContentHashes | null> {
    if (this.#algorithms.length === 0 || entry.kind === "directory") return null;
    const { output } = this.#context;
    if (isTooLarge(entry.size, node.source)) {
      this.#lossy += 1;
      output.warn(browseSays.tooLarge(pathText(path), entry.size));
      return null;
    }
    try {
      const hashed = await hashEntry(fileSystem, entry, this.#algorithms, (count) => this.#passed(count));
      if (hashed && hashed.lost.length > 0 && entry.nameClaim === "allocated") this.#lossy += 1;
      return hashed;
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      if (entry.nameClaim === "allocated") this.#lossy += 1;
      output.warn(browseSays.notListed(pathText(path), output.safe(sentenceOf(findingOf(error)))));
      return null;
    }
  }

  async #space(path: string, what: string, source: ByteSource): Promise<void> {
    const names = this.#algorithms;
    const hashed = names.length === 0 ? null : await hashContent(source, names, (count) => this.#passed(count));
    this.#spaceRow(path, what, source.size, hashed);
  }

  #spaceRow(path: string, what: string, size: number, hashed: ContentHashes | null): void {
    const state = what.endsWith("slack") ? "slack" : "unallocated";
    this.#rows.line(derivedRow(state, "space", size, path, this.#columns(hashed)));
    this.#rows.event("vestige.space/1", "space", { path, what, state, size, hashes: this.#digestsOf(hashed) });
  }

  /** A file: its row, and what it holds where it is an image. */
  async #single(place: Extract<OpenedPlace["place"], { kind: "entry" }>): Promise<void> {
    const { medium, node, fileSystem, entry, path } = place;
    this.#rows.line(browseSays.listHead(this.#algorithms));
    await this.#hashedEntry({ medium, node, fileSystem, directory: null, path }, entry, path);
    const format = imageIn(fileSystem, entry);
    if (format) this.#context.output.note(infoSays.nestedHead(pathText(path), format.registration.name).trim());
  }

  async #derived(place: Extract<OpenedPlace["place"], { kind: "slack" | "space" }>): Promise<void> {
    this.#rows.line(browseSays.listHead(this.#algorithms));
    await this.#space(place.path, place.kind === "slack" ? "slack" : place.item.what, place.source);
  }

  async #pause(): Promise<void> {
    this.#rows.flush();
    await breathe(this.#context.signal);
  }

  #unpaused = 0;

  async #passed(count: number): Promise<void> {
    this.#counts.bytes += count;
    this.#unpaused += count;
    if (this.#unpaused < 1 << 24) return;
    this.#unpaused = 0;
    this.#opened.progress.passing("ls", browseSays.hashing, this.#counts.bytes, null);
    await breathe(this.#context.signal);
  }
}

/** In a listing of one directory, names stand without what they share. */
const below = (folder: string, path: string): string =>
  path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;

/** Everything that no entry is. */
function* spaceOf({ fileSystem, node }: Tree): Iterable<SpaceItem> {
  const root = rootSlack(fileSystem);
  if (root) yield root;
  yield* spaceItems(fileSystem, node.source.size);
}
