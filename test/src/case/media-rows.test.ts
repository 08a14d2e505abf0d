/** What only images bring into a work file: extents, and bytes that are a file here and free space there. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { PreparedContent } from "../../../native-free/model/prepared.ts";
import { digestWorkFile } from "../../../src/case/digest.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { itemRow, preparedBlock, preparedContent } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-media-rows-"));
afterAll(() => rmSync(folder, { recursive: true }));

const text = "words that a reader makes much of";
const full = preparedContent(text, { fields: [{ name: "title", value: "t", source: "s" }] });
const strings: PreparedContent = {
  ...preparedContent(text, { textKind: "strings", type: "unknown" }, [
    preparedBlock(0, "words"),
    preparedBlock(1, "much"),
  ]),
  treatment: "strings",
};
const typed: PreparedContent = { ...preparedContent(text, { textKind: "none" }, []), treatment: "typed" };

function digestAfter(name: string, contents: readonly PreparedContent[]) {
  const file = join(folder, `${name}.db`);
  const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "ab".repeat(32) });
  writer.recover();
  writer.plan([{ key: "u", order: 0, path: "p", size: 1 }]);
  writer.addItems("u", [itemRow("p", text), itemRow("q", text)]);
  const stored = contents.map((content) => writer.addContent(content));
  writer.finishUnit({ key: "u", items: 2, status: "done", reason: null });
  writer.close();
  const reader = WorkFileReader.open(file);
  const { digest } = digestWorkFile(reader, "M01");
  const hits = reader.select<{ rowid: number }>("SELECT rowid FROM fts_text WHERE fts_text MATCH 'much'").length;
  const kinds = [...reader.items()].map(({ content }) => content?.textKind);
  reader.close();
  return { digest, stored, hits, kinds };
}

describe("bytes that are met in several ways", () => {
  const expected = digestAfter("full", [full]);

  it.each([
    ["as free space first", [strings, full], [true, true]],
    ["as free space later", [full, strings], [true, false]],
    ["in every way", [typed, strings, full, typed], [true, true, true, false]],
  ] as const)("count as the file that they are, %s", (name, contents, stored) => {
    const result = digestAfter(name.replaceAll(" ", "-"), contents);
    expect(result).toEqual({ ...expected, stored });
    expect(result).toMatchObject({ hits: 1, kinds: ["text", "text"] });
  });

  it("keep what was made of them where they are no file", () => {
    const result = digestAfter("strings", [strings, typed]);
    expect(result).toMatchObject({ stored: [true, false], kinds: ["strings", "strings"] });
    expect(result.digest).not.toBe(expected.digest);
  });
});

describe("extents", () => {
  it("are kept in order, count for the digest, and go with their unit", () => {
    const file = join(folder, "extents.db");
    const extents = [
      { start: 4096, length: 512, kind: "data", state: "intact" },
      { start: null, length: 100, kind: "missing", state: "overwritten" },
    ] as const;
    const writer = WorkFileWriter.open(file, { exhibit: "M01", profile: "ab".repeat(32) });
    writer.recover();
    writer.plan([{ key: "u", order: 0, path: "p", size: 1 }]);
    writer.addItems("u", [itemRow("p", null, { extents })]);
    writer.finishUnit({ key: "u", items: 1, status: "done", reason: null });
    expect(writer.counts()).toMatchObject({ emptyUnits: 0 });
    writer.plan([{ key: "v", order: 1, path: "p#slack", size: 77 }]);
    writer.finishUnit({ key: "v", items: 0, status: "done", reason: null });
    expect(writer.counts()).toMatchObject({ emptyUnits: 1, emptyBytes: 77 });
    writer.close();
    const reader = WorkFileReader.open(file);
    expect([...reader.items()].map((item) => reader.full(item).extents)).toEqual([extents]);
    expect([...reader.fullItemsById()].map((item) => item.extents)).toEqual([extents]);
    reader.close();
  });
});
