/** Units of an image as threads open them: by the byte at which their line begins, from files that may go away. */
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readWhole } from "../../../../native-free/bytes/byte-source.ts";
import type { MediumAccount } from "../../../../native-free/layers/account.ts";
import { enumerateExhibit } from "../../../../src/examine/image/enumerate-exhibit.ts";
import type { ImageJob } from "../../../../src/examine/image/image-job.ts";
import { ImageUnits } from "../../../../src/examine/image/image-unit.ts";
import { listedItems } from "../../../../src/examine/image/listing.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { FatVolumeWriter, type FatFile, type FatOptions } from "../../../fixtures/filesystems/fat-volume.ts";

let base = "";
let image: ImageJob;

beforeEach(() => {
  base = freshFolder("image-unit");
  mkdirSync(base, { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const text = (words: string) => Buffer.from(words);

function listImage(files: readonly FatFile[], options: FatOptions = { bits: 16 }): void {
  const { bytes } = new FatVolumeWriter(options, files);
  const half = Math.floor(bytes.length / 1024) * 512;
  const parts = [bytes.subarray(0, half), bytes.subarray(half)];
  const paths = parts.map((part, index) => {
    const path = `${base}/m.00${index + 1}`;
    writeFileSync(path, part);
    return { path, size: part.length };
  });
  image = {
    ...{ format: "raw", files: paths, identity: "i" },
    ...{ listing: `${base}/listing.jsonl`, account: `${base}/account.json` },
  };
  enumerate();
}

function enumerate(): Buffer {
  const faults: unknown[] = [];
  enumerateExhibit({
    ...{ image, identity: "i", avoid: [], counter: new SharedArrayBuffer(4) },
    ...{ beat: () => undefined, workOn: () => undefined, onFault: (...fault) => faults.push(fault) },
  });
  expect(faults).toEqual([]);
  return readFileSync(image.listing);
}

function units(onFault: (id: string, error: unknown) => void = () => undefined): ImageUnits {
  return new ImageUnits({ image, holeLimitBytes: 2 ** 36, beat: () => undefined, onFault });
}

function startOf(path: string): number {
  for (const { item, start } of listedItems(image.listing)) if (item.path === path) return start;
  throw new Error(`${path} is not listed`);
}

describe("units of an image", () => {
  it("are opened by the byte of their line, in any order and again", () => {
    listImage([
      { short: "A.TXT", data: text("first") },
      { short: "B.TXT", data: text("second") },
    ]);
    const opened = units();
    for (const [path, words] of [
      ["fat:/B.TXT", "second"],
      ["fat:/A.TXT", "first"],
      ["fat:/B.TXT", "second"],
    ] as const) {
      const { occurrence, content } = opened.open(startOf(path), false);
      expect(occurrence).toMatchObject({ path, status: "done", depth: 0, nameClaim: "allocated" });
      expect(Buffer.from(readWhole(content!.source, 99)!).toString()).toBe(words);
    }
    expect(opened.open(startOf("fat:/A.TXT"), true)).toMatchObject({ content: null, occurrence: { status: "done" } });
    expect(opened.open(startOf("fat:/A.TXT#slack"), false)).toMatchObject({ isEmpty: true });
  });

  it("are listed alike each time, with the account of the medium beside", () => {
    listImage([{ short: "A.TXT", data: text("first") }]);
    expect(enumerate().equals(enumerate())).toBe(true);
    const account = JSON.parse(readFileSync(image.account, "utf8")) as MediumAccount;
    expect(account.bytes).toBe(image.files.reduce((sum, { size }) => sum + size, 0));
  });

  it("record the first of very many pieces, and read all", () => {
    const clusters = Array.from({ length: 4200 }, (_, index) => 10 + 2 * index);
    listImage([{ short: "A.BIN", data: Buffer.alloc(4200 * 512, 9), clusters }], { bits: 16, clusters: 9000 });
    const { occurrence, content } = units().open(startOf("fat:/A.BIN"), false);
    expect(occurrence.extents).toHaveLength(4096);
    expect(occurrence.findings).toMatchObject([{ code: "medium/extents-cut", params: { count: 4200, kept: 4096 } }]);
    expect(content?.source.size).toBe(4200 * 512);
  });

  it("stop the run where a file of the image is gone or cut off", () => {
    listImage([{ short: "A.TXT", data: text("first") }]);
    const opened = units();
    const start = startOf("fat:/A.TXT");
    truncateSync(image.files[0]!.path, 512);
    expect(() => opened.open(start, false)).toThrow(expect.objectContaining({ code: "SOURCE_GONE" }));
    rmSync(image.files[0]!.path);
    expect(() => units()).toThrow(expect.objectContaining({ code: "SOURCE_GONE" }));
  });

  it("cost themselves alone where we are wrong", () => {
    listImage([{ short: "A.TXT", data: text("first") }]);
    const lines = readFileSync(image.listing, "utf8").replaceAll(/"key":"\d+"/g, '"key":"999999999"');
    writeFileSync(image.listing, lines);
    const faults: string[] = [];
    const { occurrence, content } = units((id) => faults.push(id)).open(startOf("fat:/A.TXT"), false);
    expect(occurrence).toMatchObject({ status: "failed", reason: "fault" });
    expect(occurrence.findings).toMatchObject([{ code: "engine/fault" }]);
    expect(content).toBeNull();
    expect(faults).toEqual([occurrence.id]);
  });
});
