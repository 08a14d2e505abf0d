/** Files of words and hashes that queries name, similar items, and what of it is told. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { noScopeRules } from "../../../src/case/scope.ts";
import { watchListsOf } from "../../../src/examine/watch-lists.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { listFile, readHashList, readTermList } from "../../../src/search/list-files.ts";
import { checkKnownValues } from "../../../src/search/known-values.ts";
import { readQuery, replayable } from "../../../src/search/query-sources.ts";
import { SearchSession } from "../../../src/search/session.ts";
import { languagesWithoutStems } from "../../../src/search/words/text-languages.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { doc, newCase, paths, search } from "../../fixtures/searched-case.ts";
import { digestOf } from "../../fixtures/work-file-rows.ts";

const texts: Readonly<Record<string, string>> = {
  "a.txt": "Cocaine hydrochloride, 12 kg, hidden under bananas",
  "b.txt": "cut  rag\ntobacco and cigarettes",
  "c.txt": "nothing of this",
  "cocaine/d.txt": "an empty folder name",
};
const held = newCase({
  M01: Object.entries(texts).map(([name, text]) => doc(name, text)),
  M02: [doc("copy.txt", texts["a.txt"] as string), doc("e.txt", "Cigarette COCAÏNE")],
});
const folder = held.paths.searchLists;
mkdirSync(folder, { recursive: true });
const write = (name: string, bytes: string | Uint8Array) => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};
const problem = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isOperatorError(error)) return error.message;
    throw error;
  }
  throw new Error("not refused");
};

describe("lists of words", () => {
  it.each<[string, string | Uint8Array]>([
    ["UTF-8", "# goods\ncocaine\r\n  cut rag  \n\ncigarett*\n"],
    ["UTF-8 with a mark", "\ufeffcocaine\ncut rag\ncigarett*"],
    ["UTF-16 little-endian", Buffer.from("\ufeffcocaine\r\ncut rag\r\ncigarett*\r\n", "utf16le")],
    ["UTF-16 big-endian", Buffer.from("\ufeffcocaine\rcut rag\rcigarett*", "utf16le").swap16()],
  ])("are read as %s", (_name, bytes) => {
    write("goods.txt", bytes);
    expect(paths(search(held, "terms:goods"))).toEqual([
      "M01/a.txt",
      "M01/b.txt",
      "M01/cocaine/d.txt",
      "M02/copy.txt",
      "M02/e.txt",
    ]);
    expect(paths(search(held, "terms:goods -terms:goods.txt"))).toEqual([]);
    expect(paths(search(held, `text:(terms:"${join(folder, "goods.txt")}") exhibit:M01`))).toEqual([
      "M01/a.txt",
      "M01/b.txt",
    ]);
    expect(paths(search(held, "exact:terms:goods"))).toEqual(["M01/b.txt", "M01/cocaine/d.txt"]);
  });

  it("are told with their hash, their lines and their entries, and a hit shows what matched", () => {
    const bytes = "# goods\ncocaine\ncocaine\ncut rag\n";
    write("goods.txt", bytes);
    const facts = {
      ...{ kind: "terms", name: "goods", lines: 4, entries: 2 },
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
    expect(readQuery(held, "terms:goods OR (a terms:goods)").lists).toEqual([facts]);
    const answer = search(held, "x OR terms:goods");
    expect(answer.lists).toEqual([facts]);
    expect(answer.hits.map(({ rule, field, snippet }) => [rule, field, snippet?.match])).toEqual([
      ["terms:goods", "text", "Cocaine"],
      ["terms:goods", "text", "cut  rag"],
      ["terms:goods", "path", "cocaine"],
      ["terms:goods", "text", "Cocaine"],
      ["terms:goods", "text", "COCAÏNE"],
    ]);
  });

  it("find the same items as their lines one by one, also where words are common", () => {
    const words = ["common", ...Array.from({ length: 450 }, (_, at) => `w${at}`)];
    const docs = Array.from({ length: 60 }, (_, at) =>
      doc(`${at}`, `${at % 3 === 0 ? "common" : ""} w${at * 7} two w${at}`),
    );
    const many = newCase({ M01: docs });
    mkdirSync(many.paths.searchLists, { recursive: true });
    for (const some of [words, words.slice(1, 9), ["two w5", "two w*"], ["w7 two", "w999"]]) {
      writeFileSync(join(many.paths.searchLists, "some.txt"), some.join("\n"));
      const each = some.map((word) => (word.endsWith("*") ? `"${word.slice(0, -1)}"*` : `"${word}"`));
      expect(paths(search(many, "terms:some"))).toEqual(paths(search(many, each.join(" OR "))));
    }
  });

  it("are refused with the line that is none", () => {
    const refused = (name: string, bytes: string | Uint8Array) => problem(() => readTermList(write(name, bytes), name));
    expect(refused("bad.txt", "good\n# remark\n---\n")).toContain(
      'in line 3 of bad.txt, at most with a * at its end, found "---"',
    );
    expect(refused("bad.txt", "in*ce")).toContain("line 1 of bad.txt");
    expect(refused("bad.txt", "x".repeat(1001))).toContain("line 1 of bad.txt");
    expect(refused("bad.txt", Buffer.from("a\nb\nstra\xdfe\n", "latin1"))).toContain(
      "line 3 of bad.txt; save the list as UTF-8",
    );
    expect(refused("bad.txt", "# only\n\n")).toContain("at least one entry");
    write("goods.txt", "cocaine");
    expect(problem(() => listFile(folder, "gods"))).toContain("which has bad, goods");
    expect(problem(() => listFile(folder, "/nowhere/x.txt"))).toContain("found none");
    expect(problem(() => search(held, "terms:gods"))).toContain("found none");
  });
});

describe("lists for queries", () => {
  it("are none of the watch-lists that processing reads", () => {
    expect(readdirSync(held.paths.searchLists)).toContain("goods.txt");
    expect(watchListsOf(held.paths, { lists: [] })).toEqual([]);
  });
});

describe("lists of hashes", () => {
  it("hold MD5, SHA-1 and SHA-256", () => {
    const [a, b, c] = [texts["a.txt"], texts["b.txt"], texts["c.txt"]] as [string, string, string];
    const lines = [
      "# seen",
      digestOf("md5", a).toUpperCase(),
      digestOf("sha1", b),
      ` ${digestOf("sha256", c)} `,
      "0".repeat(40),
    ];
    write("seen.txt", lines.join("\r\n"));
    const answer = search(held, "hash:@seen");
    expect(paths(answer)).toEqual(["M01/a.txt", "M01/b.txt", "M01/c.txt", "M02/copy.txt"]);
    expect(answer.lists).toMatchObject([{ kind: "hashes", name: "seen", lines: 5, entries: 4 }]);
    expect(answer.hits[0]).toMatchObject({ rule: "hash:@seen", field: "hash", snippet: null, matches: 1 });
    // A hit of another rule is not said to be one of the list.
    expect(search(held, "(hash:@seen OR cigarette) exhibit:M02").hits.map(({ field }) => field)).toEqual([
      "hash",
      "text",
    ]);
    expect(
      paths(search(held, `hash:@seen,${digestOf("md5", texts["cocaine/d.txt"] as string)} exhibit:M01`)),
    ).toHaveLength(4);
  });

  it("tell the rule for items whose content is not described, too", () => {
    const lost = doc("lost.bin", "lost", { status: "failed", reason: "encrypted" });
    const named = newCase({ M01: [{ ...lost, content: null }, doc("b.txt", "lost and found")] });
    mkdirSync(named.paths.searchLists, { recursive: true });
    writeFileSync(join(named.paths.searchLists, "lost.txt"), digestOf("sha256", "lost"));
    expect(search(named, "hash:@lost").hits).toMatchObject([
      { path: "M01/lost.bin", item: { content: null }, rule: "hash:@lost", field: "hash", matches: 1 },
    ]);
  });

  it("are refused with the line that is none", () => {
    const file = write("bad.txt", `${"a".repeat(32)}\n${"b".repeat(31)}\n`);
    expect(problem(() => readHashList(file, "bad"))).toContain("(32, 40 or 64 digits) in line 2 of bad.txt");
    expect(readHashList(write("ok.txt", `${"A".repeat(64)}\n`), "ok").hashes).toEqual(new Set(["a".repeat(64)]));
  });
});

describe("like:", () => {
  it("finds the item and what is like it, in every exhibit", () => {
    const answer = search(held, 'like:"M01/a.txt"');
    expect(paths(answer)).toEqual(["M01/a.txt", "M02/copy.txt"]);
    expect(answer.hits[0]).toMatchObject({ rule: 'like:"M01/a.txt"', field: "like", snippet: null });
    const id = answer.hits[0]?.item.id as string;
    expect(paths(search(held, `like:${id}`))).toEqual(paths(answer));
    expect(search(held, `like:${id} OR cigarette`).hits.map(({ field }) => field)).toEqual(["like", "like", "text"]);
    expect(problem(() => search(held, "like:M01/none"))).toContain("M01/none");
  });
});

describe("a session", () => {
  it("keeps no answer for a query that means something else", () => {
    const session = SearchSession.open(held, { scope: noScopeRules });
    const count = (text: string, options = {}) => session.ask(text, (answer) => answer.counts().items, options);
    write("goods.txt", "cocaine");
    expect(count("terms:goods")).toBe(4);
    write("goods.txt", "nothing");
    expect(count("terms:goods")).toBe(1);
    expect(count("cocaine")).toBe(4);
    expect(count("cocaine", { exactOnly: true })).toBe(1);
    session.close();
  });
});

describe("queries that are repeated", () => {
  const now = Date.parse("2019-06-15T10:00:00Z");
  it("mean the same on any day and without options", () => {
    expect(replayable("a Straße date:2019", { now })).toBe("a Straße date:2019");
    expect(replayable("a date:last-2d", { now })).toBe(
      '"a" AND date:2019-06-14T00:00:00.000Z..2019-06-15T23:59:59.999Z',
    );
    expect(replayable("Straße", { now, exactOnly: true })).toBe('exact:"Straße"');
    expect(replayable("exact:Straße type:pdf", { exactOnly: true })).toBe("exact:Straße type:pdf");
  });

  it("are checked for types in lists and groups, too", async () => {
    const { query } = readQuery(held, "ext:pdf,xyz type:(pdf OR text)");
    await expect(checkKnownValues(query)).resolves.toBeUndefined();
    await expect(checkKnownValues(readQuery(held, "a OR type:pdf,dpcx").query)).rejects.toThrow("did you mean docx?");
  });
});

describe("stems", () => {
  it("are missing for languages that can be named", () => {
    const many = newCase({
      M01: [
        doc("1", "ena", {}, { language: "el" }),
        doc("2", "two", {}, { language: "en" }),
        doc("3", "x", {}, { language: null }),
      ],
    });
    const reader = WorkFileReader.open(many.paths.items("M01"));
    expect(languagesWithoutStems(reader)).toEqual(["el"]);
    reader.close();
  });
});
