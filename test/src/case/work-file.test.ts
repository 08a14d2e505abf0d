import { mkdtempSync, rmSync, existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { serialize } from "node:v8";
import { afterAll, describe, expect, it } from "vitest";
import type { PreparedBlock } from "../../../native-free/model/prepared.ts";
import { digestWorkFile } from "../../../src/case/digest.ts";
import {
  openDatabase,
  type Database,
  type OpenOptions,
  type SqlParams,
  type Statement,
} from "../../../src/case/sqlite.ts";
import { itemJson } from "../../../src/case/work-file-rows.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { WorkFileWriter, type WriterOptions } from "../../../src/case/work-file-writer.ts";
import { itemRow, preparedBlock, preparedContent } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-work-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function newPlace(): string {
  const place = mkdtempSync(join(folder, `${(count += 1)}-`));
  return join(place, "items.db");
}

const meta = { exhibit: "M01", profile: "ab".repeat(32) };
const units = ["a", "b", "c", "d"];

function spool(place: string, blocks: readonly PreparedBlock[]): string {
  const records = blocks.map((block) => {
    const bytes = serialize(block);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(bytes.length);
    return Buffer.concat([head, bytes]);
  });
  writeFileSync(place, Buffer.concat(records));
  return place;
}

/** Writes one unit: two items, one content of its own (spooled in part), one content shared by all units. */
function writeUnit(writer: WorkFileWriter, place: string, unit: string): void {
  const own = `text of ${unit} with more than one block`;
  writer.startUnits([unit], false);
  writer.addItems(unit, [
    itemRow(`docs/${unit}.txt`, own, {
      findings: [{ code: "folder/hard-link", offset: null, length: null, params: { links: 2 } }],
    }),
  ]);
  writer.addContent({
    ...preparedContent(own, {
      fields: [{ name: "title", value: unit, source: "test" }],
      status: "partial",
      reason: "damaged",
    }),
    spooled: spool(`${place}-${unit}.spool`, [
      preparedBlock(1, `the second ${unit}`),
      preparedBlock(2, `the third ${unit}`),
    ]),
  });
  writer.addContent(
    preparedContent("shared words", { findings: [{ code: "engine/strings", offset: 1, length: 2, params: {} }] }),
  );
  writer.addItems(unit, [
    itemRow(`docs/${unit}/copy.txt`, "shared words", { parent: itemRow(`docs/${unit}.txt`, null).id }),
  ]);
  writer.finishUnit({ key: unit, items: 2, status: "partial", reason: "damaged" });
}

function plan(writer: WorkFileWriter): void {
  writer.plan(units.map((key, order) => ({ key, order, path: `docs/${key}.txt`, size: 3 })));
}

function writeAll(file: string, order: readonly string[], options: WriterOptions = {}): void {
  const writer = WorkFileWriter.open(file, meta, options);
  writer.recover();
  plan(writer);
  for (const unit of order) writeUnit(writer, file, unit);
  writer.close();
}

function digestOfFile(file: string): string {
  const reader = WorkFileReader.open(file);
  const { digest, complete } = digestWorkFile(reader, "M01");
  reader.close();
  expect(complete).toBe(true);
  return digest;
}

describe("writer and reader", () => {
  const file = newPlace();
  writeAll(file, units);
  const reader = WorkFileReader.open(file);
  afterAll(() => reader.close());

  it("gives back what was written, with the worse status of item and content", () => {
    const item = reader.item(itemRow("docs/a.txt", null).id);
    if (!item) throw new Error("item is absent");
    const full = reader.full(item);
    expect(full).toMatchObject({
      status: "partial",
      reason: "damaged",
      own: { status: "done", reason: null },
      unit: "a",
    });
    expect(full.times).toEqual(itemRow("docs/a.txt", null).times);
    expect(full.fields).toEqual([{ name: "title", value: "a", source: "test" }]);
    expect(full.modified).toBe(Date.parse("2019-04-05T06:07:08.123Z"));
    expect([...reader.text(full.sha256 as string)].map((block) => block.text)).toEqual([
      "text of a with more than one block",
      "the second a",
      "the third a",
    ]);
    const json = itemJson("M01", full);
    expect(Object.keys(json).join(" ")).toBe(
      "id exhibit path name content origin state status reason size kind type mime sha256 sha1 md5 known times findings",
    );
    expect(json).toMatchObject({ path: "M01/docs/a.txt", name: "allocated", type: "text", sha256: full.sha256 });
  });

  it("counts", () => {
    expect(reader.totals()).toEqual({ units: 4, unitsDone: 4, items: 8, contents: 5, undescribed: 0 });
    expect(reader.tally("status").map(({ value, items }) => [value, items])).toEqual([
      ["done", 4],
      ["partial", 4],
    ]);
    expect(reader.tally("reason").map(({ value, items }) => [value, items])).toEqual([
      [null, 4],
      ["damaged", 4],
    ]);
    expect(reader.findingCounts()).toEqual([
      { code: "engine/strings", findings: 4, items: 4 },
      { code: "folder/hard-link", findings: 4, items: 4 },
    ]);
    expect([...reader.items({ finding: "engine/strings" })].map((item) => item.path)).toEqual([
      "docs/a/copy.txt",
      "docs/b/copy.txt",
      "docs/c/copy.txt",
      "docs/d/copy.txt",
    ]);
    expect([...reader.items({ status: "partial" })]).toHaveLength(4);
    expect(reader.meta()).toMatchObject(meta);
  });

  it("refuses another profile, a newer format, and what is no work file", () => {
    const refusal = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return "nothing";
    };
    expect(refusal(() => WorkFileWriter.open(file, { ...meta, profile: "other" }))).toBe("case/other-profile");
    const newer = newPlace();
    writeAll(newer, []);
    const database = openDatabase(newer);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(refusal(() => WorkFileWriter.open(newer, meta))).toBe("case/newer-format");
    expect(refusal(() => WorkFileReader.open(newer))).toBe("case/newer-format");
    const foreign = newPlace();
    writeFileSync(foreign, "this is not a database at all, it is only text. ".repeat(40));
    expect(refusal(() => WorkFileWriter.open(foreign, meta))).toBe("case/work-file-damaged");
    expect(refusal(() => WorkFileReader.open(foreign))).toBe("case/work-file-damaged");
    expect(refusal(() => WorkFileReader.open(newPlace()))).toBe("case/not-processed");
  });

  it("says which ids were there already, and removes spool files", () => {
    const place = newPlace();
    const writer = WorkFileWriter.open(place, meta);
    plan(writer);
    expect(writer.addItems("a", [itemRow("x", null)])).toEqual([]);
    expect(writer.addItems("b", [itemRow("x", null)])).toEqual([itemRow("x", null).id]);
    const spooled = spool(`${place}.spool`, [preparedBlock(1, "more")]);
    expect(writer.addContent({ ...preparedContent("first"), spooled })).toBe(true);
    expect(existsSync(spooled)).toBe(false);
    expect(writer.hasContent(preparedContent("first").row.sha256)).toBe(true);
    expect(writer.addContent({ ...preparedContent("first"), spooled: spool(spooled, []) })).toBe(false);
    expect(existsSync(spooled)).toBe(false);
    expect(() => writer.addItems("never planned", [])).toThrow();
    expect(() => writer.flush()).toThrow();
    writer.close();
  });

  it("plans once and gives pending units in order", () => {
    const writer = WorkFileWriter.open(newPlace(), meta);
    writer.plan([{ key: "late", order: 9, path: "late", size: 1 }]);
    plan(writer);
    expect(writer.plan([{ key: "a", order: 5, path: "other", size: 1 }])).toBe(0);
    writer.finishUnit({ key: "b", items: 0, status: "done", reason: null });
    expect([...writer.pending()].map(({ key, deaths }) => [key, deaths])).toEqual([
      ["a", 0],
      ["c", 0],
      ["d", 0],
      ["late", 0],
    ]);
    writer.close();
  });

  it("removes a unit whose thread was lost, but not a finished one", () => {
    const place = newPlace();
    writeAll(place, ["a"]);
    const writer = WorkFileWriter.open(place, meta);
    writer.addItems("b", [itemRow("docs/b.txt", null)]);
    expect(writer.abandonUnit("b")).toBe(true);
    expect(writer.abandonUnit("a")).toBe(false);
    expect(writer.counts()).toMatchObject({ items: 2, unitsDone: 1 });
    writer.close();
  });
});

describe("digest", () => {
  it("does not depend on the order of arrival or on the grouping of commits", () => {
    const digests = [units, [...units].reverse(), ["c", "a", "d", "b"]].map((order, at) => {
      const file = newPlace();
      writeAll(file, order, { commitRows: 1 + at * 7 });
      return digestOfFile(file);
    });
    expect(new Set(digests).size).toBe(1);
  });

  it("changes with any result", () => {
    const variants: ((writer: WorkFileWriter) => void)[] = [
      () => undefined,
      (writer) => writer.addItems("a", [itemRow("x", null)]),
      (writer) => writer.addItems("a", [itemRow("x", null, { size: 1 })]),
      (writer) => writer.addItems("a", [itemRow("x", null, { times: [] })]),
      (writer) => writer.addItems("a", [itemRow("x", "t")]),
      (writer) => {
        writer.addItems("a", [itemRow("x", "t")]);
        writer.addContent(preparedContent("t"));
      },
      (writer) => {
        writer.addItems("a", [itemRow("x", "t")]);
        writer.addContent(preparedContent("t", {}, [preparedBlock(0, "T")]));
      },
      (writer) => {
        writer.addItems("a", [itemRow("x", "t")]);
        writer.addContent(preparedContent("t", { fields: [{ name: "title", value: "v", source: "s" }] }));
      },
    ];
    const digests = variants.map((variant) => {
      const file = newPlace();
      const writer = WorkFileWriter.open(file, meta);
      plan(writer);
      variant(writer);
      for (const key of units) writer.finishUnit({ key, items: 0, status: "done", reason: null });
      writer.close();
      return digestOfFile(file);
    });
    expect(new Set(digests).size).toBe(variants.length);
  });
});

describe("death", () => {
  class Death extends Error {}

  /** Databases that die at the n-th statement of all: nothing is committed after that, as when a process is killed. */
  function mortal(deathAt: number) {
    let statements = 0;
    const open: Database[] = [];
    const step = () => {
      statements += 1;
      if (statements >= deathAt) throw new Death();
    };
    const wrapStatement = <Row>(statement: Statement<Row>): Statement<Row> => ({
      run: (params?: SqlParams) => (step(), statement.run(params)),
      get: (params?: SqlParams) => (step(), statement.get(params)),
      all: (params?: SqlParams) => (step(), statement.all(params)),
      iterate: (params?: SqlParams) => (step(), statement.iterate(params)),
    });
    const openMortal = (file: string, options?: OpenOptions): Database => {
      const database = openDatabase(file, options);
      open.push(database);
      const exec = (sql: string) => (step(), database.exec(sql));
      const transaction: Database["transaction"] = (work, kind = "deferred") => {
        exec(`BEGIN ${kind}`);
        const result = work();
        exec("COMMIT");
        return result;
      };
      const prepare: Database["prepare"] = (sql, how) => wrapStatement(database.prepare(sql, how));
      return { ...database, exec, transaction, prepare };
    };
    return { open: openMortal, kill: () => open.forEach((database) => database.close()), count: () => statements };
  }

  // A campaign dies at every statement; otherwise every eleventh, from another one each day.
  const stride = process.env["VESTIGE_CAMPAIGN"] === "1" ? 1 : 11;
  const seed = Number(process.env["VESTIGE_SEED"] ?? 5);

  /** Processes what is left, as the next run does. */
  function resume(file: string, open: WriterOptions["open"]): void {
    const writer = WorkFileWriter.open(file, meta, { ...(open && { open }), commitRows: 6 });
    writer.recover();
    plan(writer);
    for (const { key } of [...writer.pending()]) writeUnit(writer, file, key);
    writer.close();
  }

  function diesIn(work: () => void): boolean {
    try {
      work();
      return false;
    } catch (error) {
      if (error instanceof Death) return true;
      throw error;
    }
  }

  const whole = newPlace();
  writeAll(whole, units);
  const expected = digestOfFile(whole);
  const sound = mortal(Number.MAX_SAFE_INTEGER);
  resume(newPlace(), sound.open);
  const total = sound.count();

  it(
    "at any statement, also during the recovery, leaves a file from which the same result grows",
    { timeout: 120_000 },
    () => {
      expect(total).toBeGreaterThan(100);
      for (let deathAt = 1 + (seed % stride); deathAt <= total; deathAt += stride) {
        const file = newPlace();
        // Each life dies a little later in its own run; the second one mostly while it recovers.
        for (const life of [deathAt, Math.max(1, deathAt % 37)]) {
          const { open, kill, count: statements } = mortal(life);
          const died = diesIn(() => resume(file, open));
          kill();
          // After a death at the last statements less is left than the second life was to last.
          expect([deathAt, died]).toEqual([deathAt, life === deathAt || statements() >= life]);
        }
        resume(file, undefined);
        const reader = WorkFileReader.open(file);
        const index = reader.select<{ n: number }>("SELECT count(*) AS n FROM fts_text WHERE fts_text MATCH ?", [
          '"second"',
        ]);
        expect([deathAt, index[0]?.n]).toEqual([deathAt, 4]);
        const names = reader.select<{ n: number }>("SELECT count(*) AS n FROM fts_name WHERE fts_name MATCH ?", [
          '"txt"',
        ]);
        expect([deathAt, names[0]?.n]).toEqual([deathAt, 8]);
        reader.close();
        expect([deathAt, digestOfFile(file)]).toEqual([deathAt, expected]);
        rmSync(file);
      }
    },
  );

  it("is counted against what was in flight, alone or not, and only against that", () => {
    const file = newPlace();
    const first = WorkFileWriter.open(file, meta);
    plan(first);
    first.startUnits(["a", "b", "c"], false);
    first.finishUnit({ key: "a", items: 0, status: "done", reason: null });
    first.flush();
    first.releaseUnits(["c"]);
    first.close();
    const second = WorkFileWriter.open(file, meta);
    expect(second.recover().inFlight).toEqual([{ key: "b", alone: false, deaths: 0, deathsAlone: 0 }]);
    second.markDeath(["b"]);
    expect(second.recover().inFlight).toEqual([]);
    second.startUnits(["b"], true);
    second.close();
    const third = WorkFileWriter.open(file, meta);
    expect(third.recover().inFlight).toEqual([{ key: "b", alone: true, deaths: 1, deathsAlone: 0 }]);
    third.markDeath(["b"]);
    expect([...third.pending()].find((unit) => unit.key === "b")).toMatchObject({ deaths: 2, deathsAlone: 1 });
    third.close();
  });
});
