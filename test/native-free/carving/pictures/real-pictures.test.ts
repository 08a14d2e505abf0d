import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { carvers } from "../../../../native-free/carving/index.ts";
import { numbersFrom } from "../../../fixtures/carving/jpeg-writer.ts";

const data = join(import.meta.dirname, "../../../../../shared/data");
const folders = [
  "metadata/exif-samples",
  "ocr",
  "typed/file-type/fixture",
  "hostile/go-fuzz-corpus",
  "features/bulk_extractor/src/tests",
];
const carverByExtension: Readonly<Record<string, string>> = {
  ...{
    jpg: "jpeg",
    jpeg: "jpeg",
    png: "png",
    apng: "png",
    gif: "gif",
    bmp: "bmp",
    ico: "ico",
    cur: "ico",
    tif: "tiff",
    tiff: "tiff",
  },
  ...{ webp: "webp", heic: "iso-pictures", avif: "iso-pictures", psd: "psd", jp2: "jp2", j2c: "jp2" },
};
/** Not whole pictures, or with bytes behind their end that belong to nothing. */
const otherwise: Readonly<Record<string, string>> = {
  "olympus-d320l.jpg": "one byte behind EOI",
  "len6192.jpg": "6319 bytes behind EOI",
  "fixture-corrupt.png": "a sum that does not hold",
  "fixture-big-endian.tif": "two bytes of filling behind the last strip",
  "fixture-little-endian.tif": "two bytes of filling behind the last strip",
  "fixture-json.webp": "no picture",
};

interface RealFile {
  readonly path: string;
  readonly name: string;
  readonly carver: string;
}

function filesIn(folder: string): RealFile[] {
  if (!existsSync(join(data, folder))) return [];
  return readdirSync(join(data, folder), { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const carver = carverByExtension[entry.name.split(".").at(-1)!.toLowerCase()];
    return entry.isFile() && carver !== undefined
      ? [{ path: join(entry.parentPath, entry.name), name: entry.name, carver }]
      : [];
  });
}

// The data lie beside the project; where they are not, there is nothing to compare with.
describe.skipIf(!existsSync(data))("real pictures between noise", () => {
  const next = numbersFrom(42);
  const noise = Uint8Array.from({ length: 40_000 }, () => next(256));

  it.each(folders)("%s: each is found with its own length", (folder) => {
    const files = filesIn(folder);
    const wrong: string[] = [];
    for (const { path, name, carver: id } of files) {
      const file = readFileSync(path);
      const at = 512 * (1 + (file.length % 60));
      const bytes = new Uint8Array(Buffer.concat([noise.subarray(0, at), file, noise]));
      const found = carvers.find((one) => one.id === id)!.carve(new MemorySource(bytes), at, bytes.length);
      const right = found?.verdict === "complete" && found.length === file.length;
      if (right !== (otherwise[name] === undefined))
        wrong.push(`${name}: ${found?.verdict} ${found?.length} of ${file.length}`);
    }
    expect(wrong).toEqual([]);
    expect(files.length).toBeGreaterThan(3);
  });
});
