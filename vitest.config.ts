/** How tests run: each file in a process of its own on the pinned runtime, two at a time; with or without native addons. */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const withoutAddons = process.env["VESTIGE_NO_ADDONS"] === "1";
const campaign = process.env["VESTIGE_CAMPAIGN"] === "1";

// Threads and children of the tests load the same modules over and over again; the forks inherit it.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/vestige-tests", import.meta.url));

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // vitest's own main process needs addons, so the flag goes to its forks alone; they hand it to their children.
    execArgv: ["--disable-warning=ExperimentalWarning", ...(withoutAddons ? ["--no-addons"] : [])],
    maxWorkers: 2,
    testTimeout: campaign ? 3_600_000 : 60_000,
    hookTimeout: campaign ? 3_600_000 : 60_000,
    setupFiles: ["test/setup.ts"],
    reporters: ["default", "./test/skip-reporter.ts"],
  },
});
