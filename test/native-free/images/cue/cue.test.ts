import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { cueFormat } from "../../../../native-free/images/cue/format.ts";
import { parseSheet } from "../../../../native-free/images/cue/sheet.ts";
import { errorDetectionCode } from "../../../../native-free/images/disc-sectors.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { noise } from "../../../fixtures/ewf-set.ts";
import { cueMedium, sampleSets, sheetOf, sound, timeOf } from "../../../fixtures/images/cue.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";
import { rawSector, rawSectors, remainderOf } from "../../../fixtures/images/raw-sectors.ts";

const setOf = (name: string) => sampleSets.find((each) => each.name === name)!;
const raw = rawSectors(cueMedium, 0, { mode: 1 });
const sectors = cueMedium.length / 2048;
const rawSheet = sheetOf('FILE "disc.bin" BINARY', "TRACK 01 MODE1/2352", "INDEX 01 00:00:00");
const opened = (bytes: Uint8Array, sheet = rawSheet, name = "disc.bin") =>
  openIn(
    new Map([
      [sheet.name, sheet.bytes],
      [name, bytes],
    ]),
    sheet.name,
  );
const checked = (bytes: Uint8Array, sheet = rawSheet) => {
  const image = opened(bytes, sheet);
  image.check?.();
  image.check?.();
  return image;
};
const found = (image: { findings: readonly { code: string; params: object }[] }) =>
  image.findings.map(({ code, params }) => [code, params]);

describe("compact discs", () => {
  it.each(sampleSets)("of $name read as their medium", (set) => {
    const image = openIn(filesOf(set), set.first);
    expect([image.format, image.bytesPerSector]).toEqual(["cue", 2048]);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check?.();
    expect(codesOf(image)).toEqual([]);
    const { data = 0, ...rest } = bytesByKind(image);
    expect(rest).toEqual(set.name === "two sessions" ? { unknown: 11_400 * 2048 } : {});
    expect(data).toBe(set.name === "two sessions" ? 212_992 : 131_072);
  });

  it.each(sampleSets)("of $name give findings or an EvidenceError for any damage", (set) => {
    const { outcomes, faults } = survey(set, set === sampleSets[1] || set === sampleSets[4] ? 200 : 40, 30);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(40);
  });

  it("give every track as it is stored, gaps included", () => {
    const { others = [], facts } = openIn(filesOf(setOf("data and sound in one file")), "disc.cue");
    expect(others.map(({ name }) => name)).toEqual(["track 1", "track 2 gap", "track 2"]);
    const [data, gap, second] = others.map((each) => each.open());
    expect(Buffer.compare(mediumOf(data!), raw)).toBe(0);
    expect(Buffer.compare(mediumOf(gap!), sound.subarray(0, 5 * 2352))).toBe(0);
    expect(Buffer.compare(mediumOf(second!), sound.subarray(5 * 2352))).toBe(0);
    expect([second!.format, second!.bytesPerSector, second!.facts.length]).toEqual(["cue", 2352, 1]);
    expect(facts).toContainEqual({ name: "serial", value: "1234567890123" });
    expect(facts).toContainEqual({ name: "creator", value: "a program" });
    expect(facts).toContainEqual({ name: "track", value: `2: AUDIO, 15 sectors from ${sectors + 155}, session 1` });
  });

  it("count sectors of two sizes in one file", () => {
    const sheet = sheetOf(
      'FILE "disc.bin" BINARY',
      "TRACK 01 AUDIO",
      "INDEX 01 00:00:00",
      "TRACK 02 MODE1/2048",
      `INDEX 01 ${timeOf(20)}`,
    );
    const image = opened(new Uint8Array(Buffer.concat([sound, cueMedium])), sheet);
    expect(Buffer.compare(mediumOf(image), cueMedium)).toBe(0);
    const backwards = sheetOf(
      'FILE "disc.bin" BINARY',
      "TRACK 01 AUDIO",
      `INDEX 01 ${timeOf(20)}`,
      "TRACK 02 MODE1/2048",
      "INDEX 01 00:00:05",
    );
    expect(found(opened(cueMedium, backwards))).toEqual([
      ["image/disc-track", { track: 1, problem: "begins behind the next" }],
    ]);
  });

  it("of sound alone have no data", () => {
    const sheet = sheetOf('FILE "disc.wav" WAVE', "TRACK 01 AUDIO", "INDEX 01 00:00:00");
    const wave = new Uint8Array(44 + sound.length);
    wave.set(sound, 44);
    const image = openIn(
      new Map([
        ["disc.cue", sheet.bytes],
        ["disc.wav", wave],
      ]),
      "disc.cue",
    );
    expect(image.size).toBe(0);
    expect(Buffer.compare(mediumOf(image.others![0]!.open()), sound)).toBe(0);
  });
});

describe("what a compact disc is told by", () => {
  const detect = (name: string, bytes: Uint8Array) =>
    cueFormat.detect(probeOf({ name, source: new MemorySource(bytes) }));

  it("a sheet by its commands, raw sectors by their begin", () => {
    expect(detect("disc.CUE", rawSheet.bytes)).toBe("certain");
    expect(detect("disc.cue", Buffer.from("cue sheet"))).toBe("no");
    expect(detect("disc.bin", raw)).toBe("certain");
    expect(detect("disc.bin", raw.subarray(0, 2352))).toBe("certain");
    const odd = Uint8Array.from(raw);
    odd[2353] = 0;
    expect(detect("disc.bin", odd)).toBe("possible");
    expect(detect("disc.bin", cueMedium)).toBe("no");
  });

  it("the sheet of raw sectors by its name", () => {
    expect(cueFormat.segmentsOf("a.bin", ["a.bin", "A.CUE", "b.cue"])).toEqual(["A.CUE", "a.bin"]);
    expect(cueFormat.segmentsOf("a (Track 2).bin", ["a (Track 2).bin", "a.cue"])).toEqual(["a.cue", "a (Track 2).bin"]);
    expect(cueFormat.segmentsOf("a.bin", ["a.bin", "b.cue"])).toEqual(["a.bin"]);
    expect(cueFormat.segmentsOf("a.cue", ["a.bin", "a.cue"])).toEqual(["a.cue"]);
  });
});

describe("what a sheet says", () => {
  it("is read in any case, with and without quotes", () => {
    const text =
      "\u{feff}file disc.bin binary\ntrack 1 mode2/2336\npostgap 00:00:10\nindex 1 00:01:02\nFLAGS DCP\nnonsense\n";
    expect(parseSheet(text)).toMatchObject({
      files: [{ name: "disc.bin", type: "BINARY" }],
      tracks: [{ number: 1, mode: { name: "MODE2/2336" }, indexes: new Map([[1, 77]]), postgap: 10 }],
      odd: 1,
    });
    expect(parseSheet("TRACK 01 AUDIO\nINDEX 01 00:00:00")).toMatchObject({ tracks: [], odd: 2 });
  });

  it("cannot be: without tracks, without index 1, before its gap, without its file", () => {
    const files = new Map([["disc.bin", raw]]);
    const openSheet = (...lines: string[]) =>
      openIn(new Map([...files, ["disc.cue", sheetOf(...lines).bytes]]), "disc.cue");
    const file = 'FILE "disc.bin" BINARY';
    expect(() => openSheet(file, "TRACK 01 AUDIO")).toThrow("image/segment-missing");
    const rest = ["TRACK 02 MODE1/2352", `INDEX 01 ${timeOf(10)}`];
    const problemOf = (...lines: string[]) =>
      openSheet(file, "TRACK 01 MODE1/2352", ...lines, ...rest).findings[0]?.params.problem;
    expect(problemOf("INDEX 02 00:00:00")).toBe("no index 1");
    expect(problemOf("INDEX 00 00:00:02", "INDEX 01 00:00:01")).toBe("index 0 behind index 1");
    expect(problemOf(`INDEX 01 ${timeOf(11)}`)).toBe("begins behind the next");
    const early = openSheet(
      file,
      "TRACK 01 MODE1/2352",
      `INDEX 01 ${timeOf(20)}`,
      "TRACK 02 MODE1/2352",
      `INDEX 00 ${timeOf(9)}`,
      `INDEX 01 ${timeOf(30)}`,
    );
    expect(early.findings[0]?.params.problem).toBe("begins behind the next");
    const behind = openSheet(
      file,
      "TRACK 01 MODE1/2352",
      "INDEX 01 00:00:00",
      "TRACK 02 MODE1/2352",
      "INDEX 01 09:00:00",
    );
    expect(codesOf(behind)).toEqual(["image/truncated", "image/disc-track"]);
    const odd = openSheet("nonsense", file, "TRACK 01 MODE1/2352", "INDEX 01 00:00:00");
    expect(codesOf(odd)).toEqual(["image/structure-damaged"]);
    const lost = openSheet(
      file,
      "TRACK 01 MODE1/2352",
      "INDEX 01 00:00:00",
      'FILE "b.bin" BINARY',
      "TRACK 02 AUDIO",
      "INDEX 01 00:00:00",
    );
    expect(found(lost)).toEqual([["image/disc-file-missing", { track: 2 }]]);
    const empty = { name: "a.cue", source: new MemorySource(Buffer.from("FILE a TRACK")) };
    expect(() => cueFormat.open([empty])).toThrow("image/structure-damaged");
    expect(() => cueFormat.open([])).toThrow("image/not-recognised");
    expect(() => cueFormat.open([{ name: "a.bin", source: new MemorySource(cueMedium) }])).toThrow(
      "image/not-recognised",
    );
  });

  it("names a file that was renamed", () => {
    const sheet = sheetOf('FILE "other name.bin" BINARY', "TRACK 01 MODE1/2352", "INDEX 01 00:00:00");
    const image = opened(raw, sheet);
    expect(found(image)).toEqual([["image/disc-file-renamed", { track: 1 }]]);
    expect(Buffer.compare(mediumOf(image), cueMedium)).toBe(0);
  });
});

describe("what raw sectors say", () => {
  it("is checked: begin, error detection code, address, form", () => {
    const bad = Uint8Array.from(raw);
    bad[3 * 2352 + 100]! ^= 1;
    bad[5 * 2352 + 100]! ^= 1;
    bad[7 * 2352 + 4] = 0;
    bad[9 * 2352 + 14]! ^= 1;
    const image = checked(bad);
    expect(found(image)).toEqual([
      ["image/disc-sync", { track: 1, sectors: 1 }],
      ["image/disc-sum", { track: 1, sectors: 3 }],
      ["image/disc-address", { track: 1, sectors: 1 }],
    ]);
    expect(image.findings.map(({ offset }) => offset)).toEqual([7 * 2048, 3 * 2048, 9 * 2048]);
    // The data stay.
    expect(bytesByKind(image)).toEqual({ data: cueMedium.length });
    const wide = [
      rawSectors(cueMedium.subarray(0, 4096), 0, { mode: 2 }),
      rawSector(noise(2324), 2, { mode: 2, form: 2 }),
    ];
    const form2 = checked(
      new Uint8Array(Buffer.concat(wide)),
      sheetOf('FILE "disc.bin" BINARY', "TRACK 01 MODE2/2352", "INDEX 01 00:00:00"),
    );
    expect(found(form2)).toEqual([["image/disc-form2", { track: 1, sectors: 1 }]]);
  });

  it("is believed where the sheet says another mode", () => {
    const image = opened(rawSectors(cueMedium, 0, { mode: 2 }));
    expect(found(image)).toEqual([["image/disc-mode", { track: 1, mode: 2 }]]);
    expect(Buffer.compare(mediumOf(image), cueMedium)).toBe(0);
  });

  it("a last sector that is cut off is missing", () => {
    const image = opened(raw.subarray(0, raw.length - 2000));
    expect(codesOf(image)).toEqual(["image/truncated"]);
    expect(bytesByKind(image).missing).toBe(2000 - 288);
    const alone = openIn(new Map([["a.bin", raw.subarray(0, -1)]]), "a.bin");
    expect(codesOf(alone)).toEqual(["image/truncated"]);
  });

  it("the code is the remainder of ECMA-130", () => {
    for (const length of [1, 16, 2064]) {
      const bytes = noise(length, length);
      expect(errorDetectionCode(bytes, 0, length)).toBe(remainderOf(bytes));
    }
  });
});
