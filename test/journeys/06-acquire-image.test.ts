/**
 * An officer images a medium: a loop device where the machine allows one, else a file; into E01 and raw, verified, damaged,
 * verified again, reported. Another reader (ewfverify) confirms where it is installed.
 */
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { caseFlags, jsonLines, vestige } from "../fixtures/command.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";

const base = freshFolder("image-journey");
const home = `${base}/home`;
const folder = `${base}/case`;
const medium = `${base}/medium.img`;
const bytes = Buffer.concat([randomBytes(2_500_000), Buffer.alloc(1_500_000, "text "), Buffer.alloc(194_304)]);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const devices: string[] = [];

function run(program: string, ...args: string[]): string | null {
  const result = spawnSync(program, args, { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : null;
}

/** A loop device over a file, null where none can be made. */
function loop(file: string, ...more: string[]): string | null {
  const device = process.getuid?.() === 0 ? run("losetup", "--find", "--show", ...more, file) : null;
  if (device !== null) devices.push(device);
  return device;
}

let device: string | null = null;

beforeAll(async () => {
  mkdirSync(`${base}/export`);
  writeFileSync(`${base}/export/a.txt`, "a folder beside the images");
  writeFileSync(medium, bytes);
  device = loop(medium, "--read-only");
  const made = await vestige(["init", folder, ...caseFlags], { home });
  expect(made.exit, made.stderr).toBe(0);
  for (const label of ["M01", "M02", "M03"]) {
    expect((await vestige(["intake", folder, label, "--description", "disk"], { home })).exit).toBe(0);
  }
});

afterAll(() => {
  for (const each of devices) run("losetup", "--detach", each);
  rmSync(base, { recursive: true, force: true });
});

const acquire = (label: string, source: string, ...more: string[]) =>
  vestige(["acquire", folder, label, source, ...more, "--json"], { home });

describe("an image exhibit", () => {
  it("is acquired as E01 and as split raw, and verified", async () => {
    const e01 = await acquire("M01", device ?? medium, "--format", "e01", "--segment-size", "1M");
    expect(e01.exit, e01.stderr).toBe(0);
    const told = jsonLines(e01).find(({ event }) => event === "acquisition");
    expect(told).toMatchObject({ bytes: bytes.length, hashes: { sha256 }, badSectors: 0 });
    const raw = await acquire("M02", medium, "--format", "raw", "--segment-size", "1M");
    expect(raw.exit, raw.stderr).toBe(0);
    const files = readdirSync(`${folder}/exhibits/M02`).filter((name) => /\.\d{3}$/.test(name));
    expect(Buffer.concat(files.map((name) => readFileSync(`${folder}/exhibits/M02/${name}`))).equals(bytes)).toBe(true);
    const verified = await vestige(["verify", folder], { home });
    expect(verified.exit, verified.stdout).toBe(0);
    expect(verified.stdout).toMatch(/image M01 .*read again/);
    expect((await acquire("M01", medium, "--format", "raw")).stderr).toMatch(/already acquired/);
  });

  it("is the same to another reader", ({ skip }) => {
    if (run("which", "ewfverify") === null) skip("needs ewfverify (ewf-tools)");
    const said = run("ewfverify", "-q", "-d", "sha256", `${folder}/exhibits/M01/M01.E01`);
    expect(said).toMatch(/SUCCESS/);
    expect(said).toContain(sha256);
  });

  it("is told from a folder by whatever would examine it", async () => {
    for (const args of [
      ["process", folder],
      ["process", folder, "M01"],
    ]) {
      const refused = await vestige(args, { home });
      expect(refused.exit, refused.stderr).toBe(2);
      expect(refused.stderr).toMatch(/does not examine/);
    }
    const again = await vestige(["run", `${base}/export`, "--case", folder, "--label", "M01"], { home });
    expect(again.exit).toBe(2);
    expect(again.stderr).toMatch(/does not examine/);
  });

  it("is in the report, with what the report did not check", async () => {
    const report = await vestige(["report", folder, "--json"], { home });
    expect([0, 1], report.stderr).toContain(report.exit);
    const html = readdirSync(`${folder}/reports`).find((name) => name.endsWith(".html") && name !== "verify.html");
    const page = readFileSync(`${folder}/reports/${html}`, "utf8");
    for (const part of [sha256, "M01.E01", "was not read again for this report", "not determinable"]) {
      if (part !== "not determinable" || device !== null) expect(page).toContain(part);
    }
  });

  it("names block and file when a byte of it changed (DA-AO-08)", async () => {
    const file = `${folder}/exhibits/M02/M02.003`;
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, Buffer.from("!"), 0, 1, 5000);
    closeSync(descriptor);
    const verified = await vestige(["verify", folder], { home });
    expect(verified.exit).toBe(1);
    expect(verified.stdout).toMatch(/changed: M02\.003: its SHA-256 differs/);
    expect(verified.stdout).toMatch(
      /bytes 2,097,152 to 3,145,727 of the medium \(sectors 4,096 to 6,143\) in M02\.003/,
    );
    expect(verified.stdout).toMatch(/image M01 +unchanged/);
  });
});

describe("what is refused or fails says so", () => {
  it("a source without --format, and a folder with it", async () => {
    expect((await acquire("M03", medium)).stderr).toMatch(/--format raw or --format e01/);
    const folderAsked = await acquire("M03", `${base}/export`, "--format", "raw");
    expect(folderAsked.exit).toBe(2);
    expect((await acquire("M03", `${base}/absent`, "--format", "raw")).exit).toBe(2);
  });

  it("a source mounted read-write, and a target on the source", async ({ skip }) => {
    const disk = `${base}/mounted.img`;
    writeFileSync(disk, Buffer.alloc(4 * 1024 * 1024));
    const mounted = loop(disk);
    if (mounted === null) return skip("needs root and loop devices");
    const at = `${base}/mount`;
    mkdirSync(at);
    if (run("mkfs.ext4", "-q", mounted) === null || run("mount", mounted, at) === null)
      return skip("needs mkfs and mount");
    const written = await acquire("M03", mounted, "--format", "raw");
    run("mount", "-o", "remount,ro", at);
    const onSource = await vestige(["acquire", mounted, "--to", `${at}/image`, "--format", "e01"], { home });
    run("umount", at);
    expect(written.exit).toBe(2);
    expect(written.stderr).toMatch(/mounted read-write/);
    expect(onSource.exit).toBe(2);
    expect(onSource.stderr).toMatch(/does not lie on the source/);
  });

  it("a full target: exit 4 and a partial image (DA-AO-04)", async ({ skip }) => {
    const at = `${base}/small`;
    mkdirSync(at);
    if (run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", at) === null) return skip("needs root and tmpfs");
    try {
      const raw = await vestige(["acquire", medium, "--to", `${at}/x`, "--format", "raw"], { home });
      expect([raw.exit, /bytes free/.test(raw.stderr)]).toEqual([2, true]);
      const e01 = await vestige(["acquire", medium, "--to", `${at}/x`, "--format", "e01"], { home });
      expect([e01.exit, /is full/.test(e01.stderr)]).toEqual([4, true]);
      expect(readdirSync(at)).toEqual(["x.E01.partial"]);
    } finally {
      run("umount", at);
    }
  });

  it("4096-byte sectors are acquired as such, and listed by vestige devices", async ({ skip }) => {
    const large = loop(medium, "--sector-size", "4096", "--read-only");
    if (large === null) return skip("needs root and loop devices");
    const listed = jsonLines(await vestige(["devices", "--json"], { home })).find(({ path }) => path === large);
    expect(listed).toMatchObject({ size: bytes.length, logicalSectorBytes: 4096, readOnly: true });
    const made = await vestige(["acquire", large, "--to", `${base}/large`, "--format", "e01", "--json"], { home });
    expect(made.exit, made.stderr).toBe(0);
    expect(jsonLines(made).find(({ event }) => event === "acquisition")).toMatchObject({
      sectorBytes: 4096,
      hashes: { sha256 },
    });
    rmSync(`${base}/large.acquisition.json`);
    const verified = await vestige(["verify", `${base}/large.E01`], { home });
    expect([verified.exit, verified.stdout.includes(sha256)]).toEqual([0, true]);
    expect(existsSync(`${base}/large.E01.partial`)).toBe(false);
  });

  it("what an interrupted acquisition left is removed, said, and the image starts over", async () => {
    writeFileSync(`${folder}/exhibits/M03/M03.E01.partial`, "half an image");
    const made = await acquire("M03", medium, "--format", "e01", "--compression", "best");
    expect(made.exit, made.stderr).toBe(0);
    expect(made.stderr).toMatch(/Removed what an interrupted acquisition left: M03\.E01\.partial/);
    const left = readdirSync(`${folder}/exhibits/M03`).filter((name) => name.endsWith(".partial"));
    expect(left).toEqual([]);
  });
});
