/** What processes that parse no evidence load as they start: no registry of formats, which would cost each command half a second. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** `import … from`, `export … from` and `import "…"`, but not what is a type only or loaded on use. */
const imported = /^(?:import|export) (?!type )(?:[^;"']* from )?"(\.[^"]+)"/gm;

/** Modules, relative to the project, that loading `entry` loads. */
function loadedBy(entry: string): string[] {
  const seen = new Set([join(root, entry)]);
  for (const file of seen) {
    for (const [, path] of readFileSync(file, "utf8").matchAll(imported)) seen.add(join(dirname(file), path ?? ""));
  }
  return [...seen].map((file) => relative(root, file));
}

/** The registries: with one of them come all of its formats. */
const readers = /^native-free\/(?:carving|containers|extractors|filesystems|images|volumes)\/index\.ts$/;

describe.each([
  ["the command line", "src/main.ts"],
  ["the main thread of the engine", "src/examine/engine.ts"],
  ["the writer", "src/case/writer-thread.ts"],
])("%s", (_, entry) => {
  it("loads no registry of formats", () => {
    const loaded = loadedBy(entry);
    // The look is a real one.
    expect(loaded.length).toBeGreaterThan(40);
    expect(loaded.filter((file) => readers.test(file))).toEqual([]);
  });
});

it("is seen in a thread that reads formats", () => {
  const loaded = loadedBy("src/examine/unit-thread.ts").filter((file) => readers.test(file));
  expect(loaded.sort()).toEqual(["native-free/containers/index.ts", "native-free/extractors/index.ts"]);
});
