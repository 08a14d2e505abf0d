/** The operation form: shape, amendments, the journal's hold on it, and the command. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readOperation, readScopeRules, recordOperation, restoreOperation } from "../../../src/case/operation.ts";
import { emptyForm, parseForm, type OperationForm } from "../../../src/case/operation-form.ts";
import { noScopeRules } from "../../../src/case/scope.ts";
import { operationCommand } from "../../../src/cli/commands/operation.ts";
import { reportCommand } from "../../../src/cli/commands/report.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { login } from "../../../src/custody/session.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import { runCommand as run } from "../../fixtures/run-command.ts";
import { addExhibit, newCase, processExhibit, type SampleCase } from "./sample-case.ts";

const scoped: OperationForm = { ...emptyForm, place: "Antwerp", scope: { ...emptyForm.scope, folders: ["Sales"] } };

let sample: SampleCase;
let runtime: string;

beforeEach(() => {
  sample = newCase();
  runtime = mkdtempSync(join(tmpdir(), "vestige-runtime-"));
  vi.stubEnv("XDG_RUNTIME_DIR", runtime);
});
afterEach(() => {
  sample.remove();
  rmSync(runtime, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

describe("the form", () => {
  it.each([
    [{ place: 7 }, "place"],
    [{ attendees: [{ name: "A" }] }, "attendees.0.role"],
    [{ attendees: [{ name: "A", role: "B", signature: "maybe" }] }, "attendees.0.signature"],
    [{ started: "2026-11-21T09:00" }, "started"],
    [{ started: "2026-13-41T09:00Z" }, "started"],
    [{ started: "2026-11-21T09:00Z", ended: "2026-11-21T08:00Z" }, "ended"],
    [{ scope: { dates: { from: "2026-02-30", to: null } } }, "scope.dates.from"],
    [{ scope: { dates: { from: "2026-02-02", to: "2026-01-01" } } }, "scope.dates"],
    [{ scope: { folder: ["x"] } }, "scope.folder"],
    [{ clocks: [{ source: "M01", offsetSeconds: "soon", method: "m", reference: "r" }] }, "clocks.0.offsetSeconds"],
    [{ comitments: [] }, "comitments"],
    [[], "its top"],
  ])("names the field that is wrong: %j", (raw, field) => {
    expect(() => parseForm(raw, "form.json")).toThrow(
      new RegExp(`form\\.json, found at ${field.replaceAll(".", "\\.")}:`),
    );
  });

  it("reads back what it wrote", () => {
    const texts = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `x${text}`.toWellFormed().trim());
    const forms = fc.record({
      place: texts,
      commitments: fc.array(texts, { maxLength: 3 }),
      scope: fc.record({ folders: fc.array(texts, { maxLength: 3 }), terms: fc.array(texts, { maxLength: 3 }) }),
    });
    fc.assert(
      fc.property(forms, (raw) => {
        const form = parseForm(raw, "test");
        expect(parseForm(JSON.parse(JSON.stringify(form)), "test")).toEqual(form);
        expect(form.scope).toEqual({ ...noScopeRules, ...raw.scope });
      }),
      { numRuns: 40 },
    );
  });
});

describe("the recorded form", () => {
  const file = () => sample.theCase.paths.operation;
  const record = (form: OperationForm) => recordOperation(sample.theCase, sample.journal, sample.officer, form);

  it("is absent, then in force, then superseded with its history in the journal", () => {
    expect(readOperation(sample.theCase)).toBeNull();
    expect(readScopeRules(sample.theCase)).toEqual(noScopeRules);
    const first = record(scoped);
    expect(readScopeRules(sample.theCase).folders).toEqual(["Sales"]);
    const second = record({ ...scoped, place: "Ghent" });
    expect(second).toMatchObject({ earlier: 1, form: { place: "Ghent" } });
    expect(readOperation(sample.theCase)).toEqual(second);
    const entries = [...sample.journal.entries()].filter(({ body }) => body.act === "operation");
    expect(entries.map(({ body }) => body.phase)).toEqual(["intent", "done", "intent", "done"]);
    expect(entries[2].body.details).toMatchObject({ supersedes: first.sha256, sha256: second.sha256 });
    expect((entries[0].body.details["form"] as { place: string }).place).toBe("Antwerp");
    expect(verifyCase(sample.folder).ok).toBe(true);
  });

  it("is refused when the file was changed, exchanged for an earlier one, or removed; and can be restored", () => {
    record(scoped);
    const earlier = readFileSync(file());
    record({ ...scoped, scope: { ...scoped.scope, folders: ["Sales", "Stock"] } });
    const good = readFileSync(file(), "utf8");
    const wide = good.replace(/"folders": \[[^\]]*\]/, '"folders": []');
    expect(wide).not.toBe(good);
    for (const bytes of [wide, earlier, good.slice(0, -3), ""]) {
      writeFileSync(file(), bytes);
      expect(() => readScopeRules(sample.theCase)).toThrow(/other bytes.*--restore/);
    }
    rmSync(file());
    expect(() => readScopeRules(sample.theCase)).toThrow(/nothing there.*--restore/);
    restoreOperation(sample.theCase);
    expect(readFileSync(file(), "utf8")).toBe(good);
    expect(readScopeRules(sample.theCase).folders).toEqual(["Sales", "Stock"]);
  });

  it("is refused when no entry records it", () => {
    writeFileSync(file(), "{}\n");
    expect(() => readScopeRules(sample.theCase)).toThrow(/other bytes/);
  });

  it("is refused when its entry was forged", () => {
    record(scoped);
    const { journal } = sample.theCase.paths;
    writeFileSync(journal, readFileSync(journal, "utf8").replace('"folders":["Sales"]', '"folders":[]'));
    expect(() => readScopeRules(sample.theCase)).toThrow(/damaged at entry 1 .*its hash says.*vestige verify/);
  });

  it("survives a crash between announcement and end, before and after the file was written", () => {
    const first = record(scoped);
    const next = { ...scoped, place: "Bruges" };
    const scratch = newCase();
    const { sha256 } = recordOperation(scratch.theCase, scratch.journal, scratch.officer, next);
    const bytes = readFileSync(scratch.theCase.paths.operation);
    scratch.remove();
    sample.journal.begin("operation", { form: next as never, sha256, supersedes: first.sha256 }, sample.officer);
    expect(readOperation(sample.theCase)?.form.place).toBe("Antwerp");
    writeFileSync(file(), bytes);
    expect(readOperation(sample.theCase)?.form.place).toBe("Bruges");
  });
});

describe("vestige operation and report", () => {
  beforeEach(() => void login(sample.journal, sample.officer, 1));
  const operation = (flags: FlagValues = {}) => run(operationCommand, [sample.folder], flags);

  it("says that there is none, records by flags, adds, clears, and shows it", async () => {
    expect((await operation()).text).toContain("No operation form is recorded");
    expect(existsSync(sample.theCase.paths.operation)).toBe(false);
    const flags = {
      place: "Antwerp",
      attendee: ["P. Peeters; lawyer; refused", "K. Maes; IT"],
      "scope-folder": ["Sales"],
      "scope-from": "2024-01-01",
    };
    expect((await operation(flags)).exit).toBe(0);
    const more = {
      "scope-folder": ["Stock"],
      incident: ["Power \u001b[2J cut"],
      "clock-source": "M01",
      "clock-offset": "-12.5",
      "clock-method": "date",
      "clock-reference": "DCF77",
    };
    const { text } = await operation(more);
    expect(text).toContain("12.5 s slow");
    expect(text).not.toContain("\u001b");
    expect(readScopeRules(sample.theCase)).toEqual({
      ...noScopeRules,
      folders: ["Sales", "Stock"],
      dates: { from: "2024-01-01", to: null },
    });
    await operation({ clear: ["scope"], "scope-term": ["invoice"] });
    const shown = await operation();
    expect(readScopeRules(sample.theCase)).toEqual({ ...noScopeRules, terms: ["invoice"] });
    expect(shown.events[0]).toMatchObject({
      schema: "vestige.operation/1",
      event: "operation",
      earlier: 2,
      form: { place: "Antwerp" },
    });
    expect((await operation({ place: "Antwerp" })).text).toContain("Nothing of the form would change");
  });

  it("refuses scope terms that no search could use, and keeps what was recorded before", async () => {
    await expect(operation({ "scope-term": ["invoice", "§"] })).rejects.toThrow(
      'Expected letters or digits in a scope term, found "§"',
    );
    expect(existsSync(sample.theCase.paths.operation)).toBe(false);
    const file = join(runtime, "form.json");
    writeFileSync(file, JSON.stringify({ scope: { terms: ["'\""] } }));
    await expect(operation({ form: file })).rejects.toMatchObject({ code: "operation/scope-term" });
    const earlier = { ...emptyForm, scope: { ...emptyForm.scope, terms: ["§"] } };
    recordOperation(sample.theCase, sample.journal, sample.officer, earlier);
    expect((await operation({ place: "Antwerp" })).exit).toBe(0);
    expect(readScopeRules(sample.theCase).terms).toEqual(["§"]);
  });

  it("takes a file, field by field, and names what is wrong in it", async () => {
    const file = join(runtime, "form.json");
    await operation({ place: "Antwerp" });
    writeFileSync(
      file,
      JSON.stringify({
        inventory: "INV-7",
        clocks: [{ source: "M01", offsetSeconds: 95, method: "BIOS", reference: "GPS" }],
      }),
    );
    await operation({ form: file });
    expect(readOperation(sample.theCase)?.form).toMatchObject({
      place: "Antwerp",
      inventory: "INV-7",
      clocks: [{ offsetSeconds: "95" }],
    });
    writeFileSync(file, JSON.stringify({ notices: ["privacy"] }));
    await expect(operation({ form: file })).rejects.toThrow(/form\.json, found at notices\.0/);
    writeFileSync(file, "{");
    await expect(operation({ form: file })).rejects.toThrow(/form\.json/);
  });

  it.each([
    [{ attendee: ["nobody"] }, /--attendee/],
    [{ "clock-source": "M01" }, /all four/],
    [
      { "clock-source": "M01", "clock-offset": "1h", "clock-method": "m", "clock-reference": "r" },
      /--clock-offset in seconds/,
    ],
    [{ start: "yesterday" }, /flags, found at started/],
    [{ restore: true, place: "x" }, /--restore alone/],
    [{ "scope-type": ["pdf", "nonsense"] }, /category \(documents .*scope type, found "nonsense"/],
    [{ "scope-type": ["jpg"] }, /did you mean jpeg\?/],
  ] as [FlagValues, RegExp][])("refuses %j in one sentence", async (flags, words) => {
    await expect(operation(flags)).rejects.toThrow(words);
    expect(readOperation(sample.theCase)).toBeNull();
  });

  it("writes a report, refuses other kinds and formats, and exits 1 where something changed", async () => {
    addExhibit(sample, "M01", [{ path: "a.txt", content: "words" }]);
    const pending = await run(reportCommand, [sample.folder]);
    expect(pending.exit).toBe(1);
    expect(pending.text).toContain("1 file is not yet processed, so this report is incomplete");
    expect(pending.text).not.toContain("Not wholly read");
    processExhibit(sample, "M01", [{ path: "a.txt", content: "words" }]);
    const { exit, text, events } = await run(reportCommand, [sample.folder]);
    expect(exit).toBe(0);
    expect(text).not.toContain("not yet processed");
    expect(text).toMatch(/Report: .*-custody-\d+\.html/);
    expect(events[0]).toMatchObject({ schema: "vestige.report/1", event: "report", unchanged: true });
    await expect(run(reportCommand, [sample.folder], { format: "pdf" })).rejects.toThrow(/html or json/);
    await expect(run(reportCommand, [sample.folder, "search"])).rejects.toThrow(/kind of report/);
    writeFileSync(sample.theCase.paths.manifest("M01"), "{}\n");
    expect((await run(reportCommand, [sample.folder], { format: "json" })).exit).toBe(1);
  });

  it("counts what was not wholly read as page one does: files apart from those inside them", async () => {
    const outer = [
      { path: "b.txt", content: "more" },
      { path: "a.zip", content: "words", item: { status: "partial", reason: "damaged" } as const },
    ];
    const inner = ["x", "y"].map((name) => {
      const item = { depth: 1, status: "failed", reason: "timeout" } as const;
      return { path: `a.zip!/${name}.txt`, content: name, item };
    });
    addExhibit(sample, "M01", outer);
    processExhibit(sample, "M01", [...outer, ...inner]);
    const { exit, text } = await run(reportCommand, [sample.folder]);
    expect(exit).toBe(1);
    expect(text).toContain(
      "of the files, 1 partly read and 0 failed; of those found inside them, 0 partly read and 2 failed",
    );
  });

  it("does not report over a tampered operation form", async () => {
    await operation({ place: "Antwerp" });
    writeFileSync(sample.theCase.paths.operation, "{}\n");
    await expect(run(reportCommand, [sample.folder])).rejects.toThrow(/--restore/);
    expect([...sample.journal.entries()].some(({ body }) => body.act === "report")).toBe(false);
    expect((await operation({ restore: true })).text).toContain("written again");
    expect((await run(reportCommand, [sample.folder])).exit).toBe(0);
  });
});
