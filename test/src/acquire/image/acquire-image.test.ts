import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hexOf, leafHash, merkleRoot } from "../../../../native-free/hash/merkle.ts";
import { segmentBytesOf } from "../../../../src/cli/imaging-flags.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { markedBytes } from "../../../fixtures/faulty-medium.ts";
import {
  contentOf,
  hex,
  image,
  imageFaulty,
  isPartial,
  leftBy,
  planOf as plan,
  type TargetWish,
} from "../../../fixtures/imaging.ts";

const base = freshFolder("imaging");
afterAll(() => rmSync(base, { recursive: true, force: true }));

let made = 0;
const planOf = (size: number, targets: readonly TargetWish[], more: Parameters<typeof plan>[3] = {}) =>
  plan(join(base, `t${(made += 1)}`), size, targets, more);
const both: readonly TargetWish[] = [{ format: "raw" }, { format: "e01" }];

describe("DA-AM-06, DA-AM-08: what is written is what was read", () => {
  const chunk = 64 * 512;
  const sizes = [512, 8 * chunk, 1024 * 1024, 3 * 1024 * 1024 + 512];
  it.each(sizes)("%i bytes, raw and E01 in one read", async (size) => {
    const bytes = markedBytes(size, 512);
    const source = join(base, `source-${size}`);
    writeFileSync(source, bytes);
    const wanted = planOf(size, both);
    const result = await image(source, wanted);
    expect(result.hashes).toEqual({ md5: hex("md5", bytes), sha1: hex("sha1", bytes), sha256: hex("sha256", bytes) });
    const leaves = [];
    for (let at = 0; at < size; at += 1 << 20) leaves.push(leafHash(bytes.subarray(at, at + (1 << 20))));
    expect(result.root).toBe(hexOf(merkleRoot(leaves)));
    expect(Buffer.from(result.leaves).equals(Buffer.concat(leaves))).toBe(true);
    for (const [index, target] of wanted.targets.entries()) {
      const done = result.targets[index]!;
      expect(contentOf(target, done).equals(bytes)).toBe(true);
      expect(done.checks).toMatchObject([{ ok: true, sha256: hex("sha256", bytes) }]);
      for (const { file, sha256 } of done.segments) {
        expect(sha256).toBe(hex("sha256", readFileSync(join(target.folder, file))));
      }
    }
  });

  it("a raw file of no whole sectors keeps its tail", async () => {
    const bytes = randomBytes(700_001);
    const source = join(base, "odd");
    writeFileSync(source, bytes);
    const wanted = planOf(bytes.length, [{ format: "raw" }]);
    expect(contentOf(wanted.targets[0]!, (await image(source, wanted)).targets[0]!).equals(bytes)).toBe(true);
  });

  it("4096-byte sectors, all compressions, four threads", async () => {
    const bytes = Buffer.concat([markedBytes(300 * 4096, 4096), randomBytes(100 * 4096), Buffer.alloc(200 * 4096)]);
    const source = join(base, "4k");
    writeFileSync(source, bytes);
    const wishes = (["none", "fast", "best"] as const).map((compression) => ({
      ...({ format: "e01", compression, stem: `M-${compression}` } as const),
    }));
    const wanted = planOf(bytes.length, wishes, { sectorBytes: 4096 });
    const result = await image(source, wanted, { workers: 4 });
    expect(result.hashes.sha256).toBe(hex("sha256", bytes));
    const sizes = wanted.targets.map((target, index) => {
      expect(contentOf(target, result.targets[index]!).equals(bytes)).toBe(true);
      return result.targets[index]!.segments[0]!.size;
    });
    expect(sizes[0]).toBeGreaterThan(sizes[1]!);
    expect(sizes[1]).toBeGreaterThanOrEqual(sizes[2]!);
  });
});

describe("DA-AO-05: no file is larger than asked", () => {
  it("for raw and E01, down to one byte under a chunk", async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    const source = join(base, "split");
    writeFileSync(source, bytes);
    const wishes = [
      { format: "raw", segmentBytes: 512 * 1024, stem: "a" },
      { format: "raw", segmentBytes: 262_143, stem: "b" },
      { format: "e01", segmentBytes: 512 * 1024, stem: "c" },
      { format: "e01", segmentBytes: 123_457, stem: "d" },
    ] as const;
    const wanted = planOf(bytes.length, wishes);
    const { targets } = await image(source, wanted);
    for (const [index, { segments }] of targets.entries()) {
      const target = wanted.targets[index]!;
      expect(segments.length).toBeGreaterThan(4);
      for (const { file, size } of segments) {
        expect(statSync(join(target.folder, file)).size).toBe(size);
        expect(size).toBeLessThanOrEqual(target.segmentBytes!);
      }
      expect(contentOf(target, targets[index]!).equals(bytes)).toBe(true);
    }
    expect(targets[1]!.segments[1]!.file).toBe("b.002");
    expect(targets[3]!.segments[1]!.file).toBe("d.E02");
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
  /** At the start and the end, two together, more than a chunk, every other one, across slots and blocks. */
  const ranges = [
    ...[
      [0, 1],
      [700, 2],
      [900, 1],
      [902, 1],
      [904, 1],
      [1088, 100],
      [2047, 2],
      [4095, 1],
    ].map(([first, count]) => ({ first: first!, count: count! })),
  ];
  const bad = ranges.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index));

  it("DA-AM-09, DA-AM-10, DA-AO-23: bad sectors are listed, and they alone are zeros", async () => {
    const expected = markedBytes(bytes, 512);
    for (const sector of bad) expected.fill(0, sector * 512, (sector + 1) * 512);
    const wanted = planOf(bytes, both);
    const result = await imageFaulty({ bytes, bad }, wanted);
    expect(result.errors.badRanges).toEqual(ranges);
    expect(result.hashes.sha256).toBe(hex("sha256", expected));
    for (const [index, target] of wanted.targets.entries()) {
      expect(contentOf(target, result.targets[index]!).equals(expected)).toBe(true);
      expect(result.targets[index]!.unnamedBadSectors).toBe(0);
    }
  });

  it("a sector that answers differently is listed, with what was kept, when every place is read twice", async () => {
    const wanted = planOf(bytes, [{ format: "raw" }]);
    const result = await imageFaulty({ bytes, changing: { 900: [1, 2, 0] } }, wanted, { reread: true });
    expect(result.errors.unstable.map(({ sector }) => sector)).toEqual([900]);
    expect(result.errors.badRanges).toEqual([]);
    const held = contentOf(wanted.targets[0]!, result.targets[0]!).subarray(900 * 512, 901 * 512);
    expect(result.errors.unstable[0]!.sha256[1]).toBe(hex("sha256", held));
  });

  it.each([
    ["ends early", { endsAt: 1_000_000 }, "source/short"],
    ["is gone", { goneAt: 1_000_000 }, "source/gone"],
    ["changes its size", { laterBytes: bytes + 512 }, "source/size-changed"],
  ])("a medium that %s leaves a partial image under that name, and its record", async (_, faults, code) => {
    const wanted = planOf(bytes, [{ format: "e01" }]);
    await expect(imageFaulty({ bytes, ...faults }, wanted)).rejects.toMatchObject({ code, exit: 4 });
    const left = readdirSync(wanted.targets[0]!.folder).filter((name) => !name.includes(".resume."));
    expect(left.length).toBe(1);
    expect(left.filter((name) => !isPartial(name))).toEqual([]);
    expect(leftBy(wanted).head.plan).toEqual(wanted);
  });

  it("an interrupt ends all threads", async () => {
    const source = join(base, "long");
    writeFileSync(source, randomBytes(24 * 1024 * 1024));
    const wanted = planOf(24 * 1024 * 1024, [{ format: "e01", compression: "best" }]);
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await expect(image(source, wanted, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: "run/interrupted",
      exit: 4,
    });
    expect(existsSync(join(wanted.targets[0]!.folder, "M01.E01"))).toBe(false);
  });

  it("nothing that is there is overwritten", async () => {
    const source = join(base, "small");
    writeFileSync(source, randomBytes(4096));
    for (const name of ["M01.raw", "M01.raw.partial"]) {
      const wanted = planOf(4096, [{ format: "raw" }]);
      const file = join(wanted.targets[0]!.folder, name);
      writeFileSync(file, "evidence");
      await expect(image(source, wanted)).rejects.toMatchObject({ code: expect.stringMatching(/^target\//) as string });
      expect(readFileSync(file, "utf8")).toBe("evidence");
    }
  });
});
