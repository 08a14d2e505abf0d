/** Hash sets: every source format, the file, and what a case says of its contents. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { casePaths, type CasePaths } from "../../../src/case/case-folder.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { HashSetFile } from "../../../src/hashsets/hash-set-file.ts";
import { hashSetFiles, hashSetsOf, importHashSet } from "../../../src/hashsets/import-hash-set.ts";
import { cellsOf } from "../../../src/hashsets/text-lines.ts";
import { writeHashSet, type HashRecord } from "../../../src/hashsets/write-hash-set.ts";
import { searchCase } from "../../../src/search/search-case.ts";
import { acquireTestFolder, openTestCase, processTestExhibit } from "../../fixtures/case-desk.ts";

let base: string;
let paths: CasePaths;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "vestige-hashset-"));
  paths = casePaths(join(base, "case"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const digest = (kind: string, text: string) => createHash(kind).update(text).digest();
const hex = (kind: string, text: string) => digest(kind, text).toString("hex");

function imported(name: string, content: string | Uint8Array) {
  const source = join(base, name);
  writeFileSync(source, content);
  return importHashSet(paths, { source, name: `set-${name.replaceAll(/[^a-z0-9]/gi, "-")}`, verdict: "known" });
}

function finds(file: string, kind: "md5" | "sha1" | "sha256", text: string): number | null {
  const set = HashSetFile.open(file);
  try {
    return set.find(kind, digest(kind, text));
  } finally {
    set.close();
  }
}

describe("importing", () => {
  it("reads NSRL RDS 2 text", () => {
    const rows = ["a", "b"].map(
      (text, n) =>
        `"${hex("sha1", text).toUpperCase()}","${hex("md5", text).toUpperCase()}","00000000","odd ""name"", ${n}.dll",12,34,"358",""`,
    );
    const head = `"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"`;
    const { file, head: made, skipped } = imported("NSRLFile.txt", `${head}\r\n${rows.join("\r\n")}\r\n`);
    expect(made).toMatchObject({
      source: { format: "nsrl-rds" },
      sections: [
        { kind: "md5", keys: 2 },
        { kind: "sha1", keys: 2 },
      ],
    });
    expect(skipped).toBe(0);
    expect([finds(file, "sha1", "a"), finds(file, "md5", "b"), finds(file, "md5", "c")]).toEqual([0, 0, null]);
  });

  it("reads NSRL RDS 3, a database", () => {
    const source = join(base, "RDS.db");
    const database = openDatabase(source);
    database.exec("CREATE TABLE FILE (sha256 VARCHAR NOT NULL, sha1 VARCHAR, md5 VARCHAR, file_name VARCHAR)");
    const insert = database.prepare("INSERT INTO FILE VALUES (?, ?, ?, ?)");
    for (const text of ["a", "b"])
      insert.run([hex("sha256", text).toUpperCase(), hex("sha1", text), hex("md5", text), "x"]);
    database.close();
    const { file, head } = importHashSet(paths, { source, name: "rds", verdict: "known" });
    expect(head.source.format).toBe("nsrl-sqlite");
    expect(head.sections.map(({ keys }) => keys)).toEqual([2, 2, 2]);
    expect([finds(file, "sha256", "a"), finds(file, "sha256", "c")]).toEqual([0, null]);
  });

  it("reads HashKeeper", () => {
    const head = `"file_id","hashset_id","file_name","directory","hash","file_size","date_modified","time_modified","time_zone","comments","date_accessed","time_accessed"`;
    const { file, head: made } = imported(
      "set.hsh",
      `${head}\n1,7,"a.exe","C:\\","${hex("md5", "a")}",1,"","","","","",""\n`,
    );
    expect(made.source.format).toBe("hashkeeper");
    expect(finds(file, "md5", "a")).toBe(0);
  });

  it("reads Project VIC with its categories, whatever stands in the strings", () => {
    const value = [
      {
        MediaID: 1,
        Category: 2,
        MD5: hex("md5", "a").toUpperCase(),
        SHA1: hex("sha1", "a"),
        Comments: 'a "quoted" } ] \\ brace {',
      },
      { MediaID: 2, Category: 0, MD5: hex("md5", "b"), MediaFiles: [{ FileName: "x.jpg", MD5: "no" }] },
      { MediaID: 3, Category: 1 },
    ];
    const { file, head, skipped } = imported(
      "vics.json",
      JSON.stringify({ "@odata.context": "Media", value }, null, 2),
    );
    expect(head.source.format).toBe("project-vic");
    expect(skipped).toBe(1);
    expect([
      finds(file, "md5", "a"),
      finds(file, "sha1", "a"),
      finds(file, "md5", "b"),
      finds(file, "md5", "no"),
    ]).toEqual([2, 2, 0, null]);
  });

  it("reads comma-separated values and what sha256sum prints, and counts rows without a hash", () => {
    const csv = imported(
      "list.csv",
      `Name,SHA-256,Hash\n"x, y",${hex("sha256", "a")},${hex("md5", "b")}\nbroken,1234,\n`,
    );
    expect([csv.head.source.format, csv.skipped]).toEqual(["csv", 1]);
    expect([finds(csv.file, "sha256", "a"), finds(csv.file, "md5", "b")]).toEqual([0, 0]);
    const plain = imported("sums.txt", `# of the server\n${hex("sha256", "a")}  a file\n\nnot a hash\n`);
    expect([plain.head.source.format, plain.skipped]).toEqual(["plain", 1]);
    expect(finds(plain.file, "sha256", "a")).toBe(0);
  });

  it("refuses what is no list, a taken name, and a cut file, with one sentence", () => {
    expect(() => imported("letter.txt", "Dear Sir")).toThrow(/Expected a list of hashes/);
    const { file, head } = imported("sums.txt", `${hex("md5", "a")}\n`);
    expect(hashSetsOf(paths)).toContainEqual(head);
    expect(() => imported("sums.txt", `${hex("md5", "a")}\n`)).toThrow(/has a hash set/);
    truncateSync(file, readFileSync(file).length - 1);
    expect(() => HashSetFile.open(file)).toThrow(/cut or not one/);
    expect(() => hashSetsOf(paths)).toThrow(/cut or not one/);
    expect(() => importHashSet(paths, { source: join(base, "absent"), name: "x", verdict: "known" })).toThrow(
      /cannot be read \(ENOENT\)/,
    );
  });
});

it("finds what was put in and nothing else, each hash once", () => {
  mkdirSync(join(base, "sets"));
  let count = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3 })), { maxLength: 80 }),
      (given) => {
        const records = given.map(([text, category]): HashRecord => ({ md5: digest("md5", String(text)), category }));
        const file = join(base, "sets", `${(count += 1)}.vhs`);
        const about = {
          name: "x",
          verdict: "known" as const,
          source: { format: "plain", file: "", sha256: "" },
          categories: {},
        };
        const head = writeHashSet(file, about, records);
        const wanted = new Map<number, number>();
        for (const [text, category] of given) wanted.set(text, Math.max(category, wanted.get(text) ?? 0));
        expect(head.sections).toEqual(wanted.size > 0 ? [{ kind: "md5", keys: wanted.size }] : []);
        for (let text = 0; text <= 70; text++) expect(finds(file, "md5", String(text))).toBe(wanted.get(text) ?? null);
      },
    ),
    { numRuns: 20 },
  );
});

it("reads cells with quotes", () => {
  expect(cellsOf('a,"b ""c"", d",,e')).toEqual(["a", 'b "c", d', "", "e"]);
  expect(cellsOf('"open')).toEqual(["open"]);
});

it("marks contents of a case, and again when a set is added, without reading them again", async () => {
  const source = join(base, "source");
  mkdirSync(source);
  for (const text of ["alpha", "beta", "gamma"]) writeFileSync(join(source, `${text}.txt`), text);
  const desk = await openTestCase(base);
  try {
    await acquireTestFolder(desk, source);
    const first = await processTestExhibit(desk);
    const list = join(base, "good.txt");
    writeFileSync(list, `${hex("sha256", "alpha")}\n`);
    importHashSet(desk.theCase.paths, { source: list, name: "good", verdict: "known" });
    writeFileSync(list, `${hex("md5", "beta")}\n`);
    importHashSet(desk.theCase.paths, { source: list, name: "wanted", verdict: "alert" });
    expect(hashSetFiles(desk.theCase.paths)).toHaveLength(2);
    const second = await processTestExhibit(desk);
    expect(second.digest).not.toBe(first.digest);
    expect(second.counts.items).toBe(first.counts.items);
    const found = (query: string) => [...searchCase(desk.theCase, query).hits].map(({ path }) => path.slice(12)).sort();
    expect(found("known:known")).toEqual(["alpha.txt"]);
    expect(found("known:wanted")).toEqual(["beta.txt"]);
    expect(found("known:none")).toEqual(["gamma.txt"]);
  } finally {
    desk.journal.close();
  }
});
