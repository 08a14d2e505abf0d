/** Films whose boxes are sound and whose samples are not where their tables say. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { isoMediaCarver } from "../../../../native-free/carving/media/iso-media.ts";
import { be16, be32, coded, join, type Part } from "../../../fixtures/carving/sample-bytes.ts";

const box = (type: string, ...parts: readonly Part[]): Uint8Array => {
  const body = join(...parts);
  return join(be32(body.length + 8), type, body);
};
const none = be32(0);

const avc = box("avc1", new Uint8Array(78), box("avcC", [1, 66, 0, 30, 0xff, 0xe0, 0]));
const aac = box(
  "mp4a",
  ...[
    new Uint8Array(28),
    box("esds", none, [3, 22, 0, 1, 0, 4, 17, 0x40, 0x15], new Uint8Array(11), [5, 2, 0x12, 0x10]),
  ],
);

/** One track, all samples in one chunk behind the table of the film. */
function film(description: Uint8Array, samples: readonly Uint8Array[]): Uint8Array {
  const first = box("ftyp", "isom", none, "isom");
  const movieOf = (chunkAt: number): Uint8Array => {
    const tables = box(
      "stbl",
      ...[box("stsd", none, be32(1), description), box("stsc", none, be32(1), be32(1), be32(samples.length), be32(1))],
      box("stsz", none, none, be32(samples.length), ...samples.map(({ length }) => be32(length))),
      box("stco", none, be32(1), be32(chunkAt)),
    );
    const track = box("trak", box("mdia", box("minf", tables)));
    return box("moov", box("mvhd", new Uint8Array(100)), track);
  };
  const movie = movieOf(first.length + movieOf(0).length + 8);
  return join(first, movie, box("mdat", ...samples));
}

const unit = (length: number, seed: number): Uint8Array => join(be32(length), [0x65], coded(length - 1, seed));
const pictures = Array.from({ length: 40 }, (_, i) => join(unit(30 + i, i), unit(300, i + 50)));
const sounds = Array.from({ length: 40 }, (_, i) => join([0x21], coded(80 + i, i), [0x0e]));

const carve = (bytes: Uint8Array) => isoMediaCarver.carve(new MemorySource(bytes), 0, bytes.length);

describe.each([
  ["units of H.264", avc, pictures],
  ["blocks of AAC", aac, sounds],
] as const)("%s", (_, description, samples) => {
  const whole = film(description, samples);

  it("fill their samples", () => {
    expect(carve(whole)).toMatchObject({ verdict: "complete", length: whole.length, findings: [] });
  });

  it("are missed where other bytes stand", () => {
    const foreign = Uint8Array.from(whole);
    foreign.set(coded(1500, 9), whole.length - 2000);
    const carved = carve(foreign);
    expect(carved).toMatchObject({ verdict: "truncated", length: whole.length });
    expect(carved!.findings).toMatchObject([{ code: "carving/damaged-inside" }]);
    expect(carved!.findings[0]!.offset).toBeGreaterThan(whole.length - 2400);
  });
});

describe("samples of a coding without a form", () => {
  it("are believed", () => {
    const whole = film(box("twos", new Uint8Array(28), be16(0)), [coded(500, 1), coded(500, 2)]);
    expect(carve(whole)).toMatchObject({ verdict: "complete", length: whole.length });
  });
});
