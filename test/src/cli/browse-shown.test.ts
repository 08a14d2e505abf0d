import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import type { FileExtent, FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { hashEntry } from "../../../src/cli/browse/content-hash.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { infoCommand } from "../../../src/cli/commands/info.ts";
import { lsCommand } from "../../../src/cli/commands/ls.ts";
import { statCommand } from "../../../src/cli/commands/stat.ts";
import { treeCommand } from "../../../src/cli/commands/tree.ts";
import { runHere } from "../../fixtures/captured-output.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { browsedDisk } from "../../fixtures/filesystems/browsed-disk.ts";
import { FatVolumeWriter, told, type FatFile } from "../../fixtures/filesystems/fat-volume.ts";
import { runCommand, type RunResult } from "../../fixtures/run-command.ts";
import { zip } from "../../fixtures/zip-writer.ts";

const base = freshFolder("browse-shown");
const at = (name: string): string => join(base, name);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
afterAll(() => rmSync(base, { recursive: true, force: true }));

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

describe("what is shown, and what has a hash", () => {
  const odd: readonly FatFile[] = [
    { short: "NOTHING.TXT", data: new Uint8Array(0) },
    { short: "VANISHED.TXT", data: new Uint8Array(0), deleted: true },
    { short: "SECRET.DLL", attributes: 8, data: told(700, 8) },
    { short: "PLAINLBL", attributes: 8 },
  ];
  const oddDisk = (): string => {
    writeFileSync(at("odd.raw"), new FatVolumeWriter({ bits: 12, clusters: 60 }, odd).bytes);
    return at("odd.raw");
  };
  const noBytes = sha256(new Uint8Array(0));

  it("gives an empty file its hash, and none to a deleted one of which nothing is recorded", async () => {
    const entries = rows(await runCommand(lsCommand, [oddDisk()], { recursive: true, hash: true }));
    const hashesOf = (part: string) => entries.find(({ path }) => String(path).includes(part))?.["hashes"];
    expect(hashesOf("NOTHING.TXT")).toEqual({ sha256: noBytes });
    expect(hashesOf("ANISHED.TXT")).toBeNull();
    expect(hashesOf("SECRET")).toEqual({ sha256: sha256(told(700, 8)) });
    const shown = await text(lsCommand, [oddDisk()], { hash: true });
    expect(shown).toMatch(/^deleted +file +0 .* {2}- +%E5ANISHED\.TXT#\d+$/m);
    const { path } = entries.find((row) => String(row["path"]).includes("ANISHED"))!;
    const said = await text(statCommand, [oddDisk()], { at: String(path), hash: true });
    expect(said).toMatch(/^ +SHA256 +-$/m);
    expect(said).not.toContain(noBytes);
  });

  it("shows a label that has a content without --all, and counts what it hides", async () => {
    for (const command of [lsCommand, treeCommand]) {
      const { said } = await runHere(command, [oddDisk()]);
      expect(said.lines.join("\n")).toMatch(/SECRET/);
      expect(said.lines.join("\n")).not.toMatch(/PLAINLBL|\$FAT1/);
    }
    const countsOf = async (flags: FlagValues) => {
      const { said } = await runHere(lsCommand, [oddDisk()], flags);
      const { entries, hidden } = said.events.at(-1)!["counts"] as { entries: number; hidden: number };
      const told = /; (\d+) of the file system's own .* --all/.exec(said.notes.join("\n"))?.[1] ?? "0";
      expect(Number(told)).toBe(hidden);
      return { entries, hidden };
    };
    for (const [recursive, hidden] of [
      [false, 1],
      [true, 4],
    ] as const) {
      const flags: FlagValues = recursive ? { recursive } : {};
      const part = await countsOf(flags);
      expect(part.hidden).toBe(hidden);
      expect(await countsOf({ ...flags, all: true })).toEqual({ entries: part.entries + hidden, hidden: 0 });
    }
  });

  it("gives a symbolic link no hash", async () => {
    const { fileSystem, entry } = linkOf();
    expect(await hashEntry(fileSystem, entry, ["sha256"], () => undefined)).toBeNull();
    const file = { ...entry, kind: "file" as const, target: null };
    const extents: FileExtent[] = [{ start: null, length: 3, state: "missing" }];
    const torn = await hashEntry({ ...fileSystem, extentsOf: () => extents }, file, ["sha256"], () => undefined);
    expect(torn?.lost).toEqual([{ start: 0, length: 3, kind: "missing" }]);
    const whole = await hashEntry(fileSystem, file, ["sha256"], () => undefined);
    expect(whole).toMatchObject({ digests: [sha256(Buffer.from("abc"))], lost: [] });
  });
});

/** A link to "abc", and as much of a file system as its hash needs. */
function linkOf(): { fileSystem: FileSystem; entry: FileSystemEntry } {
  const name = { text: "abc", bytes: null };
  const entry: FileSystemEntry = {
    ...{ key: "1", parent: null, name, kind: "symlink", nameClaim: "allocated", contentClaim: "allocated" },
    ...{ origin: "entry", size: 3, times: [], attributes: {}, target: name, findings: [] },
  };
  const parts = { open: () => new MemorySource(Buffer.from("abc")), extentsOf: () => [] };
  return { fileSystem: parts as unknown as FileSystem, entry };
}

describe("an archive with several members", () => {
  it("is told to hold others than the one that is looked at", async () => {
    const members = ["a\u001b.txt", "b", "c", "d", "e", "f"].map((name) => ({ name, data: "small" }));
    const packed = zip([{ name: "in/disk.raw", data: Buffer.from(browsedDisk()) }, ...members]);
    writeFileSync(at("several.zip"), packed);
    for (const command of [lsCommand, infoCommand]) {
      const { said } = await runHere(command, [at("several.zip")]);
      const told = said.notes.find((note) => note.includes("several.zip holds"));
      expect(told).toMatch(/holds 6 other members .* \(a\\x1b\.txt, b, c, d, e, …\): in\/disk\.raw was taken/);
    }
    const { events } = await runCommand(infoCommand, [at("several.zip")]);
    expect(events.find(({ event }) => event === "source")).toMatchObject({
      others: members.map(({ name }) => name),
    });
    writeFileSync(at("one.zip"), zip([{ name: "disk.raw", data: Buffer.from(browsedDisk()) }]));
    const { said } = await runHere(lsCommand, [at("one.zip")]);
    expect(said.notes.join("\n")).not.toContain("other member");
  });
});
