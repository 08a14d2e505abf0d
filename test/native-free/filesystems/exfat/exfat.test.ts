/** What the reader of exFAT says of volumes that are sound, damaged, or made to mislead. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { MemorySource, readRange, type ByteSource, type Run } from "../../../../native-free/bytes/byte-source.ts";
import { exfatFormat } from "../../../../native-free/filesystems/exfat/format.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import {
  ExfatVolumeWriter,
  vendorEntry,
  type ExfatFile,
  type ExfatOptions,
} from "../../../fixtures/filesystems/exfat-volume.ts";
import { told } from "../../../fixtures/filesystems/fat-volume.ts";
import { codes, lineOf, walk } from "../../../fixtures/filesystems/walked.ts";

const small: ExfatOptions = { clusters: 60 };
const opened = (bytes: Uint8Array): FileSystem => exfatFormat.open(new MemorySource(bytes))!;

function made(
  files: readonly ExfatFile[],
  damage: (volume: ExfatVolumeWriter) => void = () => {},
  options: ExfatOptions = small,
): FileSystem {
  const volume = new ExfatVolumeWriter(options, files);
  damage(volume);
  return opened(volume.bytes);
}

function entryOf(fs: FileSystem, path: string): FileSystemEntry {
  const all = walk(fs);
  const found = all.find((each) => each.path === path);
  if (!found) throw new Error(`no ${path} among ${all.map((each) => each.path).join(" ")}`);
  return found.entry;
}

const contentOf = (fs: FileSystem, entry: FileSystemEntry): Uint8Array => readRange(fs.open(entry), 0, entry.size);
/** Codes of the file system when all of it was looked at. */
function allCodes(fs: FileSystem): string[] {
  for (const entry of fs.entries()) expect(entry.findings).toBeDefined();
  return codes(fs);
}
const two = told(2 * 512, 1);
const file: ExfatFile = { name: "A.bin", data: two };

describe("recognition", () => {
  it("leaves other volumes alone and refuses what only says that it is exFAT", () => {
    expect(exfatFormat.open(new MemorySource(new Uint8Array(0)))).toBeNull();
    expect(exfatFormat.open(new MemorySource(new Uint8Array(65536).fill(0xf6)))).toBeNull();
    const volume = new ExfatVolumeWriter(small, []);
    volume.bytes[108] = 3;
    volume.sealBoot();
    expect(() => opened(volume.bytes)).toThrow("filesystem/boot-damaged");
  });

  it.each([
    ["sector size", (bytes: Buffer) => bytes.fill(13, 108, 109)],
    ["cluster size", (bytes: Buffer) => bytes.fill(17, 109, 110)],
    ["number of tables", (bytes: Buffer) => bytes.fill(3, 110, 111)],
    ["number of clusters", (bytes: Buffer) => bytes.writeUInt32LE(0, 92)],
    ["place of the table", (bytes: Buffer) => bytes.writeUInt32LE(3, 80)],
    ["place of the clusters", (bytes: Buffer) => bytes.writeUInt32LE(24, 88)],
    ["root directory", (bytes: Buffer) => bytes.writeUInt32LE(1, 96)],
    ["number of sectors", (bytes: Buffer) => bytes.fill(255, 72, 80)],
    ["must be zero", (bytes: Buffer) => bytes.fill(1, 11, 12)],
  ])("says what is wrong with a boot sector: %s", (problem, damage) => {
    const volume = new ExfatVolumeWriter(small, []);
    damage(volume.bytes);
    volume.sealBoot();
    expect(() => opened(volume.bytes)).toThrow(
      expect.objectContaining({ params: { format: "exFAT", problem } }) as Error,
    );
  });

  it("names what the volume says of itself", () => {
    const fs = made([], () => {}, { ...small, label: "My label", guid: true });
    expect(fs).toMatchObject({ format: "exfat", variant: "exFAT", label: "My label", blockBytes: 512, findings: [] });
    const facts = Object.fromEntries(fs.facts.map(({ name, value }) => [name, value]));
    expect(facts).toMatchObject({
      serial: "1234-ABCD",
      version: "1.00",
      clean: "yes",
      uuid: "04030201-0605-0807-090a-0b0c0d0e0f10",
    });
    expect(allCodes(fs)).toEqual([]);
  });

  it("uses the backup where the main boot region does not hold, unless another file system came after", () => {
    const fs = made([file], ({ bytes }) => bytes.fill(0, 0, 512));
    expect(allCodes(fs)).toEqual(["filesystem/structure-replaced"]);
    expect(contentOf(fs, entryOf(fs, "/A.bin"))).toEqual(two);
    expect(codes(made([file], ({ bytes }) => bytes.writeUInt32LE(9, 96)))).toEqual(["filesystem/structure-replaced"]);
    const volume = new ExfatVolumeWriter(small, [file]);
    volume.bytes.fill(0, 0, 512);
    volume.bytes.write("NTFS    ", 3, "latin1");
    volume.bytes.set([0xeb, 0x52, 0x90, 0, 0]);
    volume.bytes.write("NTFS    ", 3, "latin1");
    volume.bytes.writeUInt16LE(512, 11);
    volume.bytes[13] = 8;
    volume.bytes.writeUInt16LE(0xaa55, 510);
    expect(exfatFormat.open(new MemorySource(volume.bytes))).toBeNull();
  });

  it("compares the two boot regions", () => {
    const changed = (damage: (volume: ExfatVolumeWriter) => void): string[] => codes(made([], damage));
    expect(changed(({ bytes }) => bytes.fill(1, 13 * 512 + 7, 13 * 512 + 8))).toEqual([
      "filesystem/structure-damaged",
      "filesystem/structures-differ",
    ]);
    expect(
      changed((volume) => {
        volume.bytes.writeUInt32LE(77, 100);
        volume.sealBoot(false);
      }),
    ).toEqual(["filesystem/structures-differ"]);
    expect(changed(({ bytes }) => bytes.fill(0, 12 * 512, 24 * 512))).toEqual(["filesystem/structure-damaged"]);
    const both = made([], ({ bytes }) => {
      bytes[121] = 0;
      bytes.fill(0, 12 * 512, 24 * 512);
    });
    expect(codes(both)).toEqual(["filesystem/structure-damaged", "filesystem/structure-damaged"]);
  });

  it("tells dirt, errors of the medium and a share in use that is not so", () => {
    const fs = made([], ({ bytes }) => bytes.set([6], 106));
    expect(codes(fs)).toEqual(["filesystem/media-errors", "filesystem/not-clean"]);
    expect(allCodes(made([], ({ bytes }) => bytes.set([77], 112)))).toEqual(["exfat/percent-in-use"]);
    expect(allCodes(made([], ({ bytes }) => bytes.set([255], 112)))).toEqual([]);
  });

  it("names hidden data in every place where systems keep nothing", () => {
    const options = { clusters: 60, sectorBytes: 1024, spareSectors: 2 };
    const fs = made(
      [],
      (volume) => {
        const { bytes, tableSectors, dataStart } = volume;
        bytes.fill(7, 600, 610);
        bytes.fill(7, 9 * 1024 + 20, 9 * 1024 + 30);
        bytes.fill(7, 10 * 1024, 10 * 1024 + 3);
        volume.sealBoot(false);
        bytes.fill(7, dataStart - 4, dataStart);
        bytes.fill(7, bytes.length - 9);
        expect(tableSectors).toBe(1);
      },
      options,
    );
    for (const entry of fs.entries()) expect(entry.size).toBeGreaterThanOrEqual(0);
    const hidden = fs.findings.filter(({ code }) => code === "filesystem/hidden-data");
    expect(hidden.map(({ params }) => [params.area, params.bytes])).toEqual([
      ["rest of the boot sector", 10],
      ["unused parameters of the boot region", 10],
      ["reserved sector of the boot region", 3],
      ["allocation table slack", 4],
      ["sectors behind the last cluster", 9],
    ]);
    const unknown = Array.from(fs.account()).filter((range) => range.class === "not-understood");
    expect(unknown).toMatchObject([{ start: 10 * 1024, length: 1024 }]);
  });

  it("names what the volume source lacks", () => {
    const volume = new ExfatVolumeWriter(small, [file]);
    const short = volume.bytes.subarray(0, volume.bytes.length - 4096);
    const fs = opened(short);
    expect(codes(fs)).toEqual(["filesystem/truncated"]);
    expect(Array.from(fs.account()).reduce((sum, { length }) => sum + length, 0)).toBe(short.length);
    const lacking = new Lacking(volume.bytes, volume.place(volume.first.get("/A.bin")!) + 512, 512);
    const other = exfatFormat.open(lacking)!;
    expect(Array.from(other.account()).filter((range) => range.class === "unreadable")).toEqual([
      { start: lacking.from, length: 512, class: "unreadable", what: "unreadable" },
    ]);
    const runs = [...other.open(entryOf(other, "/A.bin")).runsIn(0, 1024)];
    expect(runs.map(({ kind, length }) => [kind, length])).toEqual([
      ["data", 512],
      ["unreadable", 512],
    ]);
  });
});

class Lacking implements ByteSource {
  readonly size: number;
  readonly #inner: MemorySource;
  readonly from: number;
  readonly #length: number;

  constructor(bytes: Uint8Array, from: number, length: number) {
    this.#inner = new MemorySource(bytes);
    this.size = bytes.length;
    this.from = from;
    this.#length = length;
  }

  readInto(target: Uint8Array, at: number): number {
    return this.#inner.readInto(target, at);
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    const edges = [at, this.from, this.from + this.#length, end].map((edge) => Math.min(Math.max(edge, at), end));
    for (const [i, kind] of (["data", "unreadable", "data"] as const).entries()) {
      const [start, stop] = [edges[i]!, edges[i + 1]!];
      if (stop > start) yield { start, length: stop - start, kind, place: { path: "-", offset: start, exact: true } };
    }
  }
}

describe("entries", () => {
  it("gives times with their zone, hundredths and the attributes of the file", () => {
    const fs = made([file, { name: "utc", zone: 0x80 }, { name: "none", zone: 0 }, { name: "west", zone: 0xea }]);
    const entry = entryOf(fs, "/A.bin");
    expect(entry.times).toEqual([
      { kind: "m", value: "2024-05-17T13:37:22.07+02:00", zone: "offset", source: "exfat" },
      { kind: "a", value: "2024-05-17T13:37:22+02:00", zone: "offset", source: "exfat" },
      { kind: "b", value: "2024-05-17T13:37:23.55+02:00", zone: "offset", source: "exfat" },
    ]);
    expect(entry.attributes).toMatchObject({ attributes: "archive", contiguous: "yes" });
    const zones = ["/utc", "/none", "/west"].map((path) => entryOf(fs, path).times[0]!);
    expect(zones.map(({ value, zone }) => [value.slice(19), zone])).toEqual([
      [".07Z", "utc"],
      [".07", "local-unknown"],
      [".07-05:30", "offset"],
    ]);
  });

  it("reads contents in a row and in a chain, and what is behind the valid data length as zeros", () => {
    const valid = { name: "valid.bin", data: told(3 * 512, 4), valid: 600 };
    const fs = made([file, { name: "chain.bin", data: told(1500, 3), clusters: [50, 40, 45] }, valid]);
    expect(contentOf(fs, entryOf(fs, "/chain.bin"))).toEqual(told(1500, 3));
    const entry = entryOf(fs, "/valid.bin");
    const wanted = Buffer.concat([told(3 * 512, 4).subarray(0, 600), Buffer.alloc(3 * 512 - 600)]);
    expect(Buffer.from(contentOf(fs, entry)).equals(wanted)).toBe(true);
    expect(codes(entry)).toEqual(["exfat/not-written"]);
    expect(entry.attributes["valid-size"]).toBe("600");
    expect(fs.slackOf(entry).map(({ length, what }) => [length, what])).toEqual([
      [936, "behind the valid data length"],
    ]);
    expect(fs.slackOf(entryOf(fs, "/chain.bin"))).toMatchObject([{ length: 36, what: "ram slack" }]);
    expect(allCodes(fs)).toEqual([]);
  });

  it("gives what vendors keep for a file: data as an attribute, clusters as a stream", () => {
    const fs = made([{ ...file, further: [vendorEntry(null), vendorEntry(30, 700)] }], (volume) => {
      volume.bytes.set(told(1024, 9), volume.place(30));
      for (const cluster of [30, 31]) volume.mark(cluster, true);
      volume.bytes[112] = 255;
    });
    const entry = entryOf(fs, "/A.bin");
    expect(entry.attributes["vendor.a3a2a1a0-a5a4-a7a6-a8a9-aaabacadaeaf"]).toBe("5a".repeat(14));
    const stream = Array.from(fs.entries()).find(({ kind }) => kind === "stream")!;
    expect(stream).toMatchObject({ parent: entry.key, size: 700, nameClaim: "allocated", contentClaim: "allocated" });
    expect(contentOf(fs, stream)).toEqual(told(1024, 9).subarray(0, 700));
    expect(fs.entryOf(stream.key)).toMatchObject({ key: stream.key, parent: entry.key });
    expect(allCodes(fs)).toEqual([]);
  });

  it("shows an unknown benign structure as what it is", () => {
    const fs = made([], (volume) => {
      const slot = Buffer.from([0xa5, ...new Uint8Array(31)]);
      let sum = 0;
      for (const [at, byte] of slot.entries()) {
        if (at !== 2 && at !== 3) sum = (((sum & 1) << 15) + (sum >>> 1) + byte) & 0xffff;
      }
      slot.writeUInt16LE(sum, 2);
      volume.bytes.set(slot, volume.place(volume.root) + 3 * 32);
    });
    expect(Array.from(fs.entries(), ({ name }) => name.text)).toContain("$Entry0xa5");
    expect(allCodes(fs)).toEqual([]);
    const critical = made([], (volume) => volume.bytes.set([0x90], volume.place(volume.root) + 96));
    expect(allCodes(critical)).toEqual(["filesystem/directory-damaged"]);
  });

  it("gives every entry by its key, also where windows and clusters of a directory meet", () => {
    const children = Array.from({ length: 1600 }, (_, i) => ({
      name: `file with the number ${i} and a name of three pieces.txt`,
      deleted: i % 7 === 0,
    }));
    const fs = made([{ name: "many", children }, file], () => {}, { clusters: 900 });
    const entries = Array.from(fs.entries());
    expect(entries.length).toBeGreaterThan(1600);
    for (const [index, entry] of entries.entries()) {
      if (index % 50 !== 0 && (index < 650 || index > 690)) continue;
      const found = fs.entryOf(entry.key);
      expect(found && lineOf(fs, found), entry.key).toBe(lineOf(fs, entry));
    }
  });
});
