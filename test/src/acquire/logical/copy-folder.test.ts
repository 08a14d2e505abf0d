import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySource, readRange } from "../../../../native-free/bytes/byte-source.ts";
import { openAff4Logical } from "../../../../native-free/images/aff4l/reader.ts";
import { nameBytes } from "../../../../native-free/model/forensic-path.ts";
import { acquireFolder } from "../../../../src/acquire/folder/acquire-folder.ts";
import { checkContainer } from "../../../../src/acquire/logical/check-container.ts";
import { copyFolder, entriesOf } from "../../../../src/acquire/logical/copy-folder.ts";
import { freshFolder, randomOf, writeMixedEvidence, writeTree } from "../../../fixtures/evidence-folder.ts";

const base = freshFolder("copy-folder");
const source = `${base}/source`;
const killed = fileURLToPath(new URL("../../../fixtures/copy-folder.ts", import.meta.url));
const facts = {
  volume: "aff4://11111111-2222-4333-8444-555555555555",
  created: new Date(Math.floor(Date.now() / 2000) * 2000).toISOString(),
  tool: "vestige test",
};
const never = new AbortController().signal;
const large = Buffer.alloc(9 << 20);
let whole = Buffer.alloc(0);
let list = Buffer.alloc(0);

interface Copying {
  readonly from?: string;
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (entries: number, bytes: number) => void;
}

async function copy(out: string, { from = source, workers = 2, signal = never, onProgress }: Copying = {}) {
  const files = { manifest: `${out}.files.jsonl`, container: `${out}.aff4` };
  return copyFolder({ source: from, ...files, facts, workers, signal, onProgress: onProgress ?? (() => undefined) });
}

async function check(out: string, listed = true) {
  const entries = listed ? () => entriesOf(`${out}.files.jsonl`) : null;
  return checkContainer({ container: `${out}.aff4`, entries, workers: 2, signal: never, onProgress: () => undefined });
}

function expectWhole(out: string): void {
  expect(readFileSync(`${out}.files.jsonl`).equals(list)).toBe(true);
  expect(readFileSync(`${out}.aff4`).equals(whole)).toBe(true);
}

beforeAll(async () => {
  writeMixedEvidence(source, 150);
  const random = randomOf(7);
  for (let at = 0; at < large.length; at += 4) large.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  writeFileSync(`${source}/d3/large.bin`, large);
  writeFileSync(`${source}/d5/large too.bin`, large);
  mkdirSync(`${source}/odd`);
  writeFileSync(`${source}/odd/empty`, "");
  writeFileSync(Buffer.concat([Buffer.from(`${source}/odd/raw`), Buffer.from([0xff, 0x0a, 0xc3])]), "raw name");
  writeFileSync(`${source}/odd/con.txt`, "a device on Windows");
  writeFileSync(`${source}/odd/${"n".repeat(250)}`, "long name");
  writeFileSync(`${source}/odd/information.turtle`, "not ours");
  linkSync(`${source}/odd/con.txt`, `${source}/odd/hard`);
  symlinkSync("../../../etc/passwd", `${source}/odd/link`);
  spawnSync("mkfifo", [`${source}/odd/pipe`]);
  // The first reading moves access times; later ones do not.
  readdirSync(source, { recursive: true });
  spawnSync("find", [source, "-type", "f", "-exec", "cat", "{}", "+"], { stdio: "ignore" });
  await copy(`${base}/whole`);
  whole = readFileSync(`${base}/whole.aff4`);
  list = readFileSync(`${base}/whole.files.jsonl`);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a folder copied into a container", () => {
  it("makes the list that registering the folder makes", async () => {
    const manifest = `${base}/plain.jsonl`;
    await acquireFolder({ source, manifest, workers: 2, signal: never, onProgress: () => undefined });
    expect(list.equals(readFileSync(manifest))).toBe(true);
  });

  it("holds every file under its path, and every content once", () => {
    const container = openAff4Logical(new MemorySource(whole));
    const listed = [...entriesOf(`${base}/whole.files.jsonl`)];
    const files = [...container.entries()];
    expect(files.map(({ entry }) => entry)).toEqual(listed.map(({ schema: _, ...entry }) => entry));
    const seen = new Set<string>();
    for (const file of files) {
      if (file.entry.kind !== "file") continue;
      const path = Buffer.concat([Buffer.from(`${source}/`), nameBytes(file.entry.path)]);
      const opened = container.open(file);
      expect(Buffer.from(readRange(opened, 0, opened.size)).equals(readFileSync(path))).toBe(true);
      const sha256 = file.entry.sha256 ?? "";
      expect(file.stream !== null).toBe(seen.has(sha256) && opened.size > 0);
      seen.add(sha256);
    }
    expect(whole.length).toBeLessThan(large.length * 1.2);
  });

  it("is opened, tested and extracted by ZIP tools", () => {
    const path = `${base}/whole.aff4`;
    expect(execFileSync("unzip", ["-tq", path], { encoding: "utf8" })).toContain("No errors detected");
    expect(execFileSync("unzip", ["-l", path], { encoding: "utf8" })).toContain("files/d3/large.bin");
    const out = `${base}/extracted`;
    execFileSync("unzip", ["-q", path, "-d", out]);
    expect(readFileSync(`${out}/files/d3/large.bin`).equals(large)).toBe(true);
    expect(existsSync(`${out}/files/d5/large too.bin`)).toBe(false);
    expect(readFileSync(`${out}/index.csv`, "utf8")).toContain("files/d5/large too.bin,9437184,");
    const program =
      "import sys,zipfile,hashlib; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), hashlib.sha256(z.read('files/d0/f0.html')).hexdigest())";
    const said = execFileSync("python3", ["-c", program, path], { encoding: "utf8" });
    const sha256 = createHash("sha256")
      .update(readFileSync(`${source}/d0/f0.html`))
      .digest("hex");
    expect(said.trim()).toBe(`None ${sha256}`);
    rmSync(out, { recursive: true, force: true });
  });

  it("has the same bytes whatever the number of threads", async () => {
    await copy(`${base}/three`, { workers: 3 });
    expectWhole(`${base}/three`);
  });

  it("agrees with its list and with itself", async () => {
    for (const listed of [true, false]) {
      const verdict = await check(`${base}/whole`, listed);
      expect(verdict).toMatchObject({ ok: true, damaged: [], findings: [], size: whole.length, volume: facts.volume });
      expect(verdict.sha256).toBe(createHash("sha256").update(whole).digest("hex"));
      expect(verdict.contents + verdict.duplicates).toBe(verdict.files);
    }
  });
});

describe("many small files", () => {
  it("are copied, checked and listed, 2,000 of them", async () => {
    const from = `${base}/many`;
    const files = Object.fromEntries(
      Array.from({ length: 2000 }, (_, at) => [`d${at % 40}/${at}.txt`, `file ${at} `.repeat(at % 90)]),
    );
    writeTree(from, files);
    const out = `${base}/many-out`;
    const { totals, contents, duplicates } = await copy(out, { from });
    expect(totals.kinds).toEqual({ directory: 40, file: 2000 });
    expect(totals.bytes).toBe(Object.values(files).reduce((sum, text) => sum + text.length, 0));
    expect(contents + duplicates + Object.values(files).filter((text) => text === "").length).toBe(2000);
    expect((await check(out)).ok).toBe(true);
    const program =
      "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.read('files/d9/1969.txt').decode())";
    const said = execFileSync("python3", ["-c", program, `${out}.aff4`], { encoding: "utf8" });
    expect(said.trimEnd()).toBe(`None ${files["d9/1969.txt"]}`.trimEnd());
  });
});

describe("an interrupted copy", () => {
  it.each([1, 100])("continues to the same bytes after kill -9 at entry %i", async (entries) => {
    const out = `${base}/killed-${entries}`;
    const flags = process.execArgv.filter((flag) => flag === "--no-addons");
    const run = spawnSync(process.execPath, [...flags, killed, source, out, String(entries), facts.created], {
      encoding: "utf8",
    });
    expect(run.signal, run.stderr).toBe("SIGKILL");
    expect(existsSync(`${out}.files.jsonl`)).toBe(false);
    await copy(out);
    expectWhole(out);
  });

  it("stops in the middle of a large file, keeps what it has and continues to the same bytes", async () => {
    const out = `${base}/stopped`;
    const stop = new AbortController();
    let before = 0;
    const onProgress = (entries: number, bytes: number) => {
      // Bytes that grow without an entry: a part of the large file.
      if (entries > 0 && bytes - before > 6 << 20) stop.abort();
      before = bytes;
    };
    const stopped = await copy(out, { signal: stop.signal, onProgress });
    expect(stopped.manifest).toBeNull();
    const size = readFileSync(`${out}.aff4`).length;
    expect(size).toBeLessThan(whole.length - (1 << 20));
    const resumed = await copy(out);
    expect(resumed.resumedEntries).toBe(stopped.totals.entries);
    expectWhole(out);
  });

  it("keeps what both list and container hold, wherever either was torn", async () => {
    const out = `${base}/torn`;
    const random = randomOf(11);
    for (let round = 0; round < 2; round++) {
      writeFileSync(`${out}.aff4`, whole.subarray(0, Math.floor(random() * whole.length)));
      writeFileSync(`${out}.files.jsonl.partial`, list.subarray(0, Math.floor(random() * list.length)));
      rmSync(`${out}.files.jsonl`, { force: true });
      await copy(out);
      expectWhole(out);
    }
    // Only the end was missing.
    truncateSync(`${out}.aff4`, whole.length - 500);
    const { resumedEntries, totals } = await copy(out);
    expect(resumedEntries).toBe(totals.entries);
    expectWhole(out);
  });

  it("reads again what changed meanwhile", async () => {
    const from = `${base}/changing`;
    writeMixedEvidence(from, 60, 3);
    const out = `${base}/changed`;
    await copy(out, { from });
    const first = readFileSync(`${out}.aff4`);
    appendFileSync(`${from}/d1/f30.html`, "more");
    const { resumedEntries } = await copy(out, { from });
    expect(resumedEntries).toBeGreaterThan(20);
    expect(resumedEntries).toBeLessThan(50);
    expect(readFileSync(`${out}.aff4`).equals(first)).toBe(false);
    expect((await check(out)).ok).toBe(true);
  });
});

describe("a source that resists", () => {
  it("records what is unreadable or no file of a fixed size, and goes on", async ({ skip }) => {
    skip(!existsSync("/proc/sys/net/ipv4/route"), "needs /proc/sys");
    // Files of size 0 that hold bytes, and one that may only be written.
    const out = `${base}/proc`;
    const { totals } = await copy(out, { from: "/proc/sys/net/ipv4/route" });
    expect(totals.statuses.partial).toBeGreaterThan(5);
    expect(totals.findings["folder/changed-while-read"]).toBeGreaterThan(5);
    expect(totals.findings["folder/unreadable"]).toBe(1);
    const verdict = await check(out);
    expect(verdict).toMatchObject({ ok: true, damaged: [] });
    expect(verdict.contents).toBeGreaterThan(3);
  });

  it("says that the disk is full and can be continued", async ({ skip }) => {
    skip(!existsSync("/dev/full"), "needs /dev/full");
    const out = `${base}/full`;
    symlinkSync("/dev/full", `${out}.aff4`);
    await expect(copy(out)).rejects.toMatchObject({ code: "case/disk-full", exit: 4 });
    rmSync(`${out}.aff4`);
    await copy(out);
    expectWhole(out);
  });
});

describe("a damaged container", () => {
  const spoil = (out: string, change: (bytes: Buffer) => Buffer): void => {
    writeFileSync(`${out}.files.jsonl`, list);
    writeFileSync(`${out}.aff4`, change(Buffer.from(whole)));
  };
  const memberOf = (name: string) => {
    const member = openAff4Logical(new MemorySource(whole)).members.get(name);
    if (!member) throw new Error(name);
    return member;
  };

  it("names the files whose content changed, and those that share it", async () => {
    const out = `${base}/spoilt`;
    const { headerAt } = memberOf("files/d3/large.bin");
    spoil(out, (bytes) => {
      bytes[headerAt + 4_000_000] = (bytes[headerAt + 4_000_000] ?? 0) ^ 1;
      return bytes;
    });
    const expected = [
      { path: { text: "d3/large.bin", bytes: null }, problem: "hash" },
      { path: { text: "d5/large too.bin", bytes: null }, problem: "content-of-other" },
    ];
    expect((await check(out)).damaged).toEqual(expected);
    expect((await check(out, false)).damaged).toEqual(expected);
  });

  it("names a packed content that cannot be unpacked, a lost header and a changed map", async () => {
    const out = `${base}/spoilt-parts`;
    const packed = memberOf("files/d0/f0.html");
    const lost = memberOf("files/d0/f2.bin");
    const map = memberOf("duplicates/00000000/map");
    spoil(out, (bytes) => {
      bytes.fill(0xff, packed.headerAt + 70, packed.headerAt + 90);
      bytes.fill(0, lost.headerAt, lost.headerAt + 4);
      bytes[map.headerAt + 30 + map.name.length + 20 + 8] = 1;
      return bytes;
    });
    const { damaged } = await check(out);
    const named = new Map(damaged.map(({ path, problem }) => [path.text, problem]));
    expect(named.get("d0/f0.html")).toBe("packed");
    expect(named.get("d0/f2.bin")).toBe("missing");
    expect([...named.values()].filter((problem) => problem === "map")).toHaveLength(1);
    expect(named.size).toBe(3);
  });

  it("names statements that were changed", async () => {
    const out = `${base}/spoilt-list`;
    writeFileSync(`${out}.aff4`, whole);
    writeFileSync(`${out}.files.jsonl`, list.toString().replace('"mode":"100644"', '"mode":"100755"'));
    expect((await check(out)).damaged.map(({ problem }) => problem)).toEqual(["metadata"]);
  });

  it("says which files are still there in one that was cut short, and that nothing is in one that is none", async () => {
    const out = `${base}/cut`;
    const { headerAt } = memberOf("files/d5/f126.html");
    spoil(out, (bytes) => bytes.subarray(0, headerAt + 10));
    const verdict = await check(out);
    expect(verdict.ok).toBe(false);
    expect(verdict.findings).toEqual(["aff4l/directory-damaged", "aff4l/metadata-damaged"]);
    expect(verdict.contents).toBeGreaterThan(50);
    expect(verdict.damaged.some(({ path }) => path.text === "d5/f126.html")).toBe(true);
    expect(verdict.damaged.some(({ path }) => path.text === "d0/f0.html")).toBe(false);
    spoil(out, () => Buffer.from("nothing of the kind"));
    const none = await check(out);
    expect(none).toMatchObject({ ok: false, findings: ["aff4l/no-volume"], volume: "" });
    expect(none.damaged.length).toBeGreaterThan(150);
  });
});
