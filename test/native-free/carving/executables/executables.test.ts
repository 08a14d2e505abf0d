import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { Carver } from "../../../../native-free/carving/carver.ts";
import { dexCarver } from "../../../../native-free/carving/executables/dex.ts";
import { elfCarver } from "../../../../native-free/carving/executables/elf.ts";
import { javaClassCarver } from "../../../../native-free/carving/executables/java-class.ts";
import { fatMachoCarver, machoCarver } from "../../../../native-free/carving/executables/macho.ts";
import { peCarver } from "../../../../native-free/carving/executables/pe.ts";
import { carveBetweenNoise, carveRealFiles, startsWith } from "../../../fixtures/carving/carve-real.ts";
import { executableSamples } from "../../../fixtures/carving/executable-samples.ts";
import { publishedDataPresent } from "../../../fixtures/published-media.ts";

const carvers: readonly Carver[] = [elfCarver, peCarver, machoCarver, fatMachoCarver, javaClassCarver, dexCarver];
const carve = (carver: Carver, bytes: Uint8Array) => carver.carve(new MemorySource(bytes), 0, bytes.length);
const sampleOf = (kind: string): Uint8Array => executableSamples.find((sample) => sample.kind === kind)!.bytes();

describe("samples of the executables area", () => {
  it("has one for each kind", () => {
    const kinds = carvers.flatMap((carver) => carver.kinds.map(({ id }) => id));
    expect(executableSamples.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  });

  it.each(executableSamples.map((sample) => [sample.kind, sample] as const))("%s", (kind, sample) => {
    const carver = carvers.find(({ kinds }) => kinds.some(({ id }) => id === kind))!;
    const bytes = sample.bytes();
    expect(startsWith(carver, bytes)).toBe(true);
    expect(carve(carver, bytes)).toMatchObject({ kind, verdict: "complete", length: bytes.length });
    expect(carveBetweenNoise(carver, bytes)).toMatchObject({ carved: { kind, verdict: "complete" }, exact: true });
    expect(carve(carver, bytes.subarray(0, bytes.length - 1))?.verdict).not.toBe("complete");
  });
});

describe("what the structures say", () => {
  it("a class is no universal program and the other way round", () => {
    expect(carve(fatMachoCarver, sampleOf("java-class"))).toBeNull();
    expect(carve(javaClassCarver, sampleOf("macho-fat"))).toBeNull();
  });

  it("PE: a changed byte contradicts the checksum of the image", () => {
    const program = sampleOf("pe");
    program[0x420]! ^= 1;
    expect(carve(peCarver, program)).toMatchObject({ verdict: "truncated", length: program.length });
  });

  it("PE: without a checksum the sections and certificates say where it ends", () => {
    const program = sampleOf("pe");
    program.fill(0, 128 + 24 + 64, 128 + 24 + 68);
    expect(carve(peCarver, program)?.verdict).toBe("complete");
  });

  it("DEX: a changed byte contradicts the hash", () => {
    const file = sampleOf("dex");
    file[200]! ^= 1;
    expect(carve(dexCarver, file)?.verdict).toBe("truncated");
  });

  it("ELF: cut behind its segments it is truncated, and its sections must have names", () => {
    const file = sampleOf("elf");
    expect(carve(elfCarver, file.subarray(0, 500))).toMatchObject({ verdict: "truncated", length: 500 });
    file[64 + 56 + 300] = 0x41;
    expect(carve(elfCarver, file)?.verdict).toBe("truncated");
  });

  it("a class that is damaged behind its constants holds as far as those", () => {
    const file = sampleOf("java-class");
    expect(carve(javaClassCarver, file.subarray(0, file.length - 20))?.verdict).toBe("truncated");
  });
});

describe.skipIf(!publishedDataPresent)("published files (skipped where ../shared/data is absent)", () => {
  /** Files that are not found whole: made by hand to be odd, or with something added behind their end. */
  const odd: Record<string, readonly string[]> = {
    elf: ["fixture.elf"],
    pe: ["test_arj310.exe"],
    macho: [],
    "macho-fat": ["fixture.class"],
    "java-class": ["fixture-fat-binary.macho"],
    dex: [],
  };

  it.each(carvers.map((carver) => [carver.id, carver] as const))("%s", (id, carver) => {
    const files = carveRealFiles(carver, ["artefacts", "typed"]);
    const wrong = files.filter(({ exact }) => !exact).map(({ name }) => name.split("/").at(-1));
    expect(wrong).toEqual(odd[id]);
    expect(files.length >= 1 || id === "dex").toBe(true);
  });
});
