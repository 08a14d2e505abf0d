/**
 * Carved files between the scan and their telling: kept on disk, so that memory grows by a hash for each only. Those whose bytes the file
 * system knows under a name are linked to it.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { diskFiles, linesOf } from "../../custody/journal-files.ts";
import type { ScanRun } from "../../scan/run-scan.ts";
import type { PlannedPart } from "../../scan/scan-plan.ts";
import type { ScannedFile } from "../../scan/scan-job.ts";

export interface CarvedFile {
  readonly file: ScannedFile;
  readonly part: PlannedPart;
  /** Forensic path of a file with the same bytes; null where there is none. */
  readonly sameAs: string | null;
}

const flushChars = 1 << 18;
const longestLine = 64 << 20;
/** Files that are hashed at a time. */
const batch = 256;

export class CarvedFiles {
  readonly #path: string;
  readonly #descriptor: number;
  #held: string[] = [];
  #heldChars = 0;
  #bytes = 0;
  readonly #sizes = new Set<number>();
  readonly #hashes = new Set<string>();
  readonly #known = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, "w");
  }

  add(file: ScannedFile, part: PlannedPart): void {
    const line = `${JSON.stringify({ file, part })}\n`;
    this.#held.push(line);
    this.#heldChars += line.length;
    this.#sizes.add(file.length);
    this.#hashes.add(file.sha256);
    if (this.#heldChars >= flushChars) this.#flush();
  }

  /** Hashes the files of the plan that have the size of a carved one. */
  async link(run: ScanRun, parts: Iterable<PlannedPart>): Promise<void> {
    this.#flush();
    if (this.#sizes.size === 0) return;
    let waiting: PlannedPart[] = [];
    const hash = async (): Promise<void> => {
      const hashes = await run.hash(waiting);
      for (const [index, sha256] of hashes.entries()) {
        const part = waiting[index];
        if (part && this.#hashes.has(sha256) && !this.#known.has(sha256)) this.#known.set(sha256, part.item);
      }
      waiting = [];
    };
    for (const part of parts) {
      if (part.isSpace || part.from > 0 || !this.#sizes.has(part.size)) continue;
      waiting.push(part);
      if (waiting.length === batch) await hash();
    }
    if (waiting.length > 0) await hash();
  }

  /** In the order of the plan. */
  *files(): Generator<CarvedFile> {
    this.#flush();
    for (const { bytes } of linesOf(diskFiles, this.#path, 0, this.#bytes, longestLine)) {
      const { file, part } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Omit<CarvedFile, "sameAs">;
      yield { file, part, sameAs: this.#known.get(file.sha256) ?? null };
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#held.join(""));
    for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    this.#bytes += bytes.length;
    this.#held = [];
    this.#heldChars = 0;
  }
}
