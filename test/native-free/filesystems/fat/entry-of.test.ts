/** Entries of FAT by their keys, in directories of more than one window. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { fatFormat } from "../../../../native-free/filesystems/fat/format.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { FatVolumeWriter, told, type FatFile } from "../../../fixtures/filesystems/fat-volume.ts";
import { lineOf } from "../../../fixtures/filesystems/walked.ts";

const opened = (files: readonly FatFile[], damage: (volume: FatVolumeWriter) => void = () => {}): FileSystem => {
  const volume = new FatVolumeWriter({ bits: 16, clusters: 4200 }, files);
  damage(volume);
  return fatFormat.open(new MemorySource(volume.bytes))!;
};

describe("entryOf", () => {
  it("gives every entry as the walk does, also where windows of a directory meet", () => {
    // Sets of three slots: a long name goes over the end of the first window of 128 KiB.
    const children = Array.from({ length: 1500 }, (_, i) => ({
      short: `F${i}.TXT`,
      long: `file number ${i} or so.txt`,
      deleted: i % 7 === 0,
      ...(i % 100 === 0 ? { data: told(30, i) } : {}),
    }));
    const fs = opened([{ short: "MANY", children }, { short: "ONE.TXT" }]);
    const entries = Array.from(fs.entries());
    expect(entries.length).toBeGreaterThan(1500);
    for (const [index, entry] of entries.entries()) {
      if (index % 50 !== 0 && (index < 1355 || index > 1385)) continue;
      const found = fs.entryOf(entry.key);
      expect(found && lineOf(fs, found, entry.parent), entry.key).toBe(lineOf(fs, entry));
    }
  });

  it("gives pieces of long names, orphan directories and lost chains", () => {
    const files = [
      { short: "A.TXT", long: "a rather long name.txt" },
      { short: "SUB", children: [{ short: "IN.TXT", data: told(9, 1) }] },
      { short: "LOST.BIN", data: told(1500, 2) },
    ];
    const fs = opened(files, ({ bytes, entries }) => {
      bytes.fill(0xe5, entries.get("/a rather long name.txt")!, entries.get("/a rather long name.txt")! + 1);
      for (const path of ["/SUB", "/LOST.BIN"]) bytes.fill(0xe5, entries.get(path)!, entries.get(path)! + 32);
    });
    const keys = Array.from(fs.entries(), ({ key }) => key);
    const special = keys.filter((key) => /name$|@/.test(key));
    expect(special.map((key) => key.replace(/\d+/, "N"))).toEqual(["N:name", "directory@N", "chain@N"]);
    for (const entry of fs.entries()) {
      const found = fs.entryOf(entry.key);
      expect(found && lineOf(fs, found, entry.parent), entry.key).toBe(lineOf(fs, entry));
    }
  });

  it("gives null for what is no key", () => {
    const fs = opened([{ short: "A.TXT" }]);
    for (const key of ["", "1", "-1", "1e3", "999999999", "0:name", "directory@5", "chain@5", "$FAT9"]) {
      expect(fs.entryOf(key), key).toBeNull();
    }
  });
});
