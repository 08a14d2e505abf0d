/** Whatever a medium comes from: the same bytes give the same hashes, and conversions keep them. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkedSource } from "../../../../src/acquire/image/checked-source.ts";
import { hashNames, type ImageBody } from "../../../../src/acquire/image/image-body.ts";
import { verifyCommand } from "../../../../src/cli/commands/verify.ts";
import { compileCache } from "../../../fixtures/compile-cache.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { markedBytes } from "../../../fixtures/faulty-medium.ts";
import {
  contentOf,
  filesIn,
  hex,
  image,
  imageFaulty,
  imageFrom,
  planOf,
  type TargetWish,
} from "../../../fixtures/imaging.ts";
import { attachLoop, detachLoops, outputOf } from "../../../fixtures/loop-device.ts";
import { ask } from "../../../fixtures/officer.ts";

const base = freshFolder("sources");
afterEach(detachLoops);
afterAll(() => rmSync(base, { recursive: true, force: true }));
const data = fileURLToPath(new URL("../../../../../shared/data/images", import.meta.url));

const size = 1_300_480;
const medium = Buffer.concat([markedBytes(900_096, 512), randomBytes(size - 900_096)]);
const file = join(base, "medium.img");
writeFileSync(file, medium);
const spec = (path: string, asFile = false) => checkedSource(path, { asFile, overrides: [] }).spec;

describe("DA-AM-01, DA-AM-02: interfaces and kinds of sources", () => {
  it.for([
    ["a read-only device with sectors of 512 bytes", ["--read-only"], 512],
    ["a device with sectors of 4096 bytes", ["--sector-size", "4096"], 4096],
  ] as const)("%s", async ([, flags, sectorBytes], { skip }) => {
    const bytes = medium.subarray(0, 317 * 4096);
    const path = join(base, "device.img");
    writeFileSync(path, bytes);
    const device = attachLoop(path, ...flags);
    if (device === null) return skip("needs root and loop devices");
    const checked = checkedSource(device, { asFile: false, overrides: [] });
    expect(checked).toMatchObject({ kind: "device", size: bytes.length, sectorBytes });
    const plan = planOf(join(base, `device-${flags.length}-${sectorBytes}`), bytes.length, [{ format: "e01" }], {
      sectorBytes,
    });
    const result = await imageFrom(checked.spec, plan);
    expect(result.hashes.sha256).toBe(hex("sha256", bytes));
    expect(contentOf(plan.targets[0]!, result.targets[0]!).equals(bytes)).toBe(true);
  });

  it("a partition, that is a device within another", async ({ skip }) => {
    const disk = Buffer.alloc(2048 * 512 + 100 * 512);
    disk.set(medium.subarray(0, 100 * 512), 2048 * 512);
    // One entry of a master boot record: type 0x83, from sector 2048 on, 100 sectors.
    disk.set(Uint8Array.from([0, 0, 2, 0, 0x83, 0, 2, 0, 0, 8, 0, 0, 100, 0, 0, 0]), 446);
    disk.writeUInt16LE(0xaa55, 510);
    const path = join(base, "disk.img");
    writeFileSync(path, disk);
    const device = attachLoop(path, "--partscan", "--read-only");
    if (device === null || !existsSync(`${device}p1`)) return skip("needs root and loop devices with partitions");
    const checked = checkedSource(`${device}p1`, { asFile: false, overrides: [] });
    expect(checked.size).toBe(100 * 512);
    const plan = planOf(join(base, "partition"), 100 * 512, [{ format: "raw" }]);
    const { targets } = await imageFrom(checked.spec, plan);
    expect(contentOf(plan.targets[0]!, targets[0]!).equals(medium.subarray(0, 100 * 512))).toBe(true);
  });

  it("a stream: its odd tail is kept by raw, and filled to a sector where E01 is written too", async ({ skip }) => {
    if (process.platform !== "linux") return skip("needs /proc");
    const home = join(base, "home");
    const odd = medium.subarray(0, 700_001);
    const args = (to: string, ...more: string[]) => [
      "acquire",
      "-",
      "--to",
      join(base, to),
      "--format",
      "raw",
      ...more,
    ];
    const script = fileURLToPath(new URL("../../../../src/main.ts", import.meta.url));
    const flags = [
      "--disable-warning=ExperimentalWarning",
      ...process.execArgv.filter((flag) => flag === "--no-addons"),
    ];
    const run = (given: readonly string[]) =>
      spawnSync(process.execPath, [...flags, script, ...given], {
        input: odd,
        env: { PATH: process.env.PATH, HOME: home, ...compileCache },
        encoding: "utf8",
      });
    const bodyOf = (to: string) => JSON.parse(readFileSync(join(base, `${to}.acquisition.json`), "utf8")) as ImageBody;

    const plain = run(args("stream"));
    expect(plain.status, plain.stderr).toBe(0);
    expect(readFileSync(join(base, "stream.raw")).equals(odd)).toBe(true);
    expect(bodyOf("stream")).toMatchObject({ sourceKind: "stream", bytes: 700_001, paddedBytes: 0, source: "-" });

    const both = run(args("both", "--also", `e01:${join(base, "both")}`, "--segment-size", "1M"));
    expect(both.status, both.stderr).toBe(0);
    const padded = Buffer.concat([odd, Buffer.alloc(512 - (700_001 % 512))]);
    expect(bodyOf("both")).toMatchObject({ bytes: padded.length, paddedBytes: padded.length - 700_001 });
    expect(bodyOf("both").hashes.sha256).toBe(hex("sha256", padded));
    expect(bodyOf("both").received).toEqual({ bytes: 700_001, sha256: hex("sha256", odd) });
    expect(readFileSync(join(base, "both.001")).equals(padded)).toBe(true);
    const [e01] = planOf(base, padded.length, [{ format: "e01", stem: "both" }]).targets;
    expect(contentOf(e01!, bodyOf("both").further[0]!).equals(padded)).toBe(true);
    const verified = await ask(verifyCommand, { args: [join(base, "both.E01")], flags: { "own-only": true } });
    expect(verified.exit, verified.text).toBe(0);
  });

  it("not an empty file, a character device or nothing", () => {
    writeFileSync(join(base, "empty"), "");
    for (const [path, code] of [
      [join(base, "empty"), "source/empty"],
      ["/dev/null", "source/kind"],
      [join(base, "absent"), "source/absent"],
    ] as const) {
      expect(() => spec(path)).toThrow(expect.objectContaining({ code }) as Error);
    }
  });
});

describe("DA-AO-09: conversions keep the data", () => {
  const wishes: readonly TargetWish[] = [
    { format: "raw", stem: "raw" },
    { format: "raw", stem: "split", segmentBytes: 400_000 },
    { format: "e01", stem: "e01", segmentBytes: 300_000 },
    { format: "aff4", stem: "aff4" },
  ];
  const folder = join(base, "matrix");

  beforeAll(async () => {
    const plan = planOf(folder, size, wishes);
    expect((await image(file, plan)).hashes.sha256).toBe(hex("sha256", medium));
  });

  /** Of each source what is made of it: every pair of different formats. */
  const made: readonly (readonly [string, readonly number[]])[] = [
    ["raw.raw", [2]],
    ["split.001", [0, 3]],
    ["e01.E01", [1, 3]],
    ["aff4.aff4", [0, 2]],
  ];
  it.each(made)("from %s", async (first, wanted) => {
    const source = spec(join(folder, first));
    expect(source.kind).toBe(first === "raw.raw" ? "medium" : "image");
    const again = join(base, `from-${first}`);
    const plan = planOf(
      again,
      size,
      wanted.map((index) => wishes[index]!),
    );
    const { hashes, targets, errors, notes } = await imageFrom(source, plan);
    expect([hashes.sha256, errors.badRanges, notes]).toEqual([hex("sha256", medium), [], []]);
    for (const [index, target] of plan.targets.entries()) {
      expect(contentOf(target, targets[index]!).equals(medium)).toBe(true);
    }
    // What it comes from leaves no trace in the image.
    expect(filesIn(folder)).toMatchObject(filesIn(again));
  });

  it("bad sectors of an image stay bad in what is made of it", async () => {
    const plan = planOf(join(base, "bad"), 512_000, [{ format: "e01" }]);
    await imageFaulty({ bytes: 512_000, bad: [7, 8, 999] }, plan);
    const next = planOf(join(base, "bad-again"), 512_000, [{ format: "e01" }, { format: "raw" }]);
    const { errors } = await imageFrom(spec(join(base, "bad", "M01.E01")), next);
    expect(errors.badRanges).toEqual([
      { first: 7, count: 2 },
      { first: 999, count: 1 },
    ]);
    expect(filesIn(join(base, "bad-again"))["M01.E01"]).toBe(filesIn(join(base, "bad"))["M01.E01"]);
  });

  const real = [
    ["sleuthkit/test/data/image.E01", "ewf"],
    ["velociraptor/artifacts/testdata/files/test.ntfs.dd.E01", "ewf"],
  ] as const;
  it.for(real)("images of other tools: %s", async ([name, format], { skip }) => {
    const path = join(data, name);
    if (!existsSync(path)) return skip("needs ../shared/data");
    const checked = checkedSource(path, { asFile: false, overrides: [] });
    expect(checked).toMatchObject({ kind: "image", spec: { format } });
    const plan = planOf(join(base, `real-${name.replaceAll("/", "-")}`), checked.size, [{ format: "e01" }], {
      sectorBytes: checked.sectorBytes,
    });
    const { hashes } = await imageFrom(checked.spec, plan);
    const said = outputOf("ewfverify", "-q", "-d", "sha256", join(plan.targets[0]!.folder, "M01.E01"));
    if (said !== null) expect(said).toContain(hashes.sha256);
  });
});

describe("hashes by choice", () => {
  it("are those of independent programs", async () => {
    const plan = planOf(join(base, "hashes"), size, [{ format: "raw" }], { hashes: hashNames });
    const { hashes } = await image(file, plan, { workers: 3 });
    const programs: readonly (readonly [keyof typeof hashes, string, readonly string[]])[] = [
      ["md5", "md5sum", []],
      ["sha1", "sha1sum", []],
      ["sha256", "sha256sum", []],
      ["sha512", "sha512sum", []],
      ["sha3-256", "openssl", ["dgst", "-sha3-256", "-r"]],
      ["blake3", "b3sum", []],
    ];
    for (const [name, program, args] of programs) {
      const said = outputOf(program, ...args, file);
      if (said !== null) expect([name, said.split(" ")[0]]).toEqual([name, hashes[name]]);
    }
    expect(Object.keys(hashes)).toEqual([...hashNames]);
    // Where no b3sum is installed: the vector of the empty input is in the self-test, this one is of hash-wasm's other entry.
    const { blake3 } = await import("hash-wasm");
    expect(hashes.blake3).toBe(await blake3(medium));
  });

  it("DA-AO-22: block hashes are those of each block alone", async () => {
    mkdirSync(join(base, "blocks"), { recursive: true });
    const plan = planOf(join(base, "blocks"), size, [{ format: "raw" }]);
    const { leaves } = await image(file, plan);
    for (let at = 0, block = 0; at < size; at += 1 << 20, block++) {
      const leaf = hex("sha256", Buffer.concat([Buffer.of(0), medium.subarray(at, at + (1 << 20))]));
      expect(Buffer.from(leaves.subarray(block * 32, (block + 1) * 32)).toString("hex")).toBe(leaf);
    }
  });
});
