/** Volumes made by genisoimage and xorriso while the tests run, against what was put in, `isoinfo`, `fls` and 7-Zip. */
import { createHash } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem } from "../../../../native-free/filesystems/file-system.ts";
import { iso9660Format } from "../../../../native-free/filesystems/iso9660/format.ts";
import { told } from "../../../fixtures/filesystems/iso9660-fields.ts";
import { codes, walk } from "../../../fixtures/filesystems/walked.ts";

const absent = (tool: string): boolean => Boolean(spawnSync(tool, ["--version"]).error);
/** Not known to it where names are bytes. */
const utf8 = ["-input-charset", "utf-8"];
const noMaker = absent("genisoimage");
const noXorriso = absent("xorriso");

const contents: Readonly<Record<string, Uint8Array>> = {
  "/a name with spaces and ümlaut.text": told(3, 1),
  "/numbers.bin": told(70_000, 2),
  "/empty": new Uint8Array(0),
  "/one/two/three/four/five/six/seven/eight/nine/bottom.bin": told(5000, 3),
  "/one/same.bin": told(2048, 4),
  "/one/two/same again.bin": told(2048, 4),
};

let folder = "";
const at = (name: string): string => path.join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-iso-"));
  for (const [name, bytes] of Object.entries(contents)) {
    mkdirSync(path.dirname(at(`in${name}`)), { recursive: true });
    writeFileSync(at(`in${name}`), bytes);
    utimesSync(at(`in${name}`), 1_700_000_000, 1_700_000_000);
  }
  symlinkSync("one/same.bin", at("in/link"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(tool: string, ...args: string[]): string {
  const { status, stderr, stdout } = spawnSync(tool, args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${tool} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const opened = (image: string): FileSystem =>
  iso9660Format.open(new MemorySource(Uint8Array.from(readFileSync(at(image)))))!;

function files(fs: FileSystem): Record<string, string> {
  const found = walk(fs).filter(({ entry }) => entry.kind === "file" && entry.nameClaim === "allocated");
  return Object.fromEntries(
    found.map(({ path: name, entry }) => [name, hash(readRange(fs.open(entry), 0, entry.size))]),
  );
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const expected = (from: Readonly<Record<string, Uint8Array>> = contents): Record<string, string> =>
  Object.fromEntries(Object.entries(from).map(([name, bytes]) => [name, hash(bytes)]));

/** Nothing that is not understood, nothing that is left over, nothing to tell. */
function expectSound(fs: FileSystem, allowed: readonly string[] = []): void {
  const entries = Array.from(fs.entries());
  expect(entries.filter(({ origin }) => origin === "unallocated").map(({ key }) => key)).toEqual([]);
  expect([...entries.flatMap(codes), ...codes(fs)].filter((code) => !allowed.includes(code))).toEqual([]);
  let end = 0;
  for (const { start, length, class: kind } of fs.account()) {
    expect(start).toBe(end);
    expect(kind).not.toBe("not-understood");
    end += length;
  }
}

describe.skipIf(noMaker)("volumes of genisoimage (skipped where it is absent)", () => {
  it.each([
    ["ISO 9660, Rock Ridge", ["-R", ...utf8]],
    ["ISO 9660, Rock Ridge, Joliet", ["-R", "-J", ...utf8]],
    ["ISO 9660, Rock Ridge, Joliet", ["-R", "-J", "-udf", ...utf8]],
    ["ISO 9660, Joliet", ["-J", "-D", ...utf8]],
    ["ISO 9660, ISO 9660:1999", ["-iso-level", "4"]],
  ])("%s: %j", (variant, flags) => {
    run("genisoimage", "-quiet", ...flags, "-V", "MADE LIVE", "-o", "made.iso", "in");
    const fs = opened("made.iso");
    expect([fs.variant, fs.label]).toEqual([variant, "MADE LIVE"]);
    expect(files(fs)).toEqual(expected());
    expectSound(fs);
    const times = walk(fs).find(({ path: name }) => name === "/numbers.bin")!.entry.times;
    for (const { value } of times.filter(({ kind }) => kind === "m")) expect(Date.parse(value)).toBe(1_700_000_000_000);
  });

  it("has the short names of isoinfo where there are no others", () => {
    run("genisoimage", "-quiet", "-D", "-o", "plain.iso", "in");
    const theirs = run("isoinfo", "-f", "-i", "plain.iso").split("\n").filter(Boolean);
    const fs = opened("plain.iso");
    const ours = walk(fs).filter(({ entry }) => entry.kind === "file" || entry.kind === "directory");
    const name = (text: string): string => text.replace(/\.?;1$/, "");
    expect(ours.map((each) => each.path).toSorted()).toEqual(theirs.map(name).toSorted());
    expectSound(fs);
  });

  it("reads boot images of both kinds", () => {
    writeFileSync(at("in/floppy.img"), told(1_474_560, 9));
    try {
      run("genisoimage", "-quiet", "-R", "-b", "floppy.img", "-c", "boot.cat", "-o", "boot.iso", "in");
      const fs = opened("boot.iso");
      expectSound(fs);
      const image = walk(fs).find(({ path: name }) => name === "/$Boot-1.img")!.entry;
      expect(image).toMatchObject({ kind: "metadata", size: 1_474_560, attributes: { media: "floppy 1.44 MB" } });
      expect(hash(readRange(fs.open(image), 0, image.size))).toBe(hash(told(1_474_560, 9)));
    } finally {
      rmSync(at("in/floppy.img"));
    }
  });

  it("shows the second of two sessions, and what it replaced as deleted", () => {
    run("genisoimage", "-quiet", "-D", "-R", "-J", "-o", "one.iso", "in");
    const start = Math.ceil(readFileSync(at("one.iso")).length / 2048 / 32) * 32;
    mkdirSync(at("more"), { recursive: true });
    writeFileSync(at("more/numbers.bin"), told(4000, 7));
    run("genisoimage", "-quiet", "-D", "-R", "-J", "-C", `0,${start}`, "-M", "one.iso", "-o", "two.part", "more");
    truncateSync(at("one.iso"), start * 2048);
    writeFileSync(at("both.iso"), Buffer.concat([readFileSync(at("one.iso")), readFileSync(at("two.part"))]));
    const fs = opened("both.iso");
    expect(files(fs)["/numbers.bin"]).toBe(hash(told(4000, 7)));
    const deleted = walk(fs).filter(({ entry }) => entry.nameClaim === "deleted" && entry.kind === "file");
    expect(deleted.map((each) => each.path)).toEqual(["/numbers.bin"]);
    expect(hash(readRange(fs.open(deleted[0]!.entry), 0, 70_000))).toBe(hash(told(70_000, 2)));
    expectSound(fs, ["iso9660/sessions"]);
  });

  it.skipIf(absent("fls"))("lists what fls lists, with the bytes of icat", () => {
    run("genisoimage", "-quiet", "-R", "-o", "tsk.iso", "in");
    const body = run("fls", "-r", "-p", "-m", "/", "tsk.iso")
      .split("\n")
      .filter((line) => /\|r\/r/.test(line));
    const fs = opened("tsk.iso");
    const ours = new Set(
      walk(fs).map(({ entry }) => `${entry.size} ${hash(readRange(fs.open(entry), 0, entry.size))}`),
    );
    let compared = 0;
    // By content: TSK shows the names of the plain tree here.
    for (const line of body) {
      const [, name = "", inode = "", , , , size = ""] = line.split("|");
      const bytes = execFileSync("icat", [at("tsk.iso"), inode.split("-")[0]!], { maxBuffer: 1 << 24 });
      expect(ours.has(`${size} ${hash(bytes)}`), name).toBe(true);
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(4);
  });

  it.skipIf(absent("7z"))("has the contents that 7-Zip extracts", () => {
    run("genisoimage", "-quiet", "-J", "-D", "-o", "seven.iso", "in");
    run("7z", "x", "-y", "-oout7", "seven.iso");
    for (const [name, sum] of Object.entries(files(opened("seven.iso")))) {
      expect(hash(readFileSync(at(`out7${name}`))), name).toBe(sum);
    }
  });
});

describe.skipIf(noXorriso)("volumes of xorriso (skipped where it is absent)", () => {
  it("reads trees with checksums, Joliet and extended attributes", () => {
    run(
      "xorriso",
      "-xattr",
      "on",
      "-md5",
      "on",
      "-joliet",
      "on",
      "-outdev",
      "md5.iso",
      "-map",
      "in",
      "/",
      "-setfattr",
      "user.note",
      "kept",
      "/empty",
      "--",
      "-commit",
    );
    const fs = opened("md5.iso");
    expect(files(fs)).toEqual(expected());
    expectSound(fs);
    const what = new Set(Array.from(fs.account(), (range) => range.what));
    expect([...what]).toEqual(expect.arrayContaining(["checksums", "checksum tag", "continuation areas"]));
    expect(walk(fs).find((each) => each.path === "/empty")!.entry.attributes["xattr.user.note"]).toBe("kept");
    expect(walk(fs).find((each) => each.path === "/link")!.entry.target?.text).toBe("one/same.bin");
  });

  it("finds the sessions of a medium that grew, and lists what went", () => {
    run("xorriso", "-outdev", "grown.iso", "-map", "in", "/", "-commit");
    writeFileSync(at("new.bin"), told(900, 8));
    run("xorriso", "-dev", "grown.iso", "-map", "new.bin", "/new.bin", "-rm", "/numbers.bin", "--", "-commit");
    run("xorriso", "-dev", "grown.iso", "-rm_r", "/one/two", "--", "-mv", "/new.bin", "/renamed.bin", "--", "-commit");
    const fs = opened("grown.iso");
    expect(files(fs)).toEqual({
      ...expected({ "/empty": contents["/empty"]!, "/one/same.bin": contents["/one/same.bin"]! }),
      ...expected({ "/a name with spaces and ümlaut.text": told(3, 1), "/renamed.bin": told(900, 8) }),
    });
    expectSound(fs, ["iso9660/sessions"]);
    const deleted = walk(fs).filter(({ entry }) => entry.nameClaim === "deleted" && entry.kind === "file");
    const state = Object.fromEntries(deleted.map((each) => [each.path, each.entry.contentClaim]));
    expect(state).toEqual({
      "/numbers.bin": "unallocated",
      "/new.bin": "overwritten",
      "/one/two/same again.bin": expect.any(String),
      "/one/two/three/four/five/six/seven/eight/nine/bottom.bin": "unallocated",
    });
    const gone = deleted.find(({ path: name }) => name === "/numbers.bin")!.entry;
    expect(hash(readRange(fs.open(gone), 0, gone.size))).toBe(hash(contents["/numbers.bin"]!));
  });

  it("unpacks zisofs, and joins the sections of a large file", () => {
    const zeros = Buffer.concat([told(100_000, 5), Buffer.alloc(200_000), told(10, 6)]);
    mkdirSync(at("packed"), { recursive: true });
    writeFileSync(at("packed/zeros.bin"), zeros);
    run(
      "xorriso",
      "-outdev",
      "z.iso",
      "-map",
      "packed",
      "/",
      "-zisofs",
      "level=9",
      "-set_filter_r",
      "--zisofs",
      "/",
      "--",
      "-commit",
    );
    const fs = opened("z.iso");
    const { entry } = walk(fs).find(({ path: name }) => name === "/zeros.bin")!;
    expect(entry.attributes.compression).toBe("zisofs");
    expect(entry.size).toBe(zeros.length);
    expect(files(fs)).toEqual({ "/zeros.bin": hash(zeros) });
    expectSound(fs);
  });

  it("takes the partition tables of a hybrid for what they are", () => {
    writeFileSync(at("in/boot.bin"), told(3000, 9));
    try {
      const flags = ["-R", "-J", "-b", "boot.bin", "-no-emul-boot", "-boot-load-size", "4", "-c", "boot.cat"];
      run(
        "xorriso",
        "-as",
        "mkisofs",
        ...flags,
        "-part_like_isohybrid",
        "-partition_offset",
        "0",
        "-o",
        "hybrid.iso",
        "in",
      );
      expectSound(opened("hybrid.iso"));
    } finally {
      rmSync(at("in/boot.bin"));
    }
  });
});
