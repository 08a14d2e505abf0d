/** Records and the indexes of their directories, where one names what the other does not. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { ntfsFormat } from "../../../../native-free/filesystems/ntfs/format.ts";
import { nameValue, reference, resident, standardValue } from "../../../fixtures/filesystems/ntfs-parts.ts";
import { sampleVolumes, told } from "../../../fixtures/filesystems/ntfs-volume.ts";
import { NtfsVolumeWriter } from "../../../fixtures/filesystems/ntfs-writer.ts";

const open = (bytes: Uint8Array): FileSystem => ntfsFormat.open(new MemorySource(bytes))!;

const wanted = new Set(["ntfs/index-without-record", "ntfs/record-without-index"]);

/** What is found once everything was walked, twice. */
function disagreements(fs: FileSystem): unknown {
  for (let walks = 0; walks < 2; walks++) for (const entry of fs.entries()) expect(entry.key).not.toBe("");
  return fs.findings.flatMap(({ code, params }) => (wanted.has(code) ? [{ code, params }] : []));
}

const files = [
  { name: "one.txt", data: told(40, 1), dos: "ONE~1.TXT" },
  { name: "two.txt", data: told(40, 2), links: [["/inside", "too.txt"]] as const },
  { name: "inside", blocks: true, children: [{ name: "three.txt", data: told(40, 3) }] },
];

describe("records and indexes", () => {
  it.each(sampleVolumes.map(({ name, bytes }) => [name, bytes] as const))("agree: %s", (_, bytes) => {
    expect(disagreements(open(bytes))).toEqual([]);
  });

  it("of a record that is freed, the index still has the name", () => {
    const volume = new NtfsVolumeWriter({}, files);
    const number = volume.numbers.get("/inside/three.txt")!;
    const flagsAt = 22;
    volume.bytes.writeUInt16LE(0, volume.recordAt(number) + flagsAt);
    expect(disagreements(open(volume.bytes))).toEqual([
      { code: "ntfs/index-without-record", params: { names: 1, first: number } },
    ]);
  });

  it("a record that no index has", () => {
    const volume = new NtfsVolumeWriter({}, files);
    const hidden = 60;
    const name = resident(0x30, "", nameValue(reference(5, 5), "hidden.txt"));
    volume.put(hidden, 1, 1, [resident(0x10, "", standardValue(0x20)), name, resident(0x80, "", told(9, 9))]);
    expect(disagreements(open(volume.bytes))).toEqual([
      { code: "ntfs/record-without-index", params: { records: 1, first: hidden } },
    ]);
  });

  it("a record of another name's directory is both", () => {
    const volume = new NtfsVolumeWriter({}, files);
    const number = volume.numbers.get("/inside/three.txt")!;
    const name = resident(0x30, "", nameValue(reference(5, 5), "three.txt"));
    volume.put(number, 1, 1, [resident(0x10, "", standardValue(0x20)), name, resident(0x80, "", told(40, 3))]);
    expect(disagreements(open(volume.bytes))).toEqual([
      { code: "ntfs/index-without-record", params: { names: 1, first: number } },
      { code: "ntfs/record-without-index", params: { records: 1, first: number } },
    ]);
  });
});

it("a directory whose blocks are said to reach over holes of any size is walked at once", () => {
  const volume = new NtfsVolumeWriter({}, files);
  const at = volume.recordAt(volume.numbers.get("/inside")!);
  const record = volume.bytes.subarray(at, at + 1024);
  let blocks = record.readUInt16LE(20);
  while (record.readUInt32LE(blocks) !== 0xa0) blocks += record.readUInt32LE(blocks + 4);
  const sizeAt = 48;
  record.writeBigUInt64LE(2n ** 52n, blocks + sizeAt);
  expect(disagreements(open(volume.bytes))).toEqual([]);
});
