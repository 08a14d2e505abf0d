/**
 * What `scan --to` writes: `carved/KIND/PLACE.EXT`, each content once, and tables of everything that was found. `scan.json` says whether the
 * scan came to its end: one that did not (a full disk, a kill) cannot go on, since what was found is counted and linked at the end only.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { scanSays } from "../../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import type { ScanRun } from "../../scan/run-scan.ts";
import { csvRow } from "../../search/csv.ts";
import { writeAtomically } from "../../case/atomic-file.ts";
import { makeFolder, syncFolder, syncPath, targetError } from "../browse/target.ts";
import type { Output } from "../output.ts";
import type { CarvedFile } from "./carved-files.ts";
import type { ScanTally } from "./scan-tally.ts";
import { kindsOf } from "./scan-wanted.ts";

type Cells = readonly (string | number | null)[];

const columns = {
  features: "kind value quality path offset length encoding exhibit context",
  terms: "list entry rule text path offset length encoding exhibit context",
  carved: "kind verdict path offset length exhibit pieces sha256 file same_as title findings",
} as const;
export type ScanTable = keyof typeof columns;

const flushChars = 1 << 18;
const stateFile = "scan.json";
const stateSchema = "vestige.scan-folder/1";
/** All that a scan writes. */
const names = [...Object.keys(columns).map((name) => `${name}.csv`), "histogram.csv", "carved"];

class Table {
  readonly #descriptor: number;
  #held = "";

  constructor(path: string, head: string) {
    this.#descriptor = openSync(path, "wx", 0o644);
    this.add(head.split(" "));
  }

  add(cells: Cells): void {
    this.#held += csvRow(cells);
    if (this.#held.length >= flushChars) this.#flush();
  }

  close(): void {
    this.#flush();
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#held);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    this.#held = "";
  }
}

export class ScanFolder {
  readonly path: string;
  readonly #output: Output;
  readonly #tables: Readonly<Record<ScanTable, Table>>;
  readonly #extensions = kindsOf().files;
  /** By hash: the file that holds these bytes. */
  readonly #written = new Map<string, string>();
  /** Files in the folder. */
  get files(): number {
    return this.#written.size;
  }

  private constructor(path: string, output: Output) {
    this.path = path;
    this.#output = output;
    const table = (name: ScanTable): Table => new Table(join(path, `${name}.csv`), columns[name]);
    this.#tables = { features: table("features"), terms: table("terms"), carved: table("carved") };
  }

  /**
   * Throws OperatorError where the folder is not empty or cannot be made. `anew`: what a scan left there that did not come to its end is
   * removed, and nothing else.
   */
  static open(path: string, output: Output, anew: boolean): ScanFolder {
    try {
      makeFolder(path);
      const isUnfinished = stateOf(path) === "unfinished";
      if (isUnfinished && !anew) throw new OperatorError("target/unfinished", scanSays.unfinished(output.safe(path)));
      if (isUnfinished) removeScan(path);
      if (readdirSync(path).length > 0) {
        throw new OperatorError("target/foreign", scanSays.targetNotEmpty(output.safe(path)));
      }
      writeState(path, "unfinished");
      return new ScanFolder(path, output);
    } catch (error) {
      throw targetError(error, path, output);
    }
  }

  /** Full disks are told in the words of a scan. */
  #refused(error: unknown): unknown {
    const told = targetError(error, this.path, this.#output);
    if (!isOperatorError(told) || (told as OperatorError).code !== "target/full") return told;
    return new OperatorError("target/full", scanSays.full(this.#output.safe(this.path)), exitCodes.stopped);
  }

  row(table: ScanTable, cells: Cells): void {
    try {
      this.#tables[table].add(cells);
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /** Writes a carved file unless its bytes are there already or stand under a name in the source; its name in the folder, or null. */
  async write(run: ScanRun, { file, part, sameAs }: CarvedFile): Promise<string | null> {
    if (sameAs !== null) return null;
    const known = this.#written.get(file.sha256);
    if (known !== undefined) return known;
    const kind = this.#extensions.get(file.kind);
    const folder = join("carved", file.kind);
    const place = file.exhibit ?? `${part.from}-${file.offset}`;
    try {
      makeFolder(join(this.path, folder));
      const name = this.#freeName(folder, String(place).padStart(12, "0"), kind?.extension ?? "bin");
      await run.write(part, file, join(this.path, name));
      this.#written.set(file.sha256, name);
      return name;
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /** Two files of decoded streams may begin at one place of the exhibit. */
  #freeName(folder: string, place: string, extension: string): string {
    let name = join(folder, `${place}.${extension}`);
    for (let n = 2; existsSync(join(this.path, name)); n++) name = join(folder, `${place}-${n}.${extension}`);
    return name;
  }

  /** Writes the counts of values and makes everything durable. */
  finish(tally: ScanTally): void {
    try {
      syncFiles(this.path, [...this.#written.values()]);
      const histogram = new Table(join(this.path, "histogram.csv"), "kind value quality count");
      for (const { kind, value, quality, count } of tally.values()) histogram.add([kind, value, quality, count]);
      histogram.close();
      for (const table of Object.values(this.#tables)) table.close();
      writeState(this.path, "complete");
      syncFolder(this.path);
    } catch (error) {
      throw this.#refused(error);
    }
  }
}

/** Of the scan that the folder was written by; null where it is none of a scan. */
function stateOf(path: string): string | null {
  const file = join(path, stateFile);
  if (!existsSync(file)) return null;
  try {
    const { schema, state } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return schema === stateSchema && typeof state === "string" ? state : null;
  } catch {
    return null;
  }
}

function writeState(path: string, state: "unfinished" | "complete"): void {
  writeAtomically(join(path, stateFile), `${JSON.stringify({ schema: stateSchema, state })}\n`);
}

function removeScan(path: string): void {
  for (const name of names) rmSync(join(path, name), { recursive: true, force: true });
  rmSync(join(path, stateFile));
}

/** Makes all files durable at once where the system can, else one by one. */
function syncFiles(path: string, files: readonly string[]): void {
  if (files.length === 0) return;
  const { status } = spawnSync("sync", ["-f", path], { stdio: "ignore" });
  if (status !== 0) for (const file of files) syncPath(join(path, file));
}
