/** What `scan --to` writes: `carved/KIND/PLACE.EXT`, each content once, and tables of everything that was found. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { scanSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import type { ScanRun } from "../../scan/run-scan.ts";
import { csvRow } from "../../search/csv.ts";
import { makeFolder, syncFolder, targetError } from "../browse/target.ts";
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

  /** Throws OperatorError where the folder is not empty or cannot be made. */
  static open(path: string, output: Output): ScanFolder {
    try {
      makeFolder(path);
      if (readdirSync(path).length > 0) {
        throw new OperatorError("target/foreign", scanSays.targetNotEmpty(output.safe(path)));
      }
      return new ScanFolder(path, output);
    } catch (error) {
      throw targetError(error, path, output);
    }
  }

  row(table: ScanTable, cells: Cells): void {
    try {
      this.#tables[table].add(cells);
    } catch (error) {
      throw targetError(error, this.path, this.#output);
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
      throw targetError(error, this.path, this.#output);
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
      const histogram = new Table(join(this.path, "histogram.csv"), "kind value quality count");
      for (const { kind, value, quality, count } of tally.values()) histogram.add([kind, value, quality, count]);
      histogram.close();
      for (const table of Object.values(this.#tables)) table.close();
      syncFolder(this.path);
    } catch (error) {
      throw targetError(error, this.path, this.#output);
    }
  }
}
