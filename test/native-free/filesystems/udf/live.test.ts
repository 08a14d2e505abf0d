/** Volumes made by mkudffs and genisoimage while the tests run, against `udfinfo` and what was put in. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { udfFormat } from "../../../../native-free/filesystems/udf/format.ts";
import { told } from "../../../fixtures/filesystems/udf-volume.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["--help"]).error);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-udf-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Media type, revision, size in MiB, other flags in one. */
const variants: readonly (readonly [media: string, revision: string, megabytes: number, flags: string])[] = [
  ["hd", "1.02", 4, "--blocksize=512"],
  ["hd", "2.01", 4, "--blocksize=1024"],
  ["hd", "2.01", 4, "--blocksize=4096 --bootarea=mbr"],
  ["hd", "1.50", 16, "--blocksize=8192"],
  ["hd", "2.01", 4, "--space=freedbitmap"],
  ["hd", "2.01", 4, "--space=unalloctable"],
  ["hd", "1.50", 4, "--ad=short --strategy=4096"],
  ["hd", "2.00", 4, "--ad=long --noefe"],
  ["dvd", "1.02", 4, ""],
  ["dvdram", "2.01", 4, ""],
  ["dvdrw", "2.01", 16, ""],
  ["dvdr", "2.60", 4, ""],
  ["cdr", "1.50", 4, ""],
  ["cdr", "2.01", 4, ""],
  ["cdrw", "2.01", 10, ""],
  ["bdr", "2.50", 4, ""],
  ["bdr", "2.60", 4, ""],
];

function understood(fs: FileSystem, size: number): void {
  let total = 0;
  for (const { class: kind, length } of fs.account()) {
    expect(kind).not.toBe("not-understood");
    total += length;
  }
  expect(total).toBe(size);
}

describe.skipIf(absent("mkudffs") || absent("udfinfo"))("volumes of mkudffs (skipped where it is absent)", () => {
  it.each(variants)("%s %s, %i MiB %s", (media, revision, megabytes, flags) => {
    const image = path.join(folder, "made.img");
    writeFileSync(image, "");
    truncateSync(image, megabytes << 20);
    const options = [
      "--utf8",
      `--media-type=${media}`,
      `--udfrev=${revision}`,
      "--label=Zażółć",
      ...flags.split(" ").filter(Boolean),
    ];
    execFileSync("mkudffs", [...options, image], { stdio: "pipe" });
    const told = Object.fromEntries(
      spawnSync("udfinfo", ["--utf8", image], { encoding: "utf8" })
        .stdout.split("\n")
        .map((line) => line.split("=") as [string, string]),
    );
    const fs = udfFormat.open(new MemorySource(readFileSync(image)))!;
    expect(fs.variant).toBe(`UDF ${revision}`);
    expect(fs.label).toBe("Zażółć");
    expect(String(fs.blockBytes)).toBe(told["blocksize"]);
    const facts = new Map(fs.facts.map(({ name, value }) => [name, String(value)]));
    expect(facts.get("uuid")).toBe(told["uuid"]);
    expect(facts.get("files")).toBe(told["numfiles"]);
    expect(facts.get("folders")).toBe(told["numdirs"]);
    if (facts.has("free-blocks")) expect(facts.get("free-blocks")).toBe(told["freeblocks"]);
    const entries = Array.from(fs.entries());
    expect(entries.filter(({ kind }) => kind !== "metadata")).toEqual([]);
    expect(entries.flatMap(codes)).toEqual([]);
    understood(fs, statSync(image).size);
    expect(codes(fs)).toEqual([]);
  });
});

describe.skipIf(absent("genisoimage"))("discs of genisoimage (skipped where it is absent)", () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    "/A longer name with ümlauts.bin": told(70_001, 1),
    "/empty": new Uint8Array(0),
    "/Folder/inside.txt": told(2048, 2),
    "/Folder/Deeper/bottom.dat": told(5000, 3),
  };

  function disc(): string {
    const tree = path.join(folder, "tree");
    const image = path.join(folder, "bridge.iso");
    mkdirSync(path.join(tree, "Folder", "Deeper"), { recursive: true });
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(tree, name), bytes);
    for (let i = 0; i < 200; i++) writeFileSync(path.join(tree, "Folder", `many ${i}`), told(10, i));
    const flags = ["-quiet", "-udf", "-J", "-R", "-input-charset", "utf-8", "-V", "BRIDGE"];
    execFileSync("genisoimage", [...flags, "-o", image, tree], { stdio: "pipe" });
    return image;
  }

  it("gives every file of a bridge, and accounts for its ISO 9660 side", () => {
    const image = disc();
    const fs = udfFormat.open(new MemorySource(readFileSync(image)))!;
    expect(fs.variant).toBe("UDF 1.02");
    const all = walk(fs);
    for (const [name, bytes] of Object.entries(files)) {
      const found = all.find((each) => each.path === name)!.entry;
      expect(readRange(fs.open(found), 0, found.size), name).toEqual(bytes);
      expect(found.findings).toEqual([]);
    }
    expect(all.filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated")).toHaveLength(204);
    expect(all.filter(({ entry }) => entry.nameClaim === "deleted" || entry.nameClaim === "orphan")).toEqual([]);
    understood(fs, statSync(image).size);
    // The program numbers each of its two volume descriptor sequences anew.
    expect(codes(fs)).toEqual(["filesystem/structures-differ"]);
  });

  it.skipIf(absent("7z"))("has the sizes and times that 7-Zip reads", () => {
    const image = disc();
    const fs = udfFormat.open(new MemorySource(readFileSync(image)))!;
    const text = execFileSync("7z", ["l", "-slt", "-tudf", image], {
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
    });
    const rows = text
      .split("\n\n")
      .map((block) => Object.fromEntries(block.split("\n").map((line) => line.split(" = ") as [string, string])))
      .filter((row) => row["Folder"] === "-");
    const ours = new Map(walk(fs).map(({ path: name, entry }) => [name.slice(1), entry]));
    for (const row of rows) {
      const entry = ours.get(row["Path"]!)!;
      expect(String(entry.size), row["Path"]).toBe(row["Size"]);
      const modified = entry.times.find(({ kind }) => kind === "m")!.value;
      expect(Math.floor(Date.parse(modified) / 1000)).toBe(
        Math.floor(Date.parse(`${row["Modified"]!.replace(" ", "T")}Z`) / 1000),
      );
    }
    expect(rows).toHaveLength(204);
  });
});
