/**
 * An officer gets an image of a USB stick with an NTFS, an ext4 and a FAT volume. Without a case she looks at what is there, gives a letter
 * out, asks for everything that is known of it, makes a time line, and recovers what was deleted.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSystemFormats } from "../../native-free/filesystems/index.ts";
import { jsonLines, vestige } from "../fixtures/command.ts";
import { commandsHere } from "../fixtures/command-here.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";

const base = freshFolder("browse-image");
const run = commandsHere({ home: base, cwd: base });
/** In a process of its own: what it writes are the bytes of the evidence. */
const runApart = (...args: string[]) => vestige(args, { home: base, cwd: base });
const at = (name: string): string => join(base, name);
const digest = (name: string, bytes: Uint8Array): string => createHash(name).update(bytes).digest("hex");

/** Bytes from a seed, the same each time. */
function seeded(length: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let block = 0; block * 64 < length; block++) {
    parts.push(createHash("sha512").update(`${seed} ${block}`).digest());
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** What is on each volume, by path; `gone` is deleted afterwards. */
const kept: Readonly<Record<string, Buffer>> = {
  "letter.txt": Buffer.from("Sixteen crates, fourteen declared.\n"),
  "Ware und Preis.csv": seeded(70_000, "goods"),
  "docs/Invoice 2024-17.pdf": seeded(9000, "invoice"),
};
const gone: Readonly<Record<string, Buffer>> = {
  "gone.bin": seeded(30_000, "gone"),
  "docs/small.txt": seeded(300, "small"),
};

function tool(name: string, args: readonly string[], input?: string): boolean {
  const { status, error } = spawnSync(name, args, { cwd: base, input, env: { ...process.env, TZ: "UTC" } });
  return !error && status === 0;
}

function host(path: string, bytes: Uint8Array): string {
  const name = `host-${digest("md5", Buffer.from(path))}`;
  writeFileSync(at(name), bytes);
  return name;
}

const megabytes = 16;
const blank = (name: string): void => {
  writeFileSync(at(name), "");
  truncateSync(at(name), megabytes << 20);
};
const files = Object.entries({ ...kept, ...gone });

function fat(): boolean {
  blank("fat.vol");
  return (
    tool("mkfs.vfat", ["-n", "STICK", "fat.vol"]) &&
    tool("mmd", ["-i", "fat.vol", "::/docs"]) &&
    files.every(([path, bytes]) => tool("mcopy", ["-i", "fat.vol", host(path, bytes), `::/${path}`])) &&
    Object.keys(gone).every((path) => tool("mdel", ["-i", "fat.vol", `::/${path}`]))
  );
}

function ext(): boolean {
  blank("ext.vol");
  const writes = files.map(([path, bytes]) => `write ${host(path, bytes)} "/${path}"`);
  const script = ["mkdir docs", ...writes, ...Object.keys(gone).map((path) => `rm "/${path}"`), ""].join("\n");
  return tool("mkfs.ext4", ["-q", "-F", "-L", "STICK", "ext.vol"]) && tool("debugfs", ["-w", "ext.vol"], script);
}

/** ntfscp makes files of the root only, and deletes none. */
function ntfs(): boolean {
  blank("ntfs.vol");
  const letter = host("letter.txt", kept["letter.txt"]!);
  return (
    tool("mkntfs", ["-q", "-F", "-L", "STICK", "ntfs.vol"]) &&
    tool("ntfscp", ["ntfs.vol", letter, "/letter.txt"]) &&
    tool("ntfscp", ["-N", "hidden", "ntfs.vol", host("gone.bin", gone["gone.bin"]!), "/letter.txt"])
  );
}

const makers: Readonly<Record<string, () => boolean>> = { ntfs, ext, fat };
/** Formats whose reader and whose tools are there. */
const made: string[] = [];

beforeAll(() => {
  const read = new Set(fileSystemFormats.map(({ registration }) => registration.id));
  for (const [format, make] of Object.entries(makers)) if (read.has(format) && make()) made.push(format);
  const medium = Buffer.alloc((made.length * megabytes + 1) << 20);
  for (const [index, format] of made.entries()) {
    const start = (index * megabytes + 1) << 20;
    medium.set(readFileSync(at(`${format}.vol`)), start);
    medium.set([0, 0, 0, 0, format === "ext" ? 0x83 : format === "ntfs" ? 0x07 : 0x06], 446 + 16 * index);
    medium.writeUInt32LE(start / 512, 446 + 16 * index + 8);
    medium.writeUInt32LE((megabytes << 20) / 512, 446 + 16 * index + 12);
  }
  medium.writeUInt16LE(0xaa55, 510);
  writeFileSync(at("stick.raw"), medium);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const lacking = "needs mkfs.vfat and mtools";
const rootOf = (format: string): string => `p${made.indexOf(format) + 1}/${format}:`;

describe("a stick without a case", () => {
  it("is listed: its volumes, and every file with the hash of what was put there", async ({ skip }) => {
    if (!made.includes("fat")) return skip(lacking);
    const top = await runApart("ls", "stick.raw");
    expect(top.exit, top.stderr).toBe(0);
    for (const format of made) expect(top.stdout).toMatch(new RegExp(`^${rootOf(format)}/ .*"STICK"$`, "m"));
    const all = await run("ls", "stick.raw", "-r", "--hash", "--json");
    expect(all.exit, all.stderr).toBe(0);
    const entries = jsonLines(all).filter(({ event }) => event === "entry");
    const hashes = new Map(
      entries.map(({ path, hashes: found }) => [path, (found as { sha256: string } | null)?.sha256]),
    );
    for (const format of made.filter((each) => each !== "ntfs")) {
      for (const [path, bytes] of Object.entries(kept)) {
        expect(hashes.get(`${rootOf(format)}/${path}`), `${format} ${path}`).toBe(digest("sha256", bytes));
      }
    }
    if (made.includes("ntfs")) {
      expect(hashes.get(`${rootOf("ntfs")}/letter.txt/hidden`)).toBe(digest("sha256", gone["gone.bin"]!));
    }
    expect(jsonLines(all).at(-1)).toMatchObject({ event: "summary", exit: 0, counts: { partial: 0 } });
    const text = await run("ls", "stick.raw", "-r", "--deleted");
    expect(text.stdout).toMatch(/^deleted .*#\d+$/m);
    expect(text.stdout).not.toMatch(/^allocated/m);
  });

  it("gives the letter, its stream and its slack out, and says all about it", async ({ skip }) => {
    if (!made.includes("fat")) return skip(lacking);
    for (const format of made) {
      const path = `${rootOf(format)}/letter.txt`;
      const letter = await runApart("cat", `stick.raw/${path}`);
      expect([letter.exit, letter.stdout], letter.stderr).toEqual([0, kept["letter.txt"]!.toString()]);
      const told = await run("stat", "stick.raw", "--at", path, "--hash");
      expect(told.exit, told.stderr).toBe(0);
      expect(told.stdout).toContain(digest("sha256", kept["letter.txt"]!));
      expect(told.stdout).toMatch(/^ {2}modified +\d{4}-/m);
    }
    const slack = await runApart("cat", "stick.raw", "--at", `${rootOf("fat")}/letter.txt#slack`, "--to", at("slack"));
    expect(slack.exit, slack.stderr).toBe(0);
    expect(readFileSync(at("slack")).length % 512).toBe(512 - kept["letter.txt"]!.length);
    const tree = await run("tree", "stick.raw", "--depth", "2");
    expect(tree.exit, tree.stderr).toBe(0);
    expect(tree.stdout).toMatch(/^│? +[├└]── Invoice 2024-17\.pdf$/m);
    const absent = await runApart("cat", "stick.raw/p9/fat:/x");
    expect([absent.exit, absent.stdout]).toEqual([2, ""]);
  });

  it("has a time line that mactime reads", async ({ skip }) => {
    if (!made.includes("fat")) return skip(lacking);
    const body = await run("timeline", "stick.raw", "--hash");
    expect(body.exit, body.stderr).toBe(0);
    expect(body.stdout).toContain(`${digest("md5", kept["letter.txt"]!)}|${rootOf("fat")}/letter.txt|`);
    expect(body.stderr).toMatch(/times are local times/);
    const csv = await run("timeline", "stick.raw", "--format", "csv", "--from", "1990-01-01");
    expect(csv.stdout.split("\r\n")[0]).toBe('"time","utc","zone","macb","source","state","kind","size","path","key"');
    if (made.includes("ntfs")) {
      for (const source of ["$SI", "$FN"]) expect(csv.stdout).toContain(`"${source}","allocated","file"`);
    }
    if (spawnSync("mactime", ["-V"]).error) return skip("needs mactime of The Sleuth Kit");
    writeFileSync(at("body"), body.stdout);
    const line = execFileSync("mactime", ["-b", at("body"), "-d", "-y", "-z", "UTC"], { encoding: "utf8" });
    for (const format of made) expect(line).toContain(`"${rootOf(format)}/letter.txt"`);
    expect(line.split("\n").length).toBeGreaterThan(made.length * 4);
  });

  it("gives back what was deleted, and goes on after an interruption", async ({ skip }) => {
    if (!made.includes("fat")) return skip(lacking);
    const recovered = await run("recover", "stick.raw", "--to", "out", "--algorithms", "md5", "--json");
    expect(recovered.exit, recovered.stderr).toBe(0);
    for (const bytes of Object.values(gone)) {
      const sha256 = digest("sha256", bytes);
      const file = at(`out/${sha256.slice(0, 2)}/${sha256}`);
      expect(existsSync(file)).toBe(true);
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }
    const rows = jsonLines(recovered).filter(({ event }) => event === "recovered");
    const fatRows = rows.filter(({ path }) => String(path).startsWith(rootOf("fat")));
    expect(fatRows.map(({ confidence }) => String(confidence)).toSorted()).toEqual(["certain", "probable"]);
    const manifest = readFileSync(at("out/manifest.jsonl"), "utf8");
    truncateSync(at("out/manifest.jsonl"), manifest.length - 30);
    rmSync(at("out/manifest.csv"));
    const again = await run("recover", "stick.raw", "--to", "out", "--algorithms", "md5");
    expect(again.exit, again.stderr).toBe(0);
    expect(readFileSync(at("out/manifest.jsonl"), "utf8")).toBe(manifest);
    expect(readdirSync(at("out"))).toContain("manifest.csv");
    const other = await run("recover", "stick.raw", "--to", ".");
    expect(other.exit).toBe(2);
    expect(other.stderr).toMatch(/holds other things/);
  });
});
