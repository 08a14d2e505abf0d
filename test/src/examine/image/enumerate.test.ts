/** What is listed of media of every sort, without reading a content. */
import { describe, expect, it } from "vitest";
import { MemorySource, type ByteSource, type Run } from "../../../../native-free/bytes/byte-source.ts";
import type { DiskImage } from "../../../../native-free/images/index.ts";
import { l01Format } from "../../../../native-free/images/l01/format.ts";
import { RawImage } from "../../../../native-free/images/raw/image.ts";
import { usualBudgets, type SurveyBudgets } from "../../../../native-free/layers/budgets.ts";
import { LogicalMedium } from "../../../../native-free/layers/logical-medium.ts";
import { mediumOf } from "../../../../native-free/layers/resolve.ts";
import { finding, findings } from "../../../../native-free/model/findings.ts";
import { parsePath } from "../../../../native-free/model/forensic-path.ts";
import { enumerate } from "../../../../src/examine/image/enumerate.ts";
import type { EnumerationOptions } from "../../../../src/examine/image/enumeration.ts";
import type { ListedItem, ListedMedium } from "../../../../src/examine/image/listing.ts";
import type { Rank } from "../../../../src/examine/image/ranking.ts";
import { FatVolumeWriter, type FatFile } from "../../../fixtures/filesystems/fat-volume.ts";
import { l01Segments } from "../../../fixtures/images/l01.ts";
import { putEntry, putXfs } from "../../../fixtures/volumes/partition-tables.ts";

interface Listed {
  readonly items: ReadonlyMap<string, ListedItem & { readonly rank: Rank; readonly codes: readonly string[] }>;
  readonly media: readonly ListedMedium[];
  readonly volumes: readonly string[];
  readonly faults: readonly string[];
}

const rawOf = (source: ByteSource): DiskImage => new RawImage([{ name: "m.raw", source }]);
const rawBytes = (bytes: Uint8Array): DiskImage => rawOf(new MemorySource(new Uint8Array(bytes), "m.raw"));
const fat = (files: readonly FatFile[], clusters = 60) => new FatVolumeWriter({ bits: 12, clusters }, files);

function list(image: DiskImage, more: Partial<EnumerationOptions> = {}, budgets?: Partial<SurveyBudgets>): Listed {
  const items: [string, ListedItem & { rank: Rank; codes: string[] }][] = [];
  const volumes: string[] = [];
  const faults: string[] = [];
  const media = enumerate(mediumOf(image), {
    budgets: { ...usualBudgets, ...budgets },
    avoid: new Map(),
    emit: (rank, item) =>
      items.push([item.path, { ...item, rank, codes: (item.findings ?? []).map(({ code }) => code) }]),
    onVolume: (id) => volumes.push(id),
    onFault: (_id, reader, error) => faults.push(`${reader} ${String(error)}`),
    ...more,
  });
  const paths = items.map(([path, { id }]) => `${id} ${path}`);
  expect(
    paths.filter((each, index) => paths.findIndex((other) => other.slice(0, 26) === each.slice(0, 26)) < index),
  ).toEqual([]);
  for (const [path, { codes }] of items) {
    if (path !== "") expect(parsePath(`M01/${path}`), path).not.toBeNull();
    for (const code of codes) expect(findings[code], code).toBeDefined();
  }
  return { items: new Map(items), media, volumes, faults };
}

/** A boot record with one partition of these bytes from sector 64 on, and a gap behind. */
function partitioned(volume: Uint8Array): Buffer {
  const medium = Buffer.alloc(64 * 512 + volume.length + 4096);
  putEntry(medium, 0, { index: 0, type: 0x06, first: 64, count: volume.length / 512 });
  medium.set(volume, 64 * 512);
  return medium;
}

const text = (words: string): Buffer => Buffer.from(words);

describe("a medium with a file system", () => {
  const { items, media, faults } = list(
    rawBytes(
      partitioned(
        fat([
          { short: "A.TXT", data: text("words") },
          { short: "B.DLL", data: text("program") },
          { short: "EMPTY.TXT", data: Buffer.alloc(0) },
          { short: "GONE.TXT", data: text("gone"), deleted: true },
          { short: "WINDOWS", children: [{ short: "C.TXT", data: text("system") }] },
        ]).bytes,
      ),
    ),
  );
  const at = (path: string) => items.get(path);

  it("is listed in ranks", () => {
    expect(faults).toEqual([]);
    expect(media).toEqual([null]);
    expect(at("p1/fat:/A.TXT")).toMatchObject({ rank: 0, kind: "file", nameClaim: "allocated", size: 5 });
    expect(at("p1/fat:/B.DLL")).toMatchObject({ rank: 1 });
    expect(at("p1/fat:/WINDOWS/C.TXT")).toMatchObject({ rank: 1 });
    const gone = [...items.values()].find(({ nameClaim }) => nameClaim === "deleted");
    expect(gone).toMatchObject({ rank: 2, contentClaim: "unallocated" });
    expect(at("p1/fat:/A.TXT#slack")).toMatchObject({ rank: 3, kind: "space", origin: "slack", size: 507 });
    expect(at("p1/fat:/#unallocated@0")).toMatchObject({ rank: 4, kind: "space", origin: "unallocated" });
    expect(at("gap1")).toMatchObject({ rank: 4, kind: "space", origin: "gap", size: 63 * 512 });
    expect(at("gap2")).toMatchObject({ rank: 4, size: 4096 });
  });

  it("has parents and structural keys", () => {
    const root = at("p1/fat:/");
    expect(root).toMatchObject({ kind: "directory", parent: at("")?.id });
    expect(at("p1/fat:/A.TXT")?.parent).toBe(root?.id);
    expect(at("p1/fat:/WINDOWS/C.TXT")?.parent).toBe(at("p1/fat:/WINDOWS")?.id);
    expect(at("p1/fat:/A.TXT#slack")?.parent).toBe(at("p1/fat:/A.TXT")?.id);
    expect(at("p1/fat:/A.TXT")?.chain.slice(0, 1)).toEqual(["image"]);
    expect(at("p1/fat:/A.TXT")?.chain[1]).toMatch(/^volume:64\+\d+$/);
  });

  it("does not open what has no content", () => {
    expect(at("p1/fat:/WINDOWS")?.place).toMatchObject({ what: "entry", read: false });
    expect(at("")?.place).toBeNull();
    expect(at("p1/fat:/EMPTY.TXT")).toMatchObject({ size: 0, contentClaim: "allocated" });
  });
});

describe("a deleted file whose clusters belong to another one", () => {
  it("is listed and not read", () => {
    const volume = fat([
      { short: "OLD.TXT", data: text("old"), deleted: true, clusters: [9] },
      { short: "NEW.TXT", data: text("new"), clusters: [9] },
    ]);
    const old = [...list(rawBytes(volume.bytes)).items.values()].find(({ nameClaim }) => nameClaim === "deleted");
    expect(old).toMatchObject({ contentClaim: "overwritten", codes: expect.arrayContaining(["medium/overwritten"]) });
    expect(old?.place).toMatchObject({ read: false });
  });
});

describe("volumes that are not read", () => {
  const luks = Buffer.alloc(64 * 512);
  luks.write("LUKS\u00ba\u00be", 0, "latin1");
  luks.writeUInt16BE(1, 6);
  luks.write("aes", 8, "latin1");
  luks.write("xts-plain64", 40, "latin1");
  luks.write("sha256", 72, "latin1");
  luks.writeUInt32BE(4096, 104);
  luks.writeUInt32BE(32, 108);

  it("are one item, skipped, where they are encrypted", () => {
    const { items } = list(rawBytes(partitioned(luks)));
    expect(items.get("p1/raw:/")).toMatchObject({
      ...{ kind: "space", status: "skipped", reason: "encrypted", size: luks.length, place: null },
      codes: ["medium/volume-encrypted"],
    });
    expect([...items.keys()].filter((path) => path.startsWith("p1"))).toEqual(["p1/raw:/"]);
  });

  it("are an item and their bytes where they are known and not read", () => {
    const volume = Buffer.alloc(256 * 512);
    putXfs(volume, 0);
    volume.writeUInt16BE(512, 102);
    const { items } = list(rawBytes(partitioned(volume)));
    expect(items.get("p1/raw:/")).toMatchObject({
      status: "partial",
      reason: "unsupported",
      codes: ["medium/volume-not-read"],
    });
    expect(items.get("p1/raw:/#unallocated@0")).toMatchObject({
      origin: "unallocated",
      size: volume.length,
      status: "done",
    });
  });

  it("are anomalies where nothing is known", () => {
    const { items } = list(rawBytes(partitioned(Buffer.alloc(64 * 512, 0x11))));
    expect(items.get("p1/raw:/")).toMatchObject({ status: "done", codes: ["medium/volume-unknown"] });
    expect(list(rawBytes(Buffer.alloc(8192, 0x11))).items.get("raw:/#unallocated@0")).toMatchObject({ size: 8192 });
  });

  it("are notes where they are swap", () => {
    const swap = Buffer.alloc(256 * 512);
    swap.writeUInt32LE(1, 1024);
    swap.writeUInt32LE(31, 1028);
    swap.write("SWAPSPACE2", 4086, "latin1");
    expect(list(rawBytes(partitioned(swap))).items.get("p1/raw:/")).toMatchObject({ codes: ["medium/volume-other"] });
  });

  it("are listed in windows", () => {
    const { items } = list(rawOf(new Zeros(150 * 2 ** 20)));
    const windows = [...items].filter(([path]) => path.includes("#unallocated@"));
    expect(windows.map(([path, { size }]) => [path, size])).toEqual([
      ["raw:/#unallocated@0", 64 * 2 ** 20],
      [`raw:/#unallocated@${64 * 2 ** 20}`, 64 * 2 ** 20],
      [`raw:/#unallocated@${128 * 2 ** 20}`, 22 * 2 ** 20],
    ]);
  });

  it("are those over which threads were lost, too", () => {
    const image = rawBytes(partitioned(fat([{ short: "A.TXT", data: text("words") }]).bytes));
    const [volume = ""] = list(image).volumes;
    const found = finding("engine/timeout", { seconds: 60 });
    const { items } = list(image, {
      avoid: new Map([[volume, { rung: "recorded", reason: "timeout", finding: found }]]),
    });
    expect(items.get("p1/raw:/")).toMatchObject({ status: "failed", reason: "timeout", codes: ["engine/timeout"] });
    expect(items.has("p1/fat:/A.TXT")).toBe(false);
    expect(items.has("p1/raw:/#unallocated@0")).toBe(true);
  });

  it("are those that make us fail", () => {
    const source = new Trap(new Uint8Array(partitioned(fat([{ short: "A.TXT", data: text("words") }]).bytes)));
    const { items, faults } = list(rawOf(source), { onVolume: () => (source.armed = true) });
    expect(faults).toEqual([expect.stringMatching(/a mistake of ours/)]);
    expect(items.get("p1/raw:/")).toMatchObject({ status: "failed", reason: "fault", codes: ["engine/fault"] });
    expect(items.has("gap2")).toBe(true);
  });
});

/** Zeros without memory. */
class Zeros implements ByteSource {
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    target.fill(0, 0, count);
    return count;
  }

  *runsIn(start: number, length: number): Iterable<Run> {
    yield {
      start,
      length: Math.min(length, this.size - start),
      kind: "data",
      place: { path: "-", offset: start, exact: true },
    };
  }
}

/** Fails as only a mistake of ours does, once it is armed. */
class Trap extends MemorySource {
  armed = false;

  override readInto(target: Uint8Array, at: number): number {
    if (this.armed) throw new TypeError("a mistake of ours");
    return super.readInto(target, at);
  }
}

describe("images inside of file systems", () => {
  const inner = fat([{ short: "DEEP.TXT", data: text("deep") }]).bytes;
  const outer = fat(
    [
      { short: "DISK.IMG", data: inner },
      { short: "NOTES.IMG", data: text("no medium".repeat(99)) },
    ],
    200,
  );

  it("are media of their own", () => {
    const { items, media } = list(rawBytes(outer.bytes));
    expect(media).toMatchObject([null, { path: "fat:/DISK.IMG", host: 0, volume: "", fileSystem: "fat" }]);
    const file = items.get("fat:/DISK.IMG");
    expect(file).toMatchObject({ codes: expect.arrayContaining(["medium/nested"]), place: { treatment: "typed" } });
    expect(items.get("fat:/DISK.IMG/fat:/DEEP.TXT")).toMatchObject({ place: { medium: 1 }, rank: 0 });
    expect(items.get("fat:/DISK.IMG/fat:/")?.parent).toBe(file?.id);
    expect(items.get("fat:/NOTES.IMG")).toMatchObject({ codes: [], place: { treatment: "full" } });
  });

  it.each([{ depth: 0 }, { images: 0 }])("are not opened beyond the budget %o, and that is said", (budget) => {
    const { items, media } = list(rawBytes(outer.bytes), {}, budget);
    expect(media).toEqual([null]);
    expect(items.get("fat:/DISK.IMG")).toMatchObject({ codes: ["medium/nested-budget"], place: { treatment: "full" } });
  });

  it("are findings where they are damaged", () => {
    const damaged = Buffer.alloc(2048);
    damaged.write("QFI\u00fb", 0, "latin1");
    damaged.writeUInt32BE(99, 4);
    const { items } = list(rawBytes(fat([{ short: "VM.QCO", data: damaged }]).bytes));
    expect(items.get("fat:/VM.QCO")).toMatchObject({ place: { treatment: "full" } });
  });
});

describe("logical evidence", () => {
  it("is listed like a file system", () => {
    const image = new LogicalMedium(
      l01Format.open(
        l01Segments({
          root: { name: "", children: [{ name: "C", children: [{ name: "a.txt", content: text("logical words") }] }] },
        }).map((bytes, index) => ({ name: `m.L0${index + 1}`, source: new MemorySource(bytes) })),
      ),
    );
    const { items } = list(image);
    const files = [...items].filter(([, { kind }]) => kind === "file");
    expect(files.length).toBeGreaterThan(0);
    expect(files.every(([path]) => path.startsWith("l01:/"))).toBe(true);
  });
});
