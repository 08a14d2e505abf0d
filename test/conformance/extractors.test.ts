/**
 * One suite over every registered extractor and container: whatever the bytes, a reader ends, yields registered findings and
 * fields, throws nothing but EvidenceError, and says the same twice.
 *
 * VESTIGE_SEED chooses the damage (default 1); VESTIGE_CAMPAIGN=1 makes 500 damaged files a reader instead of 25.
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ByteSource, MemorySource, readRange } from "../../native-free/bytes/byte-source.ts";
import { containerFor, containers } from "../../native-free/containers/index.ts";
import { extractorFor, extractors } from "../../native-free/extractors/index.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import type { Extraction, Extractor } from "../../native-free/model/extraction.ts";
import { isFieldName } from "../../native-free/model/fields.ts";
import { findings } from "../../native-free/model/findings.ts";
import { identify, typeRegistrations, typeRegistry } from "../../native-free/typing/index.ts";
import { mutate, randomFrom } from "./mutate.ts";
import { loadSeeds, type Seed } from "./seeds.ts";
import { cpuMs } from "../fixtures/cpu-time.ts";

const readers: readonly Extractor[] = [...extractors, ...containers];
const context = { wholeLimitBytes: 64 << 20, textLimitChars: 4 << 20, passwords: [], beside: null };
const campaign = process.env.VESTIGE_CAMPAIGN === "1";
const baseSeed = Number(process.env.VESTIGE_SEED ?? 1);
const mutationsPerReader = campaign ? 500 : 25;
const truncationsPerReader = campaign ? 200 : 16;
/** What one small file may take before it counts as endless; far above what any needs. */
const limitMs = 20_000;
const maxChildBytes = 8 << 20;

/** The same bytes behind another class: readers must not depend on what holds them. */
class OtherSource implements ByteSource {
  readonly size: number;
  readonly #inner: MemorySource;
  constructor(bytes: Uint8Array) {
    this.#inner = new MemorySource(bytes);
    this.size = bytes.length;
  }
  readInto(target: Uint8Array, at: number): number {
    return this.#inner.readInto(target, at);
  }
  runsIn(at: number, length: number): ReturnType<ByteSource["runsIn"]> {
    return this.#inner.runsIn(at, length);
  }
}

/** What a reader said, as comparable text; a digest stands for the bytes of children. */
async function record(reader: Extractor, source: ByteSource): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const extraction of reader.extract(source, context)) lines.push(await check(extraction));
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    expect(Object.keys(findings)).toContain(error.code);
    lines.push(`evidence ${error.code} ${JSON.stringify(error.params)}`);
  }
  return lines;
}

async function check(extraction: Extraction): Promise<string> {
  switch (extraction.what) {
    case "text":
      expect(typeof extraction.text).toBe("string");
      return `text ${extraction.label} ${createHash("sha256").update(extraction.text).digest("hex")} ${extraction.text.length}`;
    case "field":
      expect(isFieldName(extraction.name), extraction.name).toBe(true);
      expect(extraction.value).not.toBe("");
      return JSON.stringify(extraction);
    case "finding":
      expect(Object.keys(findings)).toContain(extraction.finding.code);
      return JSON.stringify(extraction);
    case "status":
      expect(["partial", "failed"]).toContain(extraction.status);
      return JSON.stringify(extraction);
    case "child": {
      const { content, ...rest } = extraction.child;
      for (const found of rest.findings) expect(Object.keys(findings)).toContain(found.code);
      return `child ${JSON.stringify(rest)} ${"missing" in content ? content.missing : await digestOf(content.open)}`;
    }
    default:
      return JSON.stringify(extraction);
  }
}

async function digestOf(open: () => AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  let total = 0;
  try {
    for await (const piece of open()) {
      hash.update(piece);
      total += piece.length;
      if (total > maxChildBytes) break;
    }
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return `${hash.digest("hex")} ${error.code}`;
  }
  return hash.digest("hex");
}

async function withinLimit<Result>(work: Promise<Result>, what: string): Promise<Result> {
  const started = cpuMs();
  const result = await work;
  expect(cpuMs() - started, what).toBeLessThan(limitMs);
  return result;
}

const rejections: unknown[] = [];
const printed: string[] = [];
const noteRejection = (reason: unknown): void => {
  rejections.push(reason);
};
const methods = ["log", "info", "warn", "error", "debug"] as const;
const originals = methods.map((method) => console[method]);

describe("every reader", () => {
  let seeds: Seed[] = [];

  beforeAll(async () => {
    process.on("unhandledRejection", noteRejection);
    for (const method of methods)
      console[method] = (...words: unknown[]) => void printed.push(`${method}: ${words.map(String).join(" ")}`);
    seeds = await loadSeeds(new Set(readers.flatMap((reader) => reader.types)));
  }, 60_000);

  afterAll(() => {
    process.off("unhandledRejection", noteRejection);
    methods.forEach((method, index) => {
      console[method] = originals[index]!;
    });
  });

  /** Seeds of a reader, a different choice of types for each base seed. */
  const seedsOf = (reader: Extractor): Seed[] => seeds.filter((seed) => reader.types.includes(seed.type));

  it("has a registration of its own", () => {
    const ids = readers.map((reader) => `${reader.family} ${reader.id}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const reader of readers) {
      expect(reader.name).not.toBe("");
      expect(reader.spec).not.toBe("");
      expect(["complete", "partial", "recognised"]).toContain(reader.level);
      expect(reader.types.length).toBeGreaterThan(0);
    }
  });

  it("has seeds", () => {
    for (const reader of readers) expect(seedsOf(reader).length, reader.id).toBeGreaterThan(0);
  });

  it("reads types of the typing registry, and is found by them", () => {
    const registered = new Set(typeRegistrations().map(({ id }) => id));
    for (const reader of readers) {
      for (const type of reader.types) expect(registered.has(type), `${reader.id} reads ${type}`).toBe(true);
      const found = reader.family === "container" ? containerFor : extractorFor;
      expect(
        reader.types.some((type) => found(type) === reader),
        `${reader.id} is shadowed by others`,
      ).toBe(true);
    }
    expect(registered.size).toBe(typeRegistry.size);
  });

  it.each(readers.map((reader) => [`${reader.family} ${reader.id}`, reader] as const))(
    "%s says the same twice, whatever holds the bytes",
    async (_name, reader) => {
      for (const seed of seedsOf(reader)) {
        const first = await withinLimit(record(reader, new MemorySource(seed.bytes)), seed.name);
        const second = await record(reader, new OtherSource(seed.bytes));
        expect(second, seed.name).toEqual(first);
      }
    },
    300_000,
  );

  it.each(readers.map((reader) => [`${reader.family} ${reader.id}`, reader] as const))(
    "%s survives truncation",
    async (_name, reader) => {
      const own = seedsOf(reader);
      const random = randomFrom(baseSeed ^ 0x5eed);
      for (let index = 0; index < truncationsPerReader && own.length > 0; index++) {
        const seed = own[index % own.length]!;
        const length =
          index % 4 === 0
            ? seed.bytes.length - 1 - (random() % Math.min(64, seed.bytes.length))
            : random() % seed.bytes.length;
        const bytes = seed.bytes.slice(0, Math.max(0, length));
        const name = `${seed.name} cut to ${bytes.length}`;
        await withinLimit(
          record(reader, new MemorySource(bytes)).catch((error: unknown) => blame(error, name)),
          name,
        );
      }
    },
    300_000,
  );

  it.each(readers.map((reader) => [`${reader.family} ${reader.id}`, reader] as const))(
    "%s survives damage",
    async (_name, reader) => {
      const own = seedsOf(reader);
      const random = randomFrom(baseSeed);
      for (let index = 0; index < mutationsPerReader && own.length > 0; index++) {
        const seed = own[(index + baseSeed) % own.length]!;
        const bytes = mutate(seed.bytes, random);
        const name = `${seed.name}, VESTIGE_SEED=${baseSeed}, damage ${index}`;
        const first = await withinLimit(
          record(reader, new MemorySource(bytes)).catch((error: unknown) => blame(error, name)),
          name,
        );
        if (index % 5 === 0) expect(await record(reader, new OtherSource(bytes)), name).toEqual(first);
      }
    },
    campaign ? 3_600_000 : 300_000,
  );

  it("leaves typing unharmed by damage", async () => {
    const random = randomFrom(baseSeed ^ 0x7e57);
    for (let index = 0; index < mutationsPerReader * 8; index++) {
      const seed = seeds[random() % seeds.length]!;
      const result = await identify(new MemorySource(mutate(seed.bytes, random)));
      expect(typeRegistry.has(result.id)).toBe(true);
      for (const id of result.alternatives) expect(typeRegistry.has(id)).toBe(true);
    }
  }, 300_000);

  it("prints nothing and leaves no rejection behind", async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(printed).toEqual([]);
    expect(rejections).toEqual([]);
  });
});

/** Names the damaged file in the failure, so that it can be made again. */
function blame(error: unknown, name: string): never {
  throw new Error(`${name}: ${String(error)}`, { cause: error });
}

it("reads short sources in full", () => {
  expect(readRange(new OtherSource(Uint8Array.of(1, 2, 3)), 1, 9)).toEqual(Uint8Array.of(2, 3));
});
