/** Segments on a disk: found from any of them, renamed, missing, twice, out of order, among those of other sets. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunKind } from "../../../native-free/bytes/byte-source.ts";
import { findImage, openFoundImage } from "../../../src/source/image-files.ts";
import { ewfSet, noise } from "../../fixtures/ewf-set.ts";
import { hashSection, variants, variantSegments } from "../../fixtures/images/ewf.ts";

const CHUNK = 32_768;
const medium = noise(9 * CHUNK);
const guid = (first: number): Uint8Array => Uint8Array.of(first, ...new Uint8Array(15));
const parts = ewfSet(medium, { segmentBytes: 80_000, guid: guid(1) }).segments;
const others = ewfSet(noise(9 * CHUNK, 8), { segmentBytes: 80_000, guid: guid(2) }).segments;

let base = "";
let folder = "";
let count = 0;
beforeAll(() => {
  base = mkdtempSync(path.join(tmpdir(), "vestige-ewf-sets-"));
});
beforeEach(() => {
  folder = path.join(base, String(count++));
  mkdirSync(folder);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function put(files: Readonly<Record<string, Uint8Array | undefined>>): void {
  for (const [name, bytes] of Object.entries(files)) if (bytes) writeFileSync(path.join(folder, name), bytes);
}

interface Seen {
  readonly names: readonly string[];
  readonly codes: readonly string[];
  readonly sha256: string;
  /** Chunks by kind, in order. */
  readonly map: readonly (readonly [RunKind, number])[];
}

function see(name: string): Seen {
  const found = findImage(path.join(folder, name))!;
  const { image, close } = openFoundImage(found);
  const content = new Uint8Array(image.size);
  image.readInto(content, 0);
  const map: [RunKind, number][] = [];
  for (const { kind, length } of image.runsIn(0, image.size)) {
    const last = map.at(-1);
    if (last?.[0] === kind) last[1] += length / CHUNK;
    else map.push([kind, length / CHUNK]);
  }
  close();
  const codes = image.findings.map(({ code }) => code);
  return { names: found.names, codes, sha256: createHash("sha256").update(content).digest("hex"), map };
}

const whole = createHash("sha256").update(medium).digest("hex");
const asNamed = Object.fromEntries(parts.map((bytes, index) => [`disk.E0${index + 1}`, bytes]));

describe("a set on a disk", () => {
  it("is found from any member", () => {
    expect(parts.length).toBe(5);
    put(asNamed);
    put({ "other.E01": others[0], "readme.txt": noise(100) });
    for (const name of Object.keys(asNamed)) {
      expect(see(name)).toEqual({ names: Object.keys(asNamed), codes: [], sha256: whole, map: [["data", 9]] });
    }
  });

  it("is found from any member whatever they are called", () => {
    const names = ["a.bin", "b copy.E07", "evidence", "x.E01", "zz.E02"];
    put(Object.fromEntries(parts.map((bytes, index) => [names[(index + 2) % 5]!, bytes])));
    put({ "other.E01": others[0], "other.E02": others[1] });
    for (const name of names) {
      const { names: found, codes, sha256 } = see(name);
      expect([...found].sort()).toEqual(names);
      expect([codes, sha256]).toEqual([[], whole]);
    }
  });

  it("whose members exchanged their names is read in the order of its headers", () => {
    put({ ...asNamed, "disk.E02": parts[3], "disk.E04": parts[1] });
    expect(see("disk.E01")).toMatchObject({ codes: [], sha256: whole });
  });

  it("that lacks one has a gap there and says which", () => {
    put({ ...asNamed, "disk.E03": undefined });
    const { codes, map } = see("disk.E05");
    expect(codes).toEqual(["image/segment-missing", "image/chunk-count", "image/chunks-missing"]);
    expect(map).toEqual([
      ["data", 4],
      ["missing", 2],
      ["data", 3],
    ]);
  });

  it("that lacks the last one says that another follows", () => {
    put({ ...asNamed, "disk.E05": undefined });
    const { codes, map } = see("disk.E01");
    expect(codes).toContain("image/last-segment-missing");
    expect(map).toEqual([
      ["data", 8],
      ["missing", 1],
    ]);
  });

  it("that lacks the first one is opened from the copies of its description", () => {
    put({ ...asNamed, "disk.E01": undefined });
    const { codes, map } = see("disk.E03");
    expect(codes).toEqual(expect.arrayContaining(["image/volume-replaced", "image/segment-missing"]));
    expect(map).toEqual([
      ["missing", 2],
      ["data", 7],
    ]);
  });

  it("that has one twice uses the first and says so", () => {
    put({ ...asNamed, "disk.e02": parts[1] });
    expect(see("disk.E01")).toMatchObject({ codes: ["image/segment-twice"], sha256: whole });
  });

  it("takes the renamed file of its own for one of another set under the right name", () => {
    put({ ...asNamed, "disk.E02": others[1], "found.bin": parts[1] });
    expect(see("disk.E01")).toMatchObject({ codes: [], sha256: whole });
  });

  it("with one of another set in it and no other at hand says so", () => {
    put({ ...asNamed, "disk.E02": others[1] });
    const { codes, sha256 } = see("disk.E01");
    expect(codes).toEqual(["image/volumes-differ"]);
    expect(sha256).not.toBe(whole);
  });
});

describe("sets without an identifier", () => {
  const old = { ...variants["EnCase 4"]!, chunksPerSegment: 3, medium };
  const first = variantSegments({ ...old, endings: [hashSection(medium)] });
  const second = variantSegments({ ...old, medium: noise(9 * CHUNK, 8), endings: [] });

  it("are not mixed where each has its names, even if one lacks a segment", () => {
    put({ "one.E01": first[0], "one.E03": first[2], "two.E01": second[0], "two.E02": second[1], "two.E03": second[2] });
    const { names, codes, map } = see("one.E01");
    expect(names).toEqual(["one.E01", "one.E03"]);
    expect(codes).toContain("image/segment-missing");
    expect(map).toEqual([
      ["data", 3],
      ["missing", 3],
      ["data", 3],
    ]);
  });

  it("take in a file that was renamed", () => {
    put({ "one.E01": first[0], lost: first[1], "one.E03": first[2] });
    expect(see("one.E03")).toMatchObject({ names: ["one.E01", "one.E03", "lost"], codes: [], sha256: whole });
  });
});
