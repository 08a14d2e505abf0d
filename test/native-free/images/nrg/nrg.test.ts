import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { nrgFormat } from "../../../../native-free/images/nrg/format.ts";
import { cpuMs } from "../../../fixtures/cpu-time.ts";
import { sound } from "../../../fixtures/images/cue.ts";
import { nrgMedium, nrgOf, sampleSets } from "../../../fixtures/images/nrg.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";

const segmentOf = (bytes: Uint8Array) => ({ name: "disc.nrg", source: new MemorySource(bytes, "disc.nrg") });
const openBytes = (bytes: Uint8Array) => nrgFormat.open([segmentOf(bytes)]);
/** Changes a byte behind the first place where `id` stands. */
const changed = (bytes: Uint8Array, id: string, at: number, value: number): Uint8Array => {
  const copy = Buffer.from(bytes);
  copy[copy.lastIndexOf(id, undefined, "latin1") + at] = value;
  return new Uint8Array(copy);
};
const plain = nrgOf(nrgMedium, { version: 2, data: "plain" });
const mixed = nrgOf(nrgMedium, { version: 2, data: "raw", sound: true });

describe("Nero images", () => {
  it.each(sampleSets)("of $name read as their medium", (set) => {
    const image = openIn(filesOf(set), set.first);
    expect([image.format, image.bytesPerSector]).toEqual(["nrg", 2048]);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check?.();
    expect(codesOf(image)).toEqual([]);
    expect(bytesByKind(image)).toEqual({ data: set.medium.length });
  });

  it.each(sampleSets)("of $name give findings or an EvidenceError for any damage", (set) => {
    const { outcomes, faults } = survey(set, set === sampleSets[1] ? 200 : 50, 30);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(40);
  });

  it("are told by their footer", () => {
    const detect = (bytes: Uint8Array) => nrgFormat.detect(probeOf(segmentOf(bytes)));
    expect([detect(plain), detect(nrgOf(nrgMedium, { version: 1, data: "plain" }))]).toEqual(["certain", "certain"]);
    expect([detect(nrgMedium), detect(plain.subarray(0, -1)), detect(new Uint8Array(3))]).toEqual(["no", "no", "no"]);
    expect(() => openBytes(nrgMedium)).toThrow("image/not-recognised");
    expect(() => nrgFormat.open([])).toThrow("image/not-recognised");
  });

  it("give every track, and say where it lies", () => {
    const image = openBytes(mixed);
    expect(image.others?.map(({ name }) => name)).toEqual(["track 1 gap", "track 1", "track 2 gap", "track 2"]);
    expect(Buffer.compare(mediumOf(image.others![3]!.open()), sound)).toBe(0);
    expect(image.facts).toEqual([
      { name: "version", value: 2 },
      { name: "serial", value: "1234567890123" },
      { name: "track", value: "1: MODE1/2352, 64 sectors from 0, session 1" },
      { name: "track", value: "2: AUDIO, 20 sectors from 66, session 1" },
    ]);
  });
});

describe("damage of a Nero image", () => {
  it("lists that differ, a chain without end, tracks that cannot be", () => {
    expect(codesOf(openBytes(changed(plain, "SINF", 11, 3)))).toEqual(["image/structures-differ"]);
    expect(codesOf(openBytes(changed(plain, "END!", 0, 0x58)))).toEqual(["image/structure-damaged"]);
    const tracks = 8 + 22;
    const problemOf = (at: number, value: number, bytes = mixed) => {
      const { findings } = openBytes(changed(bytes, "DAOX", tracks + at, value));
      return findings.find(({ code }) => code === "image/disc-track")?.params;
    };
    expect(problemOf(14, 99)).toEqual({ track: 1, problem: "mode" });
    expect(problemOf(13, 1)).toEqual({ track: 1, problem: "bytes of a sector" });
    expect(problemOf(33, 1)).toEqual({ track: 1, problem: "offsets" });
    expect(() => openBytes(changed(plain, "DAOX", tracks + 14, 99))).toThrow("image/structure-damaged");
    const alone = nrgOf(nrgMedium, { version: 2, data: "track" });
    expect(openBytes(changed(alone, "ETN2", 8 + 15, 1)).findings.map(({ params }) => params.problem)).toEqual([
      "length",
      undefined,
    ]);
    expect(() => openBytes(changed(alone, "ETN2", 8 + 19, 99))).toThrow("image/structure-damaged");
  });

  it("a track that claims more than the file has", () => {
    const alone = nrgOf(nrgMedium, { version: 2, data: "track" });
    const image = openBytes(changed(alone, "ETN2", 8 + 12, 1));
    expect(codesOf(image)).toContain("image/truncated");
    const began = cpuMs();
    expect(bytesByKind(image).missing).toBeGreaterThan(2 ** 24 - 2 ** 12);
    const huge = openBytes(changed(mixed, "DAOX", 8 + 22 + 36, 0x12));
    expect(codesOf(huge)).toContain("image/disc-track");
    expect(cpuMs() - began).toBeLessThan(1000);
  });
});
