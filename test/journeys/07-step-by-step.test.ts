/** A case step by step, as in the README: every command once, its exit code, its JSON lines, its entry in the journal. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { caseFlags, jsonLines, vestige, type CommandResult } from "../fixtures/command.ts";
import { commandsHere } from "../fixtures/command-here.ts";
import { freshFolder, writeTree } from "../fixtures/evidence-folder.ts";
import { journalBodies } from "../fixtures/journal-bodies.ts";

const base = freshFolder("steps");
const home = `${base}/home`;
const source = `${base}/source`;
const folder = `${base}/case`;

afterAll(() => rmSync(base, { recursive: true, force: true }));

const here = commandsHere({ home, passphrase: null });

/** Runs a command with --json and checks what every command promises of its lines (DESIGN: command line contract). */
async function step(exit: number, ...args: string[]): Promise<Record<string, unknown>[]> {
  const result = await here(...args, "--json");
  expect(result.exit, result.stderr).toBe(exit);
  const lines = jsonLines(result);
  for (const line of lines) {
    expect(line.schema, JSON.stringify(line)).toMatch(/^vestige\.[a-z-]+\/1$/);
    expect(line.event).toEqual(expect.any(String));
  }
  expect(lines.at(-1)).toMatchObject({ schema: "vestige.summary/1", event: "summary", exit });
  return lines;
}

const journal = () => journalBodies(folder);

describe("a case step by step", () => {
  it("opens the case and signs in", async () => {
    writeTree(source, {
      "2026/invoice.txt": "An invoice for forty crates of lamp oil.",
      "2026/private/diary.txt": "An invoice of the heart.",
      "old/invoice.txt": "An invoice of long ago.",
    });
    execFileSync("touch", [
      "-d",
      "2026-03-05T10:00:00Z",
      `${source}/2026/invoice.txt`,
      `${source}/2026/private/diary.txt`,
    ]);
    execFileSync("touch", ["-d", "1999-03-05T10:00:00Z", `${source}/old/invoice.txt`]);
    expect((await vestige(["init", folder, ...caseFlags], { home })).exit).toBe(0);
    expect((await vestige(["login", folder, "--hours", "1"], { home })).exit).toBe(0);
    expect(journal()[0]).toMatchObject({ act: "genesis", details: { authority: "Decision 17/2026" } });
    expect(journal()[0].details.selfTest).toMatchObject({ ok: true });
  });

  it("records exhibits, acquired or not, with seals and photographs", async () => {
    writeFileSync(`${base}/photo.jpg`, "picture");
    const seals = ["--seal", "A-1", "--seal", "A-2", "--photo", `${base}/photo.jpg`];
    await step(0, "intake", folder, "M01", "--description", "Server export", "--custodian", "Example Ltd", ...seals);
    await step(
      0,
      "intake",
      folder,
      "M02",
      "--description",
      "Telephone",
      "--not-acquired",
      "--reason",
      "outside the mandate",
    );
    const refused = await vestige(["intake", folder, "M03", "--not-acquired"], { home, passphrase: null });
    expect(refused.exit).toBe(2);
    const form = JSON.parse(readFileSync(`${folder}/exhibits/M01/exhibit.json`, "utf8")) as Record<string, unknown>;
    expect(form.seals).toEqual(["A-1", "A-2"]);
    expect(form.photos).toEqual([
      { file: "photo.jpg", size: 7, sha256: createHash("sha256").update("picture").digest("hex") },
    ]);
    const taken = await vestige(["intake", folder, "M01"], { home, passphrase: null });
    expect(taken.stderr).toContain("already registered");
    const notAcquired = await vestige(["acquire", folder, "M02", source], { home, passphrase: null });
    expect(notAcquired.exit).toBe(2);
  });

  it("acquires and processes", async () => {
    const acquired = await step(0, "acquire", folder, "M01", source);
    expect(acquired.find((line) => line.event === "acquisition")).toMatchObject({ entries: 6, statuses: { done: 6 } });
    const again = await vestige(["acquire", folder, "M01", source], { home, passphrase: null });
    expect([again.exit, again.stderr]).toEqual([2, expect.stringContaining("already acquired")]);
    const processed = await step(0, "process", folder);
    expect(processed.find((line) => line.event === "processed")).toMatchObject({ exhibit: "M01", items: 6 });
    const acts = journal().map(({ act, phase }) => `${act} ${phase}`);
    for (const act of ["acquire", "process"]) {
      expect(acts.indexOf(`${act} intent`)).toBeGreaterThan(0);
      expect(acts.indexOf(`${act} done`)).toBeGreaterThan(acts.indexOf(`${act} intent`));
    }
  });

  it("keeps every search to the scope of the operation, and says what it left out", async () => {
    const hitsOf = (lines: Record<string, unknown>[]) =>
      lines.filter((line) => line.event === "hit").map((hit) => hit.path);
    expect(hitsOf(await step(0, "search", folder, "invoice"))).toHaveLength(3);
    const scope = ["--scope-folder", "2026", "--scope-from", "2026-01-01", "--scope-to", "2026-12-31"];
    const operation = await vestige(["operation", folder, "--place", "Antwerp", ...scope], { home, passphrase: null });
    expect(operation.exit, operation.stderr).toBe(0);
    const hits = hitsOf(await step(0, "search", folder, "invoice"));
    expect(new Set(hits)).toEqual(new Set(["M01/folder:/2026/invoice.txt", "M01/folder:/2026/private/diary.txt"]));
    const text = await vestige(["search", folder, "invoice"], { home, passphrase: null });
    expect(text.stdout + text.stderr).toMatch(/outside the scope/);
    const searches = journal().filter(({ act }) => act === "search");
    expect(searches).toHaveLength(3);
    expect(searches[0].details).toMatchObject({ query: "invoice" });
  });

  it("pages through all hits and tells where a query is wrong", async () => {
    const first = await step(0, "search", folder, "invoice", "--limit", "1");
    const cursor = String(first.find((line) => line.event === "hit")?.cursor);
    const second = await step(0, "search", folder, "invoice", "--limit", "1", "--after", cursor);
    expect(second.find((line) => line.event === "hit")?.path).not.toBe(
      first.find((line) => line.event === "hit")?.path,
    );
    const wrong = await vestige(["search", folder, "invoice AND (lamp"], { home, passphrase: null });
    expect(wrong.exit).toBe(2);
    const csv = await vestige(["search", folder, "invoice", "--csv"], { home, passphrase: null });
    expect(csv.stdout.trim().split(/\r?\n/)).toHaveLength(3);
  });

  it("reports, verifies, and gives one digest", async () => {
    const report = await step(0, "report", folder);
    expect(report.some((line) => typeof line.contentHash === "string")).toBe(true);
    await step(0, "verify", folder);
    await step(0, "verify", folder, "--source");
    const digest = await step(0, "digest", folder);
    expect(digest.find((line) => line.exhibit === "M01")?.digest).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(`${source}/2026/invoice.txt`, "An invoice for forty crates of nothing.");
    await step(1, "verify", folder, "--source");
  });

  it("names formats, tests itself and completes words", async () => {
    const formats = await step(0, "formats");
    expect(formats.filter((line) => line.event === "format").length).toBeGreaterThan(250);
    await step(0, "selftest");
    const script = await vestige(["completion", "bash"], { home, passphrase: null });
    expect(script.stdout).toContain("--passphrase-file");
    const bash = spawnSync("bash", ["-n"], { input: script.stdout });
    expect(bash.status, bash.stderr.toString()).toBe(0);
    const typed = 'COMP_WORDS=(vestige proc); COMP_CWORD=1; _vestige; echo "${COMPREPLY[@]}"';
    expect(
      execFileSync("bash", ["-c", `${script.stdout}\n${typed}`])
        .toString()
        .trim(),
    ).toBe("process");
  });

  it("helps with every command, on one table", async () => {
    const help = await vestige(["--help"], { home, passphrase: null });
    const names = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
    expect(names).toEqual(expect.arrayContaining(["run", "init", "acquire", "process", "search", "verify", "report"]));
    const results: CommandResult[] = await Promise.all(
      ["run", "operation", "search"].map((name) => vestige([name, "--help"], { home, passphrase: null })),
    );
    for (const result of results) expect([result.exit, result.stdout.length > 500]).toEqual([0, true]);
  });

  it("signs out", async () => {
    await step(0, "login", folder, "--out");
    const after = await vestige(["search", folder, "invoice"], { home, passphrase: null });
    expect([after.exit, after.stderr]).toEqual([2, expect.stringMatching(/passphrase|login/i)]);
    expect(existsSync(`${folder}/custody/journal.jsonl`)).toBe(true);
  });
});
