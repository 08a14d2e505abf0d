import { describe, expect, it } from "vitest";
import { oleCarver } from "../../../../native-free/carving/documents/ole/carver.ts";
import { proseOf } from "../../../fixtures/carving/archive-samples.ts";
import { carveAmongNoise } from "../../../fixtures/carving/carve-sample.ts";
import { cfb } from "../../../fixtures/carving/cfb-writer.ts";
import { joined, u16, u32 } from "../../../fixtures/carving/laid-out.ts";

const document = (version: number): Uint8Array =>
  cfb(
    [
      { name: "WordDocument", data: joined(u16(0xa5ec), proseOf(9000, 80)) },
      { name: "1Table", data: proseOf(5000, 81) },
      { name: "\u0005SummaryInformation", data: joined(u16(0xfffe), proseOf(400, 82)) },
    ],
    { version },
  );

describe("carving of OLE compound files", () => {
  it("ends behind the last sector in use, of either size", () => {
    for (const version of [3, 4]) {
      const bytes = document(version);
      expect(carveAmongNoise(oleCarver, bytes)).toMatchObject({
        kind: "doc",
        verdict: "complete",
        length: bytes.length,
      });
    }
  });

  it("is not whole where a chain leads elsewhere, in itself or nowhere", () => {
    const bytes = document(3);
    const table = bytes.length - 512;
    for (const next of [0, 5, 17, 1000, 0xffff_ffff]) {
      const broken = bytes.slice();
      broken.set(u32(next), table + 4 * 3);
      const carved = carveAmongNoise(oleCarver, broken);
      expect(carved?.verdict, `${next}`).toBe("truncated");
      expect(carved!.findings.map(({ code }) => code)).toEqual(["carving/damaged-inside"]);
    }
  });

  it("is not whole where the main stream does not begin as it must", () => {
    const bytes = document(3);
    bytes[512]! ^= 0xff;
    expect(carveAmongNoise(oleCarver, bytes)).toMatchObject({ verdict: "truncated", findings: [{ offset: 512 }] });
  });

  it("is nothing without its table", () => {
    const bytes = document(3);
    expect(carveAmongNoise(oleCarver, bytes.subarray(0, -512))).toBeNull();
  });
});
