import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { Carved, Carver } from "../../../../native-free/carving/carver.ts";
import { carvers } from "../../../../native-free/carving/index.ts";
import { numbersFrom } from "../../../fixtures/carving/jpeg-writer.ts";
import { pictureSamples } from "../../../fixtures/carving/picture-samples.ts";

const carverOf = (kind: string): Carver => carvers.find((one) => one.kinds.some(({ id }) => id === kind))!;

function noise(length: number, seed: number): Uint8Array {
  const next = numbersFrom(seed);
  return Uint8Array.from({ length }, () => next(256));
}

function carve(kind: string, bytes: Uint8Array, at = 0, end = bytes.length): Carved | null {
  return carverOf(kind).carve(new MemorySource(bytes), at, end);
}

describe.each(pictureSamples.map((sample, index) => ({ ...sample, name: `${sample.kind} (sample ${index})` })))(
  "$name",
  ({ kind, bytes, verdict }) => {
    const sample = bytes();

    it("begins with one of the signatures", () => {
      const fits = carverOf(kind).signatures.some(({ bytes: wanted, offset }) =>
        wanted.every((byte, i) => byte === null || sample[offset + i] === byte),
      );
      expect(fits).toBe(true);
    });

    it("is found whole between other bytes, and alone", () => {
      const at = 1537;
      const around = Buffer.concat([noise(at, 1), sample, noise(5000, 2)]);
      for (const found of [carve(kind, around, at), carve(kind, sample)]) {
        expect(found).toMatchObject({ kind, verdict, length: sample.length });
      }
    });

    it("is never whole where it is cut, and never longer than what is there", () => {
      for (let part = 1; part < 20; part++) {
        const length = Math.floor((sample.length * part) / 20);
        // The end is a wall, whatever the source holds behind it.
        const found = carve(kind, sample, 0, length);
        expect(found?.verdict === "complete" && found.length === sample.length).toBe(false);
        expect(found?.length ?? 0).toBeLessThanOrEqual(length);
      }
    });

    it("takes damage anywhere without an error", () => {
      const next = numbersFrom(sample.length);
      for (let i = 0; i < 60; i++) {
        const damaged = Uint8Array.from(sample);
        for (let k = 0; k < 1 + (i % 4); k++) damaged[next(damaged.length)] = next(256);
        const found = carve(kind, damaged);
        expect(found === null || found.length > 0).toBe(true);
        expect(found?.length ?? 0).toBeLessThanOrEqual(damaged.length);
      }
    });

    it("is nothing where only its header is there", () => {
      const filling = [
        noise(8000, 3),
        new Uint8Array(8000),
        new Uint8Array(8000).fill(255),
        Buffer.alloc(8000, "A line of text. "),
      ];
      for (let length = 32; length <= 64; length += 8) {
        const header = sample.subarray(0, length);
        for (const behind of [...filling, Buffer.alloc(8000, header)]) {
          expect(carve(kind, Buffer.concat([header, behind]))).toBeNull();
        }
      }
    });
  },
);
