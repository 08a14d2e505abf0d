import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { bodyLines, modeText } from "../../../src/cli/browse/body-file.ts";
import { intervalOf, secondsOf, utcText, zoneOf } from "../../../src/cli/browse/instant.ts";
import { pathText } from "../../../src/cli/browse/rows.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { catCommand } from "../../../src/cli/commands/cat.ts";
import { lsCommand } from "../../../src/cli/commands/ls.ts";
import { statCommand } from "../../../src/cli/commands/stat.ts";
import { timelineCommand } from "../../../src/cli/commands/timeline.ts";
import { treeCommand } from "../../../src/cli/commands/tree.ts";
import { nameFromBytes, parsePath, pathName } from "../../../native-free/model/forensic-path.ts";
import { runHere } from "../../fixtures/captured-output.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { browsedDisk, contents } from "../../fixtures/filesystems/browsed-disk.ts";
import { told } from "../../fixtures/filesystems/fat-volume.ts";
import { runCommand, type RunResult } from "../../fixtures/run-command.ts";

const ntfsImage = fileURLToPath(
  new URL("../../../../shared/data/images/sleuthkit_test_data/from_brian/7-undel-ntfs.zip", import.meta.url),
);

const base = freshFolder("browse");
const at = (name: string): string => join(base, name);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
afterAll(() => rmSync(base, { recursive: true, force: true }));

beforeAll(() => writeFileSync(at("disk.raw"), browsedDisk()));

const disk = (): string => at("disk.raw");
const text = async (...[command, args, flags]: Parameters<typeof runHere>): Promise<string> => {
  const { exit, said } = await runHere(command, args, flags);
  expect(exit, said.notes.join("\n")).toBe(0);
  return said.lines.join("\n");
};
const rows = ({ text: said }: RunResult): Record<string, unknown>[] =>
  said
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("vestige ls", () => {
  it("shows the root of each file system, with state, kind, size and time of unknown zone", async () => {
    const said = await text(lsCommand, [disk()]);
    expect(said).toMatch(/\(medium\).*FAT12/);
    expect(said).toMatch(/^allocated +file +700 +2024-05-17T13:37:22 local +LETTER\.TXT$/m);
    expect(said).toMatch(/^deleted +file +400 .* %E5ONE\.TXT#\d+$/m);
    expect(said).not.toMatch(/ LABELED$/m);
    expect(said).not.toContain("HIDDEN");
  });

  it("goes down with -r, gives hashes of what is complete, and shows all that there is with --all", async () => {
    const result = await runCommand(lsCommand, [disk()], { recursive: true, hash: true, algorithms: "md5,sha256" });
    expect(result.exit).toBe(0);
    const entries = rows(result).filter(({ event }) => event === "entry");
    const hidden = entries.find(({ path }) => path === "fat:/DIR/HIDDEN.BIN");
    const md5 = createHash("md5").update(contents.hidden).digest("hex");
    expect(hidden).toMatchObject({ hashes: { md5, sha256: sha256(contents.hidden) }, missing: 0, state: "allocated" });
    const part = entries.find(({ path }) => String(path).startsWith("fat:/%E5ART.TXT#"));
    expect(part).toMatchObject({ hashes: null, state: "deleted", contentClaim: "partly-overwritten" });
    expect(part?.["missing"]).toBeGreaterThan(0);
    const all = await text(lsCommand, [disk()], { recursive: true, all: true });
    for (const name of ["fat:/$FAT1", "fat:/LETTER.TXT#slack", "fat:/#unallocated@0", "fat:/#slack"]) {
      expect(
        all.split("\n").some((line) => line.endsWith(`  ${name}`)),
        name,
      ).toBe(true);
    }
    const deleted = await text(lsCommand, [disk()], { recursive: true, deleted: true });
    expect(deleted.split("\n").filter((line) => line !== "").length).toBe(4);
  });

  it("takes a folder, a file, slack and space by their paths, behind the source or in --at", async () => {
    expect(await text(lsCommand, [`${disk()}/fat:/dir`])).toMatch(/ HIDDEN\.BIN$/m);
    expect(await text(lsCommand, [disk()], { at: "-/fat:/DIR/hidden.bin" })).toMatch(/ fat:\/DIR\/HIDDEN\.BIN$/m);
    expect(await text(lsCommand, [disk()], { at: "fat:/LETTER.TXT#slack" })).toMatch(/^slack +space +324 .*#slack$/m);
    expect(await text(lsCommand, [disk()], { at: "fat:/#unallocated@0" })).toMatch(/^unallocated space /m);
    await expect(runCommand(lsCommand, [`${disk()}/fat:/`], { at: "fat:/" })).rejects.toThrow(/one forensic path/);
    await expect(runCommand(lsCommand, [disk()], { hash: true, algorithms: "crc" })).rejects.toThrow(/md5, sha1/);
    await expect(runCommand(lsCommand, [at("none.raw")])).rejects.toThrow(/nothing there/);
    await expect(runCommand(lsCommand, [`${disk()}/fat:/NONE`])).rejects.toThrow(/"NONE"/);
  });

  it("says which volumes it shows no files of", async () => {
    writeFileSync(at("noise.raw"), told(8192, 9));
    const { said } = await runHere(lsCommand, [at("noise.raw")], { recursive: true });
    expect(said.notes.join("\n")).toMatch(/\(medium\): nothing known; no file system that is read/);
  });
});

describe("vestige cat", () => {
  it("writes bytes into a new file, whole or not at all", async () => {
    const to = at("letter.out");
    expect((await runHere(catCommand, [`${disk()}/fat:/LETTER.TXT`], { to })).exit).toBe(0);
    expect(readFileSync(to).equals(Buffer.from(contents.letter))).toBe(true);
    await expect(runHere(catCommand, [`${disk()}/fat:/DIR/HIDDEN.BIN`], { to })).rejects.toThrow(
      /nothing is overwritten/,
    );
    expect(readFileSync(to).equals(Buffer.from(contents.letter))).toBe(true);
    await expect(runHere(catCommand, [`${disk()}/fat:/DIR`], { to: at("dir.out") })).rejects.toThrow(/found a folder/);
    await expect(runHere(catCommand, [`${disk()}/fat:/LETTER.TXT`], { to: at("no/x") })).rejects.toThrow(/ENOENT/);
    await expect(runCommand(catCommand, [`${disk()}/fat:/LETTER.TXT`])).rejects.toThrow(/--to FILE with --json/);
    expect(readdirSync(base).filter((name) => name.includes(".new-"))).toEqual([]);
  });

  it("names what is missing and exits 1; zeros stand in its place", async () => {
    const listed = rows(await runCommand(lsCommand, [disk()], { recursive: true, deleted: true }));
    const { path } = listed.find((row) => String(row["path"]).includes("ART.TXT"))!;
    const { exit, said } = await runHere(catCommand, [disk()], { at: String(path), to: at("part.out") });
    expect(exit).toBe(1);
    expect(said.notes.join("\n")).toMatch(/missing: [\d,]+ bytes from byte 0 on/);
    const bytes = readFileSync(at("part.out"));
    expect(bytes.subarray(512).equals(Buffer.from(told(1000, 5)).subarray(512))).toBe(true);
    expect(bytes.subarray(0, 512).every((byte) => byte === 0)).toBe(true);
  });
});

describe("vestige stat", () => {
  it("says everything of a file: times, places in volume and medium, slack, findings", async () => {
    const said = await text(statCommand, [`${disk()}/fat:/LETTER.TXT`], { hash: true });
    for (const part of [
      /modified +2024-05-17T13:37:22 .*zone not recorded, from fat/,
      /ram slack/,
      /SHA256 +[0-9a-f]{64}/,
    ]) {
      expect(said).toMatch(part);
    }
    const result = await runCommand(statCommand, [disk()], { at: "fat:/LETTER.TXT" });
    const { extents } = result.events[0] as { extents: { medium: number; length: number }[] };
    const place = readFileSync(disk()).subarray(extents[0]!.medium, extents[0]!.medium + 512);
    expect(place.equals(Buffer.from(contents.letter).subarray(0, 512))).toBe(true);
    const volume = await text(statCommand, [disk()], { at: "fat:/" });
    expect(volume).toMatch(/file system +FAT12/);
    expect(await text(statCommand, [disk()], { at: "fat:/#unallocated@0" })).toMatch(/intact/);
  });

  it("says how far a deleted file can be recovered", async () => {
    const listed = rows(await runCommand(lsCommand, [disk()], { recursive: true, deleted: true }));
    const words = await Promise.all(
      listed
        .filter(({ event }) => event === "entry")
        .map(async ({ path }) => (await runHere(statCommand, [disk()], { at: String(path) })).said.lines.join("\n")),
    );
    expect(words.map((each) => String(/recovery +(\w+):/.exec(each)?.[1])).toSorted()).toEqual([
      "certain",
      "partial",
      "probable",
    ]);
    expect(words.find((each) => each.includes("probable"))).toMatch(
      /note: Only the first block .* judge by its content/,
    );
  });
});

describe("vestige tree", () => {
  it("draws levels, marks what is deleted, and stops at --depth", async () => {
    const said = await text(treeCommand, [disk()]);
    expect(said).toMatch(/^├── DIR\/$/m);
    expect(said).toMatch(/^│ {3}└── HIDDEN\.BIN$/m);
    expect(said).toMatch(/%E5ONE\.TXT#\d+ \[deleted\]$/m);
    expect(
      said
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("└── ")).length,
    ).toBe(1);
    const flat = await runHere(treeCommand, [`${disk()}/fat:/`], { depth: "1", sizes: true });
    expect(flat.said.lines.join("\n")).not.toContain("HIDDEN");
    expect(flat.said.lines.join("\n")).toContain("LETTER.TXT (700 bytes)");
    expect(flat.said.notes.join("\n")).toMatch(/--depth 1/);
    await expect(runCommand(treeCommand, [`${disk()}/fat:/LETTER.TXT`])).rejects.toThrow(/a volume or a folder/);
  });

  it("counts what hangs in no folder", async () => {
    const image = Buffer.from(browsedDisk());
    const { said: before } = await runHere(treeCommand, [disk()]);
    expect(before.notes.join("\n")).not.toContain("orphan");
    // The folder's own entry is wiped: its cluster still begins with "." and "..".
    const at0 = image.indexOf("DIR        \u0010", 0, "latin1");
    expect(at0).toBeGreaterThan(0);
    image.fill(0xff, at0, at0 + 11);
    image[at0] = 0xe5;
    image.fill(0, at0 + 20, at0 + 22);
    image.fill(0, at0 + 26, at0 + 32);
    writeFileSync(at("orphan.raw"), image);
    const listed = rows(await runCommand(lsCommand, [at("orphan.raw")], { recursive: true }));
    const orphans = listed.filter((row) => row["nameClaim"] === "orphan");
    const { said } = await runHere(treeCommand, [at("orphan.raw")]);
    expect(orphans.length).toBeGreaterThan(0);
    expect(said.notes.at(-1)).toContain(`; ${orphans.length} orphan entries hang in no folder`);
    expect(said.events.at(-1)).toMatchObject({ counts: { outside: orphans.length } });
  });
});

describe("vestige timeline", () => {
  const seconds = Date.UTC(2024, 4, 17, 13, 37, 22) / 1000;

  it("gives body files, whose local times are those of --zone", async () => {
    const body = await runHere(timelineCommand, [disk()], { hash: true });
    const line = body.said.lines
      .join("\n")
      .split("\n")
      .find((each) => each.includes("|fat:/LETTER.TXT|"))!;
    const md5 = createHash("md5").update(contents.letter).digest("hex");
    const midnight = Date.UTC(2024, 4, 17) / 1000;
    expect(line).toMatch(
      new RegExp(
        `^${md5}\\|fat:/LETTER\\.TXT\\|\\d+\\|r/rrwxrwxrwx\\|0\\|0\\|700\\|${midnight}\\|${seconds}\\|0\\|${seconds + 1}$`,
      ),
    );
    expect(body.said.notes.join("\n")).toMatch(/local times whose zone .* taken as UTC, for want/);
    const east = await runHere(timelineCommand, [disk()], { zone: "+02:00" });
    expect(east.said.lines.join("\n")).toContain(`|${seconds - 7200}|`);
    expect(east.said.notes.join("\n")).toMatch(/taken as \+02:00\./);
  });

  it("gives CSV with every digit, and only what --from and --to leave", async () => {
    const csv = await text(timelineCommand, [disk()], { format: "csv" });
    expect(csv).toContain(
      '"2024-05-17T13:37:23.50","2024-05-17T13:37:23Z","local-unknown","...b","fat","allocated","file"',
    );
    const day = async (flags: FlagValues) =>
      (await runCommand(timelineCommand, [disk()], flags)).events.at(-1)!["counts"];
    expect(await day({ from: "2024-05-18" })).toMatchObject({ rows: 0, entries: 0 });
    expect(await day({ to: "2024-05-16T23:59" })).toMatchObject({ rows: 0 });
    expect(await day({ from: "2024-05-17T13:37:22", to: "2024-05-17" })).toMatchObject({ entries: 8 });
    await expect(day({ from: "2024-02-30" })).rejects.toThrow(/--from with a date/);
    await expect(day({ zone: "CET" })).rejects.toThrow(/offset like/);
    const one = rows(await runCommand(timelineCommand, [`${disk()}/fat:/LETTER.TXT`]));
    expect(one.map(({ macb }) => macb)).toEqual(["m...", ".a..", "...b"]);
  });

  it.skipIf(spawnSync("mactime", ["-V"]).error !== undefined)("is read by mactime", async () => {
    writeFileSync(at("body"), (await runHere(timelineCommand, [disk()])).said.lines.join("\n"));
    const told = execFileSync("mactime", ["-b", at("body"), "-y", "-d", "-z", "UTC"], { encoding: "utf8" });
    expect(told).toMatch(/2024-05-17T13:37:22Z,700,m\.\.\.,r\/rrwxrwxrwx,0,0,\d+,"fat:\/LETTER\.TXT"/);
    expect(told).toMatch(/%E5ONE\.TXT#\d+ \(deleted\)/);
  });

  it("knows times of every form", () => {
    const utc = zoneOf({});
    const of = (value: string, zone: "utc" | "offset" | "local-unknown" = "utc") => secondsOf({ value, zone }, utc);
    for (const value of [
      "2024-02-29T12:00:00Z",
      "1969-12-31T23:59:59Z",
      "1601-01-01T00:00:00.1234567Z",
      "2100-03-01",
      "0099-01-01T00:00:00Z",
    ]) {
      expect(of(value), value).toBeCloseTo(Date.parse(value) / 1000, 3);
    }
    expect(of("2024-05-17T13:37:22+02:00", "offset")).toBe(seconds - 7200);
    expect(of("+012024-05-17T13:37:22Z")).toBe(Date.parse("+012024-05-17T13:37:22Z") / 1000);
    expect(of("nonsense")).toBeNull();
    expect(utcText(-0.5)).toBe("1969-12-31T23:59:59Z");
    expect(utcText(1e18)).toBe("");
    expect(intervalOf({}, utc)).toBeNull();
    const zone = zoneOf({ zone: "-0330" });
    expect(zone).toEqual({ text: "-03:30", offset: -12_600, given: true });
    expect(intervalOf({ from: "2024-05-17" }, zone)?.from).toBe(Date.UTC(2024, 4, 17, 3, 30) / 1000);
  });

  it("takes folders of the file system's own for folders", () => {
    const modeOf = (text: string, attributes: Record<string, string>): string => {
      const entry: FileSystemEntry = {
        ...{ key: "5", parent: null, name: { text, bytes: null }, kind: "metadata", nameClaim: "allocated" },
        ...{ contentClaim: "allocated", origin: "entry", size: 3, times: [], attributes, target: null, findings: [] },
      };
      return bodyLines(entry, "x:/x", [], null)[0]!.split("|")[3]!;
    };
    expect(modeOf(".", { attributes: "hidden system" })).toBe("d/drwxrwxrwx");
    expect(modeOf("$Deleted", { attributes: "hidden directory" })).toBe("d/drwxrwxrwx");
    expect(modeOf("own", { mode: "040755" })).toBe("d/drwxr-xr-x");
    expect(modeOf("$MFT", { attributes: "hidden system" })).toBe("r/rrwxrwxrwx");
  });

  it.skipIf(!existsSync(ntfsImage))(
    "gives streams the times of their file, and the root of NTFS as a folder",
    async () => {
      const lines = (await runHere(timelineCommand, [ntfsImage])).said.lines.join("\n").split("\n");
      const timesOf = (name: string): string =>
        lines
          .find((line) => line.includes(`|${name}|`))!
          .split("|")
          .slice(7)
          .join();
      expect(timesOf("ntfs:/$MFT/$BITMAP")).toBe(timesOf("ntfs:/$MFT"));
      expect(timesOf("ntfs:/$MFT")).not.toBe("0,0,0,0");
      const stream = lines.find((line) => /^0\|ntfs:\/mult1\.dat#\S+\/\S+ \(deleted\)\|/.test(line))!.split("|");
      const file = lines.find((line) => /^0\|ntfs:\/mult1\.dat#[^/]+ \(deleted\)\|/.test(line))!.split("|");
      expect(stream.slice(7)).toEqual(file.slice(7));
      expect(lines.find((line) => line.includes("|ntfs:/.|"))).toContain("|d/drwxrwxrwx|");
    },
  );

  it("writes modes as fls does, and no bar inside of a cell", () => {
    expect(modeText("file", "0100644")).toBe("r/rrw-r--r--");
    expect(modeText("directory", "041777")).toBe("d/drwxrwxrwt");
    expect(modeText("file", "0104650")).toBe("r/rrwSr-x---");
    expect(modeText("special", "020600")).toBe("c/crw-------");
    expect(modeText("symlink", undefined)).toBe("l/lrwxrwxrwx");
    const name = { text: "a|b", bytes: null };
    const entry: FileSystemEntry = {
      ...{ key: "1|2", parent: null, name, kind: "symlink", nameClaim: "deleted", contentClaim: "overwritten" },
      ...{ origin: "entry", size: 3, times: [], attributes: { uid: "1000", gid: "x" }, target: name, findings: [] },
    };
    expect(bodyLines(entry, "ext:/a|b%25#1", [], null)).toEqual([
      "0|ext:/a%7Cb%2525#1 -> a%7Cb (deleted-realloc)|1%7C2|l/lrwxrwxrwx|1000|0|3|0|0|0|0",
    ]);
    const time = (kind: "m" | "a" | "c" | "b", source: string) => ({ kind, source, value: "", zone: "utc" }) as const;
    const moments = [
      { time: time("m", "$SI"), seconds: 10.9 },
      { time: time("m", "$FN"), seconds: -0.5 },
      { time: time("m", "$FN"), seconds: 12 },
    ];
    const lines = bodyLines(
      { ...entry, contentClaim: "allocated", nameClaim: "allocated", target: null },
      "ntfs:/a",
      moments,
      "f".repeat(32),
    );
    expect(lines.map((line) => line.split("|").filter((_, i) => i === 1 || i === 8))).toEqual([
      ["ntfs:/a", "10"],
      ["ntfs:/a ($FN)", "-1"],
      ["ntfs:/a ($FN)", "12"],
    ]);
  });
});

describe("paths on a terminal", () => {
  it("can do nothing there, and can be given back", () => {
    for (const name of ["plain.txt", "back\\slash", "\u115f\u3164filler", "a\u200bb", "esc\u001b[31m"]) {
      const shown = pathText(`ext:/${pathName(nameFromBytes(Buffer.from(name)))}`);
      expect(shown).toMatch(/^[ -~]*$/);
      const parsed = parsePath(`-/${shown}`);
      expect(Buffer.from(parsed!.layers[0]!.names[0]!.bytes).toString()).toBe(name);
    }
  });
});
