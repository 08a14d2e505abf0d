import { describe, expect, it } from "vitest";
import { carvedGroups, identifierGroups, watchedGroups } from "../../../src/case/found-figures.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import type { CustodyContent } from "../../../src/report/content.ts";
import { loadFound } from "../../../src/report/load-found.ts";
import { renderFound } from "../../../src/report/render-found.ts";
import type { EntityRow } from "../../../native-free/model/item.ts";
import { finding } from "../../../native-free/model/findings.ts";
import { doc, newCase } from "../../fixtures/searched-case.ts";

const entity = (kind: string, value: string, quality: EntityRow["quality"]): EntityRow => ({
  ...{ kind, value, quality, block: 0, offset: 0, length: 4 },
});

const rows = [
  entity("iban", "DE1", "valid"),
  entity("iban", "DE1", "valid"),
  entity("iban", "DE2", "invalid-check"),
  entity("container", "CSQU3054383", "pattern"),
  entity("watchlist-cites", "ivory", "pattern"),
  entity("watchlist-cites", "ivory", "pattern"),
  entity("watchlist-cites", "<b>teak</b>", "pattern"),
];

const text = "x".repeat(20);
const plain = doc("a.txt", text);
const withEntities = {
  ...plain,
  content: { ...plain.content!, row: { ...plain.content!.row, entities: rows } },
};
const carved = (name: string, code?: "carving/truncated" | "carving/fragment") => {
  const made = doc(name, `${name}${text}`);
  return {
    ...made,
    item: { ...made.item, origin: "carved" as const, size: 10, findings: code ? [finding(code)] : [] },
  };
};

const theCase = newCase({
  M01: [withEntities, carved("jpeg-1.jpg"), carved("jpeg-2.jpg", "carving/truncated"), carved("x", "carving/fragment")],
});

describe("what was found by its form", () => {
  it("is counted by type, kind, quality and list", () => {
    const reader = WorkFileReader.open(theCase.paths.items("M01"));
    const [group] = carvedGroups(reader);
    expect(group).toMatchObject({ complete: 1, truncated: 1, fragment: 1, inPieces: 0, bytes: 30 });
    expect(identifierGroups(reader)).toEqual([
      { kind: "container", values: 1, items: 1, finds: { valid: 0, "valid-check": 0, pattern: 1, "invalid-check": 0 } },
      { kind: "iban", values: 2, items: 1, finds: { valid: 2, "valid-check": 0, pattern: 0, "invalid-check": 1 } },
    ]);
    expect(watchedGroups(reader, 1)).toEqual([
      { list: "cites", finds: 3, terms: 2, items: 1, first: [{ term: "ivory", finds: 2 }] },
    ]);
    reader.close();
  });

  it("stands in the report with every list, and without values of identifiers", () => {
    const lists = ["cites", "drugs"].map((id) => ({ id, version: "1.0", sha256: "ab".repeat(32) }));
    const found = loadFound(theCase, "M01", { watchLists: lists });
    const content = { exhibits: [{ intake: { label: "M01" }, found }] } as unknown as CustodyContent;
    const { markup } = renderFound(content)!;
    expect(markup).toContain("IBAN");
    for (const part of ["ivory (2)", "drugs", "&lt;b&gt;teak", "version 1.0"]) expect(markup).toContain(part);
    expect(markup).not.toContain("DE1");
    expect(markup).not.toContain("<b>");
  });

  it("is left out where nothing was processed", () => {
    const content = { exhibits: [{ intake: { label: "M01" }, found: null }] } as unknown as CustodyContent;
    expect(renderFound(content)).toBeNull();
  });
});
