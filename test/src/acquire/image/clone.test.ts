/** A medium written onto another: what fits, what is left, what is said of it, and what a check finds later. */
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { checkImage } from "../../../../src/acquire/image/check-image.ts";
import { checkedSource } from "../../../../src/acquire/image/checked-source.ts";
import { checkTargets } from "../../../../src/acquire/image/checked-targets.ts";
import { imageBody } from "../../../../src/acquire/image/describe-image.ts";
import type { ImageBody } from "../../../../src/acquire/image/image-body.ts";
import type { ImagePlan } from "../../../../src/acquire/image/image-plan.ts";
import type { ImagingResult } from "../../../../src/acquire/image/acquire-image.ts";
import { jsonLines, vestige } from "../../../fixtures/command.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { markedBytes } from "../../../fixtures/faulty-medium.ts";
import { contentOf, hex, image, imageFrom, planOf, type TargetWish } from "../../../fixtures/imaging.ts";
import { attachLoop, detachLoops, outputOf } from "../../../fixtures/loop-device.ts";

const base = freshFolder("clone");
const mounts: string[] = [];
afterEach(() => {
  detachLoops();
  for (const at of mounts.splice(0)) outputOf("umount", at);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const size = 2_200_064;
const medium = markedBytes(size, 512);
const source = join(base, "medium.img");
writeFileSync(source, medium);
const clone = (path: string, zeroExcess = false): TargetWish => ({
  format: "clone",
  folder: path,
  stem: "",
  zeroExcess,
});

function target(name: string, bytes: number): string {
  const path = join(base, name);
  writeFileSync(path, Buffer.alloc(bytes, 0xa5));
  return path;
}

function bodyOf(plan: ImagePlan, result: ImagingResult): ImageBody {
  const checked = checkedSource(source, { asFile: true, overrides: [] });
  const protection = { wasReadOnly: null, isReadOnly: null, set: false, reason: null };
  const facts = { caseId: "", exhibit: "M01", selfTest: null, started: plan.acquired, overridden: [], independent: [] };
  return imageBody({ ...facts, source: checked, protection: protection as never, plan, workers: 1 }, result);
}

function check(body: ImageBody, result: ImagingResult, index: number) {
  const { signal } = new AbortController();
  const common = { folder: base, body, leaves: result.leaves, workers: 1, signal, onProgress: () => undefined };
  return checkImage({ ...common, target: index === 0 ? body.image : body.further[index - 1]! });
}

function flip(path: string, at: number): void {
  const descriptor = openSync(path, "r+");
  writeSync(descriptor, Buffer.of(medium[at]! ^ 1), 0, 1, at);
  closeSync(descriptor);
}

describe("clones in files", () => {
  const extra = 300_000;
  const paths = {
    same: target("same", size),
    smaller: target("smaller", 1_500_160),
    kept: target("kept", size + extra),
    zeroed: target("zeroed", size + extra),
  };
  let plan: ImagePlan;
  let result: ImagingResult;
  let body: ImageBody;

  it("DA-AM-04, DA-AO-11, DA-AO-14: hold every sector at its place", async () => {
    const wishes = [clone(paths.same), clone(paths.smaller), clone(paths.kept), clone(paths.zeroed, true)];
    const folder = join(base, "record");
    mkdirSync(folder);
    plan = planOf(folder, size, wishes);
    result = await image(source, plan, { record: { folder, stem: "M01" } });
    body = bodyOf(plan, result);
    expect(readFileSync(paths.same).equals(medium)).toBe(true);
    expect(body.image.clone).toMatchObject({ truncatedAt: null, excess: "none" });
    expect(result.hashes.sha256).toBe(hex("sha256", medium));
  });

  it("DA-AO-17: the rest of a larger one is not touched", () => {
    expect(readFileSync(paths.kept).equals(Buffer.concat([medium, Buffer.alloc(extra, 0xa5)]))).toBe(true);
    expect(body.further[1]!.clone).toMatchObject({ truncatedAt: null, excess: "untouched" });
  });

  it("DA-AO-18: or zeroed, as asked", () => {
    expect(readFileSync(paths.zeroed).equals(Buffer.concat([medium, Buffer.alloc(extra)]))).toBe(true);
    expect(body.further[2]!.clone).toMatchObject({ truncatedAt: null, excess: "zeroed" });
  });

  it("DA-AO-19: a smaller one holds the start, and says so", () => {
    expect(readFileSync(paths.smaller).equals(medium.subarray(0, 1_500_160))).toBe(true);
    expect(body.further[0]!.clone).toMatchObject({ truncatedAt: 1_500_160 });
    expect(body.further[0]!.segments[0]!.sha256).toBe(hex("sha256", medium.subarray(0, 1_500_160)));
  });

  it("DA-AO-06: a check finds all of them unchanged", async () => {
    for (const index of plan.targets.keys()) {
      const found = await check(body, result, index);
      expect([index, found.ok, found.files, found.damaged]).toEqual([index, true, [], []]);
    }
  });

  it("DA-AO-07, DA-AO-08: and names the block that changed, not what lies behind the copy", async () => {
    flip(paths.same, 1_048_576);
    flip(paths.smaller, 5);
    flip(paths.kept, 2_200_063);
    const descriptor = openSync(paths.zeroed, "r+");
    writeSync(descriptor, "behind", size + 10);
    closeSync(descriptor);
    const places = [
      { from: 1_048_576, to: 2_097_152 },
      { from: 0, to: 1_048_576 },
      { from: 2_097_152, to: size },
    ];
    for (const [index, place] of places.entries()) {
      const found = await check(body, result, index);
      expect([index, found.ok]).toEqual([index, false]);
      expect(found.damaged).toMatchObject([place]);
    }
    expect((await check(body, result, 3)).ok).toBe(true);
  });
});

describe("what a clone must not be written onto", () => {
  const refusal = (path: string) => () => {
    const checked = checkedSource(source, { asFile: true, overrides: [] });
    return checkTargets(checked, planOf(join(base, "refused"), size, [clone(path)]), [], false);
  };

  it("the source itself, a folder, nothing at all", () => {
    expect(refusal(source)).toThrow(expect.objectContaining({ code: "target/is-source" }) as Error);
    expect(refusal(base)).toThrow(expect.objectContaining({ code: "target/clone" }) as Error);
    expect(refusal(join(base, "absent"))).toThrow(expect.objectContaining({ code: "target/clone" }) as Error);
  });

  it("a device that is mounted, read-only, or lies over the source", ({ skip }) => {
    const disk = target("mounted.img", 4 << 20);
    const device = attachLoop(disk);
    if (device === null) return skip("needs root and loop devices");
    const readOnly = attachLoop(target("read-only.img", 1 << 20), "--read-only")!;
    const overSource = attachLoop(source)!;
    expect(refusal(readOnly)).toThrow(expect.objectContaining({ code: "target/read-only" }) as Error);
    expect(refusal(overSource)).toThrow(expect.objectContaining({ code: "target/is-source" }) as Error);
    const at = join(base, "mount");
    mkdirSync(at);
    if (outputOf("mkfs.ext4", "-q", device) === null || outputOf("mount", device, at) === null) {
      return skip("needs mkfs.ext4 and mount");
    }
    mounts.push(at);
    expect(refusal(device)).toThrow(expect.objectContaining({ code: "target/mounted" }) as Error);
  });
});

describe("clones on devices", () => {
  const home = join(base, "home");

  it("DA-AO-13, DA-AO-20: loop to loop; --confirm; a smaller one is said and ends with 1", async ({ skip }) => {
    const disk = target("disk.img", 1_500_160);
    const [from, to] = [attachLoop(source, "--read-only"), attachLoop(disk)];
    if (from === null || to === null) return skip("needs root and loop devices");
    const cwd = join(base, "stand");
    mkdirSync(cwd);
    const args = ["acquire", from, "--to", to, "--format", "clone", "--json"];
    const refused = await vestige(args, { home, cwd });
    expect([refused.exit, /name it again with --confirm/.test(refused.stderr)]).toEqual([2, true]);
    expect(readFileSync(disk).every((byte) => byte === 0xa5)).toBe(true);
    const made = await vestige([...args, "--confirm", to], { home, cwd });
    expect(made.exit, made.stderr).toBe(1);
    expect(made.stderr + made.stdout).not.toMatch(/fault/);
    expect(outputOf("blockdev", "--flushbufs", to)).not.toBeNull();
    expect(readFileSync(disk).equals(medium.subarray(0, 1_500_160))).toBe(true);
    expect(jsonLines(made).at(-1)).toMatchObject({ event: "summary", exit: 1 });
    const record = JSON.parse(
      readFileSync(join(cwd, `clone-${to.split("/").at(-1)}.acquisition.json`), "utf8"),
    ) as ImageBody;
    expect(record.image.clone!.truncatedAt).toBe(1_500_160);
    expect(record.hashes.sha256).toBe(hex("sha256", medium));
  });

  it("DA-AO-21: a device that cannot keep what it took is told", async ({ skip }) => {
    const at = join(base, "small");
    mkdirSync(at);
    if (process.getuid?.() !== 0 || outputOf("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", at) === null) {
      return skip("needs root and tmpfs");
    }
    mounts.push(at);
    const disk = join(at, "disk.img");
    writeFileSync(disk, "");
    truncateSync(disk, 4 << 20);
    const device = attachLoop(disk);
    if (device === null) return skip("needs root and loop devices");
    const plan = planOf(join(base, "told"), size, [clone(device)]);
    const record = { folder: join(base, "told"), stem: "M01" };
    await expect(image(source, plan, { record })).rejects.toMatchObject({
      code: expect.stringMatching(/^target\//),
      exit: 4,
    });
  });

  it("DA-AO-12, DA-AO-16: from an image, and a range of a medium alone", async ({ skip }) => {
    const e01 = planOf(join(base, "e01"), size, [{ format: "e01" }]);
    await image(source, e01);
    const path = target("from-e01", size);
    const spec = checkedSource(join(base, "e01", "M01.E01"), { asFile: false, overrides: [] }).spec;
    expect(spec.kind).toBe("image");
    const folder = join(base, "from-image");
    const plan = planOf(folder, size, [clone(path)]);
    const { targets } = await imageFrom(spec, plan, { record: { folder, stem: "M01" } });
    expect(contentOf(plan.targets[0]!, targets[0]!).equals(medium)).toBe(true);
    const part = attachLoop(source, "--read-only", "--offset", "51200", "--sizelimit", "102400");
    if (part === null) return skip("needs root and loop devices");
    const onto = target("part", 102_400);
    const partPlan = planOf(join(base, "part-record"), 102_400, [clone(onto)]);
    await image(part, partPlan, { record: { folder: join(base, "part-record"), stem: "M01" } });
    expect(readFileSync(onto).equals(medium.subarray(51_200, 153_600))).toBe(true);
  });
});
