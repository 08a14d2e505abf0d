import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../native-free/model/canonical-json.ts";
import { acquireFolder } from "../../../../src/acquire/folder/acquire-folder.ts";
import { EntryHasher } from "../../../../src/acquire/folder/read-entry.ts";
import { openDirectoryLister } from "../../../../src/platform/directory-listing.ts";
import { openAttributeReader } from "../../../../src/platform/extended-attributes.ts";
import { EntryDescriber } from "../../../../src/source/describe-entry.ts";
import { FolderReader } from "../../../../src/source/folder-reader.ts";
import type { ManifestEntry } from "../../../../src/source/manifest-entry.ts";
import { manifestLines } from "../../../../src/source/read-manifest.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";

const onLinux = process.platform === "linux";
const asRoot = process.getuid?.() === 0;
const hasNative = typeof openAttributeReader() !== "string";
let base = "";
let source = "";

beforeEach(() => {
  base = freshFolder("corners");
  source = `${base}/source`;
  mkdirSync(source);
});

afterEach(() => {
  spawnSync("umount", [`${source}/mounted`], { stdio: "ignore" });
  rmSync(base, { recursive: true, force: true });
});

async function acquire(workers = 2): Promise<Map<string, ManifestEntry>> {
  const manifest = `${base}/files.jsonl`;
  rmSync(manifest, { force: true });
  const { facts } = await acquireFolder({
    source,
    manifest,
    workers,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(facts?.sha256).toBe(createHash("sha256").update(readFileSync(manifest)).digest("hex"));
  const entries = new Map<string, ManifestEntry>();
  for (const { entry, bytes } of manifestLines(manifest)) {
    expect(canonicalJson(entry)).toBe(Buffer.from(bytes).toString());
    entries.set(entry.path.text, entry);
  }
  expect(entries.size).toBe(facts?.lines);
  return entries;
}

const codesOf = (entry: ManifestEntry | undefined) => entry?.findings.map((found) => found.code) ?? [];

function hasherOf(beat: () => void): EntryHasher {
  const reader = new FolderReader(source);
  const describer = new EntryDescriber(reader, openAttributeReader(), BigInt(Date.now()) * 1_000_000n);
  return new EntryHasher(reader, describer, beat);
}

describe("folder corners", () => {
  it("hashes files of every size around the buffer", async () => {
    const sizes = [0, 1, 262_143, 262_144, 262_145, 1_000_003];
    for (const size of sizes) writeFileSync(`${source}/${size}`, Buffer.alloc(size, size % 251));
    const entries = await acquire();
    for (const size of sizes) {
      const bytes = Buffer.alloc(size, size % 251);
      const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest("hex");
      expect(entries.get(String(size))).toMatchObject({
        status: "done",
        size,
        md5: digest("md5"),
        sha1: digest("sha1"),
        sha256: digest("sha256"),
      });
    }
  });

  it("records links, pipes and sockets, and opens none of them", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    symlinkSync("/etc/passwd", `${source}/link`);
    symlinkSync(".", `${source}/loop`);
    symlinkSync("nowhere", `${source}/dangling`);
    execFileSync("mkfifo", [`${source}/pipe`]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`${source}/socket`, resolve));
    const entries = await acquire();
    await new Promise((resolve) => server.close(resolve));
    expect(entries.get("link")).toMatchObject({ kind: "symlink", status: "skipped", reason: "symlink" });
    expect(entries.get("link")?.target?.text).toBe("/etc/passwd");
    expect(entries.get("loop")?.target?.text).toBe(".");
    expect(entries.get("dangling")).toMatchObject({ status: "skipped", sha256: null });
    expect(entries.get("pipe")).toMatchObject({ kind: "special", status: "skipped", reason: "special" });
    expect(entries.get("pipe")?.findings[0]).toMatchObject({ code: "folder/special", params: { type: "named pipe" } });
    expect(entries.get("socket")?.findings[0]).toMatchObject({ params: { type: "socket" } });
    expect([...entries.keys()].some((path) => path.startsWith("loop/"))).toBe(false);
  });

  it("keeps names that are no UTF-8 byte for byte, in byte order", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    const raw = Buffer.from([0x66, 0xff, 0xe9, 0x2e, 0x74]);
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), raw]), "content");
    for (const name of ["-rf", "$(id)", "a\nb", "\u202egnp.exe", " ", "ü", "u\u0308"])
      writeFileSync(`${source}/${name}`, name);
    const entries = await acquire();
    const lossy = [...entries.values()].find((entry) => entry.path.bytes !== null);
    expect(lossy?.path.bytes).toBe(raw.toString("base64"));
    expect(lossy?.status).toBe("done");
    expect(entries.get("a\nb")?.size).toBe(3);
    expect(entries.size).toBe(8);
  });

  it("reaches paths longer than the system takes", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    const part = "d".repeat(200);
    let here = source;
    const deep = `cd "$0"; for i in $(seq 25); do mkdir ${part}; cd ${part}; done; echo deep > file; cd ..; echo up > beside`;
    execFileSync("bash", ["-c", deep, source]);
    here = Array.from({ length: 25 }, () => part).join("/");
    const entries = await acquire();
    expect(here.length).toBeGreaterThan(4096);
    expect(entries.get(`${here}/file`)).toMatchObject({ status: "done", size: 5 });
    expect(entries.size).toBe(27);
    execFileSync("rm", ["-rf", source]);
  });

  it("walks 400 levels with few open handles", async () => {
    execFileSync("bash", ["-c", 'cd "$0"; for i in $(seq 400); do mkdir d; cd d; done; echo x > f', source]);
    const entries = await acquire(1);
    expect(entries.size).toBe(401);
    execFileSync("rm", ["-rf", source]);
  });

  it("does not enter another file system mounted inside", async ({ skip }) => {
    skip(!onLinux || !asRoot, "needs Linux and root");
    mkdirSync(`${source}/mounted`);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", `${source}/mounted`]);
    writeFileSync(`${source}/mounted/inside`, "x");
    const entries = await acquire();
    expect(entries.get("mounted")).toMatchObject({ kind: "directory", status: "skipped", reason: "mount" });
    expect(entries.has("mounted/inside")).toBe(false);
  });

  it("records what it may not read and goes on", async ({ skip }) => {
    skip(!onLinux || !asRoot, "needs Linux and root");
    mkdirSync(`${source}/closed`);
    writeFileSync(`${source}/closed/hidden`, "x");
    writeFileSync(`${source}/secret`, "x");
    writeFileSync(`${source}/open`, "x");
    for (const path of ["", "/closed", "/closed/hidden", "/secret", "/open"]) chownSync(source + path, 65_534, 65_534);
    chmodSync(`${source}/closed`, 0o000);
    chmodSync(`${source}/secret`, 0o000);
    chmodSync(base, 0o755);
    const script = new URL("../../../fixtures/acquire-as-nobody.ts", import.meta.url).pathname;
    const out = `${base}/out`;
    mkdirSync(out);
    chownSync(out, 65_534, 65_534);
    const flags = process.execArgv.filter((flag) => flag === "--no-addons");
    execFileSync(process.execPath, [...flags, script, source, `${out}/files.jsonl`], {
      uid: 65_534,
      gid: 65_534,
      env: {},
    });
    const entries = new Map([...manifestLines(`${out}/files.jsonl`)].map(({ entry }) => [entry.path.text, entry]));
    expect(entries.get("closed")).toMatchObject({ kind: "directory", status: "failed", reason: "unreadable" });
    expect(entries.get("secret")).toMatchObject({ kind: "file", status: "failed", reason: "unreadable", sha256: null });
    expect(entries.get("secret")?.findings[0]).toMatchObject({
      code: "folder/unreadable",
      params: { error: "EACCES" },
    });
    expect(entries.get("open")?.status).toBe("done");
  });

  it("says when a file grows, shrinks or is swapped while it is read", () => {
    const file = `${source}/moving`;
    const big = Buffer.alloc(600_000, 1);
    const outcomes: Record<string, () => void> = {
      grown: () => appendFileSync(file, "more"),
      shrunk: () => truncateSync(file, 300_000),
      touched: () => utimesSync(file, 1, 1),
    };
    for (const [what, change] of Object.entries(outcomes)) {
      writeFileSync(file, big);
      let done = false;
      const entry = hasherOf(() => {
        if (!done) change();
        done = true;
      }).read(Buffer.from("moving"));
      expect(entry, what).toMatchObject({ status: "partial", reason: "changed" });
      expect(codesOf(entry), what).toContain("folder/changed-while-read");
    }
  });

  it("notes hard links and odd times", async () => {
    writeFileSync(`${source}/one`, "x");
    linkSync(`${source}/one`, `${source}/two`);
    writeFileSync(`${source}/old`, "x");
    utimesSync(`${source}/old`, 1000, 1000);
    writeFileSync(`${source}/future`, "x");
    utimesSync(`${source}/future`, 4e9, 4e9);
    const entries = await acquire();
    expect(codesOf(entries.get("one"))).toContain("folder/hard-link");
    expect(entries.get("one")?.inode).toBe(entries.get("two")?.inode);
    expect(codesOf(entries.get("old"))).toContain("folder/time-odd");
    expect(codesOf(entries.get("future"))).toContain("folder/time-odd");
    expect(entries.get("old")?.times.m).toBe("1970-01-01T00:16:40.000000000Z");
  });

  it("records extended attributes and ACLs, or says why not", async ({ skip }) => {
    skip(!onLinux || !hasNative, "needs Linux and the native addon");
    writeFileSync(`${source}/file`, "x");
    const set = spawnSync("setfattr", ["-n", "user.comment", "-v", "hello", `${source}/file`]);
    if (set.status !== 0)
      return expect(spawnSync("setfattr", ["--version"]).error ?? set.stderr.toString()).toBeTruthy();
    spawnSync("setfacl", ["-m", "u:65534:r", `${source}/file`]);
    const entry = (await acquire()).get("file");
    const comment = entry?.xattrs?.find(({ name }) => name === "user.comment");
    expect(Buffer.from(comment?.value ?? "", "base64").toString()).toBe("hello");
    expect(entry?.xattrs?.some(({ name }) => name === "system.posix_acl_access")).toBe(
      spawnSync("getfacl", ["-c", `${source}/file`])
        .stdout.toString()
        .includes("user:"),
    );
    return undefined;
  });

  it("says that attributes are not recorded where native calls are missing", async () => {
    writeFileSync(`${source}/file`, "x");
    const reader = new FolderReader(source);
    const describer = new EntryDescriber(reader, "no-native-calls", 0n);
    const entry = new EntryHasher(reader, describer, () => undefined).read(Buffer.from("file"));
    expect(entry.xattrs).toBeNull();
    expect(entry.notRecorded).toContainEqual({ what: "xattrs", why: "native calls are not available here" });
  });

  it("moves no access time, of files or directories", async ({ skip }) => {
    skip(!onLinux || !hasNative, "needs Linux and the native addon");
    mkdirSync(`${source}/a/b`, { recursive: true });
    writeFileSync(`${source}/a/b/f`, "content");
    const paths = [source, `${source}/a`, `${source}/a/b`, `${source}/a/b/f`];
    for (const path of paths) utimesSync(path, 1_000_000_000, 1_700_000_000);
    const before = paths.map((path) => lstatSync(path, { bigint: true }).atimeNs);
    expect(openDirectoryLister()).not.toBeNull();
    await acquire();
    expect(paths.map((path) => lstatSync(path, { bigint: true }).atimeNs)).toEqual(before);
  });

  it("gives an empty manifest for an empty folder", async () => {
    expect((await acquire()).size).toBe(0);
    expect(existsSync(`${base}/files.jsonl.partial`)).toBe(false);
  });
});
