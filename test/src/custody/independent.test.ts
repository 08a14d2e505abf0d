import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { anchorOf } from "../../../src/custody/anchor.ts";
import { parseCheckpoint } from "../../../src/custody/checkpoint.ts";
import { domains, verifyDocument } from "../../../src/custody/document.ts";
import { verifyJournal } from "../../../src/custody/verify-journal.ts";
import { temporaryFolder } from "./fixture.ts";
import { makeSmallJournal, type SmallJournal } from "./vectors/make.ts";

const vector = JSON.parse(
  readFileSync(new URL("./vectors/small-journal.json", import.meta.url), "utf8"),
) as SmallJournal;
const script = new URL("./independent/verify.py", import.meta.url).pathname;

function available(): boolean {
  return ["python3 --version", "openssl version"].every((command) => {
    const [name, flag] = command.split(" ") as [string, string];
    return spawnSync(name, [flag]).status === 0;
  });
}

function materialise(lines: readonly string[]): string {
  const dir = temporaryFolder();
  mkdirSync(join(dir, "custody", "checkpoints"), { recursive: true });
  writeFileSync(join(dir, "custody", "journal.jsonl"), lines.map((line) => `${line}\n`).join(""));
  writeFileSync(join(dir, "custody", "checkpoints", vector.checkpoint.name), vector.checkpoint.text);
  return dir;
}

function outside(dir: string, checkpoint = false): { status: number | null; text: string } {
  const more = checkpoint ? [join(dir, "custody", "checkpoints", vector.checkpoint.name)] : [];
  const { status, stdout, stderr } = spawnSync("python3", [script, dir, ...more], { encoding: "utf8" });
  return { status, text: `${stdout}${stderr}`.trim() };
}

describe("the committed journal", () => {
  it("is what this version writes, byte for byte", () => {
    expect(makeSmallJournal()).toEqual(vector);
  });

  it("verifies, with its checkpoint as anchor and its documents", () => {
    const checkpoint = parseCheckpoint(vector.checkpoint.text);
    if (!checkpoint) throw new Error("the vector's checkpoint is not one");
    const verdict = verifyJournal(materialise(vector.lines), { anchor: anchorOf(checkpoint) });
    expect(verdict).toMatchObject({ ok: true, entries: vector.lines.length, checkpoints: 1, unanchoredTail: 2 });
    const keys = verdict.keys;
    if (!keys) throw new Error("no keys");
    for (const [domain, name] of [
      [domains.manifest, "manifest"],
      [domains.report, "report"],
    ] as const) {
      const document = vector.documents[name] as Record<string, unknown>;
      expect(verifyDocument(domain, document, keys)).toMatchObject({ ok: true });
      const other = domain === domains.manifest ? domains.report : domains.manifest;
      expect(verifyDocument(other, document, keys).ok).toBe(false);
      expect(verifyDocument(domain, { ...document, officer: "Ben Ó Briain" }, keys)).toMatchObject({
        problem: "wrong-officer",
      });
      expect(verifyDocument(domain, { ...document, more: 1 }, keys)).toMatchObject({ problem: "malformed" });
    }
  });
});

describe("the independent verifier", () => {
  beforeEach(({ skip }) => skip(!available(), "needs python3 and openssl"));
  it("is at most 100 lines, prose included", () => {
    const lines = readFileSync(script, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThanOrEqual(100);
  });

  it("agrees on the committed journal", () => {
    const head = (JSON.parse(vector.lines.at(-1) as string) as { hash: string }).hash;
    const { text, status } = outside(materialise(vector.lines), true);
    expect(text).toBe(`ok ${vector.lines.length} entries, head ${head}`);
    expect(status).toBe(0);
  });

  it("agrees on the first bad entry of changed ones", () => {
    const { lines } = vector;
    const edited = (at: number, from: string, to: string) => lines.with(at, (lines[at] as string).replace(from, to));
    const changes: (readonly string[])[] = [
      edited(0, "2026-0042", "2026-0043"),
      edited(3, "acquire", "acquira"),
      edited(4, '"files":3', '"files":4'),
      edited(5, '"sig":"', '"sig":"A'),
      lines.toSpliced(2, 1),
      lines.with(3, lines[4] as string).with(4, lines[3] as string),
      lines.toSpliced(6, 0, lines[5] as string),
      lines.with(1, ` ${lines[1]}`),
    ];
    for (const changed of changes) {
      const dir = materialise(changed);
      const ours = verifyJournal(dir).firstBad;
      const theirs = outside(dir);
      expect(theirs.status).toBe(1);
      expect(theirs.text).toMatch(new RegExp(`^bad entry ${ours?.seq}:`));
    }
  });

  it("agrees that entries were removed since a checkpoint", () => {
    const dir = materialise(vector.lines.slice(0, 4));
    expect(outside(dir, true).text).toBe("bad entry 4: removed since the checkpoint");
    expect(verifyJournal(dir).firstBad).toMatchObject({ seq: 4, problem: "shorter" });
  });
});

describe("the worked example of FORMAT.md", () => {
  it("names the hash that the committed journal has", () => {
    const text = readFileSync(new URL("../../../src/custody/FORMAT.md", import.meta.url), "utf8");
    expect(text).toContain((JSON.parse(vector.lines[0] as string) as { hash: string }).hash);
  });

  it("runs as printed", ({ skip }) => {
    skip(!available() || spawnSync("xxd", ["-v"]).error !== undefined, "needs python3, openssl and xxd");
    const text = readFileSync(new URL("../../../src/custody/FORMAT.md", import.meta.url), "utf8");
    const [first, second] = [...text.matchAll(/```\n(.*?)```/gs)].map((match) => match[1] as string) as [
      string,
      string,
    ];
    const dir = materialise(vector.lines);
    const entry = JSON.parse(vector.lines[0] as string) as { hash: string; sig: string };
    const env = { ...process.env, hash: entry.hash, sig: entry.sig, publicKey: vector.publicKeys["Ana Novák"] };
    const run = spawnSync("sh", ["-ec", first + second], { cwd: join(dir, "custody"), env, encoding: "utf8" });
    expect(run.stdout).toContain(entry.hash);
    expect(run.stdout).toContain("Signature Verified Successfully");
  });
});
