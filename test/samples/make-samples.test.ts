import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { manifestText } from "../../samples/make/make-samples.ts";
import { checkDigit, containerNumber, movementReference } from "../../samples/make/identifiers.ts";
import { deflateFixed } from "../../samples/make/deflate.ts";
import { allSamples } from "../../samples/make/samples.ts";
import fc from "fast-check";
import { inflateRawSync } from "node:zlib";

const root = fileURLToPath(new URL("../../", import.meta.url));
const samples = allSamples();

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .sort();
}

describe("the committed samples", () => {
  const folder = path.join(root, "samples", "folder");

  it("are what the script makes, no more and no less", () => {
    expect(filesBelow(folder)).toEqual(samples.map((sample) => sample.path).sort());
    for (const { path: file, data } of samples) {
      expect(readFileSync(path.join(folder, file)).equals(data), file).toBe(true);
    }
    expect(readFileSync(path.join(root, "samples", "expected.json"), "utf8")).toBe(manifestText(samples));
  });

  it("are few and small enough to live in a repository", () => {
    const total = samples.reduce((sum, { data }) => sum + data.length, 0);
    expect(total).toBeLessThan(5 << 20);
    expect(samples.length).toBeGreaterThan(40);
  });

  it("have names that every file system can hold beside each other", () => {
    const seen = new Set<string>();
    for (const { path: file } of samples) {
      const folded = file.normalize("NFC").toLowerCase();
      expect(seen.has(folded), file).toBe(false);
      seen.add(folded);
      for (const part of file.split("/"))
        expect(part).toMatch(/^[^<>:"\\|?*\u0000-\u001f]*[^<>:"\\|?*\u0000-\u001f. ]$/);
    }
  });

  it("have words of their own: no sample holds another one's, unless it says so", () => {
    const owners = new Map<string, string[]>();
    for (const { path: file, expect: wanted } of samples) {
      for (const word of wanted.words ?? []) owners.set(word, [...(owners.get(word) ?? []), file]);
    }
    expect(owners.size).toBeGreaterThan(30);
    for (const [word, files] of owners) {
      if (word !== "CSQU3054383") expect(files, word).toHaveLength(1);
    }
  });
});

describe("the copy with corners", () => {
  const parent = mkdtempSync(path.join(tmpdir(), "vestige-samples-"));
  const target = path.join(parent, "copy");
  // Not fs.rmSync: its paths are too long for the system.
  afterAll(() => execFileSync("rm", ["-rf", parent]));

  it("holds every sample and every corner that this system can make", () => {
    const script = path.join(root, "samples", "make", "make-samples.ts");
    const made = spawnSync(process.execPath, [script, "--with-corners", target], { encoding: "utf8" });
    expect(made).toMatchObject({ status: 0, stderr: "" });
    for (const { path: file } of samples) expect(lstatSync(path.join(target, file)).isFile(), file).toBe(true);
    const corners = path.join(target, "corners");
    expect(lstatSync(path.join(corners, "pipe")).isFIFO()).toBe(true);
    expect(lstatSync(path.join(corners, "loop", "up")).isSymbolicLink()).toBe(true);
    expect(lstatSync(path.join(corners, "unreadable.txt")).mode & 0o777).toBe(0);
    expect(lstatSync(path.join(corners, "sparse.bin")).size).toBe(64 << 20);
    const names = readdirSync(corners, { encoding: "buffer" });
    expect(names.some((name) => Buffer.from(name.toString("utf8"), "utf8").compare(name) !== 0)).toBe(true);
    const listing = execFileSync("find", ["."], { cwd: corners, maxBuffer: 1 << 24 })
      .toString("latin1")
      .split("\n");
    expect(Math.max(...listing.map((line) => line.length)) - "./".length).toBe(4_096);
  });
});

describe("the parts that samples are made of", () => {
  it("numbers have the check digits of the standards' examples", () => {
    expect(containerNumber("CSQU", 305438)).toBe("CSQU3054383");
    expect(checkDigit("22ITZXBZYUTJFLJXK")).toBe(6);
    expect(checkDigit("25DE3301AB12CD34A")).toBe(7);
    expect(movementReference(26, "DE", 7_000, "J")).toMatch(/^26DEQM0000007000J\d$/);
  });

  it("fixed-code DEFLATE is read back by zlib", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
        expect(new Uint8Array(inflateRawSync(deflateFixed(data)))).toEqual(data);
      }),
    );
  });
});
