import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Case } from "../../../src/case/case-folder.ts";
import type { AppliedList } from "../../../src/case/watch-store.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { applyTo } from "../../fixtures/apply-list.ts";
import { doc, newCase, paths, search } from "../../fixtures/searched-case.ts";
import { appliedIn, listText, storedHits, storedPlaces } from "../../fixtures/watched-case.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-apply-"));
const list = join(folder, "goods.txt");
const dying = fileURLToPath(new URL("../../fixtures/watch-and-die.ts", import.meta.url));
/** Six tasks of contents, one of items. */
const docs = Array.from({ length: 700 }, (_, at) =>
  doc(`folder:/lot ${at % 9}/f${at}.txt`, `ivory ${at} lot ${at} seal`),
);
let whole: Case;
let expected: ReturnType<typeof resultOf>;

const workFile = ({ paths: { items } }: Case) => items("M01");
const resultOf = (theCase: Case) => ({
  hits: storedHits(theCase, "M01", "goods"),
  places: storedPlaces(theCase, "M01", "goods"),
  list: withoutTimes(appliedIn(theCase, "M01")),
});
const withoutTimes = (lists: readonly AppliedList[]) =>
  lists.map(({ started: _started, finished, ...rest }) => ({ ...rest, ended: finished !== null }));

/** Another case with the same work file, to which nothing is applied. */
function copy(): Case {
  const other = newCase({ M01: [] });
  for (const end of ["", "-wal", "-shm"]) rmSync(`${workFile(other)}${end}`, { force: true });
  cpSync(join(folder, "items.db"), workFile(other));
  return other;
}

beforeAll(async () => {
  writeFileSync(list, listText("goods", ["word ivory", "regex /lot \\d+/", "word nothing"]));
  whole = newCase({ M01: docs });
  cpSync(workFile(whole), join(folder, "items.db"));
  await applyTo(workFile(whole), list);
  expected = resultOf(whole);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("applying a list", () => {
  it("finds every hit", () => {
    expect(expected.hits).toHaveLength(1400);
    expect(expected.places).toHaveLength(700);
    expect(expected.list).toMatchObject([{ list: "goods", ended: true, cut: 0, contents: 700, items: 700 }]);
  });

  it.each([1, 3, 6])("killed after task %i, goes on where it was and comes to the same", async (tasks) => {
    const theCase = copy();
    const flags = process.execArgv.filter((flag) => flag === "--no-addons");
    const died = spawnSync(process.execPath, [...flags, dying, workFile(theCase), list, String(tasks)]);
    expect(died.signal).toBe("SIGKILL");
    const [before] = appliedIn(theCase, "M01");
    expect(before).toMatchObject({ finished: null, contents: Math.min(700, tasks * 128) });
    let left = 0;
    await applyTo(workFile(theCase), list, { onProgress: () => (left += 1) });
    expect(left).toBe(7 - tasks);
    expect(resultOf(theCase)).toEqual(expected);
  });

  it("stopped, says so with exit 4, goes on and comes to the same; on threads, too", async () => {
    for (const workers of [0, 2]) {
      const theCase = copy();
      const stop = new AbortController();
      const stopped = applyTo(workFile(theCase), list, {
        workers,
        signal: stop.signal,
        onProgress: () => stop.abort(),
      });
      const error: unknown = await stopped.catch((reason: unknown) => reason);
      expect(isOperatorError(error) && [error.code, error.exit]).toEqual(["watch/interrupted", 4]);
      expect(appliedIn(theCase, "M01")[0]?.finished).toBeNull();
      await applyTo(workFile(theCase), list, { workers });
      expect(resultOf(theCase)).toEqual(expected);
    }
  });

  it("of which another text was begun, begins anew", async () => {
    const theCase = copy();
    const other = join(folder, "other.txt");
    writeFileSync(other, listText("goods", ["word seal"]));
    const stop = new AbortController();
    const stopped = applyTo(workFile(theCase), other, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow("Stopped");
    await applyTo(workFile(theCase), list);
    expect(resultOf(theCase)).toEqual(expected);
  });

  it("of 100,000 terms finds those that are there", async () => {
    const theCase = copy();
    const big = join(folder, "big.txt");
    const words = Array.from({ length: 99_998 }, (_, at) => `word term${at.toString(36)}x`);
    writeFileSync(big, listText("goods", [...words, "word seal", "phrase ivory 77 lot"]));
    const [applied] = await applyTo(workFile(theCase), big);
    expect(applied).toMatchObject({ entries: 100_000 });
    expect(paths(search(theCase, "entity:watchlist-goods:seal"))).toHaveLength(50);
    expect(paths(search(theCase, 'entity:"watchlist-goods:ivory 77 lot"'))).toEqual(["M01/folder:/lot 5/f77.txt"]);
    expect(storedHits(theCase, "M01", "goods")).toHaveLength(701);
  });
});
