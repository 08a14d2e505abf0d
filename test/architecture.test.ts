/** The shape of the code, checked by machine: what imports what, how long files are, what may be shipped. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  permissiveLicences,
  pureCodePackages,
  replaceablePackages,
  reservedPackages,
} from "../scripts/import-rules.mjs";

interface LockEntry {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

const root = fileURLToPath(new URL("../", import.meta.url));
const layers = ["src", "workers", "native-free"];
const checker = path.join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruiser.mjs");
const checkerConfig = path.join(root, ".dependency-cruiser.mjs");

const outside = new Set(["node_modules", ".git", "dist", "cases", ".vite"]);

/** Every file of the repository, relative, with forward slashes. */
function allFiles(folder = ""): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return outside.has(entry.name) || file === "samples/folder" ? [] : allFiles(file);
    return [file];
  });
}

const files = allFiles();
const codeFiles = files.filter((file) => /\.(ts|mjs)$/.test(file));
const layerFiles = codeFiles.filter((file) => layers.some((layer) => file.startsWith(`${layer}/`)));
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|(^|\s)\/\/.*$/gm, "");

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { name: string } }[];
  };
}

function cruise(folder: string, parts: readonly string[]): Cruise {
  const args = [checker, "--config", checkerConfig, "--output-type", "json", ...parts];
  const result = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  expect(result.stderr).toBe("");
  return JSON.parse(result.stdout) as Cruise;
}

describe("imports", () => {
  it("are checked in every module that there is, and break no rule", () => {
    const { modules, summary } = cruise(root, layers);
    const seen = new Set(modules.map(({ source }) => source));
    expect(layerFiles.length).toBeGreaterThan(100);
    expect(layerFiles.filter((file) => file.endsWith(".ts") && !seen.has(file))).toEqual([]);
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  describe("that are forbidden", () => {
    let folder = "";
    let found: readonly string[] = [];

    const planted: Readonly<Record<string, readonly [file: string, text: string]>> = {
      "one-way-workers-to-src": ["workers/a.ts", 'import "../src/b.ts";'],
      "one-way-native-free-to-src": ["native-free/a.ts", 'import "../workers/b.ts";'],
      "one-way-src-to-test": ["src/a.ts", 'import "../test/b.ts";'],
      "only-src-case-imports-better-sqlite3": ["src/search/a.ts", 'import "better-sqlite3";'],
      "only-src-case-imports-sqlite": ["src/report/a.ts", 'import "node:sqlite";'],
      "only-src-platform-imports-koffi": ["workers/k.ts", 'import "koffi";'],
      "formats-apart": ["native-free/extractors/one/a.ts", 'import "../two/b.ts";'],
      "formats-entered-by-index": ["native-free/extractors/plain.ts", 'import "./two/b.ts";'],
      "pure-code-builtins": ["native-free/f.ts", 'import "node:fs";'],
      "pure-code-packages": ["native-free/p.ts", 'import "commander";'],
      "no-cycles": ["src/cycle/a.ts", 'import { b } from "./b.ts"; export const a = b;'],
      resolvable: ["src/r.ts", 'import "./absent.ts";'],
      declared: ["src/d.ts", 'import "vitest";'],
    };
    const others: Readonly<Record<string, string>> = {
      "src/b.ts": "export {};",
      "workers/b.ts": "export {};",
      "test/b.ts": "export {};",
      "native-free/extractors/two/b.ts": "export {};",
      "src/cycle/b.ts": 'import { a } from "./a.ts"; export const b = () => a;',
      "src/case/allowed.ts": 'import "node:sqlite"; import "better-sqlite3";',
      "native-free/allowed.ts": 'import "node:zlib"; import "node:crypto"; import "node:buffer"; import "saxes";',
      "package.json": JSON.stringify({
        type: "module",
        dependencies: { "better-sqlite3": "1", koffi: "1", commander: "1", saxes: "1" },
        devDependencies: { vitest: "1" },
      }),
      "tsconfig.json": read("tsconfig.json"),
    };

    const put = (file: string, text: string): void => {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    };

    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), "vestige-rules-"));
      for (const [file, text] of Object.entries(others)) put(file, text);
      for (const [file, text] of Object.values(planted)) put(file, text);
      for (const name of ["better-sqlite3", "koffi", "commander", "saxes", "vitest"]) {
        put(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
        put(`node_modules/${name}/index.js`, "");
      }
      found = cruise(folder, layers).summary.violations.map(({ rule, from }) => `${rule.name} ${from}`);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(Object.entries(planted))("%s is caught", (rule, [file]) => {
      expect(found).toContain(`${rule} ${file}`);
    });

    it("and nothing else is", () => {
      const expected = Object.entries(planted).map(([rule, [file]]) => `${rule} ${file}`);
      expect(found.filter((line) => !expected.includes(line) && line !== "no-cycles src/cycle/b.ts")).toEqual([]);
    });
  });

  it("that the checker cannot follow stay behind the same doors", () => {
    const hidden = /\b(?:require|require\.resolve|import)\(\s*["'](?:node:)?([^"'.][^"']*)["']/g;
    for (const file of layerFiles) {
      for (const [, name = ""] of read(file).matchAll(hidden)) {
        const door = reservedPackages.find((reserved) => name === reserved.name);
        if (door) expect(file.startsWith(`${door.folder}/`), `${file} loads ${name}`).toBe(true);
      }
    }
    // Puts back the exit status of the process, which the module of 7-Zip sets whenever it ends.
    const exempt = ["native-free/seven-zip/engine.ts"];
    const impure = layerFiles
      .filter((file) => file.startsWith("native-free/") && !exempt.includes(file))
      .filter((file) => /\bcreateRequire\b|\bprocess\.|\bDate\.now\b|\bnew Date\(\)/.test(withoutComments(read(file))));
    expect(impure).toEqual([]);
  });

  it("of native-free are packages of the product", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    expect(pureCodePackages.filter((name) => !(name in dependencies))).toEqual([]);
  });
});

describe("files", () => {
  it("have at most 400 lines", () => {
    const long = codeFiles
      .map((file) => [file, read(file).split("\n").length - 1] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });

  it("are named in kebab-case after what they hold", () => {
    expect(
      codeFiles.filter((file) => !/^\.?[a-z0-9]+([-.][a-z0-9]+)*\.(ts|mjs)$/.test(path.posix.basename(file))),
    ).toEqual([]);
    const vague = /(^|\/)(utils?|helpers?|common|manager|misc)(\.|\/|$)/;
    expect(codeFiles.filter((file) => vague.test(file))).toEqual([]);
  });

  it("start with what they are for", () => {
    const bare = layerFiles.filter((file) => !/^(#!.*\n)?\/\*\*/.test(read(file)));
    expect(bare).toEqual([]);
  });

  it("say nothing of one machine, and fetch from no named registry", () => {
    const places = new RegExp(
      ["/work/main", "/work/shared", "/root/[.]", "registry[.]npm" + "js", "npm" + "mirror"].join("|"),
    );
    const self = "test/architecture.test.ts";
    const telling = files.filter(
      (file) => file !== self && /\.(ts|mjs|json|md|yml)$|^\.[a-z]|run$/.test(file) && places.test(read(file)),
    );
    expect(telling).toEqual([]);
  });

  it("leave nothing for later", () => {
    const marks = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})\\b`);
    expect(codeFiles.filter((file) => marks.test(read(file)))).toEqual([]);
  });
});

describe("packages", () => {
  const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockEntry> };
  const installed = Object.entries(lock.packages).filter(([place]) => place !== "");
  const shipped = installed.filter(([, entry]) => entry.dev !== true && entry.devOptional !== true);

  it("are pinned to one version and one content, wherever they come from", () => {
    const wanted = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
    for (const part of ["dependencies", "optionalDependencies", "devDependencies"]) {
      for (const [name, version] of Object.entries(wanted[part] ?? {}))
        expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
    expect(installed.filter(([, entry]) => entry.resolved !== undefined).map(([place]) => place)).toEqual([]);
    expect(installed.filter(([, entry]) => entry.integrity === undefined).map(([place]) => place)).toEqual([]);
  });

  it("of the product have permissive licences", () => {
    expect(shipped.length).toBeGreaterThan(40);
    const others = shipped
      .filter(([place]) => !replaceablePackages.includes(place.replace(/^.*node_modules\//, "")))
      .filter(([, entry]) => !permissiveLicences.includes(entry.license ?? "none"))
      .map(([place, entry]) => `${place}: ${entry.license}`);
    expect(others).toEqual([]);
  });

  it("hold what the lockfile says", () => {
    const script = `import { missingPackages } from ${JSON.stringify(new URL("../scripts/installed.mjs", import.meta.url).href)};
      process.stdout.write(JSON.stringify(missingPackages(${JSON.stringify(root)}).needed));`;
    const needed = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect(JSON.parse(needed)).toEqual([]);
  });
});
