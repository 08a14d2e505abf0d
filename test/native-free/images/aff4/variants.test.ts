/** Images of other writers: before the standard, striped under any name, as a folder; and the one hash over all of it. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { aff4Format } from "../../../../native-free/images/aff4/format.ts";
import type { Aff4Image } from "../../../../native-free/images/aff4/image.ts";
import { openAff4 } from "../../../../native-free/images/aff4/open.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { findImage, openFoundImage } from "../../../../src/source/image-files.ts";
import {
  folderParts,
  medium,
  olderImage,
  sampleSets,
  stripedParts,
  stripes,
  zipOf,
  type Part,
} from "../../../fixtures/images/aff4.ts";

function opened(files: readonly Part[]): Aff4Image {
  return openAff4(files.map(({ name, bytes }) => ({ name, source: new MemorySource(bytes, name) })));
}

function contentOf(image: { size: number; readInto(target: Uint8Array, at: number): number }): Uint8Array {
  const bytes = new Uint8Array(image.size);
  image.readInto(bytes, 0);
  return bytes;
}

const named = (volumes: readonly Uint8Array[]): Part[] =>
  volumes.map((bytes, index) => ({ name: `disk_${index + 1}.aff4`, bytes }));
const factsOf = (image: Aff4Image): Record<string, unknown> =>
  Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));

describe("every variant", () => {
  for (const { name, files, medium: expected } of sampleSets) {
    it(`reads as its medium: ${name}`, () => {
      const image = opened(files);
      expect(Buffer.compare(contentOf(image), expected)).toBe(0);
      image.check();
      // The volume from before the standard is named by the comment of the archive alone.
      expect(image.findings).toEqual([]);
    });
  }

  it("names what a map declares empty", () => {
    for (const image of [opened([{ name: "a.af4", bytes: olderImage() }]), opened(named(stripes()))]) {
      const kinds = [...image.runsIn(0, image.size)].map(({ start, kind }) => [start / 32_768, kind]);
      expect(kinds).toContainEqual([3, "sparse"]);
      expect(kinds.filter(([, kind]) => kind !== "data" && kind !== "sparse")).toEqual([]);
    }
  });

  it("says what it is: the description of the image, its case and its disk", () => {
    const image = opened(named(stripes()));
    expect(factsOf(image)).toMatchObject({
      ...{ version: "1.0", creator: "Evimetry 2.2.0", created: "2016-12-07T03:40:09.126Z", model: "Seagate ST-506" },
      ...{ serial: "S-1", clean: "Completed Normally", "case-number": "2026-0042", compression: "deflate" },
      ...{ "block-bytes": 32_768, members: 2, uuid: "aff4://44444444-2222-4222-8222-222222222222" },
    });
    expect(image.facts.filter(({ name }) => name === "notes").map(({ value }) => value)).toEqual(["note 0", "note 1"]);
    const older = opened([{ name: "a.af4", bytes: olderImage() }]);
    expect(factsOf(older)).toMatchObject({ acquired: "2015-02-03T04:05:06Z", compression: "deflate" });
    expect(older.storedHashes).toEqual({ sha1: createHash("sha1").update(medium).digest("hex") });
  });
});

describe("check", () => {
  const codesWith = (ending: string): unknown[] => {
    let isFirst = true;
    const image = opened(
      named(
        stripes({
          change(part) {
            if (!part.name.endsWith(ending) || !isFirst) return part;
            isFirst = false;
            const bytes = Uint8Array.from(part.bytes);
            bytes[0]! ^= 1;
            return { ...part, bytes };
          },
        }),
      ),
    );
    const before = image.findings.length;
    image.check();
    return image.findings.slice(before).map(({ code, params }) => [code, params["algorithm"] ?? params["property"]]);
  };

  it("finds a list of block hashes, a map path or a map that is not what the description vouches for", () => {
    expect(codesWith(".blockHash.md5")).toEqual([
      ["aff4/block-hashes", "md5"],
      ["aff4/map-hash", "blockMapHash"],
    ]);
    expect(codesWith("/mapPath")).toEqual([
      ["aff4/map-hash", "mapPathHash"],
      ["aff4/map-hash", "blockMapHash"],
    ]);
    expect(codesWith("/map")).toEqual([["aff4/map-hash", "blockMapHash"]]);
    expect(codesWith("/00000000")).toEqual([]);
  });

  const data = fileURLToPath(new URL("../../../../../shared/data/images/aff4-ref/AFF4Std/", import.meta.url));
  const references = [
    ["Base-Linear.aff4"],
    ["Base-Allocated.aff4"],
    ["Striped/Base-Linear_1.aff4", "Striped/Base-Linear_2.aff4"],
  ];
  for (const names of references) {
    it(`finds nothing in the canonical reference images: ${names.join(", ")}`, ({ skip }) => {
      if (!existsSync(data)) skip("the reference images are absent");
      const image = opened(names.map((name) => ({ name, bytes: readFileSync(path.join(data, name)) })));
      const before = image.findings.length;
      image.check();
      expect(image.findings.slice(before)).toEqual([]);
      expect(factsOf(image)).toMatchObject({
        ...{ "case-number": "Case ID: 1SR Canonical", examiner: "Administrator", model: "Seagate ST-506" },
        ...{ serial: "SGAT5060001234", "media-kind": "Disk", version: "1.0" },
      });
      expect(image.facts.filter(({ name }) => name === "notes").length).toBeGreaterThanOrEqual(2);
    });
  }
});

describe("on a disk", () => {
  let base = "";
  beforeAll(() => {
    base = mkdtempSync(path.join(tmpdir(), "vestige-aff4-variants-"));
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  const read = (place: string): { names: readonly string[]; same: boolean; codes: string[] } => {
    const found = findImage(place)!;
    const { image, close } = openFoundImage(found);
    const same = Buffer.compare(contentOf(image), medium) === 0;
    close();
    return { names: found.names, same, codes: image.findings.map(({ code }) => code) };
  };

  it("stripes are found from any of them under any names, and others are left alone", () => {
    const [first, second] = stripes() as [Uint8Array, Uint8Array];
    const folder = path.join(base, "renamed");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "left.bin"), first);
    writeFileSync(path.join(folder, "right.aff4"), second);
    writeFileSync(path.join(folder, "copy of right"), second);
    writeFileSync(path.join(folder, "other.aff4"), olderImage().subarray(0, 5000));
    writeFileSync(path.join(folder, "note.txt"), "PK, nothing else");
    const seen = ["left.bin", "right.aff4"].map((name) => read(path.join(folder, name)));
    for (const { names, same, codes } of seen) {
      expect([names.length, same, codes]).toEqual([2, true, []]);
    }
  });

  it("a folder is a volume", () => {
    const folder = path.join(base, "volume");
    for (const { name, bytes } of folderParts()) {
      const place = path.join(folder, name);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, bytes);
    }
    expect(read(folder)).toMatchObject({ same: true, codes: [] });
    expect(aff4Format.detectFolder!(["a", "b/c"])).toBe(false);
  });
});

describe("any damage", () => {
  it("by 200 mutations ends in findings or EvidenceError, in older images, stripes and folders", () => {
    let state = 3;
    const next = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const sets: readonly Part[][] = [[{ name: "a.af4", bytes: olderImage() }], named(stripes()), folderParts()];
    let read = 0;
    for (let round = 0; round < 200; round++) {
      const files = sets[round % 3]!.map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
      const target = files[next(files.length)]!.bytes;
      for (let count = next(5); count >= 0; count--) {
        const place = next(2) === 0 ? next(target.length) : Math.max(0, target.length - 1 - next(4000));
        if (next(2) === 0) target[place] = next(256);
        else target.subarray(place, place + next(80)).fill(next(2) * 255);
      }
      try {
        const image = opened(files);
        contentOf({ size: Math.min(image.size, 1 << 20), readInto: (bytes, at) => image.readInto(bytes, at) });
        image.check();
        expect(image.findings.length).toBeGreaterThanOrEqual(0);
        for (const file of files) {
          aff4Format.memberOf!({ name: file.name, source: new MemorySource(file.bytes) });
        }
        read++;
      } catch (error) {
        if (!isEvidenceError(error)) throw error;
      }
    }
    expect(read).toBeGreaterThan(100);
  });

  it("of one stripe leaves the other", () => {
    const [parts] = stripedParts() as [Part[]];
    const image = opened([{ name: "disk_1.aff4", bytes: zipOf("aff4://11111111-2222-4222-8222-222222222222", parts) }]);
    const kinds = new Set([...image.runsIn(0, image.size)].map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(["data", "missing", "sparse"]);
  });
});
