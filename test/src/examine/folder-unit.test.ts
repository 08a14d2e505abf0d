import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readWhole } from "../../../native-free/bytes/byte-source.ts";
import { findings } from "../../../native-free/model/findings.ts";
import { acquireFolder } from "../../../src/acquire/folder/acquire-folder.ts";
import { folderPath } from "../../../native-free/model/forensic-path.ts";
import { FolderUnits } from "../../../src/examine/folder-unit.ts";
import { sourceGoneCode } from "../../../workers/machine-fault.ts";
import { manifestLines } from "../../../src/source/read-manifest.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";

const onLinux = process.platform === "linux";
let base = "";
let source = "";
let manifest = "";
const starts = new Map<string, number>();

beforeEach(() => {
  base = freshFolder("unit");
  source = `${base}/source`;
  manifest = `${base}/files.jsonl`;
  mkdirSync(`${source}/d/e`, { recursive: true });
  writeFileSync(`${source}/file`, "as it was acquired");
  writeFileSync(`${source}/d/e/deep`, "deep words");
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

async function acquire(): Promise<void> {
  const signal = new AbortController().signal;
  await acquireFolder({ source, manifest, workers: 1, signal, onProgress: () => undefined });
  starts.clear();
  for (const { entry, start } of manifestLines(manifest)) starts.set(entry.path.text, start);
}

/** The unit of a path as it is opened now: its outcome, findings and bytes. */
function open(path: string, units = new FolderUnits(source, manifest, () => undefined), untouched = false) {
  const unit = units.open(starts.get(path) ?? -1, untouched);
  const bytes = unit.content ? readWhole(unit.content.source, 1 << 30) : null;
  const text = bytes === null ? null : Buffer.from(bytes).toString("latin1");
  unit.close();
  const { status, reason, findings: found } = unit.occurrence;
  for (const { code } of found) expect(findings[code]).toBeDefined();
  return {
    status,
    reason,
    codes: found.map(({ code, params }) => `${code} ${params.what ?? params.error ?? ""}`.trim()),
    text,
    unit,
  };
}

describe("a unit of a folder", () => {
  it("that is unchanged has its bytes, its hashes and nothing to say", async () => {
    await acquire();
    const { status, reason, codes, text, unit } = open("file");
    expect({ status, reason, codes, text }).toEqual({
      status: "done",
      reason: null,
      codes: [],
      text: "as it was acquired",
    });
    const digest = (algorithm: string) => createHash(algorithm).update("as it was acquired").digest("hex");
    expect(unit.content?.facts).toMatchObject({ md5: digest("md5"), sha1: digest("sha1"), sha256: digest("sha256") });
    expect(unit.occurrence).toMatchObject({ path: "folder:/file", parent: null, depth: 0, size: 18 });
  });

  it("knows its folder as parent", async () => {
    await acquire();
    expect(open("d/e/deep").unit.occurrence.parent).toBe(open("d/e").unit.occurrence.id);
    expect(open("d/e").unit.occurrence.parent).toBe(open("d").unit.occurrence.id);
    expect(open("d").unit).toMatchObject({ content: null, occurrence: { kind: "directory", parent: null } });
  });

  it("whose bytes changed is examined as it is now, and the signed manifest stands", async () => {
    await acquire();
    const { mtime } = statSync(`${source}/file`);
    writeFileSync(`${source}/file`, "AS IT WAS acquired");
    utimesSync(`${source}/file`, mtime, mtime);
    const { status, reason, codes, text, unit } = open("file");
    expect({ status, reason, text }).toEqual({ status: "partial", reason: "changed", text: "AS IT WAS acquired" });
    expect(codes).toEqual(["folder/changed-since-acquisition content"]);
    expect(unit.content?.facts.md5).toBe(createHash("md5").update("AS IT WAS acquired").digest("hex"));
    expect(unit.occurrence.size).toBe(18);
  });

  it.each([
    ["vanished", "failed", "absent", "folder/absent", () => unlinkSync(`${source}/file`)],
    [
      "a folder",
      "failed",
      "changed",
      "folder/changed-since-acquisition kind",
      () => replace(() => mkdirSync(`${source}/file`)),
    ],
    [
      "a link",
      "failed",
      "changed",
      "folder/changed-since-acquisition kind",
      () => replace(() => symlinkSync("/etc/passwd", `${source}/file`)),
    ],
    [
      "a pipe",
      "failed",
      "changed",
      "folder/changed-since-acquisition kind",
      () => replace(() => execFileSync("mkfifo", [`${source}/file`])),
    ],
    [
      "empty",
      "partial",
      "changed",
      "folder/changed-since-acquisition content",
      () => writeFileSync(`${source}/file`, ""),
    ],
  ])("in whose place is what is %s says so and hangs nothing", async (what, status, reason, code, change) => {
    if (!onLinux && what !== "vanished" && what !== "empty") return expect(process.platform).not.toBe("linux");
    await acquire();
    change();
    expect(open("file")).toMatchObject({ status, reason, codes: [code], text: what === "empty" ? "" : null });
    return undefined;
  });

  it("in whose place is a socket says so", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    await acquire();
    unlinkSync(`${source}/file`);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`${source}/file`, resolve));
    expect(open("file")).toMatchObject({ status: "failed", reason: "changed", text: null });
    await new Promise((resolve) => server.close(resolve));
  });

  it("is not reached through a link that took the place of its folder", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    await acquire();
    renameSync(`${source}/d/e`, `${base}/elsewhere`);
    symlinkSync(`${base}/elsewhere`, `${source}/d/e`);
    const { status, text } = open("d/e/deep");
    expect([status, text]).toEqual(["failed", null]);
  });

  it("that may no longer be read says so", async ({ skip }) => {
    skip(!onLinux || process.getuid?.() === 0, "needs Linux and an officer who is not root");
    await acquire();
    chmodSync(`${source}/file`, 0);
    expect(open("file")).toMatchObject({ status: "failed", reason: "unreadable", codes: ["folder/unreadable EACCES"] });
  });

  it("that is not to be touched is not opened", async () => {
    await acquire();
    unlinkSync(`${source}/file`);
    expect(open("file", undefined, true)).toMatchObject({ status: "done", codes: [], text: null });
  });

  it("that failed when it was acquired, or is no file, is not opened now", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    execFileSync("mkfifo", [`${source}/pipe`]);
    symlinkSync("/etc/passwd", `${source}/link`);
    await acquire();
    for (const path of ["pipe", "link"]) {
      unlinkSync(`${source}/${path}`);
      writeFileSync(`${source}/${path}`, "a file now");
    }
    expect(open("pipe")).toMatchObject({ status: "skipped", reason: "special", text: null });
    expect(open("link")).toMatchObject({ status: "skipped", reason: "symlink", text: null });
  });

  it.each([0, 8 << 20, (8 << 20) + 1])(
    "of %d bytes has the same hashes from memory and from the file",
    async (size) => {
      writeFileSync(`${source}/big`, Buffer.alloc(size, "0123456789abcdef!"));
      await acquire();
      const { status, codes, text, unit } = open("big");
      expect([status, codes, text?.length]).toEqual(["done", [], size]);
      const histogram = unit.content?.facts.histogram ?? new Float64Array(256);
      expect(histogram.reduce((a, b) => a + b, 0)).toBe(size);
      writeFileSync(`${source}/big`, Buffer.alloc(size + 3, "x"));
      const changed = open("big");
      expect(changed).toMatchObject({ status: "partial", reason: "changed" });
      expect(changed.unit.content?.facts.sha1).toBe(
        createHash("sha1")
          .update(Buffer.alloc(size + 3, "x"))
          .digest("hex"),
      );
    },
  );

  it("is closed in every case", async ({ skip }) => {
    skip(!onLinux, "needs Linux");
    symlinkSync("/etc/passwd", `${source}/other`);
    await acquire();
    const units = new FolderUnits(source, manifest, () => undefined);
    open("file", units);
    const before = readdirSync("/proc/self/fd").length;
    for (let round = 0; round < 5; round++) open("file", units);
    replace(() => mkdirSync(`${source}/file`));
    for (let round = 0; round < 5; round++) open("file", units);
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  it("of a source that is gone stops the run instead of marking every file absent", async () => {
    await acquire();
    const units = new FolderUnits(source, manifest, () => undefined);
    renameSync(source, `${base}/away`);
    rmSync(`${base}/away`, { recursive: true });
    expect(() => open("file", units)).toThrow(expect.objectContaining({ code: sourceGoneCode }));
    // Another folder at the same place is not the source either.
    mkdirSync(source);
    expect(() => open("file", units)).toThrow(expect.objectContaining({ code: sourceGoneCode }));
    rmSync(source, { recursive: true });
    expect(() => new FolderUnits(source, manifest, () => undefined)).toThrow(
      expect.objectContaining({ code: sourceGoneCode }),
    );
    expect(existsSync(source)).toBe(false);
  });

  it("is found by its line, whatever the length of the line", async () => {
    const names = Array.from({ length: 30 }, (_, at) => `${"long-name-".repeat(20)}${at}`);
    for (const name of names) writeFileSync(`${source}/${name}`, name);
    await acquire();
    const units = new FolderUnits(source, manifest, () => undefined);
    for (const name of names.toReversed()) expect(open(name, units).text).toBe(name);
    expect(() => units.open(readFileSync(manifest).length, false)).toThrow(/no manifest line/);
  });
});

function replace(make: () => unknown): void {
  unlinkSync(`${source}/file`);
  make();
}

describe("folderPath", () => {
  it("writes names as forensic paths do", () => {
    expect(folderPath(Buffer.from("a/b#c/ü.txt"))).toBe("folder:/a/b%23c/ü.txt");
    expect(folderPath(Uint8Array.of(0xff, 0x2f, 0x61))).toBe("folder:/%FF/a");
  });
});
