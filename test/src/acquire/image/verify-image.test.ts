/** Whatever changes in an image is seen, and its place is named. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEwf } from "../../../../native-free/images/ewf/open.ts";
import { checkImage, type ImageCheck } from "../../../../src/acquire/image/check-image.ts";
import { checkedSource } from "../../../../src/acquire/image/checked-source.ts";
import { imageBody } from "../../../../src/acquire/image/describe-image.ts";
import type { ImageBody } from "../../../../src/acquire/image/image-body.ts";
import type { ImagingResult } from "../../../../src/acquire/image/acquire-image.ts";
import type { ImagePlan } from "../../../../src/acquire/image/image-plan.ts";
import { damagedRanges } from "../../../../src/acquire/image/verify-image.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { asFiles, sha256Of } from "../../../fixtures/ewf-set.ts";
import { hex, image, planOf } from "../../../fixtures/imaging.ts";

const base = freshFolder("verify-image");
afterAll(() => rmSync(base, { recursive: true, force: true }));
const size = 2_700_288;
const medium = randomBytes(size);
const folder = join(base, "images");
let body: ImageBody;
let result: ImagingResult;
let plan: ImagePlan;

beforeAll(async () => {
  writeFileSync(join(base, "medium"), medium);
  plan = planOf(folder, size, [
    { format: "raw", segmentBytes: 1_000_000 },
    { format: "e01", segmentBytes: 900_000 },
  ]);
  result = await image(join(base, "medium"), plan);
  const source = checkedSource(join(base, "medium"), { asFile: true, overrides: [] });
  const protection = { wasReadOnly: null, isReadOnly: null, set: false, reason: null } as never;
  const facts = { caseId: "", exhibit: "M01", selfTest: null, started: plan.acquired, overridden: [], independent: [] };
  body = imageBody({ ...facts, source, protection, plan, workers: 1 }, result);
});

function check(index: 0 | 1): Promise<ImageCheck> {
  const target = index === 0 ? body.image : body.further[0]!;
  const { signal } = new AbortController();
  const common = { folder, body, leaves: result.leaves, workers: 1, signal, onProgress: () => undefined };
  return checkImage({ ...common, target });
}

/** What a check says while a file has other bytes, or is not there. */
async function checkWith(index: 0 | 1, file: string, changed: Uint8Array | null): Promise<ImageCheck> {
  const path = join(folder, file);
  const sound = readFileSync(path);
  if (changed === null) rmSync(path);
  else writeFileSync(path, changed);
  try {
    return await check(index);
  } finally {
    writeFileSync(path, sound);
  }
}

function flipped(file: string, at: number): Buffer {
  const bytes = readFileSync(join(folder, file));
  bytes[at]! ^= 0x10;
  return bytes;
}

describe("a written image", () => {
  it("DA-AO-06: says that it is unchanged", async () => {
    for (const index of [0, 1] as const) {
      const { ok, files, damaged, read } = await check(index);
      expect([ok, files, damaged, read.digest.hashes.sha256]).toEqual([true, [], [], hex("sha256", medium)]);
    }
  });

  it("DA-AO-07, DA-AO-08: names block and file of a changed byte of a raw image", async () => {
    const { ok, files, damaged } = await checkWith(0, "M01.002", flipped("M01.002", 60_000));
    expect(ok).toBe(false);
    expect(files).toEqual([{ file: "M01.002", problem: "sha256" }]);
    // Byte 1,060,000 lies in the second block, which spans two files.
    expect(damaged).toEqual([{ from: 1_048_576, to: 2_097_152, files: ["M01.002", "M01.003"] }]);
  });

  it("DA-AO-08: names the segment of a changed chunk of an E01", async () => {
    const { ok, files, damaged } = await checkWith(1, "M01.E02", flipped("M01.E02", 500_000));
    expect(ok).toBe(false);
    expect(files).toEqual([{ file: "M01.E02", problem: "sha256" }]);
    expect(damaged).toHaveLength(1);
    expect(damaged[0]!.files).toContain("M01.E02");
    expect(damaged[0]!.to - damaged[0]!.from).toBe(1_048_576);
  });

  it("names files that are cut off or missing, and what they held", async () => {
    const cut = await checkWith(0, "M01.003", readFileSync(join(folder, "M01.003")).subarray(0, 1000));
    expect(cut.files).toEqual([{ file: "M01.003", problem: "size" }]);
    expect(cut.damaged.at(-1)).toMatchObject({ to: size });
    for (const [index, file] of [
      [0, "M01.002"],
      [1, "M01.E02"],
    ] as const) {
      const missing = await checkWith(index, file, null);
      expect([missing.ok, missing.files]).toEqual([false, [{ file, problem: "missing" }]]);
      expect(missing.damaged.length).toBeGreaterThan(0);
    }
    expect(existsSync(join(folder, "M01.002"))).toBe(true);
  });

  it("joins damaged blocks that follow each other", () => {
    const leaves = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.alloc(32, value)));
    const mib = 1 << 20;
    expect(damagedRanges(leaves(1, 2, 3, 4), leaves(1, 0, 0, 4), 4 * mib - 5)).toEqual([{ from: mib, to: 3 * mib }]);
    expect(damagedRanges(leaves(1, 2), leaves(1), mib + 7)).toEqual([{ from: mib, to: mib + 7 }]);
    expect(damagedRanges(leaves(1), leaves(1, 2), mib)).toEqual([{ from: mib, to: mib }]);
  });
});

describe("DA-AO-07: any byte of an E01 by itself", () => {
  it("is seen by its own checksums and hashes, or by the file's SHA-256", async () => {
    const small = randomBytes(40_448);
    writeFileSync(join(base, "small"), small);
    const wanted = planOf(join(base, "small-set"), small.length, [{ format: "e01" }]);
    const made = await image(join(base, "small"), wanted);
    const sound = readFileSync(join(base, "small-set", "M01.E01"));
    const recorded = made.targets[0]!.segments[0]!.sha256;
    let byItself = 0;
    for (let at = 0; at < sound.length; at += 149) {
      const changed = Buffer.from(sound);
      changed[at]! ^= 1 << (at % 8);
      expect(hex("sha256", changed)).not.toBe(recorded);
      try {
        const read = openEwf(asFiles([changed]));
        if (sha256Of(read) !== made.hashes.sha256 || read.findings.length > 0) byItself += 1;
        else if (read.storedHashes["md5"] !== made.hashes.md5 || read.storedHashes["sha1"] !== made.hashes.sha1)
          byItself += 1;
      } catch (error) {
        expect((error as { kind?: string }).kind).toBe("evidence");
        byItself += 1;
      }
    }
    // The format has bytes that nothing covers: padding, what nobody reads, the second of two headers alike.
    expect(byItself / Math.ceil(sound.length / 149)).toBeGreaterThan(0.9);
  });
});
