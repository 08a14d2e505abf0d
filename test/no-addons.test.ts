/** That a run without native addons is one: the flag holds here and in every child, and the case store does without. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { openDatabase, defaultEngine } from "../src/case/sqlite.ts";

const requested = process.env["VESTIGE_NO_ADDONS"] === "1";
const addonsAllowed = "addons are allowed in this run; npm run test:no-addons is the other one";
const attempt = `(() => { try { process.dlopen({ exports: {} }, "/nonexistent.node"); return "loaded"; } catch (error) { return error.code; } })()`;

describe("addons", () => {
  it("cannot be loaded in the run without them", (context) => {
    if (!requested) return context.skip(addonsAllowed);
    const require = createRequire(import.meta.url);
    expect(() => process.dlopen({ exports: {} } as NodeJS.Module, "/nonexistent.node")).toThrow(/disabled/);
    expect(() => require("better-sqlite3")(":memory:")).toThrow(/disabled/);
  });

  it("cannot be loaded in children and threads either", async (context) => {
    if (!requested) return context.skip(addonsAllowed);
    const child = execFileSync(process.execPath, ["-p", attempt], { encoding: "utf8" });
    expect(child.trim()).toBe("ERR_DLOPEN_DISABLED");
    const thread = new Worker(`require("node:worker_threads").parentPort.postMessage(${attempt})`, { eval: true });
    expect(await once(thread, "message")).toEqual(["ERR_DLOPEN_DISABLED"]);
    await thread.terminate();
  });

  it("decide which SQLite keeps the case", () => {
    const wanted = requested ? "node:sqlite" : "better-sqlite3";
    expect(defaultEngine()).toBe(wanted);
    const database = openDatabase(":memory:");
    expect(database.engine).toBe(wanted);
    database.close();
  });
});
