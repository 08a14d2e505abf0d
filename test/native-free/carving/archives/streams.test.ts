import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { xxhash32 } from "hash-wasm";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { bzip2Carver } from "../../../../native-free/carving/archives/bzip2/carver.ts";
import { gzipCarver } from "../../../../native-free/carving/archives/gzip.ts";
import { rarCarver } from "../../../../native-free/carving/archives/rar/carver.ts";
import { sevenZipCarver } from "../../../../native-free/carving/archives/seven-zip.ts";
import { tarCarver } from "../../../../native-free/carving/archives/tar.ts";
import { XxHash32 } from "../../../../native-free/carving/archives/xx-hash.ts";
import { xzCarver } from "../../../../native-free/carving/archives/xz.ts";
import { zstdCarver } from "../../../../native-free/carving/archives/zstd.ts";
import { archiveSamples, proseOf } from "../../../fixtures/carving/archive-samples.ts";
import { bzip2 } from "../../../fixtures/carving/bzip2-writer.ts";
import { carveAmongNoise } from "../../../fixtures/carving/carve-sample.ts";
import { joined } from "../../../fixtures/carving/laid-out.ts";
import { coded } from "../../../fixtures/carving/sample-bytes.ts";

const sampleOf = (wanted: string): Uint8Array => archiveSamples.find(({ kind }) => kind === wanted)!.bytes();

describe("streams that follow each other", () => {
  it("are one file", () => {
    const gzip = joined(gzipSync(proseOf(2000)), gzipSync(proseOf(900, 2)));
    expect(carveAmongNoise(gzipCarver, gzip)).toMatchObject({ verdict: "complete", length: gzip.length });
    const packed = joined(bzip2(proseOf(500)), bzip2(proseOf(300, 2)));
    expect(carveAmongNoise(bzip2Carver, packed)).toMatchObject({ verdict: "complete", length: packed.length });
    const skippable = joined(zstdCompressSync(proseOf(700)), Buffer.from("502a4d1803000000616263", "hex"));
    expect(carveAmongNoise(zstdCarver, skippable)).toMatchObject({ verdict: "complete", length: skippable.length });
    const padded = joined(sampleOf("xz"), new Uint8Array(8), sampleOf("xz"));
    expect(carveAmongNoise(xzCarver, padded)).toMatchObject({ verdict: "complete", length: padded.length });
  });
});

describe("streams that break off", () => {
  it("are truncated where a whole block proves them, behind that block", () => {
    const gzip = gzipSync(proseOf(400_000));
    const carved = carveAmongNoise(gzipCarver, gzip.subarray(0, Math.floor(gzip.length * 0.7)));
    expect(carved?.verdict).toBe("truncated");
    expect(carved!.length).toBeLessThanOrEqual(gzip.length * 0.7);
    expect(carved!.length).toBeGreaterThan(gzip.length * 0.3);
  });

  it("are nothing where only noise is decoded", () => {
    const gzip = gzipSync(proseOf(3000));
    for (let keep = 18; keep < 100; keep++) {
      expect(carveAmongNoise(gzipCarver, joined(gzip.subarray(0, keep), coded(60_000, keep)))).toBeNull();
    }
  });

  it("of bzip2 hold as far as their blocks do", () => {
    const whole = bzip2(proseOf(1200));
    const second = bzip2(proseOf(800, 3));
    const cut = joined(whole, second.subarray(0, second.length - 40));
    expect(carveAmongNoise(bzip2Carver, cut)).toMatchObject({ verdict: "complete", length: whole.length });
    for (let at = 20; at < whole.length - 12; at += 7) {
      const broken = whole.slice();
      broken[at]! ^= 0x10;
      expect(carveAmongNoise(bzip2Carver, broken)?.verdict, `${at}`).not.toBe("complete");
    }
  });
});

describe("archives that are walked", () => {
  it("of tar end behind their record, and are truncated without an end", () => {
    const tar = sampleOf("tar");
    const filled = joined(tar, new Uint8Array(10_240 - tar.length));
    expect(carveAmongNoise(tarCarver, filled)).toMatchObject({ verdict: "complete", length: 10_240 });
    expect(carveAmongNoise(tarCarver, tar.subarray(0, -1024))).toMatchObject({
      verdict: "truncated",
      length: tar.length - 1024,
    });
  });

  it("of RAR 4 and 5 name the stored file that was changed", () => {
    for (const { bytes } of archiveSamples.filter(({ kind }) => kind === "rar")) {
      const broken = bytes();
      broken[Math.floor(broken.length * 0.75)]! ^= 1;
      const carved = carveAmongNoise(rarCarver, broken);
      expect(carved).toMatchObject({ verdict: "truncated", length: broken.length });
      expect(carved!.findings.map(({ code }) => code)).toEqual(["carving/damaged-inside"]);
    }
  });

  it("of 7-Zip are nothing without their other end", () => {
    const bytes = sampleOf("7z");
    expect(carveAmongNoise(sevenZipCarver, bytes.subarray(0, -10))).toBeNull();
  });
});

describe("XxHash32", () => {
  it("is hash-wasm's, in any steps", async () => {
    for (const length of [0, 1, 3, 4, 15, 16, 17, 100, 5000]) {
      const bytes = coded(length, length + 1);
      expect(new XxHash32().update(bytes).digest().toString(16).padStart(8, "0")).toBe(await xxhash32(bytes));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
        const whole = new XxHash32().update(bytes).digest();
        expect(new XxHash32().update(bytes.subarray(0, at)).update(bytes.subarray(at)).digest()).toBe(whole);
      }),
    );
  });
});

describe("carvers of archives", () => {
  it("read nothing behind the end that they were given", () => {
    for (const { bytes } of archiveSamples.slice(24)) {
      const whole = bytes();
      const source = new MemorySource(joined(whole, coded(64, 1)));
      const carver = [gzipCarver, bzip2Carver, zstdCarver, xzCarver, rarCarver, sevenZipCarver].find((one) =>
        one.signatures.some((sign) => sign.bytes.every((byte, i) => byte === null || whole[sign.offset + i] === byte)),
      );
      if (carver !== undefined) expect(carver.carve(source, 0, whole.length - 1)?.verdict).not.toBe("complete");
    }
  });
});
