/** Virtual disks of VMware: their sets, their parents, and every kind of damage that is told. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormatOf, probeOf } from "../../../../native-free/images/index.ts";
import { vmdkFormat } from "../../../../native-free/images/vmdk/format.ts";
import { vmdkSegmentNames } from "../../../../native-free/images/vmdk/names.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";
import { bytesByKind, codesOf, filesOf, mediumOf, openIn, readsAlike } from "../../../fixtures/images/opened-set.ts";
import { monolithic, sampleSets, vmdkMedium } from "../../../fixtures/images/vmdk.ts";
import { cowdExtent, descriptorText, sparseExtent } from "../../../fixtures/images/vmdk-extents.ts";

const sectors = vmdkMedium.length / 512;
const setOf = (name: string) => new Map(filesOf(sampleSets.find((set) => set.name === `VMDK, ${name}`)!));
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** A file of a set with some of its bytes changed. */
function changed(files: Map<string, Uint8Array>, name: string, change: (view: DataView, bytes: Uint8Array) => void) {
  const bytes = Uint8Array.from(files.get(name)!);
  change(new DataView(bytes.buffer), bytes);
  return new Map(files).set(name, bytes);
}

const edited = (files: Map<string, Uint8Array>, name: string, edit: (text: string) => string) =>
  new Map(files).set(name, Buffer.from(edit(Buffer.from(files.get(name)!).toString("latin1")), "latin1"));

describe("a sample", () => {
  it.each(sampleSets.map((set) => [set.name, set] as const))("reads as it should: %s", (_, set) => {
    const image = openIn(filesOf(set), set.first);
    expect(image.size).toBe(set.medium.length);
    expect(same(mediumOf(image), set.medium)).toBe(true);
    expect(readsAlike(image, set.medium)).toBe(true);
    expect(Object.keys(bytesByKind(image)).every((kind) => kind === "data" || kind === "sparse")).toBe(true);
    image.check?.();
    image.check?.();
    expect(image.findings).toEqual([]);
  });

  it("is found from any of its files", () => {
    for (const name of ["split sparse", "split flat", "flat", "VMware 3, split"]) {
      const files = setOf(name);
      for (const file of files.keys()) expect(same(mediumOf(openIn(files, file)), vmdkMedium), file).toBe(true);
    }
    const files = setOf("snapshot of ESX");
    expect(openIn(files, "disk-000001-delta.vmdk").facts).toContainEqual({ name: "kind", value: "vmfsSparse" });
    // Under another name only what it says leads to the extents.
    const flat = setOf("flat");
    const renamed = new Map([...flat].map(([name, bytes]) => [name === "disk.vmdk" ? "server.vmdk" : name, bytes]));
    const image = openIn(renamed, "disk-flat.vmdk");
    expect([image.findings, same(mediumOf(image), vmdkMedium)]).toEqual([[], true]);
  });
});

describe("names", () => {
  const names = [
    "a.vmdk",
    "a-s002.vmdk",
    "a-s001.vmdk",
    "a-000001.vmdk",
    "a-000001-s001.vmdk",
    "a-ctk.vmdk",
    "b-flat.vmdk",
  ];

  it("of one disk belong together", () => {
    const set = ["a.vmdk", "a-s001.vmdk", "a-s002.vmdk"];
    for (const name of set) expect(vmdkSegmentNames(name, names)).toEqual(set);
    expect(vmdkSegmentNames("a-000001.vmdk", names)).toEqual(["a-000001.vmdk", "a-000001-s001.vmdk"]);
    expect(vmdkSegmentNames("b-flat.vmdk", names)).toEqual(["b-flat.vmdk"]);
    expect(vmdkSegmentNames("server-02.vmdk", ["server-02.vmdk", "server-01.vmdk"])).toEqual(["server-02.vmdk"]);
    expect(vmdkSegmentNames("a.vmdk.lck", names)).toEqual(["a.vmdk.lck"]);
  });

  it("in other cases are the same where there is no exact one", () => {
    expect(vmdkSegmentNames("DISK.VMDK", ["DISK.VMDK", "disk-flat.vmdk"])).toEqual(["DISK.VMDK", "disk-flat.vmdk"]);
    const both = ["Disk.vmdk", "disk.vmdk", "disk-flat.vmdk"];
    expect(vmdkSegmentNames("disk.vmdk", both)).toEqual(["disk.vmdk", "disk-flat.vmdk"]);
  });

  it("alone are not certain", () => {
    const detect = (name: string, bytes: Uint8Array) =>
      vmdkFormat.detect(probeOf({ name, source: new MemorySource(bytes) }));
    expect(detect("disk-flat.vmdk", noise(5000))).toBe("possible");
    expect(detect("disk.vmdk", noise(5000))).toBe("no");
    expect(detect("disk.vmdk", new Uint8Array(0))).toBe("no");
    expect(detect("x", setOf("sparse").get("disk.vmdk")!)).toBe("certain");
    expect(detect("x", setOf("flat").get("disk.vmdk")!)).toBe("certain");
    expect(detect("x", setOf("VMware 3, split").get("disk.vmdk")!)).toBe("certain");
    expect(detect("x", setOf("seSparse").get("disk-000001-sesparse.vmdk")!)).toBe("certain");
    expect(detect("x", Buffer.from("KDMV"))).toBe("possible");
    expect(detect("x", Buffer.from('x\ncreateType="custom"\nRW 5 ZERO\n'))).toBe("possible");
  });
});

describe("an extent", () => {
  it("that is missing leaves the others at their places", () => {
    const files = setOf("split sparse");
    files.delete("disk-s002.vmdk");
    const image = openIn(files, "disk-s003.vmdk");
    const place = { offset: 352 * 512, length: 352 * 512 };
    const params = { extent: 2, segment: "disk-s002.vmdk" };
    expect(image.findings).toEqual([{ code: "image/vmdk-extent-missing", params, ...place }]);
    const wanted = vmdkMedium.slice().fill(0, place.offset, 2 * place.offset);
    expect(same(mediumOf(image), wanted)).toBe(true);
    const [run] = [...image.runsIn(place.offset, 512)];
    expect(run).toMatchObject({ kind: "missing", place: { path: "disk-s002.vmdk", offset: 0 } });
    expect(bytesByKind(image)["missing"]).toBe(place.length);
  });

  it("that is a device is never looked for in the folder", () => {
    const lines = ['RW 100 FLAT "\\\\.\\PhysicalDrive0" 63', 'RW 8 FLAT "/dev/sda" 0', 'RW 8 FLAT "/etc/passwd" 0'];
    const files = new Map<string, Uint8Array>([
      ["disk.vmdk", Buffer.from(descriptorText({ createType: "fullDevice", extents: lines }))],
      ["PhysicalDrive0", noise(90_000)],
      ["sda", noise(90_000)],
      ["passwd", noise(4096)],
    ]);
    const image = openIn(files, "disk.vmdk");
    expect(codesOf(image)).toEqual(["image/vmdk-device-extent", "image/vmdk-device-extent"]);
    // Of a path only the last part counts, beside the descriptor.
    expect(bytesByKind(image)).toEqual({ missing: 108 * 512, data: 4096 });
    expect(image.findings[0]!.params).toEqual({ extent: 1, segment: "\\\\.\\PhysicalDrive0" });
  });

  it("that was renamed with its set is found by its number", () => {
    const files = new Map([...setOf("split flat")].map(([name, bytes]) => [name.replace("disk", "copy"), bytes]));
    const image = openIn(files, "copy-f002.vmdk");
    expect(codesOf(image)).toEqual(Array(3).fill("image/vmdk-extent-renamed"));
    expect(same(mediumOf(image), vmdkMedium)).toBe(true);
  });

  it("that the descriptor does not know is left out", () => {
    const image = openIn(setOf("split flat").set("disk-f009.vmdk", noise(512)), "disk.vmdk");
    expect(image.findings).toMatchObject([{ code: "image/segment-foreign", params: { files: 1 } }]);
  });

  it("without a descriptor is read as far as it goes", () => {
    const files = setOf("split sparse");
    files.delete("disk.vmdk");
    const whole = openIn(files, "disk-s002.vmdk");
    expect([codesOf(whole), same(mediumOf(whole), vmdkMedium)]).toEqual([["image/vmdk-no-descriptor"], true]);
    files.delete("disk-s002.vmdk");
    const gap = openIn(files, "disk-s001.vmdk");
    expect(codesOf(gap)).toEqual(["image/vmdk-extent-missing", "image/vmdk-no-descriptor"]);
    expect(same(mediumOf(gap).subarray(704 * 512), vmdkMedium.subarray(704 * 512))).toBe(true);
    files.delete("disk-s001.vmdk");
    const alone = openIn(files, "disk-s003.vmdk");
    expect(codesOf(alone)).toEqual(["image/vmdk-no-descriptor"]);
    expect(same(mediumOf(alone), vmdkMedium.subarray(704 * 512))).toBe(true);
    const flat = openIn(new Map([["disk-flat.vmdk", vmdkMedium]]), "disk-flat.vmdk");
    expect([codesOf(flat), same(mediumOf(flat), vmdkMedium)]).toEqual([["image/vmdk-no-descriptor"], true]);
    // Changes alone: what they do not have is missing, not zeros.
    const delta = cowdExtent(vmdkMedium, { parent: mixedMedium(1) });
    const changes = openIn(new Map([["disk-delta.vmdk", delta]]), "disk-delta.vmdk");
    expect(codesOf(changes)).toEqual(["image/vmdk-no-descriptor", "image/parent-missing"]);
    expect(bytesByKind(changes)["missing"]).toBe(
      vmdkMedium.filter((_, at) => at % 512 === 0).length * 512 - bytesByKind(changes)["data"]!,
    );
  });

  it("that cannot be opened is missing, the others stay", () => {
    const files = changed(setOf("split sparse"), "disk-s002.vmdk", (view) => view.setUint32(20, 17, true));
    const image = openIn(files, "disk.vmdk");
    expect(image.findings).toMatchObject([
      { code: "image/vmdk-extent-damaged", params: { extent: 2, problem: "grain size" } },
    ]);
    expect(bytesByKind(image)["missing"]).toBe(352 * 512);
  });

  it("of another size than the descriptor says is told, and the end of the disk is the larger", () => {
    const bytes = sparseExtent(vmdkMedium, {
      descriptor: descriptorText({ createType: "monolithicSparse", extents: ['RW 100 SPARSE "disk.vmdk"'] }),
    });
    const image = openIn(new Map([["disk.vmdk", bytes]]), "disk.vmdk");
    expect(image.findings).toMatchObject([
      { code: "image/vmdk-extent-size", params: { extent: 1, declared: 100, own: sectors } },
    ]);
    expect(same(mediumOf(image), vmdkMedium)).toBe(true);
    const flat = setOf("flat").set("disk-flat.vmdk", vmdkMedium.subarray(0, 5000));
    const cut = openIn(flat, "disk.vmdk");
    expect(codesOf(cut)).toEqual(["image/truncated"]);
    expect(bytesByKind(cut)).toEqual({ data: 5000, missing: vmdkMedium.length - 5000 });
    const longer = openIn(setOf("flat").set("disk-flat.vmdk", Buffer.concat([vmdkMedium, noise(700)])), "disk.vmdk");
    longer.check?.();
    expect(longer.findings).toMatchObject([{ code: "image/unclaimed", params: { at: vmdkMedium.length } }]);
  });

  it("of an unknown type is not read", () => {
    const extents = ['RW 8 VSANSPARSE "x.vmdk"', "RW 8 ZERO"];
    const text = Buffer.from(descriptorText({ createType: "vsanSparse", extents }));
    const image = openIn(
      new Map([
        ["disk.vmdk", text],
        ["x.vmdk", noise(900)],
      ]),
      "disk.vmdk",
    );
    expect(codesOf(image)).toEqual(["image/unsupported"]);
    expect(bytesByKind(image)).toEqual({ missing: 4096, sparse: 4096 });
  });
});

describe("a parent", () => {
  it("that is not there leaves its part missing", () => {
    const files = setOf("snapshot");
    files.delete("disk.vmdk");
    const image = openIn(files, "disk-000001.vmdk");
    expect(codesOf(image)).toEqual(["image/parent-missing"]);
    expect(bytesByKind(image)["missing"]).toBeGreaterThan(300_000);
    expect(image.facts).toContainEqual({ name: "parent", value: "C:\\VMs\\disk.vmdk" });
    expect(image.facts).toContainEqual({ name: "parent-uuid", value: "53554ac6" });
  });

  it("that was renamed is found by its identifier", () => {
    const files = new Map(
      [...setOf("snapshot")].map(([name, bytes]) => [name === "disk.vmdk" ? "old.vmdk" : name, bytes]),
    );
    const image = openIn(files, "disk-000001.vmdk");
    expect(codesOf(image)).toEqual(["image/vmdk-parent-by-identifier"]);
    expect(bytesByKind(image)["missing"]).toBeUndefined();
  });

  it("in another state, of another size or format is told", () => {
    const files = setOf("snapshot");
    const mismatch = (bytes: Uint8Array) => {
      const image = openIn(new Map(files).set("disk.vmdk", bytes), "disk-000001.vmdk");
      return image.findings.map(({ code, params }) => [code, params["field"]]);
    };
    const state = monolithic("disk.vmdk", vmdkMedium, { cid: "1234" }).bytes;
    expect(mismatch(state)).toEqual([["image/parent-mismatch", "content identifier"]]);
    const shorter = monolithic("disk.vmdk", vmdkMedium.subarray(0, 100 << 10)).bytes;
    expect(mismatch(shorter)).toEqual([
      ["image/parent-mismatch", "size"],
      ["image/parent-shorter", undefined],
    ]);
    expect(mismatch(vmdkMedium)).toEqual([["image/parent-mismatch", "format"]]);
  });

  it("may be the disk itself", () => {
    const options = { parentCid: "77", parent: "a.vmdk" };
    const { name, bytes } = monolithic("a.vmdk", vmdkMedium, options);
    const image = openIn(new Map([[name, bytes]]), name);
    expect(codesOf(image)).toEqual(["image/parent-cycle"]);
    expect(bytesByKind(image)["missing"]).toBeGreaterThan(0);
  });
});

describe("a descriptor", () => {
  const flat = setOf("flat");
  const problems = (edit: (text: string) => string) =>
    openIn(edited(flat, "disk.vmdk", edit), "disk.vmdk").findings.map(({ params }) => params["problem"]);

  it("is checked", () => {
    expect(problems((text) => text.replace("RW", "Rx"))).toEqual(["extent line"]);
    expect(problems((text) => text.replace("CID=5", "CID=x"))).toEqual(["content identifier"]);
    expect(problems((text) => text.slice(0, text.indexOf("# The Disk")))).toEqual(["cut off"]);
    expect(problems((text) => text.replace("version=1", "version=7\nnonsense\nCID=1"))).toEqual([
      "line",
      "value twice",
      "version",
    ]);
    expect(problems((text) => text.replace("monolithicFlat", ""))).toEqual(["type of the disk"]);
    expect(problems((text) => text.replace("#DDB", 'parentFileNameHint="x.vmdk"'))).toEqual(["parent"]);
    expect(problems((text) => text.replace(`RW ${sectors}`, "RW 10x4"))).toEqual(["extent size"]);
    // The extents are found by their names.
    expect(problems((text) => text.replace("RW ", "  "))).toEqual(["line", "no extents", undefined]);
  });

  it("names its files in its own encoding", () => {
    for (const [encoding, name, bytes] of [
      ["windows-1252", "Müller-flat.vmdk", Buffer.from("Müller", "latin1")],
      ["UTF-8", "Müller-flat.vmdk", Buffer.from("Müller")],
      ["Shift_JIS", "仮想-flat.vmdk", Buffer.from([0x89, 0xbc, 0x91, 0x7a])],
    ] as const) {
      const extents = [`RW ${sectors} FLAT "@-flat.vmdk" 0`];
      const text = descriptorText({ createType: "monolithicFlat", encoding, extents }).split("@");
      const file = Buffer.concat([Buffer.from(text[0]!), bytes, Buffer.from(text[1]!)]);
      const image = openIn(
        new Map([
          ["disk.vmdk", file],
          [name, vmdkMedium],
        ]),
        "disk.vmdk",
      );
      expect([codesOf(image), same(mediumOf(image), vmdkMedium)], encoding).toEqual([[], true]);
    }
    const unknown = problems((text) => text.replace("version=1", 'encoding="x-none"\nversion=1'));
    expect(unknown).toEqual(["encoding"]);
    const text = Buffer.from(flat.get("disk.vmdk")!).toString();
    for (const bytes of [
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`\ufeff${text}`, "utf16le"),
      Buffer.from(text.replaceAll("\n", "\r\n")),
    ]) {
      const image = openIn(new Map(flat).set("disk.vmdk", bytes), "disk.vmdk");
      image.check?.();
      expect([image.format, codesOf(image)]).toEqual(["vmdk", []]);
    }
  });

  it("says what is known of the disk", () => {
    const more = [
      'ddb.thinProvisioned = "1"',
      'ddb.longContentID = "f56c691c480fc22c0f8b7effd5dbb1b1"',
      'ddb.comment = "x"',
    ];
    const extents = ["RW 8 ZERO"];
    const text = descriptorText({ createType: "custom", extents, more: [...more, 'changeTrackPath="disk-ctk.vmdk"'] });
    const image = openIn(new Map([["disk.vmdk", Buffer.from(text)]]), "disk.vmdk");
    expect(Object.fromEntries(image.facts.map(({ name, value }) => [name, value]))).toEqual({
      kind: "custom",
      uuid: "60 00 C2 9a 5c 2f 4d 05-41 6b 1e 4d 7a 92 3e 11",
      "content-uuid": "f56c691c480fc22c0f8b7effd5dbb1b1",
      geometry: "2/16/63",
      adapter: "lsilogic",
      "hardware-version": "4",
      notes: "x",
      features: "thin provisioning, change tracking in disk-ctk.vmdk",
    });
    expect(bytesByKind(image)).toEqual({ sparse: 4096 });
  });

  it("inside an extent that is damaged leaves the extent readable", () => {
    const image = openIn(
      changed(setOf("sparse"), "disk.vmdk", (_, bytes) => bytes.fill(65, 512, 700)),
      "disk.vmdk",
    );
    expect(codesOf(image)).toEqual(["image/vmdk-no-descriptor", "image/structure-damaged"]);
    expect(same(mediumOf(image), vmdkMedium)).toBe(true);
  });
});

it("the registry finds the format by content", () => {
  const [name, bytes] = [...setOf("stream")][0]!;
  expect(imageFormatOf(probeOf({ name, source: new MemorySource(bytes) })).registration.id).toBe("vmdk");
});
