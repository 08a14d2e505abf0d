/** VDI images written from the specification and by QEMU. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { vdiFormat } from "../../../../native-free/images/vdi/format.ts";
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
import { qemuAbsent, QemuFolder } from "../../../fixtures/images/qemu.ts";
import { olderVdiMedium, sampleSets, vdiImage, type VdiOptions } from "../../../fixtures/images/vdi.ts";

const medium = mixedMedium(100 * 1024);
const only = (bytes: Uint8Array) => openIn(new Map([["d.vdi", bytes]]), "d.vdi");
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe.each(sampleSets)("$name", (set) => {
  it("reads as its medium, in any order, and checks", () => {
    const { name, bytes } = set.files[0]!;
    expect(vdiFormat.detect(probeOf({ name, source: new MemorySource(bytes) }))).toBe("certain");
    const image = openIn(filesOf(set), set.first);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check!();
    image.check!();
    expect(image.findings).toEqual([]);
    const { data, sparse = 0, ...other } = bytesByKind(image);
    expect(other).toEqual({});
    expect(data).toBeGreaterThan(0);
    expect(sparse > 0).toBe(!set.name.startsWith("fixed"));
  });

  it("is survived when damaged or cut", () => {
    const { outcomes, faults } = survey(set, 40, 12);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(10);
  });
});

describe("a VDI image", () => {
  it("says who made it, when it changed and what it is based on", () => {
    const image = only(vdiImage(medium, { type: 4, parentId: 50, parent: medium.slice(0, 10) }));
    expect(Object.fromEntries(image.facts.map(({ name, value }) => [name, value]))).toMatchObject({
      version: "1.1",
      creator: "<<< Oracle VM VirtualBox Disk Image >>>",
      kind: "differencing",
      description: "Büro",
      "block-bytes": 4096,
      geometry: "10/16/63",
      uuid: "04030201-0605-0807-090a-0b0c0d0e0f10",
      "state-uuid": "68676665-6a69-6c6b-6d6e-6f7071727374",
      "parent-uuid": "35343332-3736-3938-3a3b-3c3d3e3f4041",
    });
  });

  it("names what its parent would hold where that is not there, or not in its state", () => {
    const options: VdiOptions = { type: 4, parent: medium.subarray(0, 50_000), parentId: 50 };
    const lonely = only(vdiImage(medium, options));
    expect(codesOf(lonely)).toEqual(["image/parent-missing"]);
    expect(bytesByKind(lonely)["missing"]).toBeGreaterThan(40_000);
    const unnamed = only(vdiImage(medium, { type: 4, parent: medium }));
    expect([codesOf(unnamed), bytesByKind(unnamed)["missing"]! > 0]).toEqual([["image/parent-missing"], true]);
    const files = new Map([
      ["a.vdi", vdiImage(medium, { ...options, parentStateId: 9 })],
      ["no image.vdi", new Uint8Array(700)],
      ["b.VDI", vdiImage(medium.subarray(0, 50_000), { id: 50 })],
    ]);
    const image = openIn(files, "a.vdi");
    expect(image.findings).toMatchObject([
      { code: "image/parent-mismatch", params: { field: "state" } },
      { code: "image/parent-shorter", params: { bytes: medium.length - 50_000 } },
    ]);
    expect(Buffer.compare(mediumOf(image), medium)).toBe(0);
  });

  it("checks what lies below, too", () => {
    const base = vdiImage(olderVdiMedium, { id: 50 });
    new DataView(base.buffer, base.byteOffset).setUint32(512, 0xffffffff, true);
    const top = vdiImage(medium, { type: 4, parent: olderVdiMedium, parentId: 50 });
    const files = new Map([
      ["t.vdi", top],
      ["b.vdi", base],
    ]);
    const image = openIn(files, "t.vdi");
    expect(codesOf(image)).not.toContain("image/unclaimed");
    image.check!();
    expect(codesOf(image)).toContain("image/unclaimed");
    const { length } = image.findings;
    image.check!();
    expect(image.findings).toHaveLength(length);
  });

  it("goes through a chain, and ends a circle", () => {
    const middle = vdiImage(olderVdiMedium, { type: 4, parent: medium, id: 60, parentId: 50 });
    const top = vdiImage(mixedMedium(300_000), { type: 4, parent: olderVdiMedium, id: 70, parentId: 60 });
    const files = new Map([
      ["t.vdi", top],
      ["m.vdi", middle],
      ["b.vdi", vdiImage(medium, { id: 50 })],
    ]);
    const image = openIn(files, "t.vdi");
    expect(Buffer.compare(mediumOf(image), mixedMedium(300_000))).toBe(0);
    expect(codesOf(image)).toEqual(["image/parent-shorter"]);
    const circle = new Map([
      ["t.vdi", vdiImage(medium, { type: 4, parent: medium, id: 70, parentId: 60 })],
      ["m.vdi", vdiImage(medium, { type: 4, parent: medium, id: 60, parentId: 70 })],
    ]);
    expect(codesOf(openIn(circle, "t.vdi"))).toEqual(["image/parent-cycle"]);
  });

  it("is checked: two claims of one block, blocks outside, remains, counts", () => {
    const make = () => vdiImage(medium);
    const twice = make();
    view(twice).setUint32(512, view(twice).getUint32(516, true), true);
    const checked = (bytes: Uint8Array) => {
      const image = only(bytes);
      image.check!();
      return image;
    };
    expect(codesOf(checked(twice))).toEqual(["image/claimed-twice", "image/unclaimed"]);
    const outside = make();
    view(outside).setUint32(512, 5000, true);
    expect(codesOf(checked(outside))).toEqual(["image/outside-file", "image/unclaimed"]);
    expect(bytesByKind(only(outside))["missing"]).toBe(4096);
    const freed = make();
    view(freed).setUint32(512, 0xffffffff, true);
    expect(checked(freed).findings).toMatchObject([
      { code: "image/structure-damaged", params: { structure: "header" } },
      { code: "image/unclaimed", params: { bytes: 4096, segment: "d.vdi" } },
    ]);
  });

  it("is refused where it cannot be, and told of where it contradicts itself", () => {
    const open = (change: (bytes: DataView) => void) => {
      const bytes = vdiImage(medium);
      change(view(bytes));
      return () => only(bytes);
    };
    const refusal = (code: string, params: object) => expect.objectContaining({ code, params });
    expect(open((bytes) => bytes.setUint32(68, 0x20000, true))).toThrowError(
      refusal("image/unsupported", { feature: "version 2.0" }),
    );
    expect(open((bytes) => bytes.setUint32(76, 5, true))).toThrowError(
      refusal("image/unsupported", { feature: "type 5" }),
    );
    expect(open((bytes) => bytes.setUint32(376, 100, true))).toThrowError(
      refusal("image/structure-damaged", { structure: "header", problem: "size of a block" }),
    );
    expect(open((bytes) => bytes.setUint32(372, 0xffffffff, true))).toThrowError(
      refusal("structure/number-too-large", {}),
    );
    expect(() => vdiFormat.open([])).toThrowError(refusal("image/not-recognised", { segments: 0 }));
    const told = (change: (bytes: DataView) => void) => open(change)().findings.map(({ params }) => params["problem"]);
    expect(told((bytes) => bytes.setUint32(340, 100, true))).toEqual(["place"]);
    expect(told((bytes) => bytes.setUint32(384, 5, true))).toContain("too short for the medium");
    expect(told((bytes) => bytes.setUint32(388, 500, true))).toContain("number of blocks that are used");
    expect(told((bytes) => bytes.setUint32(360, 4096, true))).toEqual(["bytes of a sector"]);
    const cut = only(vdiImage(medium).subarray(0, 20_000));
    expect(codesOf(cut)).toEqual(["image/truncated"]);
    expect(bytesByKind(cut)["missing"]).toBeGreaterThan(0);
  });
});

describe("with QEMU", () => {
  const qemu = new QemuFolder();
  afterAll(() => qemu.remove());
  beforeEach(({ skip }) => {
    if (qemuAbsent) skip("needs qemu-img and qemu-io");
  });

  it.each(["off", "on"])("images that it wrote, preallocated: %s", (preallocated) => {
    writeFileSync(join(qemu.path, "m.raw"), mixedMedium(5 << 20).fill(0, 1 << 20, 3 << 20));
    qemu.run("qemu-img", "convert", "-f", "raw", "-O", "vdi", "-o", `static=${preallocated}`, "m.raw", "a.vdi");
    qemu.run("qemu-io", "-f", "vdi", "-c", "write -P 0x41 5000 7000", "-c", "write -P 0x42 2M 3000", "a.vdi");
    const image = qemu.open("a.vdi");
    expect(Buffer.compare(mediumOf(image), qemu.reference("a.vdi", "-f", "vdi"))).toBe(0);
    image.check!();
    expect(image.findings).toEqual([]);
  });

  it("it reads what we wrote", () => {
    writeFileSync(join(qemu.path, "ours.vdi"), vdiImage(mixedMedium(3 << 20), { blockBytes: 1 << 20 }));
    expect(Buffer.compare(qemu.reference("ours.vdi", "-f", "vdi"), mixedMedium(3 << 20))).toBe(0);
  });
});
