/**
 * Kill -9 of supervisor or engine at any moment: the next `vestige process` continues, and the final result set equals the
 * uninterrupted one. A few kills here; a hundred in the campaign.
 */
import { readdirSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonLines, vestige, caseFlags } from "../fixtures/command.ts";
import { freshFolder, randomOf, writeMixedEvidence } from "../fixtures/evidence-folder.ts";
import { growing, struckRun } from "../fixtures/struck-run.ts";

const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const seed = Number(process.env.VESTIGE_SEED ?? 7);
const kills = campaign ? 100 : 6;
const timeout = campaign ? 3_600_000 : 300_000;

const base = freshFolder("kills");
const source = `${base}/source`;
const home = `${base}/home`;
let expected = "";

beforeAll(async () => {
  writeMixedEvidence(source, campaign ? 600 : 400, seed);
  // Without addons the first listing moves the access times of folders, which are part of the result.
  readdirSync(source, { recursive: true });
  expected = await wholeRun(`${base}/whole`, ["--workers", "1"]);
}, timeout);

afterAll(() => rmSync(base, { recursive: true, force: true }));

async function wholeRun(folder: string, more: string[] = []): Promise<string> {
  const result = await vestige(["run", source, "--case", folder, ...caseFlags, ...more], { home });
  expect(result.exit, result.stderr).toBeLessThanOrEqual(1);
  return digestOf(folder);
}

async function digestOf(folder: string): Promise<string> {
  const result = await vestige(["digest", folder, "--json"], { home });
  expect(result.exit, result.stderr).toBe(0);
  const exhibit = jsonLines(result).find((line) => line.exhibit === "M01");
  expect(exhibit?.complete).toBe(true);
  return String(exhibit?.digest);
}

describe("the same result", () => {
  it(
    "comes from one worker and from four",
    async () => {
      expect(await wholeRun(`${base}/four`, ["--workers", "4"])).toBe(expected);
    },
    timeout,
  );

  it(
    `comes after ${kills} random kills of supervisor or engine (seed ${seed})`,
    async ({ skip }) => {
      skip(process.platform !== "linux", "needs Linux");
      const random = randomOf(seed);
      const folder = `${base}/killed`;
      const init = await vestige(["init", folder, ...caseFlags], { home });
      expect(init.exit, init.stderr).toBe(0);
      expect((await vestige(["login", folder], { home })).exit).toBe(0);
      expect((await vestige(["intake", folder, "M01"], { home, passphrase: null })).exit).toBe(0);
      let left = kills;
      const exits: (number | string | null)[] = [];
      for (let isWhole = false; !isWhole || left > 0;) {
        // Finished although blows are left: from the beginning.
        if (isWhole) rmSync(`${folder}/work/M01`, { recursive: true, force: true });
        const acquired = readdirSync(`${folder}/exhibits/M01`).includes("acquisition.json");
        const args = acquired ? ["process", folder] : ["acquire", folder, "M01", source];
        const options = { home, passphrase: null };
        // A run writes late: of four blows at processing two are at one whose first items are written.
        const since = acquired && left % 2 === 0 ? growing(`${folder}/work/M01/items.db`) : undefined;
        const blow = { delayMs: since ? random() * 200 : 150 + random() * 1600, atEngine: left % 4 < 2 };
        const run =
          left > 0
            ? await struckRun(args, { ...options, ...(since && { since }) }, blow)
            : { ...(await vestige(args, options)), struck: null };
        if (run.struck !== null) left -= 1;
        exits.push(run.signal ?? run.exit);
        // The supervisor starts another engine in the place of the one that died, so a run that was struck there finishes, too.
        if (run.struck !== "supervisor") expect([0, 1], run.stderr).toContain(run.exit);
        isWhole = acquired && run.exit !== null;
        if (isWhole) expect(await digestOf(folder), exits.join(" ")).toBe(expected);
      }
      const verdict = await vestige(["verify", folder], { home });
      expect(verdict.exit, verdict.stdout).toBe(0);
    },
    timeout,
  );
});
