/**
 * `npm start`, `npm test` and every other npm script: installs what is missing, then runs the task on the pinned
 * runtime. Plain JavaScript without dependencies, for any Node from 18 on.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { noRuntime, pinnedRuntime, runtimes } from "../bin/runtime.mjs";
import { missingPackages } from "./installed.mjs";
import { runTask, taskNames } from "./tasks.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, "node_modules", ".vestige-setup");
const operatorExit = 2;

process.exitCode = await main(process.argv.slice(2));

async function main([task, ...args]) {
  if (!taskNames.includes(task)) {
    say(`Expected a task (${taskNames.join(", ")}), found ${task ?? "none"}.`);
    return operatorExit;
  }
  const problem = install();
  if (problem !== null) {
    say(problem);
    return operatorExit;
  }
  const [runtime] = runtimes();
  if (runtime === undefined) {
    say(noRuntime());
    return operatorExit;
  }
  // Bare words such as `node` in what a task starts mean the pinned runtime as well.
  const bin = path.join(root, "node_modules", ".bin");
  const environment = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` };
  return runTask(task, { root, runtime, args, environment });
}

/** Null when everything is there, else what to tell. */
function install() {
  const before = missingPackages(root);
  const pinnedMissing = before.optional.some((place) => /^node_modules\/node-/.test(place));
  if (before.needed.length === 0 && !(pinnedMissing && !isAsLeft(before))) {
    completeOptional(before);
    return null;
  }
  const begun = Date.now();
  say("Installing exactly the packages of package-lock.json (no install scripts, nothing is compiled) …");
  const status = npmInstall(process.execPath);
  if (status !== 0) return "npm install failed; see its message above, then run the same command again.";
  const after = missingPackages(root);
  if (after.needed.length > 0) return `npm left out ${after.needed.join(", ")}; run the same command again.`;
  completeOptional(after);
  say(`Installed in ${Math.round((Date.now() - begun) / 1000)} s.`);
  return null;
}

/**
 * npm leaves out optional packages that ask for a newer Node than the one it runs on. The pinned runtime satisfies
 * them, so npm is run once more on it. What is missing even then is optional indeed, and not tried again.
 */
function completeOptional(missing) {
  if (missing.optional.length === 0 || isAsLeft(missing)) return;
  const runtime = pinnedRuntime();
  if (runtime !== null) npmInstall(runtime);
  writeFileSync(stamp, stateOf(missingPackages(root)));
}

/** True where the last attempt left the same packages of the same lockfile missing. */
function isAsLeft(missing) {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === stateOf(missing);
}

function stateOf(missing) {
  const lock = createHash("sha256").update(readFileSync(path.join(root, "package-lock.json")));
  return [lock.digest("hex"), ...missing.optional, ""].join("\n");
}

/**
 * Runs npm's own program on a given Node; its chatter goes to stderr, since stdout belongs to the task. Not `npm ci`: it
 * refuses a lockfile where a registry mirror lacks a package of some other platform. `install --no-save` keeps to the
 * lockfile's versions and integrity just as well, and `missingPackages` checks what came of it.
 */
function npmInstall(node) {
  const args = ["install", "--no-save", "--ignore-scripts", "--include=dev", "--include=optional"];
  args.push("--prefer-offline", "--loglevel=error", "--no-audit", "--no-fund");
  const program = process.env.npm_execpath;
  const options = { cwd: root, stdio: ["ignore", "ignore", 2] };
  const result = program
    ? spawnSync(node, [program, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  return result.status ?? 1;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
