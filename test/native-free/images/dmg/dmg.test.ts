import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { dmgFormat } from "../../../../native-free/images/dmg/format.ts";
import { entryLayout, tableLayout, trailerLayout } from "../../../../native-free/images/dmg/layouts.ts";
import { checksumWithZeros } from "../../../../native-free/images/dmg/zero-checksum.ts";
import { probeOf, type DiskImage } from "../../../../native-free/images/index.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { cpuMs } from "../../../fixtures/cpu-time.ts";
import { dmgMedium, dmgOf, sampleSets, type DmgOptions } from "../../../fixtures/images/dmg.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";
import { publicSample } from "../../../fixtures/images/public-samples.ts";

const segmentOf = (bytes: Uint8Array, name = "disk.dmg") => ({ name, source: new MemorySource(bytes, name) });
const openBytes = (bytes: Uint8Array): DiskImage => dmgFormat.open([segmentOf(bytes)]);
const detect = (bytes: Uint8Array, name = "disk.dmg") => dmgFormat.detect(probeOf(segmentOf(bytes, name)));
const single = (options: DmgOptions = {}) => Uint8Array.from(dmgOf(dmgMedium(), options).files[0]!.bytes);
const errorOf = (open: () => unknown) => {
  try {
    open();
  } catch (error) {
    if (isEvidenceError(error)) return { code: error.code, ...error.params };
    throw error;
  }
  return null;
};
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Changes fields of the trailer at the end. */
function withTrailer(bytes: Uint8Array, values: Record<string, number>): Uint8Array {
  const changed = Uint8Array.from(bytes);
  Object.assign(trailerLayout.cursor().over(changed, changed.length - trailerLayout.size), values);
  return changed;
}

/** Changes the second table, which is text in base64 of the same length. */
function withTable(bytes: Uint8Array, change: (table: Uint8Array) => void): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const from = text.lastIndexOf("<data>") + "<data>".length;
  const to = text.indexOf("</data>", from);
  const table = new Uint8Array(Buffer.from(text.slice(from, to), "base64"));
  change(table);
  let at = 0;
  const digits = Buffer.from(table).toString("base64");
  const changed = text.slice(from, to).replaceAll(/[\w+/=]/g, () => digits[at++]!);
  return new Uint8Array(Buffer.from(text.slice(0, from) + changed + text.slice(to), "latin1"));
}

const entryAt = (table: Uint8Array, index: number) =>
  entryLayout.cursor().over(table, tableLayout.size + index * entryLayout.size);

describe("UDIF images", () => {
  it.each(sampleSets)("of $name read as their medium", (set) => {
    const image = openIn(filesOf(set), set.first);
    expect(image.format).toBe("dmg");
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check?.();
    expect(codesOf(image)).toEqual([]);
    const sparse = set.name === "raw with trailer" ? {} : { sparse: 32_768 };
    expect(bytesByKind(image)).toEqual({ data: 262_144 - (sparse.sparse ?? 0), ...sparse });
  });

  it.each(sampleSets)("of $name give findings or an EvidenceError for any damage", (set) => {
    const { outcomes, faults } = survey(set, set === sampleSets[1] ? 200 : 50, 30);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(20);
  });

  it("say what their trailer and tables say", () => {
    const { facts } = openIn(filesOf(sampleSets[1]!), "disk.dmg");
    expect(facts).toContainEqual({ name: "uuid", value: "00112233-4455-6677-8899-aabbccddeeff" });
    expect(facts).toContainEqual({ name: "compression", value: "LZFSE, ADC, bzip2, LZMA" });
    expect(facts).toContainEqual({ name: "features", value: "blocks left out as free" });
    expect(facts.filter(({ name }) => name === "partition").map(({ value }) => value)).toEqual([
      "part & 0",
      "part & 1",
    ]);
  });
});

const samples = [
  "plaso/test_data/hfsplus_zlib.dmg",
  "plaso/test_data/spotlight.12.dmg",
  "plaso/test_data/spotlight.10.13.dmg",
  "qemu/tests/qemu-iotests/sample_images/simple-dmg.dmg.bz2",
];

describe("UDIF images that others made", () => {
  for (const name of samples) {
    const sample = publicSample(name);
    it.skipIf(!sample)(`${name} reads as independent programs say`, () => {
      const image = openBytes(sample!.bytes);
      expect(detect(sample!.bytes)).toBe("certain");
      expect([image.size, sha256(mediumOf(image))]).toEqual([sample!.size, sample!.sha256]);
      image.check?.();
      // What the writer left behind of blocks it wrote again.
      expect(codesOf(image).filter((code) => code !== "image/unclaimed")).toEqual([]);
    });
  }

  const raw = publicSample("bulk_extractor/src/tests/1mb_fat32.dmg");
  it.skipIf(!raw)("without a trailer are raw", () => expect(detect(raw!.bytes)).toBe("no"));
});

describe("other programs", () => {
  const inFolder = <T>(work: (folder: string) => T): T => {
    const folder = mkdtempSync(join(tmpdir(), "vestige-dmg-"));
    try {
      return work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const qemu = !spawnSync("qemu-img", ["--version"]).error;
  it.skipIf(!qemu).each([{}, { packing: ["raw", "zlib"] }, { tables: "resources" }] as DmgOptions[])(
    "qemu-img reads %o alike",
    (options) =>
      inFolder((folder) => {
        writeFileSync(join(folder, "a.dmg"), single(options));
        spawnSync("qemu-img", ["convert", "-f", "dmg", "-O", "raw", "a.dmg", "a.raw"], { cwd: folder });
        expect(sha256(readFileSync(join(folder, "a.raw")))).toBe(sha256(dmgMedium()));
      }),
  );

  const sevenZip = !spawnSync("7z", ["i"]).error;
  it.skipIf(!sevenZip).each(["bvx2", "bvxn", "adc", "zlib", "raw"] as const)("7z reads %s alike", (way) =>
    inFolder((folder) => {
      writeFileSync(join(folder, "a.dmg"), single({ packing: [way] }));
      spawnSync("7z", ["x", "-y", "-oout", "a.dmg"], { cwd: folder });
      const names = readdirSync(join(folder, "out")).sort();
      const parts = names.map((each) => readFileSync(join(folder, "out", each)));
      expect(sha256(Buffer.concat(parts))).toBe(sha256(dmgMedium()));
    }),
  );
});

describe("what a UDIF image is told by", () => {
  it("signatures at the end, at the begin, and near the end", () => {
    expect(detect(single())).toBe("certain");
    expect(detect(single({ trailer: "begin" }))).toBe("certain");
    expect(detect(Buffer.concat([single(), Buffer.alloc(100, 1)]))).toBe("certain");
    expect(detect(dmgMedium())).toBe("no");
    expect(detect(new Uint8Array(0))).toBe("no");
    expect(detect(single().subarray(0, -600), "disk.bin")).toBe("no");
  });

  it("segments by their names and by what they say", () => {
    const names = ["a.dmg", "a.003.dmgpart", "a.002.dmgpart", "b.002.dmgpart", "a.txt"];
    const set = ["a.dmg", "a.002.dmgpart", "a.003.dmgpart"];
    for (const name of set) expect(dmgFormat.segmentsOf(name, names)).toEqual(set);
    expect(dmgFormat.segmentsOf("b.002.dmgpart", names)).toEqual(["b.002.dmgpart"]);
    expect(dmgFormat.segmentsOf("a.bin", names)).toEqual(["a.bin"]);
    const { files } = dmgOf(dmgMedium(), { segments: 3 });
    expect(files.map(({ bytes }) => dmgFormat.memberOf?.(segmentOf(bytes))?.number)).toEqual([1, 2, 3]);
    expect(dmgFormat.memberOf?.(segmentOf(single()))).toBeNull();
  });
});

describe("UDIF images that cannot be opened", () => {
  it("are named: encrypted, of Disk Copy, without tables", () => {
    const head = Buffer.alloc(8192);
    head.write("encrcdsa", "latin1");
    head.writeUInt32BE(2, 8);
    head.writeUInt32BE(0x80000001, 20);
    head.writeUInt32BE(128, 24);
    expect(detect(head)).toBe("certain");
    expect(errorOf(() => openBytes(head))).toEqual({ code: "image/encrypted", scheme: "encrcdsa, version 2, AES-128" });
    const tail = Buffer.alloc(8192);
    tail.write("cdsaencr", 8184, "latin1");
    expect(errorOf(() => openBytes(tail))).toEqual({ code: "image/encrypted", scheme: "cdsaencr, version 1" });
    const ndif = Buffer.alloc(8192);
    ndif[1] = 4;
    ndif.write("disk", 2, "latin1");
    ndif.write("rohdddsk", 65, "latin1");
    expect(detect(ndif)).toBe("certain");
    expect(errorOf(() => openBytes(ndif))?.code).toBe("image/unsupported");
    const blank = single();
    const text = Buffer.from(blank).toString("latin1").replaceAll("<key>blkx</key>", "<key>xxxx</key>");
    expect(errorOf(() => openBytes(new Uint8Array(Buffer.from(text, "latin1"))))?.code).toBe("image/structure-damaged");
    expect(errorOf(() => openBytes(dmgMedium()))?.code).toBe("image/not-recognised");
  });
});

describe("damage of a UDIF image", () => {
  it("a trailer that is cut off: tables are searched for", () => {
    const whole = single();
    for (const cut of [1, 511, 512]) {
      const bytes = whole.subarray(0, whole.length - cut);
      expect(detect(bytes)).not.toBe("no");
      const image = openBytes(bytes);
      expect(Buffer.compare(mediumOf(image), dmgMedium())).toBe(0);
      image.check?.();
      expect(codesOf(image)).toEqual(["image/dmg-salvaged"]);
    }
    // Within the second table: its blocks before the cut are there.
    const half = openBytes(whole.subarray(0, whole.length - 1200));
    expect(codesOf(half)).toContain("image/dmg-salvaged");
    expect(Buffer.compare(mediumOf(half).subarray(0, 65_536), dmgMedium().subarray(0, 65_536))).toBe(0);
  });

  it("a trailer that leads to no tables: they are searched for", () => {
    const image = openBytes(withTrailer(single(), { plistOffset: 5 }));
    expect(codesOf(image)).toEqual(["image/structure-damaged", "image/dmg-salvaged"]);
    expect(Buffer.compare(mediumOf(image), dmgMedium())).toBe(0);
  });

  it("bytes behind the trailer, a size that differs, a fork that leaves the file", () => {
    const behind = openBytes(Buffer.concat([single(), Buffer.alloc(300, 7)]));
    expect(codesOf(behind)).toEqual(["image/dmg-trailer-place"]);
    expect(Buffer.compare(mediumOf(behind), dmgMedium())).toBe(0);
    const larger = openBytes(withTrailer(single(), { sectorCount: 600 }));
    expect(larger.size).toBe(600 * 512);
    expect(codesOf(larger)).toEqual(["image/structures-differ", "image/blocks-missing"]);
    expect(bytesByKind(larger).missing).toBe(88 * 512);
    expect(codesOf(openBytes(withTrailer(single(), { dataLength: 1 << 30 })))).toContain("image/truncated");
    const unsized = openBytes(withTrailer(single(), { sectorCount: 0 }));
    expect(Buffer.compare(mediumOf(unsized), dmgMedium())).toBe(0);
  });

  it("checksums that differ", () => {
    const bytes = single();
    // In the packed noise at the begin: a stored block of deflate.
    bytes[500]! ^= 0x10;
    const image = openBytes(bytes);
    image.check?.();
    const parts = image.findings.filter(({ code }) => code === "image/part-checksum").map(({ params }) => params.part);
    expect(parts).toEqual(["data fork", "block table 1"]);
    const master = openBytes(withTrailer(single(), { masterChecksum: 1 }));
    master.check?.();
    expect(master.findings.map(({ params }) => params.part)).toEqual(["checksums of the tables"]);
  });

  it("checksums of stretches that are empty are not read", () => {
    for (const length of [0, 1, 513, 70_000]) {
      const whole = Buffer.concat([Buffer.from("begin"), new Uint8Array(length)]);
      expect(checksumWithZeros(crc32("begin"), length)).toBe(crc32(whole));
    }
    const began = cpuMs();
    const zeros = withTable(single(), (table) => {
      const last = entryAt(table, tableLayout.cursor().over(table).entryCount - 2);
      Object.assign(last, { type: 0, sectorCount: 2 ** 36 });
    });
    const empty = openBytes(withTrailer(zeros, { sectorCount: 2 ** 37 }));
    empty.check?.();
    const raw = withTable(single(), (table) =>
      Object.assign(entryAt(table, 0), { type: 1, sectorCount: 2 ** 36, length: 2 ** 45 }),
    );
    const endless = openBytes(withTrailer(raw, { sectorCount: 2 ** 37, dataLength: 2 ** 45 }));
    endless.check?.();
    expect(cpuMs() - began).toBeLessThan(1500);
    expect(codesOf(empty)).toContain("image/part-checksum");
    expect(codesOf(endless)).toContain("image/truncated");
  });

  it("blocks that overlap, leave their table, are missing, or of an unknown method", () => {
    const overlap = openBytes(withTable(single(), (table) => (entryAt(table, 3).firstSector = 32)));
    expect(codesOf(overlap)).toEqual(expect.arrayContaining(["image/blocks-overlap", "image/blocks-missing"]));
    const unknown = openBytes(withTable(single(), (table) => (entryAt(table, 0).type = 0x80000099)));
    expect(codesOf(unknown)).toEqual(["image/unsupported"]);
    expect(bytesByKind(unknown).unknown).toBe(32_768);
    const gone = openBytes(withTable(single(), (table) => (entryAt(table, 0).sectorCount = 0)));
    expect(codesOf(gone)).toEqual(["image/blocks-missing"]);
    expect(bytesByKind(gone).missing).toBe(32_768);
    const outside = openBytes(withTable(single(), (table) => (entryAt(table, 5).sectorCount = 4096)));
    expect(outside.findings[1]?.params.problem).toBe("range");
    const signature = openBytes(withTable(single(), (table) => table.fill(0, 0, 4)));
    expect(signature.findings.map(({ params }) => params.problem)).toContain("signature");
  });

  it("a block that claims to be huge is not unpacked, one whose data are cut off is missing", () => {
    const huge = openBytes(withTable(single(), (table) => (entryAt(table, 0).sectorCount = 1 << 20)));
    const began = cpuMs();
    expect(bytesByKind(huge).unreadable).toBeGreaterThan(0);
    mediumOf(huge);
    expect(cpuMs() - began).toBeLessThan(1000);
    const far = openBytes(withTable(single(), (table) => (entryAt(table, 0).offset = 1 << 28)));
    mediumOf(far);
    expect(bytesByKind(far).missing).toBe(32_768);
    expect(codesOf(far)).toContain("image/bad-block");
  });

  it("tables that are larger than those of any disk are not read into memory", () => {
    const tail = withTrailer(single(), { plistOffset: 0, plistLength: 200 << 20 }).subarray(-trailerLayout.size);
    const size = 300 << 20;
    const source = {
      size,
      readInto(target: Uint8Array, at: number) {
        const count = Math.max(0, Math.min(target.length, size - at));
        for (let i = 0; i < count; i++) target[i] = tail[at + i - size + tail.length] ?? 0;
        return count;
      },
      *runsIn() {},
    };
    const open = () => dmgFormat.open([{ name: "disk.dmg", source }]);
    expect(errorOf(open)).toEqual({ code: "image/unsupported", feature: "tables of more than 96 MiB" });
  });

  it("a segment that is missing, twice or of another set", () => {
    const { files } = dmgOf(dmgMedium(), { segments: 3, packing: ["raw"] });
    const segments = files.map(({ name, bytes }) => segmentOf(bytes, name));
    const without = dmgFormat.open([segments[2]!, segments[0]!]);
    expect(codesOf(without)).toEqual(["image/segment-missing"]);
    expect(bytesByKind(without).missing).toBeGreaterThan(60_000);
    const medium = mediumOf(without);
    expect(Buffer.compare(medium.subarray(0, 32_768), dmgMedium().subarray(0, 32_768))).toBe(0);
    const twice = dmgFormat.open([...segments, segmentOf(files[1]!.bytes, "copy")]);
    expect(codesOf(twice)).toEqual(["image/segment-twice"]);
    expect(Buffer.compare(mediumOf(twice), dmgMedium())).toBe(0);
    const foreign = dmgFormat.open([...segments, segmentOf(dmgMedium(), "disk.004.dmgpart")]);
    expect(codesOf(foreign)).toEqual(["image/segment-foreign"]);
  });
});
