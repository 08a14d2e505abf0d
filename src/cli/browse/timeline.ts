/** What `vestige timeline` does. Loaded when it is needed: it brings the reader of every format with it. */
import { mayHoldFiles } from "../../../native-free/layers/volume-tree.ts";
import type { FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { PathBook, walkBelow } from "../../../native-free/layers/walk.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { sentenceOf } from "../../../native-free/model/findings.ts";
import { stateOf, type ItemTime } from "../../../native-free/model/item.ts";
import { browseSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type CommandContext } from "../command.ts";
import { bodyLines } from "./body-file.ts";
import { hashEntry } from "./content-hash.ts";
import { intervalOf, secondsOf, utcText, zoneOf, type AssumedZone, type Interval } from "./instant.ts";
import { atPlace, breathe, contentOf, findingOf, tellFindings, treesAt, type OpenedPlace, type Tree } from "./place.ts";
import { pathText, Rows } from "./rows.ts";

const breathEvery = 4096;

export async function timelineOf(context: CommandContext): Promise<ExitCode> {
  const zone = zoneOf(context.flags);
  const interval = intervalOf(context.flags, zone);
  return atPlace(context, (opened) => new Timeline(context, opened, zone, interval).run());
}

/** A time on the one scale. */
export interface Moment {
  readonly time: ItemTime;
  readonly seconds: number;
}

const columns = ["time", "utc", "zone", "macb", "source", "state", "kind", "size", "path", "key"];

class Timeline {
  readonly #context: CommandContext;
  readonly #opened: OpenedPlace;
  readonly #zone: AssumedZone;
  readonly #interval: Interval | null;
  readonly #rows: Rows;
  readonly #isCsv: boolean;
  /** Body files alone have a place for them. */
  readonly #hashes: boolean;
  readonly #counts = { entries: 0, rows: 0, localTimes: 0, bytes: 0 };
  #lost = false;

  constructor(context: CommandContext, opened: OpenedPlace, zone: AssumedZone, interval: Interval | null) {
    this.#context = context;
    this.#opened = opened;
    this.#zone = zone;
    this.#interval = interval;
    this.#rows = new Rows(context.output);
    this.#hashes =
      context.flags["hash"] === true && flagText(context.flags, "format") !== "csv" && !context.output.json;
    this.#isCsv = flagText(context.flags, "format") === "csv";
  }

  async run(): Promise<ExitCode> {
    const { output } = this.#context;
    if (this.#isCsv && !output.json) this.#rows.raw(`${columns.map((name) => `"${name}"`).join(",")}\r\n`);
    let trees = 0;
    try {
      for (const each of treesAt(this.#opened.place)) {
        const name = output.safe(each.path === "" ? browseSays.wholeMedium() : each.path);
        if (each.tree) trees += 1;
        if (each.tree) await this.#tree(each.tree);
        else if (each.opened.problem) {
          this.#lost = true;
          output.warn(browseSays.notOpened(name, output.safe(sentenceOf(each.opened.problem))));
        } else if (mayHoldFiles(each.node)) {
          output.warn(browseSays.noFileSystem(name, contentOf(each, output)));
        }
      }
      if (trees === 0) await this.#alone();
    } finally {
      this.#rows.flush();
      this.#opened.progress.end();
    }
    const { rows, entries, localTimes } = this.#counts;
    output.note(browseSays.timelineCounts(rows, entries));
    if (localTimes > 0) output.warn(browseSays.localTaken(localTimes, this.#zone.text, this.#zone.given));
    const exit = this.#lost ? exitCodes.loss : exitCodes.done;
    output.summary(exit, { ...this.#counts, zone: this.#zone.text });
    return exit;
  }

  /** A single file; what has no times cannot be in a timeline. */
  async #alone(): Promise<void> {
    const { place } = this.#opened;
    if (place.kind === "entry") return this.#hashedEntry(place, place.entry, place.path);
    if (place.kind === "volume") return;
    const path = pathText(place.path);
    throw new OperatorError("source/no-folder", browseSays.noFolder(path));
  }

  async #tree(tree: Tree): Promise<void> {
    const { fileSystem, directory, path } = tree;
    const { output } = this.#context;
    let seen = 0;
    // Waiting costs more than a row.
    const isLong = (): boolean => ++seen % breathEvery === 0;
    if (directory === null) {
      const book = new PathBook(path);
      for (const entry of fileSystem.entries()) {
        const full = book.pathOf(entry);
        if (this.#hashes) await this.#hashedEntry(tree, entry, full);
        else this.#entry(tree, entry, full, null);
        if (isLong()) await this.#pause();
      }
    } else {
      for (const [entry, full] of this.#below(tree, directory)) {
        if (this.#hashes) await this.#hashedEntry(tree, entry, full);
        else this.#entry(tree, entry, full, null);
        if (isLong()) await this.#pause();
      }
    }
    this.#rows.flush();
    if (directory === null && tellFindings(output, `${path}/`, fileSystem.findings)) this.#lost = true;
  }

  async #pause(): Promise<void> {
    this.#rows.flush();
    await breathe(this.#context.signal);
  }

  *#below({ fileSystem, path }: Tree, directory: FileSystemEntry): Iterable<readonly [FileSystemEntry, string]> {
    const { output } = this.#context;
    yield [directory, path];
    const below = walkBelow(fileSystem, directory, path, {
      onProblem: (where, problem) => {
        this.#lost = true;
        output.warn(browseSays.notListed(pathText(where), output.safe(sentenceOf(findingOf(problem)))));
      },
    });
    for (const { entry, path: full } of below) yield [entry, full];
  }

  /** Streams have no times of their own: in a body file they have those of their file, as `fls` writes them. */
  #timesOf({ fileSystem }: Pick<Tree, "fileSystem">, entry: FileSystemEntry): readonly ItemTime[] {
    const { times } = entry;
    if (times.length > 0 || this.#isCsv || this.#context.output.json) {
      this.#lastFile = entry;
      return times;
    }
    const { kind, parent } = entry;
    if (parent === null || (kind !== "stream" && kind !== "metadata")) return times;
    // They follow their file.
    const owner = this.#lastFile?.key === parent ? this.#lastFile : fileSystem.entryOf(parent);
    if (owner === null || (kind !== "stream" && owner.kind === "directory")) return times;
    const all = owner.times;
    // The other sources are about the name of the file.
    return all.filter(({ source }) => source === all[0]?.source);
  }

  #lastFile: FileSystemEntry | null = null;

  #momentsOf(tree: Pick<Tree, "fileSystem">, entry: FileSystemEntry): Moment[] {
    const moments: Moment[] = [];
    const interval = this.#interval;
    for (const time of this.#timesOf(tree, entry)) {
      const seconds = secondsOf(time, this.#zone);
      if (seconds === null) continue;
      if (interval && (seconds < interval.from || seconds > interval.to)) continue;
      if (time.zone === "local-unknown") this.#counts.localTimes += 1;
      moments.push({ time, seconds });
    }
    return moments;
  }

  async #hashedEntry(tree: Pick<Tree, "fileSystem">, entry: FileSystemEntry, path: string): Promise<void> {
    this.#entry(tree, entry, path, await this.#md5Of(tree, entry));
  }

  #entry(tree: Pick<Tree, "fileSystem">, entry: FileSystemEntry, path: string, md5: string | null): void {
    const moments = this.#momentsOf(tree, entry);
    if (moments.length === 0 && (this.#interval || this.#isCsv || this.#context.output.json)) return;
    this.#counts.entries += 1;
    if (this.#isCsv || this.#context.output.json) return this.#events(entry, path, moments);
    for (const line of bodyLines(entry, path, moments, md5)) {
      this.#counts.rows += 1;
      this.#rows.line(line);
    }
  }

  /** A row for each source and time, with the kinds of time that it is. */
  #events(entry: FileSystemEntry, path: string, moments: readonly Moment[]): void {
    const { output } = this.#context;
    const shown = pathText(path);
    for (const [index, { time, seconds }] of moments.entries()) {
      const alike = (other: Moment): boolean => other.time.value === time.value && other.time.source === time.source;
      if (moments.findIndex(alike) < index) continue;
      const kinds = new Set(moments.filter(alike).map((each) => each.time.kind));
      const macb = [..."macb"].map((kind) => (kinds.has(kind as ItemTime["kind"]) ? kind : ".")).join("");
      this.#counts.rows += 1;
      const { value, zone, source } = time;
      const row = { time: value, utc: utcText(seconds), zone, macb, source, state: stateOf(entry), kind: entry.kind };
      if (output.json) {
        this.#rows.event("vestige.time/1", "time", { ...row, size: entry.size, path, key: entry.key });
      } else {
        const cells = [...Object.values(row), String(entry.size), shown, pathText(entry.key)];
        this.#rows.raw(`${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\r\n`);
      }
    }
  }

  #unpaused = 0;

  /** Null without `--hash`, and for what is not complete. */
  async #md5Of({ fileSystem }: Pick<Tree, "fileSystem">, entry: FileSystemEntry): Promise<string | null> {
    if (!this.#hashes) return null;
    try {
      const hashed = await hashEntry(fileSystem, entry, ["md5"], async (count) => {
        this.#counts.bytes += count;
        this.#unpaused += count;
        if (this.#unpaused < 1 << 24) return;
        this.#unpaused = 0;
        this.#opened.progress.passing("timeline", browseSays.hashing, this.#counts.bytes, null);
        await breathe(this.#context.signal);
      });
      return hashed?.lost.length === 0 ? hashed.digests[0]! : null;
    } catch (error) {
      // Its findings say why; a timeline is about its times.
      if (isEvidenceError(error)) return null;
      throw error;
    }
  }
}
