import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { inflateShort } from "../../../../native-free/carving/archives/inflate-short.ts";
import { inflateAt } from "../../../../native-free/carving/archives/inflate.ts";
import { noiseOf } from "../../../fixtures/carving/layouts.ts";

const behind = noiseOf(5000, 3);
const inNoise = (packed: Uint8Array): MemorySource =>
  new MemorySource(new Uint8Array(Buffer.concat([noiseOf(77, 1), packed, behind])));

describe("short deflate streams", () => {
  const contents = [1, 5000, 100_000, 600_000].flatMap((length) => [
    noiseOf(length, length),
    Buffer.alloc(length, "words "),
  ]);

  it.each(contents.map((content) => ({ content, length: content.length })))(
    "end where they end: $length bytes",
    ({ content }) => {
      const packed = deflateRawSync(content);
      const source = inNoise(packed);
      const short = inflateShort(source, 77, source.size);
      expect(short).toEqual({ end: 77 + packed.length, outputBytes: content.length, crc: crc32(content) });
      const { stop, end, outputBytes, crc } = inflateAt(source, 77, source.size, 1 << 30);
      expect({ stop, end, outputBytes, crc }).toEqual({ stop: "end", ...short });
    },
  );

  it("are nothing where they are cut, damaged or long", () => {
    const packed = deflateRawSync(noiseOf(300_000, 2));
    const source = inNoise(packed);
    expect(inflateShort(source, 77, 77 + packed.length - 10)).toBeNull();
    expect(inflateShort(source, 0, 0)).toBeNull();
    expect(inflateShort(inNoise(deflateRawSync(Buffer.alloc(20 << 20))), 77, 1 << 20)).toBeNull();
    expect(inflateShort(inNoise(deflateRawSync(noiseOf(2 << 20, 4))), 77, 3 << 20)).toBeNull();
  });
});
