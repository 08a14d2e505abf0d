/** Figures with their goals, as a table for people or as JSON. */
import process from "node:process";

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: Goal | null;
  /** Null where there is no goal. */
  readonly met: boolean | null;
}

export class Figures {
  readonly list: Figure[] = [];
  /** Each is a reason to fail. */
  readonly wrong: string[] = [];
  readonly #quiet: boolean;

  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  say(text: string): void {
    if (!this.#quiet) process.stdout.write(`${text}\n`);
  }

  /** The heading of what follows. */
  begin(title: string): void {
    this.say(`\n${title.padEnd(64)} ${"figure".padStart(12)}        goal`);
  }

  add(name: string, value: number, unit: string, goal: Goal | null = null): void {
    const met = goal === null ? null : "atMost" in goal ? value <= goal.atMost : value >= goal.atLeast;
    this.list.push({ name, value, unit, goal, met });
    const wanted = goal === null ? "" : "atMost" in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
    const verdict = met === null ? "" : met ? "met" : "NOT MET";
    this.say(
      `${name.padEnd(64)} ${shown(value).padStart(12)} ${unit.padEnd(6)} ${wanted.padEnd(9)} ${verdict}`.trimEnd(),
    );
  }

  /** What must be exactly so. */
  check(name: string, found: number, expected: number): boolean {
    if (found === expected) return true;
    this.fail(`${name}: found ${found}, expected ${expected}`);
    return false;
  }

  fail(reason: string): void {
    this.wrong.push(reason);
    this.say(`WRONG  ${reason}`);
  }

  /** Median and 95th percentile of times in milliseconds. */
  times(name: string, ms: readonly number[], goals: { p50?: number; p95?: number } = {}): void {
    const goal = (atMost: number | undefined): Goal | null => (atMost === undefined ? null : { atMost });
    this.add(`${name}, p50 of ${ms.length}`, percentile(ms, 50), "ms", goal(goals.p50));
    this.add(`${name}, p95`, percentile(ms, 95), "ms", goal(goals.p95));
    this.add(`${name}, slowest`, Math.max(...ms), "ms");
  }
}

function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3;
  return value.toFixed(digits);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** Milliseconds that `work` takes, with its result. */
export function timed<T>(work: () => T): { ms: number; result: T } {
  const begun = process.hrtime.bigint();
  const result = work();
  return { ms: Number(process.hrtime.bigint() - begun) / 1e6, result };
}
