/** Other people's programs read what we write, and we read what they wrote. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { ewfFormat } from "../../../../native-free/images/ewf/format.ts";
import type { EwfImage } from "../../../../native-free/images/ewf/image.ts";
import { openEwf } from "../../../../native-free/images/ewf/open.ts";
import { ewfSegmentName } from "../../../../native-free/images/ewf/segment-name.ts";
import { ewfSet, mixedMedium, noise, sha256Of, type SetOptions } from "../../../fixtures/ewf-set.ts";

const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["-V"]).error);
const CHUNK = 32768;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-ewf-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(tool: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: "utf8" });
  expect(status, `${tool}: ${stdout}${stderr}`).toBe(0);
  return stdout;
}

function write(name: string, medium: Uint8Array, options: SetOptions = {}): string {
  for (const [index, bytes] of ewfSet(medium, options).segments.entries()) {
    writeFileSync(path.join(folder, `${name}.${ewfSegmentName(index + 1)}`), bytes);
  }
  return `${name}.E01`;
}

function openFiles(place: string, name: string): EwfImage {
  const names = ewfFormat.segmentsOf(name, readdirSync(place));
  return openEwf(
    names.map((file) => ({ name: file, source: new MemorySource(readFileSync(path.join(place, file)), file) })),
  );
}

const media: readonly (readonly [name: string, medium: Uint8Array, options: SetOptions])[] = [
  ["empty", new Uint8Array(0), {}],
  ["sector", noise(512), {}],
  ["short", mixedMedium(63 * 512), {}],
  ["even", mixedMedium(64 * 512), {}],
  ["odd", mixedMedium(65 * 512), {}],
  ["stored", mixedMedium(9 * CHUNK + 1024), { level: 0 }],
  ["best", mixedMedium(9 * CHUNK + 1024), { level: 9 }],
  ["wide", mixedMedium(4096 * 65), { bytesPerSector: 4096 }],
  ["split", mixedMedium(20 * CHUNK), { segmentBytes: 90_000 }],
  ["many", noise(102 * CHUNK), { segmentBytes: 50_000 }],
  ["tables", new Uint8Array(16_376 * CHUNK), {}],
];

describe("libewf and The Sleuth Kit", () => {
  for (const [name, medium, options] of media) {
    it(`read what we write: ${name}`, ({ skip }) => {
      if (absent("ewfverify")) skip("ewf-tools are absent");
      const first = write(name, medium, options);
      expect(run("ewfverify", "-q", "-d", "sha1", first)).toContain("ewfverify: SUCCESS");
      // The half-gigabyte of zeros is verified only.
      if (medium.length === 0 || medium.length > 1 << 23) return;
      run("ewfexport", "-q", "-u", "-f", "raw", "-t", `${name}.out`, first);
      expect(readFileSync(path.join(folder, `${name}.out.raw`)).equals(medium)).toBe(true);
    });
  }

  it("show its metadata, media facts and bad sectors", ({ skip }) => {
    if (absent("ewfinfo")) skip("ewf-tools are absent");
    const info = run(
      "ewfinfo",
      "-d",
      "iso8601",
      write("info", mixedMedium(300 * 512), { badSectors: [{ first: 3, count: 2 }] }),
    );
    const field = (name: string): string => new RegExp(`^\\t${name}:\\s*(.*)$`, "m").exec(info)?.[1] ?? "absent";
    const shown = [
      "Case number",
      "Evidence number",
      "Description",
      "Examiner name",
      "Notes",
      "Model",
      "Serial number",
    ].map(field);
    expect(shown).toEqual(["2026-0042", "M01", "Festplatte Łódź", "Αθηνά Straße", "none", "WD 10", "S-1"]);
    expect(
      ["Software version used", "Operating system used", "Sectors per chunk", "Bytes per sector"].map(field),
    ).toEqual([...["Vestige 0.1", "Linux", "64", "512"]]);
    expect(["Number of sectors", "Media type", "Is physical"].map(field)).toEqual(["300", "fixed disk", "yes"]);
    expect(info).toContain("at sector(s): 3 - 4 number: 2");
  });

  it("open it as an image", ({ skip }) => {
    if (absent("img_stat")) skip("sleuthkit is absent");
    const out = run("img_stat", write("tsk", mixedMedium(20 * CHUNK), { segmentBytes: 90_000 }));
    expect(out).toMatch(/Image Type:\s+ewf/);
    expect(out).toMatch(new RegExp(`Size of data in bytes:\\s+${20 * CHUNK}`));
  });

  for (const compression of ["none", "fast", "best", "empty-block"]) {
    it(`write what we read: ${compression}, split`, ({ skip }) => {
      if (absent("ewfacquire")) skip("ewf-tools are absent");
      const medium = new Uint8Array(3 << 20);
      medium.set(mixedMedium(2_400_000));
      writeFileSync(path.join(folder, "peer.raw"), medium);
      const name = `peer-${compression}`;
      const facts = [
        "-C",
        "case 7",
        "-D",
        "a disk",
        "-E",
        "E7",
        "-e",
        "Zoë",
        "-N",
        "n",
        "-m",
        "fixed",
        "-M",
        "physical",
      ];
      run(
        "ewfacquire",
        "-q",
        "-u",
        "-c",
        compression,
        "-f",
        "encase6",
        "-S",
        "1MiB",
        "-t",
        name,
        ...facts,
        "-d",
        "sha1",
        "peer.raw",
      );
      const image = openFiles(folder, `${name}.E01`);
      expect(image.findings).toEqual([]);
      expect(sha256Of(image)).toBe(createHash("sha256").update(medium).digest("hex"));
      expect(image.storedHashes).toEqual({
        md5: createHash("md5").update(medium).digest("hex"),
        sha1: createHash("sha1").update(medium).digest("hex"),
      });
      expect(image.metadata).toMatchObject({
        caseNumber: "case 7",
        description: "a disk",
        evidenceNumber: "E7",
        examiner: "Zoë",
      });
    });
  }
});

describe("images from elsewhere", () => {
  const images = [
    "sleuthkit/test/data/image.E01",
    "sleuthkit/test/data/imageformat_mmls_1.E01",
    "plaso/test_data/image.E01",
    "plaso/test_data/image-split.E01",
    "velociraptor/artifacts/testdata/files/partition_image.E01",
    "velociraptor/artifacts/testdata/files/test.ntfs.dd.E01",
  ];

  for (const file of images) {
    it(`are read as others read them: ${file}`, ({ skip }) => {
      const place = path.join(data, "images", path.dirname(file));
      if (!existsSync(place)) skip("the test data is absent");
      const truth = path.join(data, "truth", `images__${file.replaceAll("/", "__")}`);
      const known = JSON.parse(readFileSync(path.join(truth, "summary.json"), "utf8")) as {
        size: number;
        sha256: string;
        md5: string;
      };
      const image = openFiles(place, path.basename(file));
      expect(image.findings).toEqual([]);
      expect(image.size).toBe(known.size);
      expect(sha256Of(image)).toBe(known.sha256);
      expect(image.storedHashes["md5"]).toBe(known.md5);
      const shown =
        /^\tCase number:[ \t]*(.*)$/m.exec(readFileSync(path.join(truth, "ewfinfo.txt"), "utf8"))?.[1] ?? "";
      expect(image.metadata?.caseNumber).toBe(shown);
    });
  }
});
