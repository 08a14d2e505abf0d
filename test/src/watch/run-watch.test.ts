import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import { digestCase } from "../../../src/case/digest.ts";
import { fileLock } from "../../../src/case/file-lock.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import { readRunRecord } from "../../../src/examine/run-record.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import type { Desk } from "../../../src/pipeline.ts";
import { loadFound } from "../../../src/report/load-found.ts";
import { wantedLists } from "../../../src/watch/case-lists.ts";
import { addLists, removeLists, watchExhibit } from "../../../src/watch/run-watch.ts";
import { acquireTestFolder, openTestCase, processTestExhibit } from "../../fixtures/case-desk.ts";
import { freshFolder, writeTree } from "../../fixtures/evidence-folder.ts";
import { doc, paths, search } from "../../fixtures/searched-case.ts";
import {
  appliedIn,
  applyText,
  listText,
  putExhibit,
  storedHits,
  storedPlaces,
  watchDesk,
} from "../../fixtures/watched-case.ts";
import { zip } from "../../fixtures/zip-writer.ts";

const entries = [
  "word cigarette",
  "word CIGARETTES",
  "stem zigarett @de",
  "phrase bill of lading",
  "code CSQU 305438-3",
  "code 1A003*",
  "tariff 2402 20",
  "regex /lot no\\. \\d{6}/i",
  "word unmatched",
];
const list = listText("goods", entries);
const others = listText("others", ["word invoice", "word cigarette", "regex /\\d{4}-\\d\\d/"]);

/** Longer than a block, with terms at the seam and in the overlap. */
function longText(): string {
  const filler = "some plain words of a long text ";
  const lines: string[] = [];
  for (let at = 0; at < 2_300_000; at += filler.length) lines.push(filler);
  const text = lines.join("");
  const put = (into: string, at: number, term: string) => into.slice(0, at) + term + into.slice(at + term.length);
  let made = text;
  for (const at of [0, 1_047_000, 1_047_540, 1_048_540, 1_048_560, 2_095_600, 2_096_000])
    made = put(made, at, " bill of\nlading ");
  return `${made} cigarette`;
}

const evidence = {
  "a.txt": "A cigarette, two CIGARETTES; Zigarettenhülle. Bill of\n  lading. Lot no. 123456 CN code 2402 20 90",
  "b.txt": "invoice 2026-04 for the container CSQU3054383 and CSQU-305438-3, 1A003b",
  "ivory/cigarette.txt": "nothing",
  "c.html": "<html><head><title>Cigarette invoice</title></head><body>plain</body></html>",
  "long.txt": longText(),
  "pack.zip": zip([
    { name: "in/cigarette papers.txt", data: Buffer.from("a cigarette in an archive") },
    { name: "a-again.txt", data: Buffer.from("nothing") },
  ]),
};

let base = "";
let processed: Desk;
let later: Desk;

beforeAll(async () => {
  base = freshFolder("watch");
  const source = join(base, "source");
  writeTree(source, evidence);
  // Reading moves the time of the last access where it is not behind the others: then the second case would hold another one.
  const soon = new Date(Date.now() + 3_600_000);
  const within = readdirSync(source, { recursive: true, encoding: "utf8" });
  for (const name of ["", ...within]) utimesSync(join(source, name), soon, new Date());
  const open = async (name: string) => {
    mkdirSync(join(base, name));
    const desk = await openTestCase(join(base, name));
    await acquireTestFolder(desk, source);
    return desk;
  };
  processed = await open("processed");
  later = await open("later");
  mkdirSync(processed.theCase.paths.lists, { recursive: true });
  writeFileSync(join(processed.theCase.paths.lists, "goods.txt"), list);
  writeFileSync(join(processed.theCase.paths.lists, "others.txt"), others);
  await processTestExhibit(processed);
  await processTestExhibit(later);
}, 120_000);

afterAll(() => {
  processed.journal.close();
  later.journal.close();
  rmSync(base, { recursive: true, force: true });
});

const digestOf = ({ theCase }: Desk) => digestCase(theCase, ["M01"]).exhibits[0]?.digest;
const workPart = ({ theCase }: Desk) => verifyCase(theCase.paths.root).parts.find(({ part }) => part === "work");
const file = () => join(base, "list.txt");

async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (isOperatorError(error)) return `${error.code} ${error.exit}: ${error.message}`;
    throw error;
  }
  return "";
}

describe("a watch-list that is applied to what is processed", () => {
  it("gives the hits of processing: the same rows, answers and digest, with one list and with several", async () => {
    const before = digestOf(later);
    expect(before).not.toBe(digestOf(processed));
    const [outcome] = await applyText(watchDesk(later), file(), list);
    expect(outcome).toMatchObject({ exhibit: "M01", before: "new", list: { list: "goods", own: false, cut: 0 } });
    expect(storedHits(later.theCase, "M01", "goods")).toEqual(storedHits(processed.theCase, "M01", "goods"));
    expect(storedHits(later.theCase, "M01", "goods").length).toBeGreaterThan(15);
    await applyText(watchDesk(later), file(), others);
    for (const query of ["entity:watchlist-goods", "entity:watchlist-others", "entity:watchlist-goods:cigarette"]) {
      const [one, two] = [search(later.theCase, query), search(processed.theCase, query)];
      expect(paths(one)).toEqual(paths(two));
      expect(paths(one).length).toBeGreaterThan(0);
      const places = (answer: typeof one) =>
        answer.hits.map(({ offset, length, matches }) => [offset, length, matches]);
      expect(places(one)).toEqual(places(two));
    }
    const sectionOf = ({ theCase }: Desk) =>
      loadFound(theCase, "M01", readRunRecord(theCase.paths, "M01") as unknown as JsonObject)?.watchLists;
    expect(sectionOf(later)).toEqual(sectionOf(processed));
    expect(sectionOf(later)?.map(({ list: id }) => id)).toEqual(["goods", "others"]);
    expect(digestOf(later)).toBe(digestOf(processed));
    expect(readRunRecord(later.theCase.paths, "M01")?.digest).toBe(digestOf(later));
    expect(workPart(later)).toMatchObject({ problem: null, count: 1 });
  });

  it("leaves processing as it was: nothing is examined anew", async () => {
    const run = readRunRecord(later.theCase.paths, "M01");
    expect((await processTestExhibit(later)).started).toBe(run?.started);
    expect(storedHits(later.theCase, "M01", "goods").length).toBeGreaterThan(15);
  });

  it("is looked for in names, folders, fields and identifiers too, each told apart", () => {
    const found = storedPlaces(later.theCase, "M01", "goods").map((row) => JSON.parse(row) as Record<string, unknown>);
    const told = found.map(({ place, name, value, path }) => [place, name, value, path]);
    expect(told).toEqual([
      ["field", "title", "cigarette", null],
      ["name", null, "cigarette", "folder:/ivory/cigarette.txt"],
      ["name", null, "cigarette", "folder:/pack.zip!/in/cigarette papers.txt"],
    ]);
  });

  it("is kept as a copy with its hash in the journal", () => {
    const copy = readFileSync(join(later.theCase.paths.lists, "applied", "goods.txt"));
    const sha256 = createHash("sha256").update(copy).digest("hex");
    const added = [...later.journal.entries()].find(({ body }) => body.act === "watch-list-added");
    expect(added?.body.details).toMatchObject({ list: "goods", sha256, entries: entries.length });
    expect(copy.toString()).toBe(list);
  });

  it("is not applied again where nothing changed, and writes no entry then", async () => {
    const seq = later.journal.head().seq;
    const outcomes = await applyText(watchDesk(later), file(), list);
    expect(outcomes.map(({ before }) => before)).toEqual(["unchanged"]);
    expect(later.journal.head().seq).toBe(seq);
  });

  it("replaces its results where it changed, and goes without a trace where it is removed", async () => {
    const digest = digestOf(later);
    const [outcome] = await applyText(watchDesk(later), file(), listText("goods", ["word nothing"], "1.1"));
    expect(outcome).toMatchObject({ before: "changed", list: { version: "1.1" } });
    expect(paths(search(later.theCase, "entity:watchlist-goods:cigarette"))).toEqual([]);
    expect(paths(search(later.theCase, "entity:watchlist-goods:nothing"))).toHaveLength(2);
    await applyText(watchDesk(later), file(), list);
    expect(digestOf(later)).toBe(digest);
    const removed = await removeLists(watchDesk(later), ["goods", "others"]);
    expect(removed).toEqual([{ exhibit: "M01", lists: ["goods", "others"] }]);
    expect(appliedIn(later.theCase, "M01")).toEqual([]);
    expect(paths(search(later.theCase, "entity:watchlist-goods"))).toEqual([]);
    expect(workPart(later)).toMatchObject({ problem: null });
    const again = await refusal(() => removeLists(watchDesk(later), ["goods"]));
    expect(again).toBe(
      "watch/unknown 2: Expected with --remove the id of a list that was applied, found goods; none is applied.",
    );
    await applyText(watchDesk(later), file(), list);
  });

  it("that processing looked for keeps its hits, and gets those in names and fields", async () => {
    const digest = digestOf(processed);
    const lists = wantedLists(processed.theCase.paths, ["goods"], false);
    expect(lists).toMatchObject([{ id: "goods", ofProcessing: true }]);
    const [outcome] = await watchExhibit(watchDesk(processed), "M01", lists);
    expect(outcome).toMatchObject({ before: "new", list: { own: true, chars: 0 } });
    expect(digestOf(processed)).toBe(digest);
    expect(storedPlaces(processed.theCase, "M01", "goods")).toEqual(storedPlaces(later.theCase, "M01", "goods"));
    expect(await refusal(() => removeLists(watchDesk(processed), ["goods"]))).toContain("watch/not-removable");
  });

  it("gives the same on several threads", async () => {
    const before = storedHits(later.theCase, "M01", "goods");
    await removeLists(watchDesk(later), ["goods"]);
    await applyText(watchDesk(later, { workers: 2 }), file(), list);
    expect(storedHits(later.theCase, "M01", "goods")).toEqual(before);
  });

  it("is refused while the exhibit is being processed", async () => {
    const lock = fileLock(later.theCase.paths.lock("M01"));
    lock.acquire("process");
    try {
      const lists = wantedLists(later.theCase.paths, ["cites"], false);
      expect(await refusal(() => watchExhibit(watchDesk(later, { lockMs: 200 }), "M01", lists))).toContain(
        "case/locked",
      );
    } finally {
      lock.close();
    }
  }, 20_000);

  it("is not removed while an exhibit without lists is being processed, nor where its work file is of an older form", async () => {
    mkdirSync(join(base, "busy"));
    const desk = await openTestCase(join(base, "busy"));
    const { theCase } = desk;
    putExhibit(theCase, "M01", [doc("a.txt", "nothing")]);
    writeFileSync(file(), list);
    addLists(watchDesk(desk), wantedLists(theCase.paths, [file()], false));
    const lock = fileLock(theCase.paths.lock("M01"));
    const database = openDatabase(theCase.paths.items("M01"));
    const remove = (id: string) => refusal(() => removeLists(watchDesk(desk, { lockMs: 200 }), [id]));
    try {
      lock.acquire("process");
      database.exec("BEGIN IMMEDIATE");
      expect(await remove("others")).toContain("watch/unknown 2");
      expect(await remove("goods")).toContain("case/locked");
      // Nothing was removed, and nothing says so.
      expect(wantedLists(theCase.paths, ["goods"], false)).toMatchObject([{ id: "goods", file: "goods.txt" }]);
      expect(readFileSync(theCase.paths.journal, "utf8")).not.toContain("watch-list-removed");
      database.exec("ROLLBACK");
      lock.release();
      database.exec("PRAGMA user_version = 1");
      expect(await remove("goods")).toContain("case/older-format");
    } finally {
      database.close();
      lock.close();
      desk.journal.close();
    }
  }, 20_000);

  it("says where the work file is damaged and what to do, for applying and removing", async () => {
    mkdirSync(join(base, "damaged"));
    const desk = await openTestCase(join(base, "damaged"));
    const { theCase } = desk;
    putExhibit(theCase, "M01", [doc("a.txt", "a cigarette")]);
    writeFileSync(file(), list);
    await applyText(watchDesk(desk), file(), list);
    const workFile = theCase.paths.items("M01");
    const whole = readFileSync(workFile);
    // Nothing but the first page, which has the form's version.
    const changed = Buffer.from(whole).fill(0xff, 4096);
    for (const bytes of [whole.subarray(0, whole.length / 2), changed, Buffer.alloc(whole.length, 7)]) {
      writeFileSync(workFile, bytes);
      for (const work of [
        () => watchExhibit(watchDesk(desk), "M01", wantedLists(theCase.paths, ["goods"], false)),
        () => removeLists(watchDesk(desk), ["goods"]),
      ]) {
        const said = await refusal(work);
        expect(said).toMatch(/^case\/work-file-damaged 2: Expected a readable work file, found a damaged one/);
        expect(said).toContain(workFile);
      }
    }
    rmSync(workFile);
    mkdirSync(workFile);
    expect(
      await refusal(() => watchExhibit(watchDesk(desk), "M01", wantedLists(theCase.paths, ["goods"], false))),
    ).toMatch(/^case\/unreadable 2: Expected to read /);
    desk.journal.close();
  }, 20_000);

  it("keeps its results where its copy cannot be read", async () => {
    mkdirSync(join(base, "unreadable"));
    const desk = await openTestCase(join(base, "unreadable"));
    const { theCase } = desk;
    putExhibit(theCase, "M01", [doc("a.txt", "a cigarette")]);
    writeFileSync(file(), list);
    await applyText(watchDesk(desk), file(), list);
    const copy = join(theCase.paths.lists, "applied", "goods.txt");
    rmSync(copy);
    mkdirSync(copy);
    expect(await refusal(() => removeLists(watchDesk(desk), ["goods"]))).toContain("custody/unreadable");
    expect(appliedIn(theCase, "M01")).not.toEqual([]);
    desk.journal.close();
  }, 20_000);

  it("is refused with its line where it is wrong, and changes nothing", async () => {
    const seq = later.journal.head().seq;
    const bad = await refusal(() =>
      applyText(watchDesk(later), file(), listText("bad", ["word ok", "word two words"])),
    );
    expect(bad).toContain("is wrong at line 7, column 6: expected one word");
    const none = await refusal(() => applyText(watchDesk(later), file(), listText("none", [])));
    expect(none).toContain("expected at least one entry, found none");
    expect(later.journal.head().seq).toBe(seq);
  });
});
