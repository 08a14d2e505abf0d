/** Damage to the tables, headers and streams of virtual disks. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { vmdkFormat } from "../../../../native-free/images/vmdk/format.ts";
import { noise } from "../../../fixtures/ewf-set.ts";
import { bytesByKind, codesOf, filesOf, mediumOf, openIn, survey } from "../../../fixtures/images/opened-set.ts";
import { sampleSets, vmdkMedium } from "../../../fixtures/images/vmdk.ts";
import { cowdExtent, seSparseExtent, streamExtent } from "../../../fixtures/images/vmdk-extents.ts";

const sectors = vmdkMedium.length / 512;
const setOf = (name: string) => new Map(filesOf(sampleSets.find((set) => set.name === `VMDK, ${name}`)!));
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "nothing thrown";
};
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** A file of a set with some of its bytes changed. */
function changed(files: Map<string, Uint8Array>, name: string, change: (view: DataView, bytes: Uint8Array) => void) {
  const bytes = Uint8Array.from(files.get(name)!);
  change(new DataView(bytes.buffer), bytes);
  return new Map(files).set(name, bytes);
}

it.each(sampleSets.map((set) => [set.name, set] as const))("a damaged image gives findings: %s", (_, set) => {
  const { outcomes, faults } = survey(set, 100, 24);
  expect(faults).toEqual([]);
  expect(outcomes.get("read") ?? 0).toBeGreaterThan(100);
});

describe("the tables", () => {
  const copyAt = 21 * 512;
  const directoryAt = (21 + 5) * 512;

  it("are taken from their copy where they are damaged", () => {
    const files = setOf("sparse");
    const lost = changed(files, "disk.vmdk", (view) => view.setUint32(directoryAt, 0x7fffffff, true));
    const wiped = changed(files, "disk.vmdk", (_, bytes) => bytes.fill(0, directoryAt + 512, directoryAt + 512 + 2048));
    const torn = changed(files, "disk.vmdk", (view) => view.setUint32(directoryAt + 512, 0x7fffffff, true));
    const away = changed(files, "disk.vmdk", (view) => view.setUint32(56, 0x7fffffff, true));
    for (const [damaged, codes] of [
      [lost, ["image/structure-replaced", "image/structure-replaced"]],
      [wiped, ["image/structure-replaced"]],
      [torn, ["image/structure-replaced"]],
      [away, ["image/structure-replaced"]],
    ] as const) {
      const image = openIn(damaged, "disk.vmdk");
      expect(same(mediumOf(image), vmdkMedium)).toBe(true);
      expect(codesOf(image)).toEqual(codes);
    }
  });

  it("are compared with their copy", () => {
    const files = changed(setOf("sparse"), "disk.vmdk", (view) => {
      view.setUint32(copyAt + 512, view.getUint32(copyAt + 516, true), true);
    });
    const image = openIn(files, "disk.vmdk");
    expect(same(mediumOf(image), vmdkMedium)).toBe(true);
    expect(image.findings).toEqual([]);
    image.check?.();
    expect(codesOf(image)).toEqual(["image/structures-differ"]);
    const absent = changed(setOf("sparse"), "disk.vmdk", (view) => view.setUint32(48, 0x7fffffff, true));
    expect(openIn(absent, "disk.vmdk").findings).toMatchObject([{ code: "image/structure-damaged" }]);
  });

  it("may claim a place twice, leave one to nobody, or lead out of the file", () => {
    const twice = changed(setOf("sparse"), "disk.vmdk", (view) => {
      for (const at of [copyAt + 512, directoryAt + 512]) view.setUint32(at, view.getUint32(at + 4, true), true);
    });
    const image = openIn(twice, "disk.vmdk");
    image.check?.();
    expect(codesOf(image)).toEqual(["image/claimed-twice", "image/unclaimed"]);
    const whole = setOf("sparse").get("disk.vmdk")!;
    const cut = openIn(new Map([["disk.vmdk", whole.subarray(0, whole.length - 10_000)]]), "disk.vmdk");
    expect(bytesByKind(cut)["missing"]).toBe(10_000);
    cut.check?.();
    expect(cut.findings).toMatchObject([{ code: "image/outside-file", params: { blocks: 2 } }]);
  });

  it("hide nothing in the room behind the descriptor or in the header", () => {
    const files = changed(setOf("sparse"), "disk.vmdk", (_, bytes) => bytes.set([1, 2, 3], 5000));
    const image = openIn(
      changed(files, "disk.vmdk", (_, bytes) => bytes.set([9], 300)),
      "disk.vmdk",
    );
    image.check?.();
    expect(codesOf(image)).toEqual(["image/unclaimed", "image/unclaimed"]);
    const [padding, behind] = image.findings.map(({ params }) => Number(params["at"]));
    expect(padding).toBeLessThanOrEqual(300);
    expect(behind).toBeGreaterThan(512);
  });
});

describe("a header", () => {
  const sparse = setOf("sparse");
  const withHeader = (change: (view: DataView) => void) => openIn(changed(sparse, "disk.vmdk", change), "disk.vmdk");

  it("tells of a transfer as text, of a crash, and of what cannot be", () => {
    expect(codesOf(withHeader((view) => view.setUint8(75, 10)))).toEqual(["image/vmdk-line-ends"]);
    const unclean = withHeader((view) => view.setUint8(72, 1));
    expect(codesOf(unclean)).toEqual(["image/not-closed"]);
    expect(unclean.facts).toContainEqual({ name: "clean", value: "no" });
    const odd = withHeader((view) => {
      view.setUint32(4, 9, true);
      view.setUint32(44, 511, true);
    });
    expect(odd.findings.map(({ params }) => params["problem"])).toEqual(["version", "entries of a table"]);
    expect(same(mediumOf(odd), vmdkMedium)).toBe(true);
    expect(codeOf(() => withHeader((view) => view.setUint32(20, 3, true)))).toBe("image/structure-damaged");
    expect(codeOf(() => withHeader((view) => view.setUint32(16, 0xffffffff, true)))).toBe("structure/number-too-large");
    const nowhere = (view: DataView) => [48, 56].forEach((at) => view.setUint32(at, 0x7fffffff, true));
    expect(codeOf(() => withHeader(nowhere))).toBe("image/truncated");
    expect(codeOf(() => vmdkFormat.open([{ name: "a-s001.vmdk", source: new MemorySource(noise(5000)) }]))).toBe(
      "image/not-recognised",
    );
  });

  it("of seSparse tells of a journal that was not replayed", () => {
    const files = changed(setOf("seSparse"), "disk-000001-sesparse.vmdk", (view) => view.setUint32(512 + 24, 1, true));
    expect(codesOf(openIn(files, "disk-000001.vmdk"))).toEqual(["image/not-closed", "image/unsupported"]);
    const gone = changed(setOf("seSparse"), "disk-000001-sesparse.vmdk", (view) => view.setUint32(512, 1, true));
    expect(codesOf(openIn(gone, "disk-000001.vmdk"))).toEqual(["image/structure-damaged"]);
    const base = seSparseExtent(vmdkMedium);
    const odd = changed(new Map([["a-sesparse.vmdk", base]]), "a-sesparse.vmdk", (view) => view.setUint32(24, 7, true));
    expect(codeOf(() => openIn(odd, "a-sesparse.vmdk"))).toBe("image/structure-damaged");
  });

  it("of COWD tells of a crash, and of a directory that is too small", () => {
    const open = (change: (view: DataView) => void) =>
      openIn(changed(setOf("snapshot of ESX"), "disk-000001-delta.vmdk", change), "disk-000001.vmdk");
    expect(codesOf(open((view) => view.setUint32(1648, 1, true)))).toEqual(["image/not-closed"]);
    const small = open((view) => view.setUint32(24, 0, true));
    expect(codesOf(small)).toEqual(["image/structure-damaged"]);
  });

  it("of VMware 3 says which file is missing", () => {
    const files = setOf("VMware 3, split");
    files.delete("disk-02.vmdk");
    const image = openIn(files, "disk-03.vmdk");
    expect(image.findings).toMatchObject([{ code: "image/vmdk-extent-missing", params: { extent: 2 } }]);
    expect(image.size).toBe(vmdkMedium.length);
    expect(same(mediumOf(image).subarray(704 * 512), vmdkMedium.subarray(704 * 512))).toBe(true);
    const parent = cowdExtent(vmdkMedium, { old: { file: 0, files: 1, diskSectors: sectors } });
    const later = vmdkMedium.slice().fill(7, 9000, 70_000);
    const options = {
      old: { file: 0, files: 1, diskSectors: sectors },
      parent: vmdkMedium,
      parentName: "C:\\vm\\disk.vmdk",
    };
    const redo = openIn(
      new Map([
        ["disk.vmdk.REDO", cowdExtent(later, options)],
        ["disk.vmdk", parent],
      ]),
      "disk.vmdk.REDO",
    );
    expect([codesOf(redo), same(mediumOf(redo), later)]).toEqual([[], true]);
  });
});

describe("a stream", () => {
  const bytes = streamExtent(vmdkMedium);
  const open = (stream: Uint8Array) => openIn(new Map([["disk.vmdk", stream]]), "disk.vmdk");

  it("without its end is read by walking through it", () => {
    const image = open(bytes.subarray(0, bytes.length - 1536));
    expect(image.findings).toMatchObject([{ code: "image/vmdk-salvaged", params: { grains: 49 } }]);
    expect(same(mediumOf(image), vmdkMedium)).toBe(true);
    const half = open(bytes.subarray(0, bytes.length / 2));
    const { data = 0, missing = 0 } = bytesByKind(half);
    expect(missing).toBeGreaterThan(0);
    const got = mediumOf(half);
    const end = [...half.runsIn(0, half.size)].find(({ kind }) => kind === "missing")!.start;
    expect(end).toBeGreaterThan(data - 1);
    expect(same(got.subarray(0, end), vmdkMedium.subarray(0, end))).toBe(true);
  });

  it("with bytes lost in its middle is taken up again behind them", () => {
    const at = Math.floor(bytes.length / 3);
    const image = open(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 777)]));
    expect(codesOf(image)).toContain("image/vmdk-salvaged");
    const got = mediumOf(image);
    const wrong = [...image.runsIn(0, image.size)].filter(({ kind }) => kind !== "data" && kind !== "sparse");
    for (let grain = 0; grain < got.length; grain += 8192) {
      if (same(got.subarray(grain, grain + 8192), vmdkMedium.subarray(grain, grain + 8192))) continue;
      expect(
        wrong.some(({ start, length }) => start <= grain && grain < start + length),
        String(grain),
      ).toBe(true);
    }
    expect(wrong.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(4 * 8192);
  });

  it("whose first header is gone is read by its last", () => {
    const image = open(Buffer.concat([new Uint8Array(512), bytes.subarray(512)]));
    expect(codesOf(image)).toEqual(["image/structure-replaced"]);
    expect(same(mediumOf(image), vmdkMedium)).toBe(true);
    const differing = open(
      new Map(changed(new Map([["a", bytes]]), "a", (view) => view.setUint32(4, 1, true))).get("a")!,
    );
    expect(differing.findings).toMatchObject([{ code: "image/structures-differ", params: { field: "version" } }]);
  });

  it("names grains that do not unpack or belong elsewhere", () => {
    const first = 16 * 512;
    const damaged = bytes.slice();
    damaged[first + 100]! ^= 0xff;
    const image = open(damaged);
    mediumOf(image);
    expect(image.findings).toMatchObject([{ code: "image/bad-block", offset: 0, params: { problem: "deflate" } }]);
    expect(bytesByKind(image)["unreadable"]).toBe(8192);
    const moved = bytes.slice();
    moved[first] = 16;
    const other = open(moved);
    mediumOf(other);
    expect(other.findings).toMatchObject([{ code: "image/bad-block", params: { problem: "sector" } }]);
    const sized = bytes.slice();
    sized[first + 10] = 0xff;
    const large = open(sized);
    mediumOf(large);
    expect(large.findings).toMatchObject([{ code: "image/bad-block", params: { problem: "size" } }]);
  });

  it("of several tables is read in part when it is cut", () => {
    const wide = new Uint8Array(10 << 20);
    for (let at = 0; at < wide.length; at += 40_960) wide.set(noise(3000, at + 1), at);
    const stream = streamExtent(wide);
    expect(same(mediumOf(open(stream)), wide)).toBe(true);
    const cut = open(stream.subarray(0, stream.length * 0.8));
    const end = [...cut.runsIn(0, cut.size)].find(({ kind }) => kind === "missing")!.start;
    expect(end).toBeGreaterThan(7 << 20);
    expect(same(mediumOf(cut).subarray(0, end), wide.subarray(0, end))).toBe(true);
  });
});
