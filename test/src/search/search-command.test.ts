import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { knownLanguages } from "../../../native-free/extractors/language.ts";
import { escapeForTerminal } from "../../../native-free/model/escape.ts";
import { createCase, writeExhibit, type Case } from "../../../src/case/case-folder.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { digestCommand } from "../../../src/cli/commands/digest.ts";
import { searchCommand } from "../../../src/cli/commands/search.ts";
import { forgetPassphrase } from "../../../src/cli/passphrase.ts";
import { createJournal, openJournal } from "../../../src/custody/journal.ts";
import { createOfficerKey, unlockOfficerKey } from "../../../src/custody/officer-key.ts";
import { login } from "../../../src/custody/session.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { itemRow, preparedContent } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-search-command-"));
const home = join(folder, "home");
let theCase: Case;

beforeAll(() => {
  vi.stubEnv("VESTIGE_HOME", home);
  vi.stubEnv("XDG_RUNTIME_DIR", join(folder, "runtime"));
  const { officer, keyId, publicKey } = createOfficerKey("Ana", "pw", { home });
  writeFileSync(join(folder, "pass"), "pw\n");
  const officers = [{ officer, keyId, publicKey }];
  theCase = createCase(join(folder, "case"), {
    number: "1",
    authority: "a",
    scope: "s",
    demonstration: false,
    officers: [{ name: officer, keyId, publicKey }],
  });
  const signer = unlockOfficerKey("Ana", "pw", { home });
  const journal = createJournal(theCase.paths.root, { caseId: theCase.file.id, caseNumber: "1", officers }, signer);
  login(journal, signer, 1);
  journal.close();
  writeExhibit(theCase, {
    format: 1,
    label: "M01",
    description: "d",
    make: null,
    model: null,
    serial: null,
    custodian: null,
    seizedAt: null,
    seizedPlace: null,
    seizedBy: null,
    seals: [],
    photos: [],
    decision: "acquire",
    reason: null,
    registered: "2026-01-01T00:00:00Z",
  });
  mkdirSync(theCase.paths.work("M01"), { recursive: true });
  const writer = WorkFileWriter.open(theCase.paths.items("M01"), { exhibit: "M01", profile: "p" });
  writer.plan([{ key: "u", order: 0, path: "u", size: 1 }]);
  writer.addItems("u", [itemRow("evil\u001b[2J.txt", "Die Straße ist lang"), itemRow("b.txt", "nothing here")]);
  writer.addContent(preparedContent("Die Straße ist lang"));
  writer.addContent(preparedContent("nothing here"));
  writer.finishUnit({ key: "u", items: 2, status: "done", reason: null });
  writer.close();
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs a command and keeps what it says. */
async function run(command: typeof searchCommand, args: string[], flags: FlagValues = {}, json = false) {
  const said = { lines: [] as string[], events: [] as Record<string, unknown>[], raw: "" };
  const output = {
    json,
    interactive: false,
    line: (text: string) => void said.lines.push(text),
    note: () => undefined,
    warn: () => undefined,
    safe: escapeForTerminal,
    event: (schema: string, event: string, body: object) => void said.events.push({ schema, event, ...body }),
    summary: () => undefined,
    raw: (text: string) => void (said.raw += text),
  };
  const exit = await command.run({
    args: [theCase.paths.root, ...args],
    flags,
    output,
    signal: new AbortController().signal,
  } as Parameters<typeof command.run>[0]);
  return { exit, ...said };
}

const lastEntry = () =>
  JSON.parse(readFileSync(theCase.paths.journal, "utf8").trimEnd().split("\n").at(-1) as string) as {
    body: { act: string; details: Record<string, unknown> };
  };

describe("vestige search", () => {
  it("shows hits with marked words and escaped names, and what was not searched", async () => {
    const { exit, lines } = await run(searchCommand, ["strasse", "lang"]);
    expect(exit).toBe(0);
    expect(lines[0]).toBe("M01/evil\\x1b[2J.txt  (text)");
    expect(lines[1]).toBe("    Die [Straße] ist lang");
    expect(lines[2]).toBe("1 item with 1 different content; 1 shown.");
    expect(lines[3]).toBe("Everything in the case was searched.");
    expect(lines.join("\n")).not.toContain("\u001b");
  });

  it("records every query with its parameters, work files and counts before it answers", async () => {
    await run(searchCommand, ["strasse"], { limit: "7" }, true);
    const { act, details } = lastEntry().body;
    expect(act).toBe("search");
    expect(details).toMatchObject({
      query: "strasse",
      limit: 7,
      after: null,
      output: "json",
      workFiles: [{ exhibit: "M01", profile: "p", tokenizer: "fold-1" }],
      items: 1,
      contents: 1,
      outOfScope: 0,
      shown: 1,
    });
    const journal = openJournal(theCase.paths.root);
    expect(journal.head().seq).toBeGreaterThanOrEqual(2);
    journal.close();
  });

  it("gives hits as JSON with every key of the contract, and pages", async () => {
    const { events } = await run(searchCommand, ["*"], { limit: "1" }, true);
    const [hit, answer] = events as [Record<string, unknown>, Record<string, unknown>];
    const keys =
      "schema event item exhibit path rule field offset length place snippet cursor matches matchesComplete " +
      "state status reason kind size modified type mime language sha256 sha1 md5";
    expect(Object.keys(hit).join(" ")).toBe(keys);
    expect(answer).toMatchObject({
      schema: "vestige.search/1",
      event: "answer",
      items: 2,
      contents: 2,
      next: hit["cursor"],
    });
    const second = await run(searchCommand, ["*"], { limit: "1", after: String(answer["next"]) }, true);
    expect(second.events[0]?.["path"]).not.toBe(hit["path"]);
    expect(second.events[1]).toMatchObject({ next: null });
  });

  it("repeats a saved search from the answer it shows, and forgets one although no work file can be opened", async () => {
    await run(searchCommand, ["strasse"], { save: "streets" });
    const { events } = await run(searchCommand, [], { saved: "streets" }, true);
    expect(events).toContainEqual(expect.objectContaining({ event: "replayed", same: true }));
    const workFile = theCase.paths.items("M01");
    const bytes = readFileSync(workFile);
    writeFileSync(workFile, "no work file");
    try {
      await expect(run(searchCommand, [], { saved: "streets" })).rejects.toThrow();
      const { exit, lines } = await run(searchCommand, [], { forget: "streets" });
      expect([exit, ...lines]).toEqual([0, "The saved search streets was removed."]);
    } finally {
      writeFileSync(workFile, bytes);
    }
  });

  it("refuses facets where hits are rows of CSV", async () => {
    await expect(run(searchCommand, ["strasse"], { csv: true, facets: "type" })).rejects.toThrow(
      "Expected --facets without --csv",
    );
  });

  it("gives CSV", async () => {
    const { raw } = await run(searchCommand, ["nothing"], { csv: true });
    expect(raw.split("\r\n")).toHaveLength(3);
    expect(raw).toContain('"M01/b.txt"');
  });

  it("refuses types and languages that nothing can have, also where they are excluded, and records no search", async () => {
    const before = readFileSync(theCase.paths.journal, "utf8");
    const refusals: readonly (readonly [query: string, words: RegExp])[] = [
      ["type:nonsense", /at character 1: .*category \(documents spreadsheets/],
      ["x -type:jpg", /at character 4: .*did you mean jpeg\?/],
      ["type:document", /did you mean documents\?/],
      ["type:nonsense/*", /found "nonsense/],
      ["lang:xx", /recognised \(am ar az/],
    ];
    for (const [query, words] of refusals) {
      await expect(run(searchCommand, [query])).rejects.toMatchObject({ code: "search/query", exit: 2 });
      await expect(run(searchCommand, [query])).rejects.toThrow(words);
    }
    expect(readFileSync(theCase.paths.journal, "utf8")).toBe(before);
    for (const query of ["type:text", "type:image/*", "type:pdf", "lang:mt", "lang:none", "lang:zh"]) {
      expect((await run(searchCommand, [query])).exit).toBe(0);
    }
  });

  it("knows the languages of the detector's database", async () => {
    const { eld } = (await import("eld/small")) as unknown as {
      eld: { info(): { Languages: Record<string, string> } };
    };
    const given = [...Object.values(eld.info().Languages), "ga", "mt"].sort();
    expect([...knownLanguages]).toEqual(given);
  });

  it("takes a query that begins with an exclusion after --, as the help says", async () => {
    expect(searchCommand.help).toContain("vestige search CASE -- invoice -draft");
    const program = new URL("../../../src/main.ts", import.meta.url);
    const call = (...words: string[]) =>
      spawnSync(process.execPath, [fileURLToPath(program), "search", join(folder, "no case"), ...words], {
        encoding: "utf8",
      }).stderr;
    expect(call("invoice", "-draft")).toMatch(/-draft/);
    const after = call("--", "invoice", "-draft");
    expect(after).not.toMatch(/-draft/);
    expect(after).toMatch(/no case/);
  });

  it("refuses without an officer's key, a wrong query and a wrong limit, and shows nothing", async () => {
    const code = async (work: Promise<unknown>) => {
      try {
        return await work;
      } catch (error) {
        return isOperatorError(error) ? error.code : error;
      }
    };
    const entries = () => readFileSync(theCase.paths.journal, "utf8").split("\n").length;
    const count = entries();
    expect(await code(run(searchCommand, ["x"], { limit: "0" }))).toBe("search/limit");
    expect(await code(run(searchCommand, ["(x"]))).toBe("search/query");
    forgetPassphrase("Ana");
    vi.stubEnv("VESTIGE_HOME", join(folder, "another home"));
    vi.stubEnv("XDG_RUNTIME_DIR", join(folder, "no session"));
    const flags = { "passphrase-file": join(folder, "pass") };
    expect(String(await code(run(searchCommand, ["x"], flags)))).toMatch(/^custody\//);
    vi.stubEnv("VESTIGE_HOME", home);
    vi.stubEnv("XDG_RUNTIME_DIR", join(folder, "runtime"));
    expect(entries()).toBe(count);
  });
});

describe("vestige digest", () => {
  it("prints the digest of each exhibit and of the case", async () => {
    const { exit, lines, events } = await run(digestCommand, [], {}, true);
    expect(exit).toBe(0);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^[0-9a-f]{64} {2}M01$/);
    expect(lines[1]).toMatch(/^[0-9a-f]{64} {2}the case$/);
    expect(events[0]).toMatchObject({ event: "exhibit", exhibit: "M01", items: 2, contents: 2, complete: true });
    await expect(run(digestCommand, ["M09"])).rejects.toThrow(/M09/);
  });
});
