/** The finding of volume shadow copies. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { ntfsFormat } from "../../../../native-free/filesystems/ntfs/format.ts";
import { openEvidence } from "../../../../src/source/evidence.ts";
import { told } from "../../../fixtures/filesystems/ntfs-volume.ts";
import { NtfsVolumeWriter, type NtfsSpec } from "../../../fixtures/filesystems/ntfs-writer.ts";
import { hasPublished } from "../../../fixtures/filesystems/published.ts";
import { publishedData } from "../../../fixtures/published-media.ts";

const provider = "{3808876b-c176-4e48-b7ae-04046e6cc752}";
const store = (digit: string): string => `{${digit}00f0b69-5bdf-11e3-9d6c-005056c00008}${provider}`;
const data = told(600, 3);
const holder = (children: readonly NtfsSpec[]): NtfsSpec => ({
  ...{ name: "System Volume Information", blocks: true, children },
});
const opened = ({ bytes }: NtfsVolumeWriter): FileSystem => ntfsFormat.open(new MemorySource(bytes))!;
const counts = (fs: FileSystem): unknown[] =>
  fs.findings.filter(({ code }) => code === "ntfs/shadow-copies").map(({ params }) => params?.count);

describe("shadow copies", () => {
  it("are counted when the volume is opened, by the names of their stores", () => {
    const inside: NtfsSpec[] = [
      { name: provider, data },
      { name: store("6"), data },
      { name: store("A").toUpperCase(), data },
      { name: store("5"), data, deleted: true },
      { name: `x${store("4").slice(1)}`, data },
      { name: store("8"), children: [] },
    ];
    const fs = opened(new NtfsVolumeWriter({}, [holder(inside), { name: store("7"), data }]));
    expect(counts(fs)).toEqual([2]);
    for (const entry of fs.entries()) void entry.findings;
    expect(counts(fs)).toEqual([2]);
  });

  it("are not told of where there is only their catalog, or a file in the place of the folder", () => {
    expect(counts(opened(new NtfsVolumeWriter({}, [holder([{ name: provider }, { name: "tracking.log" }])])))).toEqual(
      [],
    );
    expect(counts(opened(new NtfsVolumeWriter({}, [{ name: "System Volume Information", data }])))).toEqual([]);
  });

  // The root directory, and the first of the files.
  it.each([5, 24])("are looked for with everything else where directory %i is large", (directory) => {
    const volume = new NtfsVolumeWriter({}, [holder([{ name: store("6"), data }])]);
    const record = volume.recordAt(directory);
    let at = record + volume.bytes.readUInt16LE(record + 20);
    while (volume.bytes.readUInt32LE(at) !== 0xa0) at += volume.bytes.readUInt32LE(at + 4);
    volume.bytes.writeBigUInt64LE(17n << 20n, at + 48);
    const fs = opened(volume);
    expect(counts(fs)).toEqual([]);
    expect(Array.from(fs.entries()).length).toBeGreaterThan(0);
    expect(counts(fs)).toEqual([1]);
  });

  it.skipIf(!hasPublished)("are two in an image of libvshadow (skipped where ../shared/data is absent)", async () => {
    const evidence = await openEvidence(`${publishedData}images/plaso/test_data/vsstest.qcow2`, {
      limitBytes: 2 ** 28,
    });
    try {
      expect(counts(ntfsFormat.open(evidence.medium.image)!)).toEqual([2]);
    } finally {
      evidence.close();
    }
  });
});
