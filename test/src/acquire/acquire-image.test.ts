import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { leafHash, merkleRoot, hexOf } from "../../../native-free/hash/merkle.ts";
import { acquireImage, type ImagingOptions } from "../../../src/acquire/acquire-image.ts";
import { isPartialOf, type ImagePlan } from "../../../src/acquire/image-plan.ts";
import { segmentBytesOf } from "../../../src/acquire/image-source.ts";
import { openImage } from "../../../src/acquire/open-image.ts";
import { readImageAgain } from "../../../src/acquire/verify-image.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { markedBytes, type Faults } from "../../fixtures/faulty-medium.ts";

const base = freshFolder("imaging");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const said = {
  ...{ caseNumber: "1", evidenceNumber: "M01", examiner: "A", description: "", model: "", serial: "" },
  ...{ physical: true, removable: false },
};
let made = 0;

function planOf(size: number, more: Partial<ImagePlan> = {}): ImagePlan {
  const folder = join(base, `t${(made += 1)}`);
  mkdirSync(folder);
  const plain = { folder, stem: "M01", format: "raw", compression: "none", segmentBytes: null } as const;
  return { ...plain, size, sectorBytes: 512, said, ...more };
}

function image(source: string, plan: ImagePlan, more: Partial<ImagingOptions> = {}) {
  const signal = new AbortController().signal;
  return acquireImage({ source, plan, workers: 2, signal, onProgress: () => undefined, ...more });
}

const faultyThread = new URL("../../fixtures/faulty-read-thread.ts", import.meta.url);
const faulty = (faults: Omit<Faults, "sectorBytes">, plan: ImagePlan) =>
  image(JSON.stringify({ sectorBytes: plan.sectorBytes, ...faults }), plan, { readThread: faultyThread });

function contentOf(plan: ImagePlan, segments: readonly { file: string; size: number }[]): Buffer {
  const opened = openImage(plan.folder, segments, plan.format);
  const all = Buffer.alloc(opened.source.size);
  opened.source.readInto(all, 0);
  expect(opened.findings()).toEqual([]);
  opened.close();
  return all;
}

const hex = (name: string, bytes: Uint8Array) => createHash(name).update(bytes).digest("hex");

describe("what is written is what was read (DA-AM-06, DA-AM-08)", () => {
  const chunk = 64 * 512;
  const sizes = [512, 63 * 512, 64 * 512, 65 * 512, 8 * chunk, 8 * chunk + 512, 1024 * 1024, 3 * 1024 * 1024 + 512];
  it.each(sizes)("%i bytes, raw and E01", async (size) => {
    const bytes = markedBytes(size, 512);
    const source = join(base, `source-${size}`);
    writeFileSync(source, bytes);
    for (const more of [{ format: "raw" }, { format: "e01", compression: "fast" }] as const) {
      const plan = planOf(size, more);
      const result = await image(source, plan);
      expect(contentOf(plan, result.segments).equals(bytes)).toBe(true);
      expect(result.hashes).toEqual({ md5: hex("md5", bytes), sha1: hex("sha1", bytes), sha256: hex("sha256", bytes) });
      const leaves = [];
      for (let at = 0; at < size; at += 1 << 20) leaves.push(leafHash(bytes.subarray(at, at + (1 << 20))));
      expect(result.root).toBe(hexOf(merkleRoot(leaves)));
      expect(Buffer.from(result.leaves).equals(Buffer.concat(leaves))).toBe(true);
      for (const { file, sha256 } of result.segments) {
        expect(sha256).toBe(hex("sha256", readFileSync(join(plan.folder, file))));
      }
    }
  });

  it("a raw file of no whole sectors keeps its tail", async () => {
    const bytes = randomBytes(700_001);
    const source = join(base, "odd");
    writeFileSync(source, bytes);
    const plan = planOf(bytes.length);
    expect(contentOf(plan, (await image(source, plan)).segments).equals(bytes)).toBe(true);
  });

  it("4096-byte sectors, all compressions, four threads", async () => {
    const bytes = Buffer.concat([markedBytes(600 * 4096, 4096), randomBytes(100 * 4096), Buffer.alloc(300 * 4096)]);
    const source = join(base, "4k");
    writeFileSync(source, bytes);
    for (const compression of ["none", "fast", "best"] as const) {
      const plan = planOf(bytes.length, { format: "e01", compression, sectorBytes: 4096 });
      const result = await image(source, plan, { workers: 4 });
      expect(contentOf(plan, result.segments).equals(bytes)).toBe(true);
      expect(result.hashes.sha256).toBe(hex("sha256", bytes));
    }
  });
});

describe("no file is larger than asked (DA-AO-05)", () => {
  it("for raw and E01, down to one byte under a chunk", async () => {
    const bytes = randomBytes(5 * 1024 * 1024);
    const source = join(base, "split");
    writeFileSync(source, bytes);
    const wanted = [
      { format: "raw", segmentBytes: 1024 * 1024 },
      { format: "raw", segmentBytes: 262_143 },
      { format: "e01", segmentBytes: 1024 * 1024 },
      { format: "e01", segmentBytes: 1_234_567 },
    ] as const;
    for (const more of wanted) {
      const plan = planOf(bytes.length, more);
      const { segments } = await image(source, plan);
      expect(segments.length).toBeGreaterThan(4);
      for (const { file, size } of segments) {
        expect(statSync(join(plan.folder, file)).size).toBe(size);
        expect(size).toBeLessThanOrEqual(more.segmentBytes);
      }
      expect(contentOf(plan, segments).equals(bytes)).toBe(true);
    }
  });

  it("and sizes are read as people write them", () => {
    expect(segmentBytesOf("650M", "e01")).toBe(650 * 2 ** 20);
    expect(segmentBytesOf("2g", "raw")).toBe(2 ** 31);
    for (const bad of ["", "0", "-1", "1T", "x", "10k"])
      expect(() => segmentBytesOf(bad, "raw")).toThrow(/segment-size/);
    expect(() => segmentBytesOf("2001M", "e01")).toThrow(/segment-size/);
  });
});

describe("media that fail", () => {
  const bytes = 2 * 1024 * 1024;

  it("bad sectors become zeros, are listed, and are in the E01 too (DA-AM-09, DA-AM-10)", async () => {
    const bad = [0, 1, 700, 4095];
    const expected = markedBytes(bytes, 512);
    for (const sector of bad) expected.fill(0, sector * 512, (sector + 1) * 512);
    for (const format of ["raw", "e01"] as const) {
      const plan = planOf(bytes, { format });
      const result = await faulty({ bytes, bad }, plan);
      expect(result.badRanges).toEqual([
        { first: 0, count: 2 },
        { first: 700, count: 1 },
        { first: 4095, count: 1 },
      ]);
      expect(contentOf(plan, result.segments).equals(expected)).toBe(true);
    }
  });

  it.each([
    ["ends early", { endsAt: 1_000_000 }, "source/short"],
    ["is gone", { goneAt: 1_000_000 }, "source/gone"],
    ["changes its size", { laterBytes: bytes + 512 }, "source/size-changed"],
  ])("a medium that %s leaves a partial image under that name", async (_, faults, code) => {
    for (const format of ["raw", "e01"] as const) {
      const plan = planOf(bytes, { format });
      await expect(faulty({ bytes, ...faults }, plan)).rejects.toMatchObject({ code, exit: 4 });
      const left = readdirSync(plan.folder);
      expect(left.length).toBeGreaterThan(0);
      expect(left.filter((name) => !isPartialOf("M01", name))).toEqual([]);
    }
  });

  it("an interrupt ends all threads", async () => {
    const source = join(base, "long");
    writeFileSync(source, randomBytes(30 * 1024 * 1024));
    const plan = planOf(30 * 1024 * 1024, { format: "e01", compression: "best" });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 60);
    await expect(image(source, plan, { signal: stop.signal })).rejects.toMatchObject({
      code: "run/interrupted",
      exit: 4,
    });
    expect(existsSync(join(plan.folder, "M01.E01"))).toBe(false);
  });
});

describe("a changed image", () => {
  it("is seen wherever one byte of it changed (DA-AO-06, DA-AO-07)", async () => {
    const source = join(base, "small");
    writeFileSync(source, randomBytes(64 * 512 + 512));
    const plan = planOf(64 * 512 + 512, { format: "e01", compression: "fast" });
    const { segments } = await image(source, plan);
    const file = join(plan.folder, segments[0].file);
    const sound = readFileSync(file);
    const read = () => {
      const { folder, format } = plan;
      const more = { bytes: 0, workers: 2, signal: new AbortController().signal, onProgress: () => undefined };
      return readImageAgain({ folder, files: [{ file: "M01.E01", size: sound.length }], format, ...more });
    };
    expect((await read()).segments[0].sha256).toBe(segments[0].sha256);
    for (let at = 0; at < sound.length; at += 6007) {
      const changed = Buffer.from(sound);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      writeFileSync(file, changed);
      const seen = await read().then(
        (again) => again.segments[0].sha256 !== segments[0].sha256,
        (error: { code?: string }) => error.code === "image/damaged",
      );
      expect(seen, `byte ${at}`).toBe(true);
    }
  });
});
