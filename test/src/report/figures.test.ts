import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ItemGroup } from "../../../src/case/report-figures.ts";
import type { Entry } from "../../../src/custody/entry.ts";
import { completenessOf, joinCompleteness } from "../../../src/report/completeness.ts";
import { fileStates, reportBounds } from "../../../src/report/content.ts";
import { html, evidence } from "../../../src/report/html.ts";
import { extractJournal } from "../../../src/report/journal-extract.ts";
import { share, strip } from "../../../src/report/render-parts.ts";
import { visible } from "../../../src/report/visible-text.ts";
import { cssString } from "../../../src/report/report-style.ts";

const groups: fc.Arbitrary<ItemGroup> = fc.record({
  kind: fc.constantFrom("file", "directory", "symlink", "special"),
  inside: fc.boolean(),
  status: fc.constantFrom("done", "partial", "failed", "skipped"),
  reason: fc.constantFrom(null, "damaged", "rule"),
  typeUnknown: fc.boolean(),
  undescribed: fc.boolean(),
  items: fc.integer({ min: 1, max: 1000 }),
  bytes: fc.integer({ min: 0, max: 2 ** 40 }),
});

const sumOf = (list: readonly { items: number; bytes: number }[]) =>
  list.reduce((sum, { items, bytes }) => ({ items: sum.items + items, bytes: sum.bytes + bytes }), {
    items: 0,
    bytes: 0,
  });

describe("completeness", () => {
  it("puts every item in exactly one place, in any case", () => {
    fc.assert(
      fc.property(fc.array(groups, { maxLength: 30 }), (list) => {
        const result = completenessOf(list, null);
        const files = list.filter(({ kind, inside }) => kind === "file" && !inside);
        expect(sumOf(fileStates.map((state) => result.files[state]))).toEqual(sumOf(files));
        expect(result.filesTotal).toEqual(sumOf(files));
        expect(result.insideTotal).toEqual(sumOf(list.filter(({ kind, inside }) => kind === "file" && inside)));
        const others = result.others.reduce((sum, { items }) => sum + items, 0);
        expect(others).toBe(sumOf(list.filter(({ kind }) => kind !== "file")).items);
        expect(sumOf(result.why)).toEqual(sumOf(list.filter(({ status }) => status !== "done")));
      }),
    );
  });

  it("compares with the manifest, and joins exhibits without losing anything", () => {
    const group = (items: number): ItemGroup => ({
      kind: "file",
      inside: false,
      status: "done",
      reason: null,
      typeUnknown: false,
      undescribed: false,
      items,
      bytes: items,
    });
    const short = completenessOf([group(3)], { items: 5, bytes: 9 });
    expect(short.files.pending).toEqual({ items: 2, bytes: 6 });
    expect(short.addsUp).toBe(true);
    const long = completenessOf([group(7)], { items: 5, bytes: 7 });
    expect(long.addsUp).toBe(false);
    const both = joinCompleteness([short, long]);
    expect(both.filesTotal).toEqual({ items: 12, bytes: 16 });
    expect(both.manifestFiles).toEqual({ items: 10, bytes: 16 });
    expect(both.addsUp).toBe(false);
  });
});

describe("the journal extract", () => {
  const entry = (seq: number, act: string, details: Entry["body"]["details"]) =>
    ({
      body: { seq, act, phase: "event", utc: "u", officer: "o", exhibit: null, details },
      hash: "h",
    }) as unknown as Entry;

  it("keeps the first and the last and counts what it leaves out", () => {
    const { journalFirst, journalLast } = reportBounds;
    const all = Array.from({ length: 1000 }, (_, seq) => entry(seq, "search", { query: "x".repeat(seq) }));
    const { journal } = extractJournal(all, 899);
    expect(journal.entries).toBe(900);
    expect(journal.first.map(({ seq }) => seq)).toEqual(Array.from({ length: journalFirst }, (_, seq) => seq));
    expect(journal.last.at(0)?.seq).toBe(900 - journalLast);
    expect(journal.last.at(-1)?.seq).toBe(899);
    expect(journal.omitted).toBe(900 - journalFirst - journalLast);
    expect(Math.max(...journal.last.map(({ summary }) => summary.length))).toBeLessThan(320);
  });

  it("takes the last self-test, also one within another act", () => {
    const all = [
      entry(0, "selftest", { ok: true }),
      entry(1, "process", { selfTest: { ok: false } }),
      entry(2, "search", {}),
    ];
    expect(extractJournal(all, 2).selfTest).toEqual({ ok: false });
    expect(extractJournal(all, 0).selfTest).toEqual({ ok: true });
  });
});

describe("markup", () => {
  it("holds any text as text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const { markup } = html`<td title="${text}">${evidence(text)}</td>`;
        const inner = markup.replaceAll(/<\/?(?:td|bdi|b)(?: (?:class|title)="[^"]*")?>/g, "");
        expect(inner).not.toMatch(/[<>"'`]/);
        // eslint-disable-next-line no-control-regex
        expect(markup).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(visible(visible(text))).toBe(visible(text));
        expect(cssString(text)).toMatch(/^"(?:[A-Za-z0-9 ._:,()…-]|\\[0-9a-f]{6})*"$/);
      }),
    );
  });

  it("never rounds a share to nothing or to everything", () => {
    expect([share(0, 0), share(0, 9), share(9, 9), share(1, 1e9), share(1e9 - 1, 1e9), share(1, 3)]).toEqual([
      "0 %",
      "0 %",
      "100 %",
      "< 0.1 %",
      "99.9 %",
      "33.3 %",
    ]);
  });

  it("draws a part for every state that exists, however small", () => {
    const none = { items: 0, bytes: 0 };
    const states = {
      read: { items: 1e6, bytes: 1 },
      "not-understood": none,
      partial: none,
      failed: { items: 1, bytes: 1 },
      skipped: none,
      pending: none,
    };
    const { markup } = strip(states, { items: 1e6 + 1, bytes: 2 }, "items", "files");
    expect(markup.match(/<rect/g)?.length).toBe(3);
    expect(markup).toContain("Failed &lt; 0.1 %");
  });
});
