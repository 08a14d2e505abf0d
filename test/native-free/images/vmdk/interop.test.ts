/** Virtual disks that QEMU wrote or reads, public samples with known hashes, and what libvmdk says of them. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormatOf, probeOf, type DiskImage } from "../../../../native-free/images/index.ts";
import { mixedMedium, sha256Of } from "../../../fixtures/ewf-set.ts";
import { bytesByKind, codesOf, mediumOf, openIn, readsAlike } from "../../../fixtures/images/opened-set.ts";
import { publicSample } from "../../../fixtures/images/public-samples.ts";
import { publishedData, publishedDataPresent, publishedMedium } from "../../../fixtures/published-media.ts";
import { qemuAbsent, QemuFolder } from "../../../fixtures/images/qemu.ts";
import { changedMedium, sampleSets } from "../../../fixtures/images/vmdk.ts";
import { cowdExtent, descriptorText, seSparseExtent } from "../../../fixtures/images/vmdk-extents.ts";

const qemu = new QemuFolder();
afterAll(() => qemu.remove());

const medium = mixedMedium(2 << 20);
const writes = ["-c", "write -P 0x41 5000 70000", "-c", "write -P 0x42 1000000 3000", "-c", "write -z 200k 300k"];
const sparseKinds = ["monolithicSparse", "twoGbMaxExtentSparse"];
const kinds = [...sparseKinds, "monolithicFlat", "twoGbMaxExtentFlat", "streamOptimized"];

function expectSame(image: DiskImage, wanted: Uint8Array, found: readonly string[] = []): void {
  expect(image.format).toBe("vmdk");
  expect(image.size).toBe(wanted.length);
  expect(Buffer.compare(mediumOf(image), wanted)).toBe(0);
  expect(readsAlike(image, wanted)).toBe(true);
  image.check?.();
  expect(codesOf(image)).toEqual(found);
}

/**
 * QEMU writes a new content identifier, a random number without zeros in front, into the descriptor with each opening. Where the text
 * becomes shorter by more than its end mark, the last characters of the one before stay behind it: once in some 250 times.
 */
function hasOldEnd(name: string): boolean {
  const file = readFileSync(join(qemu.path, name));
  const end = file.indexOf(0, file.indexOf("# Disk DescriptorFile"));
  return end >= 0 && file.subarray(end, end + 8).some((byte) => byte !== 0);
}

const put = (name: string, bytes: string | Uint8Array) => writeFileSync(join(qemu.path, name), bytes);

describe("a disk by qemu-img", () => {
  beforeEach(({ skip }) => {
    if (qemuAbsent) skip("needs qemu-img and qemu-io");
    put("m.raw", medium);
  });

  it.each<[string, string]>([
    ...kinds.map((kind): [string, string] => [kind, ""]),
    ...kinds.map((kind): [string, string] => [kind, ",compat6"]),
    ...sparseKinds.map((kind): [string, string] => [kind, ",zeroed_grain=on"]),
    ["monolithicSparse", ",adapter_type=lsilogic,hwversion=7"],
  ])("as %s%s, with further writes", (kind, more) => {
    const name = `${kind}${more.replace(/\W/g, "")}.vmdk`;
    qemu.run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", `subformat=${kind}${more}`, "m.raw", name);
    if (kind !== "streamOptimized") qemu.run("qemu-io", "-f", "vmdk", ...writes, name);
    const image = qemu.open(name);
    // What zeros were written over stays in the file as nobody's, and so does the end of a longer descriptor.
    const left = (more.includes("zeroed") ? 2 : 0) + (hasOldEnd(name) ? 1 : 0);
    expectSame(image, qemu.reference(name, "-f", "vmdk"), Array<string>(left).fill("image/unclaimed"));
    expect(image.facts).toContainEqual({ name: "kind", value: kind });
  });

  it("reads 3 GiB in two extents, most of it empty", () => {
    qemu.run("qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", "big.vmdk", "3G");
    qemu.run(
      "qemu-io",
      "-f",
      "vmdk",
      "-c",
      "write -P 7 2147418112 131072",
      "-c",
      "write -P 9 3221159936 65536",
      "big.vmdk",
    );
    const image = qemu.open("big-s002.vmdk");
    expect(image.size).toBe(3 * 2 ** 30);
    expect(bytesByKind(image)).toEqual({ data: 196_608, sparse: 3 * 2 ** 30 - 196_608 });
    const part = new Uint8Array(131_072);
    image.readInto(part, 2_147_418_112);
    expect(part.every((byte) => byte === 7)).toBe(true);
    image.readInto(part.subarray(0, 65_536), 3_221_159_936);
    expect(part.subarray(0, 65_536).every((byte) => byte === 9)).toBe(true);
  });

  it("over others", () => {
    qemu.run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "m.raw", "base.vmdk");
    const above = (name: string, below: string) =>
      qemu.run("qemu-img", "create", "-q", "-f", "vmdk", "-b", below, "-F", "vmdk", name);
    above("middle.vmdk", "base.vmdk");
    qemu.run("qemu-io", "-f", "vmdk", ...writes, "middle.vmdk");
    above("top.vmdk", "middle.vmdk");
    qemu.run("qemu-io", "-f", "vmdk", "-c", "write -P 0x55 70000 9000", "top.vmdk");
    // Writing to the base gives it another content identifier.
    const image = qemu.open("top.vmdk");
    expectSame(image, qemu.reference("top.vmdk", "-f", "vmdk"));
    qemu.run("qemu-io", "-f", "vmdk", "-c", "write -P 1 0 512", "middle.vmdk");
    expect(qemu.open("top.vmdk").findings).toMatchObject([{ code: "image/parent-mismatch" }]);
  });
});

describe("a disk by our fixture", () => {
  beforeEach(({ skip }) => {
    if (qemuAbsent) skip("needs qemu-img");
  });

  const readable = sampleSets.filter(({ name }) => /VMDK, (?:sparse|flat|split|stream)/.test(name));

  it.each(readable.map((set) => [set.name, set] as const))("is read alike by QEMU: %s", (_, set) => {
    for (const { name, bytes } of set.files) put(name, bytes);
    expect(Buffer.compare(qemu.reference(set.first, "-f", "vmdk"), set.medium)).toBe(0);
  });

  it.each<[string, string, number, (later: Uint8Array, base: Uint8Array) => Uint8Array]>([
    ["vmfsSparse", "VMFSSPARSE", 5, (later, base) => cowdExtent(later, { parent: base })],
    ["seSparse", "SESPARSE", 17, (later, base) => seSparseExtent(later, base)],
    ["seSparse", "SESPARSE", 1, (later, base) => seSparseExtent(later, base, 1)],
  ])("of ESX is read alike by QEMU: %s, %s, %i MiB", (createType, type, mebibytes, write) => {
    // More than one table where the size is odd.
    const base = mixedMedium(mebibytes << 20);
    const later = changedMedium(base);
    const sectors = base.length / 512;
    put("base-flat.vmdk", base);
    put("base.vmdk", descriptorText({ createType: "vmfs", extents: [`RW ${sectors} VMFS "base-flat.vmdk"`] }));
    put("over-delta.vmdk", write(later, base));
    const extents = [`RW ${sectors} ${type} "over-delta.vmdk"`];
    put("over.vmdk", descriptorText({ createType, extents, parentCid: "53554ac6", cid: "1", parent: "base.vmdk" }));
    expect(Buffer.compare(qemu.reference("over.vmdk", "-f", "vmdk"), later)).toBe(0);
    expectSame(qemu.open("over.vmdk"), later);
  });

  it("is described alike by libvmdk", ({ skip }) => {
    if (spawnSync("vmdkinfo", ["-V"]).error) skip("needs vmdkinfo");
    for (const set of sampleSets.filter(({ name }) => / (?:sparse|flat|stream|snapshot)$/.test(name))) {
      for (const { name, bytes } of set.files) put(name, bytes);
      const { stdout } = spawnSync("vmdkinfo", [set.first], { cwd: qemu.path, encoding: "utf8" });
      expect(stdout).toContain(`(${set.medium.length} bytes)`);
      const [, identifier = ""] = /Content identifier:\s+0x(\w+)/.exec(stdout) ?? [];
      const image = qemu.open(set.first);
      expect(image.facts).toContainEqual({ name: "content-uuid", value: identifier });
    }
  });
});

describe("a public sample", () => {
  it("has the hash that others found", ({ skip }) => {
    const sample = publicSample("sleuthkit/test/data/image.vmdk");
    if (!sample) return skip("needs the public samples");
    const image = openIn(new Map([["image.vmdk", sample.bytes]]), "image.vmdk");
    expect([image.format, image.size, sha256Of(image)]).toEqual(["vmdk", sample.size, sample.sha256]);
    image.check?.();
    expect(image.findings).toEqual([]);
  });

  it("of version 3, 16 GiB in a stream", ({ skip }) => {
    const name = "images/qemu/tests/qemu-iotests/sample_images/iotest-version3.vmdk.bz2";
    if (!publishedDataPresent || spawnSync("bzip2", ["--help"]).error) skip("needs the public samples and bzip2");
    const bytes = publishedMedium(name);
    const row = readFileSync(`${publishedData}truth/SUMMARY.tsv`, "utf8")
      .split("\n")
      .find((line) => line.startsWith(name));
    const image = openIn(new Map([["v3.vmdk", bytes]]), "v3.vmdk");
    expect(image.size).toBe(Number(row!.split("\t")[1]));
    image.check?.();
    expect(image.findings).toEqual([]);
    const { data = 0, sparse = 0, ...others } = bytesByKind(image);
    expect([data + sparse, others]).toEqual([image.size, {}]);
    if (qemuAbsent) return;
    put("v3.vmdk", bytes);
    // Only what is stored: the rest is empty in both.
    const map = JSON.parse(qemu.run("qemu-img", "map", "--output=json", "-f", "vmdk", "v3.vmdk")) as {
      start: number;
      length: number;
      data: boolean;
    }[];
    expect(map.reduce((sum, each) => sum + (each.data ? each.length : 0), 0)).toBe(data);
    const [first] = map.filter((each) => each.data);
    const part = new Uint8Array(first!.length);
    image.readInto(part, first!.start);
    qemu.run(
      "qemu-img",
      "dd",
      "-f",
      "vmdk",
      "-O",
      "raw",
      "bs=65536",
      `skip=${first!.start / 65_536}`,
      "count=1",
      "if=v3.vmdk",
      "of=v3.raw",
    );
    const digest = (of: Uint8Array) => createHash("sha256").update(of).digest("hex");
    expect(digest(part.subarray(0, 65_536))).toBe(digest(readFileSync(join(qemu.path, "v3.raw"))));
  });

  it("that is called .vmdk and is raw is left to raw", ({ skip }) => {
    const name = "images/plaso/test_data/multi_partition_image.vmdk.xz";
    if (!existsSync(publishedData + name) || spawnSync("xz", ["--version"]).error)
      skip("needs the public samples and xz");
    const bytes = publishedMedium(name);
    const segment = { name: "multi_partition_image.vmdk", source: new MemorySource(bytes) };
    expect(imageFormatOf(probeOf(segment)).registration.id).toBe("raw");
    const row = readFileSync(`${publishedData}truth/SUMMARY.tsv`, "utf8")
      .split("\n")
      .find((line) => line.startsWith(name));
    const image = openIn(new Map([[segment.name, bytes]]), segment.name);
    expect(sha256Of(image)).toBe(row!.split("\t")[2]);
  });
});
