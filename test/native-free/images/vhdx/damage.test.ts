/** VHDX images of every kind: whole, and damaged where it hurts. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { mutate, randomFrom } from "../../../conformance/mutate.ts";
import { cpuMs } from "../../../fixtures/cpu-time.ts";
import { codesOf, filesOf, mediumOf, openIn, readsAlike, survey } from "../../../fixtures/images/opened-set.ts";
import { MB, sampleSets } from "../../../fixtures/images/vhdx.ts";

describe.each(sampleSets.map((set) => [set.name, set] as const))("a VHDX: %s", (_, set) => {
  it("reads as its medium, in any order", () => {
    const image = openIn(filesOf(set), set.first);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check?.();
    const noted = set.name.includes("log") ? ["image/not-closed", "image/vhdx-log-replayed"] : [];
    expect(codesOf(image)).toEqual(noted);
  });

  it("stands damage", { timeout: 60_000 }, () => {
    const { outcomes, faults } = survey(set, 30, 20);
    expect(faults).toEqual([]);
    expect(outcomes.get("read") ?? 0).toBeGreaterThan(15);
  });

  it("stands damage where the structures are", { timeout: 60_000 }, () => {
    const random = randomFrom(99);
    const places = [
      [64 << 10, 100],
      [192 << 10, 100],
      [MB, 12_288],
      [2 * MB - 8192, 8192],
      [2 * MB, 64],
      [3 * MB, 256],
      [3 * MB + 65_536, 400],
    ];
    const file = set.files[0]!;
    for (let turn = 0; turn < 50; turn++) {
      const bytes = Buffer.from(file.bytes);
      for (let count = 1 + (random() % 3); count > 0; count--) {
        const [at, length] = places[random() % places.length] as [number, number];
        bytes.set(mutate(bytes.subarray(at, at + length), random).subarray(0, length), at);
      }
      const files = new Map(filesOf(set)).set(file.name, bytes);
      const began = cpuMs();
      try {
        const image = openIn(files, set.first);
        image.readInto(new Uint8Array(MB), Math.max(0, image.size - MB));
        for (const { length } of image.runsIn(0, 8 * MB)) expect(length).toBeGreaterThan(0);
        image.check?.();
        expect(image.findings.every(({ code }) => code.startsWith("image/"))).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ kind: "evidence" });
      }
      expect(cpuMs() - began).toBeLessThan(2000);
    }
  });
});
