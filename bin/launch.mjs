/** Starts a program in this one's place: same streams, signals passed on, same way to end. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Runs the first of `binaries` that starts, with `args`. Resolves to its exit code, 128 + n where signal n ended it (as
 * shells say it), or to null where none could be started.
 */
export async function launch(binaries, args, environment = process.env) {
  for (const binary of binaries) {
    const code = await launchOne(binary, args, environment);
    if (code !== null) return code;
  }
  return null;
}

function launchOne(binary, args, environment) {
  return new Promise((resolve) => {
    const child = spawn(binary, args, { stdio: "inherit", env: environment });
    // A terminal sends Ctrl-C to the whole group: passed on as well, the child would count two.
    const terminal = Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
    const pass = (signal) => {
      if (!(terminal && (signal === "SIGINT" || signal === "SIGQUIT"))) child.kill(signal);
    };
    const finish = (code) => {
      for (const signal of passedOn) process.off(signal, pass);
      resolve(code);
    };
    for (const signal of passedOn) process.on(signal, pass);
    // Only a start that fails comes here, such as a binary for another C library.
    child.on("error", () => finish(null));
    child.on("exit", (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}
