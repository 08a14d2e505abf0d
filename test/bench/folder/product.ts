/** The product's side: its command line in a case and a home of its own. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { measure, type Measured } from "./measure.ts";

const launcher = fileURLToPath(new URL("../../../bin/vestige.mjs", import.meta.url));

/** Exit codes of finished reading: 1 says that some item was not read whole, which noise in pictures can cause. */
const readExits = [0, 1];

/** Hits of one page, at most. */
const largestPage = 10_000;

export class Product {
  readonly caseFolder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(scratch: string, name: string) {
    this.caseFolder = path.join(scratch, name);
    rmSync(this.caseFolder, { recursive: true, force: true });
    const home = path.join(scratch, "home");
    mkdirSync(home, { recursive: true });
    this.#env = { ...process.env, VESTIGE_HOME: home, VESTIGE_PASSPHRASE: "benchmark of nobody" };
  }

  async #command(args: readonly string[], exits: readonly number[] = [0], keep = false): Promise<Measured> {
    const done = await measure(process.execPath, [launcher, ...args, "--quiet"], { env: this.#env, keep });
    if (!exits.includes(done.status ?? -1))
      throw new Error(`vestige ${args.join(" ")} ended with ${done.status}: ${done.stderr}${done.stdout}`);
    return done;
  }

  /** A new case with one exhibit. */
  async open(): Promise<void> {
    const about = ["--number", "BENCH", "--officer", "Benchmark", "--authority", "none", "--scope", "benchmark"];
    await this.#command(["init", this.caseFolder, ...about]);
    await this.#command(["intake", this.caseFolder, "M01", "--description", "generated folder"]);
  }

  /** Registers the folder: MD5, SHA-1 and SHA-256 of every file, in a signed manifest. */
  acquire(folder: string): Promise<Measured> {
    return this.#command(["acquire", this.caseFolder, "M01", folder], readExits);
  }

  /** Types, text, metadata and index of everything acquired. */
  process(): Promise<Measured> {
    return this.#command(["process", this.caseFolder, "M01"], readExits);
  }

  /** Paths of all items that hold the word, sorted. */
  async search(word: string): Promise<string[]> {
    const paths = new Set<string>();
    for (let after: string | null = null; ;) {
      const page = ["--json", "--limit", String(largestPage), ...(after === null ? [] : ["--after", after])];
      const { stdout } = await this.#command(["search", this.caseFolder, word, ...page], [0], true);
      const lines = stdout.split("\n").filter(Boolean);
      const events = lines.map((line) => JSON.parse(line) as { event: string; path?: string; next?: string | null });
      for (const { event, path: item } of events) if (event === "hit" && item !== undefined) paths.add(item);
      const answer = events.find(({ event }) => event === "answer");
      if (!answer) throw new Error(`no answer to ${word}: ${stdout}`);
      after = answer.next ?? null;
      if (after === null) return [...paths].sort();
    }
  }

  /** One page of an answer, as a program of its own. */
  ask(query: string, limit: number): Promise<Measured> {
    return this.#command(["search", this.caseFolder, query, "--json", "--limit", String(limit)], [0], true);
  }

  get workFile(): string {
    return path.join(this.caseFolder, "work", "M01", "items.db");
  }
}
