/** The package as a laboratory gets it: packed, installed in an empty folder by the system's own npm, and used there. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const wanted = process.env["VESTIGE_PACKED"] === "1";
const folder = mkdtempSync(path.join(tmpdir(), "vestige-packed-"));
const minutes = 60_000;

/** What a shell outside the repository has: the system's node and npm, none of npm's variables. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_|INIT_CWD)/.test(name));
  const places = (process.env["PATH"] ?? "").split(path.delimiter).filter((place) => !place.startsWith(root));
  return { ...Object.fromEntries(clean), PATH: places.join(path.delimiter) };
}

const environment = outsideEnvironment();

function outside(
  cwd: string,
  program: string,
  args: readonly string[],
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(program, args, { cwd, env: environment, encoding: "utf8", maxBuffer: 1 << 26 });
}

function packedPackage(): void {
  let tarball = "";

  beforeAll(() => {
    execFileSync(process.execPath, [path.join(root, "scripts", "setup.mjs"), "pack", folder], { stdio: "pipe" });
    tarball = path.join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "absent.tgz");
  }, 5 * minutes);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("holds JavaScript with its types, documents and licence, and nothing else", () => {
    const names = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    expect(names).toContain("package/dist/src/main.js");
    expect(names).toContain("package/dist/src/library.d.ts");
    expect(names).toContain("package/dist/src/report/verify/verify.html");
    for (const name of ["LICENSE", "README.md", "CHANGELOG.md", "NOTICE", "package.json"])
      expect(names).toContain(`package/${name}`);
    expect(
      names.filter((name) =>
        /(?<!\.d)\.ts$|\/(test|samples|scripts|src\/decisions)\//.test(name.replace("package/dist/", "package/")),
      ),
    ).toEqual([]);
  });

  describe.each([
    ["without install scripts", ["--ignore-scripts"]],
    ["as npm does it by itself", []],
  ])("installed %s", (title, flags) => {
    const place = path.join(folder, title.replaceAll(" ", "-"));

    beforeAll(() => {
      mkdirSync(place);
      writeFileSync(
        path.join(place, "package.json"),
        JSON.stringify({ name: "laboratory", version: "1.0.0", private: true }),
      );
      const installed = outside(place, "npm", [
        "install",
        ...flags,
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        tarball,
      ]);
      expect(installed, installed.stderr).toMatchObject({ status: 0 });
    }, 10 * minutes);

    it("tells its version", () => {
      const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
      const said = outside(place, "npx", ["--no-install", "vestige", "--version"]);
      expect(said, said.stderr).toMatchObject({ status: 0 });
      expect(said.stdout).toContain(version);
    });

    it("is found to work by its own self-test", () => {
      const said = outside(place, "npx", ["--no-install", "vestige", "selftest"]);
      expect(said, said.stdout + said.stderr).toMatchObject({ status: 0 });
    });

    it(
      "does the main job on the samples and finds a word in an archive in an archive",
      () => {
        const source = path.join(place, "source");
        cpSync(path.join(root, "samples", "folder"), source, { recursive: true });
        const made = outside(place, "npx", [
          "--no-install",
          "vestige",
          "run",
          source,
          "--case",
          "case",
          "--demonstration",
        ]);
        // 1: finished, and some samples are damaged.
        expect([0, 1], made.stdout + made.stderr).toContain(made.status);
        expect(existsSync(path.join(place, "case", "case.json"))).toBe(true);
        const found = outside(place, "npx", ["--no-install", "vestige", "search", "case", "Zephyrquartz", "--json"]);
        expect(found.stdout, found.stderr).toContain("Side letter.docx");
      },
      5 * minutes,
    );
  });
}

if (wanted) describe("the packed package", packedPackage);
else {
  it("the packed package is left to .ci/run", (context) => {
    context.skip(
      "packing and installing takes minutes: VESTIGE_PACKED=1 npm test -- test/journeys/packed.test.ts does it",
    );
  });
}
