import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { Carved } from "../../../../native-free/carving/carver.ts";
import { carvers } from "../../../../native-free/carving/index.ts";
import { mediaSamples } from "../../../fixtures/carving/media-samples.ts";
import { be32, coded, join, le16, le32, tone } from "../../../fixtures/carving/sample-bytes.ts";
import { textSamples } from "../../../fixtures/carving/text-samples.ts";

const samples = [...mediaSamples, ...textSamples];
const carverOf = (kind: string) => carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;
const carve = (kind: string, bytes: Uint8Array): Carved | null =>
  carverOf(kind).carve(new MemorySource(bytes), 0, bytes.length);
const sampleOf = (kind: string): Uint8Array => mediaSamples.find((sample) => sample.kind === kind)!.bytes();

function wave(sound: Uint8Array, named = sound.length): Uint8Array {
  const format = join("fmt ", le32(16), le16(1), le16(1), le32(44_100), le32(88_200), le16(2), le16(16));
  return join("RIFF", le32(named + 36), "WAVE", format, "data", le32(named), sound);
}

describe("plain samples", () => {
  it("are believed where they sound", () => {
    const file = wave(tone(8000, false));
    expect(carve("wav", join(file, coded(3000, 4)))).toMatchObject({ verdict: "complete", length: file.length });
  });

  it.each([
    ["noise", coded(16_000, 3)],
    ["zeros", new Uint8Array(16_000)],
    ["ones", new Uint8Array(16_000).fill(255)],
    ["text", join("The seal was whole when the container left the terminal. ".repeat(300))],
  ])("are not where %s stands instead of them", (_, body) => {
    expect(carve("wav", wave(body))).toBeNull();
  });

  it("are believed of silence that ends where the file does", () => {
    const silent = wave(new Uint8Array(16_000));
    const rest = new Uint8Array(4096 - (silent.length % 4096));
    expect(carve("wav", join(silent, coded(3000, 4)))).toMatchObject({ verdict: "complete", length: silent.length });
    expect(carve("wav", join(silent, rest, coded(3000, 4)))).toMatchObject({ length: silent.length });
    expect(carve("wav", join(silent, rest, new Uint8Array(20_000), coded(3000, 4)))).toBeNull();
    expect(carve("wav", join(silent.subarray(0, -5), [1], silent.subarray(-4), coded(3000, 4)))).toBeNull();
  });

  it("of blocks end at the first block without a head", () => {
    const block = (seed: number): Uint8Array => join(coded(2, seed), [seed % 88, 0], coded(252, seed + 99));
    const format = join(
      "fmt ",
      le32(20),
      le16(0x11),
      le16(1),
      le32(8000),
      le32(4055),
      le16(256),
      le16(4),
      le32(0x1f90002),
    );
    const blocks = Array.from({ length: 64 }, (_, i) => block(i));
    const file = (data: Uint8Array): Uint8Array =>
      join("RIFF", le32(data.length + 40), "WAVE", format, "data", le32(data.length), data);
    const whole = file(join(...blocks));
    expect(carve("wav", whole)).toMatchObject({ verdict: "complete", length: whole.length });
    blocks[32] = coded(256, 7);
    expect(carve("wav", file(join(...blocks)))).toMatchObject({ verdict: "truncated", length: 48 + 32 * 256 });
  });

  it("reach as far as they sound where the file is cut", () => {
    const found = carve("wav", join(wave(tone(20_000, false), 500_000), coded(60_000, 8)));
    expect(found?.verdict).toBe("truncated");
    expect(Math.abs(found!.length - 40_044)).toBeLessThan(8192);
  });
});

describe("parts of a whole", () => {
  it("are fragments where pages of Ogg have lost their beginning", () => {
    const file = sampleOf("oga");
    const second = Buffer.from(file).indexOf("OggS", 10);
    expect(carve("oga", file.subarray(second))).toMatchObject({ verdict: "fragment", length: file.length - second });
  });

  it("end at a page whose checksum is wrong", () => {
    const file = sampleOf("oga");
    const last = Buffer.from(file).lastIndexOf("OggS");
    file[last + 60]! ^= 1;
    expect(carve("oga", file)).toMatchObject({ verdict: "truncated", length: last });
  });

  it("end at a frame of FLAC whose checksum is wrong", () => {
    const file = sampleOf("flac");
    file[file.length - 1]! ^= 1;
    const found = carve("flac", file)!;
    expect(found.verdict).toBe("truncated");
    expect(found.length).toBeLessThan(file.length);
  });

  it("are cut films where the table behind the data is lost and the data are units of H.264", () => {
    const units = join(...[900, 700, 800, 600].map((size, i) => join(be32(size), [0x41], coded(size - 1, i))));
    const head = join(be32(20), "ftypmp42", be32(0), "isom");
    const found = carve("mp4", join(head, be32(100_000), "mdat", units, coded(5000, 5)));
    expect(found).toMatchObject({ kind: "mp4", verdict: "truncated" });
    expect(carve("mp4", join(head, be32(100_000), "mdat", coded(9000, 6)))).toBeNull();
  });
});

describe("whatever the bytes are", () => {
  it.each(samples.map((sample, i) => [`${sample.kind} ${i}`, sample] as const))(
    "%s ends inside of them",
    (_, sample) => {
      const file = sample.bytes();
      const place = fc.nat(file.length - 1);
      fc.assert(
        fc.property(
          fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 8 }),
          place,
          fc.boolean(),
          (changes, cut, isCut) => {
            const bytes = join(file.subarray(0, isCut ? cut + 1 : file.length), coded(200, cut));
            for (const [at, value] of changes) bytes[at % bytes.length] = value;
            const found = carve(sample.kind, bytes);
            if (found === null) return;
            expect(found.length).toBeGreaterThan(0);
            expect(found.length).toBeLessThanOrEqual(bytes.length);
          },
        ),
        { numRuns: 30, seed: 6 },
      );
    },
  );
});
