import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireFolder } from "../../../../src/acquire/folder/acquire-folder.ts";
import { freshFolder, writeMixedEvidence } from "../../../fixtures/evidence-folder.ts";

const base = freshFolder("resume");
const source = `${base}/source`;
const manifest = `${base}/files.jsonl`;
const partial = `${manifest}.partial`;
let whole = Buffer.alloc(0);

beforeAll(async () => {
  writeMixedEvidence(source, 300);
  // Without native calls the first listing moves the folders' access times; later ones do not.
  readdirSync(source, { recursive: true });
  await acquire();
  whole = readFileSync(manifest);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

async function acquire(signal = new AbortController().signal, workers = 2) {
  rmSync(manifest, { force: true });
  return acquireFolder({ source, manifest, workers, signal, onProgress: () => undefined });
}

describe("an interrupted acquisition", () => {
  it("keeps what it has when it is stopped, and continues to the same bytes", async () => {
    const stop = new AbortController();
    rmSync(manifest, { force: true });
    const stopped = await acquireFolder({
      source,
      manifest,
      workers: 1,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(stopped.facts).toBeNull();
    expect(existsSync(manifest)).toBe(false);
    const resumed = await acquire();
    expect(resumed.resumedEntries).toBeGreaterThan(0);
    expect(readFileSync(manifest).equals(whole)).toBe(true);
  });

  it("gives up a long file when it is stopped", async () => {
    const long = `${base}/long`;
    mkdirSync(long);
    // Sparse: takes no space and minutes to hash.
    writeFileSync(`${long}/huge`, "");
    truncateSync(`${long}/huge`, 400e9);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const begun = performance.now();
    const { facts } = await acquireFolder({
      source: long,
      manifest: `${base}/long.jsonl`,
      workers: 1,
      signal: stop.signal,
      onProgress: () => undefined,
    });
    expect(facts).toBeNull();
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  it("comes to the same bytes from every kind of torn end", async () => {
    const lineEnds = [...whole.keys()].filter((at) => whole[at] === 10).map((at) => at + 1);
    const cuts = [
      0,
      1,
      lineEnds[0],
      lineEnds[0] - 1,
      lineEnds[5] + 17,
      lineEnds.at(-2) as number,
      whole.length - 1,
      whole.length,
    ];
    for (const cut of cuts) {
      writeFileSync(partial, whole.subarray(0, cut));
      const { facts, resumedEntries } = await acquire();
      expect(readFileSync(manifest).equals(whole), `cut at ${cut}`).toBe(true);
      expect(resumedEntries).toBe(lineEnds.filter((end) => end <= cut).length);
      expect(facts?.lines).toBe(lineEnds.length);
    }
  });

  it("reads again what changed meanwhile, and everything after it", async () => {
    writeFileSync(partial, whole);
    appendFileSync(`${source}/d2/f50.bin`, "later");
    const { resumedEntries, totals } = await acquire();
    expect(resumedEntries).toBeLessThan(totals.entries);
    const line = readFileSync(manifest, "utf8")
      .split("\n")
      .find((text) => text.includes("d2/f50.bin"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ size: 505, status: "done" });
    truncateSync(`${source}/d2/f50.bin`, 500);
  });

  it("gives the same lines from one thread and from four", async () => {
    await acquire(undefined, 1);
    const one = readFileSync(manifest);
    await acquire(undefined, 4);
    expect(readFileSync(manifest).equals(one)).toBe(true);
  });
});
