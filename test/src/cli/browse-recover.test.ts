import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { targetError } from "../../../src/cli/browse/target.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { recoverCommand } from "../../../src/cli/commands/recover.ts";
import { capturedOutput, runHere } from "../../fixtures/captured-output.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { browsedDisk, contents, ownerText } from "../../fixtures/filesystems/browsed-disk.ts";
import { runCommand } from "../../fixtures/run-command.ts";

const base = freshFolder("browse-recover");
const at = (name: string): string => join(base, name);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const disk = (): string => at("disk.raw");
beforeAll(() => writeFileSync(disk(), browsedDisk()));
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("vestige recover", () => {
  const recover = (to: string, flags: FlagValues = {}, source = disk()) =>
    runHere(recoverCommand, [source], { to: at(to), ...flags });
  const manifest = (to: string): Record<string, unknown>[] =>
    readFileSync(at(`${to}/manifest.jsonl`), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const files = (to: string): string[] =>
    readdirSync(at(to), { recursive: true, encoding: "utf8" })
      .filter((name) => /[0-9a-f]{64}$/.test(name))
      .toSorted();

  it("writes what was deleted under its hash, with what is sure about it", async () => {
    const { exit, said } = await recover("out", { algorithms: "md5" });
    expect(exit).toBe(0);
    expect(said.events.at(-1)).toMatchObject({ counts: { certain: 1, probable: 1, partial: 1, contents: 3 } });
    const [source, ...lines] = manifest("out");
    expect(source).toMatchObject({ event: "source", source: "disk.raw", size: statSync(disk()).size });
    for (const { hashes, file, size } of lines as { hashes: Record<string, string>; file: string; size: number }[]) {
      const bytes = readFileSync(at(`out/${file}`));
      expect([sha256(bytes), bytes.length]).toEqual([hashes["sha256"], size]);
      expect(createHash("md5").update(bytes).digest("hex")).toBe(hashes["md5"]);
    }
    const of = (word: string) => lines.find(({ confidence }) => confidence === word)!;
    expect(of("certain")["file"]).toContain(sha256(contents.gone));
    expect(of("probable")["file"]).toContain(sha256(contents.long));
    expect(of("partial")).toMatchObject({
      bytes: { intact: 488, lost: 512 },
      lost: [{ start: 0, length: 512, kind: "missing" }],
    });
    const owner = Buffer.from(ownerText);
    for (const name of files("out")) expect(readFileSync(at(`out/${name}`)).includes(owner)).toBe(false);
    const table = readFileSync(at("out/manifest.csv"), "utf8").trimEnd().split("\r\n");
    expect(table.length).toBe(4);
    expect(table.find((row) => row.includes('"partial"'))).toMatch(/overwritten; .* intact/);
  });

  it("takes all with --all, and each content once", async () => {
    const { said } = await recover("all", { all: true });
    expect(said.events.at(-1)).toMatchObject({ counts: { allocated: 3, contents: 6 } });
    expect(files("all").length).toBe(6);
  });

  it("goes on where it was cut off, and does not believe what no line names", async () => {
    await recover("cut");
    const whole = { lines: manifest("cut").map(({ path }) => path), files: files("cut") };
    const json = at("cut/manifest.jsonl");
    const text = readFileSync(json, "utf8");
    // One line and a half are gone, the content of one of them is damaged, and a temporary file is left.
    truncateSync(json, text.lastIndexOf("\n", text.lastIndexOf("\n", text.length - 2) - 2) + 21);
    const lost = whole.files.find((name) => !readFileSync(json, "utf8").includes(name))!;
    writeFileSync(at(`cut/${lost}`), "torn");
    writeFileSync(at("cut/incoming-1"), "left");
    rmSync(at("cut/manifest.csv"));
    const { exit, said } = await recover("cut");
    expect(exit).toBe(0);
    expect(said.notes.join("\n")).toMatch(/Continuing: 1 files/);
    expect(manifest("cut").map(({ path }) => path)).toEqual(whole.lines);
    expect(files("cut")).toEqual(whole.files);
    for (const name of whole.files) expect(sha256(readFileSync(at(`cut/${name}`)))).toBe(name.slice(3));
    expect(existsSync(at("cut/incoming-1"))).toBe(false);
    const size = statSync(json).size;
    await recover("cut");
    expect(statSync(json).size).toBe(size);
    // Cut off within the first line: it begins anew.
    truncateSync(json, 10);
    expect((await recover("cut")).exit).toBe(0);
    expect(manifest("cut").map(({ path }) => path)).toEqual(whole.lines);
  });

  it("refuses folders with other things, of other sources, and a damaged manifest", async () => {
    mkdirSync(at("foreign"));
    writeFileSync(at("foreign/x"), "x");
    await expect(recover("foreign")).rejects.toThrow(/holds other things/);
    await recover("mine");
    const other = readFileSync(disk());
    other[other.length - 1] = 1;
    writeFileSync(at("other.raw"), other);
    await expect(recover("mine", {}, at("other.raw"))).rejects.toThrow(/same source/);
    await expect(recover("mine", { all: true })).rejects.toThrow(/same flags/);
    appendFileSync(at("mine/manifest.jsonl"), "not JSON\n");
    await expect(recover("mine")).rejects.toThrow(/line 5/);
    await expect(runCommand(recoverCommand, [disk()])).rejects.toThrow(/--to FOLDER/);
    writeFileSync(at("file"), "");
    await expect(recover("file")).rejects.toThrow(/EEXIST|found a file/);
    await expect(runHere(recoverCommand, [disk()], { to: at("s"), at: "fat:/LETTER.TXT#slack" })).rejects.toThrow(
      /a volume or a folder/,
    );
  });

  it.skipIf(!existsSync("/proc/version"))("ends at once where no folder can be made", async () => {
    for (const to of ["/proc/vestige", "/proc/vestige/deep", `${disk()}/below`, `${base}/${"n".repeat(300)}`]) {
      await expect(runHere(recoverCommand, [disk()], { to }), to).rejects.toMatchObject({ exit: 2 });
    }
    expect((await recover("several/new/folders")).exit).toBe(0);
  });

  it("follows no link to write its manifest, and waits for no pipe", async () => {
    writeFileSync(at("precious"), "no line");
    mkdirSync(at("linked"));
    symlinkSync(at("precious"), at("linked/manifest.jsonl"));
    await expect(recover("linked")).rejects.toMatchObject({ exit: 2 });
    expect(readFileSync(at("precious"), "utf8")).toBe("no line");
    mkdirSync(at("piped"));
    execFileSync("mkfifo", [at("piped/manifest.jsonl")]);
    await expect(recover("piped")).rejects.toMatchObject({ exit: 2 });
  });

  it("stops with exit code 4 where the disk is full", () => {
    const full = targetError(Object.assign(new Error("full"), { code: "ENOSPC" }), "/x", capturedOutput());
    expect(full).toMatchObject({ exit: 4, code: "target/full" });
    const fault = new TypeError("ours");
    expect(targetError(fault, "/x", capturedOutput())).toBe(fault);
  });
});
