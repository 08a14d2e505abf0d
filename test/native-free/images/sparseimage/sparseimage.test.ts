import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { sparseimageFormat } from "../../../../native-free/images/sparseimage/format.ts";
import { headerLayout } from "../../../../native-free/images/sparseimage/layouts.ts";
import { mixedMedium } from "../../../fixtures/ewf-set.ts";
import { sampleSets, sparseImageOf } from "../../../fixtures/images/sparseimage.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";

const medium = mixedMedium(262_144);
const segmentOf = (bytes: Uint8Array) => ({ name: "a.sparseimage", source: new MemorySource(bytes) });
const openBytes = (bytes: Uint8Array) => sparseimageFormat.open([segmentOf(bytes)]);
const changed = (at: number, value: number, bytes = sparseImageOf(medium)) => {
  new DataView(bytes.buffer).setUint32(at, value);
  return bytes;
};
const band = 16 * 512;

describe("sparse images", () => {
  it.each(sampleSets)("with $name read as their medium", (set) => {
    const image = openIn(filesOf(set), set.first);
    expect(image.format).toBe("sparseimage");
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check?.();
    expect(codesOf(image)).toEqual([]);
    expect(bytesByKind(image).sparse).toBeGreaterThan(20_000);
  });

  it.each(sampleSets)("with $name give findings or an EvidenceError for any damage", (set) => {
    const { outcomes, faults } = survey(set, set === sampleSets[1] ? 200 : 50, 30);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(50);
  });

  it("are told by their signature", () => {
    expect(sparseimageFormat.detect(probeOf(segmentOf(sparseImageOf(medium))))).toBe("certain");
    expect(sparseimageFormat.detect(probeOf(segmentOf(medium)))).toBe("no");
    expect(sparseimageFormat.detect(probeOf(segmentOf(changed(8, 0))))).toBe("possible");
    expect(() => openBytes(changed(8, 0))).toThrow("image/structure-damaged");
    expect(() => openBytes(medium)).toThrow("image/not-recognised");
    expect(() => sparseimageFormat.open([])).toThrow("image/not-recognised");
  });

  it("say what their header says", () => {
    expect(openBytes(sparseImageOf(medium)).facts).toEqual([
      { name: "version", value: 3 },
      { name: "block-bytes", value: band },
      {
        name: "used-blocks",
        value: new Set(
          Array.from(medium.keys())
            .filter((at) => medium[at])
            .map((at) => Math.floor(at / band)),
        ).size,
      },
    ]);
  });

  it("sizes that differ, or only the older one", () => {
    expect(codesOf(openBytes(changed(16, 5)))).toEqual(["image/structures-differ"]);
    const old = openBytes(changed(32, 0));
    expect([old.size, codesOf(old)]).toEqual([medium.length, []]);
    expect(codesOf(openBytes(changed(4, 4)))).toEqual(["image/structure-damaged"]);
  });

  it("band numbers that lie outside, occur twice, or have no bytes", () => {
    const foreign = openBytes(changed(64, 900));
    expect(codesOf(foreign)).toEqual(["image/band-foreign"]);
    const twice = openBytes(changed(68, 1));
    expect(codesOf(twice)).toEqual(["image/blocks-overlap"]);
    expect(Buffer.compare(mediumOf(twice).subarray(0, band), medium.subarray(0, band))).toBe(0);
    const outside = openBytes(changed(64 + 500 * 4, 32));
    expect(codesOf(outside)).toContain("image/outside-file");
    const whole = sparseImageOf(medium);
    const cut = openBytes(whole.subarray(0, whole.length - 100));
    expect(codesOf(cut)).toEqual(["image/truncated"]);
    expect(bytesByKind(cut).missing).toBe(100);
  });

  it("a chain of nodes that goes back or into nothing, and bands that none claims", () => {
    const chained = sparseImageOf(medium, { inHeader: 7 });
    const { next } = headerLayout.cursor().over(chained);
    const nowhere = openBytes(changed(24, next + 4096, chained));
    nowhere.check?.();
    expect([...new Set(codesOf(nowhere))]).toEqual(["image/structure-damaged", "image/unclaimed"]);
    const again = sparseImageOf(medium, { inHeader: 7 });
    new DataView(again.buffer).setUint32(next + 16, next);
    expect(codesOf(openBytes(again))).toEqual(["image/structure-damaged"]);
    const left = openBytes(changed(64, 0));
    left.check?.();
    left.check?.();
    expect(codesOf(left)).toEqual(["image/unclaimed"]);
  });
});
