import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { carvers } from "../../../../native-free/carving/index.ts";
import { carveEmbedded } from "../../../fixtures/carving/carve-embedded.ts";
import { mediaSamples } from "../../../fixtures/carving/media-samples.ts";

const carverOf = (kind: string) => carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;
/** Formats whose frames have neither a count nor a checksum: a cut at a frame's end is no different from the end. */
const withoutCount = new Set(["mp3", "mpa", "aac", "amr", "mpeg-ts", "flv", "webm", "mp4"]);

describe.each(mediaSamples.map((sample, i) => ({ ...sample, name: `${sample.kind} ${i}` })))("$name", (sample) => {
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
