/** Volumes made by mkntfs and ntfs-3g while the tests run, against what the mounted file system says, and against TSK. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRange } from "../../../../native-free/bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../../../../native-free/filesystems/file-system.ts";
import { ntfsFormat } from "../../../../native-free/filesystems/ntfs/format.ts";
import { cannotMakeNtfs, makeNtfs, type LiveVolume } from "../../../fixtures/filesystems/ntfs-live.ts";
import { FileVolume } from "../../../fixtures/filesystems/file-volume.ts";
import { sha256, type LiveOptions } from "../../../fixtures/filesystems/ntfs-script.ts";
import { codes } from "../../../fixtures/filesystems/walked.ts";

const noTsk = Boolean(spawnSync("fls", ["-V"]).error);
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "vestige-ntfs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const variants: readonly (readonly [name: string, options: LiveOptions])[] = [
  ["clusters of 4096 bytes", { clusterBytes: 4096, megabytes: 40, seed: 1, many: 900 }],
  ["clusters of 512 bytes", { clusterBytes: 512, megabytes: 24, seed: 2, many: 200 }],
  ["clusters of 64 KiB", { clusterBytes: 65_536, megabytes: 60, seed: 4, many: 300 }],
  ["clusters of 2 MiB", { clusterBytes: 2 << 20, megabytes: 600, seed: 5, many: 30 }],
  ["sectors of 4096 bytes", { clusterBytes: 4096, sectorBytes: 4096, megabytes: 40, seed: 6, many: 300 }],
];

interface Found {
  readonly path: string;
  readonly entry: FileSystemEntry;
}

/** With paths; a stream has that of its file, a colon and its name. */
function walk(fs: FileSystem): Found[] {
  const paths = new Map<string, string>();
  return Array.from(fs.entries(), (entry) => {
    const above = entry.parent === null ? "" : paths.get(entry.parent);
    const at = `${above ?? "?"}${entry.kind === "stream" ? ":" : "/"}${entry.name.text}`;
    paths.set(entry.key, at);
    return { path: at, entry };
  });
}

const read = (fs: FileSystem, entry: FileSystemEntry): Uint8Array => readRange(fs.open(entry), 0, entry.size);
const epoch = 11_644_473_600n * 10_000_000n;
/** Times of $STANDARD_INFORMATION in units of 100 ns since 1601. */
function timesOf(entry: FileSystemEntry): Record<string, bigint> {
  const own = entry.times.filter(({ source }) => source === "$SI");
  return Object.fromEntries(
    own.map(({ kind, value }) => {
      const [seconds, fraction = ""] = value.replace("Z", "").split(".");
      return [kind, BigInt(Date.parse(`${seconds!}Z`)) * 10_000n + BigInt(fraction.padEnd(7, "0")) + epoch];
    }),
  );
}

function open(live: LiveVolume): { fs: FileSystem; close: () => void } {
  const volume = new FileVolume(live.image);
  return { fs: ntfsFormat.open(volume)!, close: () => volume.close() };
}

describe.skipIf(cannotMakeNtfs !== null)(`volumes of mkntfs and ntfs-3g (${cannotMakeNtfs ?? "they are here"})`, () => {
  describe.each(variants)("%s", (name, options) => {
    let live: LiveVolume | null = null;
    let all: Found[] = [];
    let opened: ReturnType<typeof open>;
    beforeAll(() => {
      live = makeNtfs(folder, name.replaceAll(/\W/g, ""), options);
      if (live === null) return;
      opened = open(live);
      all = walk(opened.fs);
    }, 60_000);
    afterAll(() => {
      if (live === null) return;
      opened.close();
      rmSync(live.image);
    });

    it("gives the files, directories, sizes, times and bytes that the mounted volume has", ({ skip }) => {
      if (live === null) return skip("ntfs-3g cannot mount here");
      const { fs } = opened;
      const here = all.filter(
        ({ entry: { nameClaim, kind } }) => nameClaim === "allocated" && (kind === "file" || kind === "directory"),
      );
      const found = new Map(here.map((each) => [each.path, each.entry]));
      found.delete("/$Extend");
      // ntfs-3g keeps symbolic links as Interix did: files to everybody else.
      const left = new Set([...found.keys()].filter((each) => each !== "/interix"));
      for (const each of live.overlaid.keys()) left.delete(each);
      for (const { path: at, kind, inode, links, size, sha256: digest, times } of live.entries) {
        const entry = found.get(at);
        expect(entry, at).toBeDefined();
        left.delete(at);
        expect([entry!.kind, entry!.attributes.inode, entry!.attributes.links ?? "1"], at).toEqual([
          kind,
          String(inode),
          String(links),
        ]);
        expect(timesOf(entry!), at).toEqual(times);
        expect(codes(entry!), at).toEqual([]);
        if (digest === null) continue;
        expect(entry!.size, at).toBe(size);
        expect(sha256(read(fs, entry!)), at).toBe(digest);
        expect(
          Array.from(fs.open(entry!).runsIn(0, size)).filter(({ kind: run }) => run !== "data" && run !== "sparse"),
        ).toEqual([]);
      }
      expect([...left]).toEqual([]);
      expect(fs.label).toBe(`live ${options.clusterBytes}`);
      expect(fs.blockBytes).toBe(options.clusterBytes);
    });

    it("gives alternate streams and what links lead to", ({ skip }) => {
      if (live === null) return skip("ntfs-3g cannot mount here");
      const streams = all.filter(({ entry: { kind, nameClaim } }) => kind === "stream" && nameClaim === "allocated");
      for (const [at, digest] of live.overlaid) {
        const { entry } = all.find((each) => each.path === at)!;
        expect([at, sha256(read(opened.fs, entry))]).toEqual([at, digest]);
        expect(entry.attributes.compression).toMatch(/^(?:XPRESS(?:4|8|16)K|LZX)$/);
      }
      const digests = new Map(streams.map(({ path: at, entry }) => [at, sha256(read(opened.fs, entry))]));
      expect(digests).toEqual(live.streams);
      for (const at of ["/link", "/junction"]) {
        const { entry } = all.find((each) => each.path === at)!;
        expect(entry.kind).toBe("symlink");
        expect(entry.target?.text).toBe(live.links.get(at));
      }
    });

    it("gives deleted files, and no byte of them that something else owns", ({ skip }) => {
      if (live === null) return skip("ntfs-3g cannot mount here");
      const { fs } = opened;
      const owned = all
        .filter(({ entry: { nameClaim, kind } }) => nameClaim === "allocated" || kind === "metadata")
        .filter(
          ({ entry }) =>
            entry.nameClaim !== "deleted" && entry.contentClaim !== "none" && !entry.name.text.startsWith("$Bad"),
        )
        .flatMap(({ entry }) => fs.extentsOf(entry));
      const taken = new Set<number>();
      for (const { start, length } of owned)
        if (start !== null)
          for (let at = start; at < start + length; at += options.clusterBytes)
            taken.add(Math.floor(at / options.clusterBytes));
      let whole = 0;
      const names = new Set<string>();
      for (const { path: at, entry } of all) {
        if (entry.nameClaim === "allocated" || entry.nameClaim === "none" || entry.kind !== "file") continue;
        names.add(entry.name.text);
        for (const { start, length, state } of entry.contentClaim === "resident" ? [] : fs.extentsOf(entry)) {
          if (start === null || state === "overwritten" || state === "missing") continue;
          for (let byte = start; byte < start + length; byte += options.clusterBytes)
            expect(taken.has(Math.floor(byte / options.clusterBytes)), `${at}: byte ${byte}`).toBe(false);
        }
        const was = live.deleted.get(entry.name.text);
        if (was === undefined || (entry.contentClaim !== "unallocated" && entry.contentClaim !== "resident")) continue;
        expect(sha256(read(fs, entry)), at).toBe(was);
        whole++;
      }
      expect([...live.deleted.keys()].filter((each) => !names.has(each))).toEqual([]);
      expect(whole).toBeGreaterThanOrEqual(live.deleted.size - 4);
      const below = all.filter(({ path: at }) => at.startsWith("/gone/below/removed"));
      expect(new Set(below.map(({ path: at }) => at)).size).toBe(10);
    });

    it("understands every byte, and finds nothing odd", ({ skip }) => {
      if (live === null) return skip("ntfs-3g cannot mount here");
      const { fs } = opened;
      let at = 0;
      for (const range of fs.account()) {
        expect(range.start).toBe(at);
        expect(range.class, range.what).not.toBe("not-understood");
        at += range.length;
      }
      expect(at).toBe(options.megabytes << 20);
      expect(new Set(all.map(({ entry }) => entry.key)).size).toBe(all.length);
      expect(codes(fs)).toEqual([]);
    });

    // Larger clusters are none to TSK.
    if (options.clusterBytes <= 65_536)
      it.skipIf(noTsk)("lists what fls lists, with the bytes of icat", ({ skip }) => {
        if (live === null) return skip("ntfs-3g cannot mount here");
        const { compared, unlike } = compareWithTsk(live.image, opened.fs, all);
        expect(unlike).toEqual([]);
        expect(compared).toBeGreaterThan(60);
      });
  });
});

/** Lines of `fls` that are not ours, and contents of `icat` that differ; of files that are not sparse or large, a sample. */
function compareWithTsk(image: string, fs: FileSystem, all: readonly Found[]): { compared: number; unlike: string[] } {
  const body = execFileSync("fls", ["-r", "-p", "-m", "", image], {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC", LC_ALL: "C.UTF-8" },
    maxBuffer: 1 << 26,
  });
  const byPath = new Map<string, FileSystemEntry[]>();
  for (const { path: at, entry } of all) byPath.set(at, [...(byPath.get(at) ?? []), entry]);
  const unlike: string[] = [];
  let compared = 0;
  let contents = 0;
  for (const line of body.split("\n")) {
    const [, name = "", inode = "", mode = "", , , size = ""] = line.split("|");
    if (name === "" || name.includes("($FILE_NAME)") || /^\/\$(?!special)/.test(name) || mode.startsWith("V/"))
      continue;
    const at = name.replace(/ \(deleted(?:-realloc)?\)$/, "");
    const record = inode.split("-")[0]!;
    const own = (byPath.get(at) ?? []).filter(
      ({ attributes }) => attributes.inode === undefined || attributes.inode === record,
    );
    compared++;
    if (own.length === 0) unlike.push(`${name} (${inode})`);
    const entry = own.find((each) => each.contentClaim !== "none");
    if (!entry || entry.kind === "directory" || entry.kind === "symlink") continue;
    if (String(entry.size) !== size) unlike.push(`${name}: ${size}, not ${entry.size}`);
    const known = entry.contentClaim === "allocated" || entry.contentClaim === "unallocated";
    if (!known || entry.size > 400_000 || (contents >= 6 && !/compressed|removed [12]/.test(at))) continue;
    contents++;
    const bytes = execFileSync("icat", [image, inode], { maxBuffer: 1 << 26 });
    if (!bytes.equals(read(fs, entry))) unlike.push(`${name}: other bytes`);
  }
  return { compared, unlike };
}
