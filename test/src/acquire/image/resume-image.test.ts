/** Wherever an acquisition was cut off and whatever was torn then: continued, it gives the files of one that was not. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImagingResult } from "../../../../src/acquire/image/acquire-image.ts";
import { partialName, resumeLeavesName, resumeName, type ImagePlan } from "../../../../src/acquire/image/image-plan.ts";
import { dropResume, errorsBelow, readResume, ResumeRecorder } from "../../../../src/acquire/image/resume-record.ts";
import { leftOf, standingOf } from "../../../../src/acquire/image/standing.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";
import { markedBytes } from "../../../fixtures/faulty-medium.ts";
import {
  filesIn,
  hex,
  image,
  imageFaulty,
  leaveInterrupted,
  leftBy,
  planOf,
  recordStem,
  type Interruption,
  type TargetWish,
} from "../../../fixtures/imaging.ts";

const base = freshFolder("resume");
afterAll(() => rmSync(base, { recursive: true, force: true }));
const mib = 1 << 20;
const medium = Buffer.concat([noise(2 * mib), mixedMedium(mib), noise(mib / 2 + 1536, 7)]);
const source = join(base, "medium");

const wishes = {
  raw: { format: "raw", stem: "one" },
  split: { format: "raw", stem: "split", segmentBytes: 700_001 },
  e01: { format: "e01", stem: "set", segmentBytes: 400_000 },
  best: { format: "e01", stem: "best", segmentBytes: 400_000, compression: "best" },
} as const satisfies Record<string, TargetWish>;
type Name = keyof typeof wishes;

/** What an undisturbed start of all of them gives. */
let reference: ImagingResult;
let files: Record<string, Buffer>;

beforeAll(async () => {
  writeFileSync(source, medium);
  const plan = planOf(join(base, "reference"), medium.length, Object.values(wishes));
  reference = await image(source, plan);
  const names = Object.keys(filesIn(join(base, "reference")));
  files = Object.fromEntries(names.map((name) => [name, readFileSync(join(base, "reference", name))]));
});

let made = 0;
const freshPlan = (names: readonly Name[]): ImagePlan =>
  planOf(
    join(base, `t${(made += 1)}`),
    medium.length,
    names.map((name) => wishes[name]),
  );

const startOf = (name: string, bytes: number): Record<string, Buffer> => ({ [name]: files[name]!.subarray(0, bytes) });
/** The first files of a set, the last of them cut. */
function setUpTo(stem: string, count: number, bytes = Infinity): Record<string, Buffer> {
  const names = Object.keys(files)
    .filter((name) => name.startsWith(`${stem}.`))
    .slice(0, count);
  return Object.fromEntries(
    names.map((name, at) => [name, at === count - 1 ? files[name]!.subarray(0, bytes) : files[name]!]),
  );
}
function torn(kept: Record<string, Buffer>, name: string, at: number): Record<string, Buffer> {
  const changed = Buffer.from(kept[name]!);
  // What a power cut leaves of a page that was not written.
  changed.fill(0, at, at + 4096);
  return { ...kept, [name]: changed };
}

async function resumed(plan: ImagePlan, left: Interruption): Promise<ImagingResult> {
  leaveInterrupted(plan, medium, left);
  const result = await image(source, plan, { resume: leftBy(plan) });
  const stems = plan.targets.map(({ stem }) => `${stem}.`);
  const wanted = Object.entries(files).filter(([name]) => stems.some((stem) => name.startsWith(stem)));
  expect(filesIn(plan.targets[0]!.folder)).toEqual(
    Object.fromEntries(wanted.map(([name, bytes]) => [name, hex("sha256", bytes)])),
  );
  expect(result.hashes).toEqual(reference.hashes);
  expect(result.root).toBe(reference.root);
  expect(result.errors.badRanges).toEqual([]);
  return result;
}

describe("an interrupted image", () => {
  const cuts: readonly (readonly [string, readonly Name[], () => Interruption, number[]])[] = [
    ["that ends within a sector", ["raw"], () => ({ kept: startOf("one.raw", 1_000_001), blocks: 3 }), [999_936]],
    [
      "that holds more than the record vouches for",
      ["raw"],
      () => ({ kept: startOf("one.raw", 3 * mib), blocks: 2 }),
      [2 * mib],
    ],
    ["that holds all", ["raw"], () => ({ kept: startOf("one.raw", medium.length), blocks: 4 }), [medium.length]],
    ["of several files", ["split"], () => ({ kept: setUpTo("split", 4, 1000), blocks: 3 }), [2_100_736]],
    ["in a set of E01", ["e01"], () => ({ kept: setUpTo("set", 4, 200_000), blocks: 3 }), [-1]],
    ["in a set of E01 at level best", ["best"], () => ({ kept: setUpTo("best", 4, 200_000), blocks: 3 }), [-1]],
    [
      "with several targets that stand at different places",
      ["e01", "split", "raw"],
      () => ({ kept: { ...setUpTo("set", 2), ...setUpTo("split", 4), ...startOf("one.raw", mib + 4096) }, blocks: 4 }),
      [2_799_616],
    ],
  ];
  it.each(cuts)("%s is continued to the same files", async (_, names, left, places) => {
    const result = await resumed(freshPlan(names), left());
    const at = result.resumptions.map((each) => each.at);
    if (places[0] !== -1) return expect(at).toEqual(places);
    // Between two chunks somewhere in what stands.
    expect(at).toHaveLength(1);
    expect(at[0]! % 32_768).toBe(0);
    expect(at[0]).toBeGreaterThan(mib);
  });

  const damages: readonly (readonly [string, readonly Name[], () => Interruption, number])[] = [
    [
      "in a later block",
      ["raw"],
      () => ({ kept: torn(startOf("one.raw", 3 * mib), "one.raw", mib + 9), blocks: 3 }),
      mib,
    ],
    [
      "in the block that it ends in",
      ["raw"],
      () => ({ kept: torn(startOf("one.raw", mib + 600_000), "one.raw", mib + 300_000), blocks: 3 }),
      mib,
    ],
    [
      "in the last, shorter block",
      ["raw"],
      () => ({ kept: torn(startOf("one.raw", medium.length), "one.raw", 3 * mib + 4096), blocks: 4 }),
      3 * mib,
    ],
    [
      "in a file that lacks its end, the next one being there",
      ["split"],
      () => ({ kept: { ...setUpTo("split", 4), "split.002": files["split.002"]!.subarray(0, 300_000) }, blocks: 3 }),
      999_936,
    ],
    ["in a chunk of an E01", ["e01"], () => ({ kept: torn(setUpTo("set", 6), "set.E04", 100_000), blocks: 3 }), mib],
    [
      "in the target that holds less",
      ["raw", "split"],
      () => ({
        kept: { ...torn(startOf("one.raw", 2 * mib), "one.raw", mib + 77), ...setUpTo("split", 4) },
        blocks: 3,
      }),
      2_800_128,
    ],
  ];
  it.each(damages)("torn %s is believed up to there only", async (_, names, left, most) => {
    const at = (await resumed(freshPlan(names), left())).resumptions.map((each) => each.at);
    expect(at.at(-1)).toBeLessThanOrEqual(most);
    expect(at.at(-1)).toBeGreaterThan(0);
  });

  it("between two renames, and when all had their names: the names are given anew", async () => {
    const plan = freshPlan(["split"]);
    const folder = plan.targets[0]!.folder;
    leaveInterrupted(plan, medium, { kept: setUpTo("split", 99), blocks: 4 });
    for (const name of ["split.001", "split.002"]) renameSync(partialName(join(folder, name)), join(folder, name));
    const half = await image(source, plan, { resume: leftBy(plan) });
    expect(half.resumptions.map(({ at }) => at)).toEqual([medium.length]);
    const whole = await image(source, plan, { resume: leftBy(plan) });
    expect(whole.resumptions.map(({ at }) => at)).toEqual([medium.length, medium.length]);
    expect(filesIn(folder)["split.003"]).toBe(hex("sha256", files["split.003"]!));
    expect(Object.keys(filesIn(folder)).some((name) => name.endsWith(".partial"))).toBe(false);
  });

  it("that went on in a spare folder is continued there", async () => {
    const folder = join(base, "full");
    const spare = join(base, "spare");
    mkdirSync(spare);
    const plan = planOf(folder, medium.length, [{ ...wishes.split, spare: [spare] }]);
    leaveInterrupted(plan, medium, { kept: setUpTo("split", 3), blocks: 3 });
    renameSync(partialName(join(folder, "split.003")), partialName(join(spare, "split.003")));
    const { targets } = await image(source, plan, { resume: leftBy(plan) });
    expect(Object.keys(filesIn(folder))).toEqual(["split.001", "split.002"]);
    expect(Object.keys(filesIn(spare))).toEqual(["split.003", "split.004", "split.005", "split.006"]);
    expect(targets[0]!.segments.map((segment) => segment.folder)).toEqual([
      undefined,
      undefined,
      ...Array(4).fill(spare),
    ]);
  });
});

describe("bad sectors of an interrupted image", () => {
  it("stay listed, also where they would read now, and further ones follow", async () => {
    const bytes = 3 * mib + 512;
    const plan = planOf(join(base, "bad"), bytes, [{ format: "raw" }, { format: "e01", segmentBytes: 300_000 }]);
    const expected = markedBytes(bytes, 512);
    for (const sector of [100, 101, 6000]) expected.fill(0, sector * 512, (sector + 1) * 512);
    const errors = { badRanges: [{ first: 100, count: 2 }], unstable: [], retried: 4 };
    const kept = { "M01.raw": expected.subarray(0, 2 * mib) };
    leaveInterrupted(plan, expected, { kept, blocks: 2, errors });
    const result = await imageFaulty({ bytes, bad: [6000] }, plan, { resume: leftBy(plan) });
    expect(result.errors.badRanges).toEqual([
      { first: 100, count: 2 },
      { first: 6000, count: 1 },
    ]);
    expect(result.hashes.sha256).toBe(hex("sha256", expected));
    const whole = planOf(
      join(base, "bad-whole"),
      bytes,
      plan.targets.map(({ format, segmentBytes }) => ({ format, segmentBytes })),
    );
    await imageFaulty({ bytes, bad: [100, 101, 6000] }, whole);
    expect(filesIn(join(base, "bad"))).toEqual(filesIn(join(base, "bad-whole")));
  });

  it("count only as far as what is continued reaches", () => {
    const unstable = [3, 9].map((sector) => ({ sector, sha256: ["a", "b"] as const }));
    const errors = {
      badRanges: [
        { first: 1, count: 2 },
        { first: 6, count: 4 },
      ],
      unstable,
      retried: 5,
    };
    expect(errorsBelow(errors, 8 * 512, 512)).toEqual({
      ...{
        badRanges: [
          { first: 1, count: 2 },
          { first: 6, count: 2 },
        ],
        unstable: [unstable[0]],
        retried: 5,
      },
    });
  });
});

describe("the record that is continued from", () => {
  const folder = join(base, "record");
  const plan = planOf(folder, medium.length, [wishes.raw]);
  const left = () => leaveInterrupted(plan, medium, { kept: {}, blocks: 3 });

  it("survives a last line and leaves that were cut off", () => {
    left();
    const file = join(folder, resumeName(recordStem));
    const sound = readResume(folder, recordStem)!;
    appendFileSync(file, '{"blocks":4,"err');
    appendFileSync(join(folder, resumeLeavesName(recordStem)), Buffer.alloc(17));
    expect(readResume(folder, recordStem)).toEqual(sound);
    expect(sound.leaves.length).toBe(3 * 32);
    // Another start after the cut-off line: its own lines count.
    const recorder = new ResumeRecorder(folder, recordStem, 2, sound.errors);
    recorder.resumed(2 * mib);
    recorder.close();
    const again = readResume(folder, recordStem)!;
    expect([again.leaves.length, again.resumptions.map(({ at }) => at)]).toEqual([64, [2 * mib]]);
  });

  it("of something else is refused, and none is none", () => {
    left();
    writeFileSync(join(folder, resumeName(recordStem)), "{}\n");
    expect(() => readResume(folder, recordStem)).toThrow(/record of an interrupted acquisition/);
    dropResume(folder, recordStem);
    expect(readResume(folder, recordStem)).toBeNull();
    expect(existsSync(join(folder, resumeLeavesName(recordStem)))).toBe(false);
  });

  it("vouches for no files but those of the plan", () => {
    const target = plan.targets[0]!;
    for (const name of ["one.raw.partial.partial", "one.raw2", "one.001", "other.raw", "one.rawx.partial"])
      writeFileSync(join(folder, name), medium.subarray(0, mib));
    expect(leftOf(target)).toEqual([]);
    expect(standingOf(target, plan, medium.length).bytes).toBe(0);
  });
});
