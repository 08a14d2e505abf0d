/** Ended without a word in front of every call that makes something durable: continued, the files are those of one start. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { giveUp } from "../../../../src/acquire/image/acquire-image-exhibit.ts";
import { registerExhibit } from "../../../../src/acquire/intake.ts";
import { openCase } from "../../../../src/case/case-folder.ts";
import { openJournal } from "../../../../src/custody/journal.ts";
import { verifyCase } from "../../../../src/custody/verify-case.ts";
import { plainForm } from "../../../fixtures/case-desk.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { mixedMedium } from "../../../fixtures/ewf-set.ts";
import { buildKillShim, killEnvironment } from "../../../fixtures/fault-shim.ts";
import { openSmallCase } from "../../../fixtures/image-exhibit.ts";
import { filesIn, hex, image, planOf, recordStem, type TargetWish } from "../../../fixtures/imaging.ts";
import { readResume } from "../../../../src/acquire/image/resume-record.ts";

const base = freshFolder("kills");
afterAll(() => rmSync(base, { recursive: true, force: true }));
const shim = buildKillShim();
const source = join(base, "medium");
const medium = Buffer.from(mixedMedium(2_300_416));
writeFileSync(source, medium);

const wishes: readonly TargetWish[] = [{ format: "e01", segmentBytes: 600_000, compression: "best" }];

const programs = {
  "acquire-alone": fileURLToPath(new URL("../../../fixtures/acquire-alone.ts", import.meta.url)),
  "acquire-in-case": fileURLToPath(new URL("../../../fixtures/acquire-in-case.ts", import.meta.url)),
};

const countFile = join(base, "count");

/** Runs a program of the fixtures; its exit code, null where it was killed at a call. */
function run(name: keyof typeof programs, args: readonly string[], at: number): Promise<number | null> {
  const flags = ["--disable-warning=ExperimentalWarning", ...process.execArgv.filter((flag) => flag === "--no-addons")];
  const environment = shim === null ? {} : killEnvironment(shim, { at, countTo: countFile });
  const child = spawn(process.execPath, [...flags, programs[name], ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/** Where to kill what makes so many durable calls: at all of them in a campaign, else at some, counted from the end. */
function places(fromEnd: readonly number[]): number[] {
  const calls = Number(readFileSync(countFile, "utf8"));
  expect(calls).toBeGreaterThan(8);
  const all = Array.from({ length: calls }, (_, index) => index + 1);
  return process.env["VESTIGE_CAMPAIGN"] === "1" ? all : all.filter((at) => fromEnd.includes(calls - at));
}

describe("REQ-RES-1: killed at any place", () => {
  it("an image without a case is continued to the same files", async ({ skip }) => {
    if (shim === null) return skip("needs gcc and Linux");
    const planIn = (name: string) => planOf(join(base, name), medium.length, wishes);
    const configOf = (name: string) => {
      writeFileSync(join(base, `${name}.json`), JSON.stringify({ source, plan: planIn(name) }));
      return join(base, `${name}.json`);
    };
    expect(await run("acquire-alone", [configOf("whole")], 0)).toBe(0);
    const expected = filesIn(join(base, "whole"));
    for (const at of places([1, 6])) {
      expect(await run("acquire-alone", [configOf(`k${at}`)], at)).toBeNull();
      const folder = join(base, `k${at}`);
      const { hashes } = await image(source, planIn(`k${at}`), { resume: readResume(folder, recordStem) });
      expect(hashes.sha256).toBe(hex("sha256", medium));
      expect(filesIn(folder), `killed at ${at}`).toEqual(expected);
    }
  });

  it("an exhibit is announced once, ended once, and verifies", async ({ skip }) => {
    if (shim === null) return skip("needs gcc and Linux");
    const args = async (name: string) => {
      const desk = await openSmallCase(join(base, name));
      await registerExhibit(desk.theCase, "M01", plainForm, desk);
      desk.journal.close();
      return [join(base, name), source];
    };
    expect(await run("acquire-in-case", await args("undisturbed"), 0)).toBe(0);
    checkCase(join(base, "undisturbed", "case"), 0);
    // What is acquired is no longer given up, whatever lies beside it.
    const done = { theCase: openCase(join(base, "undisturbed", "case")), label: "M01" } as never;
    expect(() => giveUp(done, {} as never)).toThrow(expect.objectContaining({ code: "acquire/done" }) as Error);
    for (const at of places([1, 4])) {
      const both = await args(`case-${at}`);
      expect(await run("acquire-in-case", both, at)).toBeNull();
      expect(await run("acquire-in-case", both, 0), `after a kill at ${at}`).toBe(0);
      checkCase(join(base, `case-${at}`, "case"), at);
    }
  });

  function checkCase(root: string, at: number): void {
    const verdict = verifyCase(root);
    expect(
      verdict.ok,
      `killed at ${at}: ${JSON.stringify(verdict.parts.filter(({ problem }) => problem !== null))}`,
    ).toBe(true);
    const exhibit = join(root, "exhibits", "M01");
    expect(readdirSync(exhibit).filter((name) => /\.(partial|jsonl|resume\.leaves)$/.test(name))).toEqual([]);
    const parts = readdirSync(exhibit)
      .filter((name) => /\.\d{3}$/.test(name))
      .sort();
    expect(Buffer.concat(parts.map((name) => readFileSync(join(exhibit, name)))).equals(medium)).toBe(true);
    const journal = openJournal(root);
    const acts = [...journal.entries()].map(({ body }) => body).filter(({ act }) => act === "acquire");
    expect(journal.openIntents()).toEqual([]);
    journal.close();
    const phases = acts.map(({ phase, details }) => (phase === "failed" ? `failed ${String(details["code"])}` : phase));
    // Killed between the announcement and its record beside the image, the first act has nothing to be continued from.
    const once = ["intent", "done"];
    expect([once, ["intent", "failed interrupted", ...once]], `killed at ${at}`).toContainEqual(phases);
  }
});
