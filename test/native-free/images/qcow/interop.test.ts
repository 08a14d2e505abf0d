/** Images that QEMU wrote, and public samples with known hashes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { DiskImage } from "../../../../native-free/images/index.ts";
import { mixedMedium, sha256Of } from "../../../fixtures/ewf-set.ts";
import { sampleSets } from "../../../fixtures/images/qcow.ts";
import { bytesByKind, mediumOf, openIn, readsAlike } from "../../../fixtures/images/opened-set.ts";
import { publicSample } from "../../../fixtures/images/public-samples.ts";
import { qemuAbsent, QemuFolder } from "../../../fixtures/images/qemu.ts";

const qemu = new QemuFolder();
afterAll(() => qemu.remove());

const run = (tool: "qemu-img" | "qemu-io", ...args: string[]) => qemu.run(tool, ...args);
const opened = (name: string) => qemu.open(name);
const reference = (name: string, ...options: string[]) => qemu.reference(name, ...options);

function expectSame(image: DiskImage, medium: Uint8Array): void {
  expect(image.size).toBe(medium.length);
  expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
  expect(readsAlike(image, medium)).toBe(true);
  expect(Object.keys(bytesByKind(image)).filter((kind) => kind !== "data" && kind !== "sparse")).toEqual([]);
  image.check?.();
}

const writes = ["-c", "write -P 0x41 5000 70000", "-c", "write -P 0x42 1000000 3000", "-c", "write -z 200k 300k"];
const medium = mixedMedium(5 << 18);

describe("an image by qemu-img", () => {
  beforeEach(({ skip }) => {
    if (qemuAbsent) skip("needs qemu-img and qemu-io");
  });

  it.each([
    ["qcow", ""],
    ["qcow2", "compat=0.10"],
    ["qcow2", "compat=0.10,cluster_size=512"],
    ["qcow2", "compat=1.1,cluster_size=2M"],
    ["qcow2", "compat=1.1,lazy_refcounts=on,refcount_bits=1"],
    ["qcow2", "extended_l2=on,cluster_size=64k"],
    ["qcow2", "extended_l2=on,cluster_size=16k,refcount_bits=64"],
    ["qcow2", "preallocation=metadata"],
    ["qcow2", "preallocation=full,cluster_size=4k"],
  ])("of %s, %s, with further writes", (format, options) => {
    writeFileSync(join(qemu.path, "m.raw"), medium);
    const set = options === "" ? [] : ["-o", options];
    run("qemu-img", "convert", "-f", "raw", "-O", format, ...set, "m.raw", "a.img");
    run("qemu-io", "-f", format, ...writes, "a.img");
    const image = opened("a.img");
    expectSame(image, reference("a.img", "-f", format));
    expect(image.findings).toEqual([]);
    // Places that are reserved hold nothing of the medium.
    const least = format === "qcow" || options.includes("=2M") ? 0 : 192 * 1024;
    expect(bytesByKind(image)["sparse"] ?? 0).toBeGreaterThanOrEqual(least);
  });

  it.each([
    ["qcow2", "compression_type=zlib"],
    ["qcow2", "compression_type=zstd"],
    ["qcow2", "compression_type=zstd,cluster_size=512"],
    ["qcow2", "compression_type=zlib,cluster_size=2M"],
    ["qcow2", "compression_type=zstd,extended_l2=on"],
  ])("packed, of %s, %s", (format, options) => {
    writeFileSync(join(qemu.path, "m.raw"), medium);
    const set = options === "" ? [] : ["-o", options];
    run("qemu-img", "convert", "-c", "-f", "raw", "-O", format, ...set, "m.raw", "p.img");
    const image = opened("p.img");
    expectSame(image, medium);
    expect(image.findings).toEqual([]);
  });

  it("over others of several formats", () => {
    writeFileSync(join(qemu.path, "m.raw"), medium);
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow", "m.raw", "base.qcow");
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.qcow", "-F", "qcow", "middle.qcow2");
    run("qemu-io", "-f", "qcow2", ...writes, "middle.qcow2");
    run(
      "qemu-img",
      "create",
      "-q",
      "-f",
      "qcow2",
      "-o",
      "extended_l2=on",
      "-b",
      "middle.qcow2",
      "-F",
      "qcow2",
      "top.qcow2",
      "3M",
    );
    run(
      "qemu-io",
      "-f",
      "qcow2",
      "-c",
      "write -P 0x43 100000 100",
      "-c",
      "write -P 0x44 2500k 10k",
      "-c",
      "write -z 64k 6k",
      "top.qcow2",
    );
    const image = opened("top.qcow2");
    expectSame(image, reference("top.qcow2"));
    expect(image.findings.map(({ code }) => code)).toEqual(["image/parent-shorter"]);
  });

  it("with its content in another file", () => {
    writeFileSync(join(qemu.path, "m.raw"), medium);
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-o", "data_file=x.data", "m.raw", "x.qcow2");
    run("qemu-io", "-f", "qcow2", ...writes, "x.qcow2");
    const image = opened("x.qcow2");
    expectSame(image, reference("x.qcow2"));
    expect(image.findings).toEqual([]);
  });

  it("with snapshots and bitmaps", () => {
    writeFileSync(join(qemu.path, "m.raw"), medium);
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "m.raw", "s.qcow2");
    run("qemu-img", "bitmap", "--add", "s.qcow2", "changes");
    run("qemu-img", "snapshot", "-c", "first", "s.qcow2");
    run("qemu-io", "-f", "qcow2", ...writes, "s.qcow2");
    run("qemu-img", "snapshot", "-c", "second", "s.qcow2");
    run("qemu-io", "-f", "qcow2", "-c", "write -P 0x45 0 1000", "s.qcow2");
    const image = opened("s.qcow2");
    expectSame(image, reference("s.qcow2"));
    // The table of snapshots was written anew: the first is still there.
    expect(new Set(image.findings.map(({ code }) => code))).toEqual(new Set(["image/unclaimed"]));
    expect(image.others!.map(({ name }) => name)).toEqual(["first", "second"]);
    for (const { name, open } of image.others!) expectSame(open(), reference("s.qcow2", "-l", name));
    run("qemu-img", "snapshot", "-d", "first", "s.qcow2");
    const after = opened("s.qcow2");
    after.check!();
    // What the deleted snapshot alone had is still in the file.
    expect(after.findings.map(({ code }) => code)).toContain("image/unclaimed");
  });

  it("that is encrypted is recognised", () => {
    const options = "encrypt.format=aes,encrypt.key-secret=s";
    run("qemu-img", "create", "-q", "--object", "secret,id=s,data=abc", "-f", "qcow2", "-o", options, "e.qcow2", "1M");
    const params = { scheme: "QCOW AES", version: 3, bytes: 1 << 20 };
    expect(() => opened("e.qcow2")).toThrowError(expect.objectContaining({ code: "image/encrypted", params }));
  });

  it.each(sampleSets)("reads ours: $name", ({ files, first, medium: raw }) => {
    for (const { name, bytes } of files) writeFileSync(join(qemu.path, name), bytes);
    writeFileSync(join(qemu.path, "medium.raw"), raw);
    const format = first.endsWith("2") ? "qcow2" : "qcow";
    expect(run("qemu-img", "compare", "-f", format, "-F", "raw", first, "medium.raw")).toContain("identical");
    if (format === "qcow2") expect(run("qemu-img", "check", "-f", format, first)).toContain("No errors");
  });
});

describe("public samples", () => {
  it.for(["plaso/test_data/image.qcow2", "plaso/test_data/vsstest.qcow2", "sleuthkit/test/data/image.qcow"])(
    "%s",
    (name, { skip }) => {
      const sample = publicSample(name);
      if (!sample) return skip("needs ../shared/data");
      const image = openIn(new Map([["d", sample.bytes]]), "d");
      expect([image.size, sha256Of(image)]).toEqual([sample.size, sample.sha256]);
      expect(Object.keys(bytesByKind(image)).sort()).toEqual(["data", "sparse"]);
      image.check!();
      expect(image.findings).toEqual([]);
    },
  );
});
