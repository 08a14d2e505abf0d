import { describe, expect, it } from "vitest";
import { carvers } from "../../../../native-free/carving/index.ts";
import { carveAmongNoise } from "../../../fixtures/carving/carve-sample.ts";
import { documentSamples } from "../../../fixtures/carving/document-samples.ts";
import { joined } from "../../../fixtures/carving/laid-out.ts";
import { coded } from "../../../fixtures/carving/sample-bytes.ts";

const carverOf = (kind: string) => carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;

describe("carving of documents: samples", () => {
  it("finds each at its length and as its kind, among noise", () => {
    for (const { kind, bytes, verdict } of documentSamples) {
      const carved = carveAmongNoise(carverOf(kind), bytes());
      expect(carved, kind).toMatchObject({ kind, verdict });
      if (verdict === "complete") expect(carved!.length, kind).toBe(bytes().length);
    }
  });

  it("finds nothing in a lone header", () => {
    for (const { kind, bytes } of documentSamples) {
      for (const keep of [16, 40, 64]) {
        expect(
          carveAmongNoise(carverOf(kind), joined(bytes().subarray(0, keep), coded(30_000, keep))),
          kind,
        ).toBeNull();
        expect(
          carveAmongNoise(carverOf(kind), joined(bytes().subarray(0, keep), new Uint8Array(30_000))),
          kind,
        ).toBeNull();
      }
    }
  });

  it("has a sample for each kind", () => {
    const kinds = carvers
      .filter(({ id }) => ["pdf", "ole", "pst", "chm"].includes(id))
      .flatMap((carver) => carver.kinds.map(({ id }) => id));
    expect(new Set(documentSamples.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });
});
