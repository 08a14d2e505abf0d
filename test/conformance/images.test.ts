/**
 * One suite over every registered image format, on small images whose medium is known: whole, cut off at many places, and
 * damaged 500 times. Damage gives findings, never a hang, an exception of another kind, or zeros that nobody speaks of. How much
 * of what was not damaged still comes out is recorded in image-shares.json and may only rise (`VESTIGE_RECORD=1` records anew).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../native-free/bytes/byte-source.ts";
import {
  imageFormatOf,
  imageFormats,
  probeOf,
  type DiskImage,
  type ImageSegment,
  type ImageSurroundings,
} from "../../native-free/images/index.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import { findings as kinds } from "../../native-free/model/findings.ts";
import { cpuMs } from "../fixtures/cpu-time.ts";
import type { SampleSet } from "../fixtures/images/sample-set.ts";
import { mutate, randomFrom } from "./mutate.ts";

const fixtures = fileURLToPath(new URL("../fixtures/images/", import.meta.url));
const sets: SampleSet[] = [];
for (const name of readdirSync(fixtures).filter((file) => file.endsWith(".ts") && file !== "sample-set.ts")) {
  const module = (await import(new URL(`../fixtures/images/${name}`, import.meta.url).href)) as {
    sampleSets?: readonly SampleSet[];
  };
  // Plain arrays: a slice of a Buffer is no copy, and damage would stay.
  const plain = (files: SampleSet["files"]) =>
    files.map((file) => ({ name: file.name, bytes: new Uint8Array(file.bytes) }));
  sets.push(...(module.sampleSets ?? []).map((set) => ({ ...set, files: plain(set.files) })));
}

const recordFile = fileURLToPath(new URL("image-shares.json", import.meta.url));
type Shares = Record<string, { cut: number; damaged: number }>;
const recorded = (existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, "utf8")) : {}) as Shares;
const measured: Shares = {};

type Files = SampleSet["files"];

/** The medium of a set of files in memory, as `src/source/image-files.ts` opens one on disk. */
function open(files: Files, first: string, chain: readonly string[] = []): DiskImage {
  const names = files.map(({ name }) => name);
  const segment = (name: string): ImageSegment | null => {
    const file = files.find((each) => each.name === name);
    return file ? { name, source: new MemorySource(file.bytes, name) } : null;
  };
  const beside: ImageSurroundings = {
    names,
    segment,
    image: (name) => {
      if (!segment(name)) return null;
      if (chain.includes(name) || chain.length > 8) throw new Error("the fixture leads in a circle");
      return open(files, name, [...chain, first]);
    },
  };
  const folder = imageFormats.find((format) => format.detectFolder?.(names));
  const format = first === "" && folder ? folder : imageFormatOf(probeOf(segment(first)!));
  const segments = format.segmentsOf(first, names).flatMap((name) => segment(name) ?? []);
  return format.open(segments, beside);
}

/** Every byte is named once, and what is read is what the runs promise. */
function checkRuns(image: DiskImage, bytes: Uint8Array): void {
  let at = 0;
  for (const { start, length, kind } of image.runsIn(0, image.size)) {
    expect(start).toBe(at);
    expect(length).toBeGreaterThan(0);
    if (kind === "sparse" || kind === "missing") {
      const stretch = bytes.subarray(start, start + length);
      expect(
        stretch.every((byte) => byte === 0),
        `${kind} at ${start}`,
      ).toBe(true);
    }
    at += length;
  }
  expect(at).toBe(image.size);
}

const block = 4096;

interface Outcome {
  /** Share of the medium that came out as it is. */
  readonly share: number;
  /** Blocks that read as zeros although nothing says that they are lost. */
  readonly silent: number;
}

const nothing: Outcome = { share: 0, silent: 0 };

/** What comes out of damaged files. Throws whatever is no finding. */
function outcomeOf(files: Files, { first, format, medium }: SampleSet): Outcome {
  let image: DiskImage;
  try {
    image = open(files, first);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    expect(kinds[error.code], error.code).toBeDefined();
    return nothing;
  }
  // Where nothing of the format is left it is a raw file like any other: that is another medium.
  if (image.format !== format) return nothing;
  const bytes = readRange(image, 0, Math.min(image.size, 4 * medium.length));
  const named = new Set<number>();
  for (const { start, length, kind } of image.runsIn(0, bytes.length)) {
    if (kind === "data" || kind === "sparse") continue;
    for (let at = Math.floor(start / block); at * block < start + length; at++) named.add(at);
  }
  image.check?.();
  for (const { code } of image.findings) expect(kinds[code], code).toBeDefined();
  const told = image.findings.length > 0;
  let [right, silent] = [0, 0];
  for (let at = 0; at < medium.length; at += block) {
    const wanted = medium.subarray(at, at + block);
    const got = bytes.subarray(at, at + block);
    if (Buffer.compare(wanted, got) === 0) right += wanted.length;
    else if (!told && !named.has(at / block) && got.length === block && got.every((byte) => byte === 0)) {
      if (!isStored(image, at)) silent++;
    }
  }
  return { share: right / medium.length, silent };
}

/** Zeros that lie in a file as they are have no checksum in most formats: nobody can tell that they were something else. */
function isStored(image: DiskImage, at: number): boolean {
  return [...image.runsIn(at, block)].every(({ kind, place }) => kind === "data" && place.exact);
}

function average(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((sum, { share }) => sum + share, 0) / outcomes.length;
}

/** Files of the set with one of them changed. */
const changed = (set: SampleSet, index: number, bytes: Uint8Array): Files =>
  set.files.map((file, at) => (at === index ? { name: file.name, bytes } : file));

/** A campaign cuts at every sector; the shares are those of the usual cuts. */
const campaign = process.env["VESTIGE_CAMPAIGN"] === "1";

const cutsOf = (length: number): number[] => {
  const step = campaign ? 512 : Math.max(512, Math.ceil(length / 24 / 512) * 512);
  const cuts = [0, 1, 511, length - 1, length - 512];
  for (let at = 512; at < length; at += step) cuts.push(at);
  return [...new Set(cuts)].filter((cut) => cut >= 0 && cut < length);
};

const mutationsPerFormat = 500;

/** Blocks of the 500 damages that turn to zeros unsaid, where a format has nothing that could tell: counted, and with the reason. */
const cannotTell: Readonly<Partial<Record<string, { readonly blocks: number; readonly why: string }>>> = {
  vdi: {
    blocks: 1,
    why: 'one bit of the map tells "never written, see the parent" from "zeros"; neither is counted, no checksum covers it',
  },
};

describe.each(imageFormats.map(({ registration }) => registration.id))("image format %s", (id) => {
  const own = sets.filter(({ format }) => format === id);

  it("has sample sets", () => {
    expect(own.length).toBeGreaterThan(0);
  });

  it.each(own.map((set) => [set.name, set] as const))("%s reads as the medium that it was made of", (_, set) => {
    const image = open(set.files, set.first);
    expect(image.format).toBe(id);
    expect(image.size).toBe(set.medium.length);
    const bytes = readRange(image, 0, image.size);
    expect(Buffer.compare(bytes, set.medium)).toBe(0);
    image.check?.();
    const loss = image.findings.filter(({ code }) => kinds[code]?.severity !== "note");
    expect(loss, JSON.stringify(loss)).toEqual([]);
    checkRuns(image, bytes);
    const random = randomFrom(7);
    for (let round = 0; round < 200; round++) {
      const at = random() % (image.size + 1);
      const length = random() % 70_000;
      const part = new Uint8Array(length).fill(0xa5);
      const count = image.readInto(part, at);
      expect(count).toBe(Math.min(length, image.size - at));
      expect(Buffer.compare(part.subarray(0, count), set.medium.subarray(at, at + count))).toBe(0);
      const runs = [...image.runsIn(at, length)];
      expect(runs.reduce((sum, run) => sum + run.length, 0)).toBe(count);
      if (count > 0) expect(runs[0]?.start).toBe(at);
    }
    expect(image.readInto(new Uint8Array(8), image.size)).toBe(0);
    expect(Buffer.compare(readRange(open(set.files, set.first), 0, image.size), bytes)).toBe(0);
  });

  it("speaks of what is cut off", { timeout: campaign ? 3_600_000 : 60_000 }, () => {
    const outcomes = own.flatMap((set) =>
      set.files.flatMap(({ bytes }, index) =>
        cutsOf(bytes.length).map((cut) => outcomeOf(changed(set, index, bytes.subarray(0, cut)), set)),
      ),
    );
    expect(outcomes.reduce((sum, { silent }) => sum + silent, 0)).toBe(0);
    const cut = average(outcomes);
    if (campaign) return;
    measured[id] = { cut, damaged: measured[id]?.damaged ?? 0 };
    expect(cut).toBeGreaterThanOrEqual((recorded[id]?.cut ?? 0) - 0.0005);
  });

  it("stands 500 damages", { timeout: 120_000 }, () => {
    const random = randomFrom(4242);
    const outcomes: Outcome[] = [];
    let slowest = 0;
    for (let round = 0; round < mutationsPerFormat && own.length > 0; round++) {
      const set = own[round % own.length]!;
      const index = random() % set.files.length;
      const begun = cpuMs();
      outcomes.push(outcomeOf(changed(set, index, mutate(set.files[index]!.bytes, random)), set));
      slowest = Math.max(slowest, cpuMs() - begun);
    }
    const unsaid = cannotTell[id];
    expect(
      outcomes.reduce((sum, { silent }) => sum + silent, 0),
      unsaid?.why,
    ).toBe(unsaid?.blocks ?? 0);
    expect(slowest).toBeLessThan(10_000);
    const damaged = average(outcomes);
    measured[id] = { cut: measured[id]?.cut ?? 0, damaged };
    expect(damaged).toBeGreaterThanOrEqual((recorded[id]?.damaged ?? 0) - 0.0005);
  });
});

afterAll(() => {
  if (process.env["VESTIGE_RECORD"] !== "1") return;
  const rounded = Object.entries(measured).map(([id, { cut, damaged }]) => [
    id,
    { cut: Math.floor(cut * 10_000) / 10_000, damaged: Math.floor(damaged * 10_000) / 10_000 },
  ]);
  writeFileSync(recordFile, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`);
});
