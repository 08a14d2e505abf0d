#!/usr/bin/env node
/**
 * The command `vestige`. Any Node from 18 on can run this; the product itself runs on the pinned runtime. Where that is
 * what runs already, no second process is made.
 */
import process from "node:process";
import { pathToFileURL } from "node:url";
import { launch } from "./launch.mjs";
import { isThisProcess, mainModule, noRuntime, runtimes } from "./runtime.mjs";

const operatorExit = 2;
const candidates = runtimes();
const main = mainModule();

if (candidates.length > 0 && isThisProcess(candidates[0])) {
  hideExperimentalWarnings();
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else {
  const code = await launch(candidates, ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)]);
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
