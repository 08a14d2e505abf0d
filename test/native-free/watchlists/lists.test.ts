/** The lists that ship: each is sound, and finds what its test file says, in text and in raw bytes. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fold } from "../../../native-free/model/fold.ts";
import { parseWatchList } from "../../../native-free/watchlists/parse-list.ts";
import type { WatchEntry, WatchList } from "../../../native-free/watchlists/watch-list.ts";
import { compileWatchLists, type WatchMatcher } from "../../../native-free/watchlists/watch-matcher.ts";
import { readLists, shippedLists } from "../../../src/scan/read-lists.ts";
import { findRaw } from "../../fixtures/raw-terms.ts";

interface Expected {
  readonly hits: readonly { readonly text: string; readonly entries: readonly string[] }[];
  readonly nonHits: readonly string[];
}

const expectedFolder = new URL("./expected/", import.meta.url);
const lists = readLists([shippedLists()]).map(({ list }) => list);
const matchers = new Map<string, WatchMatcher>(lists.map((list) => [list.id, compileWatchLists([list])]));
const expectedOf = (id: string): Expected =>
  JSON.parse(readFileSync(new URL(`${id}.json`, expectedFolder), "utf8")) as Expected;

function entriesIn(matcher: WatchMatcher, text: string): string[] {
  const found = new Set<string>();
  matcher.findInText(text, (hit) => {
    expect(text.slice(hit.from, hit.to)).toBe(hit.text);
    found.add((matcher.entries[hit.entry] as WatchEntry).text);
  });
  return [...found].sort();
}

/** What makes two entries find the same. */
function keyOf({ mode, text, flags }: WatchEntry): string {
  if (mode === "regex") return `${mode} ${flags} ${text}`;
  if (mode === "code" || mode === "tariff") return `${mode} ${text.replaceAll(/[^a-z0-9]/gi, "").toLowerCase()}`;
  return `${mode} ${fold(text)}`;
}

/** The check digit of a CAS number: the digits from the right, times 1, 2, 3 …, modulo 10. */
function casCheck(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, index) => sum + Number(digit) * (index + 1), 0) % 10;
}

describe("shipped watch-lists", () => {
  it("are there, each with a test file, and no test file is left over", () => {
    const ids = lists.map(({ id }) => id).sort();
    expect(ids.length).toBeGreaterThanOrEqual(7);
    expect(readdirSync(expectedFolder).sort()).toEqual(ids.map((id) => `${id}.json`));
    expect(
      readdirSync(shippedLists())
        .filter((name) => name.endsWith(".txt"))
        .sort(),
    ).toEqual(ids.map((id) => `${id}.txt`));
  });

  describe.each(lists.map((list): [string, WatchList] => [list.id, list]))("%s", (id, list) => {
    const matcher = matchers.get(id) as WatchMatcher;
    const { hits, nonHits } = expectedOf(id);

    it("says where it comes from and under which licence", () => {
      expect(list.licence).toBe("Apache-2.0");
      expect(list.sources.length).toBeGreaterThan(0);
      expect(list.notes.length).toBeGreaterThan(0);
      expect(list.entries.filter(({ category }) => category === "")).toEqual([]);
      expect(new Set(list.entries.flatMap(({ languages }) => languages)).size).toBeGreaterThanOrEqual(20);
    });

    it("holds nothing twice, and CAS numbers with right check digits", () => {
      const keys = list.entries.map(keyOf);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
      const wrong = list.entries.filter(({ mode, text }) => {
        const parts = mode === "code" ? /^(\d{2,7})-(\d\d)-(\d)$/.exec(text) : null;
        return parts !== null && casCheck(`${parts[1]}${parts[2]}`) !== Number(parts[3]);
      });
      expect(wrong).toEqual([]);
    });

    it("finds each entry where it stands alone", () => {
      const silent = list.entries.filter((entry) => {
        if (entry.mode === "regex") return false;
        const text = entry.mode === "tariff" ? `HS ${entry.text}` : entry.text;
        return !entriesIn(matcher, `x ${text} x`).includes(entry.text);
      });
      expect(silent.map(({ text }) => text)).toEqual([]);
    });

    it.each(hits.map(({ text, entries }): [string, readonly string[]] => [text, entries]))(
      "finds in %j",
      (text, entries) => {
        expect(entries.length).toBeGreaterThan(0);
        expect(entriesIn(matcher, text)).toEqual([...entries].sort());
      },
    );

    it.each(nonHits.map((text): [string] => [text]))("finds nothing in %j", (text) => {
      expect(entriesIn(matcher, text)).toEqual([]);
    });

    it("finds the same in raw bytes, but for what has no pattern", () => {
      const textOnly = new Set(matcher.notInRawBytes().map(({ entry }) => (matcher.entries[entry] as WatchEntry).text));
      for (const { text, entries } of hits) {
        const wanted = entries.filter((entry) => !textOnly.has(entry)).sort();
        for (const encoding of ["utf-8", "utf-16le", "utf-16be"] as const) {
          const found = findRaw(matcher, text, encoding).map(
            ({ entry }) => (matcher.entries[entry] as WatchEntry).text,
          );
          expect([encoding, text, [...new Set(found)].sort()]).toEqual([encoding, text, wanted]);
        }
      }
    });
  });

  it("are refused as soon as one line is wrong", () => {
    const [file] = readdirSync(shippedLists()).filter((name) => name.endsWith(".txt"));
    const text = readFileSync(`${shippedLists()}/${file}`, "utf8");
    expect(parseWatchList(`${text}\nwort Elfenbein\n`, "x").list).toBeNull();
  });
});
