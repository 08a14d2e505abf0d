/** Loaded first in a thread: what its process compiled once, it need not compile again. Node does not pass the cache on. */
import module from "node:module";
import process from "node:process";
import { entryUrl } from "./entry-url.ts";

const variable = "VESTIGE_COMPILE_CACHE";

const folder = process.env[variable];
if (folder !== undefined) module.enableCompileCache(folder);

/** Options for a thread, so that it shares the compile cache of this process where that has one. Its environment is empty else. */
export function withCompileCache(): { env: Record<string, string>; execArgv?: string[] } {
  // The folder as it was given lies above the one for this version of Node.
  const used = module.getCompileCacheDir();
  if (used === undefined) return { env: {} };
  const above = used.replace(/[\\/][^\\/]+$/, "");
  // Options of the process that are those of a thread, too, are not passed on where any are given.
  const kept = process.execArgv.filter((option) => option === "--no-addons");
  return {
    env: { [variable]: above },
    execArgv: [...kept, "--import", entryUrl(import.meta.url, "./compile-cache").href],
  };
}
