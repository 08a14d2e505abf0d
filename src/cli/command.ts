/** What a command is. One table of these (`commands/index.ts`) makes parsing, help, the README section and completion. */
import type { ExitCode } from "../messages/operator-error.ts";
import type { Output } from "./output.ts";

export interface Flag {
  /** Without dashes: `case`, `item-timeout`. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the value (`DIR`); a flag without one is a switch. */
  readonly value?: string;
  /** May be given several times; values are collected in order. */
  readonly repeat?: boolean;
  readonly summary: string;
  /** Allowed values, checked and used by completion. */
  readonly choices?: readonly string[];
}

export interface Argument {
  /** `CASE`, `SOURCE`, `QUERY`. */
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  readonly rest?: boolean;
}

/** Parsed flags: a string, a list for `repeat`, true for a switch that was given. Absent flags are absent. */
export type FlagValues = Readonly<Record<string, string | readonly string[] | true | undefined>>;

export interface CommandContext {
  readonly args: readonly string[];
  readonly flags: FlagValues;
  /** Everything said to the officer goes through it: text or JSON lines, stdout or stderr, escaped. */
  readonly output: Output;
  /** Aborted by SIGINT/SIGTERM: stop at the next safe point, leave everything resumable, return exit code 4. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Order in help: `case`, `source`, `search`, `custody`, `about`. */
  readonly group: "case" | "source" | "search" | "custody" | "about";
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  /** Longer help, with examples. */
  readonly help: string;
  run(context: CommandContext): Promise<ExitCode>;
}

/** The value of a flag that takes one, or null. */
export function flagText(flags: FlagValues, name: string): string | null {
  const value = flags[name];
  return typeof value === "string" ? value : null;
}

/** The values of a repeatable flag, [] when absent. */
export function flagList(flags: FlagValues, name: string): readonly string[] {
  const value = flags[name];
  if (Array.isArray(value)) return value as readonly string[];
  return typeof value === "string" ? [value] : [];
}
