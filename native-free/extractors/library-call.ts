/**
 * Calls into libraries that may write to the console: their messages can quote evidence, which must reach neither terminal
 * nor log. While such a call runs (one item per worker at a time) the console of this thread is mute.
 */

const methods = ["log", "info", "warn", "error", "debug", "trace"] as const;
let depth = 0;
let originals: Record<string, unknown> = {};

/** Runs the call with a mute console and gives its result or error back. */
export async function callQuietly<Result>(call: () => Promise<Result>): Promise<Result> {
  if (depth++ === 0) mute();
  try {
    return await call();
  } finally {
    if (--depth === 0) Object.assign(console, originals);
  }
}

function mute(): void {
  originals = Object.fromEntries(methods.map((method) => [method, console[method]]));
  for (const method of methods) console[method] = ignore;
}

/** What a muted console does with a message. */
function ignore(): void {}
