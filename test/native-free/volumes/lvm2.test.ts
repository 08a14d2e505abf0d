import { describe, expect, it } from "vitest";
import { MemorySource, readRange, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { memberFormats } from "../../../native-free/volumes/index.ts";
import { openVolumes } from "../../../native-free/volumes/open-volumes.ts";
import { publishedDataPresent, publishedMedium } from "../../fixtures/published-media.ts";
import { groupText, physicalVolume, type GroupText } from "../../fixtures/volumes/volume-group.ts";

const extent = 16 * 512;
const ids = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1", "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB2"] as const;
const members = ids.map((identity, index) => ({ name: `pv${index}`, identity, extents: 24 }));

const group: GroupText = {
  ...{ name: "lab", sequence: 7, extentSectors: 16, members },
  volumes: [
    { name: "root", segments: [{ start: 0, count: 4, type: "striped", stripes: [["pv0", 2]] }] },
    {
      name: "data",
      segments: [
        { start: 0, count: 2, type: "striped", stripes: [["pv0", 8]] },
        { start: 2, count: 3, type: "striped", stripes: [["pv1", 0]] },
      ],
    },
    {
      name: "fast",
      segments: [
        {
          start: 0,
          count: 4,
          type: "striped",
          stripeSectors: 4,
          stripes: [
            ["pv0", 12],
            ["pv1", 5],
          ],
        },
      ],
    },
    { name: "thin", segments: [{ start: 0, count: 9, type: "thin-pool", stripes: [] }] },
    { name: "holes", segments: [{ start: 0, count: 1, type: "zero", stripes: [] }], status: '"READ"' },
  ],
};

function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = Math.imul(at + seed * 7919, 0x9e37_79b1) >>> 24;
  return bytes;
}

/** Both members, with bytes that tell where they come from. */
function media(texts: readonly (string | null)[] = [groupText(group), groupText(group)], textAt = 512): Buffer[] {
  return ids.map((identity, index) => {
    const medium = physicalVolume({ identity, bytes: 65_536 + 24 * extent, text: texts[index] ?? null, textAt });
    noise(24 * extent, index).copy(medium, 65_536);
    return medium;
  });
}

const whole = (source: ByteSource): Buffer => Buffer.from(readRange(source, 0, source.size));
const open = (medium: Buffer) => openVolumes(new MemorySource(medium), { sectorBytes: 512 })!;
const codes = (found: readonly { code: string }[]): string[] => found.map(({ code }) => code);
const [lvm2] = memberFormats;
const assembled = (all: readonly Buffer[]) =>
  lvm2!.assemble(all.map((medium) => lvm2!.recognise(new MemorySource(medium))!));

describe("one physical volume", () => {
  const [first] = media();
  const system = open(first!);

  it("lists the volumes of its group", () => {
    expect(system.format).toBe("lvm2");
    expect(
      system.volumes.map(({ name, label, typeName, start, length }) => [name, label, typeName, start, length]),
    ).toEqual([
      ["lv1", "root", "linear", 65_536 + 2 * extent, 4 * extent],
      ["lv2", "data", "linear", null, 5 * extent],
      ["lv3", "fast", "striped over 2", null, 4 * extent],
      ["lv4", "thin", null, null, 9 * extent],
      ["lv5", "holes", null, null, extent],
    ]);
    expect(system.facts).toEqual(
      expect.arrayContaining([
        { name: "volume-group", value: "lab" },
        { name: "members", value: 2 },
        { name: "created", value: "2020-11-17T13:03:27.000Z" },
        { name: "description", value: 'made "here"' },
      ]),
    );
    expect(system.volumes[4]!.flags).toEqual(["logical", "hidden", "read-only"]);
  });

  it("reads what lies on it and names what does not", () => {
    const [root, data, fast, thin, holes] = system.volumes;
    expect(whole(root!.source)).toEqual(first!.subarray(65_536 + 2 * extent, 65_536 + 6 * extent));
    expect([...data!.source.runsIn(0, data!.length)].map(({ start, length, kind }) => [start, length, kind])).toEqual([
      [0, 2 * extent, "data"],
      [2 * extent, 3 * extent, "missing"],
    ]);
    const striped = [...fast!.source.runsIn(0, fast!.length)];
    expect(striped).toHaveLength((4 * extent) / 2048);
    expect(striped.slice(0, 3).map(({ length, kind }) => [length, kind])).toEqual([
      [2048, "data"],
      [2048, "missing"],
      [2048, "data"],
    ]);
    expect([...thin!.source.runsIn(0, 10)].map(({ kind }) => kind)).toEqual(["unknown"]);
    expect([...holes!.source.runsIn(0, 10)].map(({ kind }) => kind)).toEqual(["sparse"]);
    expect(system.findings.map(({ code, params }) => [code, params])).toEqual([
      ["volume/lvm-member-missing", { member: ids[1] }],
      ["volume/lvm-type-not-read", { volume: "lv4", type: "thin-pool" }],
    ]);
  });

  it("gaps are the extents of no volume", () => {
    const inExtents = system.gaps.map(({ start, length }) => [(start - 65_536) / extent, length / extent]);
    expect(inExtents.filter(([at]) => at! >= 0)).toEqual([
      [0, 2],
      [6, 2],
      [10, 2],
      [14, 10],
    ]);
  });
});

describe("a group put together", () => {
  const all = media();
  const extents = (member: number, first: number, count: number): Buffer =>
    all[member]!.subarray(65_536 + first * extent, 65_536 + (first + count) * extent);

  it("linear over two, striped over two", () => {
    const system = assembled(all);
    const [, data, fast] = system.volumes;
    expect(whole(data!.source)).toEqual(Buffer.concat([extents(0, 8, 2), extents(1, 0, 3)]));
    const rows = Array.from({ length: (2 * extent) / 2048 }, (_, row) => [
      extents(0, 12, 2).subarray(row * 2048, (row + 1) * 2048),
      extents(1, 5, 2).subarray(row * 2048, (row + 1) * 2048),
    ]);
    expect(whole(fast!.source)).toEqual(Buffer.concat(rows.flat()));
    const part = new Uint8Array(5000);
    fast!.source.readInto(part, 1234);
    expect(Buffer.from(part)).toEqual(Buffer.concat(rows.flat()).subarray(1234, 6234));
    expect(codes(system.findings)).toEqual(["volume/lvm-type-not-read"]);
    expect(system.volumes.every(({ start }) => start === null)).toBe(true);
  });

  it("a member without metadata is used all the same; a copy of a member is said", () => {
    const [one, two] = media([groupText(group), null]);
    const system = assembled([two!, one!, one!]);
    expect(whole(system.volumes[1]!.source)).toEqual(Buffer.concat([extents(0, 8, 2), extents(1, 0, 3)]));
    expect(codes(system.findings)).toEqual([
      "volume/lvm-no-metadata",
      "volume/lvm-member-twice",
      "volume/lvm-type-not-read",
    ]);
  });

  it("the newer metadata count", () => {
    const older = groupText({ ...group, sequence: 6, volumes: [] });
    const system = assembled(media([older, groupText(group)]));
    expect(system.volumes).toHaveLength(5);
    expect(codes(system.findings)).toContain("volume/lvm-metadata-differ");
  });
});

describe("damage", () => {
  it("a text that wraps around in its area is whole", () => {
    const [wrapped] = media(undefined, 61_000);
    expect(open(wrapped!).volumes).toHaveLength(5);
    expect(codes(open(wrapped!).findings)).not.toContain("volume/lvm-metadata-damaged");
  });

  it("checksums that do not hold are said, and the rest is read", () => {
    const [medium] = media();
    medium![512 + 64]! ^= 1;
    medium![4096 + 512 + 40]! ^= 1;
    const system = open(medium!);
    const said = system.findings.map(({ code, params }) => `${code} ${params["problem"] ?? ""}`);
    expect(said).toContain("volume/lvm-label-damaged checksum");
    expect(said).toContain("volume/lvm-metadata-damaged checksum of the text");
  });

  it("a text that breaks off keeps what came before; segments in disorder are said", () => {
    const broken = groupText(group).replace("thin {", "thin ?");
    const [medium] = media([broken]);
    expect(open(medium!).volumes.map(({ label }) => label)).toEqual(["root", "data", "fast"]);
    expect(codes(open(medium!).findings)).toContain("volume/lvm-metadata-damaged");
    const odd = groupText({
      ...group,
      volumes: [
        {
          name: "odd",
          segments: [
            { start: 2, count: 2, type: "striped", stripes: [["pv0", 0]] },
            { start: 3, count: 2, type: "striped", stripes: [["pv0", 4]] },
            { start: 6, count: 1, type: "striped", stripes: [["nobody", 4]] },
          ],
        },
      ],
    });
    const [other] = media([odd]);
    const system = open(other!);
    const kinds = [...system.volumes[0]!.source.runsIn(0, system.volumes[0]!.length)].map(({ kind }) => kind);
    expect(kinds).toEqual(["unknown", "data", "unknown", "unknown"]);
    expect(codes(system.findings).filter((code) => code === "volume/entry-odd")).toHaveLength(4);
  });

  it("text of a mebibyte of braces, quotes and comments takes no time", () => {
    for (const text of [
      "# ".repeat(20_000),
      "a{".repeat(14_000),
      '"\\'.repeat(20_000),
      "a=[1,".repeat(9_000),
      "a = ".repeat(9_000),
    ]) {
      const [medium] = media([text]);
      expect(codes(open(medium!).findings)).toContain("volume/lvm-no-metadata");
    }
  });
});

describe.skipIf(!publishedDataPresent)("a published physical volume (skipped where ../shared/data is absent)", () => {
  it("has the group that LVM2 wrote, and the file system of its volume", () => {
    const medium = publishedMedium("images/plaso/test_data/lvm.raw.xz");
    const system = open(medium);
    expect(system.facts).toContainEqual({ name: "volume-group", value: "test_volume_group" });
    expect(system.volumes.map(({ label, typeName, start }) => [label, typeName, start])).toEqual([
      ["test_logical_volume1", "linear", 1_048_576],
      ["test_logical_volume2", "linear", 5_242_880],
    ]);
    expect(system.findings).toEqual([]);
    const volume = whole(system.volumes[0]!.source);
    expect(volume.equals(medium.subarray(1_048_576, 5_242_880))).toBe(true);
    expect(volume.readUInt16LE(1080)).toBe(0xef53);
  });
});
