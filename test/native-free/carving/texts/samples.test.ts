import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { carvers } from "../../../../native-free/carving/index.ts";
import { carveEmbedded } from "../../../fixtures/carving/carve-embedded.ts";
import { textSamples } from "../../../fixtures/carving/text-samples.ts";

const carverOf = (kind: string) => carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;
/** Rows of equal parts: what stands before a cut may be a whole file. */
const withoutCount = new Set(["mbox", "pem", "vcard"]);

describe.each(textSamples.map((sample, i) => ({ ...sample, name: `${sample.kind} ${i}` })))("$name", (sample) => {
  const file = sample.bytes();
  const carver = carverOf(sample.kind);

  it.each(["noise", "zeros"] as const)("ends at its true end in front of %s", (behind) => {
    const found = carveEmbedded([carver], file, behind, file.length);
    expect(found).toMatchObject([{ kind: sample.kind, verdict: sample.verdict, length: file.length }]);
  });

  it("is not whole where the source ends in the middle of it", () => {
    const half = file.subarray(0, file.length >> 1);
    const found = carver.carve(new MemorySource(half), 0, half.length);
    if (withoutCount.has(sample.kind)) expect(found?.length ?? 0).toBeLessThanOrEqual(half.length);
    else expect(found?.verdict ?? "none").not.toBe("complete");
  });

  it("is nothing where noise follows its first 64 bytes", () => {
    expect(carveEmbedded([carver], file.subarray(0, 64), "noise", 77)).toEqual([]);
    expect(carveEmbedded([carver], file.subarray(0, 64), "zeros", 78)).toEqual([]);
  });
});
