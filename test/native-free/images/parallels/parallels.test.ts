/** Parallels images and bundles written from the specification, by QEMU, and a public sample. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { parallelsFormat } from "../../../../native-free/images/parallels/format.ts";
import { mixedMedium, sha256Of } from "../../../fixtures/ewf-set.ts";
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
  chained,
  chainedStates,
  descriptor,
  guidNumber,
  olderParallelsMedium,
  parallelsImage,
  sampleSets,
  split,
  type Described,
} from "../../../fixtures/images/parallels.ts";
import { publicSample } from "../../../fixtures/images/public-samples.ts";
import { qemuAbsent, QemuFolder } from "../../../fixtures/images/qemu.ts";

const medium = mixedMedium(200 * 1024);
const only = (bytes: Uint8Array) => openIn(new Map([["d.hds", bytes]]), "d.hds");
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const factsOf = (image: { facts: readonly { name: string; value: string | number }[] }) =>
  Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));
const refusal = (code: string, params: object) => expect.objectContaining({ code, params });

describe.each(sampleSets)("$name", (set) => {
  it("reads as its medium, in any order, and checks", () => {
    const { name, bytes } = set.files[0]!;
    expect(parallelsFormat.detect(probeOf({ name, source: new MemorySource(bytes) }))).toBe("certain");
    const image = openIn(filesOf(set), set.first);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check!();
    image.check!();
    expect(image.findings).toEqual([]);
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

describe("a Parallels image", () => {
  it("says how it is made and whether it was closed", () => {
    const image = only(parallelsImage(medium, { inUse: 0x746f6e59, extension: true, flags: 1 }));
    expect(factsOf(image)).toEqual({
      version: 2,
      kind: "WithouFreSpacExt",
      "block-bytes": 8192,
      geometry: "8/16",
      features: "dirty bitmap",
      clean: "no",
    });
    expect(codesOf(image)).toEqual(["image/not-closed"]);
    image.check!();
    expect(image.findings).toContainEqual(
      expect.objectContaining({ params: { structure: "header", problem: "marked as empty" } }),
    );
    expect(factsOf(only(parallelsImage(medium)))["clean"]).toBe("yes");
    expect(factsOf(only(parallelsImage(medium, { inUse: 0 })))).not.toHaveProperty("clean");
  });

  it("is refused where it cannot be, and told of where it contradicts itself", () => {
    const changed = (change: (bytes: DataView) => void, options = {}) => {
      const bytes = parallelsImage(medium, options);
      change(view(bytes));
      return () => only(bytes);
    };
    expect(changed((bytes) => bytes.setUint32(16, 3, true))).toThrowError(
      refusal("image/unsupported", { feature: "version 3" }),
    );
    expect(changed((bytes) => bytes.setUint32(28, 0, true))).toThrowError(
      refusal("image/structure-damaged", { structure: "header", problem: "size of a cluster" }),
    );
    expect(changed((bytes) => bytes.setUint32(40, 0xffffffff, true))).toThrowError(
      refusal("structure/number-too-large", {}),
    );
    expect(() => parallelsFormat.open([])).toThrowError(refusal("image/not-recognised", { segments: 0 }));
    const told = (change: (bytes: DataView) => void, options = {}) =>
      changed(change, options)().findings.map(({ params }) => params["problem"] ?? params["expected"]);
    expect(told((bytes) => bytes.setUint32(32, 3, true))).toEqual(["too short for the medium"]);
    expect(told((bytes) => bytes.setUint32(48, 1, true))).toContain("place of the data");
    expect(told((bytes) => bytes.setUint32(44, 7, true))).toEqual(["mark of use"]);
    expect(told((bytes) => bytes.setUint32(40, 1, true), { old: true })).toEqual(["size of the medium"]);
    expect(told((bytes) => bytes.setUint32(32, 0x1000000, true))).toContain(64 + 0x4000000);
    expect(told((bytes) => bytes.setUint32(56, 0x1000000, true))).toEqual(["place"]);
    expect(told((bytes) => bytes.setUint32(56, 16, true))).toEqual(["signature"]);
    const damaged = parallelsImage(medium, { extension: true });
    damaged[damaged.length - 1] = 1;
    expect(only(damaged).findings).toMatchObject([{ params: { structure: "format extension", problem: "checksum" } }]);
    const table = parallelsImage(medium);
    view(table).setUint32(32, 5, true);
    expect(bytesByKind(only(table))["missing"]).toBe(medium.length - 5 * 8192);
  });

  it("is checked: two claims of one cluster, clusters outside, places that cannot be, remains", () => {
    const checked = (change: (bytes: DataView) => void, options = {}) => {
      const bytes = parallelsImage(medium, options);
      change(view(bytes));
      const image = only(bytes);
      image.check!();
      return image;
    };
    const first = 64;
    expect(codesOf(checked((bytes) => bytes.setUint32(first, bytes.getUint32(first + 4, true), true)))).toEqual([
      "image/claimed-twice",
      "image/unclaimed",
    ]);
    const outside = checked((bytes) => bytes.setUint32(first, 9999, true));
    expect(codesOf(outside)).toEqual(["image/outside-file", "image/unclaimed"]);
    expect(bytesByKind(outside)["missing"]).toBe(8192);
    const odd = checked((bytes) => bytes.setUint32(first, 3, true), { old: true });
    expect(odd.findings).toContainEqual(
      expect.objectContaining({ params: { structure: "table of clusters", problem: "1 places that cannot be" } }),
    );
    const within = checked((bytes) => bytes.setUint32(first, 1, true), { old: true, clusterSectors: 1 });
    expect(bytesByKind(within)["unreadable"]).toBe(512);
    const freed = checked((bytes) => bytes.setUint32(first, 0, true));
    expect(freed.findings).toMatchObject([{ code: "image/unclaimed", params: { bytes: 8192, segment: "d.hds" } }]);
  });
});

describe("a bundle", () => {
  const open = (described: Partial<Described>, files: Record<string, Uint8Array>) => {
    const storages = [
      { start: 0, end: 400, images: [{ guid: guidNumber(1), type: "Compressed" as const, file: "a.hds" }] },
    ];
    const shots = [[guidNumber(1), guidNumber(0)]] as const;
    const text = descriptor({ sectors: 400, storages, shots, ...described });
    return openIn(new Map([["DiskDescriptor.xml", text], ...Object.entries(files)]), "");
  };
  const image = parallelsImage(medium);

  it("says its name and keeps its snapshots as further media", () => {
    const opened = openIn(filesOf(chained), "");
    expect(opened.facts.map(({ name, value }) => [name, value])).toEqual([
      ["kind", "one storage"],
      ["label", "Büro & Lager"],
      ["uuid", guidNumber(77)],
      ["state-uuid", "5fbaabe3-6958-40ff-92a7-860e329aab41"],
      ["parent-uuid", guidNumber(2)],
      ["geometry", "8/16/32"],
      ["block-bytes", 8192],
      ["snapshot", guidNumber(1)],
      ["snapshot", guidNumber(2)],
    ]);
    expect(opened.others!.map(({ name }) => name)).toEqual([...chainedStates.keys()]);
    for (const { name, open: openState } of opened.others!) {
      expect(Buffer.compare(mediumOf(openState()), chainedStates.get(name)!)).toBe(0);
    }
  });

  it("is opened by its description and by any of its images, with what lies below", () => {
    for (const first of ["DiskDescriptor.xml", "d.hdd.0.current.hds"]) {
      const opened = openIn(filesOf(chained), first);
      expect([Buffer.compare(mediumOf(opened), chained.medium), opened.findings]).toEqual([0, []]);
    }
    const middle = openIn(filesOf(chained), "d.hdd.0.middle.hds");
    expect(Buffer.compare(mediumOf(middle), olderParallelsMedium)).toBe(0);
    const files = filesOf(chained) as Map<string, Uint8Array>;
    files.delete("d.hdd.0.root.hds");
    const cut = openIn(files, "d.hdd.0.middle.hds");
    expect(codesOf(cut)).toContain("image/parent-missing");
    expect(bytesByKind(cut)["missing"]).toBeGreaterThan(0);
  });

  it("names what is missing: a storage, a parent, a file that cannot be opened, a gap", () => {
    const without = (set: typeof chained, name: string) => {
      const files = filesOf(set) as Map<string, Uint8Array>;
      files.delete(name);
      return openIn(files, "");
    };
    const storage = without(split, "b.hds");
    expect(storage.findings).toMatchObject([{ code: "image/segment-missing", params: { segment: 1 } }]);
    expect(bytesByKind(storage)["missing"]).toBe(200 * 1024);
    const parent = without(chained, "d.hdd.0.middle.hds");
    expect(codesOf(parent)).toEqual(["image/parent-missing"]);
    expect(bytesByKind(parent)["missing"]).toBeGreaterThan(0);
    expect(codesOf(without(chained, "d.hdd.0.current.hds"))).toEqual(["image/segment-missing"]);
    expect(codesOf(open({}, { "a.hds": new Uint8Array(600) }))).toEqual([
      "image/not-recognised",
      "image/segment-missing",
    ]);
    const part = (start: number, end: number) => ({
      start,
      end,
      images: [{ guid: guidNumber(1), type: "Plain" as const, file: "a.hds" }],
    });
    const gap = open({ storages: [part(0, 100), part(300, 400)] }, { "a.hds": medium.slice(0, 100 * 512) });
    expect(codesOf(gap)).toEqual(["image/structure-damaged"]);
    expect(bytesByKind(gap)).toEqual({ data: 200 * 512, missing: 200 * 512 });
  });

  it("ends a circle of snapshots, and takes the state that is nobody's parent where none is told", () => {
    const shots = [
      [guidNumber(1), guidNumber(2)],
      [guidNumber(2), guidNumber(1)],
    ] as const;
    const images = [1, 2].map((number) => ({
      guid: guidNumber(number),
      type: "Compressed" as const,
      file: `${number}.hds`,
    }));
    const storages = [{ start: 0, end: 400, images }];
    const empty = parallelsImage(medium.slice().fill(0));
    const circle = open({ storages, shots }, { "1.hds": empty, "2.hds": empty });
    expect(codesOf(circle)).toEqual(["image/parent-cycle", "image/parent-missing"]);
    expect(bytesByKind(circle)).toEqual({ missing: medium.length });
    const leaf = open({ storages, shots: [[guidNumber(2), guidNumber(1)]] }, { "1.hds": image, "2.hds": empty });
    expect(factsOf(leaf)["state-uuid"]).toBe(guidNumber(2));
    expect(Buffer.compare(mediumOf(leaf), medium)).toBe(0);
  });

  it("is refused where it is encrypted, padded or describes nothing", () => {
    const files = { "a.hds": image };
    expect(() => open({ engine: guidNumber(5) }, files)).toThrowError(
      refusal("image/encrypted", { scheme: "Parallels" }),
    );
    expect(() => open({ padding: 1 }, files)).toThrowError(refusal("image/unsupported", { feature: "padding" }));
    expect(() => open({ storages: [] }, files)).toThrowError(refusal("image/not-recognised", { segments: 1 }));
    const hollow = [{ start: 0, end: 400, images: [] }];
    expect(() => open({ storages: hollow }, files)).toThrowError(refusal("image/not-recognised", { segments: 1 }));
  });

  it("is read in time however deep its description nests", () => {
    const images = [{ guid: guidNumber(1), type: "Compressed" as const, file: "a.hds" }];
    const text = descriptor({ sectors: 400, storages: [{ start: 0, end: 400, images }], shots: [] });
    const deep = Buffer.concat([text, Buffer.from("<a>".repeat(200_000)), Buffer.from("</a>".repeat(200_000))]);
    const files = new Map([
      ["DiskDescriptor.xml", new Uint8Array(deep)],
      ["a.hds", image],
    ]);
    expect(codesOf(openIn(files, ""))).toEqual(["image/structure-damaged"]);
  }, 4000);

  it("is told of where its snapshots do not hold together", () => {
    const codes = (described: Partial<Described>) => codesOf(open(described, { "a.hds": image }));
    expect(codes({})).toEqual([]);
    expect(codes({ shots: [] })).toEqual([]);
    expect(codes({ shots: [[guidNumber(2), guidNumber(0)]] })).toEqual(["image/structure-damaged"]);
    expect(codes({ shots: [[guidNumber(1), "not a guid"]] })).toEqual(["image/structure-damaged"]);
    expect(codes({ top: guidNumber(3) })).toEqual(["image/structure-damaged"]);
    expect(codes({ shots: [[guidNumber(1), guidNumber(2)]] })).toContain("image/structure-damaged");
  });

  it("is told of where the description and the images differ", () => {
    const images = [{ guid: guidNumber(1), type: "Compressed" as const, file: "a.hds" }];
    const opened = open(
      { sectors: 500, storages: [{ start: 0, end: 420, blockSectors: 8, images }] },
      { "a.hds": image },
    );
    expect(opened.findings.map(({ params }) => params["field"])).toEqual(["sectors", "size", "block size"]);
    expect(bytesByKind(opened)["missing"]).toBe(20 * 512);
    const text = descriptor({ sectors: 400, storages: [{ start: 0, end: 400, images }], shots: [] });
    const torn = openIn(
      new Map([
        ["DiskDescriptor.xml", text.subarray(0, text.length - 40)],
        ["a.hds", image],
      ]),
      "",
    );
    expect(codesOf(torn)).toEqual(["image/structure-damaged"]);
    expect(Buffer.compare(mediumOf(torn), medium)).toBe(0);
  });
});

describe("with QEMU", () => {
  const qemu = new QemuFolder();
  afterAll(() => qemu.remove());
  beforeEach(({ skip }) => {
    if (qemuAbsent) skip("needs qemu-img and qemu-io");
  });

  it.each(["64k", "1M"])("images that it wrote, clusters of %s", (cluster) => {
    writeFileSync(join(qemu.path, "m.raw"), mixedMedium(5 << 20).fill(0, 1 << 20, 3 << 20));
    qemu.run("qemu-img", "convert", "-f", "raw", "-O", "parallels", "-o", `cluster_size=${cluster}`, "m.raw", "a.hds");
    qemu.run("qemu-io", "-f", "parallels", "-c", "write -P 0x41 5000 7000", "-c", "write -P 0x42 2M 3000", "a.hds");
    const image = qemu.open("a.hds");
    expect(Buffer.compare(mediumOf(image), qemu.reference("a.hds", "-f", "parallels"))).toBe(0);
    image.check!();
    expect(image.findings).toEqual([]);
  });

  it.each([true, false])("it reads what we wrote, old: %s", (old) => {
    writeFileSync(join(qemu.path, "ours.hds"), parallelsImage(medium, { old, clusterSectors: 8 }));
    expect(Buffer.compare(qemu.reference("ours.hds", "-f", "parallels"), medium)).toBe(0);
  });
});

describe("a public sample", () => {
  it("reads as others read it", ({ skip }) => {
    const sample = publicSample("qemu/tests/qemu-iotests/sample_images/parallels-v1.bz2");
    if (!sample) return skip("needs ../shared/data");
    const image = only(sample.bytes);
    expect([image.size, sha256Of(image)]).toEqual([sample.size, sample.sha256]);
    image.check!();
    expect(image.findings).toEqual([]);
  });
});
