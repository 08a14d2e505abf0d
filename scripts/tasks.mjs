/** The npm scripts, one function each. Every one returns an exit code and runs on the pinned runtime. */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { launch } from "../bin/launch.mjs";

const quietWarnings = "--disable-warning=ExperimentalWarning";

const tasks = {
  start: (job) => (job.args.length === 0 ? demonstrate(job) : vestige(job, ["run", ...job.args])),
  vestige: (job) => vestige(job, job.args),
  test: (job) => vitest(job, {}),
  "test-no-addons": (job) => vitest(job, { VESTIGE_NO_ADDONS: "1" }),
  campaign,
  bench,
  check,
  docs,
  "verify-page": (job) => node(job, ["scripts/build-verify-page.ts"]),
  kernels: (job) => node(job, ["scripts/build-kernels.ts"]),
  samples: (job) => node(job, ["samples/make/make-samples.ts", ...job.args]),
  format: (job) => node(job, [tools.prettier, "--write", ...(job.args.length > 0 ? job.args : ["."])]),
  pack,
};

export const taskNames = Object.keys(tasks);

/** `job`: root folder, runtime binary, args of the task, environment. */
export function runTask(name, job) {
  process.chdir(job.root);
  return tasks[name](job);
}

const tools = {
  vitest: "node_modules/vitest/vitest.mjs",
  tsc: "node_modules/typescript/bin/tsc",
  oxlint: "node_modules/oxlint/bin/oxlint",
  prettier: "node_modules/prettier/bin/prettier.cjs",
  rules: "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
  knip: "node_modules/knip/bin/knip.js",
};

/** Starts the product from the folder where the officer typed the command, so that her paths mean what she meant. */
function vestige(job, args) {
  process.chdir(process.env.INIT_CWD ?? job.root);
  return node(job, [path.join(job.root, "bin", "vestige.mjs"), ...args]);
}

/**
 * Bare `npm start`: the samples in a new case folder. Some of them are damaged on purpose, so "finished with loss" (1) is
 * how it ends when all is well.
 */
async function demonstrate(job) {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const folder = path.join(job.root, "cases", `demo-${stamp}`);
  const samples = path.join(job.root, "samples", "folder");
  const code = await vestige(job, ["run", samples, "--case", folder, "--demonstration"]);
  return code === 1 ? 0 : code;
}

async function node(job, args, more = {}) {
  return (await launch([job.runtime], [quietWarnings, ...args], { ...job.environment, ...more })) ?? 3;
}

function vitest(job, more) {
  return node(job, [tools.vitest, "run", ...job.args], more);
}

/** The long sweeps, with a seed that changes every day and can be given again: `VESTIGE_SEED=20260401`. */
function campaign(job) {
  const seed = process.env.VESTIGE_SEED ?? new Date().toISOString().slice(0, 10).replaceAll("-", "");
  process.stderr.write(`Campaign with seed ${seed}; repeat it with VESTIGE_SEED=${seed} npm run campaign\n`);
  return vitest(job, { VESTIGE_CAMPAIGN: "1", VESTIGE_SEED: seed });
}

/** `verify.html` first: README.md names its hash. */
async function docs(job) {
  if (!job.args.includes("--check") && (await node(job, ["scripts/build-verify-page.ts"])) !== 0) return 1;
  return node(job, ["scripts/docs.ts", ...job.args]);
}

function bench(job) {
  const known = readdirSync("test/bench", { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const [name, ...args] = job.args;
  if (!known.includes(name)) {
    process.stderr.write(`Expected the name of a benchmark (${known.join(", ")}), found ${name ?? "none"}.\n`);
    return 2;
  }
  return node(job, [`test/bench/${name}/bench.ts`, ...args]);
}

/** Everything that needs no test run; all of it is run even when something fails, so that one round tells all. */
function check(job) {
  const steps = [
    ["types", [tools.tsc, "-p", "."]],
    ["lint", [tools.oxlint, "--type-aware", "--deny-warnings"]],
    ["format", [tools.prettier, "--check", "."]],
    ["import rules", [tools.rules, "--config", ".dependency-cruiser.mjs", "src", "workers", "native-free"]],
    ["unused code", [tools.knip]],
  ];
  const wanted = steps.filter(([name]) => job.args.length === 0 || job.args.includes(name.split(" ")[0]));
  const results = wanted.map(([name, args]) => [name, checkStep(job, name, args)]);
  for (const [name, passed] of results) process.stderr.write(`${passed ? "passed" : "FAILED"}  ${name}\n`);
  return results.every(([, passed]) => passed) ? 0 : 1;
}

function checkStep(job, name, args) {
  process.stderr.write(`== ${name}\n`);
  const result = spawnSync(job.runtime, [quietWarnings, ...args], { stdio: "inherit", env: job.environment });
  return result.status === 0;
}

/** Makes the package, in this folder or in the one named: JavaScript in `dist/`, then npm's tarball. */
function pack(job) {
  if (!emit(job)) return 1;
  const args = [
    "pack",
    "--ignore-scripts",
    "--loglevel=error",
    ...(job.args[0] ? ["--pack-destination", job.args[0]] : []),
  ];
  const program = process.env.npm_execpath;
  const result = program
    ? spawnSync(job.runtime, [program, ...args], { stdio: "inherit" })
    : spawnSync("npm", args, { stdio: "inherit", shell: process.platform === "win32" });
  return result.status ?? 1;
}

/** Emits `dist/`: JavaScript of everything, and beside it the files that code opens at run time. */
function emit(job) {
  rmSync("dist", { recursive: true, force: true });
  const types = spawnSync(job.runtime, [tools.tsc, "-p", "tsconfig.package.json"], { stdio: [0, 2, 2] });
  if (types.status !== 0) return false;
  for (const folder of ["src", "workers", "native-free"]) {
    const isCode = (file) => /\.(ts|md)$|[/\\]assembly$/.test(file);
    cpSync(folder, path.join("dist", folder), { recursive: true, filter: (from) => !isCode(from) });
  }
  // Modules read the version from beside `src`, and `type` makes the JavaScript a module wherever it lies.
  cpSync("package.json", "dist/package.json");
  return true;
}
