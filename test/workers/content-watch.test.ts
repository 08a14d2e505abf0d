import { describe, expect, it } from "vitest";
import { textBlockChars } from "../../native-free/model/prepared.ts";
import { ContentWatch } from "../../workers/content-watch.ts";
import { noiseOf } from "../fixtures/carving/layouts.ts";
import { examineBytes } from "../fixtures/examined.ts";
import { listText } from "../fixtures/watched-case.ts";

const list = `id: goods
version: 1.0
date: 2026-11-22
title: Goods
language: en
word cigarette
code 103-79-7
regex /lot no\\. \\d{6}/i
`;
const watch = new ContentWatch([{ name: "goods.txt", text: list }]);

async function found(name: string, bytes: Uint8Array, more: Parameters<typeof examineBytes>[2] = {}) {
  const { contents } = await examineBytes(name, bytes, { watch, ...more });
  return contents[0]!.row.entities.filter(({ kind }) => kind.startsWith("watchlist-"));
}

describe("watch-lists in what is examined", () => {
  it("are looked for in text, the value being the entry, or what a regex matched", async () => {
    const text = "Cigarette papers, Lot No. 123456, CAS 103 79 7, zigarette";
    expect(await found("a.txt", Buffer.from(text))).toMatchObject([
      { kind: "watchlist-goods", value: "cigarette", quality: "pattern", block: 0, offset: 0, length: 9 },
      { value: "103-79-7", offset: text.indexOf("103"), length: 8 },
      { value: "Lot No. 123456", offset: text.indexOf("Lot") },
    ]);
  });

  it("are told once where blocks of text overlap", async () => {
    const text = `${"some words ".repeat(textBlockChars / 11)}cigarette `.repeat(3);
    expect(await found("a.txt", Buffer.from(text))).toHaveLength(3);
  });

  it("are no halves of words with which a block of text begins, and none is lost there", async () => {
    const lines = Array.from({ length: 95_000 }, (_, n) => `CSQU3${String(n).padStart(6, "0")}`);
    const text = listText("codes", ["regex /\\b[0-9]+\\b/", "regex /\\bCSQU3087[0-9]{3}\\b/"]);
    const watch = new ContentWatch([{ name: "codes.txt", text }]);
    const hits = await found("a.txt", Buffer.from(lines.join("\n")), { watch });
    expect(hits.map(({ value }) => value).sort()).toEqual(lines.filter((line) => line.startsWith("CSQU3087")));
  });

  it("are looked for in raw bytes, and their regexes in the strings of these", async () => {
    const wide = Buffer.from(" a cigarette for you ", "utf16le");
    const bytes = Buffer.concat([
      noiseOf(3000, 1),
      wide,
      noiseOf(500, 2),
      Buffer.from(" lot no. 654321 "),
      noiseOf(3000, 3),
    ]);
    const hits = await found("x.bin", bytes);
    expect(hits).toContainEqual(expect.objectContaining({ value: "cigarette", block: null, offset: 3006, length: 18 }));
    expect(hits).toContainEqual(expect.objectContaining({ value: "lot no. 654321", block: 0 }));
    expect(hits).toHaveLength(2);
  });

  it("are looked for where identifiers are not, and not at all without a list", async () => {
    const bytes = Buffer.from("a cigarette, DE89370400440532013000");
    expect((await found("a.txt", bytes)).map(({ value }) => value)).toEqual(["cigarette"]);
    expect(await found("a.txt", bytes, { watch: null })).toEqual([]);
  });
});
