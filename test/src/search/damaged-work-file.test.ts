import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { digestCase } from "../../../src/case/digest.ts";
import { itemGroups, itemsToList } from "../../../src/case/report-figures.ts";
import { openDatabase } from "../../../src/case/sqlite.ts";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { randomOf } from "../../fixtures/evidence-folder.ts";
import { doc, newCase, search } from "../../fixtures/searched-case.ts";

const docs = Array.from({ length: 150 }, (_, at) =>
  doc(`folder ${at % 7}/file ${at}.txt`, `invoice ${at} `.repeat(90)),
);

/** What stops `work`: the code of an OperatorError, null for nothing; anything else is thrown on. */
function refusal(work: () => unknown): { code: string; message: string } | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!isOperatorError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

describe("a damaged work file", () => {
  const theCase = newCase({ M01: docs });
  const file = theCase.paths.items("M01");
  const sound = readFileSync(file);

  it("is named in one sentence wherever the damage lies, by search, digest and what reports read", () => {
    const said = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const next = randomOf(seed);
      const bytes = Buffer.from(sound);
      const start = 4096 + Math.floor(next() * (bytes.length - 4096 - 3000));
      // Few bytes are the harder case: SQLite reads on and hands out values of another kind.
      const length = seed % 2 === 0 ? 3000 : 1 + (seed % 12);
      for (let at = start; at < start + length; at++) bytes[at] = Math.floor(next() * 256);
      writeFileSync(file, bytes);
      const works = [
        () => search(theCase, "invoice"),
        () => digestCase(theCase),
        () => {
          const reader = WorkFileReader.open(file);
          try {
            itemGroups(reader);
            for (const { findings } of itemsToList(reader)) expect(findings).toBeInstanceOf(Array);
          } finally {
            reader.close();
          }
        },
      ];
      for (const work of works) {
        const found = refusal(work);
        if (found) said.add(`${found.code} ${found.message}`);
      }
    }
    writeFileSync(file, sound);
    expect([...said]).toEqual([
      `case/work-file-damaged Expected a readable work file, found a damaged one: ${file}; delete its folder ${dirname(file)} and run vestige process: it is rebuilt from the evidence, which is not touched.`,
    ]);
    expect(search(theCase, "invoice").counts.items).toBe(150);
  });

  it("is named where the contents of a group are no whole numbers", () => {
    const other = newCase({ M01: [doc("a.txt", "word")] });
    const database = openDatabase(other.paths.items("M01"));
    database.exec("INSERT INTO content_group (name, value, contents) VALUES ('entity', 'iban', x'010203')");
    database.close();
    expect(refusal(() => search(other, "entity:iban"))?.code).toBe("case/work-file-damaged");
  });

  it("is not taken for an absent one where it cannot be looked at", () => {
    const other = newCase({ M01: [doc("a.txt", "word")] });
    const folder = dirname(other.paths.items("M01"));
    rmSync(folder, { recursive: true });
    expect(search(other, "word").notSearched.exhibits).toEqual(["M01"]);
    // A link to itself refuses to be entered, also for an administrator, whom no access right stops.
    symlinkSync(folder, folder);
    expect(refusal(() => search(other, "word"))?.code).toBe("case/unreadable");
    expect(refusal(() => digestCase(other))?.code).toBe("case/unreadable");
  });
});
