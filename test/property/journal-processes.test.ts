import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { openJournal } from "../../src/custody/journal.ts";
import { verifyJournal } from "../../src/custody/verify-journal.ts";
import { ana, makeJournal } from "../src/custody/fixture.ts";

const entry = new URL("../src/custody/appender.ts", import.meta.url).pathname;
const campaign = process.env["VESTIGE_CAMPAIGN"] !== undefined;

function startAppender(dir: string, name: string, count: number) {
  // `process.execArgv` carries --no-addons where the suite runs without them.
  const argv = [...process.execArgv.filter((flag) => flag === "--no-addons"), entry, dir, name, String(count)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  // A line that a kill cut short was not acknowledged to anybody.
  const acknowledged = () =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split(" ") as [string, string]);
  return { child, acknowledged, errors: () => errors, closed: once(child, "close") };
}

function expectAllThere(dir: string, acknowledged: readonly [string, string][]): void {
  const hashes = new Map([...openJournal(dir).entries()].map(({ body, hash }) => [String(body.seq), hash]));
  for (const [seq, hash] of acknowledged) expect(hashes.get(seq)).toBe(hash);
}

describe("several processes on one journal", () => {
  it("append at once and the chain stays whole", async () => {
    const { dir, journal } = makeJournal(0);
    journal.close();
    const each = 100;
    const appenders = ["a", "b"].map((name) => startAppender(dir, name, each));
    await Promise.all(appenders.map((appender) => appender.closed));
    for (const appender of appenders) expect(appender.errors()).toBe("");
    const acknowledged = appenders.flatMap((appender) => appender.acknowledged());
    expect(acknowledged.length).toBe(2 * 2 * each);
    const verdict = verifyJournal(dir);
    expect(verdict).toMatchObject({ ok: true, firstBad: null, openIntents: [] });
    expect(verdict.entries).toBe(2 * 2 * each + 1);
    expectAllThere(dir, acknowledged);
    const names = new Set([...openJournal(dir).entries()].slice(1).map(({ body }) => body.pid));
    expect(names.size).toBe(2);
  }, 60_000);

  it("killed at any moment leave every acknowledged entry and a journal that goes on", async () => {
    const { dir, journal } = makeJournal(0);
    journal.close();
    const acknowledged: [string, string][] = [];
    for (let kill = 0; kill < (campaign ? 1000 : 20); kill++) {
      const appender = startAppender(dir, String(kill), 100_000);
      while (appender.acknowledged().length === 0 && appender.child.exitCode === null) await pause(2);
      await pause(Math.random() * 12);
      appender.child.kill("SIGKILL");
      await appender.closed;
      expect(appender.errors()).toBe("");
      acknowledged.push(...appender.acknowledged());
    }
    const before = verifyJournal(dir);
    if (before.firstBad) expect(before.firstBad.problem).toBe("torn-tail");
    openJournal(dir).append("search", { query: "after" }, ana);
    expect(verifyJournal(dir)).toMatchObject({ firstBad: null, badCheckpoints: [] });
    expect(acknowledged.length).toBeGreaterThanOrEqual(20);
    expectAllThere(dir, acknowledged);
  }, 600_000);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
