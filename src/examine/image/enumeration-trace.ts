/** What an enumeration is told, and what it leaves for the time after its death. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Avoidance } from "../../../workers/examine-unit.ts";

export interface EnumerationTask {
  /** By the id of a volume's item. */
  readonly avoid: readonly (readonly [string, Avoidance])[];
  /** Int32 in shared memory: items so far. */
  readonly counter: SharedArrayBuffer;
}

/** On which volume an enumeration is, and over which the engine died before: a file, since nothing else outlives a death. */
export class EnumerationTrace {
  readonly #file: string;

  constructor(listing: string) {
    this.#file = join(dirname(listing), "enumerating.json");
  }

  enter(volume: string): void {
    this.#write({ ...this.#read(), volume });
  }

  /** Counts a death of the engine against the volume that it was on. */
  died(): void {
    const { volume, deaths } = this.#read();
    if (volume !== null) this.#write({ volume: null, deaths: { ...deaths, [volume]: (deaths[volume] ?? 0) + 1 } });
  }

  /** Volumes over which the engine died so often. */
  deadly(times: number): string[] {
    return Object.entries(this.#read().deaths).flatMap(([id, deaths]) => (deaths >= times ? [id] : []));
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  #read(): { volume: string | null; deaths: Record<string, number> } {
    const none = { volume: null, deaths: {} };
    if (!existsSync(this.#file)) return none;
    try {
      return { ...none, ...(JSON.parse(readFileSync(this.#file, "utf8")) as object) };
    } catch {
      // Torn by the death itself: that one is not counted.
      return none;
    }
  }

  #write(state: object): void {
    writeFileSync(this.#file, JSON.stringify(state));
  }
}
