import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { noScopeRules } from "../../../src/case/scope.ts";
import { login } from "../../../src/custody/session.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { watchCommand } from "../../../src/cli/commands/watch.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import type { Desk } from "../../../src/pipeline.ts";
import { setOnItems } from "../../../src/review/set-on-items.ts";
import { wantedLists } from "../../../src/watch/case-lists.ts";
import { loadWatch } from "../../../src/watch/load-watch.ts";
import { makeWatchReport, watchForms } from "../../../src/watch/make-watch-report.ts";
import type { ListReport } from "../../../src/watch/watch-content.ts";
import { openTestCase } from "../../fixtures/case-desk.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { ask } from "../../fixtures/officer.ts";
import { doc } from "../../fixtures/searched-case.ts";
import { applyText, listText, putExhibit, watchDesk } from "../../fixtures/watched-case.ts";

const entries = [
  "[Wildlife]",
  "word ivory = tusk <b>",
  "word pangolin",
  "[Tobacco]",
  "word cigarette",
  "stem cigarett",
  "[Other]",
  "regex /lot \\d+/",
  "regex /batch \\d+/",
  "code CSQU 305438-3",
  "word never",
];

let base = "";
let desk: Desk;

beforeAll(async () => {
  base = freshFolder("watch-report");
  mkdirSync(join(base, "home"), { recursive: true });
  vi.stubEnv("VESTIGE_HOME", join(base, "home"));
  vi.stubEnv("XDG_RUNTIME_DIR", join(base, "runtime"));
  desk = await openTestCase(base);
  login(desk.journal, desk.signer, 1);
  putExhibit(desk.theCase, "M01", [
    doc("folder:/a.txt", "ivory, ivory and cigarete; lot 12, lot 13"),
    doc("folder:/copies/a.txt", "ivory, ivory and cigarete; lot 12, lot 13"),
    doc("folder:/secret/law.txt", "ivory and ivery for the lawyer"),
    doc("folder:/hidden.txt", "pangolins ivory"),
    doc("folder:/ivory <x>.txt", "cigarettes by the panglin"),
    doc("folder:/gone.txt", null, { status: "failed", reason: "encrypted" }),
  ]);
  putExhibit(desk.theCase, "M02", [
    doc("folder:/c.txt", "pangolin and ivory", {}, { fields: [{ name: "title", value: "lot 7", source: "pdf" }] }),
  ]);
  putExhibit(desk.theCase, "M03", [
    doc("folder:/later.txt", "ivory"),
    doc("folder:/raw.bin", "no word", {}, { type: "unknown", textKind: "strings" }),
  ]);
  await applyText(watchDesk(desk), join(base, "goods.txt"), listText("goods", entries));
  const idOf = (path: string) => doc(path, null).item.id;
  const mark = (path: string, name: "privileged" | "hidden") =>
    setOnItems(desk, [{ exhibit: "M01", id: idOf(path), path }], { what: "mark", mark: name, remove: false });
  mark("folder:/secret/law.txt", "privileged");
  mark("folder:/hidden.txt", "hidden");
});

afterAll(() => {
  desk.journal.close();
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

function loaded(more: Partial<Parameters<typeof loadWatch>[2]> = {}): ListReport {
  const lists = wantedLists(desk.theCase.paths, ["goods"], false);
  const { lists: told } = loadWatch(desk.theCase, lists, { withMarked: false, scope: noScopeRules, ...more });
  return told[0] as ListReport;
}

const numbers = ({ terms }: ListReport) =>
  terms.map(({ term, hits, inText, inFields, inNames, items, contents }) => [
    ...[term, hits, inText, inFields, inNames, items, contents],
  ]);

describe("a report on watch-lists", () => {
  it("counts the hits of each term, in what may be shown alone", () => {
    const report = loaded();
    expect(numbers(report)).toEqual([
      ["ivory", 5, 4, 0, 1, 5, 3],
      ["/lot \\d+/", 3, 2, 1, 0, 3, 2],
      ["pangolin", 1, 1, 0, 0, 1, 1],
      ["cigarett", 1, 1, 0, 0, 1, 1],
    ]);
    expect(report.terms[0]?.exhibits).toMatchObject([
      { exhibit: "M01", hits: 3, items: 3, contents: 1 },
      { exhibit: "M02", hits: 1, items: 1, contents: 1 },
      { exhibit: "M03", hits: 1, items: 1, contents: 1 },
    ]);
    expect(report.total).toMatchObject({ hits: 10, inText: 8, inFields: 1, inNames: 1, items: 5, contents: 4 });
    expect(report.leftOut).toEqual({ outOfScope: 0, privileged: 1, hidden: 1, markedOutOfScope: 0 });
  });

  it("names every term without a hit", () => {
    expect(loaded().zero.map(({ term, line, category }) => [term, line, category])).toEqual([
      ["cigarette", 10, "Tobacco"],
      ["/batch \\d+/", 14, "Other"],
      ["CSQU 305438-3", 15, "Other"],
      ["never", 16, "Other"],
    ]);
  });

  it("tells words that are one letter from a term, and are no hits, where they may be shown", () => {
    const near = loaded().near.map(({ term, words }) => [term, words.map(({ word, items }) => `${word} ${items}`)]);
    expect(near).toEqual([
      ["pangolin", ["panglin 1"]],
      ["cigarette", ["cigarete 2"]],
      ["cigarett", ["cigarete 2"]],
    ]);
    expect(loaded({ withMarked: true }).near[0]).toMatchObject({ term: "ivory", words: [{ word: "ivery", items: 1 }] });
  });

  it("counts with marked items where that is asked for, and within scope rules always", () => {
    const all = loaded({ withMarked: true });
    expect(all.terms[0]).toMatchObject({ term: "ivory", inText: 6, items: 7 });
    expect(all.leftOut).toEqual({ outOfScope: 0, privileged: 0, hidden: 0, markedOutOfScope: 0 });
    const within = loaded({ scope: { ...noScopeRules, folders: ["copies", "secret"] } });
    expect(numbers(within)).toEqual([
      ["ivory", 2, 2, 0, 0, 1, 1],
      ["/lot \\d+/", 2, 2, 0, 0, 1, 1],
    ]);
    expect(within.leftOut).toEqual({ outOfScope: 5, privileged: 1, hidden: 0, markedOutOfScope: 0 });
  });

  it("says where a list was applied, and what was not searched", async () => {
    putExhibit(desk.theCase, "M04", [doc("folder:/new.txt", "ivory")]);
    const report = loaded();
    const states = report.exhibits.map(({ exhibit, state, sha256 }) => [exhibit, state, sha256 === report.sha256]);
    expect(states).toEqual([
      ["M01", "applied", true],
      ["M02", "applied", true],
      ["M03", "applied", true],
      ["M04", "none", false],
    ]);
    expect(report.exhibits.map(({ strings }) => strings)).toEqual([0, 0, 1, 0]);
    const lists = wantedLists(desk.theCase.paths, ["goods"], false);
    const { notSearched } = loadWatch(desk.theCase, lists, { withMarked: false, scope: noScopeRules });
    expect(notSearched).toMatchObject({ failed: 1, encrypted: 1, pendingUnits: 0, exhibits: [] });
  });

  it("is one page without scripts, a signed document and a table, recorded by their hashes", () => {
    const lists = wantedLists(desk.theCase.paths, ["goods"], false);
    const { files, contentHash } = makeWatchReport(desk, lists, { forms: [...watchForms], withMarked: false });
    const [json = "", html = "", csv = ""] = files.map((file) => readFileSync(file, "utf8"));
    expect(files.map((file) => basename(file).replace(/^.*\./, ""))).toEqual(["json", "html", "csv"]);
    expect(html).toContain(contentHash);
    expect(html).not.toMatch(/<script|https?:|src=|<x>|<b>/);
    expect(html).toContain("tusk &lt;b&gt;");
    expect(csv.split("\r\n")[1]).toContain('"goods","1.0",');
    expect(csv).toContain('"hit","ivory","word","tusk <b>","Wildlife","7","","","5","4","0","1","0","3","5"');
    expect(csv).toContain('"near","cigarette","","","","10","cigarete"');
    expect(csv).toContain('"zero","never","word","","Other","16"');
    const recorded = [...desk.journal.entries()].findLast(({ body }) => body.act === "report" && body.phase === "done");
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(recorded?.body.details).toMatchObject({
      ...{ kind: "watch", contentHash, files: files.map((file) => basename(file)) },
      ...{ jsonSha256: sha256(json), htmlSha256: sha256(html), csvSha256: sha256(csv) },
    });
    const part = verifyCase(desk.theCase.paths.root).parts.find(({ part: kind }) => kind === "report");
    expect(part).toMatchObject({ ok: true, problem: null });
    writeFileSync(files[1] as string, html.replace("cigarete", "cigarette"));
    const changed = verifyCase(desk.theCase.paths.root).parts.find(({ part: kind }) => kind === "report");
    expect(changed).toMatchObject({ ok: false, problem: "html-differs" });
  });
});

describe("vestige watch", () => {
  const run = (args: string[], flags: FlagValues = {}) =>
    ask(watchCommand, { args: [desk.theCase.paths.root, ...args], flags });
  const refused = async (args: string[], flags: FlagValues = {}) => {
    const error: unknown = await run(args, flags).catch((reason: unknown) => reason);
    return isOperatorError(error) ? `${error.exit} ${error.message}` : "";
  };
  const eventsOf = ({ events }: Awaited<ReturnType<typeof run>>, name: string) =>
    events.filter(({ event }) => event === name);

  it("brings lists up to date, says what it did with each exhibit, and has nothing to do the second time", async () => {
    putExhibit(desk.theCase, "M05", [doc("folder:/new.txt", "ivory")]);
    const first = await run([]);
    const told = eventsOf(first, "applied").map(({ exhibit, list, before }) => [exhibit, list, before]);
    expect(told).toContainEqual(["M05", "goods", "new"]);
    expect(told).toContainEqual(["M01", "goods", "unchanged"]);
    const second = await run([]);
    expect(second.text).toContain("M05: goods 1.0 was applied to all of this already; nothing to do");
    expect(second.events.at(-1)).toMatchObject({ event: "summary", exit: 0, counts: { lists: 1, applied: 0 } });
  });

  it("puts each term and each hit outside of texts into a line of its own", async () => {
    const said = await run(["goods"], { report: ["json"], places: true });
    expect(eventsOf(said, "term")[0]).toMatchObject({ schema: "vestige.watch/1", list: "goods", term: "ivory" });
    expect(eventsOf(said, "zero").map(({ term }) => term)).toContain("never");
    expect(eventsOf(said, "near")[0]).toMatchObject({ term: "pangolin", word: "panglin", items: 1 });
    expect(eventsOf(said, "place")).toMatchObject([
      { exhibit: "M01", path: "M01/folder:/ivory <x>.txt", term: "ivory", place: "name", name: null, offset: 0 },
      { exhibit: "M02", path: "M02/folder:/c.txt", term: "lot 7", place: "field", name: "title", length: 5 },
    ]);
    const [asked] = [...desk.journal.entries()].filter(({ body }) => body.act === "search").slice(-1);
    expect(asked?.body.details).toMatchObject({ watchPlaces: [{ list: "goods" }], withMarked: false });
  });

  it("applies lists of the product by their ids, and removes what was applied", async () => {
    const applied = await run(["cites"]);
    expect(eventsOf(applied, "added")).toMatchObject([{ list: "cites" }]);
    expect(eventsOf(await run([], { remove: ["cites"] }), "removed")).toMatchObject([{ list: "cites" }]);
    expect((await run([])).events.at(-1)).toMatchObject({ counts: { lists: 1 } });
  });

  it("refuses what it does not understand in one sentence", async () => {
    expect(await refused(["no-such"])).toMatch(
      /^2 Expected the id of a watch-list .* found no-such; the case has goods/,
    );
    expect(await refused(["./no-such.txt"])).toMatch(
      /^2 Expected a watch-list .* at \.\/no-such\.txt, found nothing there/,
    );
    expect(await refused(["goods"], { report: ["pdf"] })).toBe("2 --report is html, json or csv, not pdf");
    expect(await refused(["goods"], { remove: ["goods"] })).toContain("--remove takes no other list");
    writeFileSync(join(base, "bad.txt"), `${listText("bad", ["word fine"])}code !!\n`);
    expect(await refused([join(base, "bad.txt")])).toMatch(
      /^2 The watch-list .*bad\.txt is wrong at line 7, column 6: /,
    );
  });
});
