/** VHD and VHDX of other programs: real samples against their recorded hashes, QEMU and libvhdi side by side. */
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormatOf, probeOf, type DiskImage } from "../../../../native-free/images/index.ts";
import { mixedMedium, sha256Of } from "../../../fixtures/ewf-set.ts";
import { sharedData } from "../../../fixtures/extraction-reader.ts";
import { mediumOf } from "../../../fixtures/images/opened-set.ts";
import { sampleSets as vhdSets } from "../../../fixtures/images/vhd.ts";
import { sampleSets as vhdxSets } from "../../../fixtures/images/vhdx.ts";

function open(name: string, bytes: Uint8Array): DiskImage {
  const segment = { name, source: new MemorySource(bytes, name) };
  return imageFormatOf(probeOf(segment)).open([segment]);
}

const has = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: "ignore" }).error === undefined;
const qemu = has("qemu-img", "--version");
const libvhdi = has("vhdiinfo", "-V");
const bzip2 = has("bzip2", "--help");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vestige-vhd-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  expect(status, `${program} ${args.join(" ")}: ${stderr}`).toBe(0);
  return stdout;
}

/** Size and SHA-256 of the medium, as they were recorded; null where the data are absent. */
function truthOf(path: string): { size: number; sha256: string } | null {
  const table = sharedData("truth/SUMMARY.tsv");
  const line =
    table &&
    Buffer.from(table)
      .toString("utf8")
      .split("\n")
      .find((each) => each.startsWith(`${path}\t`));
  if (!line) return null;
  const [, size, sha256 = ""] = line.split("\t");
  return { size: Number(size), sha256 };
}

/** The first file of a ZIP archive. */
function unzipped(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return inflateRawSync(bytes.subarray(30 + view.getUint16(26, true) + view.getUint16(28, true)));
}

const samples: readonly [path: string, codes: readonly string[]][] = [
  ["images/plaso/test_data/image.vhd", []],
  ["images/sleuthkit/test/data/image.vhd", []],
  ["images/qemu/tests/qemu-iotests/sample_images/iotest-dynamic-1G.vhdx.bz2", []],
  ["images/velociraptor/artifacts/testdata/files/test.vhdx.zip", []],
];

describe("real samples", () => {
  const bytesOf = (path: string): Uint8Array | null => {
    const packed = sharedData(path);
    if (!packed || path.endsWith(".zip")) return packed && unzipped(packed);
    if (!path.endsWith(".bz2")) return packed;
    return bzip2 ? spawnSync("bzip2", ["-dc"], { input: packed, maxBuffer: 1 << 30 }).stdout : null;
  };

  it.for(samples)("%s has the medium that was recorded", { timeout: 60_000 }, ([path, codes], context) => {
    const truth = truthOf(path);
    const bytes = bytesOf(path);
    if (!truth || !bytes) return context.skip("needs ../shared/data and bzip2");
    const image = open(
      path
        .replace(/\.(bz2|zip)$/, "")
        .split("/")
        .at(-1)!,
      bytes,
    );
    image.check?.();
    expect([image.size, sha256Of(image)]).toEqual([truth.size, truth.sha256]);
    expect(image.findings.map(({ code }) => code)).toEqual(codes);
  });

  it("the disk of a Virtual PC has the size that it says, with the one of its geometry told", (context) => {
    const path = "images/qemu/tests/qemu-iotests/sample_images/virtualpc-dynamic.vhd.bz2";
    const bytes = bytesOf(path);
    if (!bytes) return context.skip("needs ../shared/data and bzip2");
    const image = open("virtualpc-dynamic.vhd", bytes);
    image.check?.();
    // libvhdi gives the one, QEMU the other.
    expect(image.size).toBe(136_365_211_648);
    expect(image.findings.map(({ code, params }) => [code, params])).toEqual([
      ["image/vhd-size-by-geometry", { size: 136_365_211_648, geometry: truthOf(path)!.size }],
    ]);
    expect([...image.runsIn(0, image.size)].map(({ length, kind }) => [length, kind])).toEqual([
      [image.size, "sparse"],
    ]);
  });
});

describe("QEMU", () => {
  const medium = new Uint8Array(40 << 20);
  medium.set(mixedMedium(3 << 20), 1 << 20);
  medium.set(mixedMedium(200 << 10), 39 << 20);

  it.for([
    ["vpc", "subformat=fixed,force_size=on"],
    ["vpc", "subformat=dynamic,force_size=on"],
    ["vpc", "subformat=dynamic"],
    ["vhdx", "subformat=fixed"],
    ["vhdx", "subformat=dynamic,block_size=1048576"],
    ["vhdx", "subformat=dynamic,block_state_zero=off"],
  ] as const)("writes %s with %s, which reads as the medium", { timeout: 60_000 }, ([format, options], context) => {
    if (!qemu) return context.skip("needs qemu-img");
    writeFileSync(join(folder, "medium.raw"), medium);
    run("qemu-img", "convert", "-f", "raw", "-O", format, "-o", options, "medium.raw", "made");
    const bytes = readFileSync(join(folder, "made"));
    const image = open("made", bytes);
    expect(image.format).toBe(format === "vpc" ? "vhd" : "vhdx");
    expect(Buffer.compare(mediumOf(image).subarray(0, medium.length), medium)).toBe(0);
    image.check?.();
    expect(image.findings).toEqual([]);
    if (libvhdi) {
      const info = run("vhdiinfo", "made");
      expect(info).toContain(`(${image.size} bytes)`);
      expect(info.toLowerCase()).toContain(String(image.facts.find(({ name }) => name === "kind")?.value));
      const name = format === "vpc" ? "uuid" : "content-uuid";
      expect(info).toContain(String(image.facts.find((fact) => fact.name === name)?.value));
    }
  });

  const own = [...vhdSets, ...vhdxSets].filter(({ files }) => files.length === 1);
  const named = own.map((set) => [`${set.format}, ${set.name}`, set] as const);
  it.for(named)("reads our %s alike", ([, set], context) => {
    if (!qemu) return context.skip("needs qemu-img");
    writeFileSync(join(folder, "ours"), set.files[0]!.bytes);
    const format = set.format === "vhd" ? "vpc" : "vhdx";
    // Replays the log, which it does not do when it only reads.
    if (set.name.includes("log")) run("qemu-img", "check", "-f", format, "-r", "all", "ours");
    run("qemu-img", "convert", "-f", format, "-O", "raw", "ours", "out.raw");
    expect(Buffer.compare(readFileSync(join(folder, "out.raw")), set.medium)).toBe(0);
  });
});
