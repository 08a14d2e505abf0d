/** What starts the product: finding the runtime, standing in for it, and knowing what npm installed. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const launcher = path.join(root, "bin", "vestige.mjs");
const scratch = mkdtempSync(path.join(tmpdir(), "vestige-launcher-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs a module's text on the runtime of this test and gives what it prints, as JSON. */
function evaluate(text: string): unknown {
  const done = spawnSync(process.execPath, ["--input-type=module", "-e", text], { cwd: root, encoding: "utf8" });
  expect(done.stderr).toBe("");
  return JSON.parse(done.stdout);
}

describe("the runtime", () => {
  it("is the pinned one, where there is one for the platform", () => {
    const [here, nowhere] = evaluate(
      `import { pinnedRuntime } from "./bin/runtime.mjs"; console.log(JSON.stringify([pinnedRuntime(), pinnedRuntime("plan9", "mips")]))`,
    ) as (string | null)[];
    expect(nowhere).toBeNull();
    if (here !== null && here !== undefined) {
      const { version } = JSON.parse(readFileSync(path.join(here, "../../package.json"), "utf8")) as {
        version: string;
      };
      expect(spawnSync(here, ["--version"], { encoding: "utf8" }).stdout.trim()).toBe(`v${version}`);
    }
  });

  it("may be the system's from 24.12 on", () => {
    const versions = ["v18.20.0", "v24.11.1", "v24.12.0", "v24.21.0", "v25.0.0", "v26.1.0"];
    const accepted = evaluate(
      `import { isNewEnough } from "./bin/runtime.mjs"; console.log(JSON.stringify(${JSON.stringify(versions)}.map(isNewEnough)))`,
    );
    expect(accepted).toEqual([false, false, true, true, true, true]);
  });
});

describe("the launcher", () => {
  it("tells the version, and takes usage errors with 2", () => {
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
    const said = spawnSync(process.execPath, [launcher, "--version"], { encoding: "utf8" });
    expect(said).toMatchObject({ status: 0, stderr: "" });
    expect(said.stdout).toContain(version);
    expect(spawnSync(process.execPath, [launcher, "no-such-command"]).status).toBe(2);
  });

  it("does the same on an older Node, through a second process", (context) => {
    const elsewhere = (process.env["PATH"] ?? "").split(path.delimiter).filter((place) => !place.startsWith(root));
    const environment = { ...process.env, PATH: elsewhere.join(path.delimiter), NODE_OPTIONS: "" };
    const older = spawnSync("node", ["--version"], { env: environment, encoding: "utf8" });
    if (older.status !== 0) return context.skip("no Node.js beside the pinned one on this system");
    const said = spawnSync("node", [launcher, "--version"], { env: environment, encoding: "utf8" });
    expect(said).toMatchObject({ status: 0, stderr: "" });
    expect(said.stdout).toBe(spawnSync(process.execPath, [launcher, "--version"], { encoding: "utf8" }).stdout);
    expect(spawnSync("node", [launcher, "no-such-command"], { env: environment }).status).toBe(2);
  });
});

describe("a program in the launcher's place", () => {
  const start = (program: string) =>
    `import { launch } from "./bin/launch.mjs"; process.exitCode = await launch(["/no/such/runtime", process.execPath], ["-e", ${JSON.stringify(program)}]) ?? 99;`;
  const run = (program: string) =>
    spawn(process.execPath, ["--input-type=module", "-e", start(program)], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });

  it("ends with its own exit code, and is the first that can be started", async () => {
    const [code] = (await once(run("process.exit(4)"), "exit")) as [number];
    expect(code).toBe(4);
  });

  it("that dies of a signal is told as shells tell it", async () => {
    const [code] = (await once(run("process.kill(process.pid, 'SIGKILL')"), "exit")) as [number];
    expect(code).toBe(128 + 9);
  });

  it("gets the signals that the launcher gets, and may take its time", async () => {
    const child = run(
      "process.on('SIGTERM', () => setTimeout(() => process.exit(7), 100)); console.log('ready'); setInterval(() => {}, 1000)",
    );
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(7);
  });
});

describe("what is installed", () => {
  const write = (file: string, value: unknown): void => {
    mkdirSync(path.dirname(path.join(scratch, file)), { recursive: true });
    writeFileSync(path.join(scratch, file), JSON.stringify(value));
  };
  const missing = () =>
    evaluate(
      `import { missingPackages } from "./scripts/installed.mjs"; console.log(JSON.stringify(missingPackages(${JSON.stringify(scratch)})))`,
    );
  const entry = { version: "1.0.0", integrity: "sha512-a" };

  it("is compared with the lockfile by version, content and presence", () => {
    const foreign = { ...entry, optional: true, os: [`!${process.platform}`] };
    write("package-lock.json", {
      packages: {
        "": {},
        "node_modules/same": entry,
        "node_modules/older": entry,
        "node_modules/other": entry,
        "node_modules/gone": entry,
        "node_modules/extra": { ...entry, optional: true, os: [process.platform], cpu: [process.arch] },
        "node_modules/foreign": foreign,
      },
    });
    expect(missing()).toMatchObject({
      needed: ["same", "older", "other", "gone"].map((name) => `node_modules/${name}`),
    });
    write("node_modules/.package-lock.json", {
      packages: {
        "node_modules/same": entry,
        "node_modules/older": { ...entry, version: "0.9.0" },
        "node_modules/other": { ...entry, integrity: "sha512-b" },
        "node_modules/gone": entry,
      },
    });
    for (const name of ["same", "older", "other"]) write(`node_modules/${name}/package.json`, {});
    expect(missing()).toEqual({
      needed: ["node_modules/older", "node_modules/other", "node_modules/gone"],
      optional: ["node_modules/extra"],
    });
  });
});
