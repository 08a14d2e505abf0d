/** VHD: what tells it, what it says of itself, and what of it can be had when parts disagree or are gone. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormatOf, probeOf, type DiskImage } from "../../../../native-free/images/index.ts";
import { vhdFormat } from "../../../../native-free/images/vhd/format.ts";
import { mixedMedium } from "../../../fixtures/ewf-set.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";
import {
  changedMedium,
  dynamicVhd,
  fixedVhd,
  sampleSets,
  seal,
  utf16le,
  uuidOf,
  vhdFooter,
  type DynamicFields,
} from "../../../fixtures/images/vhd.ts";

const medium = mixedMedium(300 << 10);

/** With what lies beside it. */
function open(bytes: Uint8Array, beside: Readonly<Record<string, Uint8Array>> = {}): DiskImage {
  return openIn(new Map(Object.entries({ "a.vhd": bytes, ...beside })), "a.vhd");
}

function changed(bytes: Uint8Array, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

const told = (image: DiskImage) => image.findings.map(({ code, params }) => [code, params]);
const factsOf = (image: DiskImage) => Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));

describe("detecting a VHD", () => {
  const detect = (name: string, bytes: Uint8Array) =>
    vhdFormat.detect(probeOf({ name, source: new MemorySource(bytes, name) }));

  it("is certain where the footer is where it should be", () => {
    expect(detect("a", fixedVhd(medium))).toBe("certain");
    expect(detect("a", fixedVhd(medium).subarray(0, -1))).toBe("certain");
    expect(detect("a", dynamicVhd(medium))).toBe("certain");
    expect(detect("a", dynamicVhd(medium).subarray(0, 5000))).toBe("certain");
  });

  it("is possible where something is wrong, or only the name is left", () => {
    expect(detect("a", Buffer.concat([Buffer.alloc(4096), fixedVhd(medium)]))).toBe("possible");
    expect(detect("a", Buffer.concat([fixedVhd(medium), Buffer.alloc(700)]))).toBe("possible");
    expect(
      detect(
        "a",
        changed(fixedVhd(medium), (copy) => copy.fill(9, copy.length - 100)),
      ),
    ).toBe("possible");
    expect(detect("A.VHD", fixedVhd(medium).subarray(0, 9000))).toBe("possible");
    expect(detect("a.avhd", medium)).toBe("possible");
    expect(detect("a.dd", medium)).toBe("no");
    expect(detect("a.vhd", new Uint8Array(0))).toBe("no");
  });

  it("takes the pieces of a split one in order", () => {
    const names = ["A.V02", "a.vhd", "b.v01", "a.v01", "a.v04", "a.vhdx"];
    expect(vhdFormat.segmentsOf("a.vhd", names)).toEqual(["a.vhd", "a.v01", "A.V02"]);
    expect(vhdFormat.segmentsOf("a.v01", names)).toEqual(["a.vhd", "a.v01", "A.V02"]);
    expect(vhdFormat.segmentsOf("a.v04", names)).toEqual(["a.v04"]);
    expect(vhdFormat.segmentsOf("b.v01", names)).toEqual(["b.v01"]);
    expect(vhdFormat.segmentsOf("a", names)).toEqual(["a"]);
  });
});

describe.each(sampleSets.map((set) => [set.name, set] as const))("a VHD: %s", (_, set) => {
  it("reads as its medium, in any order", () => {
    const image = openIn(filesOf(set), set.first);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check?.();
    expect(image.findings).toEqual([]);
  });

  it("stands damage", { timeout: 60_000 }, () => {
    const { outcomes, faults } = survey(set, 80, 40);
    expect(faults).toEqual([]);
    expect(outcomes.get("read") ?? 0).toBeGreaterThan(20);
  });
});

describe("what a VHD says of itself", () => {
  it("is in its facts", () => {
    const image = open(fixedVhd(medium, { creator: "vs  ", time: 86_400, features: 3, geometry: [600, 1, 1] }));
    expect(factsOf(image)).toEqual({
      kind: "fixed",
      version: "1.0",
      creator: "Virtual Server 6.1",
      "creator-platform": "Windows",
      "system-date": "2000-01-02T00:00:00Z",
      uuid: uuidOf(1),
      geometry: "600/1/1",
      features: "temporary",
    });
    expect(factsOf(open(dynamicVhd(medium, { creator: "odd!" })))).toMatchObject({
      kind: "dynamic",
      creator: "odd! 6.1",
      "block-bytes": 64 << 10,
    });
  });

  it("names the kinds of what it stores, and where", () => {
    const image = open(dynamicVhd(medium));
    let zeros = 0;
    for (let at = 0; at < medium.length; at += 512)
      if (medium.subarray(at, at + 512).every((byte) => byte === 0)) zeros += 512;
    expect(bytesByKind(image)).toEqual({ data: medium.length - zeros, sparse: zeros });
    const [run] = image.runsIn(0, 1024);
    // Footer, header, table of one sector, bitmap of one sector.
    expect(run).toMatchObject({ kind: "data", place: { path: "a.vhd", offset: 2560, exact: true } });
  });

  it("tells of a suspended machine, a geometry that gives less, another version", () => {
    const image = open(fixedVhd(medium, { saved: 1, creator: "vpc ", geometry: [100, 1, 1], version: 0x2_0000 }));
    expect(told(image)).toEqual([
      ["image/unsupported", { feature: "version 2.0" }],
      ["image/vhd-saved-state", {}],
      ["image/vhd-size-by-geometry", { size: medium.length, geometry: 51_200 }],
    ]);
    expect(codesOf(open(fixedVhd(medium, { creator: "win ", geometry: [100, 1, 1] })))).toEqual([]);
    expect(codesOf(open(fixedVhd(medium, { creator: "vpc ", geometry: [65_535, 16, 255] })))).toEqual([]);
  });
});

describe("the footers of a VHD", () => {
  const dynamic = dynamicVhd(medium);

  it("are compared", () => {
    const other = vhdFooter({ size: medium.length, type: 3, time: 5, saved: 1 });
    const differing = open(changed(dynamic, (copy) => other.copy(copy)));
    expect(told(differing)).toEqual([["image/vhd-footers-differ", { field: "timeStamp, savedState" }]]);
    const reserved = open(changed(dynamic, (copy) => seal(copy.subarray(0, 512).fill(7, 300, 301), 64)));
    expect(told(reserved)).toEqual([["image/vhd-footers-differ", { field: "reserved bytes" }]]);
    expect(Buffer.compare(mediumOf(differing), medium)).toBe(0);
  });

  it("stand in for each other", () => {
    const structure = (name: string, problem: string) => ["image/structure-damaged", { structure: name, problem }];
    const cases: [Buffer, unknown[]][] = [
      [
        changed(dynamic, (copy) => copy.fill(1, copy.length - 90, copy.length - 80)),
        ["image/structure-replaced", { structure: "footer" }],
      ],
      [dynamic.subarray(0, -512), ["image/structure-replaced", { structure: "footer" }]],
      [changed(dynamic, (copy) => copy.fill(1, 100, 110)), structure("copy of the footer", "checksum")],
      [changed(dynamic, (copy) => copy.fill(0, 0, 512)), structure("copy of the footer", "absent")],
      [
        changed(dynamic, (copy) => {
          copy.fill(1, 100, 110);
          copy.fill(1, copy.length - 90, copy.length - 80);
        }),
        structure("footer", "checksum"),
      ],
    ];
    for (const [bytes, expected] of cases) {
      const image = open(bytes);
      expect(told(image)).toEqual([expected]);
      expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
    }
  });

  it("may all be gone", () => {
    const absent = ["image/structure-damaged", { structure: "footer", problem: "absent" }];
    const bare = open(changed(dynamic, (copy) => copy.fill(0, 0, 512)).subarray(0, -512));
    // The table tells the number of blocks only.
    expect([told(bare), bare.size, bare.facts[0]]).toEqual([[absent], 5 * 65_536, { name: "kind", value: "dynamic" }]);
    expect(Buffer.compare(mediumOf(bare).subarray(0, medium.length), medium)).toBe(0);
    const cut = open(fixedVhd(medium).subarray(0, 10_000));
    expect([told(cut), cut.format, cut.size]).toEqual([[absent], "vhd", 10_000]);
    expect(() => vhdFormat.open([{ name: "a.vhd", source: new MemorySource(new Uint8Array(0)) }])).toThrow(
      /not-recognised/,
    );
    expect(() => vhdFormat.open([])).toThrow(/not-recognised/);
  });

  it("of a fixed disk say how large it is, and are checked", () => {
    const appended = open(Buffer.concat([fixedVhd(medium), Buffer.alloc(600, 3)]));
    expect(told(appended)).toEqual([["image/vhd-footer-misplaced", { bytes: 600 }]]);
    expect(Buffer.compare(mediumOf(appended), medium)).toBe(0);
    const smaller = open(fixedVhd(medium, { size: 1024 }));
    expect(told(smaller)).toEqual([["image/vhd-fixed-size", { declared: 1024, held: medium.length }]]);
    smaller.check?.();
    expect(codesOf(smaller)).toContain("image/unclaimed");
    const larger = open(fixedVhd(medium, { size: medium.length + 1024 }));
    expect(codesOf(larger)).toEqual(["image/vhd-fixed-size", "image/truncated"]);
    expect(bytesByKind(larger)).toEqual({ data: medium.length, missing: 1024 });
    expect(Buffer.compare(mediumOf(larger).subarray(medium.length), Buffer.alloc(1024))).toBe(0);
    const damaged = open(changed(fixedVhd(medium), (copy) => copy.fill(0xee, copy.length - 464, copy.length - 450)));
    expect(codesOf(damaged)).toEqual(["image/structure-damaged", "image/vhd-fixed-size"]);
    expect(damaged.size).toBe(medium.length);
    const typeless = open(changed(fixedVhd(medium), (copy) => copy.fill(0xee, copy.length - 452, copy.length - 448)));
    expect(Buffer.compare(mediumOf(typeless), medium)).toBe(0);
  });

  it("of another type, or that claim too much, are refused", () => {
    const open9 = () => open(dynamicVhd(medium, { type: 9 }));
    expect(open9).toThrow(/image\/unsupported/);
    const endless = changed(fixedVhd(medium), (copy) => {
      copy.fill(0xff, copy.length - 464, copy.length - 456);
      seal(copy.subarray(-512), 64);
    });
    expect(() => open(endless)).toThrow(/number-too-large/);
  });
});

describe("the header and the table of a dynamic VHD", () => {
  const dynamic = dynamicVhd(medium);
  const withHeader = (change: (header: Buffer) => void, sealed = true) =>
    changed(dynamic, (copy) => {
      change(copy.subarray(512, 1536));
      if (sealed) seal(copy.subarray(512, 1536), 36);
    });

  it("are used damaged, and refused where they cannot be", () => {
    const damaged = open(withHeader((header) => header.fill(1, 900, 910), false));
    expect(told(damaged)).toEqual([
      ["image/structure-damaged", { structure: "dynamic disk header", problem: "checksum" }],
    ]);
    expect(Buffer.compare(mediumOf(damaged), medium)).toBe(0);
    for (const [field, value, problem] of [
      [32, 0, "block size"],
      [32, 1000, "block size"],
      [16, 0xffff_ffff, "table offset"],
    ] as const) {
      const bytes = withHeader((header) => header.writeUInt32BE(value, field));
      expect(() => open(bytes)).toThrow(
        expect.objectContaining({ params: { structure: "dynamic disk header", problem } }),
      );
    }
    expect(() => open(withHeader((header) => header.fill(0)))).toThrow(/structure-damaged/);
  });

  it("are found at their usual place", () => {
    const lost = changed(dynamic, (copy) => {
      for (const footer of [copy.subarray(0, 512), copy.subarray(-512)]) {
        footer.writeBigUInt64BE(123_456n, 16);
        seal(footer, 64);
      }
    });
    const image = open(lost);
    expect(told(image)).toEqual([["image/structure-damaged", { structure: "dynamic disk header", problem: "place" }]]);
    expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
  });

  it("may have blocks of any number of sectors", () => {
    const image = open(dynamicVhd(medium, { blockBytes: 13 * 512 }));
    expect(told(image)).toEqual([["image/vhd-block-size", { bytes: 6656 }]]);
    expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
    expect(readsAlike(image, medium)).toBe(true);
  });

  it("name as missing what has no entry or lies behind the end of the file", () => {
    const short = open(dynamicVhd(medium, { entries: 2 }));
    expect(told(short)).toEqual([["image/vhd-table-short", { blocks: 5, entries: 2 }]]);
    expect(bytesByKind(short)["missing"]).toBe(medium.length - 2 * 65_536);
    const cut = open(dynamic.subarray(0, dynamic.length - 512 - 40_000));
    cut.check?.();
    expect(told(cut)).toContainEqual(["image/outside-file", { blocks: 1 }]);
    expect(bytesByKind(cut)["missing"]).toBeGreaterThan(0);
    const tableless = open(dynamic.subarray(0, 1536));
    tableless.check?.();
    expect(told(tableless)).toContainEqual(["image/outside-file", { blocks: 5 }]);
    expect(bytesByKind(tableless)).toEqual({ missing: medium.length });
  });

  it("are compared with each other", () => {
    const twice = open(changed(dynamic, (copy) => copy.copyWithin(1540, 1536, 1540)));
    twice.check?.();
    twice.check?.();
    // A bitmap and a stretch of sectors each.
    expect(told(twice).filter(([code]) => code === "image/claimed-twice").length).toBe(1);
    expect(codesOf(twice)).toContain("image/unclaimed");
    const hidden = open(changed(dynamic, (copy) => copy.fill(0, 2048, 2049)));
    hidden.check?.();
    expect(told(hidden)).toEqual([["image/unclaimed", { bytes: 4096, segment: "a.vhd", at: 2560 }]]);
    expect(bytesByKind(hidden)["sparse"]).toBeGreaterThanOrEqual(4096);
    expect(
      mediumOf(hidden)
        .subarray(0, 4096)
        .every((byte) => byte === 0),
    ).toBe(true);
  });
});

describe("the parent of a differencing VHD", () => {
  const base = fixedVhd(medium);
  const after = changedMedium(medium, 3);
  const child = (parent: Partial<NonNullable<DynamicFields["parent"]>>, fields: DynamicFields = {}) =>
    dynamicVhd(after.medium, {
      uuid: uuidOf(2),
      isStored: after.changed,
      parent: { uuid: uuidOf(1), ...parent },
      ...fields,
    });

  it("is found by every kind of locator, by its last name only", () => {
    const alias = Buffer.alloc(150);
    alias[50] = 8;
    alias.write("base.vhd", 51, "latin1");
    const locators = [
      { platform: "W2ru", data: utf16le("..\\..\\x\\base.vhd") },
      { platform: "W2ku", data: utf16le("C:\\x\\base.vhd\0\0") },
      { platform: "MacX", data: Buffer.from("file:///Users/x/%62ase.vhd") },
      { platform: "Wi2r", data: Buffer.from(".\\base.vhd\0rest") },
      { platform: "Wi2k", data: Buffer.from("C:base.vhd") },
      { platform: "Mac ", data: alias },
    ];
    for (const locator of locators) {
      const image = open(child({ locators: [locator] }), { "base.vhd": base });
      expect([locator.platform, codesOf(image)]).toEqual([locator.platform, []]);
      expect(Buffer.compare(mediumOf(image), after.medium)).toBe(0);
    }
    const named = open(child({ name: "\\\\server\\x\\base.vhd", time: 1000 }), { "base.vhd": base });
    expect(Buffer.compare(mediumOf(named), after.medium)).toBe(0);
    expect(factsOf(named)).toMatchObject({
      kind: "differencing",
      "parent-uuid": uuidOf(1),
      parent: "\\\\server\\x\\base.vhd",
      "parent-date": "2000-01-01T00:16:40Z",
    });
  });

  it("is the one with the right identifier where names disagree", () => {
    const locators = [
      { platform: "W2ku", data: utf16le("other.vhd") },
      { platform: "MacX", data: Buffer.from("%zz/base.vhd") },
      { platform: "none", data: Buffer.from("x") },
    ];
    const beside = { "other.vhd": fixedVhd(medium, { uuid: uuidOf(7) }), "base.vhd": base };
    const image = open(child({ locators }), beside);
    expect(codesOf(image)).toEqual([]);
    expect(Buffer.compare(mediumOf(image), after.medium)).toBe(0);
  });

  it("may be missing", () => {
    const image = open(child({ name: ".." }));
    expect(codesOf(image)).toEqual(["image/parent-missing"]);
    const stored = Array.from({ length: medium.length / 512 }, (_, sector) => sector).filter(after.changed).length;
    expect(bytesByKind(image)).toEqual({ data: stored * 512, missing: medium.length - stored * 512 });
  });

  it("may be another one", () => {
    const mismatch = (bytes: Uint8Array, parent: Partial<NonNullable<DynamicFields["parent"]>> = {}) => {
      const image = open(child({ name: "base.vhd", ...parent }), { "base.vhd": bytes });
      return told(image).find(([code]) => code === "image/parent-mismatch")?.[1];
    };
    expect(mismatch(fixedVhd(medium, { uuid: uuidOf(9) }))).toEqual({ field: "identifier" });
    expect(mismatch(base, { time: 999 })).toEqual({ field: "date" });
    expect(mismatch(base, { time: 1001 })).toBeUndefined();
    expect(mismatch(fixedVhd(medium.subarray(0, 1 << 17)))).toEqual({ field: "size" });
    expect(mismatch(fixedVhd(medium, { uuid: uuidOf(9), size: 512 }))).toEqual({ field: "identifier, size" });
    const raw = openIn(
      new Map([
        ["a.vhd", child({ name: "base.dd" })],
        ["base.dd", medium],
      ]),
      "a.vhd",
    );
    expect(told(raw)).toEqual([["image/parent-mismatch", { field: "format" }]]);
  });

  it("that is shorter leaves a gap that is named, and its own damage is told", () => {
    const short = base.subarray(0, 100_000);
    const image = open(child({ name: "base.vhd" }), { "base.vhd": short });
    expect(codesOf(image)).toEqual(["image/parent-mismatch", "image/parent-shorter", "image/structure-damaged"]);
    expect(bytesByKind(image)["missing"]).toBeGreaterThan(100_000);
  });

  it("may lead in a circle, which costs the parent only", () => {
    const image = open(child({ name: "b.vhd" }), { "b.vhd": child({ name: "a.vhd" }, { uuid: uuidOf(1) }) });
    expect(codesOf(image)).toEqual(["image/parent-cycle"]);
    expect(bytesByKind(image)["missing"]).toBeGreaterThan(0);
    expect(codesOf(open(child({ name: "a.vhd" })))).toEqual(["image/parent-cycle"]);
  });

  it("that cannot be opened is told of", () => {
    const image = open(child({ name: "base.vhd" }), { "base.vhd": dynamicVhd(medium, { type: 9 }) });
    expect(codesOf(image)).toEqual(["image/unsupported"]);
  });
});

it("is in the list of formats in front of raw", () => {
  expect(imageFormatOf(probeOf({ name: "x", source: new MemorySource(fixedVhd(medium)) })).registration.id).toBe("vhd");
});
