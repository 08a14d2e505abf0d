/** Bochs images written from the specification, read by QEMU, and a public sample. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { bochsFormat } from "../../../../native-free/images/bochs/format.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { bochsImage, olderBochsMedium, sampleSets } from "../../../fixtures/images/bochs.ts";
import {
  bytesByKind,
  codesOf,
  filesOf,
  mediumOf,
  openIn,
  readsAlike,
  survey,
} from "../../../fixtures/images/opened-set.ts";
import { mixedMedium, sha256Of } from "../../../fixtures/ewf-set.ts";
import { publicSample } from "../../../fixtures/images/public-samples.ts";
import { qemuAbsent, QemuFolder } from "../../../fixtures/images/qemu.ts";

const medium = mixedMedium(200 * 1024);
const only = (bytes: Uint8Array, name = "d.img") => openIn(new Map([[name, bytes]]), name);
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe.each(sampleSets)("$name", (set) => {
  it("reads as its medium, in any order, and checks", () => {
    const { name, bytes } = set.files[0]!;
    expect(bochsFormat.detect(probeOf({ name, source: new MemorySource(bytes) }))).toBe("certain");
    const image = openIn(filesOf(set), set.first);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check!();
    image.check!();
    expect(image.findings).toEqual([]);
    const { data, sparse = 0, ...other } = bytesByKind(image);
    expect(other).toEqual({});
    expect(data).toBeGreaterThan(0);
    expect(sparse > 0).toBe(set.name !== "undoable");
  });

  it("is survived when damaged or cut", () => {
    const { outcomes, faults } = survey(set, 80, 20);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(20);
  });
});

describe("a Bochs image", () => {
  it("that holds changes only names what it lacks", () => {
    const bytes = bochsImage(medium, { subtype: "Volatile", below: olderBochsMedium });
    for (const name of ["x.redolog", "x.img"]) {
      const image = only(bytes, name);
      expect(codesOf(image)).toEqual(["image/parent-missing"]);
      expect(bytesByKind(image)["missing"]).toBeGreaterThan(0);
    }
    const files = new Map([
      ["x.img.redolog.a1B2c3", bytes],
      ["x.img", olderBochsMedium],
    ]);
    expect(Buffer.compare(mediumOf(openIn(files, "x.img.redolog.a1B2c3")), medium)).toBe(0);
    const broken = new Map([
      ["x.redolog", bytes],
      ["x", bytes.subarray(0, 90)],
    ]);
    expect(codesOf(openIn(broken, "x.redolog"))).toEqual(["image/not-recognised"]);
    expect(only(bochsImage(medium)).facts).toEqual([
      { name: "version", value: 2 },
      { name: "kind", value: "Growing" },
      { name: "block-bytes", value: 16384 },
    ]);
  });

  it("is refused where it cannot be, and told of where it contradicts itself", () => {
    const changed = (change: (bytes: DataView) => void) => {
      const bytes = bochsImage(medium);
      change(view(bytes));
      return () => only(bytes);
    };
    const refusal = (code: string, params: object) => expect.objectContaining({ code, params });
    expect(changed((bytes) => bytes.setUint32(64, 0x30000, true))).toThrowError(
      refusal("image/unsupported", { feature: "version 0x30000" }),
    );
    expect(changed((bytes) => bytes.setUint32(80, 100, true))).toThrowError(
      refusal("image/structure-damaged", { structure: "header", problem: "size of an extent" }),
    );
    expect(changed((bytes) => bytes.setUint32(92, 0xffffffff, true))).toThrowError(
      refusal("structure/number-too-large", {}),
    );
    expect(() => bochsFormat.open([])).toThrowError(refusal("image/not-recognised", { segments: 0 }));
    const told = (change: (bytes: DataView) => void) =>
      changed(change)().findings.map(({ params }) => params["problem"] ?? params["expected"]);
    expect(told((bytes) => bytes.setUint32(68, 20, true))).toContain("length");
    expect(told((bytes) => bytes.setUint32(72, 3, true))).toEqual(["too short for the medium"]);
    expect(told((bytes) => bytes.setUint32(76, 1, true))).toEqual(["too short for an extent"]);
    expect(told((bytes) => bytes.setUint32(72, 0x1000000, true))).toEqual([512 + 0x4000000]);
    const narrow = changed((bytes) => bytes.setUint32(76, 1, true))();
    expect(bytesByKind(narrow)["missing"]).toBeGreaterThan(0);
    const few = changed((bytes) => bytes.setUint32(72, 3, true))();
    expect(bytesByKind(few)["missing"]).toBe(medium.length - 3 * 16384);
  });

  it("is checked: two claims of one extent, extents outside, remains", () => {
    const checked = (change: (bytes: DataView) => void) => {
      const bytes = bochsImage(medium);
      change(view(bytes));
      const image = only(bytes);
      image.check!();
      return image;
    };
    expect(codesOf(checked((bytes) => bytes.setUint32(512, bytes.getUint32(516, true), true)))).toEqual([
      "image/claimed-twice",
      "image/unclaimed",
    ]);
    const outside = checked((bytes) => bytes.setUint32(512, 999, true));
    expect(codesOf(outside)).toEqual(["image/outside-file", "image/unclaimed"]);
    expect(bytesByKind(outside)["missing"]).toBe(16384);
    expect(codesOf(checked((bytes) => bytes.setUint32(512, 0xffffffff, true)))).toEqual(["image/unclaimed"]);
    // Sectors that were not written are zeros: what a wiped bitmap leaves out is told of.
    const entries = Math.ceil(medium.length / 16_384) + 1;
    expect(codesOf(checked((bytes) => bytes.setUint32(512 + entries * 4, 0, true)))).toEqual(["image/unclaimed"]);
  });
});

describe("with others", () => {
  const qemu = new QemuFolder();
  afterAll(() => qemu.remove());

  it.for([1, 2] as const)("QEMU reads what we wrote, version %i", (version, { skip }) => {
    if (qemuAbsent) return skip("needs qemu-img and qemu-io");
    writeFileSync(join(qemu.path, "ours.img"), bochsImage(medium, { version, extentBytes: 4096 }));
    expect(Buffer.compare(qemu.reference("ours.img", "-f", "bochs"), medium)).toBe(0);
  });

  it("a public sample reads as others read it", ({ skip }) => {
    const sample = publicSample("qemu/tests/qemu-iotests/sample_images/empty.bochs.bz2");
    if (!sample) return skip("needs ../shared/data");
    const image = only(sample.bytes);
    expect([image.size, sha256Of(image)]).toEqual([sample.size, sample.sha256]);
    image.check!();
    expect([image.findings, bytesByKind(image)]).toEqual([[], { sparse: sample.size }]);
  });
});
