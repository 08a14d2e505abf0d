/** VHDX: headers, tables, block states, parents, and what of it can be had when parts disagree or are gone. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { probeOf, type DiskImage } from "../../../../native-free/images/index.ts";
import { vhdxFormat } from "../../../../native-free/images/vhdx/format.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";
import { bytesByKind, codesOf, mediumOf, openIn } from "../../../fixtures/images/opened-set.ts";
import { changedMedium, fixedVhd } from "../../../fixtures/images/vhd.ts";
import {
  differencingVhdx,
  dynamicVhdx,
  guids,
  MB,
  parentLocator,
  regionTable,
  standardItems,
  vhdx,
  vhdxHeader,
  type VhdxFields,
} from "../../../fixtures/images/vhdx.ts";

const medium = mixedMedium(2 * MB + (100 << 10));

function open(bytes: Uint8Array, beside: Readonly<Record<string, Uint8Array>> = {}): DiskImage {
  return openIn(new Map(Object.entries({ "a.vhdx": bytes, ...beside })), "a.vhdx");
}

function changed(bytes: Uint8Array, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

const told = (image: DiskImage) => image.findings.map(({ code, params }) => [code, params]);
const factsOf = (image: DiskImage) => Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));
const damaged = (structure: string, problem: string) => ["image/structure-damaged", { structure, problem }];

describe("what a VHDX says of itself", () => {
  it("is in its facts", () => {
    const image = open(dynamicVhdx(medium, { creator: "Odd 3" }));
    expect(factsOf(image)).toEqual({
      kind: "dynamic",
      version: 1,
      creator: "Odd 3",
      uuid: guids.disk,
      "content-uuid": guids.state,
      "block-bytes": MB,
      "physical-sector-bytes": 4096,
      clean: "yes",
    });
    expect(factsOf(open(dynamicVhdx(medium, { flags: 1 })))["kind"]).toBe("fixed");
    expect(open(dynamicVhdx(medium, { sectorBytes: 4096 })).bytesPerSector).toBe(4096);
  });

  it("is told by its signature", () => {
    const detect = (bytes: Uint8Array) => vhdxFormat.detect(probeOf({ name: "a", source: new MemorySource(bytes) }));
    expect([detect(dynamicVhdx(medium)), detect(medium), detect(new Uint8Array(3))]).toEqual(["certain", "no", "no"]);
    expect(vhdxFormat.segmentsOf("a.vhdx", ["a.vhdx", "b.vhdx"])).toEqual(["a.vhdx"]);
    const bare = changed(dynamicVhdx(medium), (copy) => copy.fill(0, 0, 8));
    const image = vhdxFormat.open([{ name: "a", source: new MemorySource(bare) }]);
    expect(told(image)).toEqual([damaged("file identifier", "signature")]);
    expect(() => vhdxFormat.open([{ name: "a", source: new MemorySource(bare.subarray(0, 100)) }])).toThrow(
      /not-recognised/,
    );
    expect(() => vhdxFormat.open([])).toThrow(/not-recognised/);
  });
});

describe("headers and region tables of a VHDX", () => {
  const whole = dynamicVhdx(medium, { sequence: 5 });
  const [first, second] = [64 << 10, 128 << 10];

  it("stand in for each other", () => {
    const one = open(changed(whole, (copy) => copy.fill(1, first + 200, first + 210)));
    expect(told(one)).toEqual([["image/structure-replaced", { structure: "header" }]]);
    const older = open(
      changed(whole, (copy) => vhdxHeader({ sequence: 9, state: guids.otherState }).copy(copy, first)),
    );
    expect([told(older), factsOf(older)["content-uuid"]]).toEqual([[], guids.otherState]);
    const equal = open(
      changed(whole, (copy) => vhdxHeader({ sequence: 5, state: guids.otherState }).copy(copy, first)),
    );
    expect(codesOf(equal)).toEqual(["image/structures-differ"]);
    const none = open(
      changed(whole, (copy) => {
        copy.fill(1, first + 200, first + 210);
        copy.fill(1, second + 200, second + 210);
      }),
    );
    expect(told(none)).toEqual([damaged("headers", "checksum")]);
    expect(factsOf(none)["clean"]).toBeUndefined();
    for (const image of [one, older, equal, none]) expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
  });

  it("of tables, too", () => {
    const [one, two] = [192 << 10, 256 << 10];
    const spoil = (copy: Buffer, at: number) => copy.fill(1, at + 60_000, at + 60_010);
    const replaced = open(changed(whole, (copy) => spoil(copy, one)));
    expect(told(replaced)).toEqual([["image/structure-replaced", { structure: "region table" }]]);
    const both = open(changed(whole, (copy) => [one, two].forEach((at) => spoil(copy, at))));
    expect(told(both)).toEqual([damaged("region table", "checksum")]);
    const differing = open(changed(whole, (copy) => regionTable([]).copy(copy, two)));
    expect(told(differing)).toEqual([["image/structures-differ", { structure: "region table", field: "entries" }]]);
    for (const image of [replaced, both, differing]) expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
    expect(() => open(changed(whole, (copy) => copy.fill(0, one, two + 65_536)))).toThrow(/structure-damaged/);
  });

  it("tell of versions and regions that nobody knows", () => {
    expect(told(open(dynamicVhdx(medium, { version: 2 })))).toEqual([["image/unsupported", { feature: "version 2" }]]);
    const guid = "12345678-1234-1234-1234-123456789abc";
    const required = open(dynamicVhdx(medium, { regions: [{ guid, offset: 3 * MB }] }));
    expect(told(required)).toEqual([["image/unsupported", { feature: `region ${guid}` }]]);
    const optional = { guid, required: 0 };
    expect(told(open(dynamicVhdx(medium, { regions: [{ ...optional, offset: 3 * MB }] })))).toEqual([]);
    const odd = [
      { ...optional, offset: 4096 },
      { ...optional, offset: MB },
      { ...optional, offset: 2 ** 40 },
    ];
    expect(told(open(dynamicVhdx(medium, { regions: odd })))).toEqual([
      damaged("region table", "alignment of a region"),
      damaged("region table", "region given twice"),
      damaged("region table", "place of a region"),
    ]);
  });
});

describe("the metadata of a VHDX", () => {
  const fields: VhdxFields = { size: MB, entries: [[2, 0]] };
  const items = standardItems(fields);
  const without = (guid: string) => items.filter((item) => item.guid !== guid);

  it("are needed to find anything", () => {
    const refused = (problem: string, change: Partial<VhdxFields>) =>
      expect(() => open(vhdx({ ...fields, ...change }))).toThrow(
        expect.objectContaining({ code: "image/structure-damaged", params: { structure: "metadata table", problem } }),
      );
    refused("no file parameters", { items: without(guids.fileParameters) });
    refused("no size of the medium", { items: without(guids.diskSize) });
    refused("block size", { blockBytes: 3 * MB });
    refused("block size", { blockBytes: MB / 2 });
    refused("block size", { blockBytes: 512 * MB });
    refused("size of the medium", { size: 65 * 2 ** 40 });
    expect(() => open(changed(vhdx(fields), (copy) => copy.fill(0, 3 * MB, 3 * MB + 8)))).toThrow(/structure-damaged/);
    expect(() => open(vhdx(fields).subarray(0, 3 * MB))).toThrow(/structure-damaged/);
  });

  it("tell what is wrong with the others", () => {
    const problems = (change: Partial<VhdxFields>) => told(open(vhdx({ ...fields, ...change })));
    const table = (problem: string) => damaged("metadata table", problem);
    expect(problems({ items: without(guids.logicalSector) })).toEqual([table("no logical sector size")]);
    expect(problems({ items: without(guids.physicalSector) })).toEqual([table("no physical sector size")]);
    expect(problems({ items: without(guids.diskId) })).toEqual([table("no identifier")]);
    expect(problems({ sectorBytes: 1024 })).toEqual([table("no logical sector size")]);
    expect(problems({ size: MB - 100 })).toEqual([table("size of the medium")]);
    expect(problems({ items: [...items, items[0]!] })).toEqual([table("item given twice")]);
    const guid = "12345678-1234-1234-1234-123456789abc";
    const data = Buffer.from("x");
    expect(problems({ items: [...items, { guid, data }] })).toEqual([
      ["image/unsupported", { feature: `metadata item ${guid}` }],
    ]);
    expect(
      problems({ items: [...items, { guid, data, flags: 1 }, { guid, data: Buffer.alloc(0), flags: 0 }] }),
    ).toEqual([]);
    const outside = open(changed(vhdx(fields), (copy) => copy.writeUInt32LE(MB, 3 * MB + 32 + 4 * 32 + 16)));
    expect(told(outside)).toEqual([table("item outside of the region"), table("no identifier")]);
  });
});

describe("blocks of a VHDX", () => {
  const block = Buffer.from(noise(MB, 4));
  const blocks = new Map([
    [4, block],
    [5, block],
  ]);

  it("read by their state", () => {
    const entries = [
      [0, 5],
      [1, 5],
      [2, 0],
      [3, 5],
      [4, 5],
      [5, 0],
      [6, 4],
      [7, 5],
      [6, 0],
      [6, 40],
    ] as const;
    const image = open(vhdx({ size: 10 * MB, entries, blocks }));
    const kinds = [...image.runsIn(0, image.size)].map(({ start, length, kind }) => [start / MB, length / MB, kind]);
    expect(kinds).toEqual([
      [0, 4, "sparse"],
      [4, 2, "unknown"],
      [6, 1, "data"],
      [7, 2, "unknown"],
      [9, 1, "missing"],
    ]);
    const bytes = mediumOf(image);
    expect(Buffer.compare(bytes.subarray(6 * MB, 7 * MB), block)).toBe(0);
    expect(bytes.subarray(0, 6 * MB).every((byte) => byte === 0)).toBe(true);
    image.check?.();
    image.check?.();
    expect(told(image)).toEqual([
      ["image/outside-file", { blocks: 1 }],
      ["image/vhdx-block-state", { blocks: 4 }],
      ["image/vhdx-bitmap-missing", { blocks: 1 }],
    ]);
  });

  it("that were given up and still hold data are told of", () => {
    const image = open(
      vhdx({
        size: 2 * MB,
        entries: [
          [6, 4],
          [3, 5],
        ],
        blocks,
      }),
    );
    image.check?.();
    expect(told(image)).toEqual([["image/unclaimed", { bytes: MB, segment: "a.vhdx", at: 5 * MB }]]);
  });

  it("that share a place are told of", () => {
    const image = open(
      vhdx({
        size: 3 * MB,
        entries: [
          [6, 4],
          [6, 4],
          [6, 3],
        ],
        blocks: new Map([[4, block]]),
      }),
    );
    image.check?.();
    // A block over the metadata begins with its table, its five items lie within.
    expect(codesOf(image)).toEqual(["image/claimed-twice"]);
  });

  it("lie where the table says behind the first bitmap, too", () => {
    // 4096 blocks to a bitmap, whose entry lies between.
    const entries = Array.from({ length: 4098 }, (): [number, number] => [2, 0]);
    entries[4096] = [0, 0];
    entries[4097] = [6, 4];
    const image = open(vhdx({ size: 4097 * MB, entries, blocks: new Map([[4, block]]) }));
    const bytes = new Uint8Array(MB);
    image.readInto(bytes, 4096 * MB);
    expect(Buffer.compare(bytes, block)).toBe(0);
    expect([...image.runsIn(0, image.size)].map(({ length, kind }) => [length / MB, kind])).toEqual([
      [4096, "sparse"],
      [1, "data"],
    ]);
    image.check?.();
    expect(told(image)).toEqual([]);
    entries[4096] = [6, 4];
    const odd = open(vhdx({ size: 4097 * MB, entries, blocks: new Map([[4, block]]) }));
    odd.check?.();
    expect(told(odd)).toEqual([["image/vhdx-block-state", { blocks: 1 }]]);
  });

  it("need a table that is large enough and there", () => {
    const fields = { size: MB * 131_073, entries: [[6, 4]] as const, blocks };
    const short = open(vhdx(fields));
    expect(told(short)).toEqual([["image/vhd-table-short", { blocks: 131_073 + 32, entries: 131_072 }]]);
    expect(bytesByKind(short)).toEqual({ data: MB, sparse: (131_072 - 32) * MB, missing: 32 * MB + MB - MB });
    const region = { guid: guids.table, offset: 5 * MB };
    const tables = regionTable([region, { guid: guids.metadata, offset: 3 * MB }]);
    const cut = changed(vhdx({ size: 4 * MB, entries: [] }), (copy) =>
      [192 << 10, 256 << 10].forEach((at) => tables.copy(copy, at)),
    );
    expect(() => open(cut)).toThrow(/structure-damaged/);
    const partly = Buffer.concat([cut, Buffer.alloc(MB), Buffer.alloc(8)]);
    const image = open(partly);
    expect(told(image)).toEqual([["image/truncated", { segment: "a.vhdx", bytes: 5 * MB + 8, expected: 5 * MB + 32 }]]);
    expect(bytesByKind(image)).toEqual({ sparse: MB, missing: 3 * MB });
    image.check?.();
    expect(told(image)).toContainEqual(["image/outside-file", { blocks: 3 }]);
  });
});

describe("the parent of a differencing VHDX", () => {
  const after = changedMedium(medium.subarray(0, MB), 3);
  const whole = new Uint8Array(medium);
  whole.set(after.medium);
  const base = dynamicVhdx(medium);
  const linkage = { parent_linkage: `{${guids.state.toUpperCase()}}` };
  const child = (entries: Readonly<Record<string, string>>, sectorBytes = 512) =>
    differencingVhdx(whole, { changed: after.changed, parent: entries, sectorBytes });

  it("is found by every path, and by either identifier", () => {
    for (const key of ["relative_path", "volume_path", "absolute_win32_path"]) {
      const image = open(child({ ...linkage, [key]: "\\\\?\\C:\\x\\base.vhdx" }), { "base.vhdx": base });
      expect([key, codesOf(image)]).toEqual([key, []]);
      expect(Buffer.compare(mediumOf(image), whole)).toBe(0);
    }
    const second = {
      parent_linkage: `{${guids.disk}}`,
      parent_linkage2: `{${guids.state}}`,
      relative_path: "base.vhdx",
    };
    const image = open(child(second), { "base.vhdx": base });
    expect(codesOf(image)).toEqual([]);
    expect(image.facts.filter(({ name }) => name.startsWith("parent")).map(({ value }) => value)).toEqual([
      guids.disk,
      guids.state,
      "base.vhdx",
    ]);
  });

  it("in sectors of 4096 bytes is read by them", () => {
    const large = changedMedium(medium.subarray(0, MB), 3);
    const stored = (sector: number) => sector % 3 === 0;
    const mixed = new Uint8Array(medium);
    for (let sector = 0; sector < 256; sector += 3) {
      mixed.set(large.medium.subarray(sector * 4096, sector * 4096 + 4096), sector * 4096);
    }
    const bytes = differencingVhdx(mixed, {
      changed: stored,
      sectorBytes: 4096,
      parent: { ...linkage, relative_path: "base.vhdx" },
    });
    const image = open(bytes, { "base.vhdx": dynamicVhdx(medium, { sectorBytes: 4096 }) });
    expect([codesOf(image), image.bytesPerSector]).toEqual([[], 4096]);
    expect(Buffer.compare(mediumOf(image), mixed)).toBe(0);
  });

  it("may be missing or another one", () => {
    const entries = { ...linkage, relative_path: "base.vhdx" };
    const missing = open(child(entries));
    expect(codesOf(missing)).toEqual(["image/parent-missing"]);
    expect(bytesByKind(missing)["missing"]).toBeGreaterThan(MB);
    const mismatch = (bytes: Uint8Array, sectorBytes = 512) =>
      told(open(child(entries, sectorBytes), { "base.vhdx": bytes }))[0];
    expect(mismatch(dynamicVhdx(medium, { state: guids.otherState }))).toEqual([
      "image/parent-mismatch",
      { field: "identifier" },
    ]);
    expect(mismatch(base, 4096)).toEqual(["image/parent-mismatch", { field: "sector size" }]);
    expect(mismatch(fixedVhd(medium))).toEqual(["image/parent-mismatch", { field: "format" }]);
    const circle = open(child({ ...linkage, relative_path: "a.vhdx" }));
    expect(codesOf(circle)).toEqual(["image/parent-cycle"]);
  });

  it("may be of another kind, or not named", () => {
    const fields = { size: MB, flags: 2, entries: [] };
    const foreign = open(vhdx({ ...fields, parent: parentLocator(linkage, guids.disk) }));
    expect(codesOf(foreign)).toEqual(["image/unsupported", "image/parent-missing"]);
    const unnamed = open(vhdx(fields));
    expect(told(unnamed)).toEqual([damaged("metadata table", "no parent locator"), ["image/parent-missing", {}]]);
    expect(bytesByKind(unnamed)).toEqual({ missing: MB });
  });

  it("has no say where a bitmap should be and is not", () => {
    const bytes = changed(child({ ...linkage, relative_path: "base.vhdx" }), (copy) =>
      copy.fill(0, 2 * MB + 4096 * 8, 2 * MB + 4096 * 8 + 8),
    );
    const image = open(bytes, { "base.vhdx": base });
    expect(bytesByKind(image)["unknown"]).toBe(MB);
    image.check?.();
    expect(told(image)).toContainEqual(["image/vhdx-bitmap-missing", { blocks: 1 }]);
  });
});
