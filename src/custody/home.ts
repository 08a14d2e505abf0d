/**
 * Where an officer's keys and sessions live: outside every case. `$VESTIGE_HOME` (default `~/.vestige`) for keys, the
 * run-time directory (`$XDG_RUNTIME_DIR/vestige`, else `$VESTIGE_HOME/sessions`) for sessions. Folders are made 0700.
 */
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { custodySays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The officer's folder; not made by this call. */
export function vestigeHome(environment: Environment = process.env): string {
  const named = environment["VESTIGE_HOME"];
  return resolve(named ? named : join(homedir(), ".vestige"));
}

/** The folder of officer keys; not made by this call. */
export function officersFolder(home: string): string {
  return join(home, "officers");
}

/** The folder of session files; not made by this call. */
export function sessionsFolder(environment: Environment = process.env): string {
  const runtime = environment["XDG_RUNTIME_DIR"];
  return runtime ? join(resolve(runtime), "vestige") : join(vestigeHome(environment), "sessions");
}

/** Makes a folder that only its owner can enter. Throws OperatorError where that is impossible. */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (process.platform !== "win32" && (statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new OperatorError("custody/home", custodySays.homeUnusable(folder, code));
  }
}
