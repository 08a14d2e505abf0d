/** ZIP files that others made to break readers: each ends in a stated outcome, in bounded time and memory. */
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { zipContainer } from "../../../../native-free/containers/zip/container.ts";
import { codesOf, readWith, sharedData, type ReadResult } from "../../../fixtures/extraction-reader.ts";
import { zip, type ZipEntrySpec } from "../../../fixtures/zip-writer.ts";

/** File name without `.zip`, then what has to be said of it: of the archive, of its entries, at the end of streams. */
const FAILURES: Readonly<Record<string, readonly string[]>> = {
  "End of central directory record signature not found Either not a zip file or file is truncated": ["zip/salvaged"],
  "End of central directory record signature not found Either not a zip file or file is truncated_1": ["zip/damaged"],
  "Invalid comment length Expected 1 Found 0 Are there extra bytes at the end of the file Or is the end of central dir signature PK in the com":
    ["zip/trailing"],
  "absolute path C xt": ["zip/name-hostile", "zip/local-differs"],
  "absolute path atxt": ["zip/name-hostile", "zip/local-differs"],
  "compressed uncompressed size mismatch for stored file 2147483647 5": ["zip/truncated-entry", "zip/data-damaged"],
  "extra field length exceeds extra field buffer size": ["zip/salvaged"],
  "file data overflows file bounds 63 2147483647 308": ["zip/truncated-entry", "zip/overlap"],
  "invalid central directory file header signature 0x1014b50": ["zip/salvaged"],
  "invalid characters in fileName a txt": ["zip/name-hostile"],
  "invalid code lengths set": ["zip/data-damaged"],
  "invalid local file header signature 0x3034b50": ["zip/no-local-header", "missing:damaged"],
  "invalid relative path xt": ["zip/name-hostile"],
  "invalid zip64 end of central directory record signature": ["zip/damaged"],
  "multi-disk zip files are not supported found disk number 1": ["zip/multi-disk"],
  "not enough bytes in the stream expected 2048576 got only 1000000": ["zip/size-mismatch"],
  "strong encryption is not supported": ["zip/encrypted", "missing:encrypted"],
  "too many bytes in the stream expected 82496 got at least 98304": ["zip/size-mismatch"],
  "too many length or distance symbols": ["zip/data-damaged"],
  "unexpected EOF": ["zip/no-local-header", "zip/not-in-directory"],
  "unsupported compression method 1": ["zip/local-differs", "zip/data-damaged"],
  "zip64 extended information extra field does not include compressed size": ["zip/salvaged"],
  "zip64 extended information extra field does not include relative header offset": ["zip/salvaged"],
  "zip64 extended information extra field does not include uncompressed size": ["zip/salvaged"],
};

function allCodes({ findings, children, thrown }: ReadResult): string[] {
  const ends = children.map(({ ended }) => ended).filter((ended) => ended !== null);
  const codes = codesOf([...findings, ...children.flatMap(({ child }) => child.findings)]);
  return [...codes, ...ends, ...(thrown === null ? [] : [thrown])];
}

describe("samples that yauzl refuses", () => {
  for (const [name, expected] of Object.entries(FAILURES)) {
    it(name.slice(0, 70), async (context) => {
      const bytes = sharedData(`hostile/yauzl/test/failure/${name}.zip`);
      if (!bytes) return context.skip("shared test data are absent");
      expect(allCodes(await readWith(zipContainer, bytes))).toEqual(expect.arrayContaining([...expected]));
      return undefined;
    });
  }
});

/** Entry name and the SHA-256 of its bytes as the data set's manifest gives it. */
const SUCCESSES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  deflate: {},
  "cygwin-info-zip": {
    "a.txt": "d1bc8d3ba4afc7e109612cb73acbdddac052c93025aa1f82942edabb7deb82a1",
    "b.txt": "ec5e77d92c4b19cc8f19f9a63e9dfdcf691a7f3ad8f4da4e5bd4f2e600f7c965",
  },
  streaming: {
    "test1.txt": "251627cbad607436016a002d77d3c77d11dd801a0747682519d64df0cbec3728",
    "test2.txt": "94625f2de946285ce9a958f278b8a044404c75838084f6769f79283f6a704d2d",
  },
  zip64: {
    "test1.txt": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "test2.txt": "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
  },
  "big-compression": { "0x21000": "74518f204d46de660dff3ed003e92476bad8c691ba392453fc1c7532cc856018" },
};

describe("samples that yauzl reads", () => {
  for (const [name, hashes] of Object.entries(SUCCESSES)) {
    it(name, async (context) => {
      const bytes = sharedData(`hostile/yauzl/test/success/${name}.zip`);
      if (!bytes) return context.skip("shared test data are absent");
      const result = await readWith(zipContainer, bytes);
      expect(allCodes(result)).toEqual([]);
      for (const [entry, hash] of Object.entries(hashes)) {
        const found = result.children.find(({ child }) => child.name.text === entry);
        expect(createHash("sha256").update(found!.bytes).digest("hex")).toBe(hash);
      }
      return undefined;
    });
  }

  it("reads 1,006 entries and the Unicode names of the other samples", async (context) => {
    const everything = sharedData("hostile/yauzl/test/success/everything.zip");
    const unicode = sharedData("hostile/yauzl/test/success/unicode-path-extra-field.zip");
    if (!everything || !unicode) return context.skip("shared test data are absent");
    expect((await readWith(zipContainer, everything)).children).toHaveLength(1006);
    const [child] = (await readWith(zipContainer, unicode)).children;
    expect(child!.child.name).toEqual({ text: "七个房间.txt", bytes: "AAECAwQFBgcICQoLDA0ODw==" });
    return undefined;
  });

  it("reads Deflate64 as written by 7-Zip", async (context) => {
    const bytes = sharedData("typed/magika/tests_data/mitra/zip/deflate64.zip");
    const plain = sharedData("typed/magika/tests_data/mitra/zip/simple.zip");
    if (!bytes || !plain) return context.skip("shared test data are absent");
    const [wide, narrow] = [await readWith(zipContainer, bytes), await readWith(zipContainer, plain)];
    expect(allCodes(wide)).toEqual([]);
    expect(wide.children[0]!.bytes.equals(narrow.children[0]!.bytes)).toBe(true);
    return undefined;
  });
});

/** Published bombs are stored bzip2-packed; null where they or the tool are absent. */
function unpacked(path: string): Uint8Array | null {
  const packed = sharedData(path);
  if (!packed) return null;
  const { stdout, error } = spawnSync("bzip2", ["-dc"], { input: packed, maxBuffer: 64 * 1024 * 1024 });
  return error ? null : new Uint8Array(stdout);
}

describe("bombs", () => {
  it("of 10 and 30 GB are read as far as the reader asks", async (context) => {
    const folder = "hostile/bombs/archives";
    const bombs = ["10GB/10GB", "evil-headers/10GB", "evil-headers/30GB"].map((name) =>
      unpacked(`${folder}/${name}.zip.bz2`),
    );
    if (bombs.includes(null)) return context.skip("shared test data or bzip2 are absent");
    for (const bytes of bombs) {
      const { children } = await readWith(zipContainer, bytes!, { childCapBytes: 5 * 1024 * 1024 });
      expect(children[0]!.ended).toBe("cap");
      expect(children[0]!.bytes.length).toBeLessThan(8 * 1024 * 1024);
    }
    return undefined;
  });

  const zeros = deflateRawSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });

  it("gives a deflate bomb piece by piece and stops when told", async () => {
    const bytes = zip([{ name: "bomb", data: "", packed: zeros, method: 8, size: 10, crc: 0 }]);
    const { children } = await readWith(zipContainer, bytes, { childCapBytes: 2 * 1024 * 1024 });
    expect(children[0]!.ended).toBe("cap");
    expect(children[0]!.bytes.length).toBeLessThan(4 * 1024 * 1024);
  });

  it("names the overlaps of entries that share one kernel", async () => {
    const kernel: ZipEntrySpec = { name: "kernel", data: "", packed: zeros, method: 8, crc: 0, size: 1 };
    const ghosts = Array.from({ length: 200 }, (_, index) => ({
      ...kernel,
      name: `g${index}`,
      ghost: true,
      offset: 0,
    }));
    const bytes = zip([{ ...kernel, localName: "kernel" }, ...ghosts]);
    const { children } = await readWith(zipContainer, bytes, { childCapBytes: 100_000 });
    expect(children).toHaveLength(201);
    expect(children.filter(({ child }) => codesOf(child.findings).includes("zip/overlap"))).toHaveLength(200);
    expect(children.every(({ ended }) => ended === "cap")).toBe(true);
  });
});
