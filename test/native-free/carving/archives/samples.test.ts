import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { carvers } from "../../../../native-free/carving/index.ts";
import { archiveSamples } from "../../../fixtures/carving/archive-samples.ts";
import { carveAmongNoise } from "../../../fixtures/carving/carve-sample.ts";

const carverOf = (kind: string) => carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;

describe("carving of archives: samples", () => {
  it("finds each at its length and as its kind, among noise", () => {
    for (const { kind, bytes, verdict } of archiveSamples) {
      const carved = carveAmongNoise(carverOf(kind), bytes());
      expect(carved, kind).toMatchObject({ kind, verdict });
      if (verdict === "complete") expect(carved!.length, kind).toBe(bytes().length);
      else expect(carved!.length, kind).toBeLessThanOrEqual(bytes().length);
    }
  });

  it("gives none out as complete that is cut by its last byte", () => {
    for (const { kind, bytes, verdict } of archiveSamples) {
      if (verdict !== "complete") continue;
      const cut = bytes().slice(0, -1);
      // Zeros that fill a block, and a line feed that makes a length even, are no part that is missed.
      if (["tar", "cpio", "ar", "deb"].includes(kind)) continue;
      expect(carverOf(kind).carve(new MemorySource(cut), 0, cut.length)?.verdict, kind).not.toBe("complete");
    }
  });

  it("has a sample for each kind", () => {
    const ids = ["zip", "7z", "rar", "gzip", "bzip2", "xz", "zstd", "lz4", "tar", "cpio", "ar", "rpm", "cab", "wim"];
    const kinds = carvers.filter(({ id }) => ids.includes(id)).flatMap((carver) => carver.kinds.map(({ id }) => id));
    expect(new Set(archiveSamples.map(({ kind }) => kind))).toEqual(new Set(kinds));
    expect(kinds.length).toBe(new Set(kinds).size);
  });
});
