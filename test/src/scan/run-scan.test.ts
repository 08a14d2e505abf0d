/** A scan over threads: the same in the same order with any number of them, nothing twice at the borders of windows. */
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mediumOf } from "../../../native-free/layers/resolve.ts";
import { ScanRun, type ScanTotals } from "../../../src/scan/run-scan.ts";
import { listMedium, partsOfFolder, partsOfListing, type PlannedPart } from "../../../src/scan/scan-plan.ts";
import type { ScanThreadData, ScanWanted } from "../../../src/scan/scan-job.ts";
import type { ScanScope } from "../../../src/scan/scan-scopes.ts";
import { findImage, openFoundImage } from "../../../src/source/image-files.ts";
import { exifSegment, writeJpeg } from "../../fixtures/carving/jpeg-writer.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { FatVolumeWriter } from "../../fixtures/filesystems/fat-volume.ts";

const base = freshFolder("run-scan");
const windowBytes = 64 << 20;
const thumbnail = writeJpeg({ width: 16, height: 16, seed: 2 });
const picture = writeJpeg({ segments: [exifSegment(thumbnail)] });
const other = writeJpeg({ width: 32, height: 16, seed: 5 });
const said = "the container CSQU3054383 is here and some.body@example.org knows";
const gone = Buffer.from(`${"words of a letter that was deleted. ".repeat(20)} container MSKU6011672 `);
/** Base64 in lines, one of which begins with a window. */
const longText = Buffer.from(`${"nothing to be found in it. ".repeat(300)} base.sixty@example.org. `)
  .toString("base64")
  .replaceAll(/.{76}/g, "$&\n");
const linesBefore = 65 * 77;

/** Writes what is not zero only. */
function writeSparse(path: string, size: number, pieces: readonly (readonly [at: number, bytes: Uint8Array])[]): void {
  const descriptor = openSync(path, "w");
  ftruncateSync(descriptor, size);
  for (const [at, bytes] of pieces) writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

const clusterSectors = 64;
const stick = join(base, "stick.dd");
const folder = join(base, "folder");
let size = 0;

beforeAll(() => {
  const many = Array.from({ length: 150 }, (_, index) => ({
    short: `F${index}.TXT`,
    data: Buffer.from(`this is file ${index} of clerk.${index}@example.org indeed`),
  }));
  const volume = new FatVolumeWriter({ bits: 16, clusterSectors, clusters: 6200 }, [
    { short: "GONE.TXT", data: gone, deleted: true },
    { short: "KEPT.TXT", data: Buffer.from("write to a.clerk@example.org today") },
    { short: "MANY", children: many },
  ]);
  size = volume.bytes.length;
  writeSparse(stick, size, [
    [0, volume.bytes.subarray(0, volume.place(160))],
    [20 << 20, other],
    [windowBytes - 20, picture],
    [2 * windowBytes - said.indexOf("3054"), Buffer.from(said)],
    [3 * windowBytes - linesBefore, Buffer.from(longText)],
  ]);
  mkdirSync(folder);
  // Three stretches of a file that nobody knows how to read.
  const far = 2 * windowBytes - said.indexOf("some.b") - 8;
  writeSparse(join(folder, "dump.bin"), 2 * windowBytes + 5000, [
    [windowBytes - 20, picture],
    [far, Buffer.from(said)],
  ]);
  writeFileSync(join(folder, "letter.txt"), said);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

const wanted: ScanWanted = { files: ["jpeg"], features: ["container", "email"], lists: [], streams: true };

interface Outcome {
  readonly features: string[];
  readonly files: string[];
  readonly failed: string[];
  readonly totals: ScanTotals;
  readonly parts: number;
}

async function outcomeOf(data: ScanThreadData, parts: Iterable<PlannedPart>, workers: number): Promise<Outcome> {
  const run = new ScanRun(data, workers, new AbortController().signal);
  const [features, files, failed]: [string[], string[], string[]] = [[], [], []];
  let count = 0;
  try {
    await run.scan(parts, {
      feature: ({ item, feature, exhibit }) =>
        void features.push(`${item} ${feature.value} ${feature.offset} ${exhibit}`),
      term: () => undefined,
      file: ({ item, verdict, offset, length }) => void files.push(`${item} ${verdict} ${offset}+${length}`),
      failed: (item, code) => void failed.push(`${item} ${code}`),
      bytes: () => undefined,
      parts: (more) => (count += more),
    });
    return { features, files, failed, totals: run.totals, parts: count };
  } finally {
    await run.close();
  }
}

async function scanned(scope: ScanScope, workers: number, more: Partial<ScanWanted> = {}): Promise<Outcome> {
  const listing = join(base, `listing-${scope}-${workers}.jsonl`);
  const found = findImage(stick);
  if (!found) throw new Error("no image");
  listMedium(mediumOf(openFoundImage(found).image), scope, listing, () => undefined);
  const data = { wanted: { ...wanted, ...more }, folder: null, image: { path: stick, snapshot: null }, listing };
  return outcomeOf(data, partsOfListing(listing), workers);
}

const below = (outcome: Outcome, part: string): string[] =>
  [...outcome.features, ...outcome.files].filter((line) => line.includes(part));

describe("an image of several windows", () => {
  let one: Outcome;
  beforeAll(async () => {
    one = await scanned("all", 1);
  });

  it("is scanned the same by one thread and by three", async () => {
    const three = await scanned("all", 3);
    expect(three).toEqual(one);
    expect(one.features.length).toBeGreaterThan(150);
    expect(one.failed).toEqual([]);
    expect(one.totals).toMatchObject({ lost: 0, cuts: 0, failed: 0 });
  });

  it("has what lies across a border once, and what is in it not by itself", () => {
    expect(one.files).toEqual([
      expect.stringMatching(new RegExp(`^fat:/#unallocated@0 complete \\d+\\+${other.length}$`)),
      expect.stringMatching(new RegExp(`^fat:/#unallocated@0 complete \\d+\\+${picture.length}$`)),
    ]);
    expect(below(one, "CSQU")).toEqual([
      expect.stringMatching(`@${windowBytes} CSQU3054383 .* ${2 * windowBytes - 4}$`),
    ]);
    expect(below(one, "some.body")).toEqual([expect.stringMatching(`@${2 * windowBytes} some.body@example.org `)]);
  });

  it("has what is in base64 across a border once", () => {
    expect(below(one, "base.sixty")).toEqual([expect.stringMatching(`@${2 * windowBytes} base.sixty@example.org `)]);
  });

  it("has what is in a deleted file under its name only", () => {
    expect(below(one, "MSKU")).toEqual([expect.stringMatching(/^fat:\/%E5ONE\.TXT#\d+ MSKU6011672 /)]);
  });

  it("has it in free space where only that is scanned", async () => {
    const space = await scanned("space", 1);
    expect(below(space, "MSKU")).toEqual([expect.stringMatching(/^fat:\/#unallocated@0 MSKU6011672 /)]);
    expect(below(space, "clerk")).toEqual([]);
    expect(space.files).toEqual(one.files);
    expect(below(space, "CSQU")).toEqual(below(one, "CSQU"));
  });

  it("is one row of bytes where its file system is not asked", async () => {
    const whole = await scanned("whole", 1);
    expect(whole.totals.bytes).toBe(size);
    expect(whole.files).toEqual([
      `raw:/#unallocated@0 complete ${20 << 20}+${other.length}`,
      `raw:/#unallocated@0 complete ${windowBytes - 20}+${picture.length}`,
    ]);
    expect(below(whole, "CSQU")).toEqual([
      `raw:/#unallocated@${windowBytes} CSQU3054383 ${windowBytes - 4} ${2 * windowBytes - 4}`,
    ]);
    expect(below(whole, "clerk")).toHaveLength(151);
  });
});

describe("a folder", () => {
  it("has what lies across the stretches of a large file once", async () => {
    const data = { wanted, folder, image: null, listing: base };
    const outcome = await outcomeOf(
      data,
      partsOfFolder(folder, () => undefined),
      2,
    );
    const dump = join(folder, "dump.bin");
    const letter = join(folder, "letter.txt");
    expect(outcome.files).toEqual([`${dump} complete ${windowBytes - 20}+${picture.length}`]);
    const at = 2 * windowBytes - said.indexOf("some.b") - 8;
    const offsets = [said.indexOf("CSQU"), said.indexOf("some.b")];
    expect(outcome.features).toEqual([
      `${dump} CSQU3054383 ${at + offsets[0]!} ${at + offsets[0]!}`,
      `${dump} some.body@example.org ${at + offsets[1]!} ${at + offsets[1]!}`,
      `${letter} CSQU3054383 ${offsets[0]!} ${offsets[0]!}`,
      `${letter} some.body@example.org ${offsets[1]!} ${offsets[1]!}`,
    ]);
    expect(outcome).toMatchObject({ parts: 4, totals: { bytes: 2 * windowBytes + 5000 + said.length } });
  });

  it("names a file that is gone when its turn comes, and goes on", async () => {
    const parts = [...partsOfFolder(folder, () => undefined)].slice(-1);
    const lost = { ...parts[0]!, item: "gone.txt", path: "gone.txt" };
    const outcome = await outcomeOf({ wanted, folder, image: null, listing: base }, [lost, ...parts], 1);
    expect(outcome.failed).toEqual(["gone.txt ENOENT"]);
    expect(outcome.features).toHaveLength(2);
  });

  it("is hashed file by file, in their order", async () => {
    const run = new ScanRun({ wanted, folder, image: null, listing: base }, 1, new AbortController().signal);
    try {
      const letter = [...partsOfFolder(folder, () => undefined)].at(-1)!;
      const hashes = await run.hash([{ ...letter, path: "gone.txt" }, letter]);
      expect(hashes).toEqual(["", expect.stringMatching(/^[0-9a-f]{64}$/)]);
    } finally {
      await run.close();
    }
  });
});

describe("a scan that is stopped", () => {
  it("rejects with the reason", async () => {
    const stop = new AbortController();
    const run = new ScanRun({ wanted, folder, image: null, listing: base }, 1, stop.signal);
    stop.abort(new Error("enough"));
    const handlers = { feature() {}, term() {}, file() {}, failed() {}, bytes() {}, parts() {} };
    try {
      await expect(
        run.scan(
          partsOfFolder(folder, () => undefined),
          handlers,
        ),
      ).rejects.toThrow("enough");
    } finally {
      await run.close();
    }
  });
});
