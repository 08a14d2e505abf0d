/** Parts of a case that are gone, altered, unreadable, or that a damaged journal cannot speak for. */
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { digestCase } from "../../../src/case/digest.ts";
import type { Command } from "../../../src/cli/command.ts";
import { digestCommand } from "../../../src/cli/commands/digest.ts";
import { verifyCommand } from "../../../src/cli/commands/verify.ts";
import type { Output } from "../../../src/cli/output.ts";
import { openJournal } from "../../../src/custody/journal.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { makeReport } from "../../../src/report/make-report.ts";
import { addExhibit, newCase, processExhibit, type SampleCase } from "../report/sample-case.ts";
import { makeJournal, readLines, writeLines } from "./fixture.ts";

const files = [{ path: "a.txt", content: "words" }];
const made: SampleCase[] = [];
afterAll(() => {
  for (const sample of made) sample.remove();
});

/** A case with one processed exhibit, an operation's form and one report, all recorded. */
function wholeCase() {
  const sample = newCase();
  made.push(sample);
  const { journal, officer, theCase, folder } = sample;
  addExhibit(sample, "M01", files);
  processExhibit(sample, "M01", files);
  const { digest } = digestCase(theCase, ["M01"]).exhibits[0] as { digest: string };
  journal.begin("process", {}, officer, { exhibit: "M01" }).done({ digest });
  const report = makeReport(theCase, journal, officer);
  return { sample, folder, report, digest, paths: theCase.paths };
}

function changed(folder: string): string[] {
  const bad = verifyCase(folder).parts.filter(({ ok }) => !ok);
  return bad.map(({ part, name, problem }) => `${part} ${name}: ${problem}`.replace(" :", ":"));
}

let whole: ReturnType<typeof wholeCase>;
beforeEach(() => {
  whole = wholeCase();
  expect(changed(whole.folder)).toEqual([]);
});

describe("what the journal records and is gone", () => {
  it("is missing: exhibit folder, manifest, form, lines", () => {
    const { folder, paths } = whole;
    rmSync(paths.manifest("M01"));
    expect(changed(folder)).toEqual(["exhibit M01: missing"]);
    rmSync(paths.exhibits, { recursive: true });
    expect(changed(folder)).toEqual(["intake M01: missing", "exhibit M01: missing"]);
  });

  it("is missing: report, printed form, list of items, page", () => {
    const { folder, report } = whole;
    const name = report.json.split("/").at(-1) as string;
    for (const file of [report.json, report.html as string, report.items]) {
      renameSync(file, `${file}.away`);
      expect(changed(folder), file).toEqual([`report ${name}: missing`]);
      renameSync(`${file}.away`, file);
    }
    rmSync(report.verifyPage);
    expect(changed(folder)).toEqual(["report verify.html: missing"]);
  });

  it("is missing: the operation's form", () => {
    const { folder, sample } = whole;
    sample.journal.append("operation", { sha256: "0".repeat(64) }, sample.officer);
    expect(changed(folder)).toEqual(["operation: missing"]);
  });
});

describe("what was altered", () => {
  it("is found in the list of items and in the page beside a report", () => {
    const { folder, report } = whole;
    writeFileSync(report.items, `${readFileSync(report.items, "utf8")}{}\n`);
    writeFileSync(report.verifyPage, "<p>other</p>");
    const name = report.json.split("/").at(-1) as string;
    expect(changed(folder)).toEqual([`report ${name}: items-differ`, "report verify.html: form-changed"]);
  });

  it("is found in a work file; one that is not there can be rebuilt", async () => {
    const { folder, paths, sample, digest } = whole;
    const more = [...files, { path: "b.txt", content: "planted" }];
    rmSync(paths.work("M01"), { recursive: true });
    expect(verifyCase(folder).parts.find(({ part }) => part === "work")).toMatchObject({
      ok: true,
      problem: "rebuildable",
    });
    processExhibit(sample, "M01", more);
    expect(changed(folder)).toEqual(["work M01: work-changed"]);
    const { exit, text, events } = await run(digestCommand, folder);
    expect(exit).toBe(1);
    expect(events[0]).toMatchObject({ exhibit: "M01", recorded: digest });
    expect(text).toContain(`The digest of M01 differs from the one the journal records (${digest})`);
    const bytes = readFileSync(paths.items("M01"));
    writeFileSync(paths.items("M01"), bytes.fill(0xa5, 2000));
    expect(changed(folder)).toEqual(["work M01: work-damaged"]);
    writeFileSync(paths.items("M01"), "no database");
    expect(changed(folder)).toEqual(["work M01: work-damaged"]);
    sample.journal.begin("process", {}, sample.officer, { exhibit: "M01" });
    expect(changed(folder)).toEqual([]);
  });
});

describe("a damaged journal", () => {
  it("is refused on opening, by its first bad entry, wherever that is", () => {
    const { dir } = makeJournal(8);
    const lines = readLines(dir);
    const spoil = (at: number, from: string, to: string) =>
      writeLines(dir, lines.with(at, (lines[at] as string).replace(from, to)));
    expect(() => openJournal(dir)).not.toThrow();
    spoil(3, "term 2", "term 9");
    expect(() => openJournal(dir)).toThrow(/damaged at entry 3 \(line 4\): its content is not what its hash says/);
    spoil(3, '"sig":"', '"sig": "');
    expect(() => openJournal(dir)).toThrow(/damaged at entry 3 .*canonical/);
    writeLines(dir, lines.toSpliced(4, 1));
    expect(() => openJournal(dir)).toThrow(/damaged at entry 4 /);
    writeLines(dir, lines.with(4, lines[5] as string).with(5, lines[4] as string));
    expect(() => openJournal(dir)).toThrow(/damaged at entry 4 /);
    expect(() => openJournal(dir)).not.toThrow(/at its end/);
  });

  it("leaves undecided what only it could tell", async () => {
    const { folder } = whole;
    const lines = readLines(folder);
    writeLines(folder, lines.with(1, (lines[1] as string).replace('"pid":', '"pid":1')));
    const bad = changed(folder);
    expect(bad[0]).toBe("journal: hash-mismatch");
    expect(bad).toContain("checkpoints: undecided");
    expect(bad).toContain("intake M01: undecided");
    expect(bad.filter((line) => !line.endsWith("undecided"))).toHaveLength(1);
    const { exit, text } = await run(verifyCommand, folder);
    expect(exit).toBe(1);
    expect(text).toMatch(/intake M01 +cannot be decided: the journal is damaged/);
    expect(text).toContain("1 part(s) changed");
  });
});

describe.skipIf(process.platform === "win32" || process.geteuid === undefined)("what may not be read", () => {
  it("is said in one sentence, and is no change", async () => {
    const { folder, paths } = whole;
    chmodSync(join(folder, ".."), 0o755);
    for (const path of [paths.custody, paths.journal, paths.exhibits, paths.manifest("M01"), paths.reports]) {
      const mode = statSync(path).mode & 0o777;
      chmodSync(path, 0);
      const verified = await unprivileged(() => run(verifyCommand, folder));
      const digested = await unprivileged(() => run(digestCommand, folder));
      chmodSync(path, mode);
      expect(verified, path).toMatchObject({ exit: 2, text: expect.stringMatching(refusal) });
      const isDigested = path !== paths.manifest("M01") && path !== paths.reports;
      if (isDigested) expect(digested, path).toMatchObject({ exit: 2, text: expect.stringMatching(refusal) });
      expect(verified.text + digested.text, path).not.toMatch(/CHANGED|absent|damaged/);
    }
  });
});

const refusal = /^Expected to read .*, found:? EACCES; [^\n]*$/;

/** Runs as a user who may be refused: root never is. */
async function unprivileged<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

interface Told {
  readonly exit: number;
  /** Lines and notes. */
  readonly text: string;
  readonly events: readonly object[];
}

/** Runs a command; an OperatorError gives its exit code and sentence as the program does, anything else is thrown. */
async function run(command: Command, folder: string): Promise<Told> {
  const lines: string[] = [];
  const events: object[] = [];
  const output: Output = {
    json: true,
    interactive: false,
    line: (text) => lines.push(text),
    note: (text) => lines.push(text),
    warn: (text) => lines.push(text),
    safe: (text) => text,
    event: (_schema, _event, body) => events.push(body),
    summary: () => undefined,
    raw: () => undefined,
  };
  const context = { args: [folder], flags: {}, output, signal: new AbortController().signal };
  try {
    const exit = await command.run(context);
    return { exit, text: lines.join("\n"), events };
  } catch (error) {
    if (!isOperatorError(error)) throw error;
    return { exit: error.exit, text: [...lines, error.message].join("\n"), events };
  }
}
