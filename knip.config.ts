/** Unused code. Entries of threads and processes are started by URL, which knip cannot follow: they are read from the code. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import type { KnipConfig } from "knip";

const startedByUrl = globSync("{src,workers,test}/**/*.ts").flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/(?<!`)\bentryUrl\(\s*import\.meta\.url,\s*"([^"]+)"/g)].map(
    ([, entry = ""]) => `${path.posix.join(path.posix.dirname(file.replaceAll("\\", "/")), entry)}.ts`,
  ),
);

const config: KnipConfig = {
  entry: [
    "src/main.ts",
    // Bundled into verify.html by scripts/build-verify-page.ts, which reads it as text.
    "src/library.ts",
    "src/report/verify/page-entry.ts",
    "scripts/build-verify-page.ts",
    "scripts/docs.ts",
    // Compiled by AssemblyScript, not imported.
    "native-free/kernels/assembly/{deflate,digest/*,scan/*}.ts",
    "samples/make/make-samples.ts",
    "test/bench/*/bench.ts",
    "test/{setup,skip-reporter}.ts",
    // Processes of their own, started by path.
    "test/**/*-child.ts",
    ...startedByUrl,
  ],
  project: ["{src,workers,native-free,test,samples/make}/**/*.ts", "{scripts,bin}/**/*.{mjs,ts}"],
  // Run by the path of their program, not by name: see scripts/tasks.mjs. tsgolint is a part of oxlint.
  // tesseract.js-core is found by import.meta.resolve, so that one of its builds is loaded from its file.
  ignoreDependencies: ["oxlint", "oxlint-tsgolint", "dependency-cruiser", "tesseract.js-core"],
  // Programs of the system that tests and samples use where they are.
  ignoreBinaries: [".*"],
  ignoreExportsUsedInFile: true,
};

export default config;
