/** QCOW images written from the specification: media, runs, parents, snapshots, and what is refused. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { qcowFormat } from "../../../../native-free/images/qcow/format.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { olderMedium, qcow2Image, qcowBacking, sampleSets } from "../../../fixtures/images/qcow.ts";
import { qcow1Image } from "../../../fixtures/images/qcow1.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";
import { mixedMedium } from "../../../fixtures/ewf-set.ts";

const only = (bytes: Uint8Array) => new Map([["d.qcow2", bytes]]);
const factsOf = (image: { facts: readonly { name: string; value: string | number }[] }) =>
  Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));
const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    const { code, params } = error as { code: string; params: object };
    return [code, params];
  }
  return null;
};

describe.each(sampleSets)("$name", (set) => {
  it("is told by its signature", () => {
    const { name, bytes } = set.files[0]!;
    expect(qcowFormat.detect(probeOf({ name, source: new MemorySource(bytes) }))).toBe("certain");
  });

  it("reads as its medium, in any order, and checks", () => {
    const image = openIn(filesOf(set), set.first);
    expect(image.format).toBe("qcow");
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check!();
    // Some are larger than the file below.
    expect(image.findings.filter(({ code }) => code !== "image/parent-shorter")).toEqual([]);
    const { data, sparse, ...other } = bytesByKind(image);
    expect(other).toEqual({});
    expect(data).toBeGreaterThan(0);
    expect(sparse).toBeGreaterThan(0);
  });

  it("is survived when damaged or cut", () => {
    const { outcomes, faults } = survey(set, 40, 12);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(10);
  });
});

const medium = mixedMedium(300 * 1024);

describe("what a QCOW image says of itself", () => {
  it("is its facts", () => {
    const image = openIn(
      only(
        qcow2Image(medium, {
          refcountOrder: 5,
          compatible: 1,
          bitmaps: true,
          backing: { name: "/vm/old disk/base.vmdk", format: "vmdk", medium: olderMedium },
          extensions: [[0x12345678, new Uint8Array(5)]],
        }).bytes,
      ),
      "d.qcow2",
    );
    expect(factsOf(image)).toEqual({
      version: 3,
      "block-bytes": 65536,
      compression: "deflate",
      features: "lazy reference counts, bitmaps, reference counts of 32 bits, extension 0x12345678",
      parent: "/vm/old disk/base.vmdk",
      "parent-format": "vmdk",
      clean: "yes",
    });
    expect(codesOf(image)).toEqual(["image/parent-missing"]);
    const old = openIn(new Map([["d.qcow", qcow1Image(medium, { backing: qcowBacking })]]), "d.qcow");
    expect(factsOf(old)).toEqual({
      version: 1,
      "block-bytes": 4096,
      compression: "deflate",
      parent: "base.raw",
      "parent-modified": "2023-11-14T22:13:20.000Z",
    });
  });

  it("names dirty and corrupt images", () => {
    const image = openIn(only(qcow2Image(medium, { incompatible: 3 }).bytes), "d.qcow2");
    expect(codesOf(image)).toEqual(["image/not-closed", "image/qcow-corrupt"]);
    expect(factsOf(image)["clean"]).toBe("no");
    expect(mediumOf(image)).toEqual(medium);
  });

  it("is refused where it is encrypted, unknown or impossible", () => {
    const open = (bytes: Uint8Array) => codeOf(() => qcowFormat.open([{ name: "d", source: new MemorySource(bytes) }]));
    const scheme = (name: string, version: number) => [
      "image/encrypted",
      { scheme: name, version, bytes: medium.length },
    ];
    expect(open(qcow2Image(medium, { encryption: 1 }).bytes)).toEqual(scheme("QCOW AES", 3));
    expect(open(qcow2Image(medium, { encryption: 2, version: 2 }).bytes)).toEqual(scheme("QCOW LUKS", 2));
    expect(open(qcow1Image(medium, { encryption: 1 }))).toEqual(scheme("QCOW AES", 1));
    const feature = (what: string) => ["image/unsupported", { feature: what }];
    expect(open(qcow2Image(medium, { incompatible: 32 }).bytes)).toEqual(feature("incompatible feature bit 5"));
    const high = qcow2Image(medium).bytes;
    high[72] = 0x80;
    expect(open(high)).toEqual(feature("incompatible feature bit 63"));
    const type = qcow2Image(medium, { pack: "zstd" }).bytes;
    type[104] = 2;
    expect(open(type)).toEqual(feature("compression type 2"));
    const version = qcow2Image(medium).bytes;
    version[7] = 4;
    expect(qcowFormat.detect(probeOf({ name: "d", source: new MemorySource(version) }))).toBe("possible");
    expect(open(version)).toEqual(feature("version 4"));
    const clusters = qcow2Image(medium).bytes;
    clusters[23] = 22;
    expect(open(clusters)).toEqual(feature("clusters of 2^22 bytes"));
    const structure = (problem: string) => ["image/structure-damaged", { structure: "header", problem }];
    clusters[23] = 8;
    expect(open(clusters)).toEqual(structure("cluster size"));
    expect(open(qcow2Image(medium, { subclusters: true, clusterBits: 14 }).bytes)).toBeNull();
    expect(open(qcow2Image(medium).bytes.subarray(0, 90))).toEqual(structure("length"));
    const large = qcow2Image(medium).bytes;
    large[24] = 0xff;
    expect(open(large)).toEqual(["structure/number-too-large", {}]);
    expect(open(new Uint8Array(600))).toEqual(["image/not-recognised", { segments: 1 }]);
    expect(codeOf(() => qcowFormat.open([]))).toEqual(["image/not-recognised", { segments: 0 }]);
  });
});

describe("the file below", () => {
  const older = olderMedium.subarray(0, 200 * 1024);
  const base = qcow2Image(older, { clusterBits: 12 }).bytes;
  const top = (name: string, format?: string) =>
    qcow2Image(medium, { clusterBits: 12, backing: { name, medium: older, ...(format ? { format } : {}) } }).bytes;

  it("may be of any format and have one below itself", () => {
    const middle = qcow2Image(older, { clusterBits: 13, backing: { name: "base.qcow2", medium: older } }).bytes;
    const files = new Map([
      ["top.qcow2", top("C:\\vm\\middle.qcow2", "qcow2")],
      ["middle.qcow2", middle],
      ["base.qcow2", base],
    ]);
    const image = openIn(files, "top.qcow2");
    expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
    expect(image.findings).toMatchObject([{ code: "image/parent-shorter", params: { bytes: 102_400 } }]);
    const places = new Set([...image.runsIn(0, image.size)].map(({ place }) => place.path));
    expect(places).toEqual(new Set(["top.qcow2", "base.qcow2", "-"]));
  });

  it("is named as missing where it is none, or cannot be opened", () => {
    for (const name of ["gone.raw", "nbd://host/export", 'json:{"file.filename":"base.qcow2"}', ""]) {
      const bytes = top(name === "" ? "x" : name);
      if (name === "") bytes.fill(0, 16, 20);
      const image = openIn(
        new Map([
          ["top.qcow2", bytes],
          ["base.qcow2", base],
        ]),
        "top.qcow2",
      );
      expect(codesOf(image)).toContain("image/parent-missing");
      const { missing, ...rest } = bytesByKind(image);
      expect(missing).toBeGreaterThan(0);
      expect(Object.keys(rest)).toEqual(["data"]);
    }
    const broken = openIn(
      new Map([
        ["top.qcow2", top("base.qcow2")],
        ["base.qcow2", base.subarray(0, 60)],
      ]),
      "top.qcow2",
    );
    expect(codesOf(broken)).toEqual(["image/structure-damaged"]);
    expect(bytesByKind(broken)["missing"]).toBeGreaterThan(0);
  });

  it("does not go round in circles", () => {
    const files = new Map([
      ["top.qcow2", top("other.qcow2")],
      ["other.qcow2", top("top.qcow2")],
    ]);
    const image = openIn(files, "top.qcow2");
    expect(codesOf(image)).toEqual(["image/parent-cycle"]);
    expect(bytesByKind(image)["missing"]).toBeGreaterThan(0);
  });

  it("is taken as it is where it is declared raw, whatever a guest wrote to it", () => {
    const image = openIn(
      new Map([
        ["top.qcow2", top("base.qcow2", "raw")],
        ["base.qcow2", base],
      ]),
      "top.qcow2",
    );
    // The start of the medium below is then the header of that file.
    const start = new Uint8Array(4);
    const gap = [...image.runsIn(0, image.size)].find(({ place }) => place.path === "base.qcow2")!;
    image.readInto(start, gap.start);
    expect(Buffer.from(start)).toEqual(Buffer.from(base.subarray(gap.start, gap.start + 4)));
  });

  it("of another format than declared is told of", () => {
    const files = new Map([
      ["top.qcow2", top("base.img", "qcow2")],
      ["base.img", older],
    ]);
    const image = openIn(files, "top.qcow2");
    expect(image.findings).toMatchObject([
      { code: "image/parent-mismatch", params: { field: "format" } },
      { code: "image/parent-shorter" },
    ]);
  });
});

describe("a check", () => {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cluster = 4096;
  const make = (options = {}) => {
    const { bytes } = qcow2Image(medium, { clusterBits: 12, ...options });
    const l1 = Number(view(bytes).getBigUint64(40));
    const l2 = Number(view(bytes).getBigUint64(l1) & 0x00fffffffffffe00n);
    const refcounts = Number(view(bytes).getBigUint64(Number(view(bytes).getBigUint64(48))));
    return { bytes, l1, l2, refcounts };
  };
  const checked = (bytes: Uint8Array) => {
    const image = openIn(only(bytes), "d.qcow2");
    image.check!();
    // A second one finds nothing anew.
    image.check!();
    return { image, found: image.findings.map(({ code, params }) => [code, params]) };
  };

  it("finds clusters that two claim", () => {
    const { bytes, l2 } = make();
    view(bytes).setBigUint64(l2 + 8, view(bytes).getBigUint64(l2));
    const { found } = checked(bytes);
    expect(found).toContainEqual(["image/claimed-twice", { blocks: 1 }]);
    expect(found).toContainEqual(["image/qcow-refcounts", { clusters: 1, leaked: 1 }]);
    expect(found).toContainEqual(["image/qcow-copied", { entries: 2 }]);
    expect(found.filter(([code]) => code === "image/unclaimed")).toHaveLength(1);
  });

  it("finds clusters that lie on tables", () => {
    const { bytes, l1, l2 } = make();
    view(bytes).setBigUint64(l2, BigInt(l1) | (1n << 63n));
    expect(checked(bytes).found).toContainEqual(["image/claimed-twice", { blocks: 1 }]);
  });

  it("finds entries that lead out of the file, and those that cannot be", () => {
    const { bytes, l1, l2 } = make();
    view(bytes).setBigUint64(l2, (1n << 63n) | BigInt(bytes.length + cluster));
    view(bytes).setBigUint64(l2 + 8, (1n << 63n) | 0x1200n);
    view(bytes).setBigUint64(l2 + 16, view(bytes).getBigUint64(l2 + 16) | (1n << 57n));
    const { image, found } = checked(bytes);
    expect(found).toContainEqual(["image/outside-file", { blocks: 1 }]);
    expect(found).toContainEqual(["image/qcow-entries", { entries: 1, problem: "place" }]);
    expect(found).toContainEqual(["image/qcow-entries", { entries: 1, problem: "reserved bits" }]);
    expect(bytesByKind(image)).toMatchObject({ missing: cluster, unreadable: cluster });
    view(bytes).setBigUint64(l1, 0x300n);
    expect(bytesByKind(openIn(only(bytes), "d.qcow2"))).toEqual({ unreadable: medium.length });
    view(bytes).setBigUint64(l1, 1n << 50n);
    expect(bytesByKind(openIn(only(bytes), "d.qcow2"))).toEqual({ missing: medium.length });
  });

  it.each([0, 1, 2, 3, 4, 5, 6])("compares reference counts of 2^%i bits", (order) => {
    expect(checked(make({ refcountOrder: order }).bytes).found).toEqual([]);
    const { bytes, refcounts } = make({ refcountOrder: order });
    // The count of the header, which is one.
    const at = order < 3 ? refcounts : refcounts + 2 ** (order - 3) - 1;
    bytes[at] = bytes[at]! & ~1;
    expect(checked(bytes).found).toEqual([["image/qcow-refcounts", { clusters: 1, leaked: 0 }]]);
  });

  it("finds what lies in clusters that nothing uses", () => {
    const { bytes, l2 } = make();
    view(bytes).setBigUint64(l2, 0n);
    view(bytes).setBigUint64(l2 + 8, 0n);
    const { found } = checked(bytes);
    expect(found).toContainEqual(["image/qcow-refcounts", { clusters: 0, leaked: 2 }]);
    expect(found).toContainEqual([
      "image/unclaimed",
      { bytes: 2 * cluster, segment: "d.qcow2", at: expect.any(Number) },
    ]);
    const behind = Buffer.concat([make().bytes, new Uint8Array(3 * cluster), Buffer.from("left")]);
    expect(checked(behind).found).toEqual([
      ["image/unclaimed", { bytes: 4, segment: "d.qcow2", at: behind.length - 4 }],
    ]);
  });

  it("finds flags of sharing that are wrong", () => {
    const { bytes, l2 } = make();
    view(bytes).setBigUint64(l2, view(bytes).getBigUint64(l2) & ~(1n << 63n));
    expect(checked(bytes).found).toEqual([["image/qcow-copied", { entries: 1 }]]);
  });

  it("names packed clusters that cannot be unpacked, once they are read", () => {
    const { bytes } = qcow2Image(medium, { clusterBits: 14, pack: "zstd" });
    const image = openIn(only(bytes), "d.qcow2");
    const packed = [...image.runsIn(0, image.size)].find(({ place, kind }) => kind === "data" && !place.exact)!;
    bytes.fill(0xff, packed.place.offset, packed.place.offset + 20);
    expect(
      mediumOf(image)
        .subarray(packed.start, packed.start + packed.length)
        .every((byte) => byte === 0),
    ).toBe(true);
    expect(codesOf(image)).toContain("image/bad-block");
    expect(bytesByKind(image)["unreadable"]).toBeGreaterThan(0);
  });

  it("stops where the tables are too large", () => {
    const { bytes } = qcow2Image(medium, { clusterBits: 9 });
    const memory = new MemorySource(bytes);
    const source = {
      size: 2 ** 40,
      readInto: (target: Uint8Array, at: number) => {
        target.fill(0);
        memory.readInto(target, at);
        return target.length;
      },
      runsIn: () => [],
    };
    const image = qcowFormat.open([{ name: "d", source }]);
    image.check!();
    expect(codesOf(image)).toEqual(["image/qcow-not-checked"]);
  });

  it("finds what the header says wrongly", () => {
    const short = qcow2Image(medium, { clusterBits: 9 }).bytes;
    view(short).setUint32(36, 1);
    expect(openIn(only(short), "d.qcow2").findings).toMatchObject([
      { code: "image/structure-damaged", params: { structure: "L1 table", problem: "too short for the medium" } },
    ]);
    expect(bytesByKind(openIn(only(short), "d.qcow2"))["missing"]).toBe(medium.length - 64 * 512);
    const cut = openIn(only(make().bytes.subarray(0, 100_000)), "d.qcow2");
    cut.check!();
    expect(codesOf(cut)).toContain("image/outside-file");
    const far = make().bytes;
    view(far).setBigUint64(40, 0x10000000n);
    expect(codesOf(openIn(only(far), "d.qcow2"))).toContain("image/truncated");
    const twice = qcow2Image(medium, {
      extensions: [
        [0xe2792aca, Buffer.from("raw")],
        [0xe2792aca, Buffer.from("raw")],
      ],
    });
    expect(codesOf(openIn(only(twice.bytes), "d.qcow2"))).toEqual(["image/structure-damaged"]);
    for (const autoclear of [1, 2]) {
      expect(codesOf(openIn(only(qcow2Image(medium, { autoclear }).bytes), "d.qcow2"))).toEqual([
        "image/structure-damaged",
      ]);
    }
  });
});
