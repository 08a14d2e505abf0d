/** A file of a format that nothing checks ends where a foreign cluster begins in it. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import type { Carved } from "../../../native-free/carving/carver.ts";
import { carvers } from "../../../native-free/carving/index.ts";
import { CarveLedger } from "../../../native-free/scanning/carve-ledger.ts";
import { documentSamples } from "../../fixtures/carving/document-samples.ts";
import { noiseOf } from "../../fixtures/carving/layouts.ts";
import { mediaSamples } from "../../fixtures/carving/media-samples.ts";
import { pictureSamples } from "../../fixtures/carving/picture-samples.ts";
import { join, le16, le32, tone } from "../../fixtures/carving/sample-bytes.ts";

const clusterBytes = 4096;
const samples = [...mediaSamples, ...pictureSamples, ...documentSamples];
const sampleOf = (kind: string): Uint8Array =>
  samples.find((sample) => sample.kind === kind && sample.verdict === "complete")!.bytes();

function carvedAt(kind: string, bytes: Uint8Array, blockBytes = clusterBytes): Carved | null {
  const found: Carved[] = [];
  const source = new MemorySource(bytes);
  const ledger = new CarveLedger(carvers, source, blockBytes, ({ carved }) => found.push(carved));
  const carver = carvers.findIndex(({ kinds }) => kinds.some(({ id }) => id === kind));
  ledger.take([{ carver, at: 0 }]);
  return found[0] ?? null;
}

function wave(sound: Uint8Array): Uint8Array {
  const format = join("fmt ", le32(16), le16(1), le16(1), le32(44_100), le32(88_200), le16(2), le16(16));
  return join("RIFF", le32(sound.length + 36), "WAVE", format, "data", le32(sound.length), sound);
}

const recording = wave(tone(30_000, false));
const words = join("The seal was whole when the container left the terminal. ".repeat(300));

/** The same file with other bytes in a cluster and behind. */
function withForeign(file: Uint8Array, cluster: number, foreign: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(file);
  bytes.set(foreign.subarray(0, bytes.length - cluster * clusterBytes), cluster * clusterBytes);
  return bytes;
}

describe("foreign clusters in a recording", () => {
  it("are not seen where there are none", () => {
    expect(carvedAt("wav", recording)).toMatchObject({ verdict: "complete", length: recording.length });
  });

  it.each([
    ["zeros", new Uint8Array(clusterBytes)],
    ["ones", new Uint8Array(clusterBytes).fill(255)],
    ["written words", words.subarray(0, clusterBytes)],
    ["bytes without a pattern", noiseOf(clusterBytes, 3)],
    ["the first piece of a PNG picture", sampleOf("png").subarray(0, 60)],
    ["a bitmap of which the rest lies elsewhere", sampleOf("bmp").subarray(0, 60)],
  ])("end it where they begin: %s", (_, foreign) => {
    const mixed = withForeign(recording, 3, foreign);
    expect(carvedAt("wav", mixed)).toMatchObject({ verdict: "truncated", length: 3 * clusterBytes });
  });

  it("are told at the boundaries that the volume has", () => {
    const mixed = withForeign(recording, 3, words.subarray(0, 2 * clusterBytes));
    expect(carvedAt("wav", mixed, 3 * clusterBytes)).toMatchObject({ length: 3 * clusterBytes });
    expect(carvedAt("wav", mixed, 8 * clusterBytes)).toMatchObject({ verdict: "complete" });
  });

  it("are none where the same begins in the middle of a cluster", () => {
    const quiet = Uint8Array.from(recording).fill(0, 3 * clusterBytes - 100, 4 * clusterBytes);
    expect(carvedAt("wav", quiet)).toMatchObject({ verdict: "complete", length: recording.length });
  });
});

describe("what may be held", () => {
  it("is no foreign cluster of a document", () => {
    const document = sampleOf("doc");
    expect(carvedAt("doc", document)).toMatchObject({ verdict: "complete", length: document.length });
  });

  it("is one of a film where words stand instead of its packets", () => {
    const film = sampleOf("avi");
    const mixed = Uint8Array.from(film);
    const cluster = 512;
    mixed.set(words.subarray(0, mixed.length - 4 * cluster), 4 * cluster);
    expect(carvedAt("avi", mixed, cluster)?.verdict).not.toBe("complete");
    expect(carvedAt("avi", film, cluster)?.verdict).toBe("complete");
  });
});
