import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { zipCarver } from "../../../../native-free/carving/archives/zip/carver.ts";
import { archiveSamples, proseOf } from "../../../fixtures/carving/archive-samples.ts";
import { carveAcrossGap, carveAmongNoise } from "../../../fixtures/carving/carve-sample.ts";
import { joined, u32, u64 } from "../../../fixtures/carving/laid-out.ts";
import { publishedFilesPresent } from "../../../fixtures/carving/published-files.ts";
import { coded } from "../../../fixtures/carving/sample-bytes.ts";
import { publishedData } from "../../../fixtures/published-media.ts";
import { zip, type ZipEntrySpec } from "../../../fixtures/zip-writer.ts";

const three: readonly ZipEntrySpec[] = [
  { name: "one.txt", data: proseOf(3000, 1) },
  { name: "two.txt", data: proseOf(4000, 2), descriptor: true },
  { name: "three.bin", data: coded(5000, 3), method: 0 },
];

describe("carving of ZIP archives", () => {
  it("ends behind the comment, with every form of descriptor", () => {
    for (const descriptor of [false, true, "unsigned"] as const) {
      const bytes = zip(
        three.map((entry) => ({ ...entry, descriptor })),
        { comment: "PK\u0005\u0006 of the officer" },
      );
      expect(carveAmongNoise(zipCarver, bytes), `${descriptor}`).toMatchObject({
        verdict: "complete",
        length: bytes.length,
      });
    }
  });

  it("steps over an Android signing block", () => {
    const bytes = Buffer.from(zip(three));
    const directoryAt = bytes.readUInt32LE(bytes.length - 6);
    const payload = joined(coded(200, 4), u64(224), "APK Sig Block 42");
    const block = joined(u64(224), payload);
    const signed = Buffer.concat([bytes.subarray(0, directoryAt), block, bytes.subarray(directoryAt)]);
    signed.set(u32(directoryAt + block.length), signed.length - 6);
    expect(carveAmongNoise(zipCarver, signed)).toMatchObject({ verdict: "complete", length: signed.length });
  });

  it("gives the rest of an archive whose beginning is lost as a fragment", () => {
    const bytes = zip(three);
    const second = Buffer.from(bytes).indexOf("PK\x03\x04", 4, "latin1");
    expect(carveAmongNoise(zipCarver, bytes.subarray(second))).toMatchObject({
      verdict: "fragment",
      length: bytes.length - second,
    });
  });

  it("carves an archive behind a program from its first header on", () => {
    const bytes = zip(
      three.map((entry) => ({ ...entry })),
      { prefix: coded(5000, 5) },
    );
    const source = new MemorySource(bytes);
    expect(zipCarver.carve(source, 5000, source.size)).toMatchObject({
      verdict: "complete",
      length: bytes.length - 5000,
    });
  });

  it("holds up to the member that breaks, and names one that is changed inside", () => {
    const bytes = zip(three);
    const third = Buffer.from(bytes).indexOf("three.bin") - 30;
    expect(carveAmongNoise(zipCarver, bytes.subarray(0, third + 2000))).toMatchObject({
      verdict: "truncated",
      length: third,
    });
    const changed = bytes.slice();
    changed[third + 100]! ^= 1;
    const carved = carveAmongNoise(zipCarver, changed);
    expect(carved).toMatchObject({ verdict: "truncated", length: bytes.length });
    expect(carved!.findings).toMatchObject([{ code: "carving/damaged-inside", offset: third }]);
  });

  it("finds nothing in a lone header", () => {
    for (const { bytes, kind } of archiveSamples.slice(0, 24)) {
      for (const keep of [30, 45, 64]) {
        expect(carveAmongNoise(zipCarver, joined(bytes().subarray(0, keep), coded(9000, keep))), kind).toBeNull();
      }
    }
  });
});

describe("carving of ZIP archives in two pieces", () => {
  const large = zip([
    { name: "a.txt", data: proseOf(30_000, 11) },
    { name: "b.txt", data: proseOf(60_000, 12), descriptor: true },
    { name: "c.bin", data: coded(20_000, 13), method: 0 },
    { name: "d.txt", data: proseOf(40_000, 14) },
  ]);

  it("finds the gap and the cut wherever they are", () => {
    const blockBytes = 512;
    const blocks = Math.floor(large.length / blockBytes);
    for (let cut = 1; cut < blocks; cut += 9) {
      for (const gap of [1, 16]) {
        const { contiguous, content } = carveAcrossGap(zipCarver, large, blockBytes, cut, gap);
        expect(contiguous?.verdict).not.toBe("complete");
        expect(content, `${cut} ${gap}`).not.toBeNull();
        expect(Buffer.compare(content!, large), `${cut} ${gap}`).toBe(0);
      }
    }
  });

  it("finds nothing where a block is missing", () => {
    const missing = Buffer.concat([large.subarray(0, 20 * 512), large.subarray(21 * 512)]);
    const { content } = carveAcrossGap(zipCarver, missing, 512, 30, 4);
    expect(content).toBeNull();
  });

  it.skipIf(!publishedFilesPresent)("finds a published archive (skipped without ../shared/data)", () => {
    const bytes = readFileSync(`${publishedData}archives/py7zr/tests/data/src.zip`);
    for (const cut of [3, 20, 39]) {
      const { content } = carveAcrossGap(zipCarver, bytes, 4096, cut, 5);
      expect(content, `${cut}`).not.toBeNull();
      expect(Buffer.compare(content!, bytes)).toBe(0);
    }
  });
});
