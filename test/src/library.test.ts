/** The library as a laboratory uses it: every question is in the journal, with who asked. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { login } from "../../src/custody/session.ts";
import { SearchDesk, type Hit } from "../../src/library.ts";
import { acquireTestFolder, openTestCase, processTestExhibit } from "../fixtures/case-desk.ts";
import { journalBodies } from "../fixtures/journal-bodies.ts";

const base = mkdtempSync(join(tmpdir(), "vestige-library-"));
const source = join(base, "source");
const entriesOf = () => journalBodies(join(base, "case"));
let desk: SearchDesk | undefined;
const asked = () => desk as SearchDesk;

beforeAll(async () => {
  mkdirSync(source);
  for (let at = 0; at < 5; at += 1)
    writeFileSync(join(source, `note ${at}.txt`), `Quillwort delivery ${"x".repeat(at)}`);
  const opened = await openTestCase(base);
  await acquireTestFolder(opened, source);
  await processTestExhibit(opened);
  vi.stubEnv("VESTIGE_HOME", join(base, "home"));
  vi.stubEnv("XDG_RUNTIME_DIR", join(base, "run"));
  login(opened.journal, opened.signer, 1);
  opened.journal.close();
  desk = await SearchDesk.open(join(base, "case"), { officer: "Test Officer" });
}, 60_000);
afterAll(() => {
  desk?.close();
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

describe("a desk", () => {
  it("gives pages with counts and facets, and records the question first", () => {
    const size = { by: "size", descending: true } as const;
    const first = asked().search("quillwort", { limit: 2, sort: size, facets: ["type", "extension"] });
    expect(first.hits.map(({ item }) => item.name.text)).toEqual(["note 4.txt", "note 3.txt"]);
    expect(first.counts).toMatchObject({ items: 5, contents: 5, outOfScope: 0 });
    expect(first.facets[1]).toMatchObject({ name: "extension", values: [{ value: "txt", items: 5 }] });
    const second = asked().search("quillwort", { limit: 2, sort: size, after: first.next });
    expect(second.hits.map(({ item }) => item.name.text)).toEqual(["note 2.txt", "note 1.txt"]);
    const entry = entriesOf().at(-2);
    expect(entry).toMatchObject({
      act: "search",
      details: {
        query: "quillwort",
        items: 5,
        shown: 2,
        sort: "-size",
        facets: ["type", "extension"],
        output: "library",
      },
    });
  });

  it("counts, goes through all hits and exports them", () => {
    expect(asked().count("quillwort -name:4")).toMatchObject({ items: 4 });
    expect(entriesOf().at(-1)).toMatchObject({ act: "search", details: { output: "count", items: 4, shown: 0 } });
    const seen: Hit[] = [];
    expect(asked().each("quillwort", (hit) => seen.push(hit) < 3)).toBe(3);
    expect(entriesOf().at(-1)).toMatchObject({ act: "search", details: { output: "library", limit: 5, shown: 5 } });
    expect(seen.map(({ snippet }) => snippet?.match)).toEqual(["Quillwort", "Quillwort", "Quillwort"]);
    const written = asked().export("quillwort", join(base, "hits.csv"), "csv");
    expect(written.hits).toBe(5);
    expect(entriesOf().at(-1)).toMatchObject({
      act: "search",
      details: { shown: 5, exported: { sha256: written.sha256, hits: 5 } },
    });
  });

  it("tells the events of what a query finds", () => {
    const kinds: string[] = [];
    const counts = asked().timeline({ query: "name:4", kinds: ["m"] }, ({ kind }) => kinds.push(kind));
    expect([counts.events, kinds]).toEqual([1, ["m"]]);
    expect(entriesOf().at(-1)).toMatchObject({ act: "timeline", details: { query: "name:4", events: 1 } });
  });

  it("refuses in one sentence, and records nothing", () => {
    const before = entriesOf().length;
    expect(() => asked().search("(quillwort")).toThrow("expected a )");
    expect(() => asked().export("quillwort", join(base, "hits.csv"), "csv")).toThrow("is not replaced");
    expect(entriesOf().length).toBe(before);
  });
});
