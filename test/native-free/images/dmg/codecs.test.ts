/** The ways in which blocks of UDIF images are packed. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { adcInto } from "../../../../native-free/images/dmg/adc.ts";
import { lzfseInto } from "../../../../native-free/images/dmg/lzfse.ts";
import { unpackBlock } from "../../../../native-free/images/dmg/unpack.ts";
import { xzInto } from "../../../../native-free/images/dmg/xz.ts";
import { mutate, randomFrom } from "../../../conformance/mutate.ts";
import { cpuMs } from "../../../fixtures/cpu-time.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";
import { knownBlock, packedKnown } from "../../../fixtures/images/dmg.ts";
import { adcOf, lzfseOf } from "../../../fixtures/images/lzfse.ts";

const text = Uint8Array.from({ length: 400 }, (_, i) => 97 + (((i * i) % 23) % ((i % 50) + 1)));
/** Of `text`; 7-Zip reads it, too. */
const bvx2 = Buffer.from(
  "627678329001000074000003001800307b4c8493493100209e0000003f84c0028fc04948020b022c02c023b0164002ac2b78040000b8069e05ae3939b9be3eb9be0600000000000000000000000000000000000000000000000000000000000000000078619e8ddfe5eb780a0e1e8883a7e0125e805f005e005e00000000000000000000000000000000000000000000000000000000000000000000000000d68d38d0666d5af99a07c0b034dcbe7d129ca550e0d56c6d7cdd14ad95f0a22a1bb67c710a0b20ca38a71a9b66050c00000000000000000aa8037853d84cc658366d57be0a555400ceab70798915deb560dfc149f2de5a9df35426f63d674b0162767824",
  "hex",
);
const parts: readonly (readonly [name: string, raw: Uint8Array])[] = [
  ["text", text],
  ["zeros", new Uint8Array(70_000)],
  ["noise", noise(20_000)],
  ["one byte", Uint8Array.of(7)],
  ["mixed", mixedMedium(130_000)],
];

const toolMade = (tool: string, args: readonly string[], raw: Uint8Array): Uint8Array | null => {
  const { error, status, stdout } = spawnSync(tool, args, { input: raw, maxBuffer: 1 << 26 });
  return error || status !== 0 ? null : stdout;
};

describe("LZFSE", () => {
  it("reads a stream that stays as it is", () => {
    const target = new Uint8Array(text.length);
    expect(lzfseInto(bvx2, target)).toBe(true);
    expect(Buffer.compare(target, text)).toBe(0);
  });

  for (const [name, raw] of parts) {
    it.each(["bvx2", "bvx1", "bvxn", "bvx-"] as const)(`reads ${name} in %s`, (block) => {
      const packed = lzfseOf(raw, { block });
      const target = new Uint8Array(raw.length).fill(0xa5);
      expect(lzfseInto(packed, target)).toBe(true);
      expect(Buffer.compare(target, raw)).toBe(0);
      expect(lzfseInto(packed, new Uint8Array(raw.length + 1))).toBe(false);
      expect(lzfseInto(packed, new Uint8Array(raw.length - 1))).toBe(false);
      for (let cut = 0; cut < Math.min(packed.length, 60); cut++) {
        expect(lzfseInto(packed.subarray(0, packed.length - 1 - cut), new Uint8Array(raw.length))).toBe(false);
      }
    });
  }

  it("refuses frequencies that do not add up", () => {
    const packed = Buffer.from(lzfseOf(text, { block: "bvx1" }));
    packed.writeUInt16LE(packed.readUInt16LE(50) + 1, 50);
    expect(lzfseInto(packed, new Uint8Array(text.length))).toBe(false);
  });
});

describe("ADC", () => {
  it.each(parts)("reads %s", (_, raw) => {
    const packed = adcOf(raw);
    const target = new Uint8Array(raw.length).fill(0xa5);
    expect(adcInto(packed, target)).toBe(true);
    expect(Buffer.compare(target, raw)).toBe(0);
    expect(adcInto(packed.subarray(0, -1), target)).toBe(false);
  });

  it("refuses a distance before the begin", () => {
    expect(adcInto(Uint8Array.of(0x80, 1, 0x40, 0, 9), new Uint8Array(5))).toBe(false);
    expect(adcInto(Uint8Array.of(0x80, 1, 0x40, 0, 0), new Uint8Array(5))).toBe(true);
  });
});

describe("xz and bzip2", () => {
  it("read what the tools made", () => {
    for (const [kind, packed] of [["bzip2", packedKnown.bzip2] as const, ["LZMA", packedKnown.xz] as const]) {
      const target = new Uint8Array(knownBlock.length).fill(0xa5);
      expect(unpackBlock(kind, packed, target)).toBeNull();
      expect(Buffer.compare(target, knownBlock)).toBe(0);
      expect(unpackBlock(kind, packed, new Uint8Array(knownBlock.length + 1))).not.toBeNull();
      expect(unpackBlock(kind, packed, new Uint8Array(knownBlock.length - 1))).not.toBeNull();
    }
  });

  const probe = toolMade("xz", ["-c"], text);
  const options = [
    "--check=none",
    "--check=crc64",
    "--check=sha256",
    "--block-size=50000",
    "--lzma2=preset=1,lc=0,lp=2,pb=4",
  ];
  it.skipIf(probe === null).each(options)("reads mixed data packed with xz %s", (option) => {
    const raw = mixedMedium(200_000);
    const packed = toolMade("xz", ["-c", option], raw)!;
    const target = new Uint8Array(raw.length);
    expect(xzInto(packed, target)).toBeNull();
    expect(Buffer.compare(target, raw)).toBe(0);
    if (option !== "--check=none") {
      const damaged = Uint8Array.from(packed);
      damaged[damaged.length >> 1]! ^= 1;
      expect(xzInto(damaged, target)).not.toBeNull();
    }
  });

  it.skipIf(probe === null)("says what it does not read: other filters", () => {
    const packed = toolMade("xz", ["-c", "--x86", "--lzma2=preset=1"], text)!;
    expect(xzInto(packed, new Uint8Array(text.length))).toBe("filter");
  });

  const bzip2 = toolMade("bzip2", ["-c"], text);
  it.skipIf(bzip2 === null)("ends a bzip2 stream that unpacks to far more than its block", () => {
    const bomb = toolMade("bzip2", ["-c"], new Uint8Array(40 << 20))!;
    const began = cpuMs();
    expect(unpackBlock("bzip2", bomb, new Uint8Array(32_768))).toBe("bzip2");
    expect(cpuMs() - began).toBeLessThan(1500);
  });
});

describe("every method", () => {
  it("refuses or survives damage, and never throws", () => {
    const raw = mixedMedium(50_000);
    const kinds = [
      ["LZFSE", lzfseOf(raw, { block: "bvx2" })] as const,
      ["LZFSE", lzfseOf(raw, { block: "bvxn" })] as const,
      ["ADC", adcOf(raw)] as const,
      ["LZMA", packedKnown.xz] as const,
      ["bzip2", packedKnown.bzip2] as const,
    ];
    const target = new Uint8Array(50_000);
    for (const [kind, packed] of kinds) {
      let refused = 0;
      for (let seed = 1; seed <= 200; seed++) {
        if (unpackBlock(kind, mutate(packed, randomFrom(seed)), target) !== null) refused++;
      }
      expect(refused).toBeGreaterThan(kind === "ADC" ? 5 : 100);
    }
    expect(unpackBlock("unknown", new Uint8Array(9), target)).toBe("method");
  });
});
