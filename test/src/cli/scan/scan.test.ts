/** What `scan` refuses, each with one sentence, and what it tells of what it cannot read. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scanCommand } from "../../../../src/cli/commands/scan.ts";
import type { FlagValues } from "../../../../src/cli/command.ts";
import { freshFolder, writeTree } from "../../../fixtures/evidence-folder.ts";
import { FatVolumeWriter } from "../../../fixtures/filesystems/fat-volume.ts";
import { runCommand } from "../../../fixtures/run-command.ts";

const base = freshFolder("scan-command");
const at = (name: string): string => join(base, name);

beforeAll(() => {
  const { bytes } = new FatVolumeWriter({ bits: 12, clusters: 60 }, [
    {
      short: "=CMD.TXT",
      data: Buffer.from("write to some.body@example.org and to card 4111 1111 1111 1111, IBAN GB82WEST12345698765432"),
    },
  ]);
  writeFileSync(at("stick.dd"), bytes);
  writeTree(at("folder"), { "a.txt": "a" });
  mkdirSync(at("tmp"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const scan = (source: string | null, flags: FlagValues = {}) =>
  runCommand(scanCommand, source === null ? [] : [at(source)], { temporary: at("tmp"), workers: "1", ...flags });

describe("what is refused", () => {
  it.each<[string, string | null, FlagValues, string, RegExp]>([
    ["no source", null, {}, "usage/source", /expected an image/],
    ["a source that is not there", "absent.dd", {}, "source/absent", /absent\.dd/],
    ["nothing to look for", "stick.dd", { files: "none", features: "none" }, "usage/nothing", /nothing is looked for/],
    ["a kind that there is not", "stick.dd", { files: "jpeg, pictures" }, "usage/kinds", /--files: .*"pictures"/],
    ["an identifier that there is not", "stick.dd", { features: "crate" }, "usage/kinds", /--features: .*"crate"/],
    ["an empty list of kinds", "stick.dd", { features: " , " }, "usage/kinds", /--features/],
    ["half a thread", "stick.dd", { workers: "0.5" }, "usage/workers", /"0\.5"/],
    ["a scope of a folder", "folder", { scope: "space" }, "usage/scope", /a folder is scanned file by file/],
    ["a path of a folder", "folder", { at: "p1" }, "usage/scope", /a folder is scanned file by file/],
    ["a path that there is not", "stick.dd", { at: "p9" }, "usage/at", /nothing of the source lies below p9/],
    ["the beginning of a name for a path", "stick.dd", { at: "fat:/=CM" }, "usage/at", /nothing of the source/],
    ["a folder that is not empty", "stick.dd", { to: at("folder") }, "target/foreign", /is not empty/],
    ["a list that is not there", "stick.dd", { list: [at("absent.txt")] }, "lists/absent", /absent\.txt/],
  ])("%s", async (_, source, flags, code, sentence) => {
    const error = await scan(source, flags).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ kind: "operator", exit: 2, code });
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).not.toContain("\n");
  });
});

describe("what is told", () => {
  it("shows cards in part, and writes no formula into a table", async () => {
    const result = await scan("stick.dd", { to: at("found"), files: "none", at: "/fat:/=CMD.TXT" });
    expect(result.exit).toBe(0);
    expect(result.text).toContain("411111******1111");
    expect(result.text).not.toContain("4111111111111111");
    const rows = readFileSync(at("found/features.csv"), "utf8").trimEnd().split("\r\n");
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) expect(row).not.toMatch(/(^|,)"?[=+@-]/);
  });

  it("can be the best only", async () => {
    const kinds = async (quality: string) =>
      (await scan("stick.dd", { quality, features: "email,iban", files: "none" })).events
        .filter(({ event }) => event === "feature")
        .map(({ quality: told }) => told);
    expect(new Set(await kinds("valid"))).toEqual(new Set(["valid"]));
    expect((await kinds("pattern")).length).toBeGreaterThan((await kinds("valid")).length - 1);
  });
});
