/**
 * Kill -9 of supervisor or engine at any moment: the next `vestige process` continues, and the final result set equals the
 * uninterrupted one. A few kills here; a hundred in the campaign.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonLines, vestige, caseFlags } from "../fixtures/command.ts";
import { freshFolder, randomOf, writeMixedEvidence } from "../fixtures/evidence-folder.ts";

const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const seed = Number(process.env.VESTIGE_SEED ?? 7);
const kills = campaign ? 100 : 6;

const base = freshFolder("kills");
const source = `${base}/source`;
const home = `${base}/home`;
let expected = "";

beforeAll(async () => {
  writeMixedEvidence(source, campaign ? 600 : 400, seed);
  // Without addons the first listing moves the access times of folders, which are part of the result.
  readdirSync(source, { recursive: true });
  expected = await wholeRun(`${base}/whole`, ["--workers", "1"]);
});

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

/** Process ids of the children of a process. */
function childrenOf(pid: number): number[] {
  const children: number[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      if (parent === pid) children.push(Number(name));
    } catch {
      continue;
    }
  }
  return children;
}

describe("the same result", () => {
  it("comes from one worker and from four", async () => {
    expect(await wholeRun(`${base}/four`, ["--workers", "4"])).toBe(expected);
  });

  it(`comes after ${kills} random kills of supervisor or engine (seed ${seed})`, async ({ skip }) => {
    skip(process.platform !== "linux", "needs Linux");
    const random = randomOf(seed);
    const folder = `${base}/killed`;
    const init = await vestige(["init", folder, ...caseFlags], { home });
    expect(init.exit, init.stderr).toBe(0);
    expect((await vestige(["login", folder], { home })).exit).toBe(0);
    expect((await vestige(["intake", folder, "M01"], { home, passphrase: null })).exit).toBe(0);
    let left = kills;
    let finished = false;
    const exits: (number | string | null)[] = [];
    while (!finished) {
      const acquired = readdirSync(`${folder}/exhibits/M01`).includes("acquisition.json");
      const args = acquired ? ["process", folder] : ["acquire", folder, "M01", source];
      const kill = left > 0;
      const result = await vestige(args, {
        home,
        passphrase: null,
        onStart: (child) => {
          if (!kill) return;
          setTimeout(
            () => {
              const pid = child.pid as number;
              const engine = childrenOf(pid)[0];
              const target = random() < 0.5 && engine !== undefined ? engine : pid;
              try {
                process.kill(target, "SIGKILL");
                left -= 1;
              } catch {
                // It ended by itself before the blow.
                left -= 1;
              }
            },
            150 + random() * 1600,
          );
        },
      });
      exits.push(result.signal ?? result.exit);
      expect([0, 1, null], result.stderr).toContain(result.exit);
      finished = acquired && result.exit !== null && !kill;
      if (acquired && result.exit !== null && kill) rmSync(`${folder}/work/M01`, { recursive: true, force: true });
    }
    expect(await digestOf(folder), exits.join(" ")).toBe(expected);
    const verdict = await vestige(["verify", folder], { home });
    expect(verdict.exit, verdict.stdout).toBe(0);
  });
});
