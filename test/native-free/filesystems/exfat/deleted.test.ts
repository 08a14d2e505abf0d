/** What is left of deleted files and directories on exFAT volumes. */
import { describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { exfatFormat } from "../../../../native-free/filesystems/exfat/format.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import { ExfatVolumeWriter, type ExfatFile } from "../../../fixtures/filesystems/exfat-volume.ts";
import { told } from "../../../fixtures/filesystems/fat-volume.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

function made(files: readonly ExfatFile[], damage: (volume: ExfatVolumeWriter) => void = () => {}): FileSystem {
  const volume = new ExfatVolumeWriter({ clusters: 80 }, files);
  damage(volume);
  volume.bytes[112] = 255;
  return exfatFormat.open(new MemorySource(volume.bytes))!;
}

const find = (fs: FileSystem, path: string): FileSystemEntry => {
  const all = walk(fs);
  const found = all.find((each) => each.path === path);
  if (!found) throw new Error(`no ${path} among ${all.map((each) => each.path).join(" ")}`);
  return found.entry;
};
const contentOf = (fs: FileSystem, entry: FileSystemEntry): Uint8Array => readRange(fs.open(entry), 0, entry.size);
const states = (fs: FileSystem, entry: FileSystemEntry): unknown[] =>
  fs.extentsOf(entry).map(({ state, length }) => [state, length]);
const gone: ExfatFile = { name: "gone away.bin", data: told(1400, 3), deleted: true };

describe("deleted files", () => {
  it("are recovered from a row or by the chain that is still in the table", () => {
    const fs = made([gone, { name: "scattered.bin", data: told(1400, 4), clusters: [50, 47, 60], deleted: true }]);
    for (const [path, seed] of [
      ["/gone away.bin", 3],
      ["/scattered.bin", 4],
    ] as const) {
      const entry = find(fs, path);
      expect(entry).toMatchObject({ nameClaim: "deleted", contentClaim: "unallocated", size: 1400, findings: [] });
      expect(contentOf(fs, entry)).toEqual(told(1400, seed));
      expect(entry.times).toHaveLength(3);
    }
  });

  it("never give bytes that an allocated file owns", () => {
    const fs = made([gone, { name: "new.bin", data: told(512, 9) }], (volume) => {
      const first = volume.first.get("/gone away.bin")!;
      volume.bytes.writeUInt32LE(first + 1, volume.entries.get("/new.bin")! + 52);
      volume.seal("/new.bin");
      volume.mark(first + 1, true);
    });
    const entry = find(fs, "/gone away.bin");
    expect(states(fs, entry)).toEqual([
      ["intact", 512],
      ["overwritten", 512],
      ["intact", 376],
    ]);
    expect(entry.contentClaim).toBe("partly-overwritten");
    expect(contentOf(fs, entry).subarray(512, 1024)).toEqual(new Uint8Array(512));
    expect([...fs.open(entry).runsIn(0, 1400)].map(({ kind }) => kind)).toEqual(["data", "missing", "data"]);
  });

  it("tell what another deleted file claims, too, unless it is the same file under another name", () => {
    const twin = made([gone, { ...gone, name: "other.bin" }, { ...gone, name: "renamed.bin" }], (volume) => {
      const first = volume.first.get("/gone away.bin")!;
      volume.bytes.writeUInt32LE(first + 1, volume.entries.get("/other.bin")! + 52);
      volume.bytes.writeUInt32LE(first, volume.entries.get("/renamed.bin")! + 52);
    });
    expect(states(twin, find(twin, "/gone away.bin"))).toEqual([
      ["intact", 512],
      ["partly overwritten", 888],
    ]);
    expect(find(twin, "/renamed.bin").contentClaim).toBe("partly-overwritten");
  });

  it("go on in the next free clusters where the chain was cleared, which is said", () => {
    const scattered = { name: "scattered.bin", data: told(1400, 4), clusters: [50, 51, 53], deleted: true };
    const fs = made([scattered, { name: "between", data: told(5, 1), clusters: [52] }], (volume) => {
      for (const cluster of [50, 51, 53]) volume.set(cluster, 0);
    });
    const entry = find(fs, "/scattered.bin");
    expect(contentOf(fs, entry)).toEqual(told(1400, 4));
    expect(entry.findings).toMatchObject([{ code: "filesystem/reconstructed", params: { skipped: 1 } }]);
  });

  it("whose chain leads to a file of another end there; the rest is missing", () => {
    const fs = made([
      { name: "old.bin", data: told(1400, 4), clusters: [50, 51, 53], deleted: true },
      { name: "new", data: told(9, 1), clusters: [51] },
    ]);
    const entry = find(fs, "/old.bin");
    expect(states(fs, entry)).toEqual([
      ["intact", 512],
      ["overwritten", 512],
      ["missing", 376],
    ]);
  });
});

describe("deleted sets", () => {
  it("are told by what is left of them: no first entry, no names, names alone", () => {
    const files = [gone, { ...gone, name: "second one with a long name.bin" }, { ...gone, name: "third.bin" }];
    const fs = made(files, ({ bytes, entries }) => {
      bytes.fill(0x7f, entries.get("/gone away.bin")!, entries.get("/gone away.bin")! + 32);
      const second = entries.get("/second one with a long name.bin")!;
      bytes.fill(0x7f, second, second + 64);
      bytes.fill(0x7f, entries.get("/third.bin")! + 64, entries.get("/third.bin")! + 96);
    });
    const first = find(fs, "/gone away.bin");
    expect(first).toMatchObject({ nameClaim: "deleted", size: 1400, times: [] });
    expect(codes(first)).toEqual(["exfat/set-incomplete"]);
    expect(contentOf(fs, first)).toEqual(told(1400, 3));
    const names = find(fs, "/second one with a long name.bin");
    expect(names).toMatchObject({ size: 0, contentClaim: "none", nameClaim: "deleted" });
    const third = find(fs, "/");
    expect(third).toMatchObject({ size: 1400, nameClaim: "deleted" });
    expect(third.times).toHaveLength(3);
    for (const entry of [first, names, third]) expect(fs.entryOf(entry.key)?.name).toEqual(entry.name);
  });

  it("that do not hold together are not shown", () => {
    const fs = made([gone], ({ bytes, entries }) => {
      const at = entries.get("/gone away.bin")!;
      // Reserved attributes, a name length of 0, a control character.
      bytes.set([0xff, 0xff], at + 4);
      bytes.set([0], at + 32 + 3);
      bytes.set([1, 0], at + 64 + 2);
    });
    expect(walk(fs).filter(({ entry }) => entry.kind === "file")).toEqual([]);
  });

  it("behind the end mark are shown as such; an old label is, too", () => {
    const fs = made([], (volume) => {
      const root = volume.place(volume.root);
      const end = root + 3 * 32;
      const label = Buffer.alloc(32);
      label.set([0x03, 3]);
      label.write("OLD", 2, "utf16le");
      volume.bytes.set(label, end + 32);
    });
    const entry = find(fs, "/OLD");
    expect(entry).toMatchObject({ kind: "metadata", nameClaim: "deleted", origin: "slack" });
  });
});

describe("deleted directories", () => {
  const folder: ExfatFile = { name: "folder", deleted: true, children: [{ ...gone, name: "inside.bin" }] };

  it("are walked as long as nobody has their clusters", () => {
    const fs = made([folder]);
    const inside = find(fs, "/folder/inside.bin");
    expect(contentOf(fs, inside)).toEqual(told(1400, 3));
    expect(Array.from(fs.list(find(fs, "/folder")), ({ name }) => name.text)).toEqual(["inside.bin"]);
    const taken = made([folder, { name: "new.bin", data: told(512, 1) }], (volume) => {
      const cluster = volume.first.get("/folder")!;
      volume.bytes.writeUInt32LE(cluster, volume.entries.get("/new.bin")! + 52);
      volume.seal("/new.bin");
      volume.mark(cluster, true);
    });
    expect(find(taken, "/folder").contentClaim).toBe("overwritten");
    expect(walk(taken).some(({ path }) => path.startsWith("/folder/"))).toBe(false);
  });

  it("are found in free clusters when nothing leads to them", () => {
    const live: ExfatFile = { name: "folder", deleted: true, children: [{ name: "inside.bin", data: told(700, 5) }] };
    const fs = made([live], ({ bytes, entries }) =>
      bytes.fill(0x7f, entries.get("/folder")!, entries.get("/folder")! + 96),
    );
    const all = walk(fs);
    const orphan = all.find(({ entry }) => entry.key.startsWith("directory@"))!;
    expect(orphan.entry).toMatchObject({ nameClaim: "orphan", contentClaim: "unallocated", parent: null });
    const inside = all.find(({ path }) => path === `${orphan.path}/inside.bin`)!.entry;
    expect(inside).toMatchObject({ nameClaim: "orphan", parent: orphan.entry.key, size: 700 });
    expect(contentOf(fs, inside)).toEqual(told(700, 5));
    expect(fs.entryOf(orphan.entry.key)).toMatchObject({ key: orphan.entry.key, size: 512 });
    expect(fs.entryOf(inside.key)).toMatchObject({ key: inside.key });
    expect(Array.from(fs.entries({ searchUnallocated: false })).some(({ key }) => key === orphan.entry.key)).toBe(
      false,
    );
  });

  it("have no entry for a key that is none", () => {
    const fs = made([folder]);
    for (const key of ["", "1", "99999999", "directory@9", "chain@9", "x", "-1", "1e3"])
      expect(fs.entryOf(key)).toBeNull();
    expect(() => Array.from(fs.list(find(fs, "/folder/inside.bin")))).toThrow("filesystem/no-directory");
  });
});
