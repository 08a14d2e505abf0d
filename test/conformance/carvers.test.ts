/**
 * One suite over every carver and kind: a sample is carved whole, between noise, at odd places; a header without a body is nothing; whatever the
 * bytes, a carver ends, throws nothing, stays inside of what it was given, and calls nothing complete that is cut.
 */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../native-free/bytes/byte-source.ts";
import type { Carved, Carver } from "../../native-free/carving/carver.ts";
import { carvers } from "../../native-free/carving/index.ts";
import { findings } from "../../native-free/model/findings.ts";
import { archiveSamples } from "../fixtures/carving/archive-samples.ts";
import { databaseSamples } from "../fixtures/carving/database-samples.ts";
import { documentSamples } from "../fixtures/carving/document-samples.ts";
import { executableSamples } from "../fixtures/carving/executable-samples.ts";
import { mediaSamples } from "../fixtures/carving/media-samples.ts";
import { pictureSamples } from "../fixtures/carving/picture-samples.ts";
import type { CarvingSample } from "../fixtures/carving/samples.ts";
import { systemSamples } from "../fixtures/carving/system-samples.ts";
import { textSamples } from "../fixtures/carving/text-samples.ts";
import { mutate, randomFrom } from "./mutate.ts";

const samples: readonly CarvingSample[] = [
  ...[pictureSamples, documentSamples, archiveSamples, mediaSamples, textSamples],
  ...[databaseSamples, systemSamples, executableSamples],
].flat();

const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const seed = Number(process.env.VESTIGE_SEED ?? 1);
const decoys = 500;
const mutations = 500;
/** Samples above are mutated less often in the normal run. */
const largeBytes = 1 << 18;

const kinds = carvers.flatMap((carver) => carver.kinds.map((kind) => ({ carver, kind })));

function carverOf(kind: string): Carver {
  const found = kinds.find((each) => each.kind.id === kind);
  if (!found) throw new Error(`no carver has the kind ${kind}`);
  return found.carver;
}

function check(carved: Carved | null, carver: Carver, room: number): void {
  if (carved === null) return;
  const { kind, length, pieces, verdict } = carved;
  if (!carver.kinds.some(({ id }) => id === kind)) throw new Error(`${carver.id} gives an unknown kind ${kind}`);
  if (!(length > 0 && Number.isSafeInteger(length))) throw new Error(`${kind}: a length of ${length}`);
  if (!pieces && length > room) throw new Error(`${kind}: ${length} bytes where there are ${room}`);
  if (pieces && pieces.reduce((sum, piece) => sum + piece.length, 0) !== length) throw new Error(`${kind}: pieces`);
  if (!["complete", "truncated", "fragment"].includes(verdict)) throw new Error(`${kind}: ${verdict}`);
  for (const { code } of carved.findings) if (!(code in findings)) throw new Error(`${code} is not registered`);
}

/** The sample at `at` between noise. */
function embedded(bytes: Uint8Array, at: number, random: () => number): MemorySource {
  const medium = noise(at + bytes.length + 5000, random);
  medium.set(bytes, at);
  // Sectors are filled up: text formats end where text does.
  medium.fill(0, at + bytes.length, at + bytes.length + 64);
  return new MemorySource(medium);
}

function noise(length: number, random: () => number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = random() & 0xff;
  return bytes;
}

describe("the registry of carvers", () => {
  it("knows at least 60 kinds, each once, each with a sample of its own", () => {
    const ids = kinds.map(({ kind }) => kind.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(60);
    const missing = ids.filter((id) => !samples.some(({ kind }) => kind === id));
    expect(missing).toEqual([]);
  });

  it("has signatures of at least two fixed bytes, and readable registrations", () => {
    for (const { id, signatures, spec, name, limitBytes } of carvers) {
      expect(signatures.length, id).toBeGreaterThan(0);
      for (const { bytes, offset } of signatures) {
        expect(bytes.filter((byte) => byte !== null).length, id).toBeGreaterThanOrEqual(2);
        expect(bytes[0] !== null && bytes.at(-1) !== null && offset >= 0, id).toBe(true);
      }
      expect([spec, name].every((text) => text.length >= 3) && limitBytes > 0, id).toBe(true);
    }
  });
});

describe.each(samples.map((sample, index) => [`${sample.kind} ${index}`, sample] as const))(
  "sample %s",
  (_, sample) => {
    const bytes = sample.bytes();
    const carver = carverOf(sample.kind);

    it("is found by a signature", () => {
      const found = carver.signatures.some(({ bytes: wanted, offset, fold = false }) =>
        wanted.every((byte, i) => byte === null || alike(bytes[offset + i], byte, fold)),
      );
      expect(found).toBe(true);
    });

    it("is carved to its end wherever it lies", () => {
      const random = randomFrom(seed);
      for (const at of [0, 512, 12_345]) {
        const medium = embedded(bytes, at, random);
        const carved = carver.carve(medium, at, medium.size);
        expect(carved).toMatchObject({ kind: sample.kind, verdict: sample.verdict });
        // A fragment or a text may end where what follows makes it end.
        if (sample.verdict === "complete") expect(carved?.length).toBe(bytes.length);
      }
    });

    it("is never complete and longer than what is there when it is cut", () => {
      const step = Math.max(1, Math.floor(bytes.length / (campaign ? 2000 : 60)));
      for (let end = 0; end < bytes.length; end += step) {
        const cut = new MemorySource(bytes.subarray(0, end));
        check(carver.carve(cut, 0, cut.size), carver, end);
      }
    });

    it("is followed without a throw, and to an end, whatever is changed in it", () => {
      const random = randomFrom(seed);
      const count = !campaign && bytes.length > largeBytes ? mutations / 10 : mutations;
      for (let i = 0; i < count; i++) {
        const changed = new MemorySource(mutate(bytes, random));
        check(carver.carve(changed, 0, changed.size), carver, changed.size);
      }
    });
  },
);

type Body = (length: number, random: () => number, header: Uint8Array, carver: Carver) => Uint8Array;

/** What stands behind a header that is none. */
const bodies: readonly Body[] = [
  (length, random) => noise(length, random),
  (length) => new Uint8Array(length),
  (length) => new Uint8Array(length).fill(0xff),
  (length) => Buffer.from("The quick brown fox jumps over the lazy dog, 1234567890 times. ".repeat(length / 60)),
  (length, _random, header) => Buffer.concat(Array.from({ length: length / header.length }, () => header)),
  (length, random, _header, carver) => {
    // SQLite salts its journals anew each time: every run should see the same bytes.
    const others = samples.filter(({ kind }) => kind !== "sqlite-wal" && !carver.kinds.some(({ id }) => id === kind));
    const other = others[random() % others.length]!.bytes();
    const from = random() % other.length;
    return Buffer.concat([other.subarray(from, from + length), new Uint8Array(64)]);
  },
];

describe.each(kinds.map(({ carver, kind }) => [kind.id, carver] as const))(
  "a header of %s without a body",
  (id, carver) => {
    const sample = samples.find(({ kind }) => kind === id);

    it(`is nothing, ${decoys} times`, () => {
      const whole = sample!.bytes();
      const random = randomFrom(seed + 1);
      const taken: string[] = [];
      for (let i = 0; i < decoys; i++) {
        const head = headOf(carver, whole);
        const body = bodies[i % bodies.length]!(512 + (random() % 8192), random, head, carver);
        const medium = new MemorySource(Buffer.concat([head, body]));
        const carved = carver.carve(medium, 0, medium.size);
        if (carved) taken.push(`${i % bodies.length}: ${carved.kind} ${carved.verdict} ${carved.length}`);
      }
      expect(taken).toEqual([]);
    });
  },
);

/** Up to the end of the signature that stands in the sample, and 16 bytes more. */
function headOf(carver: Carver, whole: Uint8Array): Uint8Array {
  const own = carver.signatures.find(({ bytes: wanted, offset, fold = false }) =>
    wanted.every((byte, i) => byte === null || alike(whole[offset + i], byte, fold)),
  );
  if (!own) throw new Error(`${carver.id}: no signature stands in its sample`);
  const { offset, bytes } = own;
  if (offset === 0) return whole.slice(0, bytes.length + Math.min(16, Math.floor(whole.length / 8)));
  // A signature further in: what stands in front of it is wrong as well.
  const head = new Uint8Array(offset + bytes.length);
  head.set(whole.subarray(offset, offset + bytes.length), offset);
  return head;
}

function alike(byte: number | undefined, wanted: number, fold: boolean): boolean {
  if (byte === wanted) return true;
  const isLetter = (wanted | 0x20) >= 0x61 && (wanted | 0x20) <= 0x7a;
  return fold && isLetter && byte !== undefined && (byte | 0x20) === (wanted | 0x20);
}
