#!/usr/bin/env node
/**
 * The command `vestige`. Any Node from 18 on can run this; the product itself runs on the pinned runtime. Where that is
 * what runs already, no second process is made.
 */
import module from "node:module";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "./launch.mjs";
import { compileCache, isThisProcess, mainModule, noRuntime, runtimes } from "./runtime.mjs";

const operatorExit = 2;
const candidates = runtimes();
// Set by the process that chose this runtime: where the pinned one cannot start, both would otherwise choose for ever.
const chosen = process.env.VESTIGE_LAUNCHED === "1";
delete process.env.VESTIGE_LAUNCHED;

if (chosen || (candidates.length > 0 && isThisProcess(candidates[0]))) {
  hideExperimentalWarnings();
  const cache = compileCache();
  if (cache !== null) module.enableCompileCache(cache);
  const main = mainModule();
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const code = await launch(candidates, args, { ...process.env, VESTIGE_LAUNCHED: "1" });
  if (code === null) process.stderr.write(`${noRuntime()}\n`);
  process.exitCode = code ?? operatorExit;
}

/** What `--disable-warning=ExperimentalWarning` does, for a process that runs already: they say nothing to an officer. */
function hideExperimentalWarnings() {
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name === "ExperimentalWarning") return;
    for (const listener of listeners) listener.call(process, warning);
  });
}
