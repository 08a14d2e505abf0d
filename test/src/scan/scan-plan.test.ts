/** What a scan goes through, and in which portions. */
import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mediumOf } from "../../../native-free/layers/resolve.ts";
import { batchesOf, listMedium, partsOfFolder, partsOfListing, type PlannedPart } from "../../../src/scan/scan-plan.ts";
import type { ScanScope } from "../../../src/scan/scan-scopes.ts";
import { findImage, openFoundImage } from "../../../src/source/image-files.ts";
import { freshFolder, writeTree } from "../../fixtures/evidence-folder.ts";
import { FatVolumeWriter } from "../../fixtures/filesystems/fat-volume.ts";

const base = freshFolder("scan-plan");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const megabyte = 1 << 20;

describe("the portions of a scan", () => {
  const part = (name: number, bytes: number): PlannedPart => ({
    ...{ item: String(name), path: null, line: 0, isDeleted: false, isSpace: false },
    ...{ from: 0, to: bytes, size: bytes },
  });
  const sizes = (parts: readonly PlannedPart[]): number[] => [...batchesOf(parts)].map((batch) => batch.length);

  it("are 64 small parts, or 4 MiB, in their order", () => {
    const small = Array.from({ length: 130 }, (_, index) => part(index, 100));
    expect(sizes(small)).toEqual([64, 64, 2]);
    expect([...batchesOf(small)].flat()).toEqual(small);
    expect(sizes([part(0, 3 * megabyte), part(1, 2 * megabyte), part(2, 64 * megabyte), part(3, 1)])).toEqual([
      2, 1, 1,
    ]);
    expect(sizes([])).toEqual([]);
  });

  it("are made as they are asked for", () => {
    let made = 0;
    const parts = (function* () {
      for (;;) yield part(made++, megabyte);
    })();
    expect(batchesOf(parts).next().value).toHaveLength(4);
    expect(made).toBe(4);
  });
});

describe("the files of a folder", () => {
  const at = (name: string): string => join(base, "folder", name);
  const planned = (folder: string): { paths: string[]; skipped: string[] } => {
    const skipped: string[] = [];
    const parts = [...partsOfFolder(folder, (path, code) => void skipped.push(`${path} ${code}`))];
    return { paths: parts.map(({ item }) => item.slice(folder.length + 1)), skipped };
  };

  beforeAll(() => {
    writeTree(at(""), {
      "b.txt": "b",
      "a.txt": "a",
      "below/deep/c.txt": "c",
      "below/d.txt": "d",
      "\u00e9.txt": "e",
      "empty.txt": "",
    });
    mkdirSync(join(base, "elsewhere"));
    writeFileSync(join(base, "elsewhere/secret.txt"), "secret");
    symlinkSync(join(base, "elsewhere"), at("link"));
    symlinkSync(join(base, "elsewhere/secret.txt"), at("link.txt"));
    symlinkSync("..", at("below/up"));
    symlinkSync(at(""), join(base, "entry"));
  });

  it("are its regular files with bytes in them, in order; links are not followed", () => {
    expect(planned(join(base, "folder"))).toEqual({
      paths: ["a.txt", "b.txt", "\u00e9.txt", "below/d.txt", "below/deep/c.txt"],
      skipped: [],
    });
  });

  it("are there with names that are no UTF-8, and shown as forensic paths show them", () => {
    const folder = join(base, "names");
    mkdirSync(folder);
    const path = Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.of(0xff)]);
    writeFileSync(path, "x");
    const [part] = partsOfFolder(folder, () => undefined);
    expect(part).toMatchObject({ item: `${folder}/bad%FF`, path: "bad\u00ff", size: 1 });
  });

  it("are found where a link names the folder itself", () => {
    expect(planned(join(base, "entry")).paths).toHaveLength(5);
  });

  it("are told as left out where the system does not give a folder", () => {
    writeTree(join(base, "busy"), { "0/x.txt": "x", "1.txt": "1", "2/y.txt": "y" });
    const skipped: string[] = [];
    const parts = partsOfFolder(join(base, "busy"), (path, code) => void skipped.push(`${path} ${code}`));
    expect(parts.next().value).toMatchObject({ path: "1.txt", from: 0, to: 1, size: 1 });
    rmSync(join(base, "busy/0"), { recursive: true });
    expect([...parts].map(({ path }) => path)).toEqual(["2/y.txt"]);
    expect(skipped).toEqual([`${join(base, "busy/0")} ENOENT`]);
  });
});

describe("the items of an image", () => {
  const image = join(base, "stick.dd");
  const listed = (scope: ScanScope): { parts: PlannedPart[]; bytes: number; items: number } => {
    const found = findImage(image);
    if (!found) throw new Error("no image");
    const file = join(base, `${scope}.jsonl`);
    const { bytes, items } = listMedium(mediumOf(openFoundImage(found).image), scope, file, () => undefined);
    return { parts: [...partsOfListing(file)], bytes, items };
  };

  beforeAll(() => {
    const { bytes } = new FatVolumeWriter({ bits: 12, clusters: 60 }, [
      { short: "A.TXT", data: Buffer.from("a") },
      { short: "GONE.TXT", data: Buffer.from("gone"), deleted: true },
      { short: "EMPTY.TXT" },
      { short: "DIR", children: [{ short: "B.TXT", data: Buffer.alloc(600, "b") }] },
    ]);
    writeFileSync(image, bytes);
  });

  it("are files, then what was deleted, then slack, then free space", () => {
    const { parts, bytes } = listed("all");
    const paths = parts.map(({ item }) => item);
    const at = (item: string | RegExp): number =>
      paths.findIndex((path) => (typeof item === "string" ? path === item : item.test(path)));
    const order = [at("fat:/A.TXT"), at(/^fat:\/%E5ONE\.TXT#\d+$/), at("fat:/A.TXT#slack"), at("fat:/#unallocated@0")];
    expect(order.every((place) => place >= 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(paths.filter((path) => /EMPTY|DIR$/.test(path))).toEqual([]);
    expect(parts.filter(({ isDeleted }) => isDeleted).map(({ item }) => item)).toEqual([
      expect.stringMatching(/ONE\.TXT#/),
    ]);
    expect(parts.filter(({ isSpace }) => isSpace).map(({ item }) => item)).toContain("fat:/#unallocated@0");
    expect(parts.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(bytes);
  });

  it("are only what no file has, where that is asked for", () => {
    const paths = listed("space").parts.map(({ item }) => item);
    expect(paths).toContain("fat:/A.TXT#slack");
    expect(paths).toContain("fat:/#unallocated@0");
    expect(paths.filter((path) => !path.includes("#"))).toEqual([]);
  });

  it("are the bytes in their order, where the medium is taken as it is", () => {
    const { parts, items } = listed("whole");
    expect(items).toBe(1);
    expect(parts).toMatchObject([{ item: "raw:/#unallocated@0", isSpace: true, from: 0, size: statSync(image).size }]);
  });
});
