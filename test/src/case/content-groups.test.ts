import { afterAll, describe, expect, it } from "vitest";
import { contentsOf, valuesOf, type Asked } from "../../../src/case/content-groups.ts";
import { migrate } from "../../../src/case/schema.ts";
import { openDatabase, type SqlRow } from "../../../src/case/sqlite.ts";

const database = openDatabase(":memory:");
afterAll(() => database.close());
migrate(database);
database.exec("PRAGMA foreign_keys = OFF");
const rows: readonly (readonly [content: number, kind: string])[] = [
  ...Array.from({ length: 200 }, (_, index) => [1000 - index, "iban"] as const),
  ...[7, 3, 7, 3, 100_000, 7].map((content) => [content, "email"] as const),
];
const insert = database.prepare(
  "INSERT INTO entity (content, seq, kind, value, quality) VALUES (?, ?, ?, ?, 'pattern')",
);
// Values against the order of the contents, since the index goes by them.
rows.forEach(([content, kind], seq) => insert.run([content, seq, kind, String(1000 - seq)]));

const asked: Asked = { iterate: (sql, params) => database.prepare<SqlRow>(sql).iterate(params) };

/** Answers with the numbers from 1 to `count`. */
function counting(count: number): Asked {
  return {
    *iterate() {
      const row = { content: 0 };
      for (let at = 1; at <= count; at += 1) {
        row.content = at;
        yield row;
      }
    },
  };
}

describe("contents with a value", () => {
  it("are told once each, sorted by number", () => {
    expect(valuesOf(asked, "entity")).toEqual(["email", "iban"]);
    expect([...contentsOf(asked, "entity", "email")]).toEqual([3, 7, 100_000]);
    expect([...contentsOf(asked, "entity", "iban")]).toEqual(Array.from({ length: 200 }, (_, index) => 801 + index));
    expect(contentsOf(asked, "entity", "none")).toHaveLength(0);
    expect(contentsOf(asked, "entity", "email").buffer.byteLength).toBe(12);
  });

  it("may be more than a Set holds", () => {
    const most = 2 ** 24;
    const found = contentsOf(counting(most + 1), "entity", "email");
    expect([found.length, found[0], found.at(-1)]).toEqual([most + 1, 1, most + 1]);
  }, 60_000);
});
