/** What a QCOW file keeps beside its medium: snapshots, states of machines, content in another file. */
import { describe, expect, it } from "vitest";
import { olderMedium, qcow2Image } from "../../../fixtures/images/qcow.ts";
import { bytesByKind, codesOf, mediumOf, openIn } from "../../../fixtures/images/opened-set.ts";
import { mixedMedium } from "../../../fixtures/ewf-set.ts";

const medium = mixedMedium(300 * 1024);
const only = (bytes: Uint8Array) => new Map([["d.qcow2", bytes]]);
const factsOf = (image: { facts: readonly { name: string; value: string | number }[] }) =>
  Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));

describe("media beside the current one", () => {
  it("are snapshots and states of machines", () => {
    const state = mixedMedium(50_000);
    const { bytes } = qcow2Image(medium, {
      clusterBits: 12,
      snapshots: [
        { name: "before", medium: olderMedium },
        { name: "before", medium, state },
        { name: "", medium },
      ],
    });
    const image = openIn(only(bytes), "d.qcow2");
    expect(image.others!.map(({ name }) => name)).toEqual(["before", "before#1", "before#1:vmstate", "3"]);
    const [before, , memory] = image.others!.map((other) => other.open());
    expect(Buffer.compare(mediumOf(before!), olderMedium)).toBe(0);
    expect(Buffer.compare(mediumOf(memory!), state)).toBe(0);
    expect(factsOf(before!)).toMatchObject({ label: "before", serial: "1", created: "2023-11-14T22:13:20.250Z" });
    expect(factsOf(memory!)["media-kind"]).toBe("state of a machine");
    expect(image.facts.filter(({ name }) => name === "snapshot")).toHaveLength(3);
  });

  it("that the table does not hold are told of", () => {
    const { bytes } = qcow2Image(medium, { snapshots: [{ name: "a", medium }] });
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(60, 0xffffffff);
    const image = openIn(only(bytes), "d.qcow2");
    expect(codesOf(image)).toContain("image/structure-damaged");
    expect(mediumOf(image)).toEqual(medium);
  });
});

describe("content in another file", () => {
  it("is named as missing where that is not there", () => {
    const { bytes } = qcow2Image(medium, { dataFile: "d.data", clusterBits: 12 });
    const image = openIn(only(bytes), "d.qcow2");
    expect(codesOf(image)).toEqual(["image/qcow-data-file-missing"]);
    expect(Object.keys(bytesByKind(image)).sort()).toEqual(["missing", "sparse"]);
    const unnamed = openIn(only(qcow2Image(medium, { dataFile: "" }).bytes), "d.qcow2");
    expect(codesOf(unnamed)).toEqual(["image/qcow-data-file-missing"]);
  });
});
