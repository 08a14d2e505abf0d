/** cloop images written from the specification, read by QEMU, and a public sample. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { cloopFormat } from "../../../../native-free/images/cloop/format.ts";
import { probeOf } from "../../../../native-free/images/index.ts";
import { cloopImage, sampleSets } from "../../../fixtures/images/cloop.ts";
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

const block = 16384;
const medium = mixedMedium(10 * block);
const only = (bytes: Uint8Array) => openIn(new Map([["d.cloop", bytes]]), "d.cloop");
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const indexAt = (number: number) => 136 + number * 8;

describe.each(sampleSets)("$name", (set) => {
  it("reads as its medium, in any order, and checks", () => {
    const { name, bytes } = set.files[0]!;
    expect(cloopFormat.detect(probeOf({ name, source: new MemorySource(bytes) }))).toBe("certain");
    const image = openIn(filesOf(set), set.first);
    expect(Buffer.compare(mediumOf(image), set.medium)).toBe(0);
    expect(readsAlike(image, set.medium)).toBe(true);
    image.check!();
    image.check!();
    expect([image.findings, bytesByKind(image)]).toEqual([[], { data: set.medium.length }]);
  });

  it("is survived when damaged or cut", () => {
    const { outcomes, faults } = survey(set, 80, 20);
    expect(faults).toEqual([]);
    expect(outcomes.get("read")).toBeGreaterThan(10);
  });
});

describe("a cloop image", () => {
  const changed = (change: (bytes: DataView) => void, options = {}) => {
    const bytes = cloopImage(medium, options);
    change(view(bytes));
    return bytes;
  };

  it("is refused where it cannot be", () => {
    const refusal = (code: string, params: object) => expect.objectContaining({ code, params });
    expect(() => only(changed((bytes) => bytes.setUint32(128, 1000)))).toThrowError(
      refusal("image/structure-damaged", { structure: "header", problem: "size of a block" }),
    );
    const footed = cloopImage(medium, { footer: true });
    view(footed).setUint32(footed.length - 4, 0xffffffff);
    expect(() => only(footed)).toThrowError(
      refusal("image/structure-damaged", { structure: "index", problem: "length" }),
    );
    expect(() => cloopFormat.open([])).toThrowError(refusal("image/not-recognised", { segments: 0 }));
    expect(() => cloopFormat.open([{ name: "d", source: new MemorySource(new Uint8Array(50)) }])).toThrowError(
      refusal("image/not-recognised", { segments: 1 }),
    );
  });

  it("names blocks that cannot be unpacked or are packed in a way that is not read", () => {
    const image = only(changed((bytes) => bytes.setUint32(bytes.getUint32(indexAt(1) + 4) + 20, 0)));
    expect(
      mediumOf(image)
        .subarray(block, 2 * block)
        .every((byte) => byte === 0),
    ).toBe(true);
    expect(image.findings).toMatchObject([
      { code: "image/bad-block", offset: block, length: block, params: { problem: "zlib" } },
    ]);
    expect(bytesByKind(image)["unreadable"]).toBe(block);
    const xz = only(cloopImage(medium, { version: 4, packing: (number) => (number === 3 ? 2 : 0) }));
    mediumOf(xz);
    expect(xz.findings).toMatchObject([{ offset: 3 * block, params: { problem: "xz is not read" } }]);
  });

  it("is checked: order, places outside, what is cut off, what belongs to nothing", () => {
    const checked = (bytes: Uint8Array) => {
      const image = only(bytes);
      image.check!();
      return image;
    };
    const backward = checked(changed((bytes) => bytes.setUint32(indexAt(2) + 4, 200)));
    expect(backward.findings).toMatchObject([
      { code: "image/structure-damaged", params: { problem: "1 places out of order" } },
      { code: "image/claimed-twice" },
    ]);
    expect(bytesByKind(backward)["unreadable"]).toBe(2 * block);
    const outside = checked(changed((bytes) => bytes.setUint32(indexAt(10) + 4, 0x7fffffff)));
    expect(codesOf(outside)).toEqual(["image/outside-file"]);
    const whole = cloopImage(medium);
    const cut = checked(whole.subarray(0, whole.length - 100));
    expect(bytesByKind(cut)).toEqual({ data: 9 * block, missing: block });
    expect(codesOf(cut)).toEqual(["image/outside-file"]);
    const short = only(whole.subarray(0, indexAt(5) + 3));
    expect(codesOf(short)).toEqual(["image/truncated"]);
    expect(bytesByKind(short)["missing"]).toBe(medium.length);
    const longer = checked(new Uint8Array(Buffer.concat([whole, Buffer.from("left behind")])));
    expect(longer.findings).toMatchObject([{ code: "image/unclaimed", params: { bytes: 11, at: whole.length } }]);
  });
});

describe("with others", () => {
  const qemu = new QemuFolder();
  afterAll(() => qemu.remove());

  it("QEMU reads what we wrote", ({ skip }) => {
    if (qemuAbsent) return skip("needs qemu-img and qemu-io");
    writeFileSync(join(qemu.path, "ours.cloop"), cloopImage(medium));
    expect(Buffer.compare(qemu.reference("ours.cloop", "-f", "cloop"), medium)).toBe(0);
  });

  it("a public sample reads as others read it", ({ skip }) => {
    const sample = publicSample("qemu/tests/qemu-iotests/sample_images/simple-pattern.cloop.bz2");
    if (!sample) return skip("needs ../shared/data");
    const image = only(sample.bytes);
    expect([image.size, sha256Of(image)]).toEqual([sample.size, sample.sha256]);
    image.check!();
    expect(image.findings).toEqual([]);
  });
});
