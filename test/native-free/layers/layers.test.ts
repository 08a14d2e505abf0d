import { describe, expect, it } from "vitest";
import { MemorySource, readRange, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { l01Format } from "../../../native-free/images/l01/format.ts";
import type { DiskImage } from "../../../native-free/images/index.ts";
import { RawImage } from "../../../native-free/images/raw/image.ts";
import { LogicalMedium } from "../../../native-free/layers/logical-medium.ts";
import { ownersIn } from "../../../native-free/layers/owners.ts";
import { mediumOf, resolve } from "../../../native-free/layers/resolve.ts";
import { survey } from "../../../native-free/layers/survey.ts";
import { nodesOf, volumeTree } from "../../../native-free/layers/volume-tree.ts";
import { parsePath } from "../../../native-free/model/forensic-path.ts";
import { FatVolumeWriter } from "../../fixtures/filesystems/fat-volume.ts";
import { l01Segments } from "../../fixtures/images/l01.ts";
import { putEntry } from "../../fixtures/volumes/partition-tables.ts";
import { groupText, physicalVolume } from "../../fixtures/volumes/volume-group.ts";

const rawOf = (bytes: Uint8Array): DiskImage =>
  new RawImage([{ name: "m.raw", source: new MemorySource(new Uint8Array(bytes), "m.raw") }]);
const all = (source: ByteSource): Buffer => Buffer.from(readRange(source, 0, source.size));
const follow = (image: DiskImage, path: string) => resolve(mediumOf(image), parsePath(`-/${path}`)!.layers);

function fatWith(files: Readonly<Record<string, Uint8Array>>, clusters = 60): Buffer {
  const entries = Object.entries(files).map(([short, data]) => ({ short, data }));
  return new FatVolumeWriter({ bits: 12, clusters }, entries).bytes;
}

/** A medium with one partition from sector 64 on. */
function partitioned(volume: Uint8Array): Buffer {
  const medium = Buffer.alloc(64 * 512 + volume.length + 4096);
  putEntry(medium, 0, { index: 0, type: 0x06, first: 64, count: volume.length / 512 });
  medium.set(volume, 64 * 512);
  return medium;
}

const extentBytes = 16 * 512;
const ids = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1", "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB2"] as const;

function volumeGroup(): Buffer[] {
  const text = groupText({
    ...{ name: "lab", sequence: 3, extentSectors: 16 },
    members: ids.map((identity, index) => ({ name: `pv${index}`, identity, extents: 8 })),
    volumes: [
      {
        name: "data",
        segments: [
          { start: 0, count: 2, type: "striped", stripes: [["pv0", 1]] },
          { start: 2, count: 3, type: "striped", stripes: [["pv1", 0]] },
        ],
      },
    ],
  });
  return ids.map((identity, index) => {
    const medium = physicalVolume({ identity, bytes: 65_536 + 8 * extentBytes, text });
    medium.fill(0x41 + index, 65_536);
    return medium;
  });
}

describe("the tree of volumes", () => {
  it("puts the members of a group together that lie on one medium", () => {
    const [one, two] = volumeGroup() as [Buffer, Buffer];
    const medium = Buffer.alloc(64 * 512 + one.length + two.length);
    const second = 64 + one.length / 512;
    putEntry(medium, 0, { index: 0, type: 0x8e, first: 64, count: one.length / 512 });
    putEntry(medium, 0, { index: 1, type: 0x8e, first: second, count: two.length / 512 });
    medium.set(one, 64 * 512);
    medium.set(two, second * 512);
    const nodes = [...nodesOf(volumeTree(rawOf(medium), 512))];
    const logical = nodes.filter(({ path }) => path.includes("lv"));
    expect(logical.map(({ path }) => path)).toEqual(["p1/lv1"]);
    const expected = Buffer.concat([Buffer.alloc(2 * extentBytes, 0x41), Buffer.alloc(3 * extentBytes, 0x42)]);
    expect(all(logical[0]!.source).equals(expected)).toBe(true);
    expect([...logical[0]!.source.runsIn(0, expected.length)].every(({ kind }) => kind === "data")).toBe(true);
    // A member alone leaves its absent sister's part missing, and named.
    const alone = [...nodesOf(volumeTree(rawOf(one), 512))].find(({ path }) => path === "lv1")!;
    expect([...alone.source.runsIn(0, expected.length)].map(({ kind }) => kind)).toEqual(["data", "missing"]);
  });
});

describe("layers inside of layers", () => {
  const letter = Buffer.from("Sixteen crates, fourteen declared.");
  const inner = partitioned(fatWith({ "LETTER.TXT": letter }));
  const outer = partitioned(fatWith({ "DISK.RAW": inner, "NOTES.TXT": Buffer.from("nothing") }, 400));

  it("are found and followed by their forensic paths", () => {
    const found = [...survey(mediumOf(rawOf(outer)))];
    const nested = found.flatMap((each) => (each.what === "nested" ? [each.path] : []));
    expect(nested).toEqual(["p1/fat:/DISK.RAW"]);
    const at = follow(rawOf(outer), "p1/fat:/DISK.RAW/p1/fat:/LETTER.TXT");
    expect(at.kind).toBe("entry");
    if (at.kind === "entry") {
      expect(all(at.source).equals(letter)).toBe(true);
      const [run] = at.source.runsIn(0, letter.length);
      // The place leads to the bytes of the outer file.
      expect(outer.subarray(run!.place.offset, run!.place.offset + letter.length).equals(letter)).toBe(true);
    }
    expect(follow(rawOf(outer), "p1/fat:/DISK.RAW/p2")).toMatchObject({ kind: "none", wanted: "volume" });
    expect(follow(rawOf(outer), "p1/fat:/NONE")).toMatchObject({ kind: "none", wanted: "entry" });
    expect(follow(rawOf(outer), "p1/ext:/a")).toMatchObject({ kind: "none", wanted: "file system" });
    expect(follow(rawOf(outer), "p1/fat:/NOTES.TXT!/a")).toMatchObject({ kind: "none", wanted: "archive" });
  });

  it("are not looked into beyond a budget, which is said", () => {
    const budgets = (change: object) => [
      ...survey(mediumOf(rawOf(outer)), { depth: 4, images: 256, entries: 1000, ...change }),
    ];
    for (const [change, of] of [
      [{ depth: 0 }, "depth"],
      [{ images: 0 }, "images"],
      [{ entries: 1 }, "entries"],
    ] as const) {
      const out = budgets(change).filter(({ what }) => what === "budget");
      expect(out).toMatchObject([{ of }]);
    }
  });

  it("every byte of a medium has an owner", () => {
    const { volumes } = mediumOf(rawOf(outer));
    let at = 0;
    const paths = new Set<string>();
    for (const { start, length, path, what } of ownersIn(volumes, 0, outer.length)) {
      expect(start).toBe(at);
      expect(length).toBeGreaterThan(0);
      paths.add(what === null ? path : `${path} ${what}`);
      at += length;
    }
    expect(at).toBe(outer.length);
    expect([...paths]).toEqual(expect.arrayContaining(["p1/fat:/DISK.RAW", "p1/fat:/NOTES.TXT", "gap1"]));
    const place = outer.indexOf(letter);
    const [owner] = ownersIn(volumes, place, 4);
    expect(owner?.path).toBe("p1/fat:/DISK.RAW");
    expect(inner.indexOf(letter)).toBe(owner?.offset);
  });
});

describe("logical evidence", () => {
  const image = partitioned(fatWith({ "A.TXT": Buffer.from("inside of an image in logical evidence") }));
  const root = {
    name: "",
    children: [
      { name: "C", children: [{ name: "disk.raw", content: image }] },
      { name: "a.txt", content: Buffer.from("plain") },
    ],
  };
  const open = () => {
    const segments = l01Segments({ root }).map((bytes, index) => ({
      name: `e.L0${index + 1}`,
      source: new MemorySource(new Uint8Array(bytes), `e.L0${index + 1}`),
    }));
    return new LogicalMedium(l01Format.open(segments));
  };

  it("is a file system without a medium, and holds images like any other", () => {
    const medium = open();
    const file = follow(medium, "l01:/a.txt");
    expect(file.kind === "entry" && all(file.source).toString()).toBe("plain");
    const nested = follow(medium, "l01:/C/disk.raw/p1/fat:/A.TXT");
    expect(nested.kind === "entry" && all(nested.source).toString()).toMatch(/^inside of an image/);
    const found = [...survey(mediumOf(medium))].flatMap((each) => (each.what === "nested" ? [each.path] : []));
    expect(found).toEqual(["l01:/C/disk.raw"]);
    medium.check();
    expect(medium.findings).toEqual([]);
  });
});
