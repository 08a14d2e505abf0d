import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormatOf, probeOf } from "../../../../native-free/images/index.ts";
import { isoFormat } from "../../../../native-free/images/iso/format.ts";
import { discMedium, sampleSets, udfMedium } from "../../../fixtures/images/iso.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";
import { publicSample } from "../../../fixtures/images/public-samples.ts";

const segmentOf = (bytes: Uint8Array, name = "disc.iso") => ({ name, source: new MemorySource(bytes, name) });
const formatOf = (bytes: Uint8Array, name?: string) => imageFormatOf(probeOf(segmentOf(bytes, name))).registration.id;
const openBytes = (bytes: Uint8Array) => isoFormat.open([segmentOf(bytes)]);

describe("images of optical discs", () => {
  it.each(sampleSets)("of $name read as their medium", (set) => {
    const image = openIn(filesOf(set), set.first);
    expect([image.format, image.bytesPerSector]).toEqual(["iso", 2048]);
    expect(image.facts).toEqual([{ name: "kind", value: set.name }]);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    expect(bytesByKind(image)).toEqual({ data: set.medium.length });
    expect(codesOf(image)).toEqual([]);
  });

  it.each(sampleSets)("of $name give findings or an EvidenceError for any damage", (set) => {
    const { outcomes, faults } = survey(set, 200, 60);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBe(260);
  });

  it("are told by their descriptors, but not where the name is that of a raw image", () => {
    expect(formatOf(discMedium(65_536))).toBe("iso");
    expect(formatOf(udfMedium(65_536), "disc.toast")).toBe("iso");
    expect(formatOf(udfMedium(65_536), "backup")).toBe("iso");
    for (const name of ["a.dd", "a.img", "a.001", "a.aa", "a.raw"])
      expect(formatOf(discMedium(65_536), name)).toBe("raw");
    expect(formatOf(new Uint8Array(65_536))).toBe("raw");
    expect(formatOf(discMedium(65_536).subarray(0, 32_770))).toBe("raw");
    expect(() => openBytes(new Uint8Array(65_536))).toThrow("image/not-recognised");
    expect(() => isoFormat.open([])).toThrow("image/not-recognised");
  });

  it("that start from a disk, too, count as a disk does", () => {
    const hybrid = discMedium(65_536);
    hybrid.set([0x80, 0, 0, 0, 0x17], 446);
    hybrid.set([0x55, 0xaa], 510);
    expect(openBytes(hybrid).bytesPerSector).toBe(512);
  });

  it("that are cut off have less than their descriptor says", () => {
    const whole = discMedium(131_072);
    const cut = openBytes(whole.subarray(0, 100_000));
    expect(cut.findings).toEqual([
      { code: "image/disc-short", offset: null, length: null, params: { bytes: 100_000, expected: 131_072 } },
    ]);
    expect(bytesByKind(cut)).toEqual({ data: 100_000 });
    const implausible = Uint8Array.from(whole);
    implausible.fill(0xff, 32_768 + 80, 32_768 + 84);
    expect(codesOf(openBytes(implausible))).toEqual([]);
  });
});

const samples = ["bad-dir", "copying-rr", "copying", "joliet", "multi_extent_8k", "test-udf1"];

describe("images of optical discs that others made", () => {
  for (const name of samples) {
    const sample = publicSample(`libcdio/test/data/${name}.iso`);
    it.skipIf(!sample)(`${name}.iso reads as independent programs say`, () => {
      expect(formatOf(sample!.bytes)).toBe("iso");
      const image = openBytes(sample!.bytes);
      const sha256 = createHash("sha256").update(mediumOf(image)).digest("hex");
      expect([image.size, sha256]).toEqual([sample!.size, sample!.sha256]);
      expect(codesOf(image)).toEqual(name === "bad-dir" ? ["image/disc-short"] : []);
    });
  }

  const genisoimage = !spawnSync("genisoimage", ["-version"]).error;
  it.skipIf(!genisoimage)("genisoimage writes what is told as an image", () => {
    const folder = mkdtempSync(join(tmpdir(), "vestige-iso-"));
    try {
      mkdirSync(join(folder, "in"));
      writeFileSync(join(folder, "in", "a.txt"), "a".repeat(10_000));
      for (const options of [["-J", "-R"], ["-udf"]]) {
        spawnSync("genisoimage", ["-quiet", ...options, "-o", "out.iso", "in"], { cwd: folder });
        const bytes = readFileSync(join(folder, "out.iso"));
        expect(formatOf(bytes)).toBe("iso");
        expect([openBytes(bytes).size, codesOf(openBytes(bytes))]).toEqual([bytes.length, []]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
